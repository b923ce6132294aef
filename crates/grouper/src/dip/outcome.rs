//! What grouping a case by a catalogue comes to.

use super::group::DipGroup;
use super::reason::{DipNotes, DipReason};
use super::settings::Stage;
use super::treatment::Treatment;
use crate::outcome::Status;

/// What grouping a case by a catalogue comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DipOutcome<'c> {
    /// Grouped, ungrouped or invalid; DIP has no ambiguous cases.
    pub status: Status,
    /// Why, for every status but grouped.
    pub reason: Option<DipReason>,
    /// What else is odd about the case.
    pub notes: DipNotes,
    /// The kind of treatment by the procedures' types; `None` when it is not known.
    pub treatment: Option<Treatment>,
    /// The group, when grouped.
    pub group: Option<&'c DipGroup>,
}

impl<'c> DipOutcome<'c> {
    /// A case that cannot be grouped at all.
    #[must_use]
    pub fn invalid(reason: DipReason) -> Self {
        Self {
            status: Status::Invalid,
            reason: Some(reason),
            notes: DipNotes::default(),
            treatment: None,
            group: None,
        }
    }

    /// The stage that the group stands in.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        self.group.map(DipGroup::stage)
    }

    /// The group's code; empty when there is none.
    #[must_use]
    pub fn code(&self) -> &'c str {
        self.group.map_or("", DipGroup::code)
    }

    /// The reason and then the notes.
    pub fn reasons(&self) -> impl Iterator<Item = DipReason> {
        self.reason.into_iter().chain(self.notes.iter())
    }
}
