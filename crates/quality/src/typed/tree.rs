//! The checked tree: what a condition is after compilation.

use std::fmt;
use std::sync::Arc;

use chs_model::Field;
use rust_decimal::Decimal;

use super::leads::{Beginnings, Leads};
use super::pattern::Pattern;
use super::question::Question;
use super::rows::Rows;
use crate::companions::Member;
use crate::language::ast::Comparison;
use crate::tables::{AgeBands, CodeSystem, Combinations, Entries, External, Table};

/// Where a field is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The one row of `setlinfo`.
    Setlinfo,
    /// The row at hand inside `any`, `all`, `count`, `sum`.
    Row,
    /// The row at hand of the rows around those.
    Outer,
    /// The principal diagnosis.
    Main,
    /// The main procedure.
    Opm,
    /// The first western diagnosis as sent.
    FirstDx,
    /// The first procedure as sent.
    FirstOp,
}

/// A field and the row it is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FieldRef {
    pub(crate) place: Place,
    pub(crate) field: Field,
}

/// Which of the rows at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nesting {
    Here,
    Outer,
}

/// A condition: true, false, or unknown where a value is missing.
#[derive(Debug)]
pub(crate) enum Cond {
    Constant(bool),
    /// Whether a condition is known to be true; a missing input makes it false.
    Certain(Box<Cond>),
    And(Box<[Cond]>),
    Or(Box<[Cond]>),
    Xor(Box<Cond>, Box<Cond>),
    Not(Box<Cond>),
    /// Absent, empty or only blanks; never unknown while the field can be there.
    Blank(Text),
    /// `true` or `1`, `false` or `0`.
    Flag(Text),
    Numbers(Number, Comparison, Number),
    Moments(Moment, Comparison, Moment),
    SameText(Text, Text),
    /// The same but for blanks and full-width forms.
    SameName(Text, Text),
    InCodes(Text, CodeSet),
    InRanges(Text, Arc<crate::tables::CodeRanges>),
    InTable(Text, Table),
    /// One of the numbers.
    OneOf(Number, Box<[Decimal]>),
    Between(Number, Number, Number),
    Match(Text, Pattern),
    StartsWith(Text, Beginnings),
    EndsWith(Text, Box<[Box<str>]>),
    Contains(Text, Box<[Box<str>]>),
    /// A text with separators between its items has this item.
    Lists(Text, Text),
    Any(Rows, Box<Cond>),
    All(Rows, Box<Cond>),
    /// Two rows of the set agree in all these fields, of which the first is not blank.
    Repeated(Rows, Box<[Field]>),
    /// Two rows of the set lie over each other in time.
    Overlapping(Rows, Box<Moment>, Box<Moment>),
    /// What is asked of the form of one text.
    Asks(Question, Text),
    Grey(CodeSystem, Text),
    /// An entry of a table of combinations holds for these codes.
    Combined(Arc<Combinations>, Box<[(Rows, Field)]>),
    /// The patient's age lies outside the bands of the code.
    AgeUnlikely(Text, Arc<AgeBands>),
    /// The principal diagnosis excludes the code as a complication.
    Excluded(Text, Text),
    /// Surgery or therapeutic: by the area's classes, else by the scheme.
    Surgery(Text),
}

/// A number, or nothing where a part is missing or not a number.
#[derive(Debug)]
pub(crate) enum Number {
    Literal(Decimal),
    Field(FieldRef),
    Parsed(Text),
    Count(Rows),
    /// How many different texts the rows have.
    Distinct(Rows, Text),
    CountPresent(Box<[Text]>),
    Sum(Rows, Box<Number>),
    Least(Box<[Number]>),
    Greatest(Box<[Number]>),
    Absolute(Box<Number>),
    /// To two decimals, half away from zero.
    Rounded(Box<Number>),
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
    /// The longest run of days from one to another on which no row lies.
    IdleDays(Rows, Box<[Moment; 3]>),
    /// `d/h/m` in hours.
    Duration(Text),
    AgeYears,
    AgeDays,
    IdSex(Text),
    /// The weight of the group without the diagnosis at hand.
    WeightWithout,
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
    /// A member of a document; without nesting of its one record.
    Member(Member, Option<Nesting>),
    /// The value at hand in `each` and `split`.
    Value(Nesting),
    /// So many characters from one on.
    Slice(Box<Text>, usize, usize),
    BeforePlus(Box<Text>),
    /// Behind `+`, without the asterisk.
    AfterPlus(Box<Text>),
    WithoutStar(Box<Text>),
    Name(CodeSystem, Box<Text>),
    /// An attribute of an entry of a table.
    Attribute(Box<Lookup>),
}

/// A question to a table for an attribute of an entry.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) table: LookupTable,
    pub(crate) key: Text,
    /// The day on which the entry must be in force.
    pub(crate) on: Option<Moment>,
    pub(crate) attribute: Box<str>,
}

/// Tables with attributes.
#[derive(Debug)]
pub(crate) enum LookupTable {
    Carried(Arc<Entries>),
    External(External),
}

/// A point in time; values without a time of day compare as days.
#[derive(Debug)]
pub(crate) enum Moment {
    Field(FieldRef),
    Parsed(Text),
    /// The day of another moment.
    Day(Box<Moment>),
    /// The minute of another moment.
    Minute(Box<Moment>),
    /// The day so many days after that of another moment.
    Shifted(Box<Moment>, i64),
    /// When the check is made.
    Now,
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
pub(crate) struct CodeSet {
    padded: bool,
    codes: Box<[Box<str>]>,
    /// The codes of one byte, of which most sets are made.
    single: Leads,
    /// The first bytes of all codes.
    leads: Leads,
}

/// Without what only makes it faster: the digest of a rule set goes by this form.
impl fmt::Debug for CodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeSet")
            .field("padded", &self.padded)
            .field("codes", &self.codes)
            .finish()
    }
}

impl CodeSet {
    pub(crate) fn new(padded: bool, codes: impl IntoIterator<Item = String>) -> Self {
        let codes: Box<[Box<str>]> = codes.into_iter().map(String::into_boxed_str).collect();
        let leading = codes.iter().map(|code| match padded {
            true => without_zeros(code),
            false => code,
        });
        let single = leading.clone().filter(|code| code.len() == 1);
        Self {
            padded,
            single: Leads::of(single),
            leads: Leads::of(leading),
            codes,
        }
    }

    pub(crate) fn contains(&self, code: &str) -> bool {
        let code = if self.padded {
            without_zeros(code)
        } else {
            code
        };
        if code.len() <= 1 {
            return self.single.has(code);
        }
        self.leads.has(code)
            && self.codes.iter().any(|known| match self.padded {
                true => without_zeros(known) == code,
                false => **known == *code,
            })
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
