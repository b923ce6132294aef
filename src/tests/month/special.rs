//! Special-case review: quota, screening, two experts, one appeal, binding.

use serde_json::{Value, json};

use super::{A, apply, billed, bills, fen, freeze, published, run};
use crate::harness::{Answer, Gateway, lists, rows, setl_id, submitted};

fn evidence(n: u8) -> String {
    format!("{n:02x}").repeat(32)
}

async fn declare(gateway: &Gateway, list: &Value) -> Answer {
    let data = json!({"setl_id": setl_id(list), "appy_exit_type": "1", "exit_rea": "住院时间过长",
        "exit_fund_payamt": "123456.78", "evidence": evidence(1)});
    gateway
        .call("hospital-a", "/special-cases/declare", &data)
        .await
}

async fn review(gateway: &Gateway, name: &str, id: &Value, action: &str, more: Value) -> Answer {
    let mut data = json!({"appy_chk_setl_list_id": id, "action": action});
    for (key, value) in more.as_object().unwrap() {
        data[key] = value.clone();
    }
    gateway.call(name, "/special-cases/review", &data).await
}

/// Takes a step that has to succeed; the state after it.
async fn state_after(
    gateway: &Gateway,
    name: &str,
    id: &Value,
    action: &str,
    more: Value,
) -> Value {
    let answer = review(gateway, name, id, action, more).await;
    assert_eq!(answer.code, "0", "{name} {action}: {}", answer.data);
    answer.data["state"].clone()
}

fn experts(gateway: &Gateway, names: [&str; 2]) -> Value {
    json!({"experts": names.map(|name| gateway.caller(name).app_id)})
}

async fn change(gateway: &Gateway, id: &Value, action: &str, proof: Option<u8>) -> Answer {
    let mut data = json!({"appy_chk_setl_list_id": id, "action": action});
    if let Some(proof) = proof {
        data["evidence"] = json!(evidence(proof));
    }
    gateway
        .call("hospital-a", "/special-cases/change", &data)
        .await
}

#[actix_web::test]
async fn two_experts_decide_and_the_decision_is_billed() {
    let gateway = Gateway::start_with(|config| {
        config.settlement.billing_seconds = 1;
        config.settlement.special_share_drg = "0.25".parse().unwrap();
    })
    .await;
    let lists = lists(12, 341);
    for list in &lists {
        submitted(&gateway, list).await;
    }
    // Three of twelve may be declared; a withdrawn one does not count.
    let mut ids = Vec::new();
    for list in &lists[..3] {
        let declared = declare(&gateway, list).await;
        assert_eq!(declared.data["state"], "DECLARED", "{}", declared.data);
        ids.push(declared.data["appy_chk_setl_list_id"].clone());
    }
    assert_eq!(
        declare(&gateway, &lists[0]).await.code,
        "CHS-40945",
        "declared already"
    );
    assert_eq!(
        declare(&gateway, &lists[3]).await.code,
        "CHS-40946",
        "the quota is used up"
    );
    let withdrawn = change(&gateway, &ids[2], "withdraw", None).await;
    assert_eq!(withdrawn.data["vali_flag"], "0");
    let declared = declare(&gateway, &lists[3]).await;
    ids[2] = declared.data["appy_chk_setl_list_id"].clone();
    assert_eq!(declared.code, "0");
    let foreign = json!({"appy_chk_setl_list_id": ids[0], "action": "withdraw"});
    let foreign = gateway
        .call("hospital-b", "/special-cases/change", &foreign)
        .await;
    assert_eq!((foreign.status, foreign.code.as_str()), (404, "CHS-40421"));

    published(&gateway, "202610").await;
    assert_eq!(apply(&gateway, "hospital-a", "202610").await.code, "0");
    assert_eq!(
        freeze(&gateway, A, "202610").await.code,
        "CHS-40940",
        "undecided cases"
    );

    // The first: approved when two experts of other institutions agree on one amount.
    let id = &ids[0];
    let pair = experts(&gateway, ["expert-a", "expert-b"]);
    let early = review(&gateway, "city", id, "assign", pair.clone()).await;
    assert_eq!(early.code, "CHS-40945", "not screened yet");
    assert_eq!(
        state_after(&gateway, "city", id, "screen", json!({})).await,
        "DESK_SCREENED"
    );
    let twice = experts(&gateway, ["expert-a", "expert-a"]);
    assert_eq!(
        review(&gateway, "city", id, "assign", twice).await.code,
        "CHS-42232"
    );
    let hospital = experts(&gateway, ["expert-a", "hospital-b"]);
    assert_eq!(
        review(&gateway, "city", id, "assign", hospital).await.code,
        "CHS-42232"
    );
    assert_eq!(
        state_after(&gateway, "city", id, "assign", pair).await,
        "EXPERT_REVIEW"
    );
    let vote = |amount: &str| json!({"amount": amount, "opnn": "同意"});
    let outsider = review(&gateway, "expert-c", id, "approve", vote("50000")).await;
    assert_eq!(outsider.code, "CHS-40421");
    assert_eq!(
        state_after(&gateway, "expert-a", id, "approve", vote("50000")).await,
        "EXPERT_REVIEW"
    );
    assert_eq!(
        review(&gateway, "expert-a", id, "approve", vote("1"))
            .await
            .code,
        "CHS-40945"
    );
    assert_eq!(
        review(&gateway, "city", id, "approve", vote("1"))
            .await
            .code,
        "CHS-40301"
    );
    // They disagree; a third one settles it.
    assert_eq!(
        state_after(&gateway, "expert-b", id, "approve", vote("40000")).await,
        "EXPERT_REVIEW"
    );
    let third = json!({"experts": [gateway.caller("expert-c").app_id]});
    state_after(&gateway, "city", id, "assign", third).await;
    assert_eq!(
        state_after(&gateway, "expert-c", id, "approve", vote("50000")).await,
        "APPROVED"
    );

    // The second: rejected, appealed with new evidence, before a new panel.
    let id = &ids[1];
    state_after(&gateway, "city", id, "screen", json!({})).await;
    state_after(
        &gateway,
        "city",
        id,
        "assign",
        experts(&gateway, ["expert-a", "expert-b"]),
    )
    .await;
    let no = json!({"opnn": "不符合"});
    state_after(&gateway, "expert-a", id, "reject", no.clone()).await;
    assert_eq!(
        state_after(&gateway, "expert-b", id, "reject", no.clone()).await,
        "REJECTED"
    );
    assert_eq!(
        review(&gateway, "city", id, "lapse", json!({})).await.code,
        "CHS-40945"
    );
    assert_eq!(
        freeze(&gateway, A, "202610").await.code,
        "CHS-40940",
        "it may be appealed"
    );
    assert_eq!(
        change(&gateway, id, "appeal", Some(1)).await.code,
        "CHS-42234"
    );
    assert_eq!(
        change(&gateway, id, "appeal", Some(2)).await.data["state"],
        "APPEALED"
    );
    let same = experts(&gateway, ["expert-b", "expert-c"]);
    assert_eq!(
        review(&gateway, "city", id, "assign", same).await.code,
        "CHS-42232"
    );
    state_after(
        &gateway,
        "city",
        id,
        "assign",
        experts(&gateway, ["expert-c", "expert-d"]),
    )
    .await;
    state_after(&gateway, "expert-c", id, "reject", no.clone()).await;
    assert_eq!(
        state_after(&gateway, "expert-d", id, "reject", no).await,
        "FINALLY_REJECTED"
    );
    assert_eq!(
        change(&gateway, id, "appeal", Some(3)).await.code,
        "CHS-40945",
        "once only"
    );

    // The third: refused at the desk, and the days for an appeal pass.
    state_after(
        &gateway,
        "city",
        &ids[2],
        "refuse",
        json!({"opnn": "材料不全"}),
    )
    .await;
    gateway
        .batch("UPDATE special_cases SET decided_at = decided_at - interval '11 days'")
        .await;
    assert_eq!(
        change(&gateway, &ids[2], "appeal", Some(2)).await.code,
        "CHS-40945",
        "too late"
    );
    assert_eq!(
        state_after(&gateway, "city", &ids[2], "lapse", json!({})).await,
        "FINALLY_REJECTED"
    );

    // Who sees what.
    let all = json!({"setl_ym": "202610"});
    let of_expert = gateway.call("expert-d", "/special-cases/list", &all).await;
    assert_eq!(rows(&of_expert.data).len(), 1);
    assert!(
        rows(
            &gateway
                .call("hospital-b", "/special-cases/list", &all)
                .await
                .data
        )
        .is_empty()
    );
    let asked = json!({"appy_chk_setl_list_id": ids[0]});
    let named = |answer: Answer| {
        let said = answer.data["appy_chk_opnn_evt_list"]
            .as_array()
            .unwrap()
            .clone();
        let votes = said.iter().filter(|opinion| opinion["role"] == "expert");
        let votes: Vec<bool> = votes
            .map(|vote| vote.get("opnn_resper_id").is_some())
            .collect();
        assert_eq!(votes.len(), 3);
        votes.contains(&true)
    };
    assert!(named(
        gateway
            .call("city", "/special-cases/opinions", &asked)
            .await
    ));
    assert!(!named(
        gateway
            .call("hospital-a", "/special-cases/opinions", &asked)
            .await
    ));

    let frozen = freeze(&gateway, A, "202610").await;
    assert_eq!(
        frozen.data["special_bound"],
        json!([ids[0]]),
        "{}",
        frozen.data
    );
    run(&gateway, "202610", &[("310", 900_000), ("390", 800_000)]).await;
    let month = billed(&gateway, "202610").await;
    super::whole(&gateway, &month).await;
    let cases = rows(&bills(&gateway, "hospital-a", "202610", "case").await);
    let special: Vec<_> = cases
        .iter()
        .filter(|case| case["pricing"]["special"] == true)
        .collect();
    assert_eq!(special.len(), 1);
    assert_eq!(special[0]["setl_id"], json!(setl_id(&lists[0])));
    assert_eq!(fen(&special[0]["payable"]), 5_000_000);
    let asked = json!({"appy_chk_setl_list_id": ids[0]});
    let listed = gateway
        .call("hospital-a", "/special-cases/list", &asked)
        .await;
    assert_eq!(listed.data["rows"][0]["state"], "BOUND_TO_BATCH");
    let other = gateway
        .sql("SELECT setl_id FROM frozen_cases WHERE NOT special ORDER BY setl_id")
        .await;
    let frozen = json!({"setlinfo": {"setl_id": other[0]}});
    assert_eq!(declare(&gateway, &frozen).await.code, "CHS-40904");
    gateway.stop().await;
}

#[actix_web::test]
async fn the_quota_is_looked_at_again_when_cases_are_bound() {
    let gateway = Gateway::start_with(|config| {
        config.settlement.special_share_drg = "0.5".parse().unwrap();
    })
    .await;
    let lists = lists(4, 351);
    for list in &lists {
        submitted(&gateway, list).await;
    }
    for list in &lists[..2] {
        assert_eq!(declare(&gateway, list).await.code, "0");
    }
    // Decided beside the gateway, one over the quota of what is left.
    gateway
        .batch(
            "UPDATE special_cases SET state = 'APPROVED', approved_fen = 100, decided_at = now()",
        )
        .await;
    gateway
        .batch(&format!(
            "UPDATE settlement_lists SET stas_type = 3 WHERE setl_id = '{}'",
            setl_id(&lists[3])
        ))
        .await;
    published(&gateway, "202610").await;
    let data = gateway
        .sql("SELECT SUM(g.medfee_fen)::bigint FROM groupings g JOIN settlement_lists l USING (fixmedins_code, setl_id) WHERE l.stas_type = 1 AND g.vali_flag = 1")
        .await;
    let medfee = chs_model::Money::from_fen(data[0].parse().unwrap()).to_decimal();
    let data = json!({"setl_ym": "202610", "psntime": 3, "medfee_sumamt": medfee.to_string()});
    let applied = gateway
        .call("hospital-a", "/reconciliation/apply", &data)
        .await;
    assert_eq!(applied.code, "0", "{}", applied.data);
    let frozen = freeze(&gateway, A, "202610").await;
    assert_eq!(
        frozen.data["special_bound"].as_array().unwrap().len(),
        1,
        "{}",
        frozen.data
    );
    assert_eq!(
        frozen.data["special_over_quota"].as_array().unwrap().len(),
        1
    );
    gateway.stop().await;
}
