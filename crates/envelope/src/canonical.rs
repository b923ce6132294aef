//! Canonical JSON text, the form of `data` that is signed.
//!
//! The rules (contract of the sealed message, section 1; the published
//! convention of the mobile payment centre where its sources agree):
//!
//! - The keys of every object are sorted by their UTF-8 bytes, which for the
//!   ASCII names of the standard is ASCII order. No blanks.
//! - Characters outside ASCII stand as themselves. Inside a string only what
//!   JSON demands is escaped: `\"`, `\\`, `\b`, `\t`, `\n`, `\f`, `\r`, and
//!   the other controls below U+0020 as `\u00xx` with lower-case digits. So
//!   `/` and U+007F stand as themselves, and `\u6d4b` in the input becomes 测.
//!   This is the text that `JSON.stringify`, Python's `json.dumps(...,
//!   ensure_ascii=False)` and RFC 8785 write.
//! - `null`, `""`, `{}` and `[]` are dropped at every depth, inside arrays
//!   too. What becomes empty because all it held was dropped, is dropped as
//!   well. The outermost value is never dropped: nothing left reads `{}`.
//! - Numbers keep their lexeme: `12.50` stays `12.50`, `1E5` stays `1E5`.
//! - With [`Scalars::Text`], numbers and booleans are quoted first.
//!
//! Refused when read: a key twice in one object, half a surrogate
//! pair, more than [`MAX_DEPTH`] levels, a number of more than
//! [`MAX_NUMBER`] characters, and everything that RFC 8259 does not allow.

mod error;
mod parse;
mod reading;
mod strings;
mod write;

use std::borrow::Cow;

pub use error::{JsonError, JsonErrorKind};
pub use reading::Reading;
use serde_json::{Map, Value};

/// Levels of arrays and objects that are read. A settlement list has four.
pub const MAX_DEPTH: usize = 32;

/// Characters of a number that are read. The longest field of the standard
/// has 20.
pub const MAX_NUMBER: usize = 64;

/// How numbers and booleans enter the canonical text: a setting per caller,
/// because the published sources disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scalars {
    /// As they were sent: `123` stays `123`. Written `native` in settings.
    #[default]
    Native,
    /// As strings: `123` becomes `"123"`. Written `string` in settings.
    Text,
}

impl Scalars {
    /// Reads the word of a setting, `native` or `string`.
    #[must_use]
    pub fn from_setting(word: &str) -> Option<Self> {
        match word {
            "native" => Some(Self::Native),
            "string" => Some(Self::Text),
            _ => None,
        }
    }
}

/// A JSON value that has been read strictly. Text and numbers are borrowed
/// from the input; the members of every object are sorted and differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, by its lexeme.
    Number(Cow<'a, str>),
    /// A string, its escapes undone.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Document<'a>>),
    /// An object, sorted by key.
    Object(Vec<(Cow<'a, str>, Document<'a>)>),
}

impl<'a> Document<'a> {
    /// Reads one JSON value and nothing behind it.
    ///
    /// # Errors
    /// As the module says, with the place and the cause.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, JsonError> {
        Reading::of(bytes).map(Reading::into_document)
    }

    /// Borrows a value made by a program. It is taken as it is: the limits
    /// of [`Self::parse`] are for what strangers send.
    #[must_use]
    pub fn from_value(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(Cow::Borrowed(number.as_str())),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(items) => Self::Array(items.iter().map(Self::from_value).collect()),
            Value::Object(members) => Self::object(
                members
                    .iter()
                    .map(|(key, value)| (&**key, Self::from_value(value))),
            ),
        }
    }

    /// An object of the given members, whose keys must differ.
    pub(crate) fn object(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let mut members: Vec<_> = members
            .into_iter()
            .map(|(key, value)| (Cow::Borrowed(key), value))
            .collect();
        members.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Self::Object(members)
    }

    /// The canonical text.
    #[must_use]
    pub fn canonical(&self, scalars: Scalars) -> String {
        write::canonical(self, scalars)
    }

    /// The whole value without blanks: sorted and escaped as the canonical
    /// text, but nothing is dropped or quoted.
    #[must_use]
    pub fn compact(&self) -> String {
        write::compact(self)
    }

    /// A member of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let place = members.binary_search_by(|(key, _)| key.as_ref().cmp(name));
        place
            .ok()
            .and_then(|place| members.get(place))
            .map(|(_, value)| value)
    }

    /// Takes a member out of an object.
    pub fn take(&mut self, name: &str) -> Option<Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let place = members.iter().position(|(key, _)| key == name)?;
        Some(members.remove(place).1)
    }

    /// The text of a string.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this is an object.
    #[must_use]
    pub const fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// The value for programs. Members come in sorted order; number lexemes
    /// are kept, except that an exponent is spelt `e+5` for `E5`.
    #[must_use]
    pub fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            // With arbitrary precision every number of JSON can be held. If
            // that ever changes, the lexeme must not be lost.
            Self::Number(lexeme) => match lexeme.parse() {
                Ok(number) => Value::Number(number),
                Err(_) => Value::String(lexeme.into_owned()),
            },
            Self::Text(text) => Value::String(text.into_owned()),
            Self::Array(items) => items.into_iter().map(Self::into_value).collect(),
            Self::Object(members) => {
                let mut map = Map::with_capacity(members.len());
                for (key, value) in members {
                    map.insert(key.into_owned(), value.into_value());
                }
                Value::Object(map)
            }
        }
    }
}

#[cfg(test)]
#[path = "canonical/tests.rs"]
mod tests;
