//! The pure work of a pre-check, without crypto, HTTP or database: schema, parse, QC,
//! grouping, pricing.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use chs_envelope::canonical::Document;
use chs_gateway::{
    catalogue::Catalogue,
    config::Config,
    operations::{Operation, qc_pre_check::PreCheck},
    sample::{SampleOptions, generate},
    schemas::Schemas,
    service::assessment::{Basis, Phase, assess},
};
use criterion::{Criterion, criterion_group, criterion_main};

fn assessment(criterion: &mut Criterion) {
    let catalogue = Catalogue::builtin().unwrap();
    let (config, schemas) = (Config::default(), Schemas::compile().unwrap());
    let options = SampleOptions {
        lists: 50,
        seed: 1,
        institution: "H61040100001".into(),
    };
    let lists: Vec<_> = generate(catalogue.scheme("chs-drg-2.0").unwrap(), &options).collect();
    let basis = Basis {
        profile: None,
        scheme: None,
        hosp_lv: Some("5"),
        fixmedins_code: None,
        today: chrono::DateTime::UNIX_EPOCH,
        trace: false,
        companions: None,
        layout: None,
        medfee: None,
        value: None,
    };
    let mut next = lists.iter().cycle();
    criterion.bench_function("schema of a list", |bench| {
        bench.iter(|| {
            let data = Document::from_value(next.next().unwrap());
            schemas.check(PreCheck::ID, &data)
        });
    });
    criterion.bench_function("parse a list", |bench| {
        bench.iter(|| PreCheck::read(Document::from_value(next.next().unwrap())).unwrap());
    });
    let parsed: Vec<_> = lists
        .iter()
        .map(|list| PreCheck::parse(list.clone()).unwrap().list)
        .collect();
    let mut next = parsed.iter().cycle();
    criterion.bench_function("assess a list", |bench| {
        bench.iter(|| {
            assess(
                &catalogue,
                &config,
                Phase::Pre,
                next.next().unwrap(),
                &basis,
            )
            .unwrap()
        });
    });
    let mut next = parsed.iter().cycle();
    criterion.bench_function("assess a list, answer as JSON", |bench| {
        bench.iter(|| {
            let assessment = assess(
                &catalogue,
                &config,
                Phase::Pre,
                next.next().unwrap(),
                &basis,
            )
            .unwrap();
            serde_json::to_value(&assessment).unwrap()
        });
    });
}

criterion_group!(benches, assessment);
criterion_main!(benches);
