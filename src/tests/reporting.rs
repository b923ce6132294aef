//! Operations 8, 9 and 10: report, revoke and verify of official grouping results.

use serde_json::{Value, json};

use crate::harness::{
    Answer, Gateway, batch, lists, report_item, setl_id, state_change, submit, submitted,
};

async fn report(gateway: &Gateway, batch_no: &str, items: &[Value]) -> Answer {
    gateway
        .call("city", "/groupings/report", &batch(batch_no, items))
        .await
}

fn results(answer: &Answer) -> Vec<&str> {
    let items = answer.data["items"].as_array();
    let items = items.unwrap_or_else(|| panic!("{}", answer.data));
    items
        .iter()
        .map(|item| item["result"].as_str().unwrap())
        .collect()
}

async fn revoke(gateway: &Gateway, setl_id: &str, sequence: i32) -> Answer {
    let data = json!({"setl_id": setl_id, "sequence": sequence, "reason_code": "2",
        "reason": "方案有误"});
    gateway.call("city", "/groupings/revoke", &data).await
}

async fn verify(gateway: &Gateway, name: &str, item: &Value) -> Value {
    let data = json!({"items": [item]});
    let answer = gateway.call(name, "/groupings/verify", &data).await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    answer.data["items"][0].clone()
}

fn claim(item: &Value) -> Value {
    json!({"setl_id": item["setl_id"], "fixmedins_code": item["fixmedins_code"],
        "drg_code": item["drg_code"], "grp_ver": "xianyang-2025"})
}

#[actix_web::test]
async fn each_item_is_answered_for_itself() {
    let gateway = Gateway::start().await;
    let mut items = Vec::new();
    for list in lists(8, 41) {
        let answer = submitted(&gateway, &list).await;
        items.push(report_item(&gateway, &answer, 1).await);
    }
    items[1]["setl_id"] = json!("UNKNOWN");
    items[2]["input_digest"] = json!("0".repeat(64));
    items[3]["drg_code"] = json!("ZZ99");
    items[4]["sequence"] = json!(2);
    items[5]["sequence"] = json!("one");
    let frozen = items[6]["setl_id"].as_str().unwrap();
    gateway
        .batch(&format!(
            "UPDATE settlement_lists SET frozen_batch = 'M1' WHERE setl_id = '{frozen}'"
        ))
        .await;
    let repeated = items[0].clone();
    items.push(repeated);
    let answer = report(&gateway, "B1", &items).await;
    assert_eq!(
        results(&answer),
        [
            "ACCEPTED",
            "LIST_UNKNOWN",
            "DIGEST_MISMATCH",
            "GROUP_UNKNOWN",
            "SEQUENCE_GAP",
            "ITEM_INVALID",
            "FROZEN",
            "ACCEPTED",
            "DUPLICATE",
        ]
    );
    assert_eq!(answer.data["accepted"], 2);
    assert_eq!(gateway.count("reported_groupings").await, 2);
    assert_eq!(gateway.count("outbox").await, 1);
    // The same again under a new requestId: the first answers again, nothing new.
    let again = report(&gateway, "B1", &[items[0].clone()]).await;
    assert_eq!(results(&again), ["DUPLICATE"]);
    assert_eq!(
        again.data["items"][0]["reported_at"],
        answer.data["items"][0]["reported_at"]
    );
    // Another digest under the same sequence is stale, the next one is not open yet.
    let mut stale = items[0].clone();
    stale["input_digest"] = json!("1".repeat(64));
    let mut next = items[0].clone();
    next["sequence"] = json!(2);
    let answer = report(&gateway, "B2", &[stale, next]).await;
    assert_eq!(results(&answer), ["SEQUENCE_STALE", "SEQUENCE_GAP"]);
    // A batch number belongs to one content.
    let mut corrected = items[4].clone();
    corrected["sequence"] = json!(1);
    let refused = report(&gateway, "B1", std::slice::from_ref(&corrected)).await;
    assert_eq!((refused.status, refused.code.as_str()), (409, "CHS-40905"));
    let mut unknown = batch("B3", std::slice::from_ref(&corrected));
    unknown["grp_ver"] = json!("nowhere-1");
    let answer = gateway.call("city", "/groupings/report", &unknown).await;
    assert_eq!(results(&answer), ["SCHEME_NOT_INSTALLED"]);
    assert_eq!(
        results(&report(&gateway, "B3", &[corrected]).await),
        ["ACCEPTED"]
    );
    gateway.stop().await;
}

#[actix_web::test]
async fn a_revoked_result_is_reported_again_under_the_next_sequence() {
    let gateway = Gateway::start().await;
    let list = lists(1, 42).remove(0);
    let id = setl_id(&list);
    let answer = submitted(&gateway, &list).await;
    let mut item = report_item(&gateway, &answer, 1).await;
    assert_eq!(
        revoke(&gateway, &id, 1).await.data["result"],
        "NOT_REPORTED"
    );
    assert_eq!(
        results(&report(&gateway, "B1", &[item.clone()]).await),
        ["ACCEPTED"]
    );
    let first = revoke(&gateway, &id, 1).await;
    assert_eq!(first.data["result"], "REVOKED");
    assert_eq!(first.data["revoked"], true);
    let again = revoke(&gateway, &id, 1).await;
    assert_eq!(again.data, first.data, "the same answer again");
    assert_eq!(
        verify(&gateway, "province", &claim(&item)).await["result"],
        "REVOKED"
    );
    item["sequence"] = json!(2);
    assert_eq!(
        results(&report(&gateway, "B2", &[item.clone()]).await),
        ["ACCEPTED"]
    );
    assert_eq!(
        gateway
            .sql("SELECT operation || ' ' || state FROM outbox ORDER BY position")
            .await,
        [
            "groupings.report waiting",
            "groupings.revoke waiting",
            "groupings.report waiting"
        ]
    );
    gateway
        .batch("UPDATE settlement_lists SET frozen_batch = 'M1'")
        .await;
    assert_eq!(revoke(&gateway, &id, 2).await.data["result"], "FROZEN");
    assert_eq!(revoke(&gateway, &id, 1).await.data, first.data);
    assert_eq!(
        revoke(&gateway, "NOBODY", 1).await.data["result"],
        "NOT_REPORTED"
    );
    gateway.stop().await;
}

#[actix_web::test]
async fn the_withdrawal_of_a_list_revokes_what_was_reported() {
    let gateway = Gateway::start().await;
    let list = lists(1, 43).remove(0);
    let answer = submitted(&gateway, &list).await;
    let item = report_item(&gateway, &answer, 1).await;
    report(&gateway, "B1", std::slice::from_ref(&item)).await;
    let failed = json!({"setl_id": setl_id(&list), "stas_type": "3", "reason": "主诊断选择有误"});
    let audit = gateway
        .call("county", "/settlement-lists/audit", &failed)
        .await;
    assert_eq!(audit.data["stas_type"], "3", "{}", audit.data);
    let back = gateway
        .call("hospital-a", "/reports", &state_change(&list, "0"))
        .await;
    assert_eq!(back.data["stas_type"], "0");
    assert_eq!(
        verify(&gateway, "nation", &claim(&item)).await["result"],
        "REVOKED"
    );
    assert_eq!(
        gateway
            .sql("SELECT operation FROM outbox ORDER BY position")
            .await,
        ["groupings.report", "groupings.revoke"]
    );
    assert_eq!(
        gateway
            .sql("SELECT reason_code::text FROM reported_groupings")
            .await,
        ["1"]
    );
    gateway.stop().await;
}

#[actix_web::test]
async fn verification_regroups_the_stored_list() {
    let gateway = Gateway::start().await;
    let mut reported = Vec::new();
    let lists = lists(4, 44);
    for list in &lists {
        let answer = submitted(&gateway, list).await;
        reported.push(report_item(&gateway, &answer, 1).await);
    }
    // The second group is reported wrongly, though it exists.
    let other = if reported[1]["drg_code"] == "BR23" {
        "BR21"
    } else {
        "BR23"
    };
    let right = reported[1]["drg_code"].clone();
    reported[1]["drg_code"] = json!(other);
    reported[1]["adrg_code"] = json!("BR2");
    reported[1]["mdc_codg"] = json!("MDCB");
    let answer = report(&gateway, "B1", &reported[..3]).await;
    assert_eq!(results(&answer), ["ACCEPTED"; 3]);

    let found = verify(&gateway, "province", &claim(&reported[0])).await;
    assert_eq!(
        (&found["result"], &found["state"]),
        (&json!("MATCH"), &json!("VERIFIED"))
    );
    let mut traced = claim(&reported[1]);
    traced["trace"] = json!(true);
    let found = verify(&gateway, "province", &traced).await;
    assert_eq!(found["result"], "MISMATCH");
    assert_eq!(found["state"], "VERIFY_FAILED");
    assert_eq!(
        (&found["drg_code"], &found["regrouped"]["drg_code"]),
        (&json!(other), &right)
    );
    assert!(found["regrouped"]["trace"].is_object(), "{found}");
    // The right group claimed, but another one reported, is no match either.
    let mut claimed = claim(&reported[1]);
    claimed["drg_code"] = right;
    let found = verify(&gateway, "nation", &claimed).await;
    assert_eq!(found["result"], "MISMATCH");
    assert_eq!(found["reported_drg_code"], other);

    // Changed after its report: failed by the office, corrected and uploaded again.
    let failed = json!({"setl_id": setl_id(&lists[2]), "stas_type": 3, "reason": "更正"});
    gateway
        .call("city", "/settlement-lists/audit", &failed)
        .await;
    let mut changed = lists[2].clone();
    changed["setlinfo"]["dscg_way"] = json!("4");
    submitted(&gateway, &changed).await;
    let found = verify(&gateway, "province", &claim(&reported[2])).await;
    assert_eq!(
        (&found["result"], &found["state"]),
        (&json!("ALTERED"), &json!("VERIFY_FAILED"))
    );
    assert_eq!(found["reported_digest"], reported[2]["input_digest"]);
    assert_ne!(found["stored_digest"], found["reported_digest"]);

    // Not reported: province and nation know nothing of it, the city sees its own.
    for (name, result) in [
        ("province", "UNKNOWN"),
        ("nation", "UNKNOWN"),
        ("city", "MATCH"),
    ] {
        let found = verify(&gateway, name, &claim(&reported[3])).await;
        assert_eq!(found["result"], result, "{name}");
        assert!(found.get("state").is_none());
    }
    let mut nowhere = claim(&reported[0]);
    nowhere["grp_ver"] = json!("nowhere-1");
    let found = verify(&gateway, "province", &nowhere).await;
    assert_eq!(found["result"], "SCHEME_NOT_INSTALLED");
    let found = verify(&gateway, "province", &json!({"setl_id": "S1"})).await;
    assert_eq!(found["result"], "ITEM_INVALID");
    // Every call is on the audit chain.
    let calls = gateway
        .sql("SELECT subject FROM audit_records WHERE operation = 'groupings.verify'")
        .await;
    assert_eq!(calls.len(), 9);
    gateway.stop().await;
}

#[actix_web::test]
async fn province_and_nation_sum_up_what_was_reported() {
    let gateway = Gateway::start().await;
    let mut items = Vec::new();
    for list in lists(3, 45) {
        let answer = gateway.call("hospital-a", "/reports", &submit(&list)).await;
        items.push(report_item(&gateway, &answer, 1).await);
    }
    let query = json!({"setl_ym": "202610", "level": "case"});
    let path = "/groupings/fee-summary";
    assert_eq!(
        gateway.call("province", path, &query).await.data["total"],
        0
    );
    report(&gateway, "B1", &items[..2]).await;
    let seen = gateway.call("province", path, &query).await.data;
    assert_eq!(seen["total"], 2);
    let all = gateway.call("city", path, &query).await.data;
    for row in seen["rows"].as_array().unwrap() {
        let own = all["rows"]
            .as_array()
            .unwrap()
            .iter()
            .find(|own| own["setl_id"] == row["setl_id"])
            .unwrap();
        for name in ["drg_code", "medfee_sumamt", "weight"] {
            assert_eq!(row[name], own[name], "{name}");
        }
    }
    revoke(&gateway, items[0]["setl_id"].as_str().unwrap(), 1).await;
    assert_eq!(
        gateway.call("province", path, &query).await.data["total"],
        1
    );
    gateway.stop().await;
}
