//! Reports: what CI reads, and that no secret gets into them.

use super::*;
use crate::case::{Profile, parse};

/// A run with one case of each outcome.
pub(crate) fn sample() -> RunReport {
    let text = "[[case]]\nid='SEC-900'\nslug='stand-in'\ntitle='替身'\ntitle_en='stand-in'\nclauses=['C']\n\
                [[case.step]]\nname='only'\nhttp={method='GET',path='/x'}\nexpect.status=200\n";
    let case = parse(text, Profile::Security).unwrap().remove(0);
    let finding = Finding::new("status 200", false, || {
        "expected 200, found 500: <html>&\u{1} s3cret".into()
    });
    let judgement = Judgement {
        findings: vec![finding],
        ..Judgement::default()
    };
    let sent = Sent {
        method: "GET",
        url: "http://127.0.0.1/x",
        headers: &[],
        body: Some(("application/json", b"{\"a\":\"s3cret\"}")),
        signed_text: Some("a=1&key=s3cret"),
        data: None,
    };
    let received = Received {
        status: 500,
        headers: BTreeMap::from([("x".to_owned(), "s3cret".to_owned())]),
        body: "<html>s3cret".to_owned(),
    };
    let masker = Masker::new(vec!["s3cret".to_owned()]);
    let exchange = Exchange::new(
        &masker,
        &case.steps[0],
        &sent,
        Some(&received),
        &judgement,
        12,
    );
    let mut failed = CaseReport::new(&case);
    failed.outcome = Outcome::Failed;
    failed.exchanges = vec![exchange];
    failed.milliseconds = 12;
    let passed = CaseReport {
        id: "SEC-901".into(),
        milliseconds: 3,
        ..CaseReport::new(&case)
    };
    let not_run = CaseReport {
        id: "SEC-902".into(),
        outcome: Outcome::NotRun,
        ..CaseReport::new(&case)
    };
    let cases = vec![failed, passed, not_run];
    RunReport {
        suite: "conformance 0.0.0".into(),
        base_url: "http://127.0.0.1".into(),
        run: "abc123".into(),
        started: "2026-11-22T00:00:00Z".into(),
        profiles: vec![Profile::Security],
        filter: None,
        self_check: vec![Finding::new("SM3", true, String::new)],
        summary: Summary::of(&cases),
        cases,
    }
}

#[test]
fn the_junit_report_reads_as_ci_systems_expect() {
    insta::assert_snapshot!(junit::to_xml(&sample()).unwrap());
}

#[test]
fn the_json_report_holds_request_response_and_checks() {
    let json: serde_json::Value = serde_json::to_value(sample()).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn no_secret_is_in_any_report() {
    let run = sample();
    assert!(!serde_json::to_string(&run).unwrap().contains("s3cret"));
    assert!(!junit::to_xml(&run).unwrap().contains("s3cret"));
}

#[test]
fn a_longer_secret_is_masked_before_a_shorter_one_inside_it() {
    let masker = Masker::new(vec!["abc".into(), "abcdef".into(), String::new()]);
    assert_eq!(masker.mask("x abcdef abc"), "x *** ***");
}

#[test]
fn a_padded_body_is_shortened_and_its_size_told() {
    let text = shortened(&"a".repeat(KEPT + 10));
    assert!(text.ends_with(&format!("… ({} bytes in all)", KEPT + 10)));
}
