//! Calls that share a transaction are each done once, answered and audited as if alone.

use std::collections::HashSet;

use chs_gateway::{audit, commands::call::unique};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Answer, Gateway, lists, now, setl_id, submitted, upload};

/// A gateway with one worker, so that its calls wait in one queue.
async fn gateway() -> Gateway {
    Gateway::start_with(|config| config.workers = 1).await
}

async fn chain_is_whole(gateway: &Gateway) {
    let (_, faults) = audit::verify(&gateway.app.store).await.unwrap();
    assert!(faults.is_empty(), "{faults:?}");
}

/// Uploads at the same time, each under a requestId of its own; the answers in their order.
async fn at_once(gateway: &Gateway, lists: &[Value]) -> Vec<Answer> {
    let bodies: Vec<Value> = lists.iter().map(upload).collect();
    let calls = bodies
        .iter()
        .map(|body| gateway.call("hospital-a", "/reports", body));
    join_all(calls).await
}

#[actix_web::test]
async fn uploads_that_wait_together_are_stored_in_fewer_transactions() {
    let gateway = gateway().await;
    let lists = lists(60, 1);
    let answers = at_once(&gateway, &lists).await;
    for (answer, list) in answers.iter().zip(&lists) {
        assert_eq!(answer.code, "0", "{}", answer.data);
        assert_eq!(answer.data["setl_id"], setl_id(list));
        assert_eq!(answer.data["revision"], 1);
        assert_eq!(answer.data["stas_type"], "0");
    }
    assert_eq!(gateway.count("settlement_lists").await, 60);
    let ids: HashSet<&str> = answers
        .iter()
        .map(|answer| answer.data["setl_list_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 60);
    let audited = "SELECT subject FROM audit_records WHERE operation = 'reports.submit' \
                   AND outcome = 'done'";
    let audited: HashSet<String> = gateway.sql(audited).await.into_iter().collect();
    assert_eq!(audited, lists.iter().map(setl_id).collect());
    chain_is_whole(&gateway).await;

    let transactions = "SELECT COUNT(DISTINCT xmin::text)::text FROM settlement_lists";
    let transactions: i64 = gateway.sql(transactions).await[0].parse().unwrap();
    assert!(
        transactions < 60,
        "{transactions} transactions for 60 lists"
    );
    // Later uploads of the same lists are their next revisions.
    for answer in at_once(&gateway, &lists).await {
        assert_eq!(answer.data["revision"], 2, "{}", answer.data);
    }
    gateway.stop().await;
}

#[actix_web::test]
async fn what_cannot_be_done_together_is_answered_as_if_alone() {
    let gateway = gateway().await;
    let client = gateway.client("hospital-a");
    let (ours, mut theirs) = (lists(40, 1), lists(4, 2));
    // One list passed already, one call was sent before, one message is replayed.
    let passed = theirs.remove(0);
    submitted(&gateway, &passed).await;
    let before = upload(&theirs[0]);
    let first = gateway
        .call_as("hospital-a", "/reports", &before, "sent-before")
        .await;
    assert_eq!(first.code, "0");
    let message = client
        .seal(&upload(&theirs[1]).to_string(), &unique(), &unique(), now())
        .unwrap()
        .to_json();
    assert_eq!(
        gateway
            .send(&client, "/reports", message.clone())
            .await
            .code,
        "0"
    );

    let refused = upload(&passed);
    let twice = upload(&theirs[2]);
    let other = upload(&ours[0]);
    let call = |body, id| gateway.call_as("hospital-a", "/reports", body, id);
    let (ours, refused, repeated, other, replayed, one, two) = tokio::join!(
        at_once(&gateway, &ours),
        call(&refused, "refused"),
        call(&before, "sent-before"),
        call(&other, "sent-before"),
        gateway.send(&client, "/reports", message),
        call(&twice, "twice-1"),
        call(&twice, "twice-2"),
    );
    for answer in &ours {
        assert_eq!(
            (answer.code.as_str(), &answer.data["revision"]),
            ("0", &json!(1))
        );
    }
    assert_eq!(refused.code, "CHS-40903", "{}", refused.data);
    assert_eq!(repeated.data["replayed"], true);
    assert_eq!(repeated.data["setl_list_id"], first.data["setl_list_id"]);
    assert_eq!(other.code, "CHS-42201", "other data under a used requestId");
    assert_eq!(replayed.code, "CHS-40901");
    // Two uploads of one list: one after the other, in either order.
    let revisions =
        HashSet::from([&one.data["revision"], &two.data["revision"]].map(Value::to_string));
    assert_eq!(revisions, HashSet::from(["1".to_owned(), "2".to_owned()]));
    assert_eq!(gateway.count("settlement_lists").await, 44);
    chain_is_whole(&gateway).await;
    gateway.stop().await;
}

#[actix_web::test]
async fn pre_checks_are_answered_alike_alone_and_together() {
    let gateway = gateway().await;
    let lists = lists(24, 3);
    let check = |list, id: String| {
        let gateway = &gateway;
        async move {
            gateway
                .call_as("hospital-a", "/qc/pre-check", list, &id)
                .await
        }
    };
    let alone = check(&lists[0], "alone".to_owned()).await;
    let together = join_all(
        lists
            .iter()
            .enumerate()
            .map(|(number, list)| check(list, format!("together-{number}"))),
    )
    .await;
    assert_eq!(together[0].data, alone.data);
    for answer in &together {
        assert_eq!(answer.data["advisory"], true);
    }
    // Each is kept for its own repeat.
    for (number, (list, answer)) in lists.iter().zip(&together).enumerate() {
        let mut again = check(list, format!("together-{number}")).await.data;
        assert_eq!(again["replayed"], true);
        again.as_object_mut().unwrap().shift_remove("replayed");
        assert_eq!(again, answer.data);
    }
    chain_is_whole(&gateway).await;
    gateway.stop().await;
}

/// A call whose caller went away is done all the same, and found by its repeat.
#[actix_web::test]
async fn a_caller_that_hangs_up_takes_nobody_with_it() {
    let gateway = gateway().await;
    let client = gateway.client("hospital-a");
    let (gone, stay) = (lists(8, 5), lists(16, 6));
    let requests = gone.iter().enumerate().map(|(number, list)| {
        let message = client
            .seal(
                &upload(list).to_string(),
                &format!("gone-{number}"),
                &unique(),
                now(),
            )
            .unwrap()
            .to_json();
        let sent = gateway
            .http
            .post(format!("{}/api/v1/reports", gateway.url))
            .header("content-type", "application/json")
            .body(message)
            .send();
        // Long enough to be read, too short to be answered, most of the time; both are fine.
        tokio::time::timeout(std::time::Duration::from_millis(5), sent)
    });
    let (_, answers) = tokio::join!(join_all(requests), at_once(&gateway, &stay));
    assert!(answers.iter().all(|answer| answer.code == "0"));
    for (number, list) in gone.iter().enumerate() {
        let again = gateway
            .call_as(
                "hospital-a",
                "/reports",
                &upload(list),
                &format!("gone-{number}"),
            )
            .await;
        assert_eq!(again.code, "0", "{}", again.data);
        assert_eq!(again.data["revision"], 1, "done once, whoever hears of it");
    }
    chain_is_whole(&gateway).await;
    gateway.stop().await;
}
