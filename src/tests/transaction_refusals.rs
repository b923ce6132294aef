//! What the transaction door refuses, and how it says so.

use chs_gateway::{
    commands::call::transaction::{Family, PATH},
    operations::TABLE,
};
use serde_json::{Value, json};

use crate::{
    harness::{Gateway, now},
    transaction_harness::{Message, Sender, agree, data},
};

fn query() -> Value {
    data(json!({"setl_ym": "202610", "page_num": 1, "page_size": 10}))
}

#[actix_web::test]
async fn headers_are_refused_in_the_published_words() {
    let gateway = Gateway::start_with(|config| config.limits.callers_seconds = 1).await;
    let said = |message: &str| json!({"code": 401, "message": message});
    let (missing, stale) = (said("缺少服务网关的请求头!"), said("签名时间戳超时!"));
    let (stranger, unequal) = (said("非法用户!"), said("签名不一致!"));
    for (family, id, signature, minutes) in [
        (Family::Csb, "_api_access_key", "_api_signature", 31),
        (Family::Tif, "x-tif-paasid", "x-tif-signature", 6),
    ] {
        let sender = Sender::new(&gateway, "hospital-a", family);
        let good = sender.message("4104", &query(), "M1");
        let with = |name: &str, value: &str| {
            let mut message = good.clone();
            for header in &mut message.headers {
                if header.0 == name {
                    header.1 = value.to_owned();
                }
            }
            message
        };
        let none = Message {
            headers: Vec::new(),
            ..good.clone()
        };
        let mut some = good.clone();
        some.headers.retain(|(name, _)| *name != signature);
        let mut twice = good.clone();
        twice.headers.push((id, "x".to_owned()));
        let mut late = good.clone();
        late.headers = sender
            .client
            .headers(family, "4104", now() - minutes * 60_000)
            .unwrap();
        let mut early = good.clone();
        early.headers = sender
            .client
            .headers(family, "4104", now() + minutes * 60_000)
            .unwrap();
        let foreign = Sender::new(&gateway, "hospital-b", family);
        let foreign = foreign.client.headers(family, "4104", now()).unwrap();
        let foreign = &foreign
            .iter()
            .find(|(name, _)| *name == signature)
            .unwrap()
            .1;
        for (what, message, wanted) in [
            ("no headers", none, &missing),
            ("no signature", some, &missing),
            ("one header twice", twice, &missing),
            ("late", late, &stale),
            ("early", early, &stale),
            ("an unknown id", with(id, "nobody"), &stranger),
            ("another signature", with(signature, foreign), &unequal),
            ("no signature at all", with(signature, "%%%"), &unequal),
        ] {
            let reply = sender.send(PATH, &message).await;
            assert_eq!(
                (reply.status, &reply.body),
                (401, wanted),
                "{family:?} {what}"
            );
        }
        assert_eq!(sender.send(PATH, &good).await.code, "0", "{family:?}");
    }
    // A caller who has agreed on one family is nobody behind the other.
    agree(&gateway, "hospital-a", &json!({"headers": "csb"})).await;
    let tif = Sender::new(&gateway, "hospital-a", Family::Tif);
    assert_eq!(tif.call("4104", &query()).await.body, stranger);
    agree(
        &gateway,
        "hospital-a",
        &json!({"headers": "csb", "csb_timestamp": "seconds"}),
    )
    .await;
    let csb = Sender::new(&gateway, "hospital-a", Family::Csb);
    assert_eq!(csb.call("4104", &query()).await.body, stale);
    gateway.stop().await;
}

#[actix_web::test]
async fn what_is_no_message_is_refused_by_form() {
    let gateway = Gateway::start_with(|config| {
        config.limits.body_bytes = 16_384;
        config.transaction.infver = vec!["V1.0".into()];
        config.transaction.recer_sys_code = vec!["YBXT".into()];
    })
    .await;
    // Where the registration of the development callers left it.
    let registered = gateway.count("audit_records").await;
    let sender = Sender::new(&gateway, "hospital-a", Family::Tif);
    let set = |name: &'static str, value: Value| sender.changed("4104", |body| body[name] = value);
    let raw = |body: &str| Message {
        body: body.to_owned(),
        ..sender.changed("4104", |_| {})
    };
    for (what, message, code) in [
        ("not JSON", raw("{"), "CHS-40001"),
        ("nothing", raw(""), "CHS-40001"),
        ("an array", raw("[]"), "CHS-40001"),
        (
            "a key twice",
            raw("{\"infno\":\"1\",\"infno\":\"1\"}"),
            "CHS-40001",
        ),
        ("no msgid", set("msgid", json!("")), "CHS-40005"),
        ("no input", set("input", Value::Null), "CHS-40005"),
        ("input as a list", set("input", json!([])), "CHS-40006"),
        ("time", set("inf_time", json!("2026-11-22")), "CHS-40006"),
        ("an object for text", set("opter", json!({})), "CHS-40006"),
        ("infno", set("infno", json!("4104 ")), "CHS-40006"),
        (
            "a long name",
            set("fixmedins_name", json!("院".repeat(201))),
            "CHS-40006",
        ),
        (
            "a control character",
            set("opter", json!("a\nb")),
            "CHS-40006",
        ),
        (
            "two spellings",
            {
                sender.changed("4104", |body| {
                    body["enc_type"] = json!("SM4");
                    body["encType"] = json!("SM2");
                })
            },
            "CHS-40006",
        ),
        (
            "encrypted though not agreed",
            set("input", json!("AAAA")),
            "CHS-40114",
        ),
        ("another version", set("infver", json!("V9")), "CHS-42221"),
        (
            "another receiver",
            set("recer_sys_code", json!("LXXT")),
            "CHS-42221",
        ),
        (
            "a transaction that is not offered",
            set("infno", json!("3101")),
            "CHS-40410",
        ),
        (
            "no such transaction",
            set("infno", json!("0000")),
            "CHS-40410",
        ),
        (
            "input that does not fit",
            set("input", data(json!({"setl_ym": "2026"}))),
            "CHS-42202",
        ),
        (
            "an unknown field",
            set("input", data(json!({"setl_ym": "202610", "x": 1}))),
            "CHS-42202",
        ),
    ] {
        let reply = sender.send(PATH, &message).await;
        assert_eq!(
            (reply.status, reply.code.as_str()),
            (200, code),
            "{what}: {}",
            reply.err_msg
        );
        assert_eq!(reply.body["infcode"], -1, "{what}");
        assert_eq!(reply.body["output"], json!({}), "{what}");
    }
    let reply = sender
        .send(PATH, &set("input", data(json!({"setl_ym": "2026"}))))
        .await;
    assert!(
        reply.err_msg.contains("/input/data/setl_ym"),
        "{}",
        reply.err_msg
    );
    let large = sender.send(PATH, &raw(&" ".repeat(20_000))).await;
    assert_eq!((large.status, large.code.as_str()), (413, "CHS-41301"));
    let form = sender
        .send_as("application/x-www-form-urlencoded", PATH, &raw(""))
        .await;
    assert_eq!((form.status, form.code.as_str()), (415, "CHS-41501"));
    for (table, rows) in [
        ("nonces", 0),
        ("idempotency", 0),
        ("audit_records", registered),
    ] {
        assert_eq!(gateway.count(table).await, rows, "{table}");
    }
    // Where sources differ in a length, the longer one passes with a remark.
    let mut named = set("fixmedins_name", json!("院".repeat(30)));
    named.body = named
        .body
        .replace("\"input\":{}", &format!("\"input\":{}", query()));
    let reply = sender.send(PATH, &named).await;
    assert_eq!(reply.code, "0", "{}", reply.err_msg);
    assert!(
        reply.warn_msg.contains("fixmedins_name 有 30 个字符"),
        "{}",
        reply.warn_msg
    );
    gateway.stop().await;
}

#[actix_web::test]
async fn institution_and_role_are_kept_and_refusals_audited() {
    let gateway = Gateway::start().await;
    let registered = gateway.count("audit_records").await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let other = hospital.changed("4104", |body| {
        body["fixmedins_code"] = json!("H61040100002");
        body["input"] = query();
    });
    let reply = hospital.send(PATH, &other).await;
    assert_eq!((reply.status, reply.code.as_str()), (200, "CHS-40302"));
    assert!(
        reply.err_msg.contains("；/fixmedins_code"),
        "{}",
        reply.err_msg
    );
    let foreign = data(json!({"setl_ym": "202610", "fixmedins_code": "H61040100002"}));
    let reply = hospital.call("4104", &foreign).await;
    assert_eq!(reply.code, "CHS-40302");
    assert!(
        reply.err_msg.contains("/input/data/fixmedins_code"),
        "{}",
        reply.err_msg
    );
    let mut refused = 2;
    for row in TABLE {
        for name in ["hospital-a", "county", "city", "province", "nation", "core"] {
            let sender = Sender::new(&gateway, name, Family::Tif);
            let role = gateway.caller(name).role;
            let allowed = row.roles.iter().any(|one| one.as_str() == role);
            let infno = row.transactions[0].infno;
            let reply = sender.call(infno, &json!({"no": "thing"})).await;
            let wanted = if allowed { "CHS-42202" } else { "CHS-40301" };
            assert_eq!(reply.code, wanted, "{name} {infno} {}", reply.err_msg);
            refused += i64::from(!allowed);
        }
    }
    assert_eq!(gateway.count("audit_records").await, registered + refused);
    assert_eq!(gateway.count("nonces").await, 0);
    let traced = gateway
        .sql("SELECT request_id FROM audit_records WHERE outcome = 'CHS-40302'")
        .await;
    assert_eq!(traced.len(), 2);
    assert!(
        traced.iter().all(|id| id.starts_with("msgid/")),
        "{traced:?}"
    );
    gateway.stop().await;
}

#[actix_web::test]
async fn rates_and_addresses_hold_here_too() {
    let gateway = Gateway::start_with(|config| {
        config.limits.caller_per_second = 1;
        config.limits.callers_seconds = 1;
    })
    .await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let asked = query();
    let calls = (0..8).map(|_| hospital.call("4104", &asked));
    let replies = futures_util::future::join_all(calls).await;
    let limited = replies.iter().find(|reply| reply.code != "0").unwrap();
    assert_eq!((limited.status, limited.code.as_str()), (429, "CHS-42901"));
    assert_eq!(limited.body["infcode"], -1);
    let app_id = gateway.caller("hospital-b").app_id;
    let change = chs_gateway::store::callers::Change {
        addresses: Some(vec!["192.0.2.0/24".into()]),
        ..Default::default()
    };
    let store = &gateway.app.store;
    chs_gateway::service::callers::change(store, &app_id, &change, chrono::Utc::now())
        .await
        .unwrap();
    let elsewhere = Sender::new(&gateway, "hospital-b", Family::Tif);
    let mut reply = elsewhere.call("4104", &query()).await;
    for _ in 0..300 {
        if reply.status == 403 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        reply = elsewhere.call("4104", &query()).await;
    }
    assert_eq!((reply.status, reply.code.as_str()), (403, "CHS-40303"));
    gateway.stop().await;
}
