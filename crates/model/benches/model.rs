//! How long a list of 60 diagnoses takes to read and to write, and a code to find.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use chs_model::{SettlementList, icd};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};

fn long_list() -> Value {
    let codes = icd::diagnoses()
        .iter()
        .filter(|code| !code.grey)
        .step_by(500)
        .take(60);
    let diagnoses: Vec<Value> = codes
        .enumerate()
        .map(|(i, code)| {
            json!({
                "diag_type": "1",
                "diag_code": code.code,
                "diag_name": code.name,
                "adm_cond_type": "1",
                "maindiag_flag": if i == 0 { "1" } else { "0" },
            })
        })
        .collect();
    json!({
        "setlinfo": {
            "mdtrt_id": "1", "setl_id": "2", "gend": "1", "brdy": "1960-10-02", "age": 65,
            "adm_time": "2026-10-01 08:00", "dscg_time": "2026-10-09 08:00", "act_ipt_days": 8,
        },
        "diseinfo": diagnoses,
        "iteminfo": [{"med_chrgitm": "09", "amt": 12.50}],
    })
}

fn model(criterion: &mut Criterion) {
    let input = long_list();
    let text = input.to_string();
    criterion.bench_function("list/parse 60 diagnoses from a JSON value", |bencher| {
        bencher.iter(|| SettlementList::parse(black_box(&input)).unwrap());
    });
    let list = SettlementList::parse(&input).unwrap();
    criterion.bench_function(
        "list/write 60 diagnoses by way of a JSON value",
        |bencher| {
            bencher.iter(|| black_box(&list).to_json().to_string());
        },
    );
    criterion.bench_function("list/write 60 diagnoses", |bencher| {
        bencher.iter(|| black_box(&list).to_text());
    });
    criterion.bench_function("list/parse 60 diagnoses from text", |bencher| {
        bencher.iter(|| {
            let value: Value = serde_json::from_str(black_box(&text)).unwrap();
            SettlementList::parse(&value).unwrap()
        });
    });
    criterion.bench_function("icd/look up a diagnosis", |bencher| {
        bencher.iter(|| icd::diagnosis(black_box("I10.x00x002")));
    });
    criterion.bench_function("icd/miss a diagnosis", |bencher| {
        bencher.iter(|| icd::diagnosis(black_box("I10.x00x999")));
    });
}

criterion_group!(benches, model);
criterion_main!(benches);
