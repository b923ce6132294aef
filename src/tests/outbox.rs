//! Delivery of the outbox against the stand-in platform.

use std::{process::Output, time::Duration};

use chs_gateway::{audit, config::Config};
use serde_json::{Value, json};

use crate::{
    harness::{Gateway, batch, lists, report_item, submitted},
    province::{Mood, Province},
};

/// Fast settings for one test.
pub(crate) fn to(province: &Province) -> impl FnOnce(&mut Config) {
    let (url, caller) = (province.url.clone(), province.caller.clone());
    move |config| {
        let upstream = &mut config.upstream;
        upstream.url = url;
        upstream.caller = Some(caller);
        upstream.poll_ms = 30;
        upstream.backoff_ms = 30;
        upstream.timeout_seconds = 1;
        upstream.connect_seconds = 1;
    }
}

/// Waits until the outbox has these numbers of messages in these states.
pub(crate) async fn until(gateway: &Gateway, state: &str, count: usize) {
    let sql = format!("SELECT COUNT(*) FROM outbox WHERE state = '{state}'");
    for _ in 0..300 {
        if gateway.sql(&sql).await == [count.to_string()] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rows = "SELECT concat_ws(' ', operation, state, attempts, last_error) FROM outbox";
    panic!("never {count} {state}: {:?}", gateway.sql(rows).await);
}

/// Submits and reports a list; gives the item.
async fn reported(gateway: &Gateway, list: &Value, batch_no: &str) -> Value {
    let answer = submitted(gateway, list).await;
    let item = report_item(gateway, &answer, 1).await;
    let message = batch(batch_no, std::slice::from_ref(&item));
    let answer = gateway.call("city", "/groupings/report", &message).await;
    assert_eq!(answer.data["accepted"], 1, "{}", answer.data);
    item
}

async fn revoke(gateway: &Gateway, item: &Value) {
    let data = json!({"setl_id": item["setl_id"], "sequence": 1, "reason_code": "9",
        "reason": "测试"});
    let answer = gateway.call("city", "/groupings/revoke", &data).await;
    assert_eq!(answer.data["result"], "REVOKED", "{}", answer.data);
}

fn outbox(gateway: &Gateway, arguments: &[&str]) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .arg("outbox")
        .args(arguments)
        .arg("--data")
        .arg(gateway.data())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[actix_web::test]
async fn what_is_reported_arrives_once_and_in_order_whatever_the_line_does() {
    let province = Province::start().await;
    let gateway = Gateway::start_with(to(&province)).await;
    let lists = lists(5, 71);
    // Plain delivery.
    let item = reported(&gateway, &lists[0], "B1").await;
    until(&gateway, "delivered", 1).await;
    // A line that is cut, and a revocation that must not overtake its report.
    province.cut(true);
    let second = reported(&gateway, &lists[1], "B2").await;
    revoke(&gateway, &second).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(province.look(|ledger| ledger.received.len()), 1);
    province.cut(false);
    until(&gateway, "delivered", 3).await;
    // 5xx, an answer that comes too late, a forged one: sent again, carried out once.
    for (number, mood) in [(2, Mood::Unavailable), (3, Mood::Late), (4, Mood::Forged)] {
        province.mood(mood);
        reported(&gateway, &lists[number], &format!("B{}", number + 1)).await;
        let retried =
            "SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND last_error IS NOT NULL";
        for _ in 0..200 {
            if gateway.sql(retried).await == ["1"] {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(gateway.sql(retried).await, ["1"], "{mood:?} is no delivery");
        province.mood(Mood::Well);
        until(&gateway, "delivered", number + 2).await;
    }
    let (operations, repeats) = province.look(|ledger| {
        assert_eq!(ledger.violations, Vec::<String>::new());
        assert_eq!(ledger.unverified, 0);
        let paths: Vec<_> = ledger.received.iter().map(|one| one.path.clone()).collect();
        (paths, ledger.repeats)
    });
    assert_eq!(operations.len(), 6);
    assert!(operations[2].ends_with("/revoke"), "{operations:?}");
    assert!(
        repeats >= 2,
        "the late and the forged answer led to repeats"
    );
    province.look(|ledger| {
        assert_eq!(
            ledger.received[0].data["items"][0]["drg_code"],
            item["drg_code"]
        );
        assert_eq!(ledger.cases.len(), 5);
    });
    // The message that went up is the row's, under its id; each delivery is on the chain.
    let ids = gateway
        .sql("SELECT message_id FROM outbox ORDER BY position")
        .await;
    assert_eq!(
        province.look(|ledger| ledger.received[0].request_id.clone()),
        ids[0]
    );
    let delivered = "SELECT request_id FROM audit_records WHERE operation = 'outbox.deliver'
                     AND outcome = 'delivered' ORDER BY at";
    assert_eq!(gateway.sql(delivered).await.len(), 6);
    assert!(
        audit::verify(&gateway.app.store)
            .await
            .unwrap()
            .1
            .is_empty()
    );
    let metrics = gateway
        .http
        .get(format!("{}/metrics", gateway.url))
        .send()
        .await;
    let metrics = metrics.unwrap().text().await.unwrap();
    assert!(metrics.contains("chs_outbox_attempts_total"), "{metrics}");
    gateway.stop().await;
    province.stop().await;
}

#[actix_web::test]
async fn a_refused_message_is_dead_until_an_operator_acts() {
    let province = Province::start().await;
    let gateway = Gateway::start_with(to(&province)).await;
    let lists = lists(2, 72);
    province.mood(Mood::Refuses);
    let item = reported(&gateway, &lists[0], "B1").await;
    until(&gateway, "dead", 1).await;
    province.mood(Mood::Well);
    // What follows in the same case waits behind the dead message, other cases do not.
    revoke(&gateway, &item).await;
    reported(&gateway, &lists[1], "B2").await;
    until(&gateway, "delivered", 1).await;
    let listed: Value =
        serde_json::from_str(&said(&outbox(&gateway, &["list", "--json"]))).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["last_error"], "P-422");
    assert_eq!(listed[1]["operation"], "groupings.revoke");
    let dead = listed[0]["message_id"].as_str().unwrap();

    let shown = said(&outbox(&gateway, &["show", dead]));
    assert!(!shown.contains("input_digest"));
    let shown = said(&outbox(&gateway, &["show", dead, "--payload"]));
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["data"]["items"][0]["setl_id"], item["setl_id"]);
    assert_eq!(shown["answer"]["message"], "no");

    let dry = ["rerun", "--all", "--dry-run", "--reason", "试运行"];
    assert!(said(&outbox(&gateway, &dry)).contains(dead));
    until(&gateway, "dead", 1).await;
    let without = outbox(&gateway, &["rerun", dead]);
    assert_eq!(without.status.code(), Some(2), "a reason is demanded");
    said(&outbox(
        &gateway,
        &["rerun", dead, "--reason", "省平台已修复"],
    ));
    until(&gateway, "delivered", 3).await;
    assert!(province.look(|ledger| ledger.violations.is_empty()));
    let steps = gateway
        .sql(
            "SELECT operation FROM audit_records WHERE app_id = 'operator'
              AND operation LIKE 'outbox.%' ORDER BY at",
        )
        .await;
    assert_eq!(steps, ["outbox.show", "outbox.rerun"]);

    // Dropped: it never arrives, and what waited behind it does.
    province.mood(Mood::Refuses);
    let corrected = {
        let mut item = item.clone();
        item["sequence"] = json!(2);
        item
    };
    let answer = gateway
        .call("city", "/groupings/report", &batch("B3", &[corrected]))
        .await;
    assert_eq!(answer.data["accepted"], 1, "{}", answer.data);
    until(&gateway, "dead", 1).await;
    let dead = gateway
        .sql("SELECT message_id FROM outbox WHERE state = 'dead'")
        .await;
    said(&outbox(
        &gateway,
        &["drop", &dead[0], "--reason", "线下办理"],
    ));
    until(&gateway, "dropped", 1).await;
    let again = said(&outbox(&gateway, &["rerun", &dead[0], "--reason", "x"]));
    assert!(again.contains("dropped"), "{again}");
    assert!(
        audit::verify(&gateway.app.store)
            .await
            .unwrap()
            .1
            .is_empty()
    );
    gateway.stop().await;
    province.stop().await;
}

#[actix_web::test]
async fn a_message_that_goes_on_failing_dies() {
    let province = Province::start().await;
    let settings = to(&province);
    let gateway = Gateway::start_with(|config| {
        settings(config);
        config.upstream.attempts = 3;
    })
    .await;
    province.cut(true);
    reported(&gateway, &lists(1, 73)[0], "B1").await;
    until(&gateway, "dead", 1).await;
    assert_eq!(
        gateway.sql("SELECT attempts::text FROM outbox").await,
        ["3"]
    );
    province.cut(false);
    said(&outbox(
        &gateway,
        &["rerun", "--all", "--reason", "线路恢复"],
    ));
    until(&gateway, "delivered", 1).await;
    gateway.stop().await;
    province.stop().await;
}
