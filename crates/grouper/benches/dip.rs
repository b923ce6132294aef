//! Grouping by a DIP catalogue built from made-up cases, one core; throughput in cases.
//!
//! The catalogue has as many core groups as a national one (some 8,000), over codes of the
//! insurance edition; costs and frequencies are invented by a fixed sequence.

use chs_grouper::Case;
use chs_grouper::dip::build::{BuildSettings, Built, History, PastCase, Tables, build};
use chs_grouper::dip::{Extras, UnknownType};
use chs_model::{Money, icd};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

/// Diagnoses and procedures of one case, and its cost.
type Made = (&'static str, Vec<&'static str>, i64);

/// A fixed sequence of numbers that look random (xorshift).
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.0 % limit).unwrap_or(0)
    }
}

fn made_up(count: usize) -> Vec<Made> {
    let (diagnoses, procedures) = (icd::diagnoses(), icd::procedures());
    let mut sequence = Sequence(20_270_101);
    let cases = (0..count).map(|_| {
        let at = sequence.below(3000);
        let dx = diagnoses.get(at * 11).map_or("", |code| code.code);
        // Each diagnosis has a few usual procedures.
        let px = (0..sequence.below(4)).filter_map(|_| {
            let usual = (at * 7 + sequence.below(3) * 131) % procedures.len();
            procedures.get(usual).map(|code| code.code)
        });
        let px: Vec<&str> = px.collect();
        let cost = 100_000 * (1 + px.len()) + sequence.below(100_000);
        (dx, px, i64::try_from(cost).unwrap_or(0))
    });
    cases.collect()
}

fn catalogue(tables: &Tables, cases: &[Made]) -> Option<Built> {
    let mut history = History::new(tables, 5);
    for (dx, px, cost) in cases {
        history.add(&PastCase {
            year: "2025",
            dx,
            px: &px.join("|"),
            cost: &Money::from_fen(*cost).to_string(),
        });
    }
    let settings = BuildSettings {
        id: "made-up".to_owned(),
        title: "虚构".to_owned(),
        publisher: String::new(),
        in_force_from: "2027-01-01".to_owned(),
        core_min: 5,
        comprehensive_min: 1,
        weights: vec![1, 2, 7],
        related_basis_points: 1000,
        score_scale: 1000,
        unknown_type: UnknownType::Therapeutic,
    };
    build(tables, &history, &settings).ok()
}

fn grouping(criterion: &mut Criterion) {
    let tables = Tables::default();
    let made = made_up(200_000);
    let Some(built) = catalogue(&tables, &made) else {
        return;
    };
    let cases: Vec<(Case<'_>, Extras)> = made
        .iter()
        .take(20_000)
        .map(|(dx, px, cost)| {
            let case = Case {
                dx: vec![dx],
                px: px.clone(),
                ..Case::default()
            };
            let extras = Extras {
                cost: Some(Money::from_fen(*cost)),
                ..Extras::default()
            };
            (case, extras)
        })
        .collect();
    let name = format!("dip, {} groups", built.catalogue.groups().len());
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(
        u64::try_from(cases.len()).unwrap_or(1),
    ));
    group.bench_function("group", |bencher| {
        bencher.iter(|| {
            for (case, extras) in &cases {
                black_box(built.catalogue.group(black_box(case), extras));
            }
        });
    });
    group.bench_function("group_traced", |bencher| {
        bencher.iter(|| {
            for (case, extras) in &cases {
                black_box(built.catalogue.group_traced(black_box(case), extras));
            }
        });
    });
    group.finish();
    let mut group = criterion.benchmark_group("dip_history");
    group.throughput(Throughput::Elements(u64::try_from(made.len()).unwrap_or(1)));
    group.sample_size(10);
    group.bench_function("build", |bencher| {
        bencher.iter(|| black_box(catalogue(&tables, &made)));
    });
    group.finish();
}

criterion_group!(benches, grouping);
criterion_main!(benches);
