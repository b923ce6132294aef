//! What holds for every profile and every case: the ledger adds up, payment
//! grows with cost inside a band, and rounding is half away from zero, once.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::NaiveDate;
use chs_model::Money;
use chs_settlement::{CaseType, Estimate, Facts, Level, PricingCase, Profile};
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

const LOW: [&str; 2] = ["actual_cost", "standard"];
const HIGH: [&str; 4] = ["standard_plus_excess", "actual_cost", "standard", "cap"];

#[derive(Debug, Clone)]
struct Locality {
    rate: i64,
    rounding: &'static str,
    low: (bool, i64, &'static str),
    high: (bool, i64, &'static str),
    share: i64,
}

impl Locality {
    fn profile(&self) -> Profile {
        let share = match self.high.2 {
            "standard_plus_excess" => format!("share = \"{}\"", Decimal::new(self.share, 2)),
            _ => String::new(),
        };
        let text = format!(
            r#"
id = "any"
title = "任意"
title_en = "any"
source = "made up"
example = true
edition = "XJ-K01-2020"
[[scheme]]
id = "s"
from = 2025-01-01
[[parameters]]
version = "1"
from = 2025-01-01
insutype = ["310"]
method = "drg_rate"
rate = "{rate}"
rounding = "{rounding}"
[parameters.coefficient]
secondary = "column"
[parameters.low]
when = "{low_when}"
bound = "{low}"
low_settle = "{low_settle}"
[parameters.high]
when = "{high_when}"
bands = [{{ weight_up_to = "2", bound = "{high}" }}, {{ bound = "{high_heavy}" }}]
high_settle = "{high_settle}"
{share}
"#,
            rate = Decimal::new(self.rate, 2),
            rounding = self.rounding,
            low_when = if self.low.0 { "<" } else { "<=" },
            low = Decimal::new(self.low.1, 2),
            low_settle = self.low.2,
            high_when = if self.high.0 { ">" } else { ">=" },
            high = Decimal::new(self.high.1, 2),
            high_heavy = Decimal::new(self.high.1 - 20, 2),
            high_settle = self.high.2,
        );
        Profile::from_toml(&text).unwrap_or_else(|e| unreachable!("{e}\n{text}"))
    }
}

fn localities() -> impl Strategy<Value = Locality> {
    (
        1i64..10_000_000,
        prop::sample::select(vec!["amount", "payment"]),
        (any::<bool>(), 1i64..100, prop::sample::select(LOW.to_vec())),
        (
            any::<bool>(),
            121i64..600,
            prop::sample::select(HIGH.to_vec()),
        ),
        1i64..=100,
    )
        .prop_map(|(rate, rounding, low, high, share)| Locality {
            rate,
            rounding,
            low,
            high,
            share,
        })
}

fn price(profile: &Profile, weight: i64, coefficient: i64, cost: i64) -> Estimate {
    profile
        .price(&PricingCase {
            drg: "AA11".to_owned(),
            weight: Some(Decimal::new(weight, 4)),
            level: Level::Secondary,
            level_coefficient: Some(Decimal::new(coefficient, 4)),
            insutype: "310".to_owned(),
            cost: Money::from_fen(cost),
            setl_date: NaiveDate::from_ymd_opt(2025, 5, 1).unwrap(),
            facts: Facts::default(),
        })
        .unwrap()
}

proptest! {
    #[test]
    fn the_ledger_adds_up_to_the_fen(
        locality in localities(), weight in 1i64..500_000, coefficient in 1i64..20_000,
        cost in 0i64..1_000_000_000,
    ) {
        let estimate = price(&locality.profile(), weight, coefficient, cost);
        let sum: Decimal = estimate.terms.iter().filter(|t| t.summand).map(|t| t.value).sum();
        prop_assert_eq!(sum, estimate.pay_std.to_decimal());
        prop_assert_eq!(estimate.difference.fen(), estimate.pay_std.fen() - cost);
        prop_assert!(estimate.pay_std >= Money::ZERO);
    }

    #[test]
    fn more_cost_never_means_less_payment_inside_a_band(
        locality in localities(), weight in 1i64..500_000, coefficient in 1i64..20_000,
        cost in 0i64..1_000_000_000, more in 0i64..1_000_000,
    ) {
        let profile = locality.profile();
        let (a, b) = (
            price(&profile, weight, coefficient, cost),
            price(&profile, weight, coefficient, cost + more),
        );
        if a.case_type == b.case_type {
            prop_assert!(a.pay_std <= b.pay_std);
        }
        // The bands follow each other: low, normal, high.
        let rank = |t: CaseType| match t {
            CaseType::Low => 0, CaseType::Normal => 1, CaseType::High => 2, CaseType::Extreme => 3,
        };
        prop_assert!(rank(a.case_type) <= rank(b.case_type));
    }

    #[test]
    fn the_standard_is_rounded_once_half_away_from_zero(
        locality in localities(), weight in 1i64..500_000, coefficient in 1i64..20_000,
    ) {
        let estimate = price(&locality.profile(), weight, coefficient, 1);
        let exact = i128::from(weight) * i128::from(coefficient) * i128::from(locality.rate);
        let exact = Decimal::from_i128_with_scale(exact, 10);
        let expected = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        prop_assert_eq!(estimate.group_standard.to_decimal(), expected);
    }

    #[test]
    fn paying_the_excess_is_continuous_at_the_high_limit(
        mut locality in localities(), weight in 1i64..500_000, coefficient in 100i64..20_000,
    ) {
        locality.high.2 = "standard_plus_excess";
        locality.rounding = "amount";
        let profile = locality.profile();
        let standard = price(&profile, weight, coefficient, 1).group_standard;
        let bound = locality.high.1 - if weight > 20_000 { 20 } else { 0 };
        let last = standard.fen() * bound / 100;
        let (at, above) = (
            price(&profile, weight, coefficient, last),
            price(&profile, weight, coefficient, last + 1),
        );
        prop_assert!(above.pay_std.fen() - at.pay_std.fen() <= 1 || at.case_type == CaseType::Low);
    }
}
