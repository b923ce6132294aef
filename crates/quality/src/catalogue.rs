//! The rules of this crate, and the table of them for the documentation.

use std::fmt::Write as _;

use crate::engine::Engine;

/// Version of the shipped rule set; raised with every change of its meaning.
pub(crate) const VERSION: &str = "chs-qc-2026.11.1";

/// The shipped rule files.
pub(crate) const FILES: &[(&str, &str)] = &[
    (
        "completeness_1.toml",
        include_str!("../rules/completeness_1.toml"),
    ),
    (
        "completeness_2.toml",
        include_str!("../rules/completeness_2.toml"),
    ),
    (
        "completeness_3.toml",
        include_str!("../rules/completeness_3.toml"),
    ),
    (
        "completeness_4.toml",
        include_str!("../rules/completeness_4.toml"),
    ),
    ("format_1.toml", include_str!("../rules/format_1.toml")),
    ("format_2.toml", include_str!("../rules/format_2.toml")),
    ("format_3.toml", include_str!("../rules/format_3.toml")),
    (
        "code_validity.toml",
        include_str!("../rules/code_validity.toml"),
    ),
    (
        "coding_logic_1.toml",
        include_str!("../rules/coding_logic_1.toml"),
    ),
    (
        "coding_logic_2.toml",
        include_str!("../rules/coding_logic_2.toml"),
    ),
    (
        "consistency_time_1.toml",
        include_str!("../rules/consistency_time_1.toml"),
    ),
    (
        "consistency_time_2.toml",
        include_str!("../rules/consistency_time_2.toml"),
    ),
    (
        "consistency_fee_1.toml",
        include_str!("../rules/consistency_fee_1.toml"),
    ),
    (
        "consistency_fee_2.toml",
        include_str!("../rules/consistency_fee_2.toml"),
    ),
    (
        "consistency_clinical_1.toml",
        include_str!("../rules/consistency_clinical_1.toml"),
    ),
    (
        "consistency_clinical_2.toml",
        include_str!("../rules/consistency_clinical_2.toml"),
    ),
    (
        "consistency_clinical_3.toml",
        include_str!("../rules/consistency_clinical_3.toml"),
    ),
    (
        "grouping_impact.toml",
        include_str!("../rules/grouping_impact.toml"),
    ),
    (
        "supervision.toml",
        include_str!("../rules/supervision.toml"),
    ),
];

/// The rules of an engine as a Markdown table: id, severity, phase, what it says,
/// source, needs, and how many proofs fire it and leave it quiet.
#[must_use]
pub fn markdown(engine: &Engine) -> String {
    let mut table = String::from(
        "| Rule | Severity | Phase | Says | Source | Needs | Proofs (fires/quiet) |\n|---|---|---|---|---|---|---|\n",
    );
    for rule in engine.rules() {
        let cell = |text: &str| text.replace('|', "\\|");
        // writing to a String cannot fail
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} | {}/{} |",
            rule.id(),
            format!("{:?}", rule.severity()).to_lowercase(),
            format!("{:?}", rule.phases()).to_lowercase(),
            cell(rule.message()),
            cell(rule.source()),
            cell(&rule.needs().join(", ")),
            rule.fires().len(),
            rule.quiet().len(),
        );
    }
    table
}
