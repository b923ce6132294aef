//! Every rule is proved by changes to a clean list: those that must raise it, at
//! the place it names, and those that come near and must not. Nothing else may
//! stand at error level beside what the proof says follows.

use std::collections::BTreeSet;

use chs_quality::{Config, Engine, Phase, Phases, Proof, Report, Rule, Severity};

use crate::support::{check, check_proof, clean};

fn phase_of(rule: &Rule) -> Phase {
    match rule.phases() {
        Phases::Pre | Phases::Both => Phase::Pre,
        Phases::Post => Phase::Post,
    }
}

fn errors_besides<'r>(report: &'r Report, rule: &Rule) -> BTreeSet<&'r str> {
    let findings = report.findings.iter();
    findings
        .filter(|finding| finding.severity == Severity::Error && *finding.rule_id != *rule.id())
        .map(|finding| &*finding.rule_id)
        .collect()
}

/// The engine with the settings of a proof, or the usual one.
fn engine_of(proof: &Proof) -> Option<Engine> {
    let config = Config::builtin().expect("the shipped settings");
    let config = config.with(proof.settings()?);
    let config = config.unwrap_or_else(|error| panic!("{error}"));
    Some(Engine::builtin_with(&config).expect("the shipped rules compile"))
}

fn outcome(usual: &Engine, rule: &Rule, proof: &Proof) -> Report {
    let own = engine_of(proof);
    let engine = own.as_ref().unwrap_or(usual);
    let list = proof.apply(&clean());
    let list = list.unwrap_or_else(|place| panic!("{}: the clean list has no {place}", rule.id()));
    let report = check_proof(engine, proof, &list, phase_of(rule), true);
    let also: BTreeSet<&str> = proof.also().iter().map(String::as_str).collect();
    assert_eq!(
        errors_besides(&report, rule),
        also,
        "{} {proof:?}",
        rule.id()
    );
    report
}

#[test]
fn the_clean_list_raises_nothing() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    for phase in [Phase::Pre, Phase::Post] {
        let report = check(&engine, &clean(), phase);
        assert_eq!(report.findings, []);
    }
}

#[test]
fn every_rule_is_raised_by_its_proofs() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    for rule in engine.rules() {
        assert!(!rule.fires().is_empty(), "{} has no proof", rule.id());
        for proof in rule.fires() {
            let report = outcome(&engine, rule, proof);
            let raised: Vec<&str> = report
                .findings
                .iter()
                .filter(|finding| *finding.rule_id == *rule.id())
                .map(|finding| finding.pointer.as_str())
                .collect();
            assert!(!raised.is_empty(), "{} {proof:?}", rule.id());
            if !proof.at().is_empty() {
                assert_eq!(raised, proof.at(), "{} {proof:?}", rule.id());
            }
        }
    }
}

#[test]
fn no_rule_is_raised_by_what_only_comes_near() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    for rule in engine.rules() {
        for proof in rule.quiet() {
            let report = outcome(&engine, rule, proof);
            let raised = report
                .findings
                .iter()
                .any(|finding| *finding.rule_id == *rule.id());
            assert!(!raised, "{} {proof:?}", rule.id());
        }
    }
}

#[test]
fn without_its_inputs_no_rule_passes() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    for rule in engine.rules() {
        for proof in rule.fires() {
            let list = proof.apply(&clean()).expect("applied above");
            let own = engine_of(proof);
            let engine = own.as_ref().unwrap_or(&engine);
            let with = check_proof(engine, proof, &list, phase_of(rule), true);
            let without = check_proof(engine, proof, &list, phase_of(rule), false);
            let fired = |report: &Report| {
                let mut findings = report.findings.iter();
                findings.any(|finding| *finding.rule_id == *rule.id())
            };
            let undecided = without
                .not_evaluated
                .iter()
                .any(|one| *one.rule_id == *rule.id());
            assert!(fired(&with), "{} {proof:?}", rule.id());
            assert!(
                fired(&without) || undecided,
                "{} passed {proof:?}",
                rule.id()
            );
        }
    }
}
