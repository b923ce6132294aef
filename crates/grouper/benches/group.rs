//! Grouping of the sample cases, one core; throughput in cases.

use chs_grouper::{Case, Columns, Scheme};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const SAMPLE: &str = include_str!("../tests/cases/chs-drg-2.0.csv");

fn cases(records: &[csv::StringRecord]) -> Vec<Case<'_>> {
    let cases = records.iter().filter_map(|record| {
        let cell = |place| record.get(place).unwrap_or_default();
        let columns = Columns {
            sex: cell(1),
            age: cell(2),
            age_days: cell(3),
            birth_weight: cell(4),
            dept: cell(5),
            los: cell(6),
            discharge: cell(7),
            dx: cell(8),
            px: cell(9),
        };
        columns.case().ok()
    });
    cases.collect()
}

fn grouping(criterion: &mut Criterion) {
    let Ok(scheme) = Scheme::builtin("chs-drg-2.0") else {
        return;
    };
    let records: Vec<_> = csv::Reader::from_reader(SAMPLE.as_bytes())
        .into_records()
        .filter_map(Result::ok)
        .collect();
    let cases = cases(&records);
    let mut group = criterion.benchmark_group("chs-drg-2.0");
    group.throughput(Throughput::Elements(
        u64::try_from(cases.len()).unwrap_or(1),
    ));
    group.bench_function("group", |bencher| {
        bencher.iter(|| {
            for case in &cases {
                black_box(scheme.group(black_box(case)));
            }
        });
    });
    group.bench_function("group_traced", |bencher| {
        bencher.iter(|| {
            for case in &cases {
                black_box(scheme.group_traced(black_box(case)));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, grouping);
criterion_main!(benches);
