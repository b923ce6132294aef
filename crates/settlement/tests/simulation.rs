//! Sums of a comparison: exact, whatever the order of cases and how they are divided.

#![allow(clippy::unwrap_used)]

use chrono::NaiveDate;
use chs_model::Money;
use chs_settlement::{
    Level, PricingCase, Profile,
    simulation::{Against, Compared, Comparison, Dimension, Keys, Priced, Sums},
};
use proptest::prelude::*;
use rust_decimal::Decimal;

const PROFILE: &str = r#"
id = "t"
title = "试验"
title_en = "test"
source = "made up"
example = true
edition = "XJ-K01-2021"

[[scheme]]
id = "s"
from = 2026-01-01

[[parameters]]
version = "v"
from = 2026-01-01
insutype = ["310", "390"]
method = "drg_rate"
rate = "10000"
rounding = "payment"

[parameters.low]
when = "<"
bound = "0.4"
low_settle = "actual_cost"

[parameters.high]
when = ">"
bands = [{ bound = "3" }]
high_settle = "standard_plus_excess"
share = "0.7"
"#;

/// A made-up case: hospital, group, fund, weight, proposed weight, cost, paid.
type Made = (u8, u8, bool, u32, u32, i64, Option<i64>);

fn made() -> impl Strategy<Value = Made> {
    (
        0u8..6,
        0u8..5,
        any::<bool>(),
        0u32..40_000,
        1u32..40_000,
        0i64..20_000_000,
        prop::option::of(0i64..20_000_000),
    )
}

fn price(profile: &Profile, made: &Made, weight: u32) -> Result<Priced, &'static str> {
    let weight = Decimal::new(weight.into(), 4);
    let case = PricingCase {
        drg: format!("G{}", made.1),
        weight: Some(weight),
        level: Level::Tertiary,
        level_coefficient: None,
        insutype: insutype(made).to_owned(),
        cost: Money::from_fen(made.5),
        setl_date: NaiveDate::from_ymd_opt(2026, 6, 1).unwrap(),
        facts: chs_settlement::Facts::default(),
    };
    let estimate = profile.price(&case);
    estimate
        .map(|estimate| Priced::of(&estimate, Some(weight)))
        .map_err(|reason| reason.code)
}

fn insutype(made: &Made) -> &'static str {
    if made.2 { "310" } else { "390" }
}

fn add(comparison: &mut Comparison, made: &Made, (present, proposed): (&Profile, &Profile)) {
    let hospital = format!("H{}", made.0);
    let group = format!("G{}", made.1);
    let keys = Keys {
        hospital: &hospital,
        group: &group,
        level: if made.0 < 3 {
            Level::Tertiary
        } else {
            Level::Secondary
        },
        insutype: insutype(made),
    };
    let cost = Money::from_fen(made.5);
    match (price(present, made, made.3), price(proposed, made, made.4)) {
        (Ok(present), Ok(proposed)) => {
            let case = Compared {
                cost,
                paid: made.6.map(Money::from_fen),
                present,
                proposed: Some(proposed),
            };
            comparison.add(&keys, &case).unwrap();
        }
        (Err(reason), _) | (_, Err(reason)) => comparison.leave_out(&keys, cost, reason).unwrap(),
    }
}

fn compared(cases: &[Made], against: Against, profiles: (&Profile, &Profile)) -> Comparison {
    let mut comparison = Comparison::new(against, &Dimension::ALL);
    for case in cases {
        add(&mut comparison, case, profiles);
    }
    comparison
}

fn sum(comparison: &Comparison, dimension: Dimension) -> Sums {
    let mut all = Sums::default();
    for (_, sums) in comparison.of(dimension) {
        all.plus(sums).unwrap();
    }
    all
}

proptest! {
    /// Hospitals, groups, levels, funds: each adds up to the total, to the fen, and so do
    /// the differences.
    #[test]
    fn lines_of_every_dimension_are_the_total(
        cases in prop::collection::vec(made(), 0..120),
        paid in any::<bool>(),
    ) {
        let profile = Profile::from_toml(PROFILE).unwrap();
        let against = if paid { Against::Paid } else { Against::Present };
        let comparison = compared(&cases, against, (&profile, &profile));
        let total = comparison.total();
        for dimension in Dimension::ALL {
            prop_assert_eq!(sum(&comparison, dimension), total);
            let differences: i64 = comparison
                .of(dimension)
                .map(|(_, sums)| sums.difference().unwrap().fen())
                .sum();
            prop_assert_eq!(differences, total.difference().unwrap().fen());
        }
        // Every case is either compared or left out, with its cost.
        let cost: i64 = cases.iter().map(|case| case.5).sum();
        prop_assert_eq!(total.cost.fen() + total.left_out_cost.fen(), cost);
        prop_assert_eq!(total.cases + total.left_out, u64::try_from(cases.len()).unwrap());
        let reasons: u64 = comparison.left_out().values().map(|sums| sums.left_out).sum();
        prop_assert_eq!(reasons, total.left_out);
        if !paid {
            prop_assert_eq!(total.after.fen() - total.before.fen(), total.proposed.fen() - total.present.fen());
            // A group without a weight today has no price on one side, and counts on neither.
            let weightless = cases.iter().filter(|case| case.3 == 0).count();
            prop_assert_eq!(total.left_out, u64::try_from(weightless).unwrap());
        } else {
            prop_assert_eq!(total.paid_cases, total.cases);
        }
    }

    /// Threads divide the file as they like.
    #[test]
    fn parts_merge_to_the_whole(
        cases in prop::collection::vec(made(), 0..60),
        cut in 0usize..60,
    ) {
        let profile = Profile::from_toml(PROFILE).unwrap();
        let profiles = (&profile, &profile);
        let whole = compared(&cases, Against::Present, profiles);
        let (first, second) = cases.split_at(cut.min(cases.len()));
        let parts = [compared(second, Against::Present, profiles), compared(first, Against::Present, profiles)];
        let mut merged = Comparison::new(Against::Present, &Dimension::ALL);
        for part in &parts {
            merged.merge(part).unwrap();
        }
        prop_assert_eq!(merged, whole);
    }

    /// Where no case changes its band, one step makes a fund neutral but for what rounding
    /// the rate to two decimals and the cases to the fen leaves.
    #[test]
    fn a_fund_of_standard_cases_is_made_neutral_in_one_step(
        weights in prop::collection::vec((1_000u32..40_000, 1_000u32..40_000), 1..60),
    ) {
        let profile = Profile::from_toml(PROFILE).unwrap();
        let cases: Vec<Made> = weights
            .iter()
            .map(|(now, then)| (0, 0, true, *now, *then, i64::from((*now).max(*then)) * 100, None))
            .filter(|case| case.3 * 2 <= case.4 * 3 && case.4 * 2 <= case.3 * 3)
            .collect();
        let before = compared(&cases, Against::Present, (&profile, &profile));
        let fund = before.total();
        prop_assume!(fund.cases > 0);
        let moved = profile.rescaled("310", (fund.after, fund.before));
        let (neutral, values) = moved.unwrap();
        prop_assert_eq!(values.len(), 1);
        let after = compared(&cases, Against::Present, (&profile, &neutral)).total();
        prop_assert_eq!(after.before, fund.before);
        // Half a fen a case, and half a cent of the rate a unit of weight.
        let weight = after.proposed_units;
        let most = Decimal::from(after.cases) / Decimal::TWO + weight / Decimal::TWO + Decimal::ONE;
        let off = Decimal::from(after.difference().unwrap().fen().abs());
        prop_assert!(off <= most, "{} fen off, {} at most", off, most);
    }
}

#[test]
fn only_the_funds_own_values_are_moved() {
    let profile = Profile::from_toml(PROFILE).unwrap();
    let (moved, values) = profile
        .rescaled("390", (Money::from_fen(300), Money::from_fen(100)))
        .unwrap();
    let [value] = values.as_slice() else {
        unreachable!("the profile has one rate")
    };
    assert_eq!(
        (value.before, value.after),
        (Decimal::from(10_000), Decimal::new(333_333, 2))
    );
    let rate = |insutype: &str| {
        let day = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        let parameters = moved.parameters(insutype, Level::Primary, day).unwrap();
        parameters.default_value
    };
    assert_eq!(rate("310"), Some(Decimal::from(10_000)));
    assert_eq!(rate("390"), Some(Decimal::new(333_333, 2)));
    assert!(
        profile
            .rescaled("390", (Money::ZERO, Money::from_fen(1)))
            .is_none()
    );
    assert!(
        profile
            .rescaled("390", (Money::from_fen(1), Money::ZERO))
            .is_none()
    );
}
