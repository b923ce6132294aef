#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn group(code: &str, years: [(u64, i64); 3]) -> GroupHistory {
    GroupHistory {
        code: code.to_owned(),
        years: years
            .map(|(cases, yuan)| YearCosts {
                cases,
                cost: Money::from_fen(yuan * 100),
            })
            .to_vec(),
    }
}

#[test]
fn three_years_are_weighted_one_two_seven() {
    // Means 1000, 2000, 3000: (1000 + 4000 + 21000) / 10 = 2600.
    let table = table(
        &[
            group("A", [(1, 1_000), (2, 4_000), (3, 9_000)]),
            group("B", [(1, 1_300), (1, 1_300), (3, 3_900)]),
            group("C", [(0, 0), (0, 0), (0, 0)]),
        ],
        &THREE_YEARS,
        1,
        4,
    )
    .unwrap();
    let values: Vec<String> = table
        .lines
        .iter()
        .map(|line| line.value.to_string())
        .collect();
    // 2600 : 1300, three cases each: 4/3 and 2/3.
    assert_eq!(values, ["1.3333", "0.6667"]);
    assert_eq!(table.lines[0].mean, Decimal::new(260_000, 2));
    assert_eq!(table.without_cases, ["C"]);
    assert_eq!(table.weighted_cases, Decimal::from(6));
    assert_eq!(table.residue, Decimal::ZERO);
    let rate = neutral_value(
        Money::from_fen(780_000),
        Decimal::new(65, 2),
        table.weighted_cases,
        2,
    );
    assert_eq!(rate, Some(Decimal::from(2_000)));
}

#[test]
fn what_has_no_past_is_refused() {
    let empty = table(&[group("A", [(0, 0); 3])], &THREE_YEARS, 1, 4);
    assert_eq!(empty, Err(HistoryError::NoCases));
    let years = table(&[group("A", [(1, 1); 3])], &[1], 1, 4);
    assert_eq!(years, Err(HistoryError::Years));
    assert_eq!(
        neutral_value(Money::ZERO, Decimal::ZERO, Decimal::ONE, 2),
        None
    );
}

#[test]
fn trimming_keeps_what_the_rule_says() {
    let costs = || -> Vec<Money> { (1..=100).map(|n| Money::from_fen(n * 100)).collect() };
    let percentiles = Trim::Percentiles {
        lower: Decimal::new(25, 1),
        upper: Decimal::new(975, 1),
    };
    let trimmed = percentiles.apply(&mut costs()).unwrap();
    // Ranks 3 and 98 are kept, what lies below and above is not.
    assert_eq!((trimmed.kept.cases, trimmed.dropped), (96, 4));
    let multiples = Trim::Multiples {
        low: Decimal::new(5, 1),
        high: Decimal::new(15, 1),
    };
    // The mean is 50.50: 25.25 to 75.75.
    let trimmed = multiples.apply(&mut costs()).unwrap();
    assert_eq!((trimmed.kept.cases, trimmed.dropped), (50, 50));
    assert_eq!(
        Trim::None.apply(&mut costs()).unwrap().kept.cost.fen(),
        505_000
    );
    assert_eq!(multiples.apply(&mut []).unwrap().kept, YearCosts::default());
}

#[test]
fn a_level_coefficient_is_blended_and_kept_in_its_limits() {
    let rule = CoefficientRule {
        blend: Decimal::new(5, 1),
        least: Decimal::new(82, 2),
        greatest: Decimal::new(107, 2),
    };
    let of = |level| {
        rule.coefficient(Money::from_fen(level), Money::from_fen(1_000))
            .unwrap()
    };
    assert_eq!(of(900), Decimal::new(95, 2));
    assert_eq!(of(100), Decimal::new(82, 2));
    assert_eq!(of(2_000), Decimal::new(107, 2));
    assert_eq!(rule.coefficient(Money::ZERO, Money::ZERO), None);
}

proptest! {
    #[test]
    fn cases_times_weight_are_the_cases(past in prop::collection::vec((0u64..500, 1i64..100_000), 1..40)) {
        let groups: Vec<GroupHistory> = past
            .iter()
            .enumerate()
            .map(|(at, (cases, mean))| {
                let yuan = i64::try_from(*cases).unwrap() * mean;
                group(&at.to_string(), [(*cases, yuan); 3])
            })
            .collect();
        match table(&groups, &THREE_YEARS, 1, 10) {
            Err(error) => prop_assert_eq!(error, HistoryError::NoCases),
            Ok(table) => {
                // Ten decimals: half of the last one a case at most is lost.
                let lost = Decimal::from(table.cases) * Decimal::new(5, 11);
                prop_assert!(table.residue.abs() <= lost);
                prop_assert_eq!(table.weighted_cases, Decimal::from(table.cases) + table.residue);
            }
        }
    }
}
