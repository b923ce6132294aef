//! The built-in example profile against the public group table of Xianyang
//! (xianyang-2025: weight, coefficient and payment standard of every group), and
//! at its limits by one fen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use chrono::NaiveDate;
use chs_model::Money;
use chs_settlement::{CaseType, Facts, Level, PricingCase, Profile};
use rust_decimal::Decimal;

const PROFILE: &str = include_str!("../../../profiles/xianyang.toml");
const TABLE: &str = include_str!("xianyang_standards.csv");

fn profile() -> Profile {
    Profile::from_toml(PROFILE).unwrap()
}

fn case(weight: &str, level: Level, coefficient: Option<&str>, cost: Money) -> PricingCase {
    PricingCase {
        drg: "OF25".to_owned(),
        weight: weight.parse().ok(),
        level,
        level_coefficient: coefficient.map(|text| text.parse().unwrap()),
        insutype: "310".to_owned(),
        cost,
        setl_date: NaiveDate::from_ymd_opt(2025, 6, 30).unwrap(),
        facts: Facts::default(),
    }
}

#[test]
fn every_published_standard_is_weight_times_rate_times_coefficient() {
    let profile = profile();
    let (mut equal, mut without_weight) = (0, 0);
    for row in csv::Reader::from_reader(TABLE.as_bytes()).records() {
        let row = row.unwrap();
        for (level, at) in [(Level::Primary, 2), (Level::Secondary, 4)] {
            let cost = Money::from_yuan_str(&row[at + 1]).unwrap_or(Money::ZERO);
            let answer = profile.price(&case(&row[1], level, Some(&row[at]), cost));
            if row[1].is_empty() {
                assert_eq!(answer.unwrap_err().code, "no_weight", "{row:?}");
                without_weight += 1;
            } else {
                let estimate = answer.unwrap();
                assert_eq!(estimate.group_standard, cost, "{row:?}");
                assert_eq!(estimate.case_type, CaseType::Normal);
                assert_eq!(estimate.difference, Money::ZERO);
                equal += 1;
            }
        }
    }
    assert_eq!((equal, without_weight), (1_458, 36));
}

#[test]
fn the_limits_are_strict_to_the_fen() {
    // 0.4027 × 6018.23 × 0.7844 = 1901.03 after rounding; low below 570.309,
    // high above 5703.09.
    let profile = profile();
    let estimate = |cost: &str| {
        let cost = Money::from_yuan_str(cost).unwrap();
        profile
            .price(&case("0.4027", Level::Secondary, Some("0.7844"), cost))
            .unwrap()
    };
    for (cost, case_type, pay_std) in [
        ("0.00", CaseType::Low, "0.00"),
        ("570.30", CaseType::Low, "570.30"),
        ("570.31", CaseType::Normal, "1901.03"),
        ("5703.09", CaseType::Normal, "1901.03"),
        ("5703.10", CaseType::High, "1901.04"),
        ("10000.00", CaseType::High, "6197.94"),
    ] {
        let answer = estimate(cost);
        assert_eq!(answer.case_type, case_type, "{cost}");
        assert_eq!(answer.pay_std.to_string(), pay_std, "{cost}");
    }
}

#[test]
fn a_tertiary_institution_has_the_coefficient_one() {
    let cost = Money::from_yuan_str("2423.54").unwrap();
    let answer = profile()
        .price(&case("0.4027", Level::Tertiary, None, cost))
        .unwrap();
    // 0.4027 × 6018.23 = 2423.541221
    assert_eq!(answer.pay_std, cost);
    assert!(answer.example);
    assert_eq!(answer.version, "2025-example");
}

#[test]
fn what_is_not_covered_is_named() {
    let profile = profile();
    let good = case("1", Level::Secondary, Some("1"), Money::from_fen(1));
    let code = |change: &dyn Fn(&mut PricingCase)| {
        let mut case = good.clone();
        change(&mut case);
        profile.price(&case).unwrap_err().code
    };
    assert_eq!(code(&|c| c.drg = "0000".to_owned()), "ungrouped");
    assert_eq!(code(&|c| c.drg = "FQY".to_owned()), "ambiguous");
    assert_eq!(code(&|c| c.weight = None), "no_weight");
    assert_eq!(code(&|c| c.weight = Some(Decimal::ZERO)), "no_weight");
    assert_eq!(
        code(&|c| c.insutype = "340".to_owned()),
        "insutype_not_covered"
    );
    assert_eq!(
        code(&|c| c.level_coefficient = None),
        "no_level_coefficient"
    );
    assert_eq!(code(&|c| c.cost = Money::from_fen(-1)), "out_of_range");
    assert_eq!(code(&|c| c.weight = Some(Decimal::MAX)), "out_of_range");
    let day = NaiveDate::from_ymd_opt(2024, 12, 31).unwrap();
    assert_eq!(code(&|c| c.setl_date = day), "date_not_covered");
}

#[test]
fn the_json_keeps_every_digit() {
    let cost = Money::from_yuan_str("10000").unwrap();
    let json = profile()
        .price(&case("0.4027", Level::Secondary, Some("0.7844"), cost))
        .unwrap()
        .to_json();
    let text = serde_json::to_string(&json).unwrap();
    assert!(text.contains(r#""medfee_sumamt":10000.00"#), "{text}");
    assert!(text.contains(r#""pay_std":6197.94"#), "{text}");
    assert!(text.contains(r#""difference":-3802.06"#), "{text}");
}
