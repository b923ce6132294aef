//! One list being checked, and what the conditions found missing.

use std::cell::Cell;

use chs_model::{Field, Row, SettlementList};

use crate::engine::CheckInput;
use crate::typed::{Cond, FieldRef, Place, RowSet, Rows};

use super::Tri;

/// An input that a condition asked for and that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need<'a> {
    /// A table that is not loaded.
    Table(&'a str),
    /// A field that the layout of the list does not carry.
    Field(Field),
}

impl std::fmt::Display for Need<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Table(name) => write!(f, "table {name}"),
            Self::Field(field) => {
                write!(
                    f,
                    "settlement record: {}.{}",
                    field.node().name(),
                    field.name()
                )
            }
        }
    }
}

/// The list, its principal rows, and the need noted last.
pub(crate) struct Context<'a> {
    pub(crate) input: &'a CheckInput<'a>,
    main: Option<&'a Row>,
    opm: Option<&'a Row>,
    need: Cell<Option<Need<'a>>>,
    /// A row was left out of a count or sum because an input was missing.
    doubt: Cell<bool>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(input: &'a CheckInput<'a>) -> Self {
        let list: &'a SettlementList = input.list;
        let first = |set: RowSet| list.rows(set.node()).iter().find(|row| set.admits(row));
        Self {
            input,
            main: first(RowSet::Main),
            opm: first(RowSet::Opm),
            need: Cell::new(None),
            doubt: Cell::new(false),
        }
    }

    /// Notes an input that is not there.
    pub(crate) fn note(&self, need: Need<'a>) {
        self.need.set(Some(need));
    }

    /// Evaluates a whole rule: what it says, and the input for want of which it
    /// could not be decided.
    pub(crate) fn decide(&'a self, cond: &'a Cond) -> (Tri, Option<Need<'a>>) {
        self.need.set(None);
        self.doubt.set(false);
        let verdict = self.condition(cond, None);
        let undecided = match verdict {
            Tri::True => false,
            Tri::Unknown => true,
            Tri::False => self.doubt.get(),
        };
        (verdict, self.need.get().filter(|_| undecided))
    }

    pub(crate) fn list(&self) -> &'a SettlementList {
        self.input.list
    }

    /// The row that a field is read from.
    pub(crate) fn row(&self, place: Place, row: Option<&'a Row>) -> Option<&'a Row> {
        match place {
            Place::Setlinfo => Some(self.list().setlinfo()),
            Place::Row => row,
            Place::Main => self.main,
            Place::Opm => self.opm,
        }
    }

    /// The value of a field; nothing where it is blank.
    pub(crate) fn field(&self, found: FieldRef, row: Option<&'a Row>) -> Option<&'a str> {
        let row = self.row(found.place, row)?;
        match row.text(found.field) {
            Some(text) if !text.trim().is_empty() => Some(text),
            _ => {
                self.note_if_not_carried(found.field);
                None
            }
        }
    }

    /// A field that the layout of the list lacks is a missing input, not a blank.
    fn note_if_not_carried(&self, field: Field) {
        if self.is_not_carried(field) {
            self.note(Need::Field(field));
        }
    }

    pub(crate) fn is_not_carried(&self, field: Field) -> bool {
        self.input
            .layout
            .is_some_and(|layout| !field.def().layouts.contains(&layout))
    }

    /// The rows of a set whose filter is true.
    pub(crate) fn rows(&'a self, rows: &'a Rows) -> impl Iterator<Item = &'a Row> + 'a {
        let all = self.list().rows(rows.set.node());
        all.iter().filter(move |row| {
            rows.set.admits(row)
                && rows.filter.as_deref().is_none_or(|filter| {
                    let admitted = self.condition(filter, Some(row));
                    if admitted == Tri::Unknown && self.need.get().is_some() {
                        self.doubt.set(true);
                    }
                    admitted == Tri::True
                })
        })
    }
}
