//! What looks wrong in a scheme that loads.

use super::Scheme;
use super::codes::{CodeSpace, CodeState};
use crate::rule::Rule;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// Something that looks wrong in a scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lint {
    /// What kind of fault.
    pub kind: LintKind,
    /// Where: the set, group or row.
    pub place: String,
    /// The code, set or group that is at fault.
    pub subject: String,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LintKind {
    /// A code that its code system does not have.
    UnknownCode,
    /// A grey code, which no settlement list may carry.
    GreyCode,
    /// A code that stands twice in one list.
    RepeatedCode,
    /// A complication whose exclusion set does not exist.
    MissingExclusionSet,
    /// An exclusion set that no complication uses.
    UnusedExclusionSet,
    /// A set that no rule uses.
    UnusedSet,
    /// A set without codes.
    EmptySet,
    /// A group whose code does not begin with its core group's.
    ForeignPrefix,
    /// A rule that no case reaches, because one before it always holds or is the same.
    Unreachable,
}

impl LintKind {
    /// What the kind means, in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::UnknownCode => "编码库中没有此编码",
            Self::GreyCode => "灰码",
            Self::RepeatedCode => "编码重复",
            Self::MissingExclusionSet => "排除表不存在",
            Self::UnusedExclusionSet => "排除表未被使用",
            Self::UnusedSet => "集合未被使用",
            Self::EmptySet => "集合为空",
            Self::ForeignPrefix => "病组编码与所属 ADRG 不符",
            Self::Unreachable => "规则永远不会被执行到",
        }
    }

    /// What the kind means, in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::UnknownCode => "the code system has no such code",
            Self::GreyCode => "a grey code",
            Self::RepeatedCode => "the code stands twice",
            Self::MissingExclusionSet => "the exclusion set does not exist",
            Self::UnusedExclusionSet => "no complication uses the exclusion set",
            Self::UnusedSet => "no rule uses the set",
            Self::EmptySet => "the set has no codes",
            Self::ForeignPrefix => "the group's code does not begin with its core group's",
            Self::Unreachable => "no case reaches the rule",
        }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, place, subject) = (self.kind, &self.place, &self.subject);
        write!(f, "{place} {subject}: {} / {}", kind.zh(), kind.en())
    }
}

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
        for kind in self.kinds.iter().filter(|kind| kind.excluding.is_none()) {
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
        for mdc in &self.mdcs {
            let rows = self.rows_of(mdc).iter();
            let rows = rows.map(|row| (row.adrg.as_str(), &row.rule));
            unreachable(&mdc.code, rows, lints);
        }
        let mut last = "";
        for row in self.rows.iter().filter(|row| !row.ambiguous) {
            // The rows of a core group share its groups: look at them once.
            if row.adrg != last {
                let drgs = self.drgs_of_row(row).iter();
                let drgs = drgs.map(|drg| (drg.code.as_str(), &drg.rule));
                unreachable(&row.adrg, drgs, lints);
            }
            last = &row.adrg;
        }
    }
}

/// Reports rules behind one that always holds, and rules that repeat one before.
fn unreachable<'a>(
    place: &str,
    rules: impl Iterator<Item = (&'a str, &'a Rule)>,
    lints: &mut Vec<Lint>,
) {
    let mut before: Vec<&Rule> = Vec::new();
    for (code, rule) in rules {
        if before.contains(&&Rule::True) || before.contains(&rule) {
            lints.push(lint(LintKind::Unreachable, place, code));
        }
        before.push(rule);
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
