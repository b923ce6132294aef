//! Reading a scheme: its rows, sets and tables by name.

use super::{AdrgRow, Drg, Mdc, Scheme};
use crate::rule::{CodeVariable, Rule, Target};

impl Scheme {
    /// The MDCs in order of evaluation.
    #[must_use]
    pub fn mdcs(&self) -> &[Mdc] {
        &self.mdcs
    }

    /// All core-group rows, by MDC and in order of evaluation.
    #[must_use]
    pub fn adrg_rows(&self) -> &[AdrgRow] {
        &self.rows
    }

    /// All groups; those of a core group stand together in order of evaluation.
    #[must_use]
    pub fn drgs(&self) -> &[Drg] {
        &self.drgs
    }

    /// The rows of an MDC in order of evaluation.
    #[must_use]
    pub fn rows_of(&self, mdc: &Mdc) -> &[AdrgRow] {
        self.rows.get(mdc.rows.clone()).unwrap_or_default()
    }

    /// The groups of a row's core group in order of evaluation.
    #[must_use]
    pub fn drgs_of_row(&self, row: &AdrgRow) -> &[Drg] {
        self.drgs.get(row.drgs.clone()).unwrap_or_default()
    }

    /// A group by its code.
    #[must_use]
    pub fn drg(&self, code: &str) -> Option<&Drg> {
        self.drgs.get(*self.drg_places.get(code)?)
    }

    /// The names of the code sets that rules refer to, sorted.
    #[must_use]
    pub fn set_names(&self) -> &[String] {
        &self.set_names
    }

    /// The names of the sets of principal diagnoses that exclude complications, sorted.
    #[must_use]
    pub fn exclusion_set_names(&self) -> &[String] {
        &self.exclusion_names
    }

    /// The codes of a set (or exclusion set) by its name, sorted as text.
    #[must_use]
    pub fn set_codes(&self, set: &str) -> Option<Vec<&str>> {
        let diagnoses = self.diagnoses.codes_of(set).map(Iterator::collect);
        diagnoses.or_else(|| self.procedures.codes_of(set).map(Iterator::collect))
    }

    /// Whether a set has a code; `None` when the scheme has no such set.
    #[must_use]
    pub fn set_contains(&self, set: &str, code: &str) -> Option<bool> {
        let (space, bit) = match self.diagnoses.bit(set) {
            Some(bit) => (&self.diagnoses, bit),
            None => (&self.procedures, self.procedures.bit(set)?),
        };
        Some(bit.is_in(space.entry(code).sets))
    }

    /// Whether a code is in a table derived from the scheme; `None` when the
    /// scheme has no such table. The tables are `mdc_principal` (diagnoses that
    /// lead into some MDC as principal), the same of one MDC by its letter
    /// (`mdcm_principal`), `ss_valid` (procedures that count in grouping,
    /// OP_ALL), `mcc`, `cc`, and every set by its name.
    #[must_use]
    pub fn in_table(&self, table: &str, code: &str) -> Option<bool> {
        match table {
            "mdc_principal" => Some(self.mdcs.iter().any(|mdc| self.is_principal(mdc, code))),
            "ss_valid" => self.set_contains("OP_ALL", code),
            "mcc" => Some(self.complication(code).is_some_and(|c| c.is_major())),
            "cc" => Some(self.complication(code).is_some_and(|c| !c.is_major())),
            _ => match principal_table(table) {
                Some(letter) => {
                    let same = |mdc: &&Mdc| mdc.letter().eq_ignore_ascii_case(letter);
                    let mdc = self.mdcs.iter().find(same)?;
                    Some(self.is_principal(mdc, code))
                }
                None => self.set_contains(table, code),
            },
        }
    }

    fn is_principal(&self, mdc: &Mdc, code: &str) -> bool {
        let sets = self.diagnoses.entry(code).sets;
        mdc.principal.iter().any(|bit| bit.is_in(sets))
    }
}

/// The letter in `mdcm_principal`.
fn principal_table(table: &str) -> Option<&str> {
    let letter = table.strip_prefix("mdc")?.strip_suffix("_principal")?;
    (letter.len() == 1).then_some(letter)
}

/// The sets that a rule asks the principal diagnosis to be in.
pub(super) fn principal_sets(rule: &Rule) -> Vec<&str> {
    let mut names = Vec::new();
    rule.walk(&mut |part| {
        if let Rule::Membership(membership) = part
            && !membership.negated
            && membership.codes.contains(&CodeVariable::Zyzd)
        {
            names.extend(membership.sets.iter().filter_map(|target| match target {
                Target::Set(name) => Some(name.as_str()),
                Target::Mcc | Target::Cc => None,
            }));
        }
    });
    names
}
