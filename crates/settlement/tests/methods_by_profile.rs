//! Per-diem, special rules, values by month and adjustments, from a profile's text to the
//! payment; keys of another method are refused. Values are made up.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::NaiveDate;
use chs_model::Money;
use chs_settlement::formula::{abroad, implied_coefficient};
use chs_settlement::{
    Adjustment, Decision, Estimate, Facts, Level, PricingCase, Profile, Unpriced,
};
use rust_decimal::Decimal;

fn profile(parameters: &str) -> Result<Profile, chs_settlement::ProfileError> {
    let head = "id = \"any\"\ntitle = \"任意\"\ntitle_en = \"any\"\nsource = \"made up\"\n\
                example = true\nedition = \"XJ-K01-2020\"\n[[scheme]]\nid = \"s\"\n\
                from = 2025-01-01\n[[parameters]]\nversion = \"1\"\nfrom = 2025-01-01\n\
                insutype = [\"310\"]\n";
    Profile::from_toml(&format!("{head}{parameters}"))
}

fn price(parameters: &str, change: impl Fn(&mut PricingCase)) -> Result<Estimate, Unpriced> {
    let mut case = PricingCase {
        drg: "AA11".to_owned(),
        weight: Some(Decimal::ONE),
        level: Level::Secondary,
        level_coefficient: None,
        insutype: "310".to_owned(),
        cost: Money::from_fen(1_000_000),
        setl_date: NaiveDate::from_ymd_opt(2025, 5, 20).unwrap(),
        facts: Facts::default(),
    };
    change(&mut case);
    profile(parameters).unwrap().price(&case)
}

const DAYS: &str = "method = \"per_diem\"\nrate = \"200.05\"\n\
    tier = [{ days_up_to = 60, factor = \"1\" }, { factor = \"0.8\" }]\n";
const RATE: &str = "method = \"drg_rate\"\nrate = \"10000\"\nrounding = \"payment\"\n";
const POINTS: &str = "method = \"drg_points\"\npoint_scale = 100\nreference = \"standard\"\n\
    rounding = \"payment\"\n";

#[test]
fn days_are_paid_by_their_tiers() {
    let paid = |parameters: &str, days| {
        let estimate = price(parameters, |case| case.facts.days = Some(days)).unwrap();
        let sum: Decimal = estimate
            .terms
            .iter()
            .filter(|term| term.summand)
            .map(|term| term.value)
            .sum();
        assert_eq!(sum, estimate.pay_std.to_decimal());
        estimate.pay_std.fen()
    };
    assert_eq!(paid(DAYS, 0), 0);
    assert_eq!(paid(DAYS, 60), 1_200_300);
    // 60 × 200.05 + 160.04
    assert_eq!(paid(DAYS, 61), 1_216_304);
    let whole = format!("{DAYS}each_day = false\n");
    assert_eq!(paid(&whole, 60), 1_200_300);
    assert_eq!(paid(&whole, 61), 976_244);
    assert_eq!(price(DAYS, |_| ()).unwrap_err().code, "no_days");
}

#[test]
fn the_most_specific_value_holds() {
    let text = format!(
        "{POINTS}[[parameters.value]]\nmonth = \"2025-05\"\nvalue = \"50\"\n\
         [[parameters.value]]\nmonth = \"2025-05\"\ninsured_area = \"420500\"\nvalue = \"60\"\n\
         [[parameters.value]]\nfixmedins_code = \"H1\"\nvalue = \"70\"\n"
    );
    let paid = |area: Option<&str>, hospital: Option<&str>, month| {
        price(&text, |case| {
            case.facts.insured_area = area.map(str::to_owned);
            case.facts.fixmedins_code = hospital.map(str::to_owned);
            case.setl_date = NaiveDate::from_ymd_opt(2025, month, 20).unwrap();
        })
        .map(|estimate| estimate.pay_std.fen())
    };
    assert_eq!(paid(None, None, 5).unwrap(), 500_000);
    assert_eq!(paid(Some("420800"), None, 5).unwrap(), 500_000);
    assert_eq!(paid(Some("420500"), None, 5).unwrap(), 600_000);
    assert_eq!(paid(Some("420500"), Some("H1"), 5).unwrap(), 700_000);
    assert_eq!(paid(None, Some("H1"), 6).unwrap(), 700_000);
    assert_eq!(paid(None, None, 6).unwrap_err().code, "no_value");
}

#[test]
fn cases_outside_the_method_are_paid_as_the_locality_says_or_not_at_all() {
    let special = format!(
        "{RATE}[parameters.special]\nambiguous_share = \"0.8\"\nstay_up_to = 2\nstay_from = 60\n"
    );
    let code = |drg: &str, days| {
        price(&special, |case| {
            case.drg = drg.to_owned();
            case.facts.days = Some(days);
        })
        .map(|estimate| (estimate.settle, estimate.pay_std.fen()))
        .map_err(|unpriced| unpriced.code)
    };
    assert_eq!(code("AQY", 5), Ok(("share_of_cost", 800_000)));
    assert_eq!(code("0000", 5), Err("ungrouped"));
    for (days, expected) in [
        (2, Err("stay_excluded")),
        (3, Ok(())),
        (59, Ok(())),
        (60, Err("stay_excluded")),
    ] {
        assert_eq!(code("AA11", days).map(|_| ()), expected, "{days}");
    }
}

#[test]
fn adjustments_come_after_the_method_in_their_order() {
    let estimate = price(RATE, |case| case.cost = Money::from_fen(2_000_000)).unwrap();
    let adjusted = |excluded, decision, violation| {
        let adjustment = Adjustment {
            excluded,
            decision,
            violation: Money::from_fen(violation),
        };
        let after = estimate.adjusted(&adjustment).unwrap();
        let sum: Decimal = after
            .terms
            .iter()
            .filter(|term| term.summand)
            .map(|term| term.value)
            .sum();
        assert_eq!(sum, after.pay_std.to_decimal());
        assert_eq!(after.difference.fen(), after.pay_std.fen() - 2_000_000);
        (after.settle, after.pay_std.fen())
    };
    let uplift = Some(Decision::Uplift(Decimal::new(13, 1)));
    assert_eq!(adjusted(false, None, 0), ("standard", 1_000_000));
    assert_eq!(adjusted(false, uplift, 0), ("special_uplift", 1_300_000));
    assert_eq!(adjusted(true, uplift, 0), ("excluded", 2_000_000));
    assert_eq!(
        adjusted(false, Some(Decision::ByItem), 1),
        ("special_by_item", 1_999_999)
    );
    let amount = Some(Decision::Amount(Money::from_fen(7)));
    assert_eq!(adjusted(false, amount, 10), ("special_amount", -3));
    assert_eq!(
        adjusted(false, Some(Decision::Rejected), 5),
        ("standard", 999_995)
    );
    let negative = Adjustment {
        violation: Money::from_fen(-1),
        ..Adjustment::default()
    };
    assert_eq!(
        estimate.adjusted(&negative).unwrap_err().code,
        "out_of_range"
    );
}

#[test]
fn keys_of_another_method_and_missing_ones_are_refused() {
    for (parameters, reason) in [
        (
            format!("{RATE}point_scale = 100\n"),
            "point_scale is no parameter of this method",
        ),
        (
            format!("{DAYS}rounding = \"amount\"\n"),
            "rounding is no parameter of this method",
        ),
        (
            RATE.replace("rate = \"10000\"\n", ""),
            "this method needs rate",
        ),
        (
            POINTS.replace("point_scale = 100\n", ""),
            "this method needs point_scale",
        ),
        (POINTS.replace("100", "0"), "must be greater than 0"),
        (
            POINTS.replace("\"standard\"", "\"mean\""),
            "this method needs missing_mean",
        ),
        (
            format!(
                "{POINTS}[parameters.low]\nwhen = \"<\"\nbound = \"0.5\"\nlow_settle = \"ratio\"\n"
            ),
            "belongs to ratio, which needs it",
        ),
        (
            format!(
                "{POINTS}[parameters.low]\nwhen = \"<\"\nbound = \"0.5\"\nlow_settle = \"points_no_factor\"\n"
            ),
            "needs city_mean",
        ),
        (
            format!(
                "{RATE}[parameters.low]\nwhen = \"<\"\nbound = \"0.5\"\nlow_settle = \"ratio\"\ncoefficient = \"inside\"\n"
            ),
            "belong to the points methods",
        ),
        (
            format!(
                "{POINTS}[parameters.high]\nwhen = \">\"\nbands = [{{ points_up_to = \"100\", bound = \"3\" }}, {{ weight_up_to = \"2\", bound = \"2\" }}, {{ bound = \"2\" }}]\nhigh_settle = \"cap\"\n"
            ),
            "measured alike",
        ),
        (
            format!(
                "{POINTS}[parameters.high]\nwhen = \">\"\nbands = [{{ bound = \"5\" }}]\nhigh_settle = \"cap\"\n[parameters.extreme]\nwhen = \">\"\nbound = \"5\"\nextreme_settle = \"standard\"\n"
            ),
            "must exceed the high ones",
        ),
        (
            format!("{POINTS}[[parameters.value]]\nmonth = \"2025-13\"\nvalue = \"1\"\n"),
            "written yyyy-MM",
        ),
        (
            DAYS.replace("{ factor", "{ days_up_to = 60, factor"),
            "ascend by days",
        ),
    ] {
        let error = profile(&parameters).unwrap_err();
        assert!(error.en.contains(reason), "{parameters}: {error}");
    }
}

#[test]
fn back_checks_and_rules_from_abroad() {
    let four = |n| Decimal::new(n, 4);
    let standard = Money::from_fen(902_153);
    assert_eq!(
        implied_coefficient(standard, four(10_241), four(95_752_500)),
        Some(four(9_200))
    );
    assert_eq!(
        implied_coefficient(standard, Decimal::ZERO, Decimal::ONE),
        None
    );
    let days = abroad::deduction_days(2, 1);
    assert_eq!((days, abroad::deduction_days(1, 9)), (2, 0));
    assert_eq!(abroad::surcharge_days(10, 12), 3);
    // 2.324 − 2 × 0.316
    let weight = abroad::effective_weight(Decimal::new(2_324, 3), -2, Decimal::new(316, 3));
    assert_eq!(weight, Some(Decimal::new(1_692, 3)));
}
