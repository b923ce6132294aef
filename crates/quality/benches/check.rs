//! How long one list takes, clean and not.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark fails by panicking"
)]

use std::hint::black_box;

use chs_model::SettlementList;
use chs_quality::{CheckInput, Engine, Phase, Tables};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};

/// The scheme's tables: every code stands in those of principals and procedures. Tables
/// that an area supplies are not loaded.
struct Loaded;

impl Tables for Loaded {
    fn contains(&self, table: &str, _code: &str) -> Option<bool> {
        match table {
            "mdc_principal" | "ss_valid" => Some(true),
            "mdcm_principal" | "mdcn_principal" | "mcc" | "cc" | "AH1" | "body_site" => Some(false),
            _ => None,
        }
    }
}

/// The clean list of the tests, filled up to 10 diagnoses, 5 procedures and 14 fee items.
fn full() -> Value {
    let clean = include_str!("../tests/quality/clean.json");
    let mut list: Value = serde_json::from_str(clean).expect("clean.json is JSON");
    let diagnoses = [
        ("J18.900", "肺炎"),
        ("N40.x00", "前列腺增生"),
        ("I50.001", "右心衰竭"),
        ("C61.x00", "前列腺恶性肿瘤"),
        ("M80.500", "特发性骨质疏松伴有病理性骨折"),
        ("K35.301", "急性阑尾炎伴腹膜脓肿"),
        ("U82.100", "耐甲氧西林抗生素"),
    ];
    let mut push = |node: &str, row: Value| {
        let rows = list
            .get_mut(node)
            .and_then(Value::as_array_mut)
            .expect("a node of rows");
        rows.push(row);
    };
    for (code, name) in diagnoses {
        push(
            "diseinfo",
            json!({"diag_type": "1", "maindiag_flag": "0", "diag_code": code, "diag_name": name, "adm_cond_type": "1"}),
        );
    }
    for (code, name) in [
        ("54.5100x005", "腹腔镜下肠粘连松解术"),
        ("96.7101", "呼吸机治疗[小于96小时]"),
        ("96.0400", "气管内插管"),
        ("60.2902", "经尿道前列腺切除术（TURP）"),
    ] {
        push(
            "oprninfo",
            json!({"oprn_oprt_type": "2", "oprn_oprt_code": code, "oprn_oprt_name": name, "oprn_oprt_date": "2026-03-12", "oper_dr_name": "样例戊", "oper_dr_code": "D610401000001"}),
        );
    }
    for item in 0..12 {
        push(
            "iteminfo",
            json!({"med_chrgitm": format!("{:02}", item % 14 + 1), "amt": "10.00", "claa_sumfee": "10.00", "clab_amt": "0.00", "fulamt_ownpay_amt": "0.00", "oth_amt": "0.00"}),
        );
    }
    if let Some(dura) = list.pointer_mut("/setlinfo") {
        dura["vent_used_dura"] = json!("0/12/0");
    }
    list
}

fn benches(criterion: &mut Criterion) {
    let engine = Engine::builtin().expect("the shipped rules compile");
    let clean = SettlementList::parse(&full()).expect("a list");
    let mut broken = full();
    broken["setlinfo"]["gend"] = json!("2");
    broken["setlinfo"]["certno"] = json!("610402198102031015");
    let broken = SettlementList::parse(&broken).expect("a list");
    let input = CheckInput::new(&clean, Phase::Pre, &Loaded);
    let report = engine.check(&input);
    assert!(!report.has_errors(), "{:?}", report.findings);
    criterion.bench_function("check/clean", |bencher| {
        bencher.iter(|| engine.check(black_box(&input)));
    });
    let input = CheckInput::new(&broken, Phase::Pre, &Loaded);
    criterion.bench_function("check/broken", |bencher| {
        bencher.iter(|| engine.check(black_box(&input)));
    });
    criterion.bench_function("compile", |bencher| bencher.iter(Engine::builtin));
}

criterion_group!(all, benches);
criterion_main!(all);
