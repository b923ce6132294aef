//! The points methods: cliffs exactly where the parameters put them, one fen to either
//! side; growing with cost inside a band; the ledger adds up; scaling value and points
//! inversely changes nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use chs_model::Money;
use chs_settlement::{
    Bands, CaseType, CoefficientPlace, Extreme, ExtremeSettle, MissingMean, PointsCase, PointsHigh,
    PointsHighSettle, PointsKind, PointsLow, PointsLowSettle, PointsMethod, Reference,
    RoundingStep, ZeroScore,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

const PLACES: [CoefficientPlace; 2] = [CoefficientPlace::Inside, CoefficientPlace::Outside];

fn method(low: PointsLowSettle, high: PointsHighSettle, strict: bool) -> PointsMethod {
    PointsMethod {
        kind: PointsKind::Drg { scale: 100 },
        city_mean: Some(Decimal::from(5_000)),
        reference: Reference::Mean,
        mean_factor: Decimal::ONE,
        missing_mean: MissingMean::Implied,
        zero_score: ZeroScore::Unpriced,
        primary_care: false,
        blank: None,
        points_decimals: None,
        rounding: RoundingStep::Payment,
        low: Some(PointsLow {
            strict,
            bound: Decimal::new(5, 1),
            lower_of: false,
            settle: low,
        }),
        high: Some(PointsHigh {
            strict,
            bands: Bands::single(Decimal::TWO),
            settle: high,
        }),
        extreme: Some(Extreme {
            strict,
            bound: Decimal::from(5),
            settle: ExtremeSettle::AsHigh,
        }),
    }
}

fn case(base: i64, coefficient: i64, value: i64, cost: i64) -> PointsCase {
    PointsCase {
        base: Decimal::new(base, 4),
        coefficient: Decimal::new(coefficient, 4),
        auxiliary: Decimal::ONE,
        primary_factor: None,
        mean: None,
        blank: false,
        value: Decimal::new(value, 4),
        cost: Money::from_fen(cost),
    }
}

fn lows() -> impl Strategy<Value = PointsLowSettle> {
    prop_oneof![
        Just(PointsLowSettle::ActualCost),
        Just(PointsLowSettle::Standard),
        Just(PointsLowSettle::PointsNoFactor),
        prop::sample::select(PLACES.to_vec()).prop_map(PointsLowSettle::Ratio),
    ]
}

fn highs() -> impl Strategy<Value = PointsHighSettle> {
    prop_oneof![
        prop::sample::select(PLACES.to_vec()).prop_map(PointsHighSettle::LinearAdd),
        Just(PointsHighSettle::Deduct),
        Just(PointsHighSettle::Cap),
        Just(PointsHighSettle::Standard),
        Just(PointsHighSettle::ActualCost),
        (1i64..=100).prop_map(|share| PointsHighSettle::StandardPlusExcess {
            share: Decimal::new(share, 2)
        }),
    ]
}

proptest! {
    #[test]
    fn the_ledger_adds_up_to_the_fen(low in lows(), high in highs(), strict: bool, amounts: bool, base in 1i64..200_000, h in 5_000i64..15_000, v in 100_000i64..2_000_000, cost in 0i64..100_000_000) {
        let mut method = method(low, high, strict);
        if amounts {
            method.rounding = RoundingStep::Amount;
        }
        let priced = method.calculate(&case(base, h, v, cost)).unwrap();
        let sum: Decimal = priced.terms.iter().filter(|term| term.summand).map(|term| term.value).sum();
        prop_assert_eq!(sum, priced.pay_std.to_decimal());
        if !amounts && let Some(points) = priced.points {
            let paid = Money::round_yuan(points * Decimal::new(v, 4)).unwrap();
            prop_assert!((paid.fen() - priced.pay_std.fen()).abs() <= 1);
        }
    }

    #[test]
    fn more_cost_never_means_less_payment_inside_a_band(low in lows(), high in highs(), base in 1i64..200_000, h in 5_000i64..15_000, v in 100_000i64..2_000_000, cost in 0i64..100_000_000, more in 0i64..1_000_000) {
        let method = method(low, high, true);
        let priced = |cost| method.calculate(&case(base, h, v, cost)).unwrap();
        let (a, b) = (priced(cost), priced(cost + more));
        if a.case_type == b.case_type {
            prop_assert!(a.pay_std <= b.pay_std);
        }
    }

    #[test]
    fn scaling_value_and_points_inversely_changes_nothing(low in lows(), high in highs(), base in 1i64..200_000, h in 5_000i64..15_000, v in 100_000i64..2_000_000, cost in 0i64..100_000_000) {
        let hundred = method(low, high, true);
        let mut thousand = hundred.clone();
        thousand.kind = PointsKind::Drg { scale: 1_000 };
        let one = hundred.calculate(&case(base, h, v, cost)).unwrap();
        let mut other = case(base, h, v, cost);
        other.value = Decimal::new(v, 5);
        let two = thousand.calculate(&other).unwrap();
        prop_assert_eq!(one.pay_std, two.pay_std);
        prop_assert_eq!((one.case_type, one.ratio), (two.case_type, two.ratio));
    }

    #[test]
    fn linear_add_is_continuous_at_the_high_limit(place in prop::sample::select(PLACES.to_vec()), base in 1i64..200_000, h in 5_000i64..15_000) {
        let method = method(PointsLowSettle::ActualCost, PointsHighSettle::LinearAdd(place), true);
        // M = base × 5000 yuan; the limit 2 M in fen is base × 100.
        let priced = |cost| method.calculate(&case(base, h, 500_000, cost)).unwrap();
        let (at, above) = (priced(base * 100), priced(base * 100 + 1));
        prop_assert_eq!((at.case_type, above.case_type), (CaseType::Normal, CaseType::High));
        // One fen of cost is worth f × h fen at most; f is 1 here and h below 1.5.
        prop_assert!((0..=2).contains(&(above.pay_std.fen() - at.pay_std.fen())));
    }

    #[test]
    fn cliffs_stand_where_the_parameters_put_them(strict: bool, base in 1i64..200_000, h in 5_000i64..15_000) {
        let method = method(PointsLowSettle::ActualCost, PointsHighSettle::Cap, strict);
        let kind = |cost| method.calculate(&case(base, h, 500_000, cost)).unwrap().case_type;
        // M = base × 0.5 yuan = base × 50 fen.
        for (limit, below, above) in [
            (base * 25, CaseType::Low, CaseType::Normal),
            (base * 100, CaseType::Normal, CaseType::High),
            (base * 250, CaseType::High, CaseType::Extreme),
        ] {
            prop_assert_eq!(kind(limit - 1), below);
            prop_assert_eq!(kind(limit + 1), above);
            let low_limit = limit == base * 25;
            prop_assert_eq!(kind(limit), if low_limit == strict { above } else { below });
        }
    }
}

#[test]
fn the_limit_itself_belongs_where_the_sign_says() {
    // 1.0000 × 5000: half is 2500.00, twice 10000.00, five times 25000.00.
    let kind = |strict, cost| {
        let method = method(PointsLowSettle::ActualCost, PointsHighSettle::Cap, strict);
        method
            .calculate(&case(10_000, 10_000, 500_000, cost))
            .unwrap()
            .case_type
    };
    assert_eq!(kind(true, 250_000), CaseType::Normal);
    assert_eq!(kind(false, 250_000), CaseType::Low);
    assert_eq!(kind(true, 1_000_000), CaseType::Normal);
    assert_eq!(kind(false, 1_000_000), CaseType::High);
    assert_eq!(kind(true, 2_500_000), CaseType::High);
    assert_eq!(kind(false, 2_500_000), CaseType::Extreme);
}

#[test]
fn missing_means_and_scores_have_named_answers() {
    let mut method = method(PointsLowSettle::ActualCost, PointsHighSettle::Cap, true);
    method.kind = PointsKind::Dip;
    method.city_mean = None;
    let mut case = case(8_505_000, 9_200, 112_500, 100_000);
    let settle = |method: &PointsMethod, case: &PointsCase| {
        method
            .calculate(case)
            .map(|priced| (priced.settle, priced.pay_std.fen()))
    };
    for (missing, expected) in [
        (MissingMean::Normal, ("standard", 880_268)),
        (MissingMean::ActualCost, ("missing_mean", 100_000)),
        (MissingMean::Nothing, ("missing_mean", 0)),
        // score × value = 9568.13, of which 1000 is below the half
        (MissingMean::Implied, ("actual_cost", 100_000)),
    ] {
        method.missing_mean = missing;
        assert_eq!(settle(&method, &case).unwrap(), expected, "{missing:?}");
        case.mean = Some(Decimal::ZERO);
        assert_eq!(settle(&method, &case).unwrap(), expected, "{missing:?}");
        case.mean = None;
    }
    method.missing_mean = MissingMean::Unpriced;
    assert_eq!(settle(&method, &case).unwrap_err().code, "no_mean");
    case.base = Decimal::ZERO;
    assert_eq!(settle(&method, &case).unwrap_err().code, "no_score");
    method.zero_score = ZeroScore::ActualCost;
    assert_eq!(settle(&method, &case).unwrap(), ("zero_score", 100_000));
}

#[test]
fn a_primary_care_factor_replaces_the_coefficient_where_the_locality_says_so() {
    let mut method = method(PointsLowSettle::ActualCost, PointsHighSettle::Cap, true);
    let mut case = case(10_000, 9_200, 500_000, 500_000);
    case.primary_factor = Some(Decimal::new(8, 1));
    assert_eq!(method.calculate(&case).unwrap().pay_std.fen(), 460_000);
    method.primary_care = true;
    assert_eq!(method.calculate(&case).unwrap().pay_std.fen(), 400_000);
}

#[test]
fn the_lower_of_limit_shrinks_with_the_coefficient() {
    let mut method = method(PointsLowSettle::ActualCost, PointsHighSettle::Cap, true);
    if let Some(low) = &mut method.low {
        low.lower_of = true;
    }
    let kind = |h, cost| {
        method
            .calculate(&case(10_000, h, 500_000, cost))
            .unwrap()
            .case_type
    };
    assert_eq!(kind(8_000, 199_999), CaseType::Low);
    assert_eq!(kind(8_000, 200_000), CaseType::Normal);
    assert_eq!(kind(12_000, 249_999), CaseType::Low);
}
