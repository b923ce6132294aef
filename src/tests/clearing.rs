//! The year: proposed by one person, published by a second, confirmed by every
//! institution, approved, posted, locked; every step over real HTTP.

use chrono::Utc;
use chs_gateway::service::clearing;
use chs_settlement::books::ClearingStage;
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Gateway, rows},
    month::{A, B, billed, bills, fen, frozen, run, sum},
};

const YEAR: &str = "2026";

/// A gateway that clears only when it is told to.
async fn gateway() -> Gateway {
    Gateway::start_with(|config| {
        config.profile = "fangchenggang".into();
        config.settlement.deposit = "0.05".parse().unwrap();
        config.settlement.billing_seconds = 1;
        config.settlement.clearing.assessment_threshold = Some("80".parse().unwrap());
        let step = |up_to: Option<&str>, hospital: &str| chs_gateway::config::SharingStep {
            up_to: up_to.map(|limit| limit.parse().unwrap()),
            hospital: hospital.parse().unwrap(),
        };
        config.settlement.clearing.sharing = vec![
            step(Some("0.8"), "0"),
            step(Some("0.9"), "0.5"),
            step(Some("1.1"), "0.85"),
            step(None, "1"),
        ];
    })
    .await
}

/// Takes every batch of the month from the core to its voucher.
async fn paid(gateway: &Gateway, setl_ym: &str) {
    for bill in rows(&bills(gateway, "city", setl_ym, "hospital").await) {
        let amount = bill["transfer"].clone();
        for (name, action, more) in [
            ("city", "submit", json!({"reference": "R1"})),
            ("core", "accept", json!({})),
            ("city", "reconcile", json!({})),
            ("city", "equal", json!({"amount": amount})),
            ("city", "request_payment", json!({"reference": "P1"})),
            (
                "core",
                "receive_payment",
                json!({"amount": amount, "reference": "T1"}),
            ),
        ] {
            let mut data = json!({"fixmedins_code": bill["fixmedins_code"], "setl_ym": setl_ym,
                "insutype": bill["insutype"], "action": action});
            for (key, value) in more.as_object().unwrap() {
                data[key] = value.clone();
            }
            let answer = gateway.call(name, "/bills/step", &data).await;
            assert_eq!(answer.code, "0", "{action}: {}", answer.data);
        }
    }
}

fn proposal(stage: &str) -> Value {
    json!({"year": YEAR, "stage": stage, "opter_id": "zhang",
    "budgets": [
        {"insutype": "310", "budget": 70_000, "reserve": "3500.00", "cross_region": 1_000},
        {"insutype": "390", "budget": 60_000, "reserve": 3_000},
    ],
    "assessments": [{"fixmedins_code": A, "score": 92.5}, {"fixmedins_code": B, "score": "60"}],
    "adjustments": [
        {"fixmedins_code": A, "insutype": "310", "kind": "TCM", "amount": "100.01"},
        {"fixmedins_code": A, "insutype": "310", "kind": "TCM", "amount": "0.02"},
        {"fixmedins_code": B, "insutype": "310", "kind": "VIOLATION", "amount": 250},
    ]})
}

async fn proposed(gateway: &Gateway, data: &Value) -> Answer {
    gateway.call("city", "/clearing/propose", data).await
}

async fn query(gateway: &Gateway, name: &str, stage: &str, level: &str) -> Answer {
    let query = json!({"year": YEAR, "stage": stage, "level": level, "page_size": 1000});
    gateway.call(name, "/clearing/query", &query).await
}

/// Waits until the clearing is prepared.
pub(crate) async fn prepared(gateway: &Gateway, stage: &str) -> Value {
    for _ in 0..200 {
        let answer = query(gateway, "city", stage, "hospital").await;
        assert_eq!(answer.code, "0", "{}", answer.data);
        if answer.data["state"] != "PREPARING" {
            return answer.data;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the year was never cleared");
}

async fn step(gateway: &Gateway, name: &str, action: &str, more: Value) -> Answer {
    let mut data = json!({"year": YEAR, "stage": "CLEARING", "action": action, "opter_id": "li"});
    for (key, value) in more.as_object().unwrap() {
        data[key] = value.clone();
    }
    gateway.call(name, "/clearing/step", &data).await
}

async fn taken(gateway: &Gateway, name: &str, action: &str, more: Value) -> Value {
    let answer = step(gateway, name, action, more).await;
    assert_eq!(answer.code, "0", "{action}: {}", answer.data);
    answer.data
}

/// What an institution signs: the digest of its statement and its transfer.
async fn statement(gateway: &Gateway, name: &str) -> Value {
    let own = rows(&query(gateway, name, "CLEARING", "hospital").await.data);
    let transfer: i64 = own.iter().map(|row| fen(&row["year"]["transfer"])).sum();
    let amount = chs_model::Money::from_fen(transfer)
        .to_decimal()
        .to_string();
    json!({"digest": own[0]["year"]["digest"], "amount": amount})
}

/// Every level adds up to the same, the accounts of the institutions add up, and the funds
/// to their budgets: all to the fen.
async fn whole(gateway: &Gateway, cleared: &Value) {
    let hospitals = rows(cleared);
    let stage = cleared["stage"].as_str().unwrap();
    for level in ["district", "group"] {
        let lines = rows(&query(gateway, "city", stage, level).await.data);
        for name in ["payable", "due", "medfee_sumamt", "others"] {
            assert_eq!(sum(&lines, name), sum(&hospitals, name), "{level} {name}");
        }
    }
    for row in &hospitals {
        let year = &row["year"];
        let of = |name: &str| fen(&year[name]);
        assert_eq!(fen(&row["due"]), fen(&row["payable"]) - fen(&row["others"]));
        assert_eq!(
            of("adjusted"),
            of("special") + of("tcm") + of("new_technology") + of("differences") + of("settled")
                - of("violations")
                - of("deductions"),
            "{row}"
        );
        assert_eq!(
            of("final"),
            fen(&row["due"]) + of("incentive") - of("withheld") + of("adjusted"),
            "{row}"
        );
        assert_eq!(
            of("transfer"),
            of("final") - of("advances") - of("paid") - of("carried"),
            "{row}"
        );
    }
    for fund in cleared["funds"].as_array().unwrap() {
        let of_fund: Vec<Value> = hospitals
            .iter()
            .filter(|row| row["insutype"] == fund["insutype"])
            .cloned()
            .collect();
        let accounts: Vec<Value> = of_fund.iter().map(|row| row["year"].clone()).collect();
        let local = fen(&fund["budget"]) - fen(&fund["reserve"]) - fen(&fund["cross_region"]);
        assert_eq!(local, sum(&of_fund, "due") + fen(&fund["residue"]));
        assert_eq!(local, sum(&accounts, "final") + fen(&fund["kept"]));
        for name in ["transfer", "incentive", "withheld", "adjusted"] {
            assert_eq!(fen(&fund[name]), sum(&accounts, name), "{name}");
        }
        // Half a fen a case, and half of the value's last decimal a point.
        let cases: i64 = of_fund
            .iter()
            .map(|row| row["setl_psntime"].as_i64().unwrap())
            .sum();
        let points: f64 = of_fund
            .iter()
            .map(|row| row["points"].as_f64().unwrap())
            .sum();
        let most = cases + (points * 0.005).ceil() as i64 + 1;
        assert!(fen(&fund["residue"]).abs() <= most, "{fund}");
    }
}

async fn faults(gateway: &Gateway, stage: ClearingStage) -> Vec<String> {
    let verified = clearing::verify(&gateway.app.store, YEAR, stage).await;
    verified.unwrap().unwrap().faults
}

#[actix_web::test]
async fn a_year_is_proposed_published_confirmed_and_locked() {
    let gateway = gateway().await;
    frozen(&gateway, 401).await;
    run(&gateway, "202610", &[("310", 60_000), ("390", 50_000)]).await;
    billed(&gateway, "202610").await;
    let early = proposed(&gateway, &proposal("CLEARING")).await;
    assert_eq!((early.status, early.code.as_str()), (409, "CHS-40940"));
    assert!(!early.data["errors"].as_array().unwrap().is_empty());
    let nothing = proposed(&gateway, &proposal("PRE_CLEARING")).await;
    assert_eq!(nothing.code, "CHS-40940", "nothing is paid yet");
    paid(&gateway, "202610").await;

    // What a proposal has to bring.
    for name in ["hospital-a", "county", "finance", "core"] {
        let refused = gateway
            .call(name, "/clearing/propose", &proposal("CLEARING"))
            .await;
        assert_eq!(refused.code, "CHS-40301", "{name}");
    }
    let mut short = proposal("CLEARING");
    short["budgets"].as_array_mut().unwrap().pop();
    assert_eq!(proposed(&gateway, &short).await.code, "CHS-42250");
    let mut poor = proposal("CLEARING");
    poor["budgets"][0]["cross_region"] = json!(9_000_000);
    assert_eq!(proposed(&gateway, &poor).await.code, "CHS-42250");
    let mut unscored = proposal("CLEARING");
    unscored["assessments"].as_array_mut().unwrap().pop();
    assert_eq!(proposed(&gateway, &unscored).await.code, "CHS-42251");
    let mut stranger = proposal("CLEARING");
    stranger["adjustments"][0]["fixmedins_code"] = json!("H99999999999");
    assert_eq!(proposed(&gateway, &stranger).await.code, "CHS-40451");
    let unknown = query(&gateway, "city", "CLEARING", "fund").await;
    assert_eq!((unknown.status, unknown.code.as_str()), (404, "CHS-40450"));

    let made = proposed(&gateway, &proposal("CLEARING")).await;
    assert_eq!(made.code, "0", "{}", made.data);
    assert_eq!(
        (
            &made.data["number"],
            &made.data["hospitals"],
            &made.data["example"]
        ),
        (&json!(1), &json!(2), &json!(true))
    );
    let first = prepared(&gateway, "CLEARING").await;
    whole(&gateway, &first).await;
    let of_a = rows(&first);
    let of_a = of_a
        .iter()
        .find(|row| row["fixmedins_code"] == A && row["insutype"] == "310")
        .unwrap();
    assert_eq!(fen(&of_a["year"]["tcm"]), 10_003);
    assert_eq!(fen(&of_a["year"]["withheld"]), 0, "92.5 is above 80");
    let of_b = rows(&first);
    let of_b = of_b.iter().filter(|row| row["fixmedins_code"] == B);
    for row in of_b {
        let deposit = fen(&row["year"]["deposit"]);
        // 60 of 80 releases three quarters, half away from zero.
        assert_eq!(
            fen(&row["year"]["withheld"]),
            deposit - (deposit * 6 + 4) / 8
        );
    }

    // Proposed anew from the same, it is the same to the byte.
    let again = proposed(&gateway, &proposal("CLEARING")).await;
    assert_eq!(again.data["number"], json!(2));
    let second = prepared(&gateway, "CLEARING").await;
    assert_eq!(second["digest"], first["digest"]);
    assert_eq!(rows(&second), rows(&first));
    assert_eq!(second["funds"], first["funds"]);

    // A second person publishes; until then no hospital sees it.
    let hidden = query(&gateway, "hospital-a", "CLEARING", "hospital").await;
    assert_eq!(hidden.code, "CHS-40450");
    let digest = second["digest"].clone();
    let alone = json!({"digest": digest, "opter_id": "zhang"});
    assert_eq!(
        step(&gateway, "city", "publish", alone).await.code,
        "CHS-40951"
    );
    let other = json!({"digest": "0".repeat(64)});
    assert_eq!(
        step(&gateway, "city", "publish", other).await.code,
        "CHS-40952"
    );
    for name in ["hospital-a", "finance"] {
        let refused = step(&gateway, name, "publish", json!({"digest": digest})).await;
        assert_eq!(refused.code, "CHS-40301", "{name}");
    }
    let stale = json!({"digest": digest, "version": 3});
    assert_eq!(
        step(&gateway, "city", "publish", stale).await.code,
        "CHS-40942"
    );
    let published = taken(&gateway, "city", "publish", json!({"digest": digest})).await;
    assert_eq!(published["state"], "INSTITUTION_CONFIRMING");
    assert_eq!(
        proposed(&gateway, &proposal("CLEARING")).await.code,
        "CHS-40950"
    );

    // Every institution signs its own; a dispute is bound to one of them.
    let own = query(&gateway, "hospital-a", "CLEARING", "hospital").await;
    assert!(rows(&own.data).iter().all(|row| row["fixmedins_code"] == A));
    assert!(own.data["funds"].as_array().is_none_or(Vec::is_empty));
    let foreign = json!({"fixmedins_code": B, "digest": digest, "amount": 1});
    assert_eq!(
        step(&gateway, "hospital-a", "confirm", foreign).await.code,
        "CHS-40302"
    );
    let mut wrong = statement(&gateway, "hospital-a").await;
    wrong["amount"] = json!("0.01");
    assert_eq!(
        step(&gateway, "hospital-a", "confirm", wrong).await.code,
        "CHS-42230"
    );
    let why = json!({"reason": "中医激励漏计"});
    let disputed = taken(&gateway, "hospital-a", "dispute", why).await;
    assert_eq!(
        (&disputed["state"], &disputed["disputed"]),
        (&json!("DISPUTE_PENDING"), &json!(1))
    );
    let of_b = statement(&gateway, "hospital-b").await;
    let confirmed = taken(&gateway, "hospital-b", "confirm", of_b.clone()).await;
    assert_eq!(confirmed["state"], "DISPUTE_PENDING", "one is open");
    assert_eq!(
        step(&gateway, "hospital-b", "confirm", of_b).await.code,
        "CHS-40950"
    );
    assert_eq!(
        step(&gateway, "city", "approve", json!({"digest": digest}))
            .await
            .code,
        "CHS-40950"
    );
    let before = statement(&gateway, "hospital-a").await;
    let settle = json!({"fixmedins_code": A, "amount": "12.34", "insutype": "310",
        "reason": "补记"});
    let settled = taken(&gateway, "city", "settle", settle).await;
    assert_eq!(settled["state"], "INSTITUTION_CONFIRMING");
    assert_ne!(settled["digest"], digest);
    let after = statement(&gateway, "hospital-a").await;
    assert_eq!(fen(&after["amount"]), fen(&before["amount"]) + 1_234);
    assert_eq!(
        step(&gateway, "hospital-a", "confirm", before).await.code,
        "CHS-40952"
    );
    let confirmed = taken(&gateway, "hospital-a", "confirm", after).await;
    assert_eq!(confirmed["state"], "INSTITUTION_CONFIRMED");
    let cleared = prepared(&gateway, "CLEARING").await;
    whole(&gateway, &cleared).await;

    let digest = settled["digest"].clone();
    let alone = json!({"digest": digest, "opter_id": "zhang"});
    assert_eq!(
        step(&gateway, "city", "approve", alone).await.code,
        "CHS-40951"
    );
    let approved = taken(&gateway, "city", "approve", json!({"digest": digest})).await;
    assert_eq!(approved["state"], "CLEARANCE_APPROVED");
    let voucher = json!({"reference": "V2026"});
    assert_eq!(
        step(&gateway, "city", "post", voucher.clone()).await.code,
        "CHS-40301"
    );
    assert_eq!(
        step(&gateway, "finance", "post", json!({})).await.code,
        "CHS-42233"
    );
    taken(&gateway, "finance", "post", voucher).await;
    let locked = taken(&gateway, "finance", "lock", json!({})).await;
    assert_eq!(locked["state"], "LOCKED");
    assert_eq!(
        step(&gateway, "finance", "lock", json!({})).await.code,
        "CHS-40950"
    );

    assert!(faults(&gateway, ClearingStage::Clearing).await.is_empty());
    gateway
        .batch(
            "UPDATE clearing_lines SET payable_fen = payable_fen + 1 WHERE ctid =
                (SELECT MIN(ctid) FROM clearing_lines WHERE number = 2)",
        )
        .await;
    assert_eq!(faults(&gateway, ClearingStage::Clearing).await.len(), 1);
    gateway
        .batch("UPDATE clearing_events SET amount_fen = 1 WHERE action = 'settle'")
        .await;
    assert_eq!(faults(&gateway, ClearingStage::Clearing).await.len(), 2);
    gateway.stop().await;
}

#[actix_web::test]
async fn a_forecast_takes_what_is_paid_and_moves_nothing() {
    let gateway = gateway().await;
    frozen(&gateway, 411).await;
    run(&gateway, "202610", &[("310", 60_000), ("390", 50_000)]).await;
    billed(&gateway, "202610").await;
    paid(&gateway, "202610").await;
    // One batch is not paid: the clearing waits for it, the forecast leaves it out.
    gateway
        .batch(
            "UPDATE monthly_batches SET state = 'RECONCILED'
             WHERE fixmedins_code = 'H61040100002' AND insutype = '310'",
        )
        .await;
    assert_eq!(
        proposed(&gateway, &proposal("CLEARING")).await.code,
        "CHS-40940"
    );
    let mut forecast = proposal("PRE_CLEARING");
    forecast["adjustments"] = json!([]);
    forecast["assessments"] = json!([]);
    let made = proposed(&gateway, &forecast).await;
    assert_eq!(made.code, "0", "{}", made.data);
    assert_eq!(made.data["left_out"], json!(1));
    let cleared = prepared(&gateway, "PRE_CLEARING").await;
    whole(&gateway, &cleared).await;
    assert!(
        rows(&cleared)
            .iter()
            .all(|row| fen(&row["year"]["withheld"]) == 0)
    );
    let mut data = json!({"year": YEAR, "stage": "PRE_CLEARING", "action": "publish",
        "opter_id": "li", "digest": cleared["digest"]});
    let published = gateway.call("city", "/clearing/step", &data).await;
    assert_eq!(published.code, "0", "{}", published.data);
    data["action"] = json!("approve");
    let refused = gateway.call("city", "/clearing/step", &data).await;
    assert_eq!(refused.code, "CHS-40950");
    // Published or not, another forecast may follow.
    assert_eq!(proposed(&gateway, &forecast).await.data["number"], json!(2));
    gateway.stop().await;
}

#[actix_web::test]
async fn a_clearing_that_was_cut_off_goes_on_to_the_same_bytes() {
    let gateway = Gateway::start_with(|config| {
        config.profile = "fangchenggang".into();
        config.settlement.billing_seconds = 3_600;
    })
    .await;
    frozen(&gateway, 421).await;
    run(&gateway, "202610", &[("310", 60_000), ("390", 50_000)]).await;
    let store = &gateway.app.store;
    chs_gateway::service::billing::run(store, "202610", Utc::now)
        .await
        .unwrap();
    paid(&gateway, "202610").await;
    let mut data = proposal("CLEARING");
    data["assessments"] = json!([]);
    assert_eq!(proposed(&gateway, &data).await.code, "0");
    let key = store.waiting_clearings().await.unwrap().remove(0);
    let whole = clearing::run(store, &key, Utc::now).await.unwrap();
    assert_eq!((whole.hospitals, whole.prepared), (2, true));
    let undisturbed = prepared(&gateway, "CLEARING").await;

    // The second institution's cases are not what its bill says: the first one stands.
    assert_eq!(proposed(&gateway, &data).await.code, "0");
    let key = store.waiting_clearings().await.unwrap().remove(0);
    let change = |by: &str| {
        format!(
            "UPDATE frozen_cases SET cost_fen = cost_fen {by} WHERE setl_id =
             (SELECT MIN(setl_id) FROM frozen_cases WHERE fixmedins_code = '{B}')"
        )
    };
    gateway.batch(&change("+ 1")).await;
    clearing::run(store, &key, Utc::now).await.unwrap_err();
    let done =
        "SELECT fixmedins_code FROM clearing_confirmations WHERE number = 2 AND digest <> ''";
    assert_eq!(gateway.sql(done).await, [A]);
    assert_eq!(
        query(&gateway, "city", "CLEARING", "hospital").await.data["state"],
        "PREPARING"
    );
    gateway.batch(&change("- 1")).await;
    let rest = clearing::run(store, &key, Utc::now).await.unwrap();
    assert_eq!((rest.hospitals, rest.prepared), (1, true));
    let resumed = prepared(&gateway, "CLEARING").await;
    assert_eq!(resumed["digest"], undisturbed["digest"]);
    assert_eq!(rows(&resumed), rows(&undisturbed));
    let nothing = clearing::run(store, &key, Utc::now).await.unwrap();
    assert_eq!((nothing.hospitals, nothing.prepared), (0, false));
    gateway.stop().await;
}
