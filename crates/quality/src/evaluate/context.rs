//! One list being checked, and what the conditions found missing.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};

use chs_model::fields::{diseinfo, oprninfo};
use chs_model::icd::IcdCode;
use chs_model::{Field, Node, Row, SettlementList};

use crate::companions::{DocumentId, Member, Record};
use crate::engine::CheckInput;
use crate::tables::{CodeRanges, CodeSystem, External};
use crate::typed::{Cond, FieldRef, Nesting, Place, RowSet};

use super::Tri;
use super::moment::Instant;

/// An input that a condition asked for and that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A table that is not loaded.
    Table(External),
    /// A field that the layout of the list does not carry.
    Field(Field),
    /// A document that did not come with the list.
    Document(DocumentId),
    /// A member that its document does not carry.
    Member(Member),
    /// The time of the check.
    Clock,
    /// The grouper.
    Grouper,
}

impl Need {
    /// As an answer names it.
    pub(crate) fn shown(self) -> Cow<'static, str> {
        match self {
            Self::Table(table) => table.shown.into(),
            Self::Field(field) => {
                let (node, name) = (field.node().name(), field.name());
                format!("settlement record: {node}.{name}").into()
            }
            Self::Document(document) => document.definition().title.as_str().into(),
            Self::Member(member) => member.shown().into(),
            Self::Clock => "time of the check".into(),
            Self::Grouper => "grouper".into(),
        }
    }
}

/// What a bare name is read from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Here<'a> {
    /// Outside any row set.
    #[default]
    Nowhere,
    Row(&'a Row),
    Record(&'a Record),
    /// A value of `each`, with its field, or of `split`.
    Value(Option<Field>, &'a str),
}

impl<'a> Here<'a> {
    pub(crate) fn row(self) -> Option<&'a Row> {
        match self {
            Self::Row(row) => Some(row),
            _ => None,
        }
    }
}

/// The rows at hand: the innermost and the one around it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct At<'a> {
    pub(crate) here: Here<'a>,
    pub(crate) outer: Here<'a>,
}

impl<'a> At<'a> {
    pub(crate) fn within(self, here: Here<'a>) -> Self {
        Self {
            here,
            outer: self.here,
        }
    }

    pub(crate) fn nested(self, nesting: Nesting) -> Here<'a> {
        match nesting {
            Nesting::Here => self.here,
            Nesting::Outer => self.outer,
        }
    }
}

/// Entries of codes, by the row; nothing for a row without a code of the edition.
type Entries = Box<[Option<&'static IcdCode>]>;

/// The rows of the sets that most conditions ask for, told apart once.
struct Sets<'a> {
    dx: Vec<&'a Row>,
    oth: Vec<&'a Row>,
    op: Vec<&'a Row>,
    /// The first bytes of all diagnoses, a bit each; nothing where one has no code.
    leads: Option<u128>,
}

/// The list, its principal rows, and the need noted last.
pub(crate) struct Context<'a> {
    pub(crate) input: &'a CheckInput<'a>,
    main: Option<&'a Row>,
    opm: Option<&'a Row>,
    sets: Sets<'a>,
    age: OnceCell<(Option<u16>, Option<u16>)>,
    /// The entries of the codes of the rows of `diseinfo`, and of `oprninfo`.
    entries: [OnceCell<Entries>; 2],
    /// Times of `setlinfo` as they were read: rules on rows compare with them again and again.
    times: RefCell<Vec<(Field, Option<Instant>)>>,
    need: Cell<Option<Need>>,
    /// A row was left out of a count or sum because an input was missing.
    doubt: Cell<bool>,
    /// Rows visited so far: what a check costs, for the tests.
    visited: Cell<usize>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(input: &'a CheckInput<'a>) -> Self {
        let list: &'a SettlementList = input.list;
        let all = |set: RowSet| -> Vec<&'a Row> {
            let rows = list.rows(set.node()).iter();
            rows.filter(|row| set.admits(row)).collect()
        };
        let (dx, op) = (all(RowSet::Dx), all(RowSet::Op));
        let first =
            |rows: &[&'a Row], set: RowSet| rows.iter().find(|row| set.admits(row)).copied();
        let codes = dx.iter().map(|row| row.text(diseinfo::DIAG_CODE));
        let mut leads = codes.map(|code| {
            let code = code.filter(|code| !is_blank(code))?;
            Some(CodeRanges::leads_of(code))
        });
        let leads = leads.try_fold(0, |all, leads| Some(all | leads?));
        let oth = dx.iter().copied().filter(|row| RowSet::Oth.admits(row));
        Self {
            input,
            main: first(&dx, RowSet::Main),
            opm: first(&op, RowSet::Opm),
            sets: Sets {
                oth: oth.collect(),
                dx,
                op,
                leads,
            },
            age: OnceCell::new(),
            entries: Default::default(),
            times: RefCell::default(),
            need: Cell::new(None),
            doubt: Cell::new(false),
            visited: Cell::new(0),
        }
    }

    /// The rows of a set, where they were told apart.
    pub(super) fn set(&'a self, set: RowSet) -> Option<&'a [&'a Row]> {
        match set {
            RowSet::Dx => Some(&self.sets.dx),
            RowSet::Oth => Some(&self.sets.oth),
            RowSet::Op => Some(&self.sets.op),
            _ => None,
        }
    }

    /// Whether a set has any row at all.
    pub(crate) fn has_rows(&self, set: RowSet) -> bool {
        match set {
            RowSet::All(node) => !self.list().rows(node).is_empty(),
            RowSet::Dx => !self.sets.dx.is_empty(),
            RowSet::Oth => !self.sets.oth.is_empty(),
            RowSet::Op => !self.sets.op.is_empty(),
            RowSet::Main => self.main.is_some(),
            RowSet::Opm => self.opm.is_some(),
            RowSet::Tcm => !self.list().rows(Node::Diseinfo).is_empty(),
        }
    }

    /// The first bytes of the codes of all diagnoses, a bit each; nothing where one has no
    /// code.
    pub(super) fn diagnosis_leads(&self) -> Option<u128> {
        self.sets.leads
    }

    /// Age at admission in days and completed years.
    pub(super) fn age(&self) -> (Option<u16>, Option<u16>) {
        *self
            .age
            .get_or_init(|| (self.list().age_days(), self.list().age_years()))
    }

    /// The entries of the codes of all rows of a node, by the row.
    pub(super) fn entries(&self, system: CodeSystem) -> &[Option<&'static IcdCode>] {
        let [diagnoses, procedures] = &self.entries;
        let (entries, field) = match system {
            CodeSystem::Diagnoses => (diagnoses, diseinfo::DIAG_CODE),
            _ => (procedures, oprninfo::OPRN_OPRT_CODE),
        };
        entries.get_or_init(|| {
            let rows = self.list().rows(field.node()).iter();
            let entry = |row: &Row| system.find(row.text(field)?);
            rows.map(entry).collect()
        })
    }

    /// A time that a field of `setlinfo` has.
    pub(super) fn time(&self, field: Field, text: &str) -> Option<Instant> {
        let mut times = self.times.borrow_mut();
        if let Some((_, known)) = times.iter().find(|(known, _)| *known == field) {
            return *known;
        }
        let time = Instant::parse(text);
        times.push((field, time));
        time
    }

    /// Notes an input that is not there.
    pub(crate) fn note(&self, need: Need) {
        self.need.set(Some(need));
    }

    pub(super) fn needs_something(&self) -> bool {
        self.need.get().is_some()
    }

    /// What is missing so far, to be put back by [`Self::set_doubts`].
    pub(super) fn doubts(&self) -> (Option<Need>, bool) {
        (self.need.get(), self.doubt.get())
    }

    pub(super) fn set_doubts(&self, (need, doubt): (Option<Need>, bool)) {
        self.need.set(need);
        self.doubt.set(doubt);
    }

    pub(super) fn doubt(&self) {
        self.doubt.set(true);
    }

    pub(super) fn visit(&self) {
        self.visited.set(self.visited.get() + 1);
    }

    /// Rows visited so far.
    pub(crate) fn visited(&self) -> usize {
        self.visited.get()
    }

    /// Evaluates a whole rule: what it says, and the input for want of which it
    /// could not be decided.
    pub(crate) fn decide(&'a self, cond: &'a Cond) -> (Tri, Option<Need>) {
        self.need.set(None);
        self.doubt.set(false);
        let verdict = self.condition(cond, At::default());
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
    pub(crate) fn row(&self, place: Place, at: At<'a>) -> Option<&'a Row> {
        match place {
            Place::Setlinfo => Some(self.list().setlinfo()),
            Place::Row => at.here.row(),
            Place::Outer => at.outer.row(),
            Place::Main => self.main,
            Place::Opm => self.opm,
            Place::FirstDx => self.sets.dx.first().copied(),
            Place::FirstOp => self.sets.op.first().copied(),
        }
    }

    /// The value of a field; nothing where it is blank.
    pub(crate) fn field(&self, found: FieldRef, at: At<'a>) -> Option<&'a str> {
        let row = self.row(found.place, at)?;
        match row.text(found.field) {
            Some(text) if !is_blank(text) => Some(text),
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

    /// The record that a member is read from; its lack is noted.
    pub(super) fn record(
        &self,
        member: Member,
        nesting: Option<Nesting>,
        at: At<'a>,
    ) -> Option<&'a Record> {
        match nesting {
            Some(nesting) => match at.nested(nesting) {
                Here::Record(record) if record.document() == member.document => Some(record),
                _ => None,
            },
            None => {
                let record = self
                    .input
                    .companions
                    .and_then(|all| all.record(member.document));
                if record.is_none() {
                    self.note(Need::Document(member.document));
                }
                record
            }
        }
    }

    /// The value of a member; nothing where it is blank. One that is not there at all is
    /// a missing input.
    pub(super) fn member(
        &self,
        member: Member,
        nesting: Option<Nesting>,
        at: At<'a>,
    ) -> Option<&'a str> {
        let record = self.record(member, nesting, at)?;
        let text = record.text(member);
        if text.is_none() {
            self.note(Need::Member(member));
        }
        text.filter(|text| !is_blank(text))
    }
}

/// Empty or only blanks; most values show by their first byte that they are not.
fn is_blank(text: &str) -> bool {
    !matches!(text.as_bytes().first(), Some(b'!'..=b'~')) && text.trim().is_empty()
}
