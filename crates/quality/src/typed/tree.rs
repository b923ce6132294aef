//! The checked tree: what a condition is after compilation.

use std::sync::Arc;

use chs_model::Field;
use regex::Regex;
use rust_decimal::Decimal;

use super::rows::RowSet;
use crate::language::ast::Comparison;
use crate::tables::{CodeSystem, Table};

/// Where a field is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The one row of `setlinfo`.
    Setlinfo,
    /// The row at hand inside `any`, `all`, `count`, `sum`.
    Row,
    /// The principal diagnosis.
    Main,
    /// The main procedure.
    Opm,
}

/// A field and the row it is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FieldRef {
    pub(crate) place: Place,
    pub(crate) field: Field,
}

/// Rows of a set that satisfy a filter.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) set: RowSet,
    pub(crate) filter: Option<Box<Cond>>,
}

/// A condition: true, false, or unknown where a value is missing.
#[derive(Debug)]
pub(crate) enum Cond {
    Constant(bool),
    And(Box<[Cond]>),
    Or(Box<[Cond]>),
    Xor(Box<Cond>, Box<Cond>),
    Not(Box<Cond>),
    /// Absent, empty or only blanks; never unknown while the field can be there.
    Blank(Text),
    Numbers(Number, Comparison, Number),
    Moments(Moment, Comparison, Moment),
    SameText(Text, Text),
    InCodes(Text, CodeSet),
    InRanges(Text, Arc<crate::tables::CodeRanges>),
    InTable(Text, Table),
    /// One of the numbers.
    OneOf(Number, Box<[Decimal]>),
    Between(Number, Number, Number),
    Match(Text, Regex),
    StartsWith(Text, Box<[Box<str>]>),
    EndsWith(Text, Box<[Box<str>]>),
    Contains(Text, Box<[Box<str>]>),
    Any(Rows, Box<Cond>),
    All(Rows, Box<Cond>),
    /// Two rows of the set agree in all these fields, none of them blank.
    Repeated(Rows, Box<[Field]>),
    /// A date that exists.
    IsDate(Text),
    /// A date and a time of day, to the minute at least.
    IsMinute(Text),
    IsNumber(Text),
    IsInteger(Text),
    IdChecksum(Text),
    Morphology(Text),
    SameDigit(Text),
    Grey(CodeSystem, Text),
}

/// A number, or nothing where a part is missing or not a number.
#[derive(Debug)]
pub(crate) enum Number {
    Literal(Decimal),
    Field(FieldRef),
    Parsed(Text),
    Count(Rows),
    CountPresent(Box<[Text]>),
    Sum(Rows, Box<Number>),
    Least(Box<[Number]>),
    Greatest(Box<[Number]>),
    Absolute(Box<Number>),
    Calculated(Box<Number>, Arithmetic, Box<Number>),
    Length(Text),
    /// How many ASCII digits the text has.
    Digits(Text),
    /// How many digits stand after the decimal point.
    Decimals(Text),
    Days(Box<Moment>, Box<Moment>),
    Years(Box<Moment>, Box<Moment>),
    Hours(Box<Moment>, Box<Moment>),
    Minutes(Box<Moment>, Box<Moment>),
    /// `d/h/m` in hours.
    Duration(Text),
    AgeYears,
    AgeDays,
    IdSex(Text),
}

/// The four rules of arithmetic and the remainder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// A text, or nothing where the value is missing.
#[derive(Debug)]
pub(crate) enum Text {
    Literal(Box<str>),
    Field(FieldRef),
    /// The first so many characters.
    Prefix(Box<Text>, usize),
    BeforePlus(Box<Text>),
    /// Behind `+`, without the asterisk.
    AfterPlus(Box<Text>),
    Name(CodeSystem, Box<Text>),
}

/// A point in time; values without a time of day compare as days.
#[derive(Debug)]
pub(crate) enum Moment {
    Field(FieldRef),
    Parsed(Text),
    /// The day of another moment.
    Day(Box<Moment>),
    /// The first of these that is there.
    FirstPresent(Box<[Moment]>),
    IdBirth(Text),
}

/// Codes to compare with.
///
/// Where the dictionary of the field pads its codes with zeros (`01` identity
/// card), `1` and `01` are the same code, because lists and rules write both;
/// everywhere else a code is its exact spelling, so that `01` for a sex is
/// outside the value set.
#[derive(Debug)]
pub(crate) struct CodeSet {
    pub(crate) padded: bool,
    pub(crate) codes: Box<[Box<str>]>,
}

impl CodeSet {
    pub(crate) fn new(padded: bool, codes: impl IntoIterator<Item = String>) -> Self {
        Self {
            padded,
            codes: codes.into_iter().map(String::into_boxed_str).collect(),
        }
    }

    pub(crate) fn contains(&self, code: &str) -> bool {
        if self.padded {
            let code = without_zeros(code);
            return self.codes.iter().any(|known| without_zeros(known) == code);
        }
        self.codes.iter().any(|known| **known == *code)
    }
}

/// A code without its leading zeros, `0` staying itself.
fn without_zeros(code: &str) -> &str {
    let trimmed = code.trim_start_matches('0');
    if trimmed.is_empty() && !code.is_empty() {
        "0"
    } else {
        trimmed
    }
}
