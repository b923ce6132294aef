//! From the bill to the closed batch, the confirmation, and corrections afterwards.

use serde_json::{Value, json};

use super::{A, apply, billed, bills, fen, freeze, frozen, run};
use crate::harness::{Answer, Gateway, lists, rows, submitted};

async fn step(gateway: &Gateway, name: &str, insutype: &str, action: &str, more: Value) -> Answer {
    let mut data = json!({"fixmedins_code": A, "setl_ym": "202610", "insutype": insutype,
        "action": action});
    for (key, value) in more.as_object().unwrap() {
        data[key] = value.clone();
    }
    gateway.call(name, "/bills/step", &data).await
}

/// Takes a step that has to succeed; gives the state after it.
async fn taken(gateway: &Gateway, name: &str, insutype: &str, action: &str, more: Value) -> Value {
    let answer = step(gateway, name, insutype, action, more).await;
    assert_eq!(answer.code, "0", "{action}: {}", answer.data);
    answer.data
}

async fn bill_of_a(gateway: &Gateway, setl_ym: &str, insutype: &str) -> Value {
    let all = rows(&bills(gateway, "hospital-a", setl_ym, "hospital").await);
    let mut of_type = all.into_iter().filter(|row| row["insutype"] == insutype);
    of_type.next().unwrap()
}

const DIGEST: &str = "0f0e0d0c0b0a09080706050403020100ffeeddccbbaa99887766554433221100";

#[actix_web::test]
async fn a_batch_goes_from_the_core_to_its_voucher() {
    let gateway = Gateway::start_with(|config| config.settlement.billing_seconds = 1).await;
    frozen(&gateway, 321).await;
    let early = step(
        &gateway,
        "city",
        "310",
        "submit",
        json!({"reference": "R1"}),
    )
    .await;
    assert_eq!(early.code, "CHS-40941", "no bill yet");
    run(&gateway, "202610", &[("310", 900_000), ("390", 800_000)]).await;
    billed(&gateway, "202610").await;

    let unknown = step(
        &gateway,
        "city",
        "510",
        "submit",
        json!({"reference": "R1"}),
    )
    .await;
    assert_eq!((unknown.status, unknown.code.as_str()), (404, "CHS-40420"));
    for name in ["hospital-a", "finance", "core"] {
        let answer = step(&gateway, name, "310", "submit", json!({"reference": "R1"})).await;
        assert_eq!(answer.code, "CHS-40301", "{name}");
    }
    let foreign = step(&gateway, "hospital-b", "310", "equal", json!({"amount": 1})).await;
    assert_eq!(foreign.code, "CHS-40302");
    let lacking = step(&gateway, "city", "310", "submit", json!({})).await;
    assert_eq!(lacking.code, "CHS-42233");
    let stale = json!({"reference": "R1", "version": 7});
    assert_eq!(
        step(&gateway, "city", "310", "submit", stale).await.code,
        "CHS-40942"
    );

    // Submitted, returned, and submitted again under a new request id.
    let submitted = taken(
        &gateway,
        "city",
        "310",
        "submit",
        json!({"reference": "R1"}),
    )
    .await;
    assert_eq!(
        (&submitted["state"], &submitted["version"]),
        (&json!("CORE_SUBMITTED"), &json!(1))
    );
    taken(
        &gateway,
        "core",
        "310",
        "return",
        json!({"reason": "缺附件"}),
    )
    .await;
    let same = json!({"reference": "R1", "digest": DIGEST});
    assert_eq!(
        step(&gateway, "city", "310", "resubmit", same).await.code,
        "CHS-40943"
    );
    taken(
        &gateway,
        "city",
        "310",
        "resubmit",
        json!({"reference": "R2", "digest": DIGEST}),
    )
    .await;
    taken(&gateway, "core", "310", "accept", json!({})).await;
    let skipped = step(
        &gateway,
        "city",
        "310",
        "request_payment",
        json!({"reference": "P1"}),
    )
    .await;
    assert_eq!(skipped.code, "CHS-40941");
    taken(&gateway, "city", "310", "reconcile", json!({})).await;

    // A difference is signed by two people for one amount.
    let due = fen(&bill_of_a(&gateway, "202610", "310").await["transfer"]);
    let agreed = json!(
        chs_model::Money::from_fen(due + 100)
            .to_decimal()
            .to_string()
    );
    let zero = json!({"amount": 0, "reason_code": "01"});
    assert_eq!(
        step(&gateway, "hospital-a", "310", "differ", zero)
            .await
            .code,
        "CHS-42230"
    );
    let differ = json!({"amount": -1, "reason_code": "01", "reason": "重复收费"});
    let pending = taken(&gateway, "hospital-a", "310", "differ", differ).await;
    assert_eq!(pending["state"], "DIFFERENCE_PENDING");
    let sign =
        |who: &str, amount: &Value| json!({"amount": amount, "digest": DIGEST, "opter_id": who});
    let first = taken(
        &gateway,
        "hospital-a",
        "310",
        "resolve",
        sign("Zhang", &agreed),
    )
    .await;
    assert_eq!(
        first["state"], "DIFFERENCE_PENDING",
        "one signature is not two"
    );
    let other = step(&gateway, "city", "310", "resolve", sign("Li", &json!(5))).await;
    assert_eq!(other.code, "CHS-40944");
    let one_person = step(&gateway, "city", "310", "resolve", sign("Zhang", &agreed)).await;
    assert_eq!(one_person.code, "CHS-40944");
    let signed = taken(&gateway, "city", "310", "resolve", sign("Li", &agreed)).await;
    assert_eq!(
        (&signed["state"], fen(&signed["reconciled"])),
        (&json!("RECONCILED"), due + 100)
    );

    // Three failed payments, then a person decides.
    for attempt in 0..3 {
        let request = json!({"reference": format!("P{attempt}")});
        taken(&gateway, "city", "310", "request_payment", request).await;
        taken(
            &gateway,
            "core",
            "310",
            "fail_payment",
            json!({"reason": "账号有误"}),
        )
        .await;
    }
    let again = step(
        &gateway,
        "city",
        "310",
        "request_payment",
        json!({"reference": "P9"}),
    )
    .await;
    assert_eq!(again.code, "CHS-42233");
    let decided = json!({"reference": "P9", "reason": "人工核对账号后重拨"});
    taken(&gateway, "city", "310", "request_payment", decided).await;
    let short = json!({"amount": 1, "reference": "RCPT1"});
    assert_eq!(
        step(&gateway, "core", "310", "receive_payment", short)
            .await
            .code,
        "CHS-42230"
    );
    let receipt = json!({"amount": agreed, "reference": "RCPT1"});
    taken(&gateway, "core", "310", "receive_payment", receipt).await;
    let voucher = json!({"reference": "V2026-1"});
    assert_eq!(
        step(&gateway, "city", "310", "close", voucher.clone())
            .await
            .code,
        "CHS-40301"
    );
    let closed = taken(&gateway, "finance", "310", "close", voucher.clone()).await;
    assert_eq!(closed["state"], "CLOSED");
    assert_eq!(
        step(&gateway, "finance", "310", "close", voucher)
            .await
            .code,
        "CHS-40941"
    );

    confirmed_as_published(&gateway).await;
    // The events lead from the freeze to the present state, each chained to the last.
    let store = &gateway.app.store;
    let faults = chs_gateway::service::batch_events::verify(store, "202610")
        .await
        .unwrap();
    assert_eq!(faults.faults, Vec::<String>::new());
    assert!(faults.events > 15, "{}", faults.events);
    gateway
        .batch("UPDATE batch_events SET amount_fen = 1 WHERE action = 'receive_payment'")
        .await;
    let faults = chs_gateway::service::batch_events::verify(store, "202610")
        .await
        .unwrap();
    assert_eq!(faults.faults.len(), 1, "{:?}", faults.faults);
    gateway.stop().await;
}

/// 9201 to 9204 over the other batch of the month.
async fn confirmed_as_published(gateway: &Gateway) {
    let month = json!({"clrYm": "202610", "clrOptins": "610400", "valiFlag": "1",
        "fixmedinsCode": A, "payLoc": "2"});
    let mut query = month.clone();
    query["pageNum"] = json!(1);
    query["pageSize"] = json!(10);
    let summary = gateway
        .call("hospital-a", "/bills/monthly", &query)
        .await
        .data;
    let page = &summary["pageResult"];
    assert_eq!(
        (&page["recordCounts"], &page["isLastPage"]),
        (&json!(2), &json!(true))
    );
    let closed = page["Data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["insutype"] == "310");
    let closed = closed.unwrap();
    assert_eq!(
        (&closed["clrStas"], &closed["clrType"]),
        (&json!("CLOSED"), &json!("21"))
    );
    let bill = bill_of_a(gateway, "202610", "310").await;
    assert_eq!(fen(&closed["actDfrAmt"]), fen(&bill["reconciled"]));
    let details = json!({"fixmedinsCode": A, "feeClrId": closed["feeClrId"],
        "clrAppyEvtId": closed["clrAppyEvtId"], "pageNum": 1, "pageSize": 100});
    let slips = gateway
        .call("hospital-a", "/bills/monthly", &details)
        .await
        .data;
    let slips = slips["pageResult"]["Data"].as_array().unwrap().clone();
    assert_eq!(
        slips.len(),
        usize::try_from(closed["clrPsntime"].as_i64().unwrap()).unwrap()
    );
    assert_eq!(
        super::sum(&slips, "medfee_sumamt"),
        fen(&closed["medfeeSumamt"])
    );
    assert_eq!(
        super::sum(&slips, "fund_pay_sumamt"),
        fen(&closed["fundAppySum"])
    );
    assert!(
        slips.iter().all(|slip| slip["psn_name"].is_string()),
        "{slips:?}"
    );
    for (field, other) in [("valiFlag", "0"), ("payLoc", "4"), ("clrOptins", "450600")] {
        let mut elsewhere = query.clone();
        elsewhere[field] = json!(other);
        let none = gateway
            .call("hospital-a", "/bills/monthly", &elsewhere)
            .await
            .data;
        assert_eq!(none["pageResult"]["recordCounts"], json!(0), "{field}");
    }
    let foreign = gateway.call("hospital-b", "/bills/monthly", &details).await;
    assert_eq!(foreign.code, "CHS-40302");

    let state = async || {
        let answer = gateway
            .call("hospital-a", "/bills/confirm-state", &month)
            .await;
        let text = answer.data["wrapperResponse"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(text.starts_with(A), "{text}");
        text
    };
    assert!(state().await.contains("尚未"));
    let early = gateway.call("hospital-a", "/bills/confirm", &month).await;
    assert_eq!(early.code, "CHS-40941");
    taken(gateway, "city", "390", "submit", json!({"reference": "R9"})).await;
    taken(gateway, "core", "390", "accept", json!({})).await;
    taken(gateway, "city", "390", "reconcile", json!({})).await;
    let off = step(gateway, "hospital-a", "390", "equal", json!({"amount": 1})).await;
    assert_eq!(off.code, "CHS-42230");
    for _ in 0..2 {
        let confirmed = gateway.call("hospital-a", "/bills/confirm", &month).await;
        assert_eq!(
            confirmed.data["wrapperResponse"]["code"],
            json!(0),
            "{}",
            confirmed.data
        );
    }
    assert!(state().await.contains("确认和核定成功"));
}

#[actix_web::test]
async fn corrections_and_advances_stand_in_the_next_bill() {
    let gateway = Gateway::start_with(|config| config.settlement.billing_seconds = 1).await;
    let first = frozen(&gateway, 331).await;
    run(&gateway, "202610", &[("310", 900_000), ("390", 800_000)]).await;
    billed(&gateway, "202610").await;
    let before = bill_of_a(&gateway, "202610", "310").await;
    let entry = |kind: &str, amount: &str| {
        json!({"fixmedins_code": A, "insutype": "310", "kind": kind, "amount": amount,
            "reason_code": "01", "reason": "更正", "setl_ym": "202610",
            "setl_id": first[0]["setlinfo"]["setl_id"]})
    };
    let mut unfrozen = entry("DIFFERENCE", "-10");
    unfrozen["setl_ym"] = json!("202611");
    let refused = gateway.call("city", "/bills/entry", &unfrozen).await;
    assert_eq!(refused.code, "CHS-40420");
    for (kind, amount) in [
        ("DIFFERENCE", "-12.34"),
        ("DEDUCTION", "5"),
        ("ADVANCE", "100"),
    ] {
        let answer = gateway
            .call("city", "/bills/entry", &entry(kind, amount))
            .await;
        assert_eq!(answer.code, "0", "{}", answer.data);
    }
    let by_hospital = gateway
        .call("hospital-a", "/bills/entry", &entry("ADVANCE", "1"))
        .await;
    assert_eq!(by_hospital.code, "CHS-40301");
    assert_eq!(
        bill_of_a(&gateway, "202610", "310").await,
        before,
        "a bill is never rewritten"
    );

    for list in lists(12, 332) {
        submitted(&gateway, &list).await;
    }
    // The sample settles in one month; these are made the next one's.
    for table in ["settlement_lists", "groupings"] {
        gateway
            .batch(&format!(
                "UPDATE {table} t SET setl_ym = '202611' WHERE NOT EXISTS (SELECT 1
                 FROM frozen_cases c WHERE c.fixmedins_code = t.fixmedins_code
                 AND c.setl_id = t.setl_id)"
            ))
            .await;
    }
    super::published(&gateway, "202611").await;
    let applied = apply(&gateway, "hospital-a", "202611").await;
    assert_eq!(applied.code, "0", "{}", applied.data);
    assert_eq!(freeze(&gateway, A, "202611").await.code, "0");
    let valued = run(&gateway, "202611", &[("310", 900_000), ("390", 800_000)]).await;
    assert_eq!(valued.code, "0", "{}", valued.data);
    billed(&gateway, "202611").await;
    let bill = bill_of_a(&gateway, "202611", "310").await;
    assert_eq!(
        (fen(&bill["differences"]), fen(&bill["deductions"])),
        (-1_234, 500)
    );
    let carried = -fen(&before["carried"]);
    assert_eq!(fen(&bill["carried_in"]), carried);
    let left = fen(&bill["booked"]) - 500 - 1_234 - carried - fen(&bill["deposit"]);
    assert_eq!(fen(&bill["offset"]), left.clamp(0, 10_000));
    assert_eq!(
        fen(&bill["transfer"]) + fen(&bill["carried"]),
        left - fen(&bill["offset"])
    );
    gateway.stop().await;
}
