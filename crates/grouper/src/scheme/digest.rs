//! The digest of a scheme: SHA-256 over its normal form.
//!
//! The normal form has one line per MDC, ADRG row, group, set, exclusion set and
//! complication, in order of evaluation or sorted, rules in canonical text, cells
//! separated by tabs. The base is filled in, so the digest says what groups a
//! case, not how the files are cut.

use super::Scheme;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

pub(super) fn of(scheme: &Scheme) -> String {
    let mut hash = Sha256::new();
    let mut line = |cells: &[&str]| {
        hash.update(cells.join("\t"));
        hash.update("\n");
    };
    line(&["chs-grouper scheme 1", scheme.id()]);
    for mdc in &scheme.mdcs {
        line(&["mdc", &mdc.code, &mdc.name, &mdc.rule.to_string()]);
    }
    for mdc in &scheme.mdcs {
        for row in scheme.rows_of(mdc) {
            let number = row.row.to_string();
            line(&["adrg", &row.adrg, &number, &row.mdc, &row.rule.to_string()]);
            if !row.name.is_empty() {
                line(&["name", &row.adrg, &row.name]);
            }
        }
    }
    for drg in &scheme.drgs {
        let weight = drg
            .weight
            .map_or_else(String::new, |weight| weight.normalize().to_string());
        line(&[
            "drg",
            &drg.code,
            &drg.adrg,
            &drg.rule.to_string(),
            &drg.name,
            &weight,
        ]);
        for (column, text) in &drg.local {
            line(&["local", &drg.code, column, text]);
        }
    }
    for name in scheme.set_names.iter().chain(&scheme.exclusion_names) {
        line(&["set", name]);
        line(&scheme.set_codes(name).unwrap_or_default());
    }
    for (code, complication) in scheme.complications() {
        let kind = if complication.is_major() { "MCC" } else { "CC" };
        line(&["cc", code, kind, complication.exclusion_set()]);
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
