//! Clean sample lists with one thing wrong: exactly the rules of that thing are raised at
//! error level, and no others. What follows from the conditions of the catalogue was
//! worked out by hand; `TEST_LIST_MUTATIONS` sets how many lists each change is tried on.

use std::collections::BTreeSet;

use chrono::{NaiveDateTime, TimeDelta};
use chs_gateway::service::checkup::{Beside, check_list};
use chs_grouper::Scheme;
use chs_model::SettlementList;
use chs_quality::{Companions, Engine, Phase, Severity};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};

use crate::harness::lists;
use crate::list_changes::{Case, cases, required};

/// Samples to choose from: enough that every precondition has its lists.
const SAMPLES: usize = 400;

fn error_ids(engine: &Engine, list: &Value, phase: Phase) -> BTreeSet<String> {
    let scheme = Scheme::builtin("chs-drg-2.0").unwrap();
    let parsed = SettlementList::parse(list).unwrap_or_else(|faults| panic!("{faults:?}"));
    let companions = Companions::default();
    let beside = Beside {
        companions: Some(&companions),
        now: chs_model::parse_datetime("2026-12-31 08:00"),
        ..Beside::default()
    };
    let report = check_list(engine, scheme, &parsed, phase, &beside).report;
    let errors = report.findings.iter();
    errors
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.rule_id.to_string())
        .collect()
}

fn expected(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| format!("QC-{id}")).collect()
}

fn count() -> usize {
    let text = std::env::var("TEST_LIST_MUTATIONS").ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(5)
}

#[test]
fn one_thing_wrong_raises_its_rules_and_no_others() {
    let engine = Engine::builtin().unwrap();
    let samples = lists(SAMPLES, 20_261_122);
    let mut rng = StdRng::seed_from_u64(408);
    let mut wrong = Vec::new();
    for Case {
        name,
        change,
        rules,
    } in cases()
    {
        let mut order: Vec<&Value> = samples.iter().collect();
        order.shuffle(&mut rng);
        let changed = order.into_iter().filter_map(|sample| {
            let mut list = sample.clone();
            change(&mut list).then_some(list)
        });
        let mut tried = 0;
        for list in changed.take(count()) {
            tried += 1;
            let found = error_ids(&engine, &list, Phase::Post);
            if found != expected(&rules) {
                wrong.push(format!("{name}: {found:?} instead of {rules:?}"));
                break;
            }
        }
        if tried == 0 {
            wrong.push(format!("{name}: no sample fits"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_field_left_out_raises_its_rule_alone_in_its_phase() {
    let engine = Engine::builtin().unwrap();
    let samples = lists(20, 11);
    for (field, rule, phase) in required() {
        for sample in samples.iter().take(count()) {
            for blank in [None, Some(""), Some("  ")] {
                let mut list = sample.clone();
                let info = list["setlinfo"].as_object_mut().unwrap();
                match blank {
                    None => drop(info.shift_remove(field)),
                    Some(text) => drop(info.insert(field.to_owned(), json!(text))),
                }
                assert_eq!(
                    error_ids(&engine, &list, Phase::Post),
                    expected(&[rule]),
                    "{field}"
                );
                let before = error_ids(&engine, &list, Phase::Pre);
                let expected = match phase {
                    "post" => BTreeSet::new(),
                    _ => expected(&[rule]),
                };
                assert_eq!(before, expected, "{field} before settlement");
            }
        }
    }
}

/// Rules of the list alone that no mutation can raise are named here.
const NOT_BY_MUTATION: [&str; 1] = [
    // asks for nothing until an area names the anaesthesias that need a doctor
    "QC-INT-073",
];

#[test]
fn every_error_rule_of_the_list_alone_has_a_mutation() {
    let engine = Engine::builtin().unwrap();
    let mut covered: BTreeSet<String> = BTreeSet::new();
    for Case { rules, .. } in cases() {
        covered.extend(expected(&rules));
    }
    covered.extend(required().iter().map(|(_, rule, _)| format!("QC-{rule}")));
    let scheme_tables = [
        "mdc_principal",
        "mdcm_principal",
        "mdcn_principal",
        "ss_valid",
    ];
    let by_scheme = |need: &str| scheme_tables.iter().any(|table| need.contains(table));
    let missing: Vec<&str> = engine
        .rules()
        .iter()
        .filter(|rule| rule.severity() == Severity::Error)
        .filter(|rule| {
            let mut needs = rule.needs().iter();
            needs.all(|need| by_scheme(need) || need == "time of the check")
        })
        .map(|rule| rule.id())
        .filter(|id| !covered.contains(*id) && !NOT_BY_MUTATION.contains(id))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// A time of a sample, moved by minutes.
pub(crate) fn moved(text: &str, minutes: i64) -> String {
    let at: NaiveDateTime = chs_model::parse_datetime(text).unwrap();
    let at = at + TimeDelta::minutes(minutes);
    at.format("%Y-%m-%d %H:%M").to_string()
}
