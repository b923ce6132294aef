//! Scores, rates and supervision, by hand-calculated examples.

use chrono::NaiveDate;
use chs_quality::{
    Engine, Indicator, Phase, Stay, Tally, Thresholds, front_page_score, grade, supervise,
};
use rust_decimal::Decimal;
use serde_json::json;

use crate::support::{check, clean};

fn number(text: &str) -> Decimal {
    text.parse().expect("a number")
}

#[test]
fn the_front_page_loses_points_by_class_and_cap() {
    let score = |defects: &[&str]| front_page_score(defects.iter().copied());
    assert_eq!(score(&[]), Some(number("100")));
    assert_eq!(
        score(&["main_diagnosis", "gend", "medcasno"]),
        Some(number("93"))
    );
    assert_eq!(score(&["other_diagnosis"; 10]), Some(number("96")));
    assert_eq!(score(&["other_operation"; 3]), Some(number("98.5")));
    assert_eq!(score(&["basic_item"; 20]), Some(number("96")));
    assert_eq!(
        score(&["gend", "gend"]),
        Some(number("99")),
        "an item counts once"
    );
    assert_eq!(score(&["no such item"]), None);
    let grades = ["97", "96.9", "90", "75", "74.9"].map(|score| grade(number(score)));
    assert_eq!(grades, ["优", "良", "良", "中", "差"]);
}

#[test]
fn the_score_of_a_list_and_the_rates_of_several() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    let mut list = clean();
    let good = check(&engine, &list, Phase::Pre);
    list["setlinfo"]["psn_name"] = json!("");
    list["setlinfo"]["dscg_way"] = json!("9");
    let bad = check(&engine, &list, Phase::Pre);
    assert_eq!(engine.score(&good).score, number("100"));
    let score = engine.score(&bad);
    // one completeness error (2) and one format warning (a quarter of 1)
    assert_eq!(
        (score.score, score.errors, score.warnings),
        (number("97.75"), 1, 1)
    );
    let mut tally = Tally::default();
    for report in [&good, &good, &good, &bad] {
        tally.add(&engine, report);
    }
    assert_eq!(tally.pass_rate(), Some(number("0.75")));
    assert_eq!(tally.hit_rate("QC-INT-005"), Some(number("0.25")));
    assert_eq!(
        tally.hit_rate("QC-INT-089"),
        None,
        "it could not be decided for any"
    );
    assert_eq!(tally.top(1), [("QC-FMT-026", 1)]);
    let completeness = tally.completeness().expect("a rate");
    assert!(completeness < Decimal::ONE && completeness > number("0.99"));
    let mut both = tally.clone();
    both.merge(&tally);
    assert_eq!((both.lists(), both.pass_rate()), (8, tally.pass_rate()));
}

fn stay(id: &str, institution: &str, person: &str, from: u32, to: u32) -> Stay {
    let day = |day: u32| NaiveDate::from_ymd_opt(2026, 3, day).expect("a day");
    Stay {
        setl_id: id.into(),
        fixmedins_code: institution.into(),
        psn_no: person.into(),
        adm_date: day(from),
        dscg_date: day(to),
        main_code: "K35.300".into(),
        dscg_way: "1".into(),
        act_ipt_days: 6,
        medfee_sumamt: number("8000"),
        weight: Some(number("1")),
        fee_avg: Some(number("8000")),
        los_avg: Some(number("6")),
        mortality: Some(number("0.01")),
        service_days: Some(6),
    }
}

#[test]
fn each_indicator_has_its_cases_and_its_threshold() {
    let mut stays = vec![
        stay("1", "A", "p1", 1, 5),
        stay("2", "A", "p1", 10, 15),
        stay("3", "B", "p2", 1, 5),
        stay("4", "B", "p3", 1, 5),
    ];
    assert!(stays.iter().skip(2).all(|stay| stay.fixmedins_code == "B"));
    let measured = supervise(stays.clone(), &Thresholds::default());
    let of = |measured: &[chs_quality::Measured], institution: &str, indicator: Indicator| {
        let found = measured
            .iter()
            .find(|one| one.fixmedins_code == institution && one.indicator == indicator)?;
        Some((found.value, found.over, found.cases.clone()))
    };
    let again = of(&measured, "A", Indicator::Readmission);
    assert_eq!(
        again,
        Some((number("0.5"), true, vec![("2".into(), Decimal::ONE)]))
    );
    assert_eq!(of(&measured, "B", Indicator::Readmission), None);
    stays[2].medfee_sumamt = number("3000");
    stays[2].act_ipt_days = 13;
    stays[2].dscg_way = "5".into();
    stays[2].service_days = Some(3);
    stays[3].weight = Some(number("3"));
    let measured = supervise(stays, &Thresholds::default());
    let case = |score: &str| Some((number("0.5"), true, vec![("3".to_owned(), number(score))]));
    assert_eq!(of(&measured, "B", Indicator::LowStandard), case("0.7"));
    assert_eq!(of(&measured, "B", Indicator::OverLong), case("0.6"));
    assert_eq!(of(&measured, "B", Indicator::LowRiskDeath), case("1.0"));
    assert_eq!(
        of(&measured, "B", Indicator::InsufficientService),
        case("1")
    );
    // the mean weight is (1+1+1+3)/4 = 1.5; B weighs 4 where 3 are expected
    let heavy = of(&measured, "B", Indicator::Upcoding);
    assert_eq!(
        heavy,
        Some((number("1.3333"), true, vec![("4".into(), number("2"))]))
    );
}
