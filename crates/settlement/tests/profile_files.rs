//! Mistakes in profile files are refused with their line.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use chs_settlement::{Edition, Level, Profile};

const PROFILE: &str = include_str!("../../../profiles/xianyang.toml");

/// The built-in file with one change; the change must hit.
fn changed(from: &str, to: &str) -> String {
    assert!(PROFILE.contains(from), "{from}");
    PROFILE.replacen(from, to, 1)
}

#[test]
fn the_built_in_profile_says_what_it_is() {
    let profile = Profile::from_toml(PROFILE).unwrap();
    assert_eq!(profile.id(), "xianyang");
    assert_eq!(profile.scheme(), "xianyang-2025");
    assert!(profile.covers_scheme("xianyang-2025") && !profile.covers_scheme("chs-drg-2.0"));
    assert_eq!(profile.edition(), Edition::Baseline2020);
    assert!(profile.example() && profile.qc_blocks_grouping() && !profile.withdrawal_allowed());
    assert_eq!(profile.digest().len(), 64);
    let day = "2025-01-01".parse().unwrap();
    assert_eq!(profile.scheme_on(day), Some("xianyang-2025"));
    assert_eq!(profile.scheme_on("2024-12-31".parse().unwrap()), None);
    let parameters = profile.parameters("390", Level::Primary, day).unwrap();
    assert_eq!(
        parameters.coefficient_column(Level::Primary),
        Some("系数-一级")
    );
    assert_eq!(parameters.coefficient_column(Level::Tertiary), None);
}

#[test]
fn every_mistake_names_its_line() {
    for (from, to, reason) in [
        ("rate = \"6018.23\"", "rate = 6018.23", "in quotes"),
        ("rate = \"6018.23\"", "rate = \"6018,23\"", "in quotes"),
        ("rate = \"6018.23\"", "rate = \"-1\"", "greater than 0"),
        (
            "rate = \"6018.23\"",
            "rates = \"1\"",
            "unknown field `rates`",
        ),
        (
            "method = \"drg_rate\"",
            "method = \"points\"",
            "unknown variant `points`",
        ),
        (
            "rounding = \"amount\"",
            "rounding = \"bankers\"",
            "unknown variant `bankers`",
        ),
        (
            "when = \"<\"",
            "when = \"below\"",
            "unknown variant `below`",
        ),
        (
            "insutype = [\"310\", \"390\"]",
            "insutype = []",
            "insurance type",
        ),
        (
            "bands = [{ bound = \"3\" }]",
            "bands = [{ bound = \"0.3\" }]",
            "exceed the low one",
        ),
        ("bands = [{ bound = \"3\" }]", "bands = []", "last band"),
        (
            "bands = [{ bound = \"3\" }]",
            "bands = [{ weight_up_to = \"2\", bound = \"3\" }]",
            "last band",
        ),
        (
            "bands = [{ bound = \"3\" }]",
            "bands = [{ weight_up_to = \"2\", bound = \"3\" }, { weight_up_to = \"2\", bound = \"2\" }, { bound = \"2\" }]",
            "ascend",
        ),
        ("share = \"1\"", "share = \"1.01\"", "must not exceed 1"),
        (
            "high_settle = \"standard_plus_excess\"",
            "high_settle = \"cap\"",
            "share belongs",
        ),
        ("version = \"2025-example\"", "version =", "expected"),
        (
            "edition = \"XJ-K01-2020\"",
            "edition = \"XJ\"",
            "unknown variant `XJ`",
        ),
    ] {
        let text = changed(from, to);
        let error = Profile::from_toml(&text).unwrap_err();
        let line = text
            .lines()
            .position(|l| to.starts_with(l) && !l.is_empty())
            .unwrap()
            + 1;
        assert!(error.en.contains(reason), "{to}: {error}");
        assert_eq!(error.line, line, "{to}: {error}");
        assert!(
            error.to_string().starts_with(&format!("第 {line} 行：")),
            "{error}"
        );
    }
}

#[test]
fn periods_must_be_ordered_and_apart() {
    let backwards = changed(
        "from = 2025-01-01\n# 310",
        "from = 2025-01-01\nto = 2024-12-31\n# 310",
    );
    let error = Profile::from_toml(&backwards).unwrap_err();
    assert!(error.en.contains("before it begins"), "{error}");

    let (_, version) = PROFILE.split_once("[[parameters]]").unwrap();
    let twice = format!("{PROFILE}\n[[parameters]]{version}").replacen("2025-example", "first", 1);
    let error = Profile::from_toml(&twice).unwrap_err();
    assert!(error.en.contains("overlaps"), "{error}");
    assert_eq!(
        error.line,
        twice
            .lines()
            .position(|l| l.contains("2025-example"))
            .unwrap()
            + 1
    );

    let apart = twice.replacen(
        "from = 2025-01-01\n# 310",
        "from = 2025-01-01\nto = 2025-12-31\n# 310",
        1,
    );
    let (before, after) = apart.rsplit_once("from = 2025-01-01").unwrap();
    let apart = format!("{before}from = 2026-01-01{after}");
    let profile = Profile::from_toml(&apart).unwrap();
    let version = |day: &str| {
        let day = day.parse().unwrap();
        profile
            .parameters("310", Level::Primary, day)
            .unwrap()
            .version
            .clone()
    };
    assert_eq!(version("2025-12-31"), "first");
    assert_eq!(version("2026-01-01"), "2025-example");
}

#[test]
fn levels_divide_versions() {
    let tertiary = changed(
        "method = \"drg_rate\"",
        "level = [\"tertiary\"]\nmethod = \"drg_rate\"",
    );
    let profile = Profile::from_toml(&tertiary).unwrap();
    let day = "2025-05-01".parse().unwrap();
    assert!(profile.parameters("310", Level::Tertiary, day).is_ok());
    let refused = profile.parameters("310", Level::Primary, day).unwrap_err();
    assert_eq!(refused.code, "level_not_covered");
}
