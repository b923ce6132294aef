//! The differences as rows for a spreadsheet: part, change, code, name, from, to.

use super::{SchemeDiff, SetChange};
use crate::scheme::Severity;
use chs_model::icd;

/// The columns of [`SchemeDiff::rows`].
const COLUMNS: [&str; 6] = ["part", "change", "code", "name", "from", "to"];

impl SchemeDiff {
    /// The names of the columns of [`SchemeDiff::rows`].
    #[must_use]
    pub const fn columns() -> [&'static str; 6] {
        COLUMNS
    }

    /// Every change as one row; a changed set has a row for each code, with the set
    /// in the column `from` (gone from it) or `to` (new in it).
    #[must_use]
    pub fn rows(&self) -> Vec<[String; 6]> {
        let mut rows = Vec::new();
        let parts = [
            ("mdc", &self.mdcs),
            ("adrg", &self.adrgs),
            ("drg", &self.drgs),
        ];
        for (part, changes) in parts {
            rows.extend(changes.iter().map(|change| {
                [
                    part.to_owned(),
                    change.kind.code().to_owned(),
                    change.code.clone(),
                    change.name.clone(),
                    change.from.clone().unwrap_or_default(),
                    change.to.clone().unwrap_or_default(),
                ]
            }));
        }
        for (part, changes) in [("set", &self.sets), ("exclusion", &self.exclusions)] {
            for change in changes {
                set_rows(part, change, &mut rows);
            }
        }
        rows.extend(self.complications.iter().map(|change| {
            let text = |kind: Option<Severity>, set: &Option<String>| match kind {
                None => String::new(),
                Some(kind) => {
                    let kind = if kind == Severity::Mcc { "MCC" } else { "CC" };
                    format!("{kind} {}", set.as_deref().unwrap_or_default())
                }
            };
            [
                "complication".to_owned(),
                change.code().to_owned(),
                change.diagnosis.clone(),
                name_of(&change.diagnosis).to_owned(),
                text(change.from, &change.exclusions_before),
                text(change.to, &change.exclusions_after),
            ]
        }));
        rows
    }
}

fn set_rows(part: &str, change: &SetChange, rows: &mut Vec<[String; 6]>) {
    let mut push = |code: &str, name: &str, from: &str, to: &str| {
        rows.push([
            part.to_owned(),
            change.kind.code().to_owned(),
            code.to_owned(),
            name.to_owned(),
            from.to_owned(),
            to.to_owned(),
        ]);
    };
    if let Some(renamed) = &change.renamed_to {
        push("", "", &change.set, renamed);
    }
    for code in &change.removed {
        push(code, name_of(code), &change.set, "");
    }
    for code in &change.added {
        push(code, name_of(code), "", &change.set);
    }
}

/// The Chinese name of a diagnosis or procedure, if its code system has it.
pub(super) fn name_of(code: &str) -> &'static str {
    let found = icd::diagnosis(code).or_else(|| icd::procedure(code));
    found.map_or("", |known| known.name)
}
