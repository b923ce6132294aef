//! The month in its order, over real HTTP and a real database.

mod dip;
mod points;
mod special;
mod steps;

use std::time::Duration;

use chs_gateway::sample::{SampleOptions, generate};
use chs_model::Money;
use serde_json::{Value, json};

use crate::harness::{Answer, Gateway, lists, rows, setl_id, submit, submitted};

pub(crate) const A: &str = "H61040100001";
pub(crate) const B: &str = "H61040100002";

/// An amount in fen.
pub(crate) fn fen(value: &Value) -> i64 {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    Money::from_yuan_str(&text)
        .unwrap_or_else(|error| panic!("{value}: {error}"))
        .fen()
}

pub(crate) fn sum(rows: &[Value], name: &str) -> i64 {
    rows.iter().map(|row| fen(&row[name])).sum()
}

/// Lists of hospital B.
pub(crate) fn lists_of_b(count: usize, seed: u64) -> Vec<Value> {
    let scheme = chs_grouper::Scheme::builtin("chs-drg-2.0").unwrap();
    let options = SampleOptions {
        lists: count,
        seed,
        institution: B.into(),
    };
    generate(scheme, &options).collect()
}

/// Publishes the month and closes its window.
pub(crate) async fn published(gateway: &Gateway, setl_ym: &str) {
    let publish = json!({"setl_ym": setl_ym, "days": 5});
    let answer = gateway.call("city", "/publication/publish", &publish).await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    gateway
        .batch("UPDATE publications SET closes_at = opened_at")
        .await;
}

/// Cases and total cost of a hospital's month, as its own books would tell them.
pub(crate) async fn totals(gateway: &Gateway, name: &str, setl_ym: &str) -> (i64, Value) {
    let query = json!({"setl_ym": setl_ym, "level": "hospital"});
    let answer = gateway.call(name, "/groupings/fee-summary", &query).await;
    let row = &answer.data["rows"][0];
    (
        row["setl_psntime"].as_i64().unwrap(),
        row["medfee_sumamt"].clone(),
    )
}

pub(crate) async fn apply(gateway: &Gateway, name: &str, setl_ym: &str) -> Answer {
    let (psntime, medfee) = totals(gateway, name, setl_ym).await;
    let data = json!({"setl_ym": setl_ym, "psntime": psntime, "medfee_sumamt": medfee});
    gateway.call(name, "/reconciliation/apply", &data).await
}

pub(crate) async fn freeze(gateway: &Gateway, code: &str, setl_ym: &str) -> Answer {
    let data = json!({"fixmedins_code": code, "setl_ym": setl_ym, "decision": "FREEZE"});
    gateway
        .call("county", "/reconciliation/freeze", &data)
        .await
}

pub(crate) async fn run(gateway: &Gateway, setl_ym: &str, budgets: &[(&str, i64)]) -> Answer {
    let budgets: Vec<Value> = budgets
        .iter()
        .map(|(insutype, budget)| json!({"insutype": insutype, "budget": budget}))
        .collect();
    let data = json!({"setl_ym": setl_ym, "budgets": budgets});
    gateway.call("city", "/bills/run", &data).await
}

pub(crate) async fn bills(gateway: &Gateway, name: &str, setl_ym: &str, level: &str) -> Value {
    let query = json!({"setl_ym": setl_ym, "level": level, "page_size": 1000});
    let answer = gateway.call(name, "/bills/monthly", &query).await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    answer.data
}

/// Waits until every bill of the month is made.
pub(crate) async fn billed(gateway: &Gateway, setl_ym: &str) -> Value {
    for _ in 0..200 {
        let answer = bills(gateway, "city", setl_ym, "hospital").await;
        if answer["state"] == "BILLED" {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the month was never billed");
}

/// Lists of both hospitals are frozen in a published month.
pub(crate) async fn frozen(gateway: &Gateway, seed: u64) -> Vec<Value> {
    let of_a = lists(12, seed);
    for list in &of_a {
        submitted(gateway, list).await;
    }
    for list in lists_of_b(6, seed + 1) {
        let answer = gateway.call("hospital-b", "/reports", &submit(&list)).await;
        assert_eq!(answer.code, "0", "{}", answer.data);
    }
    published(gateway, "202610").await;
    for (name, code) in [("hospital-a", A), ("hospital-b", B)] {
        let applied = apply(gateway, name, "202610").await;
        assert_eq!(applied.code, "0", "{}", applied.data);
        let answer = freeze(gateway, code, "202610").await;
        assert_eq!(answer.code, "0", "{}", answer.data);
    }
    of_a
}

#[actix_web::test]
async fn a_month_is_frozen_valued_and_billed_in_its_order() {
    let gateway = Gateway::start_with(|config| {
        config.settlement.billing_seconds = 1;
        config.settlement.deposit = "0.05".parse().unwrap();
    })
    .await;
    let lists = lists(12, 301);
    for list in &lists {
        submitted(&gateway, list).await;
    }
    for list in lists_of_b(6, 302) {
        gateway.call("hospital-b", "/reports", &submit(&list)).await;
    }
    // Nothing to freeze without an application; nothing to apply for but what is there.
    assert_eq!(freeze(&gateway, A, "202610").await.code, "CHS-40422");
    let (psntime, medfee) = totals(&gateway, "hospital-a", "202610").await;
    let wrong = json!({"setl_ym": "202610", "psntime": psntime + 1, "medfee_sumamt": 1});
    let refused = gateway
        .call("hospital-a", "/reconciliation/apply", &wrong)
        .await;
    assert_eq!((refused.status, refused.code.as_str()), (422, "CHS-42230"));
    let named: Vec<_> = refused.data["errors"].as_array().unwrap().iter().collect();
    assert_eq!(
        [&named[0]["pointer"], &named[1]["pointer"]],
        ["/psntime", "/medfee_sumamt"]
    );
    let right = json!({"setl_ym": "202610", "psntime": psntime, "medfee_sumamt": medfee});
    let applied = gateway
        .call("hospital-a", "/reconciliation/apply", &right)
        .await;
    assert_eq!(
        (&applied.data["state"], &applied.data["stmt_rslt"]),
        (&json!("APPLIED"), &json!("0"))
    );
    let again = gateway
        .call("hospital-a", "/reconciliation/apply", &right)
        .await;
    assert_eq!((again.status, again.code.as_str()), (409, "CHS-40941"));

    // The window has to be over, and no objection open.
    assert_eq!(freeze(&gateway, A, "202610").await.code, "CHS-40940");
    let publish = json!({"setl_ym": "202610", "days": 5});
    gateway.call("city", "/publication/publish", &publish).await;
    assert_eq!(freeze(&gateway, A, "202610").await.code, "CHS-40940");
    let objection = json!({"setl_id": setl_id(&lists[0]), "reason": "x"});
    gateway
        .call("hospital-a", "/objections/submit", &objection)
        .await;
    gateway
        .batch("UPDATE publications SET closes_at = opened_at")
        .await;
    let open = freeze(&gateway, A, "202610").await;
    assert_eq!(open.code, "CHS-40940");
    assert_eq!(
        open.data["errors"].as_array().unwrap().len(),
        1,
        "{}",
        open.data
    );
    let decision = json!({"setl_id": setl_id(&lists[0]), "decision": "REJECTED", "opinion": "x"});
    gateway.call("city", "/objections/decide", &decision).await;
    for name in ["hospital-a", "core", "finance"] {
        let data = json!({"fixmedins_code": A, "setl_ym": "202610", "decision": "FREEZE"});
        let refused = gateway.call(name, "/reconciliation/freeze", &data).await;
        assert_eq!(refused.code, "CHS-40301", "{name}");
    }

    let answer = freeze(&gateway, A, "202610").await;
    assert_eq!(
        (&answer.data["state"], &answer.data["example"]),
        (&json!("FROZEN"), &json!(true))
    );
    let cases: i64 = answer.data["batches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|batch| batch["setl_psntime"].as_i64().unwrap())
        .sum();
    let left_out = answer.data["left_out"].as_array().map_or(0, Vec::len);
    assert_eq!(cases + i64::try_from(left_out).unwrap(), psntime);
    assert!(cases > 5, "{}", answer.data);
    assert_eq!(freeze(&gateway, A, "202610").await.code, "CHS-40941");
    let frozen = gateway
        .sql("SELECT setl_id FROM frozen_cases WHERE NOT special ORDER BY setl_id")
        .await;
    let fail = json!({"setl_id": frozen[0], "stas_type": 3, "reason": "x"});
    let refused = gateway.call("city", "/settlement-lists/audit", &fail).await;
    assert_eq!(refused.code, "CHS-40904");

    // An application that waits keeps the month open; a returned one does not.
    assert_eq!(apply(&gateway, "hospital-b", "202610").await.code, "0");
    let budgets = [("310", 900_000), ("390", 800_000)];
    assert_eq!(run(&gateway, "202610", &budgets).await.code, "CHS-40940");
    let data = json!({"fixmedins_code": B, "setl_ym": "202610", "decision": "RETURN"});
    let refused = gateway
        .call("county", "/reconciliation/freeze", &data)
        .await;
    assert_eq!(refused.code, "CHS-42233");
    let mut data = data;
    data["reason"] = json!("补充材料");
    let returned = gateway
        .call("county", "/reconciliation/freeze", &data)
        .await;
    assert_eq!(returned.data["state"], "RETURNED");
    let applied = apply(&gateway, "hospital-b", "202610").await;
    let withdraw = json!({"setl_ym": "202610", "clr_appy_evt_id": applied.data["clr_appy_evt_id"]});
    let withdrawn = gateway
        .call("hospital-b", "/reconciliation/withdraw", &withdraw)
        .await;
    assert_eq!(withdrawn.data["state"], "WITHDRAWN");
    assert_eq!(apply(&gateway, "hospital-b", "202610").await.code, "0");
    assert_eq!(freeze(&gateway, B, "202610").await.code, "0");

    assert_eq!(
        run(&gateway, "202610", &budgets[..1]).await.code,
        "CHS-42231"
    );
    let valued = run(&gateway, "202610", &budgets).await;
    assert_eq!(valued.data["state"], "VALUED", "{}", valued.data);
    assert_eq!(run(&gateway, "202610", &budgets).await.code, "CHS-40941");
    let month = billed(&gateway, "202610").await;
    whole(&gateway, &month).await;
    // The rate pays each case what it was estimated at.
    let differing = gateway
        .sql(
            "SELECT c.setl_id FROM frozen_cases c JOIN groupings g ON g.setl_id = c.setl_id
             AND g.fixmedins_code = c.fixmedins_code AND g.vali_flag = 1
             WHERE c.payable_fen IS DISTINCT FROM g.pay_std_fen",
        )
        .await;
    assert!(differing.is_empty(), "{differing:?}");
    for bill in rows(&month) {
        let due = (fen(&bill["booked"]) * 5 + 50) / 100;
        assert_eq!(fen(&bill["deposit"]), due.max(0), "{bill}");
    }

    // Whose data it is.
    let own = bills(&gateway, "hospital-a", "202610", "hospital").await;
    assert!(rows(&own).iter().all(|row| row["fixmedins_code"] == A));
    let pools = own["pools"].as_array();
    assert!(pools.is_none_or(Vec::is_empty), "{own}");
    let foreign = json!({"setl_ym": "202610", "level": "case", "fixmedins_code": B});
    let refused = gateway.call("hospital-a", "/bills/monthly", &foreign).await;
    assert_eq!((refused.status, refused.code.as_str()), (403, "CHS-40302"));
    let (_, faults) = chs_gateway::audit::verify(&gateway.app.store)
        .await
        .unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    gateway.stop().await;
}

/// A bill tells the schemes and parameters that its cases do.
async fn versions(gateway: &Gateway, setl_ym: &str, hospitals: &[Value]) {
    let cases = bills(gateway, "city", setl_ym, "case").await;
    assert_eq!(cases["profile_digest"].as_str().map(str::len), Some(64));
    let cases = rows(&cases);
    for bill in hospitals {
        let same = |case: &&Value, name: &str| case[name] == bill[name];
        let own = cases
            .iter()
            .filter(|case| same(case, "fixmedins_code") && same(case, "insutype"));
        for (of_bill, of_case) in [("schemes", "grp_ver"), ("parameters", "version")] {
            let texts = own.clone().map(|case| case["pricing"][of_case].as_str());
            let texts: std::collections::BTreeSet<&str> = texts.map(Option::unwrap).collect();
            assert!(!texts.is_empty());
            assert_eq!(bill[of_bill], json!(texts), "{bill}");
        }
    }
}

/// Every level of the month adds up to the same, and the pools to their budgets.
pub(crate) async fn whole(gateway: &Gateway, month: &Value) {
    let setl_ym = month["setl_ym"].as_str().unwrap();
    let hospitals = rows(month);
    for level in ["city", "district", "department", "group", "case"] {
        let lines = rows(&bills(gateway, "city", setl_ym, level).await);
        for name in ["payable", "booked", "medfee_sumamt", "others"] {
            assert_eq!(sum(&lines, name), sum(&hospitals, name), "{level} {name}");
        }
    }
    versions(gateway, setl_ym, &hospitals).await;
    for pool in month["pools"].as_array().unwrap() {
        let of_pool: Vec<Value> = hospitals
            .iter()
            .filter(|bill| bill["insutype"] == pool["insutype"])
            .cloned()
            .collect();
        assert_eq!(fen(&pool["payable"]), sum(&of_pool, "payable"));
        assert_eq!(
            fen(&pool["budget"]),
            sum(&of_pool, "booked") + fen(&pool["residue"])
        );
    }
}
