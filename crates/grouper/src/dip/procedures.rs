//! What a catalogue knows of procedures, and what a case's procedures come to.

use super::cell::Procedure;
use super::settings::{ExcludedProcedure, Settings, TreatmentOf};
use super::treatment::Treatment;
use chs_model::names_procedure;
use foldhash::fast::FixedState;
use smallvec::SmallVec;
use std::collections::HashMap;

/// What is known of a procedure, or of all that begin so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Entry {
    /// Its number in the cells of groups.
    pub(crate) pattern: Option<u32>,
    pub(crate) excluded: bool,
    pub(crate) treatment: Option<Treatment>,
}

/// What a catalogue knows of procedures.
#[derive(Debug, Default)]
pub(crate) struct ProcedureTable {
    whole: HashMap<Box<str>, Entry, FixedState>,
    prefixes: HashMap<Box<str>, Entry, FixedState>,
    /// The lengths of prefixes, longest first.
    lengths: Vec<usize>,
    patterns: u32,
}

impl ProcedureTable {
    /// The entry of a code or prefix, new if there was none.
    pub(crate) fn entry(&mut self, procedure: &Procedure) -> &mut Entry {
        match procedure {
            Procedure::Whole(code) => self.whole.entry(code.as_str().into()).or_default(),
            Procedure::Prefix(code) => {
                if !self.lengths.contains(&code.len()) {
                    self.lengths.push(code.len());
                    self.lengths.sort_by(|a, b| b.cmp(a));
                }
                self.prefixes.entry(code.as_str().into()).or_default()
            }
        }
    }

    /// The number of a code or prefix in the cells of groups.
    pub(crate) fn pattern(&mut self, procedure: &Procedure) -> u32 {
        let next = self.patterns;
        let pattern = *self.entry(procedure).pattern.get_or_insert(next);
        if pattern == next {
            self.patterns += 1;
        }
        pattern
    }

    /// The entries that concern a code: its own, then those of its prefixes, the longest
    /// first.
    pub(crate) fn matches(&self, code: &str) -> impl Iterator<Item = &Entry> {
        let prefixes = self.lengths.iter();
        let prefixes = prefixes.filter_map(move |length| self.prefixes.get(code.get(..*length)?));
        self.whole.get(code).into_iter().chain(prefixes)
    }

    /// The type of a code.
    pub(crate) fn treatment(&self, code: &str) -> Option<Treatment> {
        self.matches(code).find_map(|entry| entry.treatment)
    }

    /// Whether the code is on the list of those not grouped.
    pub(crate) fn is_excluded(&self, code: &str) -> bool {
        self.matches(code).any(|entry| entry.excluded)
    }

    /// All whole codes that groups ask for.
    pub(crate) fn grouped_codes(&self) -> impl Iterator<Item = (&str, &Entry)> {
        let whole = self.whole.iter();
        whole.filter_map(|(code, entry)| entry.pattern.map(|_| (code.as_ref(), entry)))
    }
}

/// A procedure of the case that groups ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) pattern: u32,
    /// The procedure's place in the case.
    pub(crate) place: usize,
}

/// A case's procedures.
#[derive(Debug, Default)]
pub(crate) struct Performed {
    /// On the stack for all but absurd cases.
    pub(crate) hits: SmallVec<[Hit; 24]>,
    /// How many different procedures the hits are of.
    pub(crate) distinct: usize,
    /// Whether there is a procedure that no group asks for.
    pub(crate) strays: bool,
    /// The place of the principal procedure, unless it is taken out.
    pub(crate) principal: Option<usize>,
    /// The kind of treatment; `None` when a procedure's type would tell and is unknown.
    pub(crate) treatment: Option<Treatment>,
    pub(crate) principal_excluded: bool,
    pub(crate) other_excluded: bool,
    /// An excluded principal procedure makes the whole case conservative.
    pub(crate) cleared: bool,
}

impl Performed {
    /// Looks the case's procedures up.
    pub(crate) fn new(table: &ProcedureTable, settings: &Settings, codes: &[&str]) -> Self {
        let mut performed = Self::default();
        let mut highest = Treatment::Conservative;
        let mut untyped = false;
        for (place, code) in codes.iter().enumerate() {
            if !names_procedure(code) || performed.repeats(codes, code) {
                continue;
            }
            if table.is_excluded(code) {
                performed.principal_excluded |= place == 0;
                performed.other_excluded |= place != 0;
                continue;
            }
            if performed.principal.is_none() && (place == 0 || settings.promote_next_procedure) {
                performed.principal = Some(place);
            }
            let asked =
                settings.treatment_of == TreatmentOf::All || performed.principal == Some(place);
            if asked {
                let typed = table.treatment(code);
                match typed.or(settings.unknown_procedure_type.treatment()) {
                    Some(treatment) => highest = highest.max(treatment),
                    None => untyped = true,
                }
            }
            let before = performed.hits.len();
            let patterns = table.matches(code).filter_map(|entry| entry.pattern);
            let hits = patterns.map(|pattern| Hit { pattern, place });
            performed.hits.extend(hits);
            if performed.hits.len() > before {
                performed.distinct += 1;
            } else {
                performed.strays = true;
            }
        }
        performed.cleared = performed.principal_excluded
            && settings.excluded_procedure == ExcludedProcedure::Conservative;
        // Nothing ranks above surgery: an unknown type beside it changes nothing.
        performed.treatment = if performed.cleared {
            Some(Treatment::Conservative)
        } else {
            (!untyped || highest == Treatment::Surgical).then_some(highest)
        };
        performed
    }

    fn repeats(&self, codes: &[&str], code: &str) -> bool {
        let mut hits = self.hits.iter();
        hits.any(|hit| codes.get(hit.place).is_some_and(|known| *known == code))
    }
}
