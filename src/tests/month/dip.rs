//! A month and a year of Lhasa, paid by scores: frozen, valued, billed, asked for by 9201 to
//! 9204, printed and cleared, closed to the fen.

use std::process::Command;

use chs_gateway::commands::call::transaction::Family;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::{A, B, apply, billed, bills, fen, freeze, lists_of_b, published, run, sum, whole};
use crate::{
    clearing::prepared,
    dip::{Past, catalogue, history, lhasa},
    harness::{Gateway, lists, rows, setl_id, submit, submitted},
    transaction_harness::{Sender, data},
};

fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}

fn to_the_fen(yuan: Decimal) -> i64 {
    let rounded = yuan.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    fen(&json!(rounded.to_string()))
}

#[actix_web::test]
async fn a_month_of_scores_closes_to_the_fen() {
    let (of_a, of_b) = (lists(14, 831), lists_of_b(7, 832));
    let all: Vec<Value> = of_a.iter().chain(&of_b).cloned().collect();
    // Low, normal and high cases, whose points have all four decimals.
    let past = history(&all, |number| match number % 3 {
        0 => Past { times: 1, over: 1 },
        1 => Past { times: 3, over: 1 },
        _ => Past { times: 1, over: 3 },
    });
    let folder = catalogue("lhasa-dip", &past);
    let gateway = lhasa(folder.path()).await;
    let (late, of_a) = of_a.split_last().unwrap();
    for list in of_a {
        submitted(&gateway, list).await;
    }
    for list in &of_b {
        let answer = gateway.call("hospital-b", "/reports", &submit(list)).await;
        assert_eq!(answer.code, "0", "{}", answer.data);
    }
    published(&gateway, "202610").await;
    for (name, code) in [("hospital-a", A), ("hospital-b", B)] {
        assert_eq!(apply(&gateway, name, "202610").await.code, "0");
        let frozen = freeze(&gateway, code, "202610").await;
        assert_eq!(frozen.code, "0", "{}", frozen.data);
        assert_eq!(frozen.data["example"], json!(true));
        let left_out = frozen.data["left_out"].as_array();
        assert!(left_out.is_none_or(Vec::is_empty), "{}", frozen.data);
    }
    let methods = gateway
        .sql("SELECT DISTINCT method || ' ' || grp_ver FROM frozen_cases WHERE points_e4 > 0")
        .await;
    assert_eq!(methods, ["dip_scores lhasa-dip"]);
    let budgets = [("310", 61_234), ("390", 47_891)];
    let valued = run(&gateway, "202610", &budgets).await;
    assert_eq!(valued.code, "0", "{}", valued.data);
    let month = billed(&gateway, "202610").await;
    whole(&gateway, &month).await;
    let cases = rows(&bills(&gateway, "city", "202610", "case").await);
    assert_eq!(cases.len(), of_a.len() + of_b.len());
    for pool in month["pools"].as_array().unwrap() {
        let (value, points) = (decimal(&pool["value"]), decimal(&pool["points"]));
        let of_pool: Vec<&Value> = cases
            .iter()
            .filter(|case| case["insutype"] == pool["insutype"])
            .collect();
        let by_case: Decimal = of_pool.iter().map(|case| decimal(&case["points"])).sum();
        assert_eq!(
            by_case.normalize(),
            points,
            "the points of the cases are the pool's"
        );
        let others: i64 = of_pool.iter().map(|case| fen(&case["others"])).sum();
        let fund = Decimal::new(fen(&pool["budget"]) + others, 2);
        let wanted =
            (fund / points).round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
        assert_eq!(value, wanted.normalize(), "{pool}");
        for case in &of_pool {
            let worth = to_the_fen(decimal(&case["points"]) * value);
            assert_eq!(fen(&case["payable"]), worth, "{case}");
            assert_eq!(case["pricing"]["method"], "dip_scores");
        }
        // Half of the value's last decimal a point, half a fen a case.
        let most = points * Decimal::new(5, 3) + Decimal::new(5, 1) * Decimal::from(of_pool.len());
        assert!(Decimal::from(fen(&pool["residue"]).abs()) <= most, "{pool}");
    }
    for bill in rows(&month) {
        let due = (fen(&bill["booked"]) * 5 + 50).div_euclid(100);
        assert_eq!(fen(&bill["deposit"]), due.max(0), "{bill}");
    }
    comes_late(&gateway, late, &month).await;
    printed(&gateway, folder.path()).await;
    confirmed_and_paid(&gateway).await;
    cleared(&gateway).await;
    gateway.stop().await;
}

/// A list of the settled month is told what its points came to there.
async fn comes_late(gateway: &Gateway, late: &Value, month: &Value) {
    let answer = submitted(gateway, late).await;
    let estimate = &answer.data["estimate"];
    assert_eq!(estimate["month_valued"], json!(true), "{}", answer.data);
    let insutype = match late["setlinfo"]["hi_type"].as_str() {
        Some("1") => "310",
        _ => "390",
    };
    let mut pools = month["pools"].as_array().unwrap().iter();
    let pool = pools.find(|pool| pool["insutype"] == insutype).unwrap();
    let worth = to_the_fen(decimal(&estimate["points"]) * decimal(&pool["value"]));
    assert_eq!(fen(&estimate["pay_std"]), worth, "{estimate}");
    let query = json!({"setl_ym": "202610", "level": "case", "grp_type": "dip", "page_size": 100});
    let told = gateway
        .call("hospital-a", "/groupings/fee-summary", &query)
        .await;
    for row in rows(&told.data) {
        let own = row["setl_id"] == json!(setl_id(late));
        assert_eq!(row["sco_stas"], if own { "0" } else { "2" }, "{row}");
    }
}

/// 9201 and 9204 tell the month, 9202 confirms it, 9203 says so; then it is paid.
async fn confirmed_and_paid(gateway: &Gateway) {
    let all = rows(&bills(gateway, "city", "202610", "hospital").await);
    let step = async |name: &str, bill: &Value, action: &str, more: Value| {
        let mut data = json!({"fixmedins_code": bill["fixmedins_code"], "setl_ym": "202610",
            "insutype": bill["insutype"], "action": action});
        for (key, value) in more.as_object().unwrap() {
            data[key] = value.clone();
        }
        let answer = gateway.call(name, "/bills/step", &data).await;
        assert_eq!(answer.code, "0", "{action}: {}", answer.data);
    };
    for bill in &all {
        step("city", bill, "submit", json!({"reference": "R1"})).await;
        step("core", bill, "accept", json!({})).await;
        step("city", bill, "reconcile", json!({})).await;
    }
    for (name, code) in [("hospital-a", A), ("hospital-b", B)] {
        let hospital = Sender::new(gateway, name, Family::Csb);
        let month = json!({"clrYm": "202610", "clrOptins": "610400", "valiFlag": "1",
            "fixmedinsCode": code, "payLoc": "2"});
        let mut query = month.clone();
        query["pageNum"] = json!(1);
        query["pageSize"] = json!(10);
        let summary = hospital.call("9201", &data(query)).await;
        assert_eq!(summary.code, "0", "{}", summary.err_msg);
        let batches = summary.output["pageResult"]["Data"]
            .as_array()
            .unwrap()
            .clone();
        for batch in &batches {
            let details = json!({"fixmedinsCode": code, "feeClrId": batch["feeClrId"],
                "clrAppyEvtId": batch["clrAppyEvtId"], "pageNum": 1, "pageSize": 100});
            let slips = hospital.call("9204", &data(details)).await;
            assert_eq!(slips.code, "0", "{}", slips.err_msg);
            let slips = slips.output["pageResult"]["Data"]
                .as_array()
                .unwrap()
                .clone();
            assert_eq!(
                Some(slips.len()),
                batch["clrPsntime"].as_u64().map(|n| n.try_into().unwrap())
            );
            assert_eq!(sum(&slips, "medfee_sumamt"), fen(&batch["medfeeSumamt"]));
        }
        let confirmed = hospital.call("9202", &data(month.clone())).await;
        assert_eq!(confirmed.code, "0", "{}", confirmed.err_msg);
        let state = hospital.call("9203", &data(month)).await;
        assert!(
            state.output.to_string().contains("确认和核定成功"),
            "{}",
            state.output
        );
    }
    for bill in &all {
        let amount = bill["transfer"].clone();
        step("city", bill, "request_payment", json!({"reference": "P1"})).await;
        let receipt = json!({"amount": amount, "reference": "T1"});
        step("core", bill, "receive_payment", receipt).await;
    }
}

/// The bills of both hospitals as a workbook and as PDF.
async fn printed(gateway: &Gateway, folder: &std::path::Path) {
    let mut answers = String::new();
    for level in ["hospital", "department", "group", "case", "district"] {
        answers.push_str(&bills(gateway, "city", "202610", level).await.to_string());
    }
    let file = folder.join("answers.json");
    std::fs::write(&file, answers).unwrap();
    for name in ["bills.pdf", "bills.xlsx"] {
        let out = folder.join(name);
        let printed = Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
            .args(["bills", "print", "--name", "610400=拉萨市（虚构）", "--in"])
            .args([&file])
            .arg("--out")
            .args([&out])
            .output()
            .unwrap();
        assert!(
            printed.status.success(),
            "{}",
            String::from_utf8_lossy(&printed.stderr)
        );
        assert!(std::fs::metadata(&out).unwrap().len() > 2_000);
        if let Some(keep) = std::env::var_os("TEST_KEEP_PRINTS") {
            std::fs::copy(&out, std::path::Path::new(&keep).join(name)).unwrap();
        }
    }
}

/// The year takes the month once it is paid, at a value of its own.
async fn cleared(gateway: &Gateway) {
    let proposal = json!({"year": "2026", "stage": "PRE_CLEARING", "opter_id": "zhang", "budgets": [
        {"insutype": "310", "budget": 70_000, "reserve": 3_500},
        {"insutype": "390", "budget": 60_000},
    ]});
    let made = gateway.call("city", "/clearing/propose", &proposal).await;
    assert_eq!(made.code, "0", "{}", made.data);
    assert_eq!(made.data["example"], json!(true));
    let cleared = prepared(gateway, "PRE_CLEARING").await;
    let hospitals = rows(&cleared);
    let query =
        json!({"year": "2026", "stage": "PRE_CLEARING", "level": "group", "page_size": 1000});
    let groups = gateway.call("city", "/clearing/query", &query).await;
    let groups = rows(&groups.data);
    for name in ["payable", "due", "medfee_sumamt", "others"] {
        assert_eq!(sum(&groups, name), sum(&hospitals, name), "{name}");
    }
    for fund in cleared["funds"].as_array().unwrap() {
        let of_fund: Vec<Value> = hospitals
            .iter()
            .filter(|row| row["insutype"] == fund["insutype"])
            .cloned()
            .collect();
        let local = fen(&fund["budget"]) - fen(&fund["reserve"]) - fen(&fund["cross_region"]);
        assert_eq!(
            local,
            sum(&of_fund, "due") + fen(&fund["residue"]),
            "{fund}"
        );
        assert!(decimal(&fund["value"]) > Decimal::ZERO);
    }
}
