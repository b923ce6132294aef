//! The transaction door: a hospital's month through it alone, its paths and headers, signed
//! and encrypted input, sign-ins.

use std::time::Duration;

use chrono::Utc;
use chs_envelope::{sm::Sm2PrivateKey, sm::Sm4Key, transaction::Need};
use chs_gateway::{
    commands::call::transaction::{Family, PATH},
    service::callers::{self, NewKey},
    store::callers::Change,
};
use rand::rngs::SysRng;
use serde_json::{Value, json};

use crate::{
    harness::{Gateway, lists, setl_id},
    transaction_harness::{Message, Reply, Sender, agree, data},
};

fn page(more: Value) -> Value {
    let mut query = json!({"page_num": "1", "page_size": 10});
    for (name, value) in more.as_object().unwrap() {
        query[name] = value.clone();
    }
    data(query)
}

fn well(reply: Reply) -> Value {
    assert_eq!(
        (reply.status, reply.code.as_str()),
        (200, "0"),
        "{}",
        reply.err_msg
    );
    reply.output
}

#[actix_web::test]
async fn a_hospital_reports_and_asks_through_the_door() {
    let gateway = Gateway::start().await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let lists = lists(3, 71);
    let (first, second) = (&lists[0], &lists[1]);

    // Uploaded, then submitted by 4102; or submitted at once by its own state.
    let output = well(hospital.call("4101", first).await);
    let serial = output["data"]["setl_list_id"].as_str().unwrap().to_owned();
    assert!((1..=32).contains(&serial.len()));
    let info = &first["setlinfo"];
    let state = json!({"psn_no": info["psn_no"], "setl_id": info["setl_id"], "stas_type": "1"});
    let moved = hospital
        .call("4102", &data(json!({"stastinfo": [state]})))
        .await;
    assert_eq!(well(moved), json!({}), "4102 has no output");
    let mut at_once = second.clone();
    at_once["setlinfo"]["stas_type"] = json!("1");
    well(hospital.call("4101", &at_once).await);
    well(hospital.call("4101", &lists[2]).await);
    let states = gateway
        .sql("SELECT stas_type::text FROM settlement_lists ORDER BY setl_id = $$x$$, stas_type")
        .await;
    assert_eq!(states, ["0", "1", "1"]);

    for (infno, details) in [("4104", "detailinfo"), ("3607", "detl_list")] {
        let output = well(
            hospital
                .call(infno, &page(json!({"setl_ym": "202610"})))
                .await,
        );
        let rows = output["data"].as_array().unwrap();
        assert_eq!(rows.len(), 2, "{infno}");
        assert!(rows.iter().all(|row| row[details].is_array()
            && row["fixmedins_code"] == "H61040100001"
            && row["qltctrl_rslt"] == "1"));
    }
    let query = page(json!({"setl_ym": "202610", "setl_id": info["setl_id"]}));
    let cases = well(hospital.call("3605", &query).await);
    let [case] = cases["data"].as_array().unwrap().as_slice() else {
        panic!("one case: {cases}");
    };
    assert_eq!(case["setl_id"], json!(setl_id(first)));
    assert_eq!(
        (&case["grp_rslt"], &case["vali_flag"]),
        (&json!("1"), &json!("1"))
    );
    assert_eq!(case["drg_code"].as_str().unwrap().len(), 4);
    assert!(case["place_grp_pay_std"].is_number(), "{case}");

    let institutions = well(
        hospital
            .call("3610", &page(json!({"setl_mon": "202610"})))
            .await,
    );
    let institution = &institutions["data"][0];
    assert_eq!(institution["setl_psntime"], 2);
    let pseudonym = institution["fixmedins_code"].as_str().unwrap();
    assert_ne!(pseudonym, "H61040100001");
    let query = page(json!({"setl_mon": "202610", "fixmedins_code": pseudonym}));
    let groups = well(hospital.call("3611", &query).await);
    assert!(!groups["data"].as_array().unwrap().is_empty());

    let query = data(json!({"psn_no": info["psn_no"], "setl_id": info["setl_id"]}));
    let list = well(hospital.call("4103", &query).await);
    assert_eq!(list["setlinfo"]["setl_list_sn"], json!(serial));
    assert_eq!(list["setlinfo"]["stas_type"], "1");
    assert_eq!(list["setlinfo"]["gend"], info["gend"]);
    let mut diagnoses = first["diseinfo"].clone();
    for row in diagnoses.as_array_mut().unwrap() {
        for key in ["setl_id", "psn_no", "mdtrt_id"] {
            row[key] = info[key].clone();
        }
    }
    assert_eq!(list["diseinfo"], diagnoses);
    assert_eq!(
        list["iteminfo"][0]["item_sumamt"],
        first["iteminfo"][0]["amt"]
    );

    // Counts of a span of time, in the names of either edition.
    let span = data(
        json!({"fixmedins_code": "H61040100001", "medtype_list": "21,22",
        "stt_begntime": "2026-10-01 00:00:00", "stt_endtime": "2026-10-31 23:59:59"}),
    );
    let counts = well(hospital.call("4105", &span).await);
    assert_eq!(counts, json!({"needUploadCnt": 3, "uploadedCnt": 3}));

    // Own numbers take and give the operation's data.
    let checked = well(hospital.call("370101", first).await);
    assert_eq!(checked["advisory"], true);
    let sealed = gateway
        .call("hospital-a", "/qc/pre-check", first)
        .await
        .data;
    let group = |answer: &Value| answer["grouping"]["drg_code"].clone();
    assert_eq!(group(&checked), group(&sealed), "one table, two doors");

    // The core reports a settlement record, with the other headers.
    let core = Sender::new(&gateway, "core", Family::Tif);
    let record = json!({"setlinfo": {"setl_id": "S1", "fixmedins_code": "H61040100001",
        "medfee_sumamt": "100.50", "setl_time": "2026-10-29 16:00:00"}});
    let output = well(core.call("2304", &record).await);
    assert_eq!(output["setlinfo"]["setl_id"], "S1");
    assert_eq!(gateway.count("settlement_records").await, 1);

    // The record is due; of another category, a refund, or of another month it is not.
    let due = async |med_type: &str, amount: &str, time: &str| {
        let record = json!({"setlinfo": {"setl_id": "S1", "fixmedins_code": "H61040100001",
            "medfee_sumamt": amount, "med_type": med_type, "setl_time": time}});
        well(core.call("2304", &record).await);
        well(hospital.call("4105", &span).await)["needUploadCnt"].clone()
    };
    let in_time = "2026-10-31 23:59:59";
    assert_eq!(due("21", "1.00", in_time).await, 4);
    assert_eq!(due("11", "1.00", in_time).await, 3);
    assert_eq!(due("21", "-1.00", in_time).await, 3);
    assert_eq!(due("21", "1.00", "2026-11-01 00:00:00").await, 3);
    agree(&gateway, "hospital-a", &json!({"edition": "v8.1"})).await;
    let by_state = well(hospital.call("4105", &span).await);
    assert_eq!(
        by_state,
        json!({"not_submit_cnt": 1, "submitted_cnt": 2, "pass_cnt": 0, "not_pass_cnt": 0,
            "hospital_submit_cnt": 3, "need_upload_cnt": 3})
    );
    gateway.stop().await;
}

#[actix_web::test]
async fn a_front_page_is_kept_and_a_list_of_either_edition_taken() {
    let gateway = Gateway::start().await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Tif);
    let page = json!({"baseinfo": {"mdtrt_sn": "H61040100001M1", "medcasno": "M1",
        "psn_name": "样例", "medfee_sumamt": "1.00", "vali_flag": "1",
        "fixmedins_code": "H61040100001"}});
    assert_eq!(well(hospital.call("4401", &page).await), json!({}));
    assert_eq!(gateway.count("front_pages").await, 1);
    // Department codes are spelt …_code in V1.1.27 and …_codg in V8.1.
    for (seed, name) in [(81, "adm_dept_code"), (82, "adm_dept_codg")] {
        let mut list = lists(1, seed).remove(0);
        let info = list["setlinfo"].as_object_mut().unwrap();
        info.shift_remove("adm_dept_code");
        info.shift_remove("adm_dept_codg");
        info.insert(name.to_owned(), json!("D01"));
        let query = data(json!({"setl_id": info["setl_id"]}));
        well(hospital.call("4101A", &list).await);
        let stored = well(hospital.call("4103", &query).await);
        assert_eq!(stored["setlinfo"]["adm_dept_codg"], "D01", "{name}");
    }
    gateway.stop().await;
}

#[actix_web::test]
async fn every_published_address_leads_to_the_door() {
    let gateway = Gateway::start_with(|config| {
        let door = &mut config.transaction;
        door.paths.insert("/local/qc".into(), "4104".into());
        door.infnos.insert("370104".into(), "610104".into());
    })
    .await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let query = page(json!({"setl_ym": "202610"}));
    let message = |infno: &str| {
        let msgid = hospital.client.msgid(crate::harness::now()).unwrap();
        hospital.message(infno, &query, &msgid)
    };
    for path in [
        PATH,
        "/fsi/api/rsfComIfsService/callService/4104",
        "/fsi/api/medinfoupload/queryQltctrlProblemPage",
        "/local/qc",
    ] {
        let output = well(hospital.send(path, &message("4104")).await);
        assert_eq!(output, json!({"data": []}), "{path}");
    }
    let text = hospital.send_as("text/plain", PATH, &message("4104")).await;
    assert_eq!(well(text), json!({"data": []}));
    for path in ["/fsi/api/rsfComIfsService/callService/3607", "/local/qc"] {
        let infno = if path == "/local/qc" { "3607" } else { "4104" };
        let reply = hospital.send(path, &message(infno)).await;
        assert_eq!(reply.code, "CHS-42220", "{path}: {}", reply.err_msg);
    }
    // A number of our own that is another one here.
    let counts = json!({"setl_ym": "202610"});
    assert_eq!(
        well(hospital.call("610104", &counts).await)["hospital_submit_cnt"],
        0
    );
    assert_eq!(hospital.call("370104", &counts).await.code, "CHS-40410");
    gateway.stop().await;
}

/// Gives a development caller another access key and secret.
async fn issue(gateway: &Gateway, name: &str, gateway_id: &str, secret: &str) {
    let app_id = gateway.caller(name).app_id;
    let (app, now) = (&gateway.app, Utc::now());
    let pair = Sm2PrivateKey::generate(&mut SysRng).unwrap();
    let key = NewKey {
        app_id: &app_id,
        key_id: "TEST-issued",
        public_key: pair.public_key(),
        app_secret: "30BFE2B0C715E516E5EDF21E289DA826",
        gcm_key: None,
        gateway_secret: Some(secret),
        input_key: None,
        not_before: now,
        not_after: None,
    };
    let key = key.sealed(&app.keys.master).unwrap();
    callers::rotate(&app.store, &key, now, now).await.unwrap();
    let change = Change {
        gateway_id: Some(gateway_id.to_owned()),
        ..Change::default()
    };
    callers::change(&app.store, &app_id, &change, now)
        .await
        .unwrap();
    for _ in 0..300 {
        if app.register.current().find_gateway(gateway_id).is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{gateway_id} never came into force");
}

#[actix_web::test]
async fn the_written_down_header_vectors_open_the_door() {
    let gateway = Gateway::start_with(|config| {
        config.limits.callers_seconds = 1;
        // The vectors are of November 2023.
        config.transaction.csb_window_seconds = 1_000_000_000;
        config.transaction.tif_window_seconds = 1_000_000_000;
    })
    .await;
    issue(&gateway, "hospital-a", "AK_TEST", "SK_TEST").await;
    issue(&gateway, "hospital-b", "PAAS_TEST", "testtoken").await;
    let csb = |signature: &str| {
        vec![
            ("_api_name", "1101".to_owned()),
            ("_api_version", "1.0.0".to_owned()),
            ("_api_timestamp", "1700000000000".to_owned()),
            ("_api_access_key", "AK_TEST".to_owned()),
            ("_api_signature", signature.to_owned()),
        ]
    };
    let tif = |signature: &str| {
        vec![
            ("x-tif-paasid", "PAAS_TEST".to_owned()),
            ("x-tif-timestamp", "1700000000".to_owned()),
            ("x-tif-nonce", "nonce-1".to_owned()),
            ("x-tif-signature", signature.to_owned()),
        ]
    };
    let good_tif = "c7241c08e82b5b92f9d673372b159a5e5d7561453ffe1e08210205ee393256cb";
    for (name, good, bad) in [
        (
            "hospital-a",
            csb("995AkCqjI4nI2pfigaZ5nJpHxCg="),
            csb("995AkCqjI4nI2pfigaZ5nJpHxCk="),
        ),
        (
            "hospital-b",
            tif(good_tif),
            tif(&good_tif.replace("c724", "c725")),
        ),
    ] {
        let sender = Sender::new(&gateway, name, Family::Csb);
        let body = sender.changed("1101", |_| {}).body;
        // The headers verify; 1101 itself is none of this gateway's transactions.
        let message = Message {
            headers: good,
            body: body.clone(),
        };
        let reply = sender.send(PATH, &message).await;
        assert_eq!(
            (reply.status, reply.code.as_str()),
            (200, "CHS-40410"),
            "{name}"
        );
        let message = Message { headers: bad, body };
        let reply = sender.send(PATH, &message).await;
        assert_eq!(
            reply.body,
            json!({"code": 401, "message": "签名不一致!"}),
            "{name}"
        );
    }
    // An access key belongs to one caller.
    let change = Change {
        gateway_id: Some("AK_TEST".into()),
        ..Change::default()
    };
    let city = gateway.caller("city").app_id;
    let taken = callers::change(&gateway.app.store, &city, &change, Utc::now()).await;
    assert_eq!(taken.unwrap_err().code.code(), "CHS-40930");
    gateway.stop().await;
}

#[actix_web::test]
async fn input_is_signed_and_encrypted_where_that_is_agreed() {
    let gateway = Gateway::start_with(|config| config.limits.callers_seconds = 1).await;
    let mut hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let query = page(json!({"setl_ym": "202610"}));

    agree(
        &gateway,
        "hospital-a",
        &json!({"sign_input": true, "infcode": "text"}),
    )
    .await;
    let unsigned = hospital.call("4104", &query).await;
    assert_eq!(unsigned.code, "CHS-40114", "{}", unsigned.err_msg);
    hospital.client.security.signature = Need::Required;
    // The harness opens the answer with the platform's key: its cainfo verified.
    let signed = hospital.call("4104", &query).await;
    assert_eq!(signed.body["infcode"], "0");
    assert_eq!(signed.body["signtype"], "SM2");
    assert_eq!(signed.body["cainfo"].as_str().unwrap().len(), 88);
    well(signed);
    let msgid = hospital.client.msgid(crate::harness::now()).unwrap();
    let mut message = hospital.message("4104", &query, &msgid);
    message.body = message.body.replace("202610", "202611");
    let altered = hospital.send(PATH, &message).await;
    assert_eq!(altered.code, "CHS-40114");

    agree(
        &gateway,
        "hospital-a",
        &json!({"sign_input": true, "encrypt_input": true}),
    )
    .await;
    assert_eq!(
        hospital.call("4104", &query).await.code,
        "CHS-40114",
        "plain input"
    );
    let key = gateway.caller("hospital-a").input_key.unwrap();
    hospital.client.security.key = Some(Sm4Key::from_hex(&key).unwrap());
    let sealed = hospital.call("4104", &query).await;
    assert_eq!(sealed.body["enctype"], "SM4");
    assert!(sealed.body["output"].is_string());
    assert_eq!(well(sealed), json!({"data": []}));
    let other = Sm4Key::generate(&mut SysRng).unwrap();
    hospital.client.security.key = Some(other);
    assert_eq!(hospital.call("4104", &query).await.code, "CHS-40114");
    gateway.stop().await;
}

#[actix_web::test]
async fn operators_sign_in_where_the_area_asks_for_it() {
    let gateway = Gateway::start_with(|config| {
        config.transaction.sign_no = chs_gateway::config::SignNo::Live;
    })
    .await;
    let mut hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let query = page(json!({"setl_ym": "202610"}));
    let terminal =
        |mac: &str| json!({"signIn": {"opter_no": "001", "mac": mac, "ip": "192.0.2.7"}});
    assert_eq!(hospital.call("4104", &query).await.code, "CHS-40115");
    let signed_in = well(hospital.call("9001", &terminal("00-00-5E-00-53-01")).await);
    let sign_no = signed_in["signinoutb"]["sign_no"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(sign_no.len(), 30);
    assert!(signed_in["signinoutb"]["sign_time"].is_string());
    let other = well(hospital.call("9001", &terminal("00-00-5E-00-53-02")).await);
    assert_eq!(
        other["signinoutb"]["sign_no"],
        json!(sign_no),
        "one number a day"
    );

    hospital.sign_no = sign_no.clone();
    well(hospital.call("4104", &query).await);
    // It is the number of this caller's operator only.
    let mut stranger = Sender::new(&gateway, "hospital-b", Family::Csb);
    stranger.sign_no = sign_no.clone();
    assert_eq!(stranger.call("4104", &query).await.code, "CHS-40115");

    let out = json!({"signOut": {"sign_no": sign_no, "opter_no": "001"}});
    assert_eq!(stranger.call("9002", &out).await.code, "CHS-40411");
    assert!(well(hospital.call("9002", &out).await)["sign_time"].is_string());
    assert_eq!(hospital.call("4104", &query).await.code, "CHS-40115");
    assert_eq!(hospital.call("9002", &out).await.code, "CHS-40411");
    let again = well(hospital.call("9001", &terminal("00-00-5E-00-53-01")).await);
    assert_ne!(again["signinoutb"]["sign_no"], json!(sign_no));
    // A number of yesterday does not do.
    hospital.sign_no = again["signinoutb"]["sign_no"].as_str().unwrap().to_owned();
    well(hospital.call("4104", &query).await);
    gateway.batch("UPDATE sign_ins SET day = day - 1").await;
    assert_eq!(hospital.call("4104", &query).await.code, "CHS-40115");
    gateway.stop().await;
}
