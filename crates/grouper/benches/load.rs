//! Loading all built-in schemes: unpacking, reading, compiling; the base of the local ones once.

use chs_grouper::Scheme;
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

fn loading(criterion: &mut Criterion) {
    // The code systems are read once a process, whatever the schemes.
    let known = Scheme::load_builtins_anew();
    assert!(known.is_ok_and(|schemes| schemes.len() == Scheme::builtin_ids().count()));
    let mut group = criterion.benchmark_group("load");
    group.sample_size(20);
    group.bench_function("all_builtin", |bencher| {
        bencher.iter(|| black_box(Scheme::load_builtins_anew()));
    });
    group.finish();
}

criterion_group!(benches, loading);
criterion_main!(benches);
