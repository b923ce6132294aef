//! What holds for every month and every year: lines, hospitals, region and budget agree
//! to the fen with the residue on its own line, and a re-run gives the same bytes. Cases
//! are made up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use chs_model::Money;
use chs_settlement::books::{
    Adjustments, BillBook, BookError, BookedCase, ClearingRules, ClearingStage, HospitalYear, Line,
    LineKey, MonthBills, Points, Settlement, Survey, clear,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn cases() -> impl Strategy<Value = Vec<BookedCase>> {
    let one = (
        prop::sample::select(vec![310_u16, 390]),
        0u32..3,
        0u32..6,
        0u32..3,
        0u32..9,
        prop_oneof![
            5 => (0i64..50_000_000).prop_map(|n| Settlement::Points(Points::from_ten_thousandths(n))),
            1 => (0i64..5_000_000).prop_map(|n| Settlement::Amount(Money::from_fen(n))),
        ],
        0i64..5_000_000,
        0i64..1_000_000,
    );
    let case = one.prop_map(
        |(insutype, district, hospital, department, group, settlement, cost, others)| BookedCase {
            key: LineKey {
                insutype,
                district,
                hospital,
                department,
                group,
            },
            settlement,
            cost: Money::from_fen(cost),
            others: Money::from_fen(others),
        },
    );
    prop::collection::vec(case, 1..120)
}

fn budgets(employees: i64, residents: i64) -> BTreeMap<u16, Money> {
    BTreeMap::from([
        (310, Money::from_fen(employees)),
        (390, Money::from_fen(residents)),
    ])
}

fn run(
    cases: &[BookedCase],
    budgets: &BTreeMap<u16, Money>,
) -> Result<(BillBook, Vec<Money>), BookError> {
    let mut survey = Survey::default();
    for case in cases {
        survey.add(case)?;
    }
    let mut bills = MonthBills::new(survey.values(budgets, 4)?);
    let paid: Result<Vec<Money>, BookError> = cases.iter().map(|case| bills.add(case)).collect();
    let paid = paid?;
    Ok((bills.close(budgets)?, paid))
}

fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    amounts.sum::<Result<Money, _>>().unwrap()
}

proptest! {
    #[test]
    fn lines_hospitals_region_and_budget_agree(cases in cases(), employees in 0i64..100_000_000_000, residents in 0i64..100_000_000_000) {
        let budgets = budgets(employees, residents);
        let (book, paid) = match run(&cases, &budgets) {
            Ok(done) => done,
            // A budget that the fixed amounts eat up leaves points without a value.
            Err(error) => {
                prop_assert!(matches!(error, BookError::NoValue(_)));
                return Ok(());
            }
        };
        prop_assert_eq!(book.pools.len(), 2);
        let hospitals = book.by(|key| (key.insutype, key.hospital)).unwrap();
        let departments = book.by(|key| (key.insutype, key.hospital, key.department)).unwrap();
        let groups = book.by(|key| (key.insutype, key.group)).unwrap();
        let districts = book.by(|key| (key.insutype, key.district)).unwrap();
        for pool in &book.pools {
            let of = pool.insutype;
            let cases_paid = sum(cases.iter().zip(&paid).filter(|(case, _)| case.key.insutype == of).map(|(_, paid)| *paid));
            prop_assert_eq!(cases_paid, pool.line.payable);
            prop_assert_eq!(sum(book.lines().filter(|(key, _)| key.insutype == of).map(|(_, line)| line.payable)), cases_paid);
            prop_assert_eq!(sum(hospitals.iter().filter(|(key, _)| key.0 == of).map(|(_, line)| line.payable)), cases_paid);
            prop_assert_eq!(sum(departments.iter().filter(|(key, _)| key.0 == of).map(|(_, line)| line.payable)), cases_paid);
            prop_assert_eq!(sum(groups.iter().filter(|(key, _)| key.0 == of).map(|(_, line)| line.payable)), cases_paid);
            prop_assert_eq!(sum(districts.iter().filter(|(key, _)| key.0 == of).map(|(_, line)| line.payable)), cases_paid);
            prop_assert_eq!(pool.line.fund().unwrap().fen() + pool.residue.fen(), pool.budget.fen());
            // The residue is rounding: half a fen a case, and half of the value's last
            // decimal a point.
            if pool.value.is_some() {
                let points = pool.line.points.to_decimal() * Decimal::new(5, 3);
                let bound = Decimal::from(pool.line.cases) / Decimal::TWO + points + Decimal::ONE;
                prop_assert!(Decimal::from(pool.residue.fen().abs()) <= bound, "{pool:?}");
            }
        }
    }

    #[test]
    fn the_order_of_cases_changes_nothing(cases in cases(), budget in 1_000_000_000i64..100_000_000_000) {
        let budgets = budgets(budget, budget);
        let mut backwards = cases.clone();
        backwards.reverse();
        let (one, two) = (run(&cases, &budgets), run(&backwards, &budgets));
        prop_assert_eq!(
            format!("{:?}", one.map(|(book, _)| book)),
            format!("{:?}", two.map(|(book, _)| book))
        );
    }

    #[test]
    fn a_year_adds_up(points in prop::collection::vec((0i64..1_000_000_000, 0i64..10_000_000, 0i64..10_000_000, 0i64..100_000), 1..40), budget in 100_000_000i64..1_000_000_000_000) {
        let years: Vec<HospitalYear> = points.iter().zip(0u32..).map(|((points, fixed, paid, violations), hospital)| HospitalYear {
            hospital,
            line: Line {
                points: Points::from_ten_thousandths(*points),
                fixed: Money::from_fen(*fixed / 100),
                ..Line::default()
            },
            by_item: Money::from_fen(*paid),
            advances: Money::from_fen(*paid / 7),
            paid: Money::from_fen(*paid),
            deposit: Money::from_fen(*paid / 20),
            score: Decimal::from(100),
            adjustments: Adjustments { violations: Money::from_fen(*violations), ..Adjustments::default() },
        }).collect();
        let rules = ClearingRules {
            stage: ClearingStage::Clearing,
            budget: Money::from_fen(budget),
            reserve: Money::from_fen(budget / 20),
            value_decimals: 6,
            sharing: None,
            assessment: None,
        };
        let mut cleared = Vec::new();
        let fund = clear(&rules, || years.iter().copied(), |hospital| cleared.push(hospital)).unwrap();
        let due = sum(cleared.iter().map(|hospital| hospital.due));
        prop_assert_eq!(due.fen() + fund.residue.fen() + budget / 20, budget);
        let final_amount = sum(cleared.iter().map(|hospital| hospital.final_amount));
        prop_assert_eq!(final_amount.fen() + fund.kept.fen() + budget / 20, budget);
        let moved: i64 = years.iter().map(|year| year.advances.fen() + year.paid.fen()).sum();
        prop_assert_eq!(fund.transfer.fen() + moved, final_amount.fen());
    }
}

#[test]
fn employees_and_residents_never_mix() {
    let case = |insutype, points| BookedCase {
        key: LineKey {
            insutype,
            district: 1,
            hospital: 1,
            department: 1,
            group: 1,
        },
        settlement: Settlement::Points(Points::from_ten_thousandths(points)),
        cost: Money::ZERO,
        others: Money::ZERO,
    };
    let cases = [case(310, 30_000), case(390, 30_000), case(390, 30_000)];
    let (book, paid) = run(&cases, &budgets(1_000, 1_000)).unwrap();
    // 10.00 over 3 points, and over 6.
    assert_eq!(
        paid.iter().map(|paid| paid.fen()).collect::<Vec<_>>(),
        [1_000, 500, 500]
    );
    assert_eq!(book.pools[0].value, Some(Decimal::new(33_333, 4)));
    assert_eq!(book.pools[1].value, Some(Decimal::new(16_667, 4)));
}

#[test]
fn a_pool_without_a_budget_is_refused() {
    let case = BookedCase {
        key: LineKey {
            insutype: 310,
            district: 1,
            hospital: 1,
            department: 1,
            group: 1,
        },
        settlement: Settlement::Points(Points::from_ten_thousandths(1)),
        cost: Money::ZERO,
        others: Money::ZERO,
    };
    assert_eq!(
        run(&[case], &BTreeMap::new()).unwrap_err(),
        BookError::NoValue(310)
    );
}
