//! Cases of patients insured elsewhere: priced here at the value of their area, billed
//! apart, sent to the stand-in provincial system, acknowledged and decided.

use serde_json::{Value, json};

use crate::{
    harness::{Answer, Gateway, lists, rows, setl_id, submitted},
    month::{A, B, apply, billed, bills, fen, freeze, published, run, sum, totals, whole},
    outbox::{to, until},
    province::Province,
};

/// Insured areas of the first lists; one is no client's of the stand-in.
const AWAY: [&str; 5] = ["620100", "620100", "620100", "620100", "630100"];

/// The rate of 620100 in the profile of this test; others have the general one.
const OWN_RATE: &str = "7000.5";

/// The built-in profile of Xianyang with a rate of its own for one insured area.
fn profile(folder: &std::path::Path) {
    let text = include_str!("../../profiles/xianyang.toml");
    let text = text.replacen("id = \"xianyang\"", "id = \"xianyang-areas\"", 1);
    let own =
        format!("\n[[parameters.value]]\ninsured_area = \"620100\"\nvalue = \"{OWN_RATE}\"\n");
    std::fs::write(folder.join("xianyang-areas.toml"), text + &own).unwrap();
}

async fn area(gateway: &Gateway, name: &str, level: &str) -> Vec<Value> {
    let query = json!({"setl_ym": "202610", "level": level, "page_size": 1000});
    let answer = gateway.call(name, "/cross-region/bills", &query).await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    assert_eq!(answer.data["example"], json!(true));
    let field = format!("{level}s");
    let told = answer.data[&field].as_array().cloned().unwrap_or_default();
    assert_eq!(answer.data["total"], told.len());
    told
}

async fn decide(gateway: &Gateway, items: &[Value]) -> Answer {
    let data = json!({"items": items});
    gateway
        .call("province", "/cross-region/decide", &data)
        .await
}

fn results(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.code, "0", "{}", answer.data);
    let items = answer.data["items"].as_array().unwrap();
    let result = |item: &Value| item["result"].as_str().unwrap().to_owned();
    items.iter().map(result).collect()
}

#[actix_web::test]
async fn cases_from_elsewhere_are_billed_apart_and_decided_by_their_area() {
    let province = Province::start().await;
    let folder = tempfile::tempdir().unwrap();
    profile(folder.path());
    let gateway = Gateway::start_with(|config| {
        to(&province)(config);
        config.profile = "xianyang-areas".into();
        config.profiles.folder = Some(folder.path().to_owned());
        config.settlement.billing_seconds = 1;
    })
    .await;
    let mut lists = lists(14, 511);
    for (list, area) in lists.iter_mut().zip(AWAY) {
        list["setlinfo"]["insuplc"] = json!(area);
    }
    for list in &lists {
        submitted(&gateway, list).await;
    }
    published(&gateway, "202610").await;
    let (psntime, _) = totals(&gateway, "hospital-a", "202610").await;
    assert_eq!(apply(&gateway, "hospital-a", "202610").await.code, "0");
    let frozen = freeze(&gateway, A, "202610").await;
    assert_eq!(frozen.code, "0", "{}", frozen.data);
    let count = |name: &str| -> i64 {
        let batches = frozen.data[name].as_array();
        let batches = batches.map(Vec::as_slice).unwrap_or_default();
        batches
            .iter()
            .map(|one| one["setl_psntime"].as_i64().unwrap())
            .sum()
    };
    let left_out = frozen.data["left_out"].as_array().map_or(0, Vec::len);
    let (local, away) = (count("batches"), count("cross_region"));
    assert_eq!(local + away + i64::try_from(left_out).unwrap(), psntime);
    assert!((3..=5).contains(&away), "{}", frozen.data);

    // What is billed here is without them, and adds up.
    let budgets = [("310", 900_000), ("390", 800_000)];
    let valued = run(&gateway, "202610", &budgets).await;
    assert_eq!(valued.code, "0", "{}", valued.data);
    let month = billed(&gateway, "202610").await;
    whole(&gateway, &month).await;
    let billed_here = rows(&month);
    let here = billed_here
        .iter()
        .map(|bill| bill["setl_psntime"].as_i64().unwrap());
    assert_eq!(here.sum::<i64>(), local);
    let own: Vec<String> = lists.iter().take(AWAY.len()).map(setl_id).collect();
    let cases = rows(&bills(&gateway, "city", "202610", "case").await);
    assert!(
        cases
            .iter()
            .all(|case| !own.contains(&case["setl_id"].as_str().unwrap().into()))
    );

    // Out to the provincial system, and its answers to each case.
    until(&gateway, "delivered", 2).await;
    let cases = area(&gateway, "hospital-a", "case").await;
    assert_eq!(cases.len(), usize::try_from(away).unwrap());
    for case in &cases {
        let (known, rate) = match case["insu_admdvs"].as_str() {
            Some("620100") => ("ACKNOWLEDGED", OWN_RATE),
            _ => ("NOT_TAKEN", "6018.23"),
        };
        assert_eq!(case["state"], known, "{case}");
        assert!(case["ledger"].to_string().contains(rate), "{case}");
        assert_eq!(
            fen(&case["booked"]),
            fen(&case["payable"]) - fen(&case["others"])
        );
    }
    province.look(|ledger| {
        assert_eq!(ledger.violations, Vec::<String>::new());
        let known = cases.iter().filter(|case| case["state"] == "ACKNOWLEDGED");
        assert_eq!(ledger.away.len(), known.clone().count());
        for case in known {
            let key = format!("{A}|{}", case["setl_id"].as_str().unwrap());
            assert_eq!(ledger.away[&key]["fund"], case["booked"]);
            assert!(ledger.away[&key].get("psn_name").is_none());
        }
    });

    // The insured area decides; nobody else does.
    let of_620100: Vec<&Value> = cases
        .iter()
        .filter(|case| case["insu_admdvs"] == "620100" && fen(&case["booked"]) > 200)
        .collect();
    assert!(of_620100.len() >= 3, "{cases:?}");
    let item = |case: &Value, decision: &str| json!({"fixmedins_code": A, "setl_id": case["setl_id"], "decision": decision});
    let mut adjusted = item(of_620100[1], "ADJUSTED");
    adjusted["amount"] = json!("1.25");
    adjusted["reason"] = json!("重复收费");
    let mut refused = item(of_620100[2], "REFUSED");
    refused["reason"] = json!("不符合异地就医条件");
    let decisions = [item(of_620100[0], "ACCEPTED"), adjusted, refused];
    for name in ["hospital-a", "city", "core"] {
        let data = json!({"items": decisions});
        let answer = gateway.call(name, "/cross-region/decide", &data).await;
        assert_eq!(answer.code, "CHS-40301", "{name}");
    }
    assert_eq!(results(&decide(&gateway, &decisions).await), ["DECIDED"; 3]);
    assert_eq!(
        results(&decide(&gateway, &decisions).await),
        ["DUPLICATE"; 3]
    );
    let others = [
        item(of_620100[2], "ACCEPTED"),
        json!({"fixmedins_code": B, "setl_id": "S1", "decision": "ACCEPTED"}),
        item(of_620100[1], "ADJUSTED"),
    ];
    assert_eq!(
        results(&decide(&gateway, &others).await),
        ["DECIDED_OTHERWISE", "UNKNOWN", "AMOUNT_MISMATCH"]
    );

    // The bills tell it, to the fen; hospital B and its county see their own.
    let told = area(&gateway, "city", "bill").await;
    let cases = area(&gateway, "city", "case").await;
    for name in ["payable", "others", "booked", "medfee_sumamt"] {
        assert_eq!(sum(&told, name), sum(&cases, name), "{name}");
    }
    assert_eq!(sum(&told, "agreed"), fen(&of_620100[0]["booked"]) + 125);
    let open: Vec<Value> = cases
        .iter()
        .filter(|case| case["agreed"].is_null())
        .cloned()
        .collect();
    assert_eq!(sum(&told, "undecided"), sum(&open, "booked"));
    let refusals: i64 = told
        .iter()
        .map(|bill| bill["refused_psntime"].as_i64().unwrap())
        .sum();
    assert_eq!(refusals, 1);
    assert!(area(&gateway, "hospital-b", "bill").await.is_empty());
    let foreign = json!({"setl_ym": "202610", "level": "bill", "fixmedins_code": A});
    let refused = gateway
        .call("hospital-b", "/cross-region/bills", &foreign)
        .await;
    assert_eq!((refused.status, refused.code.as_str()), (403, "CHS-40302"));
    let (_, faults) = chs_gateway::audit::verify(&gateway.app.store)
        .await
        .unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    gateway.stop().await;
    province.stop().await;
}
