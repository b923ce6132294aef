//! A year of lists in codes of the clinical editions: mapped, decided on by a person,
//! checked and grouped again, by the real binary.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::harness::lists;

fn chs_gateway(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chs-gateway"));
    command.args(arguments).output().unwrap()
}

fn read(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

fn written(path: &Path, lists: &[Value]) -> String {
    let lines: Vec<String> = lists.iter().map(Value::to_string).collect();
    fs::write(path, lines.join("\n") + "\n").unwrap();
    path.to_str().unwrap().to_owned()
}

/// An amount, written as a number or as a text.
fn amount(value: &Value) -> Decimal {
    value.to_string().trim_matches('"').parse().unwrap()
}

fn other(code: &str, name: &str) -> Value {
    json!({"diag_type": "1", "maindiag_flag": "0", "diag_code": code, "diag_name": name, "adm_cond_type": "1"})
}

#[test]
fn a_year_in_clinical_codes_is_mapped_decided_on_and_checked_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut year = lists(40, 9);
    let rows = |list: &mut Value, row: Value| list["diseinfo"].as_array_mut().unwrap().push(row);
    rows(&mut year[3], other("A01.000x002", "临床名"));
    rows(&mut year[5], other("A00.999x999", "样例病"));
    let input = written(&at("year.jsonl"), &year);
    let (mapped, decisions) = (at("mapped.jsonl"), at("decisions.csv"));
    let (out, decided) = (mapped.to_str().unwrap(), decisions.to_str().unwrap());
    let changes = at("changes.csv");
    let map = || {
        let changes = changes.to_str().unwrap();
        chs_gateway(&[
            "map-codes",
            "--in",
            &input,
            "--out",
            out,
            "--decisions",
            decided,
            "--changes",
            changes,
        ])
    };

    assert_eq!(map().status.code(), Some(1), "a code waits for a decision");
    let first = read(&mapped);
    assert_eq!(first.len(), year.len());
    let last = |list: &Value| list["diseinfo"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last(&first[3])["diag_code"], "A01.003");
    assert_eq!(first[5], year[5], "what nobody knows stays");
    let text = fs::read_to_string(&changes).unwrap();
    assert!(
        text.contains("diag_code,A01.000x002,A01.003,table"),
        "{text}"
    );

    let text = fs::read_to_string(&decisions).unwrap();
    assert!(text.contains("icd10,A00.999x999,,样例病"), "{text}");
    let filled = text.replace("icd10,A00.999x999,,", "icd10,A00.999x999,A00.900,");
    fs::write(&decisions, filled).unwrap();
    let again = map();
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    let second = read(&mapped);
    assert_eq!(last(&second[5])["diag_code"], "A00.900");

    // in one command, and what it maps is what map-codes writes
    let now = ["--phase", "post", "--now", "2026-12-31 08:00"];
    let check = |input: &str, out: &Path, more: &[&str]| {
        let files = ["check", "--in", input, "--out", out.to_str().unwrap()];
        let checked = chs_gateway(&[&files, &now[..], more].concat());
        assert_eq!(checked.status.code(), Some(0), "{checked:?}");
        String::from_utf8(checked.stderr).unwrap()
    };
    let (direct, before) = (at("direct.jsonl"), at("before.jsonl"));
    let told = check(&input, &direct, &["--clinical", decided]);
    assert!(
        told.contains("checked 40") && told.contains("decision 0"),
        "{told}"
    );
    check(out, &before, &[]);
    assert_eq!(read(&direct), read(&before));
    let errors = read(&direct)
        .iter()
        .flat_map(|line| line["findings"].as_array().unwrap().clone())
        .filter(|finding| finding["rule_id"] == "QC-COD-001")
        .count();
    assert_eq!(errors, 0, "every code is one of the insurance edition");
}

#[test]
fn a_decision_that_cannot_be_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let decisions = folder.path().join("decisions.csv");
    fs::write(
        &decisions,
        "system,clinical_code,insurance_code\nicd10,A00.999x999,ZZZ\n",
    )
    .unwrap();
    let input = written(&folder.path().join("lists.jsonl"), &lists(1, 9));
    let decided = decisions.to_str().unwrap();
    for arguments in [
        [
            "map-codes",
            "--in",
            &input,
            "--decisions",
            decided,
            "--threads",
            "1",
        ],
        [
            "check",
            "--phase",
            "pre",
            "--in",
            &input,
            "--clinical",
            decided,
        ],
    ] {
        let refused = chs_gateway(&arguments);
        assert_eq!(refused.status.code(), Some(2));
        let told = String::from_utf8(refused.stderr).unwrap();
        assert!(told.contains("line 2") && told.contains("ZZZ"), "{told}");
    }
}

#[test]
fn lists_are_priced_in_the_same_pass_and_mends_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut lists = lists(12, 4);
    // a code of the list beside itself: taken out, the group is what it was
    for list in &mut lists {
        let row = list["diseinfo"][0].clone();
        list["diseinfo"].as_array_mut().unwrap().push(row);
        list["diseinfo"].as_array_mut().unwrap().last_mut().unwrap()["maindiag_flag"] = json!("0");
    }
    let input = written(&folder.path().join("lists.jsonl"), &lists);
    let out = folder.path().join("out.jsonl");
    let checked = chs_gateway(&[
        "check",
        "--phase",
        "pre",
        "--in",
        &input,
        "--out",
        out.to_str().unwrap(),
        "--scheme",
        "xianyang-2025",
        "--profile",
        "xianyang",
        "--hosp-lv",
        "5",
    ]);
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    let mut priced = 0;
    for line in read(&out) {
        let Some(pay) = line["estimate"].get("pay_std") else {
            assert!(line["estimate_reason"]["code"].is_string(), "{line}");
            continue;
        };
        priced += 1;
        assert_eq!(line["estimate"]["example"], true);
        let findings = line["findings"].as_array().unwrap();
        let twice = findings
            .iter()
            .find(|one| one["rule_id"] == "QC-LOG-003")
            .unwrap();
        let payment = &twice["group_effect"]["payment"];
        assert_eq!(amount(&payment["before"]), amount(pay), "{twice}");
        assert_eq!(amount(&payment["difference"]), Decimal::ZERO, "{twice}");
    }
    assert!(priced >= 6, "{priced} of 12 lists have a price");
    let told = String::from_utf8(checked.stderr).unwrap();
    assert!(told.contains(&format!("priced {priced}")), "{told}");
}

#[test]
fn averages_statistics_and_outpatient_fees_may_stand_beside_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let list = lists(1, 4).remove(0);
    let check = |list: &Value| -> Value {
        let input = written(
            &folder.path().join("list.jsonl"),
            std::slice::from_ref(list),
        );
        let checked = chs_gateway(&["check", "--phase", "post", "--in", &input]);
        assert_eq!(checked.status.code(), Some(0), "{checked:?}");
        serde_json::from_slice(&checked.stdout).unwrap()
    };
    let says = |answer: &Value, kind: &str, rule: &str| {
        let all = answer[kind].as_array().unwrap();
        all.iter().any(|one| one["rule_id"] == rule)
    };
    let rules = ["QC-SUP-008", "QC-SUP-015", "QC-SUP-017"];
    let alone = check(&list);
    for rule in rules {
        assert!(says(&alone, "not_evaluated", rule), "{rule}");
    }
    let mut beside = list.clone();
    beside["benchmark"] = json!({"los_avg": "0.5"});
    beside["month"] = json!({"cmi": "2", "cmi_mean": "1", "cmi_sd": "0.1"});
    beside["outpatient"] = json!([]);
    beside["settlement"] = json!({"medfee_sumamt": "8000"});
    let answer = check(&beside);
    for rule in rules {
        assert!(!says(&answer, "not_evaluated", rule), "{rule}");
    }
    // a stay of more than three times the average, an index far from the mean
    assert!(says(&answer, "findings", "QC-SUP-008"));
    assert!(says(&answer, "findings", "QC-SUP-015"));
    assert!(!says(&answer, "findings", "QC-SUP-017"));
}
