//! `scheme.toml`: what a scheme is.

use crate::scheme::{LintKind, SchemeError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `scheme.toml` as read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) publisher: String,
    /// Title of the document that published it, where it is known.
    pub(crate) document: Option<String>,
    /// The document's number; without one, the name that the area gives its tables.
    pub(crate) source: String,
    /// When: year, month or day, as precisely as it is known.
    pub(crate) published: Option<String>,
    pub(crate) base: Option<String>,
    pub(crate) in_force_from: String,
    /// The last day, where a successor or the document names it.
    pub(crate) in_force_to: Option<String>,
    /// Which of these keys no document states.
    #[serde(default)]
    pub(crate) inferred: Vec<String>,
    pub(crate) counts: Counts,
    /// Faults of the published scheme that were looked at and stand: how many of a kind.
    #[serde(default)]
    pub(crate) known_faults: BTreeMap<LintKind, usize>,
}

/// How much a scheme holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Major diagnostic categories.
    pub mdc: usize,
    /// Core groups, the ambiguous ones (QY) not counted.
    pub adrg: usize,
    /// Groups, the ambiguous ones not counted.
    pub drg: usize,
    /// Diagnoses that are major complications.
    pub mcc: usize,
    /// Diagnoses that are ordinary complications.
    pub cc: usize,
    /// Code sets that rules refer to.
    pub sets: usize,
}

impl Manifest {
    pub(super) fn read(text: &str) -> Result<Self, SchemeError> {
        let manifest: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(0, |before| before.split('\n').count());
            SchemeError::source(
                FILE,
                u64::try_from(line).unwrap_or(0),
                "格式不符",
                error.message(),
            )
        })?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), SchemeError> {
        let refused = |zh: &str, en: &str| Err(SchemeError::source(FILE, 0, zh, en));
        if !is_date(&self.in_force_from) {
            return refused(
                "in_force_from 应为 yyyy-MM-dd",
                "in_force_from must be yyyy-MM-dd",
            );
        }
        if let Some(to) = &self.in_force_to
            && (!is_date(to) || *to < self.in_force_from)
        {
            return refused(
                "in_force_to 应为不早于 in_force_from 的 yyyy-MM-dd",
                "in_force_to must be yyyy-MM-dd and not before in_force_from",
            );
        }
        if self
            .published
            .as_deref()
            .is_some_and(|day| !is_date_or_part(day))
        {
            return refused(
                "published 应为 yyyy、yyyy-MM 或 yyyy-MM-dd",
                "published must be yyyy, yyyy-MM or yyyy-MM-dd",
            );
        }
        let known = |key: &String| INFERABLE.contains(&key.as_str());
        match self.inferred.iter().find(|key| !known(key)) {
            None => Ok(()),
            Some(key) => refused(
                &format!("inferred 中的 {key} 不是可推断的项"),
                &format!("inferred names {key}, which is no key that may be inferred"),
            ),
        }
    }
}

const FILE: &str = "scheme.toml";

/// The keys that a scheme may carry without a document that states them.
const INFERABLE: [&str; 6] = [
    "publisher",
    "document",
    "source",
    "published",
    "in_force_from",
    "in_force_to",
];

/// The form of an ISO date; schemes name real days, so the form is enough.
fn is_date(text: &str) -> bool {
    text.len() == 10 && is_date_or_part(text)
}

/// The form of a year, of a month in it, or of a day.
fn is_date_or_part(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    parts.next().is_some_and(|year| digits(year, 4))
        && parts.clone().count() <= 2
        && parts.all(|part| digits(part, 2))
}
