//! The digest of a rule set.

use sha2::{Digest, Sha256};

use crate::rule::Rule;
use crate::tables::{Config, carried_tables};

/// SHA-256 (hex) over everything that can change the outcome of a check. Each
/// part is written with its length, so that no two sets share a text.
pub(crate) fn of(rules: &[Rule], config: &Config) -> String {
    let mut hasher = Sha256::new();
    let mut part = |text: &str| {
        hasher.update(text.len().to_be_bytes());
        hasher.update(text.as_bytes());
    };
    let mut sorted: Vec<&Rule> = rules.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    for rule in sorted {
        part(&rule.id);
        part(&format!(
            "{:?} {:?} {:?}",
            rule.category, rule.phases, rule.severity
        ));
        part(&rule.condition);
        part(&format!("{:?}", rule.target));
        part(&format!("{:?}", rule.mend));
        part(&rule.message);
        part(&rule.message_en);
        part(&rule.suppressed_by.join(","));
    }
    for (name, setting) in config.iter() {
        part(name);
        part(&format!("{setting:?}"));
    }
    for table in carried_tables() {
        part(table);
    }
    hex::encode(hasher.finalize())
}
