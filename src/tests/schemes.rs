//! `chs-gateway scheme`: the real binary on schemes, workbooks and cases.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn scheme(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .arg("scheme")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn an_exported_scheme_imports_is_clean_and_does_not_differ() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("xianyang.xlsx");
    let out = folder.path().join("imported");
    let exported = scheme(&["export", "xianyang-2025", "--out", path(&book)]);
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    let import = [
        "import",
        path(&book),
        "--id",
        "xianyang-2025",
        "--out",
        path(&out),
    ];
    let imported = scheme(&import);
    assert_eq!(
        imported.status.code(),
        Some(0),
        "{}",
        text(&imported.stderr)
    );
    assert!(
        text(&imported.stdout).contains("已写入"),
        "{}",
        text(&imported.stdout)
    );
    let digest = chs_grouper::Scheme::builtin("xianyang-2025")
        .unwrap()
        .digest();
    assert!(text(&imported.stdout).contains(digest));
    let again = scheme(&import);
    assert_eq!(again.status.code(), Some(2), "a scheme is not overwritten");

    let diff = scheme(&["diff", "xianyang-2025", path(&out)]);
    assert_eq!(diff.status.code(), Some(0), "{}", text(&diff.stderr));
    assert!(
        text(&diff.stdout).contains("没有差异"),
        "{}",
        text(&diff.stdout)
    );
    // Four codes that no code system has: errors until scheme.toml declares them.
    let lint = scheme(&["lint", path(&out), "--base", "chs-drg-2.0"]);
    assert_eq!(lint.status.code(), Some(1), "{}", text(&lint.stderr));
    assert!(text(&lint.stdout).contains("43.4100x026"));
}

#[test]
fn a_workbook_that_is_none_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("none.xlsx");
    std::fs::write(&book, "no workbook").unwrap();
    let refused = scheme(&["import", path(&book), "--id", "x", "--dry-run"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("xlsx"),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn built_in_schemes_have_no_open_errors() {
    for id in chs_grouper::Scheme::builtin_ids() {
        let lint = scheme(&["lint", id, "--json"]);
        assert_eq!(lint.status.code(), Some(0), "{id}: {}", text(&lint.stdout));
        let report: Value = serde_json::from_slice(&lint.stdout).unwrap();
        assert_eq!(report["errors"], 0);
        assert_eq!(report["scheme"], id);
    }
}

#[test]
fn a_difference_reads_as_text_json_and_csv() {
    let ask = |format| scheme(&["diff", "chs-drg-2.0", "xianyang-2025", "--format", format]);
    let found = ask("json");
    let json: Value = serde_json::from_slice(&found.stdout).unwrap();
    let drgs = json["drgs"].as_array().unwrap();
    let kinds = |kind| drgs.iter().filter(|d| d["kind"] == kind).count();
    assert_eq!(634 + kinds("added") - kinds("removed"), 747);
    let csv = ask("csv");
    let csv = csv::Reader::from_reader(csv.stdout.as_slice())
        .into_records()
        .map(|row| row.unwrap())
        .filter(|row| &row[0] == "drg" && &row[1] == "added")
        .count();
    assert_eq!(csv, kinds("added"));
    let found = ask("text");
    let lines: Vec<&str> = text(&found.stdout).lines().collect();
    assert!(lines[0].contains("chs-drg-2.0") && lines[1].contains("xianyang-2025"));
    assert!(lines[3].contains("变化数"), "the counts stand on top");
}

#[test]
fn cases_under_two_schemes_are_counted_group_by_group() {
    let folder = tempfile::tempdir().unwrap();
    let (cases, moves) = (
        folder.path().join("cases.csv"),
        folder.path().join("moves.csv"),
    );
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/crates/grouper/tests/cases/xianyang-2025.csv"
    );
    let sample = std::fs::read_to_string(sample).unwrap();
    // Each case to one of two institutions, and one row that is none.
    let mut lines = sample.lines();
    let mut file = format!("{},fixmedins_code\n", lines.next().unwrap());
    let mut rows = 0;
    for line in lines {
        file.push_str(&format!("{line},H{}\n", rows % 2));
        rows += 1;
    }
    std::fs::write(&cases, &file).unwrap();
    let arguments = [
        "diff",
        "chs-drg-2.0",
        "xianyang-2025",
        "--cases",
        path(&cases),
    ];
    let found = scheme(
        &[
            &arguments[..],
            &["--format", "json", "--moves", path(&moves)],
        ]
        .concat(),
    );
    assert_eq!(found.status.code(), Some(0), "{}", text(&found.stderr));
    let json: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(json["cases"], rows);
    let flows = json["flows"].as_array().unwrap();
    let sum: u64 = flows
        .iter()
        .map(|flow| flow["cases"].as_u64().unwrap())
        .sum();
    assert_eq!(json["moved"], sum);
    assert!(sum > 0);
    assert!(flows.is_sorted_by(|a, b| a["cases"].as_u64() >= b["cases"].as_u64()));
    let hospitals = json["hospitals"].as_array().unwrap();
    let of: u64 = hospitals.iter().map(|h| h["moved"].as_u64().unwrap()).sum();
    assert_eq!((hospitals.len(), of), (2, sum));
    // Every moved case, and its group in the file's own columns.
    let mut moved = csv::Reader::from_path(&moves).unwrap();
    let moved: Vec<csv::StringRecord> = moved.records().map(|row| row.unwrap()).collect();
    assert_eq!(u64::try_from(moved.len()).unwrap(), sum);
    let expected = |id: &str| {
        let line = sample
            .lines()
            .find(|line| line.starts_with(&format!("{id},")));
        line.unwrap().rsplit(',').next().unwrap().to_owned()
    };
    assert!(moved.iter().all(|row| row[6] == expected(&row[0])));

    std::fs::write(&cases, format!("{file}bad\n")).unwrap();
    let found = scheme(&arguments);
    assert_eq!(found.status.code(), Some(1), "a row is invalid");
    assert!(text(&found.stdout).contains("invalid → invalid: 1"));
    let same = scheme(&[&arguments[..], &["--moves", path(&cases)]].concat());
    assert_eq!(same.status.code(), Some(2), "the cases are not overwritten");
    assert_eq!(
        std::fs::read_to_string(&cases).unwrap(),
        format!("{file}bad\n")
    );
}
