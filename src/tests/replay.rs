//! Replay and idempotency: the same bytes never twice, the same request once.

use chs_envelope::{
    canonical::{Document, Scalars},
    sm::sm3,
};
use chs_gateway::commands::call::unique;
use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{Gateway, lists, now, submit};

#[actix_web::test]
async fn the_same_bytes_are_refused_as_replay() {
    let gateway = Gateway::start().await;
    let client = gateway.client("hospital-a");
    let list = submit(&lists(1, 1)[0]).to_string();
    let message = client
        .seal(&list, "replay-1", &unique(), now())
        .unwrap()
        .to_json();
    let first = gateway.send(&client, "/reports", message.clone()).await;
    assert_eq!(first.code, "0", "{:?}", first.data);
    let again = gateway.send(&client, "/reports", message).await;
    assert_eq!(
        (again.status, again.code.as_str(), again.sealed),
        (409, "CHS-40901", true)
    );
    assert_eq!(gateway.count("nonces").await, 1);
    gateway.stop().await;
}

#[actix_web::test]
async fn a_repeat_under_a_fresh_nonce_gets_the_stored_answer() {
    let gateway = Gateway::start().await;
    let list = submit(&lists(1, 1)[0]);
    let first = gateway
        .call_as("hospital-a", "/reports", &list, "again-1")
        .await;
    let mut again = gateway
        .call_as("hospital-a", "/reports", &list, "again-1")
        .await;
    assert_eq!(again.data["replayed"], true);
    again.data.as_object_mut().unwrap().shift_remove("replayed");
    assert_eq!(first.data, again.data);
    assert_eq!(gateway.count("settlement_lists").await, 1);

    let other = gateway
        .call_as(
            "hospital-a",
            "/reports",
            &submit(&lists(2, 1)[1]),
            "again-1",
        )
        .await;
    assert_eq!((other.status, other.code.as_str()), (422, "CHS-42201"));
    // Another operation is other data, too; another caller has request ids of its own.
    let query = json!({"setl_ym": "202610", "level": "hospital"});
    let other = gateway
        .call_as("hospital-a", "/groupings/fee-summary", &query, "again-1")
        .await;
    assert_eq!(other.code, "CHS-42201");
    let own = gateway
        .call_as("hospital-b", "/groupings/fee-summary", &query, "again-1")
        .await;
    assert_eq!(own.code, "0");
    gateway.stop().await;
}

#[actix_web::test]
async fn a_repeat_of_what_an_earlier_release_kept_is_known() {
    let gateway = Gateway::start().await;
    let (list, other) = (submit(&lists(1, 1)[0]), submit(&lists(2, 1)[1]));
    let first = gateway
        .call_as("hospital-a", "/reports", &list, "earlier-1")
        .await;
    assert_eq!(first.code, "0", "{:?}", first.data);
    let canonical = Document::from_value(&list).canonical(Scalars::Native);
    let kept = sm3(&[canonical.as_bytes()]);
    gateway
        .batch(&format!("UPDATE idempotency SET digest = '{kept}'"))
        .await;
    for (data, code) in [(&list, "0"), (&other, "CHS-42201")] {
        let again = gateway
            .call_as("hospital-a", "/reports", data, "earlier-1")
            .await;
        assert_eq!(again.code, code, "{:?}", again.data);
    }
    assert_eq!(gateway.count("settlement_lists").await, 1);
    gateway.stop().await;
}

#[actix_web::test]
async fn fifty_parallel_sends_store_one_list_and_answer_alike() {
    let gateway = Gateway::start().await;
    let client = gateway.client("hospital-a");
    let list = submit(&lists(1, 1)[0]).to_string();
    let messages: Vec<_> = (0..50)
        .map(|_| {
            client
                .seal(&list, "parallel-1", &unique(), now())
                .unwrap()
                .to_json()
        })
        .collect();
    let answers = join_all(
        messages
            .iter()
            .map(|message| gateway.send(&client, "/reports", message.clone())),
    )
    .await;
    let mut bodies: Vec<_> = answers
        .into_iter()
        .map(|answer| {
            assert_eq!(answer.code, "0", "{:?}", answer.data);
            let mut data = answer.data;
            data.as_object_mut().unwrap().shift_remove("replayed");
            data.to_string()
        })
        .collect();
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert_eq!(gateway.count("settlement_lists").await, 1);
    assert_eq!(
        gateway
            .sql("SELECT revision::text FROM settlement_lists")
            .await,
        ["1"]
    );
    for message in messages {
        assert_eq!(
            gateway.send(&client, "/reports", message).await.code,
            "CHS-40901"
        );
    }
    gateway.stop().await;
}

#[actix_web::test]
async fn a_refused_request_may_be_mended_under_the_same_request_id() {
    let gateway = Gateway::start().await;
    let mut list = lists(1, 1).remove(0);
    list["options"] = json!({"scheme": "no-such"});
    let refused = gateway
        .call_as("hospital-a", "/qc/pre-check", &list, "mend-1")
        .await;
    assert_eq!(refused.code, "CHS-42203");
    list["options"] = json!({});
    let mended = gateway
        .call_as("hospital-a", "/qc/pre-check", &list, "mend-1")
        .await;
    assert_eq!(mended.code, "0");
    gateway.stop().await;
}
