//! The command line, as the contract describes it: the real binary, its output and its
//! exit codes.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

fn chs_gateway(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // A command that refuses its arguments never reads.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn samples_are_clean_and_reach_many_groups() {
    let sample = chs_gateway(&["sample", "--lists", "1000", "--seed", "1"], "");
    assert!(sample.status.success());
    let again = chs_gateway(&["sample", "--lists", "1000", "--seed", "1"], "");
    assert_eq!(sample.stdout, again.stdout, "the seed decides everything");
    let checked = chs_gateway(&["check", "--phase", "pre"], text(&sample.stdout));
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    let mut groups = std::collections::BTreeSet::new();
    let mut lines = 0;
    for line in text(&checked.stdout).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let errors: Vec<_> = line["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["severity"] == "error")
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        if line["grouping"]["status"] == "grouped" {
            groups.insert(line["grouping"]["drg_code"].as_str().unwrap().to_owned());
        }
        lines += 1;
    }
    assert_eq!(lines, 1000);
    assert!(groups.len() >= 400, "{} groups", groups.len());
}

#[test]
fn a_conflicting_sex_raises_the_sex_rules_and_nothing_else() {
    let sample = chs_gateway(&["sample", "--lists", "400", "--seed", "2"], "");
    let sex_rules = [
        "QC-CLI-001",
        "QC-CLI-002",
        "QC-CLI-004",
        "QC-CLI-005",
        "QC-CLI-006",
        "QC-GRP-002",
    ];
    let mut conflicts = 0;
    for line in text(&sample.stdout).lines() {
        let mut list: Value = serde_json::from_str(line).unwrap();
        let (code, other) = (
            list["diseinfo"][0]["diag_code"]
                .as_str()
                .unwrap()
                .to_owned(),
            if list["setlinfo"]["gend"] == "1" {
                "2"
            } else {
                "1"
            },
        );
        // Obstetrics and the reproductive organs: categories that name one sex.
        if !["O", "C53", "C54", "C56", "C61", "N40", "D25", "N80"]
            .iter()
            .any(|prefix| code.starts_with(prefix))
        {
            continue;
        }
        list["setlinfo"]["gend"] = json!(other);
        let checked = chs_gateway(&["check", "--phase", "pre"], &list.to_string());
        let answer: Value = serde_json::from_str(text(&checked.stdout).trim()).unwrap();
        let errors: Vec<&str> = answer["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["severity"] == "error")
            .map(|finding| finding["rule_id"].as_str().unwrap())
            .collect();
        assert!(!errors.is_empty(), "{code}");
        assert!(
            errors.iter().all(|rule| sex_rules.contains(rule)),
            "{code}: {errors:?}"
        );
        conflicts += 1;
        if conflicts == 12 {
            return;
        }
    }
    assert!(
        conflicts >= 5,
        "the sample holds {conflicts} sex-bound lists only"
    );
}

#[test]
fn group_keeps_the_contracts_columns_and_survives_bad_rows() {
    let input = "id,sex,age,age_days,birth_weight,dept,los,discharge,dx,px,mark\n\
                 a,1,45,,,03,7,1,I63.900,,x\n\
                 b,1,abc,,,03,7,1,I63.900,,y\n";
    let grouped = chs_gateway(&["group", "--scheme", "chs-drg-2.0"], input);
    assert_eq!(grouped.status.code(), Some(1), "a row is invalid");
    let lines: Vec<_> = text(&grouped.stdout).lines().collect();
    assert_eq!(
        lines[0],
        "id,sex,age,age_days,birth_weight,dept,los,discharge,mark,status,mdc,adrg,drg,name,reason"
    );
    assert!(
        lines[1].starts_with("a,1,45,,,03,7,1,x,grouped,MDCB,"),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].starts_with("b,1,abc,,,03,7,1,y,invalid,"),
        "{}",
        lines[2]
    );
}

#[test]
fn usage_errors_exit_with_2_and_an_absent_gateway_with_3() {
    assert_eq!(
        chs_gateway(&["group", "--scheme", "no-such"], "")
            .status
            .code(),
        Some(2)
    );
    assert_eq!(chs_gateway(&["no-such-command"], "").status.code(), Some(2));
    assert_eq!(
        chs_gateway(&["group", "--scheme", "chs-drg-2.0"], "id\n1\n")
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn every_help_text_is_chinese_first() {
    for command in [
        "serve",
        "call",
        "sample",
        "check",
        "group",
        "price",
        "scheme",
        "schemes",
        "audit",
        "envelope",
        "load",
        "openapi",
        "migrate",
        "check-config",
    ] {
        let help = chs_gateway(&[command, "--help"], "");
        let first = text(&help.stdout)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        assert!(!first.is_ascii(), "{command}: {first}");
    }
}

#[test]
fn generated_documents_are_up_to_date() {
    let check = chs_gateway(&["openapi", "--check", env!("CARGO_MANIFEST_DIR")], "");
    assert!(check.status.success(), "{}", text(&check.stderr));
}
