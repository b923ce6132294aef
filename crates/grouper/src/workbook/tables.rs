//! The workbook's tables, each row with the number it has in its sheet.

use crate::rule::Rule;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What the six sheets say.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) mdcs: Vec<Mdc>,
    pub(super) adrgs: Vec<Adrg>,
    pub(super) drgs: Vec<Drg>,
    /// The area's own columns of groups.
    pub(super) local_columns: Vec<String>,
    pub(super) sets: Sets,
    pub(super) exclusions: Sets,
    pub(super) complications: BTreeMap<String, Complication>,
}

/// Sets by name: their codes, each with its row.
pub(super) type Sets = BTreeMap<String, BTreeMap<String, u32>>;

#[derive(Debug)]
pub(super) struct Mdc {
    pub(super) number: u32,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) rule: Rule,
    pub(super) order: Decimal,
}

#[derive(Debug)]
pub(super) struct Adrg {
    pub(super) number: u32,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) rule: Rule,
    pub(super) mdc: String,
    pub(super) order: Decimal,
    /// Which of the core group's rows this is, where the workbook says so.
    pub(super) row: Option<u32>,
}

#[derive(Debug)]
pub(super) struct Drg {
    pub(super) number: u32,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) rule: Rule,
    pub(super) adrg: String,
    pub(super) mdc: String,
    pub(super) order: Decimal,
    pub(super) weight: Option<Decimal>,
    /// By the place of the column in `local_columns`; empty where there is none.
    pub(super) local: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complication {
    pub(super) number: u32,
    pub(super) major: bool,
    pub(super) exclusions: String,
}

/// Whether a core group's code is that of the ambiguous cases.
pub(super) fn is_ambiguous(adrg: &str) -> bool {
    adrg.ends_with("QY")
}

/// Whether a core group's code is that of the fallback: `B00` in MDCB.
pub(super) fn is_fallback(adrg: &str) -> bool {
    adrg.len() == 3 && adrg.ends_with("00")
}
