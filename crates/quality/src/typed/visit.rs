//! What a condition mentions: its fields and the tables it needs from outside.

use super::tree::{Cond, FieldRef, Moment, Number, Place, Rows, Text};
use crate::tables::Table;

/// A field that a condition reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention {
    pub(crate) field: FieldRef,
    /// One of several fields of which the first that is there counts.
    pub(crate) alternative: bool,
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
        Part::Table(_) => {}
    });
}

/// The tables that the caller must answer for the condition to be decided.
pub(crate) fn external_inputs(cond: &Cond) -> Vec<String> {
    let mut inputs = Vec::new();
    walk(cond, &mut |part| {
        if let Part::Table(Table::External(name)) = part {
            let input = format!("table {name}");
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
    });
    inputs
}

enum Part<'c> {
    Field(FieldRef),
    Alternative(FieldRef),
    Table(&'c Table),
}

type Found<'f> = dyn FnMut(Part<'_>) + 'f;

fn walk(cond: &Cond, found: &mut Found<'_>) {
    match cond {
        Cond::Constant(_) => {}
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
        Cond::SameText(left, right) => {
            text(left, found);
            text(right, found);
        }
        Cond::InTable(value, table) => {
            text(value, found);
            found(Part::Table(table));
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
            for field in fields {
                found(Part::Field(FieldRef {
                    place: Place::Row,
                    field: *field,
                }));
            }
        }
        Cond::Blank(value)
        | Cond::InCodes(value, _)
        | Cond::InRanges(value, _)
        | Cond::Match(value, _)
        | Cond::StartsWith(value, _)
        | Cond::EndsWith(value, _)
        | Cond::Contains(value, _)
        | Cond::IsDate(value)
        | Cond::IsMinute(value)
        | Cond::IsNumber(value)
        | Cond::IsInteger(value)
        | Cond::IdChecksum(value)
        | Cond::Morphology(value)
        | Cond::SameDigit(value)
        | Cond::Grey(_, value) => text(value, found),
    }
}

fn rows(set: &Rows, found: &mut Found<'_>) {
    if let Some(filter) = &set.filter {
        walk(filter, found);
    }
}

fn number(value: &Number, found: &mut Found<'_>) {
    match value {
        Number::Literal(_) | Number::AgeYears | Number::AgeDays => {}
        Number::Field(field) => found(Part::Field(*field)),
        Number::Parsed(inner)
        | Number::Length(inner)
        | Number::Digits(inner)
        | Number::Decimals(inner)
        | Number::Duration(inner)
        | Number::IdSex(inner) => text(inner, found),
        Number::Count(set) => rows(set, found),
        Number::CountPresent(texts) => texts.iter().for_each(|part| text(part, found)),
        Number::Sum(set, inner) => {
            rows(set, found);
            number(inner, found);
        }
        Number::Least(parts) | Number::Greatest(parts) => {
            parts.iter().for_each(|part| number(part, found));
        }
        Number::Absolute(inner) => number(inner, found),
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
        Text::Literal(_) => {}
        Text::Field(field) => found(Part::Field(*field)),
        Text::Prefix(inner, _)
        | Text::BeforePlus(inner)
        | Text::AfterPlus(inner)
        | Text::Name(_, inner) => text(inner, found),
    }
}

fn moment(value: &Moment, found: &mut Found<'_>) {
    match value {
        Moment::Field(field) => found(Part::Field(*field)),
        Moment::Parsed(inner) | Moment::IdBirth(inner) => text(inner, found),
        Moment::Day(inner) => moment(inner, found),
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
