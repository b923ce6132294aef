//! What the tests share: a clean list and tables like those of a scheme.

use chrono::NaiveDate;
use chs_model::SettlementList;
use chs_quality::{
    AreaTables, Attribute, Change, CheckInput, Engine, Phase, Proof, Regroup, Regrouped, Report,
    Tables,
};
use serde_json::Value;

/// A list that breaks no rule: a man of 45 with appendicitis and an operation.
pub(crate) fn clean() -> Value {
    serde_json::from_str(include_str!("clean.json")).expect("clean.json is JSON")
}

pub(crate) fn parsed(list: &Value) -> SettlementList {
    SettlementList::parse(list).expect("a list of the right shape")
}

/// Answers as a scheme does for the codes that the proofs use, and from the tables of
/// an area.
#[derive(Default)]
pub(crate) struct SchemeLike(pub(crate) AreaTables);

impl Tables for SchemeLike {
    fn contains(&self, table: &str, code: &str) -> Option<bool> {
        let begins = |roots: &[&str]| roots.iter().any(|root| code.starts_with(root));
        match table {
            "mdc_principal" => Some(!begins(&["B95", "U82", "R65", "Z95", "T31", "Z85", "P00"])),
            "mdcm_principal" => Some(begins(&["N40", "C61"])),
            "mdcn_principal" => Some(begins(&["N80", "D25"])),
            "mcc" => Some(begins(&["J96"])),
            "cc" => Some(begins(&["I50", "E11.0"])),
            "ss_valid" => Some(begins(&["47", "68", "74"])),
            "AH1" => Some(begins(&["39.65", "96.72"])),
            "body_site" => Some(begins(&["S06", "S27"])),
            area => self.0.contains(area, code),
        }
    }

    fn attribute<'t>(
        &'t self,
        table: &str,
        code: &str,
        on: Option<NaiveDate>,
        attribute: &str,
    ) -> Attribute<'t> {
        match (table, code.get(..3)) {
            ("body_site", Some("S06")) => Attribute::Is("1"),
            ("body_site", Some("S27")) => Attribute::Is("2"),
            ("body_site", _) => Attribute::None,
            _ => self.0.attribute(table, code, on, attribute),
        }
    }

    fn excluded(&self, code: &str, principal: &str) -> Option<bool> {
        Some(code.starts_with("I50") && principal.starts_with("I2"))
    }
}

/// Answers one weight whatever the change.
pub(crate) struct OneWeight(pub(crate) String);

impl Regroup for OneWeight {
    fn regroup(&self, _changes: &[Change]) -> Option<Regrouped> {
        Some(Regrouped {
            status: "grouped".into(),
            drg_code: "GD29".into(),
            drg_name: "样例".into(),
            weight: self.0.parse().ok(),
        })
    }
}

pub(crate) fn check(engine: &Engine, list: &Value, phase: Phase) -> Report {
    engine.check(&CheckInput::new(
        &parsed(list),
        phase,
        &SchemeLike::default(),
    ))
}

/// Checks what a proof says, with everything it puts beside the list or without.
pub(crate) fn check_proof(
    engine: &Engine,
    proof: &Proof,
    list: &Value,
    phase: Phase,
    inputs: bool,
) -> Report {
    let list = parsed(list);
    if !inputs {
        return engine.check(&CheckInput::new(&list, phase, &SchemeLike::default()));
    }
    let tables = SchemeLike(proof.tables().unwrap_or_else(|error| panic!("{error}")));
    let companions = proof.companions().unwrap_or_else(|error| panic!("{error}"));
    let regroup = OneWeight(proof.regrouped().unwrap_or_default().to_owned());
    let mut input = CheckInput::new(&list, phase, &tables).with(&companions);
    input.now = proof.now();
    if proof.regrouped().is_some() {
        input = input.grouped_by(&regroup);
    }
    engine.check(&input)
}
