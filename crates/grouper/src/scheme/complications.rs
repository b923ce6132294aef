//! Complications (MCC, CC) and the principal diagnoses that exclude them.

use super::Scheme;
use super::codes::{Bit, Entry};
use serde::Serialize;

/// How grave a complication is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Severity {
    /// 严重并发症或合并症.
    #[serde(rename = "MCC")]
    Mcc,
    /// 一般并发症或合并症.
    #[serde(rename = "CC")]
    Cc,
}

impl Severity {
    /// `MCC` or `CC`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mcc => "MCC",
            Self::Cc => "CC",
        }
    }
}

/// Complications of one severity and one exclusion set.
#[derive(Debug)]
pub(crate) struct ComplicationKind {
    pub(crate) major: bool,
    /// The exclusion set's bit; `None` when the scheme lacks the set (lint tells).
    pub(crate) excluding: Option<Bit>,
    pub(crate) exclusions: String,
}

/// What a diagnosis is as another diagnosis.
#[derive(Debug, Clone, Copy)]
pub struct Complication<'s> {
    kind: &'s ComplicationKind,
    scheme: &'s Scheme,
}

impl<'s> Complication<'s> {
    /// MCC or CC.
    #[must_use]
    pub fn severity(&self) -> Severity {
        if self.kind.major {
            Severity::Mcc
        } else {
            Severity::Cc
        }
    }

    /// Whether it is an MCC.
    #[must_use]
    pub fn is_major(&self) -> bool {
        self.kind.major
    }

    /// The name of the set of principal diagnoses that exclude it.
    #[must_use]
    pub fn exclusion_set(&self) -> &'s str {
        &self.kind.exclusions
    }

    /// Whether a principal diagnosis excludes it.
    #[must_use]
    pub fn is_excluded_by(&self, principal: &str) -> bool {
        let sets = self.scheme.diagnoses.entry(principal).sets;
        self.kind.excluding.is_some_and(|bit| bit.is_in(sets))
    }
}

impl Scheme {
    /// What a diagnosis is as another diagnosis; `None` when no complication.
    #[must_use]
    pub fn complication(&self, code: &str) -> Option<Complication<'_>> {
        let kind = self.complication_kind(&self.diagnoses.entry(code))?;
        Some(Complication { kind, scheme: self })
    }

    /// All complications by code, sorted.
    pub fn complications(&self) -> impl Iterator<Item = (&str, Complication<'_>)> {
        self.complications.iter().filter_map(|(id, place)| {
            let kind = self.kinds.get(usize::from(*place))?;
            let code = self.diagnoses.code(*id);
            Some((code, Complication { kind, scheme: self }))
        })
    }

    #[inline]
    pub(crate) fn complication_kind(&self, entry: &Entry<'_>) -> Option<&ComplicationKind> {
        let place = usize::from(entry.complication).checked_sub(1)?;
        self.kinds.get(place)
    }
}
