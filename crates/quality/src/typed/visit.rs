//! What a condition mentions: its fields and what it needs from outside the list.

use super::rows::{RowSet, Rows, Source};
use super::tree::{Cond, FieldRef, LookupTable, Moment, Number, Place, Text};
use crate::companions::{DocumentId, Member};
use crate::tables::Table;

/// A field that a condition reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention {
    pub(crate) field: FieldRef,
    /// One of several fields of which the first that is there counts.
    pub(crate) alternative: bool,
}

/// What a condition reads outside the list.
#[derive(Debug, Clone, Copy)]
enum Input<'c> {
    Table(&'c str),
    Document(DocumentId),
    Member(Member),
    Clock,
    Grouper,
}

/// Calls `found` for every field that the condition reads.
pub(crate) fn fields_of(cond: &Cond, found: &mut dyn FnMut(Mention)) {
    walk(cond, &mut |part| match part {
        Part::Field(field) => found(Mention {
            field,
            alternative: false,
        }),
        Part::Alternative(field) => found(Mention {
            field,
            alternative: true,
        }),
        Part::Input(_) => {}
    });
}

/// The inputs that the caller must give for the condition to be decided.
pub(crate) fn external_inputs(cond: &Cond) -> Vec<String> {
    let mut inputs = Vec::new();
    walk(cond, &mut |part| {
        let Part::Input(input) = part else { return };
        let input = match input {
            Input::Table(name) => format!("table {name}"),
            Input::Document(document) => document.definition().title.clone(),
            Input::Member(member) => member.document.definition().title.clone(),
            Input::Clock => "time of the check".to_owned(),
            Input::Grouper => "grouper".to_owned(),
        };
        if !inputs.contains(&input) {
            inputs.push(input);
        }
    });
    inputs
}

enum Part<'c> {
    Field(FieldRef),
    Alternative(FieldRef),
    Input(Input<'c>),
}

type Found<'f> = dyn FnMut(Part<'_>) + 'f;

fn walk(cond: &Cond, found: &mut Found<'_>) {
    match cond {
        // what it reads may be missing, so it asks for nothing
        Cond::Constant(_) | Cond::Certain(_) => {}
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| walk(part, found)),
        Cond::Xor(left, right) => {
            walk(left, found);
            walk(right, found);
        }
        Cond::Not(inner) => walk(inner, found),
        Cond::Numbers(left, _, right) => {
            number(left, found);
            number(right, found);
        }
        Cond::Moments(left, _, right) => {
            moment(left, found);
            moment(right, found);
        }
        Cond::SameText(left, right)
        | Cond::SameName(left, right)
        | Cond::Lists(left, right)
        | Cond::Excluded(left, right) => {
            text(left, found);
            text(right, found);
            if matches!(cond, Cond::Excluded(..)) {
                found(Part::Input(Input::Table("cce")));
            }
        }
        Cond::InTable(value, table) => {
            text(value, found);
            if let Table::External(table) = table {
                found(Part::Input(Input::Table(table.name)));
            }
        }
        Cond::Surgery(value) => {
            text(value, found);
            found(Part::Input(Input::Table("op_class or ss_valid")));
        }
        Cond::OneOf(value, _) => number(value, found),
        Cond::Between(value, low, high) => {
            [value, low, high]
                .into_iter()
                .for_each(|part| number(part, found));
        }
        Cond::Any(set, holds) | Cond::All(set, holds) => {
            rows(set, found);
            walk(holds, found);
        }
        Cond::Repeated(set, fields) => {
            rows(set, found);
            fields.iter().for_each(|field| row_field(*field, found));
        }
        Cond::Overlapping(set, from, to) => {
            rows(set, found);
            moment(from, found);
            moment(to, found);
        }
        Cond::Combined(_, codes) => {
            for (set, field) in codes {
                rows(set, found);
                row_field(*field, found);
            }
        }
        Cond::Blank(value)
        | Cond::Flag(value)
        | Cond::InCodes(value, _)
        | Cond::InRanges(value, _)
        | Cond::Match(value, _)
        | Cond::StartsWith(value, _)
        | Cond::EndsWith(value, _)
        | Cond::Contains(value, _)
        | Cond::Asks(_, value)
        | Cond::AgeUnlikely(value, _)
        | Cond::Grey(_, value) => text(value, found),
    }
}

fn row_field(field: chs_model::Field, found: &mut Found<'_>) {
    found(Part::Field(FieldRef {
        place: Place::Row,
        field,
    }));
}

fn rows(set: &Rows, found: &mut Found<'_>) {
    match &set.source {
        Source::Set(_) => {}
        Source::Document(document) => found(Part::Input(Input::Document(*document))),
        Source::Pieces(pieces, _) => text(pieces, found),
        Source::Fields(fields) => fields.iter().for_each(|field| found(Part::Field(*field))),
    }
    if let Some(filter) = &set.filter {
        walk(filter, found);
    }
}

fn number(value: &Number, found: &mut Found<'_>) {
    match value {
        Number::Literal(_) | Number::AgeYears | Number::AgeDays => {}
        Number::WeightWithout => found(Part::Input(Input::Grouper)),
        Number::Field(field) => found(Part::Field(*field)),
        Number::Parsed(inner)
        | Number::Length(inner)
        | Number::Digits(inner)
        | Number::Decimals(inner)
        | Number::Duration(inner)
        | Number::IdSex(inner) => text(inner, found),
        Number::Count(set) => rows(set, found),
        Number::Distinct(set, value) => {
            rows(set, found);
            text(value, found);
        }
        Number::IdleDays(set, moments) => {
            rows(set, found);
            moments.iter().for_each(|part| moment(part, found));
        }
        Number::CountPresent(texts) => texts.iter().for_each(|part| text(part, found)),
        Number::Sum(set, inner) => {
            rows(set, found);
            number(inner, found);
        }
        Number::Least(parts) | Number::Greatest(parts) => {
            parts.iter().for_each(|part| number(part, found));
        }
        Number::Absolute(inner) | Number::Rounded(inner) => number(inner, found),
        Number::Calculated(left, _, right) => {
            number(left, found);
            number(right, found);
        }
        Number::Days(from, to)
        | Number::Years(from, to)
        | Number::Hours(from, to)
        | Number::Minutes(from, to) => {
            moment(from, found);
            moment(to, found);
        }
    }
}

fn text(value: &Text, found: &mut Found<'_>) {
    match value {
        Text::Literal(_) | Text::Value(_) | Text::Member(_, Some(_)) => {}
        Text::Member(member, None) => found(Part::Input(Input::Member(*member))),
        Text::Field(field) => found(Part::Field(*field)),
        Text::Slice(inner, ..)
        | Text::BeforePlus(inner)
        | Text::AfterPlus(inner)
        | Text::WithoutStar(inner)
        | Text::Name(_, inner) => text(inner, found),
        Text::Attribute(lookup) => {
            if let LookupTable::External(table) = &lookup.table {
                found(Part::Input(Input::Table(table.name)));
            }
            text(&lookup.key, found);
            if let Some(on) = &lookup.on {
                moment(on, found);
            }
        }
    }
}

fn moment(value: &Moment, found: &mut Found<'_>) {
    match value {
        Moment::Field(field) => found(Part::Field(*field)),
        Moment::Now => found(Part::Input(Input::Clock)),
        Moment::Parsed(inner) | Moment::IdBirth(inner) => text(inner, found),
        Moment::Day(inner) | Moment::Minute(inner) | Moment::Shifted(inner, _) => {
            moment(inner, found);
        }
        Moment::FirstPresent(parts) => {
            for part in parts {
                moment(part, &mut |part| match part {
                    Part::Field(field) => found(Part::Alternative(field)),
                    other => found(other),
                });
            }
        }
    }
}

/// Row sets without a row of which the condition cannot be true, nor undecided for want
/// of an input.
pub(crate) fn gates(cond: &Cond) -> Box<[RowSet]> {
    let mut found = Vec::new();
    gate(cond, &mut found);
    found.into()
}

fn gate(cond: &Cond, found: &mut Vec<RowSet>) {
    match cond {
        Cond::And(parts) => parts.iter().for_each(|part| gate(part, found)),
        Cond::Any(rows, _) | Cond::Repeated(rows, _) | Cond::Overlapping(rows, ..) => {
            if let Source::Set(set) = &rows.source
                && !found.contains(set)
            {
                found.push(*set);
            }
        }
        _ => {}
    }
}
