//! `scheme.toml`: what a scheme is.

use crate::scheme::SchemeError;
use serde::Deserialize;

/// `scheme.toml` as read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) publisher: String,
    pub(crate) source: String,
    pub(crate) base: Option<String>,
    pub(crate) in_force_from: String,
    pub(crate) counts: Counts,
}

/// How much a scheme holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
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
                "scheme.toml",
                u64::try_from(line).unwrap_or(0),
                "格式不符",
                error.message(),
            )
        })?;
        if !is_date(&manifest.in_force_from) {
            return Err(SchemeError::source(
                "scheme.toml",
                0,
                "in_force_from 应为 yyyy-MM-dd",
                "in_force_from must be yyyy-MM-dd",
            ));
        }
        Ok(manifest)
    }
}

/// The form of an ISO date; schemes name real days, so the form is enough.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    matches!(parts.as_slice(), [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2))
}
