//! What differs between two schemes: what a bureau looks at when it takes over a new
//! edition.

mod cases;
mod rows;
mod sets;
mod table;
mod text;

pub use cases::{CaseMoves, Flow, HospitalFlow, Moves, Share};
pub use rows::{RowChange, RowChangeKind};
pub use sets::{ComplicationChange, SetChange, SetChangeKind};

use super::Scheme;
use crate::source::Counts;
use serde::Serialize;

/// All that differs between two schemes.
#[derive(Debug, Clone, Serialize)]
pub struct SchemeDiff {
    /// The scheme that is compared.
    pub from: DiffSide,
    /// The scheme that it is compared with.
    pub to: DiffSide,
    /// How many changes of what kind there are.
    pub summary: Vec<SummaryLine>,
    /// Changed MDCs.
    pub mdcs: Vec<RowChange>,
    /// Changed core groups.
    pub adrgs: Vec<RowChange>,
    /// Changed groups.
    pub drgs: Vec<RowChange>,
    /// Changed code sets.
    pub sets: Vec<SetChange>,
    /// Diagnoses that became, ceased to be, or are another complication.
    pub complications: Vec<ComplicationChange>,
    /// Changed sets of principal diagnoses that exclude complications.
    pub exclusions: Vec<SetChange>,
}

/// One of the two schemes.
#[derive(Debug, Clone, Serialize)]
pub struct DiffSide {
    /// Its id.
    pub id: String,
    /// Its Chinese title.
    pub title: String,
    /// Its digest.
    pub digest: String,
    /// How much it holds.
    pub counts: Counts,
}

impl DiffSide {
    fn of(scheme: &Scheme) -> Self {
        Self {
            id: scheme.id().to_owned(),
            title: scheme.title().to_owned(),
            digest: scheme.digest().to_owned(),
            counts: scheme.counts(),
        }
    }
}

/// How many changes of one kind a part of the scheme has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SummaryLine {
    /// `mdc`, `adrg`, `drg`, `set`, `complication` or `exclusion`.
    pub part: &'static str,
    /// The kind of change.
    pub change: &'static str,
    /// The kind in Chinese.
    pub zh: &'static str,
    /// How many.
    pub count: usize,
}

impl SchemeDiff {
    /// Compares two schemes.
    #[must_use]
    pub fn between(from: &Scheme, to: &Scheme) -> Self {
        let mut diff = Self {
            from: DiffSide::of(from),
            to: DiffSide::of(to),
            summary: Vec::new(),
            mdcs: rows::mdcs(from, to),
            adrgs: rows::adrgs(from, to),
            drgs: rows::drgs(from, to),
            sets: sets::sets(from, to, from.set_names(), to.set_names()),
            complications: sets::complications(from, to),
            exclusions: sets::sets(
                from,
                to,
                from.exclusion_set_names(),
                to.exclusion_set_names(),
            ),
        };
        diff.summary = diff.summarise();
        diff
    }

    /// Whether nothing differs but perhaps the ids.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.summary.is_empty()
    }

    fn summarise(&self) -> Vec<SummaryLine> {
        let mut lines: Vec<SummaryLine> = Vec::new();
        let mut count = |part, change, zh| {
            let mut known = lines.iter_mut();
            match known.find(|line| line.part == part && line.change == change) {
                Some(line) => line.count += 1,
                None => lines.push(SummaryLine {
                    part,
                    change,
                    zh,
                    count: 1,
                }),
            }
        };
        let parts = [
            ("mdc", &self.mdcs),
            ("adrg", &self.adrgs),
            ("drg", &self.drgs),
        ];
        for (part, changes) in parts {
            for change in changes {
                count(part, change.kind.code(), change.kind.zh());
            }
        }
        for (part, changes) in [("set", &self.sets), ("exclusion", &self.exclusions)] {
            for change in changes {
                count(part, change.kind.code(), change.kind.zh());
            }
        }
        for change in &self.complications {
            count("complication", change.code(), change.zh());
        }
        lines
    }
}
