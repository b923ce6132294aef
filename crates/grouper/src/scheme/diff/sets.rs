//! Changed code sets, exclusion sets and complications.

use crate::scheme::{Scheme, Severity};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One change of a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetChange {
    /// The set's name, the old one if it was renamed.
    pub set: String,
    /// What changed.
    pub kind: SetChangeKind,
    /// The new name of a renamed set.
    pub renamed_to: Option<String>,
    /// Codes it has more.
    pub added: Vec<String>,
    /// Codes it has no longer.
    pub removed: Vec<String>,
    /// How many codes it had.
    pub codes_before: usize,
    /// How many codes it has.
    pub codes_after: usize,
}

/// What changed of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SetChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Gone under one name and new under another with the same codes.
    Renamed,
    /// It has other codes.
    Changed,
}

impl SetChangeKind {
    /// The name in JSON and CSV.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Changed => "changed",
        }
    }

    /// In Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::Removed => "删除",
            Self::Renamed => "改名",
            Self::Changed => "改编码",
        }
    }
}

/// A diagnosis that is another complication than it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComplicationChange {
    /// The diagnosis.
    pub diagnosis: String,
    /// What it was; `None` when it was none.
    pub from: Option<Severity>,
    /// What it is; `None` when it is none.
    pub to: Option<Severity>,
    /// The exclusion set it had.
    pub exclusions_before: Option<String>,
    /// The exclusion set it has.
    pub exclusions_after: Option<String>,
}

impl ComplicationChange {
    /// The kind of change in JSON and CSV.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match (self.from, self.to) {
            (None, Some(Severity::Mcc)) => "added_mcc",
            (None, _) => "added_cc",
            (Some(Severity::Mcc), None) => "removed_mcc",
            (Some(Severity::Cc), None) => "removed_cc",
            (Some(Severity::Mcc), Some(Severity::Cc)) => "mcc_to_cc",
            (Some(Severity::Cc), Some(Severity::Mcc)) => "cc_to_mcc",
            (Some(_), Some(_)) => "exclusions",
        }
    }

    /// In Chinese.
    #[must_use]
    pub const fn zh(&self) -> &'static str {
        match (self.from, self.to) {
            (None, Some(Severity::Mcc)) => "新增 MCC",
            (None, _) => "新增 CC",
            (Some(Severity::Mcc), None) => "删除 MCC",
            (Some(Severity::Cc), None) => "删除 CC",
            (Some(Severity::Mcc), Some(Severity::Cc)) => "MCC 改为 CC",
            (Some(Severity::Cc), Some(Severity::Mcc)) => "CC 改为 MCC",
            (Some(_), Some(_)) => "改排除表",
        }
    }
}

type Codes<'s> = BTreeSet<&'s str>;

fn contents<'s>(scheme: &'s Scheme, names: &'s [String]) -> BTreeMap<&'s str, Codes<'s>> {
    let sets = names.iter().map(|name| {
        let codes = scheme.set_codes(name).unwrap_or_default();
        (name.as_str(), codes.into_iter().collect())
    });
    sets.collect()
}

/// Compares sets by name; a set that only changed its name is said to be renamed.
pub(super) fn sets(
    from: &Scheme,
    to: &Scheme,
    old_names: &[String],
    new_names: &[String],
) -> Vec<SetChange> {
    let (old, new) = (contents(from, old_names), contents(to, new_names));
    let mut fresh: BTreeMap<&Codes<'_>, &str> = BTreeMap::new();
    for (name, codes) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        fresh.insert(codes, name);
    }
    let mut changes = Vec::new();
    for (name, codes) in &old {
        match new.get(name) {
            Some(after) if after == codes => {}
            Some(after) => changes.push(set(name, SetChangeKind::Changed, codes, after)),
            None => match fresh.remove(codes) {
                Some(renamed) => {
                    let mut change = set(name, SetChangeKind::Renamed, codes, codes);
                    change.renamed_to = Some(renamed.to_owned());
                    changes.push(change);
                }
                None => changes.push(set(name, SetChangeKind::Removed, codes, &Codes::new())),
            },
        }
    }
    let renamed: BTreeSet<String> = changes
        .iter()
        .filter_map(|c| c.renamed_to.clone())
        .collect();
    for (name, codes) in &new {
        if !old.contains_key(name) && !renamed.contains(*name) {
            changes.push(set(name, SetChangeKind::Added, &Codes::new(), codes));
        }
    }
    changes.sort_by(|a, b| (a.kind, &a.set).cmp(&(b.kind, &b.set)));
    changes
}

fn set(name: &str, kind: SetChangeKind, old: &Codes<'_>, new: &Codes<'_>) -> SetChange {
    let owned = |codes: Vec<&&str>| codes.into_iter().map(|code| (*code).to_owned()).collect();
    SetChange {
        set: name.to_owned(),
        kind,
        renamed_to: None,
        added: owned(new.difference(old).collect()),
        removed: owned(old.difference(new).collect()),
        codes_before: old.len(),
        codes_after: new.len(),
    }
}

/// Compares what each diagnosis is; an exclusion set that only has another name, or
/// that changed under its name, is not a change of the diagnosis.
pub(super) fn complications(from: &Scheme, to: &Scheme) -> Vec<ComplicationChange> {
    let of = |scheme| -> BTreeMap<&str, (Severity, &str)> {
        Scheme::complications(scheme)
            .map(|(code, c)| (code, (c.severity(), c.exclusion_set())))
            .collect()
    };
    let (old, new) = (of(from), of(to));
    let codes: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let before_sets = contents(from, from.exclusion_set_names());
    let after_sets = contents(to, to.exclusion_set_names());
    let same = |before: &str, after: &str| {
        before == after || before_sets.get(before) == after_sets.get(after)
    };
    let mut changes = Vec::new();
    for code in codes {
        let (before, after) = (old.get(code), new.get(code));
        let differs = match (before, after) {
            (Some((kind, set)), Some((other, now))) => kind != other || !same(set, now),
            _ => true,
        };
        if differs {
            changes.push(ComplicationChange {
                diagnosis: code.to_owned(),
                from: before.map(|(kind, _)| *kind),
                to: after.map(|(kind, _)| *kind),
                exclusions_before: before.map(|(_, set)| (*set).to_owned()),
                exclusions_after: after.map(|(_, set)| (*set).to_owned()),
            });
        }
    }
    changes.sort_by(|a, b| (a.code(), &a.diagnosis).cmp(&(b.code(), &b.diagnosis)));
    changes
}
