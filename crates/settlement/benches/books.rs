//! A city's year (89,000 cases, 330 institutions of which 13 have most) billed as one
//! month's run, and a province's year (5 million cases) cleared, both streamed: cases are
//! made from a seed as they are needed and never kept. All of it is made up.

#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::hint::black_box;

use chs_model::Money;
use chs_settlement::books::{
    Adjustments, BookedCase, ClearingRules, ClearingStage, HospitalYear, Line, LineKey, MonthBills,
    Points, Settlement, Survey, clear,
};
use criterion::{Criterion, criterion_group, criterion_main};
use rust_decimal::Decimal;

/// A made-up case by its number; the same number gives the same case.
fn case(number: u64, hospitals: u32) -> BookedCase {
    // SplitMix64, so that neighbours differ.
    let mut seed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut draw = |below: u64| {
        seed ^= seed >> 30;
        seed = seed
            .wrapping_mul(0xBF58_476D_1CE4_E5B9)
            .wrapping_add(0x9E37_79B9);
        (seed >> 16) % below
    };
    let small = |value: u64| u32::try_from(value).unwrap();
    // Four of five cases lie in the thirteen large hospitals.
    let hospital = if draw(5) < 4 {
        small(draw(13))
    } else {
        small(draw(hospitals.into()))
    };
    let points = i64::try_from(draw(4_000_000)).unwrap();
    let settlement = if draw(20) == 0 {
        Settlement::Amount(Money::from_fen(points / 2))
    } else {
        Settlement::Points(Points::from_ten_thousandths(points))
    };
    BookedCase {
        key: LineKey {
            insutype: if draw(3) == 0 { 310 } else { 390 },
            district: hospital % 10,
            hospital,
            department: small(draw(20)),
            group: small(draw(700)),
        },
        settlement,
        cost: Money::from_fen(points),
        others: Money::from_fen(points / 3),
    }
}

fn budgets(cases: i64) -> BTreeMap<u16, Money> {
    BTreeMap::from([
        (310, Money::from_fen(cases * 400_000)),
        (390, Money::from_fen(cases * 600_000)),
    ])
}

fn month(cases: u64, hospitals: u32) -> usize {
    let budgets = budgets(i64::try_from(cases).unwrap());
    let mut survey = Survey::default();
    for number in 0..cases {
        survey.add(&case(number, hospitals)).unwrap();
    }
    let mut bills = MonthBills::new(survey.values(&budgets, 4).unwrap());
    for number in 0..cases {
        bills.add(&case(number, hospitals)).unwrap();
    }
    bills.close(&budgets).unwrap().lines().count()
}

/// A province's year: 5 million cases summed to their hospitals, then cleared.
fn province(cases: u64, hospitals: u32) -> i64 {
    let mut sums: BTreeMap<u32, Line> = BTreeMap::new();
    for number in 0..cases {
        let case = case(number, hospitals);
        let line = sums.entry(case.key.hospital).or_default();
        line.count(&case).unwrap();
    }
    let year = |(hospital, line): (&u32, &Line)| HospitalYear {
        hospital: *hospital,
        line: *line,
        by_item: line.cost,
        advances: Money::ZERO,
        paid: line.fixed,
        deposit: Money::ZERO,
        score: Decimal::ONE_HUNDRED,
        adjustments: Adjustments::default(),
    };
    let rules = ClearingRules {
        stage: ClearingStage::Clearing,
        budget: Money::from_fen(i64::try_from(cases).unwrap() * 1_000_000),
        reserve: Money::from_fen(i64::try_from(cases).unwrap() * 50_000),
        value_decimals: 4,
        sharing: None,
        assessment: None,
    };
    clear(
        &rules,
        || sums.iter().map(year),
        |hospital| {
            black_box(hospital);
        },
    )
    .unwrap()
    .residue
    .fen()
}

fn books(c: &mut Criterion) {
    let mut group = c.benchmark_group("books");
    group.sample_size(10);
    group.bench_function("month/city-year-89k", |b| {
        b.iter(|| month(black_box(89_000), 330))
    });
    group.bench_function("clearing/province-year-5m", |b| {
        b.iter(|| province(black_box(5_000_000), 3_000));
    });
    group.finish();
}

criterion_group!(benches, books);
criterion_main!(benches);
