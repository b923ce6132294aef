#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::HashSet;

use chs_grouper::{Case, Scheme, Status};
use chs_model::fields::{iteminfo, payinfo, setlinfo};
use chs_model::{Money, Node, SettlementList, id_card, schema};
use chs_quality::{CheckInput, Engine, Phase, Severity, Tables};
use serde_json::Value;

use super::{SampleOptions, generate};

struct SchemeTables(&'static Scheme);

impl Tables for SchemeTables {
    fn contains(&self, table: &str, code: &str) -> Option<bool> {
        self.0.in_table(table, code)
    }
}

fn samples(lists: usize, seed: u64) -> Vec<Value> {
    let scheme = Scheme::builtin("chs-drg-2.0").unwrap();
    let institution = "H61040100001".to_owned();
    generate(
        scheme,
        &SampleOptions {
            lists,
            seed,
            institution,
        },
    )
    .collect()
}

#[test]
fn equal_seeds_make_equal_lists() {
    assert_eq!(samples(30, 7), samples(30, 7));
    assert_ne!(samples(30, 7), samples(30, 8));
}

#[test]
fn a_thousand_lists_reach_four_hundred_groups() {
    let scheme = Scheme::builtin("chs-drg-2.0").unwrap();
    let lists = samples(1_000, 1);
    assert_eq!(lists.len(), 1_000);
    let mut groups = HashSet::new();
    for list in &lists {
        let list = SettlementList::parse(list).unwrap();
        let case = Case::from_list(&list).unwrap();
        let outcome = scheme.group(&case);
        assert_eq!(outcome.status, Status::Grouped);
        groups.insert(outcome.drg.to_owned());
    }
    assert!(groups.len() >= 400, "{} groups", groups.len());
}

#[test]
fn lists_fit_the_schema_and_their_own_numbers() {
    let schema = jsonschema::validator_for(&schema::settlement_list()).unwrap();
    for value in samples(200, 3) {
        assert!(schema.is_valid(&value));
        let list = SettlementList::parse(&value).unwrap();
        let row = list.setlinfo();
        let number = row.text(setlinfo::CERTNO).unwrap();
        assert!(id_card::checksum_ok(number) && number.starts_with("990101"));
        assert_eq!(id_card::birth_date(number), row.date(setlinfo::BRDY));
        assert_eq!(
            id_card::sex(number).unwrap().to_string(),
            row.text(setlinfo::GEND).unwrap()
        );
        let stay = row.text(setlinfo::ACT_IPT_DAYS).unwrap().parse().ok();
        assert_eq!(list.length_of_stay(), stay);
        let yuan =
            |row: &chs_model::Row, field| Money::from_yuan_str(row.text(field).unwrap()).unwrap();
        let parts = [setlinfo::PSN_SELFPAY, setlinfo::PSN_OWNPAY].map(|field| yuan(row, field));
        let fund = list
            .rows(Node::Payinfo)
            .iter()
            .map(|row| yuan(row, payinfo::FUND_PAYAMT));
        let sum: Result<Money, _> = fund.chain(parts).sum();
        assert_eq!(list.total_cost(), sum.ok());
        for item in list.rows(Node::Iteminfo) {
            let parts = [
                iteminfo::CLAA_SUMFEE,
                iteminfo::CLAB_AMT,
                iteminfo::FULAMT_OWNPAY_AMT,
                iteminfo::OTH_AMT,
            ];
            let sum: Result<Money, _> = parts.map(|field| yuan(item, field)).into_iter().sum();
            assert_eq!(Ok(yuan(item, iteminfo::AMT)), sum);
        }
    }
}

#[test]
fn no_list_has_a_finding_at_error_level() {
    let engine = Engine::builtin().unwrap();
    let tables = SchemeTables(Scheme::builtin("chs-drg-2.0").unwrap());
    for value in samples(300, 5) {
        let list = SettlementList::parse(&value).unwrap();
        for phase in [Phase::Pre, Phase::Post] {
            let report = engine.check(&CheckInput::new(&list, phase, &tables));
            let mut errors = report.findings.iter();
            let error = errors.find(|finding| finding.severity == Severity::Error);
            assert_eq!(error, None, "{value}");
        }
    }
}
