//! Averages of the groups: what closed months tell is what rules compare a list with.

use chs_gateway::service::group_averages;
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Gateway, submit},
    month::{billed, frozen, run},
};

fn named(answer: &Answer, list: &str, rule: &str) -> bool {
    let all = answer.data[list].as_array().cloned().unwrap_or_default();
    all.iter().any(|one| one["rule_id"] == rule)
}

/// The list again, as another settlement of another person.
async fn again(gateway: &Gateway, list: &Value, number: usize, days: &str) -> Answer {
    let mut list = list.clone();
    let info = &mut list["setlinfo"];
    info["setl_id"] = json!(format!("SAVG{number:08}"));
    info["psn_no"] = json!(format!("PAVG{number:08}"));
    info["act_ipt_days"] = json!(days);
    let answer = gateway.call("hospital-a", "/reports", &submit(&list)).await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    answer
}

#[actix_web::test]
async fn rules_compare_with_the_groups_of_closed_months() {
    let gateway = Gateway::start_with(|config| {
        config.settlement.billing_seconds = 1;
        config.quality.average_cases = 1;
    })
    .await;
    let lists = frozen(&gateway, 521).await;
    let open = again(&gateway, &lists[0], 1, "3").await;
    assert!(named(&open, "not_evaluated", "QC-SUP-008"), "{}", open.data);

    let budgets = [("310", 900_000), ("390", 800_000)];
    assert_eq!(run(&gateway, "202610", &budgets).await.code, "0");
    billed(&gateway, "202610").await;
    // The month's sums are those of its cases.
    let differing = gateway
        .sql(
            "SELECT c.drg_code FROM (SELECT grp_ver, drg_code, COUNT(*) AS cases,
                 SUM(cost_fen) AS cost, SUM(days) AS days FROM frozen_cases GROUP BY 1, 2) c
             LEFT JOIN group_months m ON m.grp_ver = c.grp_ver AND m.drg_code = c.drg_code
                 AND m.setl_ym = '202610'
             WHERE (m.cases, m.cost_fen, m.days) IS DISTINCT FROM (c.cases, c.cost, c.days)",
        )
        .await;
    assert_eq!(differing, Vec::<String>::new());
    group_averages::reload(&gateway.app).await.unwrap();

    let frozen_ids = gateway.sql("SELECT setl_id FROM frozen_cases").await;
    let known = lists.iter().find(|list| {
        let id = list["setlinfo"]["setl_id"].as_str().unwrap();
        frozen_ids.iter().any(|frozen| frozen == id)
    });
    let known = known.unwrap();
    let usual = again(&gateway, known, 2, "1").await;
    assert!(
        !named(&usual, "not_evaluated", "QC-SUP-008"),
        "{}",
        usual.data
    );
    assert!(!named(&usual, "findings", "QC-SUP-008"), "{}", usual.data);
    let long = again(&gateway, known, 3, "900").await;
    assert!(named(&long, "findings", "QC-SUP-008"), "{}", long.data);
    gateway.stop().await;
}
