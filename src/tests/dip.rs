//! An area that pays by DIP scores: lists are grouped by the catalogue that `dip build` made
//! of made-up past cases, priced by the profile of Lhasa, and told by 3606, 3608 and 3609.

mod area;
mod queries;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    harness::{Gateway, lists, rows, setl_id, state_change, submit, submitted},
    month::fen,
};
pub(crate) use area::{Past, catalogue, history, lhasa};

fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}

#[actix_web::test]
async fn without_its_catalogue_nothing_is_grouped_and_it_is_said() {
    let gateway = Gateway::start_with(|config| config.profile = "lhasa".into()).await;
    let list = &lists(1, 811)[0];
    for (path, data) in [("/qc/pre-check", list), ("/reports", &submit(list))] {
        let refused = gateway.call("hospital-a", path, data).await;
        assert_eq!((refused.status, refused.code.as_str()), (422, "CHS-42270"));
        assert!(refused.data.to_string().contains("DIP"), "{}", refused.data);
    }
    assert_eq!(gateway.count("settlement_lists").await, 0);
    assert_eq!(gateway.count("groupings").await, 0);
    // A list may come and wait for the catalogue.
    let upload = json!({"report": "4101", "input": list, "submit": false});
    let uploaded = gateway.call("hospital-a", "/reports", &upload).await;
    assert_eq!(uploaded.code, "0", "{}", uploaded.data);
    let moved = state_change(list, "1");
    let refused = gateway.call("hospital-a", "/reports", &moved).await;
    assert_eq!(refused.code, "CHS-42270");
    // A scheme that is named is another matter than the area's catalogue.
    let mut asked = list.clone();
    asked["options"] = json!({"scheme": "chs-drg-2.0"});
    let compared = gateway.call("hospital-a", "/qc/pre-check", &asked).await;
    assert_eq!(compared.data["grouping"]["grp_type"], "drg");
    assert_eq!(compared.data["estimate_reason"]["code"], "other_scheme");
    gateway.stop().await;
}

/// What the national rules settle for a score: below half of the mean by the multiple, above
/// twice (and, until the review, above five times) with what is over added.
fn points(score: Decimal, coefficient: Decimal, cost: Decimal, mean: Decimal) -> Decimal {
    let ratio = cost / mean;
    let factor = if ratio < Decimal::new(5, 1) {
        ratio
    } else if ratio > Decimal::TWO {
        ratio - Decimal::ONE
    } else {
        Decimal::ONE
    };
    (score * factor * coefficient)
        .round_dp_with_strategy(4, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}

#[actix_web::test]
async fn a_list_is_grouped_priced_and_kept_by_dip() {
    let lists = lists(12, 812);
    // Past cases that cost as much, three times as much, a third and a sixth.
    let past = history(&lists, |number| match number % 4 {
        0 => Past { times: 1, over: 1 },
        1 => Past { times: 3, over: 1 },
        2 => Past { times: 1, over: 3 },
        _ => Past { times: 1, over: 6 },
    });
    let folder = catalogue("lhasa-dip", &past);
    let gateway = lhasa(folder.path()).await;
    let mut types = std::collections::BTreeSet::new();
    for list in &lists {
        let checked = gateway.call("hospital-a", "/qc/pre-check", list).await;
        assert_eq!(checked.code, "0", "{}", checked.data);
        let answer = submitted(&gateway, list).await;
        let grouping = &answer.data["grouping"];
        assert_eq!(checked.data["grouping"], *grouping);
        assert_eq!(checked.data["estimate"], answer.data["estimate"]);
        assert_eq!(
            (
                &grouping["grp_type"],
                &grouping["grp_ver"],
                &grouping["status"]
            ),
            (&json!("dip"), &json!("lhasa-dip"), &json!("grouped")),
            "{grouping}"
        );
        assert_eq!(grouping["drg_code"], grouping["dip_dise_grp_code"]);
        let estimate = &answer.data["estimate"];
        assert_eq!(
            (
                &estimate["method"],
                &estimate["example"],
                &estimate["month_valued"]
            ),
            (&json!("dip_scores"), &json!(true), &json!(false)),
            "{}",
            answer.data
        );
        let coefficient = match &grouping["asst_coefficient"] {
            Value::Null => Decimal::ONE,
            number => decimal(number),
        };
        let wanted = points(
            decimal(&grouping["grp_dise_sco"]),
            coefficient,
            decimal(&estimate["medfee_sumamt"]),
            decimal(&grouping["mean_cost"]),
        );
        assert_eq!(
            decimal(&estimate["points"]),
            wanted.normalize(),
            "{estimate}"
        );
        // The placeholder value of a point is 1 yuan.
        assert_eq!(
            fen(&estimate["pay_std"]),
            fen(&json!(
                wanted
                    .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
                    .to_string()
            ))
        );
        types.insert(estimate["case_type"].as_str().unwrap().to_owned());
    }
    assert!(
        types.is_superset(&["low", "high"].map(str::to_owned).into()),
        "{types:?}"
    );
    let stored = gateway
        .sql(
            "SELECT grp_type || ' ' || status FROM groupings
             WHERE vali_flag = 1 AND score > 0 AND points_e4 IS NOT NULL AND weight IS NULL",
        )
        .await;
    assert_eq!(stored, vec!["dip grouped"; lists.len()]);
    let url = format!("{}/version", gateway.url);
    let version = gateway.http.get(url).send().await.unwrap();
    let version: Value = serde_json::from_slice(&version.bytes().await.unwrap()).unwrap();
    assert_eq!(version["dip_catalogues"][0]["id"], "lhasa-dip");
    gateway.stop().await;
}

#[actix_web::test]
async fn a_case_without_a_combination_says_why_and_has_no_price() {
    let lists = lists(3, 813);
    let past = history(&lists[..2], |_| Past { times: 1, over: 1 });
    let folder = catalogue("lhasa-dip", &past);
    let gateway = lhasa(folder.path()).await;
    let strange = lists[2].clone();
    let known: Vec<_> = lists[..2].iter().map(area::principal).collect();
    assert!(!known.contains(&area::principal(&strange)), "another seed");
    let answer = submitted(&gateway, &strange).await;
    let grouping = &answer.data["grouping"];
    assert_eq!(
        (
            &grouping["status"],
            &grouping["reason"],
            &grouping["drg_code"]
        ),
        (&json!("ungrouped"), &json!("no_group"), &json!("0000")),
        "{}",
        answer.data
    );
    assert_eq!(answer.data["estimate"], Value::Null);
    assert_eq!(answer.data["estimate_reason"]["code"], "ungrouped");
    let query = json!({"setl_ym": "202610", "level": "case", "grp_type": "dip"});
    let told = gateway
        .call("hospital-a", "/groupings/fee-summary", &query)
        .await;
    let row = &rows(&told.data)[0];
    assert_eq!(row["setl_id"], json!(setl_id(&strange)));
    assert_eq!(
        (&row["grp_stas"], &row["remarks"]),
        (&json!("0"), &json!("no_group"))
    );
    assert!(row.get("dip_dise_grp_code").is_none(), "{row}");
    // Judged anew, it is told the same; and under DRG's name it is not there.
    let again = json!({"setl_id": setl_id(&strange)});
    let again = gateway.call("hospital-a", "/qc/post-check", &again).await;
    assert_eq!(again.data["grouping"], *grouping);
    let drg = json!({"setl_ym": "202610", "level": "case", "grp_type": "drg"});
    let drg = gateway
        .call("hospital-a", "/groupings/fee-summary", &drg)
        .await;
    assert_eq!(drg.data["total"], 0);
    gateway.stop().await;
}

#[test]
fn the_configuration_is_checked_with_its_catalogue() {
    let lists = lists(2, 814);
    let past = history(&lists, |_| Past { times: 1, over: 1 });
    let folder = catalogue("lhasa-dip", &past);
    let config = folder.path().join("gateway.toml");
    let check = |catalogues: &str| {
        let text = format!("profile = \"lhasa\"\n[schemes]\ndip_catalogues = [{catalogues}]\n");
        std::fs::write(&config, text).unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
            .args(["check-config", "--config"])
            .args([&config])
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    };
    let there = folder.path().join("catalogue");
    let there = format!("{there:?}");
    let (good, said) = check(&there);
    assert!(good, "{said}");
    assert!(said.contains("DIP catalogue lhasa-dip"), "{said}");
    assert!(!said.contains("目录 lhasa-dip 未配置"), "{said}");
    let (good, said) = check("");
    assert!(good && said.contains("目录 lhasa-dip 未配置"), "{said}");
    for (wrong, why) in [
        ("\"/no/such/folder\"".to_owned(), "catalogue.toml"),
        (format!("{there}, {there}"), "重复"),
    ] {
        let (good, said) = check(&wrong);
        assert!(!good && said.contains(why), "{said}");
    }
}
