//! What the tests share: a clean list and tables like those of a scheme.

use chs_model::SettlementList;
use chs_quality::{CheckInput, Engine, Phase, Report, Tables};
use serde_json::Value;

/// A list that breaks no rule: a man of 45 with appendicitis and an operation.
pub(crate) fn clean() -> Value {
    serde_json::from_str(include_str!("clean.json")).expect("clean.json is JSON")
}

pub(crate) fn parsed(list: &Value) -> SettlementList {
    SettlementList::parse(list).expect("a list of the right shape")
}

/// Answers as a scheme does for the codes that the proofs use.
pub(crate) struct SchemeLike;

impl Tables for SchemeLike {
    fn contains(&self, table: &str, code: &str) -> Option<bool> {
        let begins = |roots: &[&str]| roots.iter().any(|root| code.starts_with(root));
        match table {
            "mdc_principal" => Some(!begins(&["B95", "U82", "R65", "Z95", "T31"])),
            "mdcm_principal" => Some(begins(&["N40", "C61"])),
            "mdcn_principal" => Some(begins(&["N80", "D25"])),
            "mcc" => Some(begins(&["J96"])),
            "cc" => Some(begins(&["I50"])),
            "ss_valid" => Some(begins(&["47", "68"])),
            _ => None,
        }
    }
}

pub(crate) fn check(engine: &Engine, list: &Value, phase: Phase) -> Report {
    engine.check(&CheckInput::new(&parsed(list), phase, &SchemeLike))
}
