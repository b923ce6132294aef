//! Publication of a month and objections within its window.

use serde_json::{Value, json};

use crate::harness::{Answer, Gateway, lists, rows, setl_id, submitted};

async fn object(gateway: &Gateway, name: &str, list: &Value) -> Answer {
    let data =
        json!({"setl_id": setl_id(list), "reason": "主要手术未计入", "wanted_drg_code": "BR11"});
    gateway.call(name, "/objections/submit", &data).await
}

async fn decide(gateway: &Gateway, list: &Value, decision: &str) -> Answer {
    let data = json!({"setl_id": setl_id(list), "decision": decision, "opinion": "经复核"});
    gateway.call("city", "/objections/decide", &data).await
}

#[actix_web::test]
async fn hospitals_object_within_the_window() {
    let gateway = Gateway::start().await;
    let lists = lists(3, 71);
    for list in &lists[..2] {
        submitted(&gateway, list).await;
    }
    let query = json!({"setl_ym": "202610"});
    let before = gateway
        .call("hospital-a", "/publication/query", &query)
        .await;
    assert_eq!(before.data["open"], json!(false));
    assert!(rows(&before.data).is_empty());
    assert_eq!(
        object(&gateway, "hospital-a", &lists[0]).await.code,
        "CHS-40906"
    );

    let publish = json!({"setl_ym": "202610", "days": 5});
    let opened = gateway.call("city", "/publication/publish", &publish).await;
    assert_eq!(
        (&opened.data["round"], &opened.data["setl_psntime"]),
        (&json!(1), &json!(2))
    );
    let twice = gateway.call("city", "/publication/publish", &publish).await;
    assert_eq!((twice.status, twice.code.as_str()), (409, "CHS-40907"));
    // What is grouped afterwards is not published.
    submitted(&gateway, &lists[2]).await;
    assert_eq!(
        object(&gateway, "hospital-a", &lists[2]).await.code,
        "CHS-40906"
    );

    let raised = object(&gateway, "hospital-a", &lists[0]).await;
    assert_eq!(
        (&raised.data["state"], &raised.data["number"]),
        (&json!("OPEN"), &json!(1))
    );
    let again = object(&gateway, "hospital-a", &lists[0]).await;
    assert_eq!((again.status, again.code.as_str()), (409, "CHS-40907"));
    let foreign = object(&gateway, "hospital-b", &lists[0]).await;
    assert_eq!((foreign.status, foreign.code.as_str()), (404, "CHS-40402"));

    let seen = gateway
        .call("hospital-a", "/publication/query", &query)
        .await
        .data;
    assert_eq!(rows(&seen).len(), 2);
    let other = gateway
        .call("hospital-b", "/publication/query", &query)
        .await
        .data;
    assert!(rows(&other).is_empty());
    let objected = json!({"setl_ym": "202610", "objected": true, "page_size": 1});
    let seen = gateway
        .call("city", "/publication/query", &objected)
        .await
        .data;
    assert_eq!(rows(&seen).len(), 1);
    assert!(seen.get("next").is_none());
    let row = &seen["rows"][0];
    assert_eq!(row["setl_id"], json!(setl_id(&lists[0])));
    assert_eq!(row["objection"]["wanted_drg_code"], "BR11");

    assert_eq!(
        decide(&gateway, &lists[1], "UPHELD").await.code,
        "CHS-40403"
    );
    let upheld = decide(&gateway, &lists[0], "UPHELD").await;
    assert_eq!(upheld.data["state"], "UPHELD", "{}", upheld.data);
    assert_eq!(
        decide(&gateway, &lists[0], "REJECTED").await.code,
        "CHS-40907"
    );
    let seen = gateway
        .call("city", "/publication/query", &objected)
        .await
        .data;
    assert_eq!(seen["rows"][0]["objection"]["opinion"], "经复核");

    // The window closes; a frozen list takes no objection either.
    gateway
        .batch("UPDATE publications SET closes_at = opened_at")
        .await;
    assert_eq!(
        object(&gateway, "hospital-a", &lists[1]).await.code,
        "CHS-40906"
    );
    gateway
        .batch("UPDATE settlement_lists SET frozen_batch = 'M1'")
        .await;
    assert_eq!(
        object(&gateway, "hospital-a", &lists[1]).await.code,
        "CHS-40904"
    );
    let again = gateway.call("city", "/publication/publish", &publish).await;
    assert_eq!(
        (&again.data["round"], &again.data["setl_psntime"]),
        (&json!(2), &json!(3))
    );
    gateway.stop().await;
}
