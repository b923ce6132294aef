//! One estimate of each case type, and reading a profile.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use chrono::NaiveDate;
use chs_model::Money;
use chs_settlement::{Facts, Level, PricingCase, Profile};
use criterion::{Criterion, criterion_group, criterion_main};
use rust_decimal::Decimal;

const PROFILE: &str = include_str!("../../../profiles/xianyang.toml");

fn price(c: &mut Criterion) {
    let profile = Profile::from_toml(PROFILE).unwrap();
    for (name, fen) in [("low", 50_000), ("normal", 200_000), ("high", 1_000_000)] {
        let case = PricingCase {
            drg: "OF25".to_owned(),
            weight: Some(Decimal::new(4_027, 4)),
            level: Level::Secondary,
            level_coefficient: Some(Decimal::new(7_844, 4)),
            insutype: "310".to_owned(),
            cost: Money::from_fen(fen),
            setl_date: NaiveDate::from_ymd_opt(2025, 6, 30).unwrap(),
            facts: Facts::default(),
        };
        c.bench_function(&format!("price/{name}"), |b| {
            b.iter(|| profile.price(black_box(&case)));
        });
    }
    c.bench_function("profile/from_toml", |b| {
        b.iter(|| Profile::from_toml(black_box(PROFILE)));
    });
}

criterion_group!(benches, price);
criterion_main!(benches);
