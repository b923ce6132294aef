//! JSON that a list is read from.

use serde_json::{Map, Value, map};

/// A JSON value in whatever tree holds it. A list is read straight from the tree of a
/// message's reader, without a [`Value`] between.
pub trait Json<'a>: Copy {
    /// The elements of an array.
    type Elements: ExactSizeIterator<Item = Self>;
    /// The members of an object, names that differ.
    type Members: Iterator<Item = (&'a str, Self)>;

    /// What the value is.
    fn shape(self) -> Shape<'a, Self>;
}

/// The six kinds of JSON values.
#[derive(Debug)]
pub enum Shape<'a, J: Json<'a>> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number, by its lexeme.
    Number(&'a str),
    /// A string, its escapes undone.
    Text(&'a str),
    /// An array.
    Array(J::Elements),
    /// An object.
    Object(J::Members),
}

impl<'a> Json<'a> for &'a Value {
    type Elements = std::slice::Iter<'a, Value>;
    type Members = Members<'a>;

    fn shape(self) -> Shape<'a, Self> {
        match self {
            Value::Null => Shape::Null,
            Value::Bool(_) => Shape::Bool,
            Value::Number(number) => Shape::Number(number.as_str()),
            Value::String(text) => Shape::Text(text),
            Value::Array(elements) => Shape::Array(elements.iter()),
            Value::Object(members) => Shape::Object(Members::of(members)),
        }
    }
}

/// Members of a [`Value`].
#[derive(Debug)]
pub struct Members<'a>(map::Iter<'a>);

impl<'a> Members<'a> {
    fn of(members: &'a Map<String, Value>) -> Self {
        Self(members.iter())
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.as_str(), value))
    }
}
