//! What looks wrong in a scheme that loads.

mod kinds;
mod reach;
mod report;

pub use kinds::{Lint, LintKind, LintSeverity};
pub use report::{LintDisagreement, LintFault, LintReport};

use super::Scheme;
use super::codes::{CodeSpace, CodeState};
use crate::rule::Rule;
use reach::Reach;
use std::collections::BTreeSet;

/// What a complication without an exclusion set names in its place.
const NO_EXCLUSIONS: &str = "-";

impl Scheme {
    /// Looks for faults in the scheme, sorted. Published schemes have some; they
    /// are reported, never mended silently.
    #[must_use]
    pub fn lint(&self) -> Vec<Lint> {
        let mut lints = Vec::new();
        self.lint_codes(&mut lints);
        self.lint_sets(&mut lints);
        self.lint_groups(&mut lints);
        self.lint_order(&mut lints);
        lints.sort();
        lints.dedup();
        lints
    }

    fn lint_codes(&self, lints: &mut Vec<Lint>) {
        let sets = self.set_names.iter().chain(&self.exclusion_names);
        let members = sets.flat_map(|set| {
            let codes = self.set_codes(set).unwrap_or_default();
            codes.into_iter().map(move |code| (set.as_str(), code))
        });
        let complications = self.complications().map(|(code, _)| ("CC", code));
        for (place, code) in members.chain(complications) {
            let space = match place {
                set if set.starts_with("OP") => &self.procedures,
                _ => &self.diagnoses,
            };
            lints.extend(code_lint(space, place, code));
        }
        lints.extend(self.repeated.iter().map(|(place, code)| Lint {
            kind: LintKind::RepeatedCode,
            place: place.clone(),
            subject: code.clone(),
        }));
    }

    fn lint_sets(&self, lints: &mut Vec<Lint>) {
        let rules = self.mdcs.iter().map(|mdc| &mdc.rule);
        let rules = rules.chain(self.rows.iter().map(|row| &row.rule));
        let rules = rules.chain(self.drgs.iter().map(|drg| &drg.rule));
        let used: BTreeSet<&str> = rules.flat_map(Rule::set_names).collect();
        for name in &self.set_names {
            if !used.contains(name.as_str()) {
                lints.push(lint(LintKind::UnusedSet, "sets.txt", name));
            }
            if self.set_codes(name).is_none_or(|codes| codes.is_empty()) {
                lints.push(lint(LintKind::EmptySet, "sets.txt", name));
            }
        }
        let used: BTreeSet<&str> = self
            .kinds
            .iter()
            .map(|kind| kind.exclusions.as_str())
            .collect();
        let missing = self.kinds.iter().filter(|kind| kind.excluding.is_none());
        for kind in missing.filter(|kind| kind.exclusions != NO_EXCLUSIONS) {
            lints.push(lint(
                LintKind::MissingExclusionSet,
                "cc.txt",
                &kind.exclusions,
            ));
        }
        for name in &self.exclusion_names {
            if !used.contains(name.as_str()) {
                lints.push(lint(LintKind::UnusedExclusionSet, "exclusions.txt", name));
            }
        }
    }

    fn lint_groups(&self, lints: &mut Vec<Lint>) {
        for drg in &self.drgs {
            if !drg.code.starts_with(&drg.adrg) {
                lints.push(lint(LintKind::ForeignPrefix, &drg.adrg, &drg.code));
            }
        }
        for row in &self.rows {
            let letter = row.mdc.strip_prefix("MDC").unwrap_or(&row.mdc);
            if !row.adrg.starts_with(letter) {
                lints.push(lint(LintKind::ForeignPrefix, &row.mdc, &row.adrg));
            }
        }
    }

    fn lint_order(&self, lints: &mut Vec<Lint>) {
        let reach = Reach::new(self);
        for mdc in &self.mdcs {
            let rows = self.rows_of(mdc).iter();
            let rows = rows.map(|row| (row.adrg.as_str(), &row.rule));
            reach.look(&mdc.code, rows, lints);
        }
        let mut last = "";
        for row in self.rows.iter().filter(|row| !row.ambiguous) {
            // The rows of a core group share its groups: look at them once.
            if row.adrg != last {
                let drgs = self.drgs_of_row(row).iter();
                let drgs = drgs.map(|drg| (drg.code.as_str(), &drg.rule));
                reach.look(&row.adrg, drgs, lints);
            }
            last = &row.adrg;
        }
    }
}

fn code_lint(space: &CodeSpace, place: &str, code: &str) -> Option<Lint> {
    let kind = match space.entry(code).state {
        CodeState::Valid => return None,
        CodeState::Grey => LintKind::GreyCode,
        CodeState::SchemeOnly | CodeState::Unknown => LintKind::UnknownCode,
    };
    Some(lint(kind, place, code))
}

fn lint(kind: LintKind, place: &str, subject: &str) -> Lint {
    Lint {
        kind,
        place: place.to_owned(),
        subject: subject.to_owned(),
    }
}
