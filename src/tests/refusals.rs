//! Contract loops: every operation × every way to be refused before its work.

use chs_gateway::{commands::call::unique, operations::TABLE};
use serde_json::{Value, json};

use crate::harness::{Gateway, now};

#[actix_web::test]
async fn what_is_no_message_is_refused_by_form() {
    let gateway = Gateway::start_with(|config| config.limits.body_bytes = 4_096).await;
    // The registration of the development callers.
    let before = gateway.count("audit_records").await;
    let client = gateway.client("hospital-a");
    let message = client
        .seal("{\"a\":1}", &unique(), &unique(), now())
        .unwrap()
        .to_json();
    let changed = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        let mut value: Value = serde_json::from_str(&message).unwrap();
        change(value.as_object_mut().unwrap());
        value.to_string()
    };
    let cases: Vec<(&str, String, u16, &str)> = vec![
        ("not JSON", "{".into(), 400, "CHS-40001"),
        ("an array", "[]".into(), 400, "CHS-40001"),
        ("nothing", String::new(), 400, "CHS-40001"),
        (
            "unknown member",
            changed(&|m| drop(m.insert("x".into(), json!("1")))),
            400,
            "CHS-40002",
        ),
        (
            "empty member",
            changed(&|m| drop(m.insert("nonce".into(), json!("")))),
            400,
            "CHS-40003",
        ),
        (
            "duplicate key",
            message.replacen('{', "{\"version\":\"1.0.0\",", 1),
            400,
            "CHS-40004",
        ),
        (
            "missing member",
            changed(&|m| drop(m.shift_remove("nonce"))),
            400,
            "CHS-40005",
        ),
        (
            "number for text",
            changed(&|m| drop(m.insert("nonce".into(), json!(1)))),
            400,
            "CHS-40006",
        ),
        (
            "lower-case hex",
            changed(&|m| {
                let lower = m["encData"].as_str().unwrap().to_lowercase();
                m.insert("encData".into(), json!(lower));
            }),
            400,
            "CHS-40006",
        ),
        (
            "stranger",
            changed(&|m| drop(m.insert("appId".into(), json!("0".repeat(32))))),
            401,
            "CHS-40101",
        ),
        (
            "wrong signature",
            changed(&|m| drop(m.insert("nonce".into(), json!(unique())))),
            401,
            "CHS-40102",
        ),
        ("too large", " ".repeat(5_000), 413, "CHS-41301"),
    ];
    for row in TABLE {
        for (what, body, status, code) in &cases {
            let answer = gateway.send(&client, row.path, body.clone()).await;
            assert_eq!(
                (answer.status, answer.code.as_str(), answer.sealed),
                (*status, *code, false),
                "{} {what}",
                row.id
            );
        }
    }
    for table in ["nonces", "idempotency"] {
        assert_eq!(gateway.count(table).await, 0, "{table}");
    }
    assert_eq!(gateway.count("audit_records").await, before);
    gateway.stop().await;
}

#[actix_web::test]
async fn stale_messages_are_refused_on_both_sides_of_the_window() {
    let gateway = Gateway::start().await;
    let client = gateway.client("hospital-a");
    for (offset, code) in [
        (-310_000, "CHS-40103"),
        (310_000, "CHS-40103"),
        (-290_000, "CHS-42202"),
    ] {
        let message = client
            .seal("{\"a\":1}", &unique(), &unique(), now() + offset)
            .unwrap()
            .to_json();
        assert_eq!(
            gateway.send(&client, "/reports", message).await.code,
            code,
            "{offset}"
        );
    }
    gateway.stop().await;
}

#[actix_web::test]
async fn roles_are_kept_and_refusals_audited() {
    let gateway = Gateway::start().await;
    // Where the registration of the development callers left it.
    let before = gateway.count("audit_records").await;
    let mut refused = 0;
    for row in TABLE {
        for name in ["hospital-a", "county", "city", "province", "nation", "core"] {
            let caller = gateway.caller(name);
            let allowed = row.roles.iter().any(|role| role.as_str() == caller.role);
            let answer = gateway.call(name, row.path, &json!({"no": "thing"})).await;
            let wanted = if allowed { "CHS-42202" } else { "CHS-40301" };
            assert_eq!(
                (answer.code.as_str(), answer.sealed),
                (wanted, true),
                "{name} {}",
                row.id
            );
            refused += i64::from(!allowed);
        }
    }
    assert_eq!(gateway.count("audit_records").await, before + refused);
    assert_eq!(gateway.count("nonces").await, 0);
    gateway.stop().await;
}

#[actix_web::test]
async fn the_frameworks_own_errors_go_through_the_table() {
    let gateway = Gateway::start().await;
    let check = async |request: reqwest::RequestBuilder, status: u16, code: &str| {
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        assert!(response.headers().contains_key("x-request-id"));
        let problem: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(problem["code"], code);
        assert_eq!(problem["status"], status);
    };
    let http = &gateway.http;
    check(
        http.get(format!("{}/nowhere", gateway.url)),
        404,
        "CHS-40401",
    )
    .await;
    check(
        http.get(format!("{}/schemas/nothing.json", gateway.url)),
        404,
        "CHS-40401",
    )
    .await;
    check(
        http.delete(format!("{}/healthz", gateway.url)),
        405,
        "CHS-40501",
    )
    .await;
    for row in TABLE {
        let url = format!("{}/api/v1{}", gateway.url, row.path);
        check(http.get(&url), 405, "CHS-40501").await;
        let text = http
            .post(&url)
            .header("content-type", "text/plain")
            .body("{}");
        check(text, 415, "CHS-41501").await;
        check(http.post(&url).body("{}"), 415, "CHS-41501").await;
    }
    gateway.stop().await;
}

#[actix_web::test]
async fn a_caller_over_its_rate_waits() {
    let gateway = Gateway::start_with(|config| config.limits.caller_per_second = 1).await;
    let query = json!({"setl_ym": "202610", "level": "hospital"});
    let path = "/groupings/fee-summary";
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(gateway.call("hospital-a", path, &query).await.code);
    }
    assert!(codes.contains(&"CHS-42901".to_owned()), "{codes:?}");
    assert_eq!(gateway.call("hospital-b", path, &query).await.code, "0");
    gateway.stop().await;
}
