//! A row of a node: values by field, kept as they were sent.

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value};
use smol_str::SmolStr;

use crate::calendar::{parse_date, parse_datetime};
use crate::exact_decimal::parse_decimal;
use crate::field::Field;
use crate::node::Node;
use crate::quoted::push_quoted;
use crate::violation::pointer;

/// A scalar as it was sent: the published layouts disagree on which fields are
/// strings and which are numbers, so both are taken and the lexeme is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// A JSON string. Codes, dates and amounts stand in place; what is longer, a name or a
    /// text, is allocated.
    Text(SmolStr),
    /// The lexeme of a JSON number with its digits untouched.
    Number(SmolStr),
}

impl Scalar {
    /// A number by its lexeme. An exponent is spelt as a JSON value spells it, so that a
    /// list that was written and read again is the same.
    pub(crate) fn number(lexeme: &str) -> Scalar {
        let exponent = lexeme.bytes().any(|byte| matches!(byte, b'e' | b'E'));
        match exponent.then(|| lexeme.parse::<Number>()) {
            Some(Ok(number)) => Scalar::Number(SmolStr::new(number.as_str())),
            _ => Scalar::Number(SmolStr::new(lexeme)),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Scalar::Text(text) | Scalar::Number(text) => text,
        }
    }
}

#[derive(Debug, Clone)]
struct Cell {
    value: Scalar,
    /// The spelling of the sender, so that pointers lead into his own message.
    sent_as: &'static str,
}

/// One row of a node (of `setlinfo`, the only one).
#[derive(Debug, Clone)]
pub struct Row {
    node: Node,
    index: usize,
    cells: Box<[Option<Cell>]>,
}

impl Row {
    pub(crate) fn new(node: Node, index: usize) -> Row {
        let cells = node.fields().iter().map(|_| None).collect();
        Row { node, index, cells }
    }

    /// Sets a field; `false` if it is already set.
    pub(crate) fn set(&mut self, field: Field, sent_as: &'static str, value: Scalar) -> bool {
        match self.cells.get_mut(field.def().slot) {
            Some(cell @ None) => {
                *cell = Some(Cell { value, sent_as });
                true
            }
            _ => false,
        }
    }

    /// What was sent, in the order of the table.
    fn cells(&self) -> impl Iterator<Item = (Field, &Cell)> {
        let cells = self.node.fields().iter().zip(&self.cells);
        cells.filter_map(|(field, cell)| Some((*field, cell.as_ref()?)))
    }

    fn cell(&self, field: Field) -> Option<&Cell> {
        if field.node() != self.node {
            return None;
        }
        self.cells.get(field.def().slot)?.as_ref()
    }

    /// The node the row stands in.
    #[must_use]
    pub fn node(&self) -> Node {
        self.node
    }

    /// The row number in its node from 0, for pointers.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The value as it was sent, a number by its digits; `None` if absent, null, or
    /// a field of another node.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        self.cell(field).map(|cell| cell.value.as_str())
    }

    /// Whether the field is absent, empty or nothing but blanks.
    #[must_use]
    pub fn is_blank(&self, field: Field) -> bool {
        self.text(field).is_none_or(|text| text.trim().is_empty())
    }

    /// Whether the value is this code, blanks around it ignored.
    #[must_use]
    pub fn says(&self, field: Field, code: &str) -> bool {
        self.text(field).is_some_and(|text| text.trim() == code)
    }

    /// The value as an exact decimal; `None` if absent or no number.
    #[must_use]
    pub fn decimal(&self, field: Field) -> Option<Decimal> {
        parse_decimal(self.text(field)?)
    }

    /// The value as a date `yyyy-MM-dd`.
    #[must_use]
    pub fn date(&self, field: Field) -> Option<NaiveDate> {
        parse_date(self.text(field)?)
    }

    /// The value as a time `yyyy-MM-dd[ HH:mm[:ss]]`.
    #[must_use]
    pub fn datetime(&self, field: Field) -> Option<NaiveDateTime> {
        parse_datetime(self.text(field)?)
    }

    /// The JSON Pointer of a field in this row, in the sender's own spelling where
    /// he sent the field.
    #[must_use]
    pub fn pointer(&self, field: Field) -> String {
        let name = self.cell(field).map_or(field.name(), |cell| cell.sent_as);
        match self.node {
            Node::Setlinfo => pointer([self.node.name(), name]),
            _ => pointer([self.node.name(), &self.index.to_string(), name]),
        }
    }

    /// The fields that were sent, with their values, in the order of the table.
    pub fn values(&self) -> impl Iterator<Item = (Field, &str)> {
        self.cells()
            .map(|(field, cell)| (field, cell.value.as_str()))
    }

    /// The row as a JSON object under the written names.
    pub(crate) fn to_json(&self) -> Value {
        let mut object = Map::new();
        for (field, cell) in self.cells() {
            let value = match &cell.value {
                Scalar::Text(text) => Value::String(text.to_string()),
                // With arbitrary precision every number of JSON can be held. If that ever
                // changes, the lexeme must not be lost.
                Scalar::Number(lexeme) => match lexeme.parse() {
                    Ok(number) => Value::Number(number),
                    Err(_) => Value::String(lexeme.to_string()),
                },
            };
            object.insert(field.name().to_owned(), value);
        }
        Value::Object(object)
    }

    /// Writes what [`Row::to_json`] gives.
    pub(crate) fn push_to(&self, text: &mut String) {
        let mut before = '{';
        for (field, cell) in self.cells() {
            text.push(before);
            before = ',';
            push_quoted(text, field.name());
            text.push(':');
            match &cell.value {
                Scalar::Text(value) => push_quoted(text, value),
                Scalar::Number(lexeme) => text.push_str(lexeme),
            }
        }
        if before == '{' {
            text.push(before);
        }
        text.push('}');
    }
}

/// Rows are equal when they hold the same values, under whichever spelling.
impl PartialEq for Row {
    fn eq(&self, other: &Row) -> bool {
        let same = |(mine, theirs): (&Option<Cell>, &Option<Cell>)| {
            mine.as_ref().map(|cell| &cell.value) == theirs.as_ref().map(|cell| &cell.value)
        };
        self.node == other.node
            && self.index == other.index
            && self.cells.iter().zip(&other.cells).all(same)
    }
}

impl Eq for Row {}
