//! A month of Lhasa closes to the fen whatever its scores, coefficients and costs: points of
//! the cases are the pool's, the value spends the budget, and what rounding leaves stands on
//! its own line. The profile's values are examples; the cases are made up.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chs_model::Money;
use chs_settlement::books::{BookedCase, LineKey, MonthBills, Points, Settlement, Survey};
use chs_settlement::{Facts, Level, PricingCase, Profile};
use proptest::prelude::*;
use rust_decimal::Decimal;

const LHASA: &str = include_str!("../../../profiles/lhasa.toml");

#[derive(Debug, Clone)]
struct Made {
    hospital: u32,
    employee: bool,
    score: Decimal,
    auxiliary: Decimal,
    mean: i64,
    cost: i64,
}

prop_compose! {
    /// Scores with up to four decimals, coefficients with two; costs from a tenth of the mean
    /// to eight times it.
    fn made()(
        hospital in 0u32..4, employee in any::<bool>(), score in 1i64..50_000_000,
        auxiliary in 100i64..200, mean in 50_000i64..10_000_000, tenths in 1i64..80,
    ) -> Made {
        Made {
            hospital, employee, mean,
            score: Decimal::new(score, 4),
            auxiliary: Decimal::new(auxiliary, 2),
            cost: mean / 10 * tenths + 1,
        }
    }
}

fn booked(profile: &Profile, case: &Made) -> BookedCase {
    let insutype = if case.employee { "310" } else { "390" };
    let estimate = profile
        .price(&PricingCase {
            drg: "K35.8:47.0100".to_owned(),
            weight: None,
            level: Level::Tertiary,
            level_coefficient: None,
            insutype: insutype.to_owned(),
            cost: Money::from_fen(case.cost),
            setl_date: NaiveDate::from_ymd_opt(2026, 10, 20).unwrap(),
            facts: Facts {
                score: Some(case.score),
                mean_cost: Some(Decimal::new(case.mean, 2)),
                auxiliary: Some(case.auxiliary),
                ..Facts::default()
            },
        })
        .unwrap();
    assert!(estimate.example);
    let points = estimate.points.unwrap();
    let rounded = Points::round(points).unwrap();
    // The profile settles four decimals, which is what the books carry.
    assert_eq!(rounded.to_decimal(), points);
    BookedCase {
        key: LineKey {
            insutype: insutype.parse().unwrap(),
            district: case.hospital % 2,
            hospital: case.hospital,
            department: 0,
            group: 0,
        },
        settlement: Settlement::Points(rounded),
        cost: Money::from_fen(case.cost),
        others: Money::from_fen(case.cost / 3),
    }
}

proptest! {
    #[test]
    fn budget_is_what_is_booked_and_the_residue(
        cases in prop::collection::vec(made(), 1..80), budget in 1i64..5_000_000_000,
    ) {
        let profile = Profile::from_toml(LHASA).unwrap();
        let cases: Vec<BookedCase> = cases.iter().map(|case| booked(&profile, case)).collect();
        let mut survey = Survey::default();
        for case in &cases {
            survey.add(case).unwrap();
        }
        let budgets: BTreeMap<u16, Money> =
            survey.pools().map(|(pool, _)| (pool, Money::from_fen(budget))).collect();
        let values = survey.values(&budgets, 4).unwrap();
        let mut bills = MonthBills::new(values.clone());
        let mut by_case: BTreeMap<u16, i64> = BTreeMap::new();
        for case in &cases {
            let payable = bills.add(case).unwrap();
            *by_case.entry(case.key.insutype).or_default() += payable.fen();
        }
        let book = bills.close(&budgets).unwrap();
        let hospitals = book.by(|key| (key.insutype, key.hospital)).unwrap();
        for pool in &book.pools {
            let of_pool: Vec<_> = cases.iter().filter(|c| c.key.insutype == pool.insutype).collect();
            prop_assert_eq!(pool.line.payable.fen(), by_case[&pool.insutype]);
            let of_hospitals: i64 = hospitals.iter()
                .filter(|((insutype, _), _)| *insutype == pool.insutype)
                .map(|(_, line)| line.payable.fen()).sum();
            prop_assert_eq!(of_hospitals, pool.line.payable.fen());
            let booked = pool.line.fund().unwrap().fen();
            prop_assert_eq!(pool.budget.fen(), booked + pool.residue.fen());
            // Half of the value's last decimal a point, half a fen a case.
            let most = pool.line.points.to_decimal() * Decimal::new(5, 3)
                + Decimal::new(5, 1) * Decimal::from(of_pool.len());
            prop_assert!(Decimal::from(pool.residue.fen().abs()) <= most);
        }
        // A case that comes later is told the month's value, not the placeholder.
        let value = values.values().next().copied();
        let facts = Facts { value, ..Facts::default() };
        let day = NaiveDate::from_ymd_opt(2026, 10, 20).unwrap();
        let parameters = profile.parameters("310", Level::Tertiary, day).unwrap();
        prop_assert_eq!(parameters.value(day, &facts), value);
        prop_assert_eq!(parameters.value(day, &Facts::default()), Some(Decimal::ONE));
    }
}
