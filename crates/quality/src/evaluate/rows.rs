//! The rows that a condition goes over.

use std::collections::HashSet;
use std::slice::Iter;
use std::str::Split;

use chs_model::{Field, Row};

use super::context::{At, Here};
use super::{Context, Need, Tri};
use crate::companions::Record;
use crate::typed::{FieldRef, Moment, Rows, Source, Text};

/// Up to so many rows repetitions are found by comparing pairs, which needs no
/// memory; beyond it a set keeps the cost linear.
const PAIRWISE: usize = 24;

/// The rows of a source, before its filter.
enum Walk<'a> {
    None,
    Told(Iter<'a, &'a Row>),
    Rows(Iter<'a, Row>),
    Records(Iter<'a, Record>),
    Pieces(Split<'a, char>),
    Fields(Iter<'a, FieldRef>),
}

impl<'a> Context<'a> {
    /// The rows of a source whose filter is true.
    pub(crate) fn rows(&'a self, rows: &'a Rows, at: At<'a>) -> impl Iterator<Item = At<'a>> + 'a {
        let mut walk = self.walk(&rows.source, at);
        let all = std::iter::from_fn(move || self.step(&mut walk, &rows.source, at));
        all.map(move |here| at.within(here)).filter(move |within| {
            rows.filter.as_deref().is_none_or(|filter| {
                let admitted = self.condition(filter, *within);
                if admitted == Tri::Unknown && self.needs_something() {
                    self.doubt();
                }
                admitted == Tri::True
            })
        })
    }

    fn walk(&'a self, source: &'a Source, at: At<'a>) -> Walk<'a> {
        match source {
            Source::Set(set) => match self.set(*set) {
                Some(told) => Walk::Told(told.iter()),
                None => Walk::Rows(self.list().rows(set.node()).iter()),
            },
            Source::Document(document) => {
                let records = self.input.companions.and_then(|all| all.rows(*document));
                match records {
                    Some(records) => Walk::Records(records.iter()),
                    None => {
                        self.note(Need::Document(*document));
                        self.doubt();
                        Walk::None
                    }
                }
            }
            Source::Pieces(text, mark) => match self.text(text, at) {
                Some(text) => Walk::Pieces(text.split(*mark)),
                None => Walk::None,
            },
            Source::Fields(fields) => Walk::Fields(fields.iter()),
        }
    }

    fn step(&'a self, walk: &mut Walk<'a>, source: &'a Source, at: At<'a>) -> Option<Here<'a>> {
        self.visit();
        match walk {
            Walk::None => None,
            Walk::Told(rows) => rows.next().map(|row| Here::Row(row)),
            Walk::Rows(rows) => match source {
                Source::Set(set) => rows.find(|row| set.admits(row)).map(Here::Row),
                _ => None,
            },
            Walk::Records(records) => records.next().map(Here::Record),
            Walk::Pieces(pieces) => pieces.next().map(|piece| Here::Value(None, piece)),
            Walk::Fields(fields) => fields.find_map(|found| {
                let value = self.field(*found, at)?;
                Some(Here::Value(Some(found.field), value))
            }),
        }
    }

    /// Whether the rows of a source are known: those of a document only where it is there.
    pub(super) fn are_known(&self, rows: &Rows) -> bool {
        match &rows.source {
            Source::Document(document) => self
                .input
                .companions
                .is_some_and(|all| all.rows(*document).is_some()),
            _ => true,
        }
    }

    pub(super) fn is_repeated(&'a self, rows: &'a Rows, fields: &'a [Field], at: At<'a>) -> bool {
        let mut found = false;
        self.each_repetition(rows, fields, at, |_| {
            found = true;
            false
        });
        found
    }

    /// Calls `found` with every row that repeats an earlier one, until it answers false.
    pub(super) fn each_repetition(
        &'a self,
        rows: &'a Rows,
        fields: &'a [Field],
        at: At<'a>,
        mut found: impl FnMut(&'a Row) -> bool,
    ) {
        let listed = self.rows(rows, at).filter_map(|at| at.here.row());
        let told = |row: &'a Row| fields.first().is_some_and(|field| !row.is_blank(*field));
        let complete = listed.filter(move |row| told(row));
        let key = |row: &'a Row| {
            let texts = fields.iter().map(|field| row.text(*field));
            texts.map(|text| text.filter(|text| !text.trim().is_empty()))
        };
        let mut few: Vec<&Row> = Vec::new();
        let mut seen: HashSet<Vec<Option<&str>>> = HashSet::new();
        for row in complete {
            let again = if few.len() < PAIRWISE {
                few.iter().any(|earlier| key(earlier).eq(key(row)))
            } else {
                if seen.is_empty() {
                    seen.extend(few.iter().map(|earlier| key(earlier).collect()));
                }
                !seen.insert(key(row).collect())
            };
            if again && !found(row) {
                return;
            }
            if few.len() < PAIRWISE {
                few.push(row);
            }
        }
    }

    /// How many different texts the rows have; rows without one do not count.
    pub(super) fn distinct(&'a self, rows: &'a Rows, text: &'a Text, at: At<'a>) -> usize {
        let mut few: Vec<&str> = Vec::new();
        let mut many: HashSet<&str> = HashSet::new();
        for value in self.rows(rows, at).filter_map(|at| self.text(text, at)) {
            if few.len() < PAIRWISE {
                if !few.contains(&value) {
                    few.push(value);
                }
            } else if !few.contains(&value) {
                many.insert(value);
            }
        }
        few.len() + many.len()
    }

    /// Whether two rows lie over each other in time; one that ends when the next begins
    /// does not.
    pub(super) fn overlapping(
        &'a self,
        rows: &'a Rows,
        from: &'a Moment,
        to: &'a Moment,
        at: At<'a>,
    ) -> bool {
        let mut spans: Vec<_> = self
            .rows(rows, at)
            .filter_map(|at| Some((self.moment(from, at)?.at, self.moment(to, at)?.at)))
            .collect();
        spans.sort_unstable();
        let mut latest = None;
        spans.into_iter().any(|(from, to)| {
            let over = latest.is_some_and(|end| from < end);
            latest = latest.max(Some(to));
            over
        })
    }
}
