//! What grouping a case comes to.

use crate::reason::{Notes, Reason};
use crate::scheme::{Drg, Mdc};
use serde::Serialize;
use std::fmt;

/// How grouping ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// In a group.
    Grouped,
    /// In an MDC, but its procedure or age belongs elsewhere (歧义病例, QY).
    Ambiguous,
    /// In no group (0000).
    Ungrouped,
    /// The case's data cannot be grouped at all.
    Invalid,
}

impl Status {
    /// `grouped`, `ambiguous`, `ungrouped` or `invalid`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grouped => "grouped",
            Self::Ambiguous => "ambiguous",
            Self::Ungrouped => "ungrouped",
            Self::Invalid => "invalid",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What grouping a case comes to; the texts are borrowed from the scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Outcome<'s> {
    /// How grouping ended.
    pub status: Status,
    /// Why, for every status but grouped.
    pub reason: Option<Reason>,
    /// What else is odd about the case.
    pub notes: Notes,
    /// MDC, such as `MDCF`; `0000` ungrouped, empty invalid.
    pub mdc: &'s str,
    /// ADRG, such as `FK2`; `QY` ambiguous, `00` ungrouped, empty invalid.
    pub adrg: &'s str,
    /// DRG, such as `FK29`; `FQY` ambiguous, `0000` ungrouped, empty invalid.
    pub drg: &'s str,
    /// The group's Chinese name.
    pub name: &'s str,
}

impl<'s> Outcome<'s> {
    pub(crate) fn grouped(drg: &'s Drg, notes: Notes) -> Self {
        Self {
            status: Status::Grouped,
            reason: None,
            notes,
            mdc: &drg.mdc,
            adrg: &drg.adrg,
            drg: &drg.code,
            name: &drg.name,
        }
    }

    pub(crate) fn ambiguous(mdc: &'s Mdc, reason: Reason, notes: Notes) -> Self {
        Self {
            status: Status::Ambiguous,
            reason: Some(reason),
            notes,
            mdc: &mdc.code,
            adrg: "QY",
            drg: &mdc.ambiguous,
            name: "歧义病组",
        }
    }

    pub(crate) fn ungrouped(reason: Reason, notes: Notes) -> Self {
        Self {
            status: Status::Ungrouped,
            reason: Some(reason),
            notes,
            mdc: "0000",
            adrg: "00",
            drg: "0000",
            name: "未入组",
        }
    }

    /// A case that cannot be grouped at all.
    #[must_use]
    pub fn invalid(reason: Reason) -> Self {
        Self {
            status: Status::Invalid,
            reason: Some(reason),
            notes: Notes::default(),
            mdc: "",
            adrg: "",
            drg: "",
            name: "",
        }
    }

    /// The reason and then the notes that do not repeat it.
    pub fn reasons(&self) -> impl Iterator<Item = Reason> {
        let reason = self.reason;
        let notes = self.notes.iter().filter(move |note| Some(*note) != reason);
        reason.into_iter().chain(notes)
    }
}
