//! Opened documents as the validator sees them: they are checked where they stand, without
//! a tree of values between.

use std::borrow::Cow;

use chs_envelope::canonical::Document;
use jsonschema::{
    json::{Array, Json, JsonNumber, Node, NodeIdentity, Object},
    types::JsonType,
};
use serde_json::{Number, Value};

/// The representation that [`Document`]s are.
#[derive(Debug)]
pub struct Documents;

type Member<'a> = (Cow<'a, str>, Document<'a>);

impl Json for Documents {
    type Node<'a> = &'a Document<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    // Members are sorted: a lookup compares names, as it does in the validator's own trees.
    const KEYS_PER_LOOKUP: usize = 2;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), text: &str, f: impl FnOnce(Self::Node<'_>) -> T) -> T {
        f(&Document::Text(Cow::Borrowed(text)))
    }
}

impl<'a> Node<'a, Documents> for &'a Document<'a> {
    type Object = &'a [Member<'a>];
    type Array = &'a [Document<'a>];
    type Number = Lexeme<'a>;

    fn as_object(&self) -> Option<Self::Object> {
        match self {
            Document::Object(members) => Some(members),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Self::Array> {
        match self {
            Document::Array(elements) => Some(elements),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Document::Text(text) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Lexeme<'a>> {
        match self {
            Document::Number(lexeme) => Some(Lexeme(lexeme)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            Document::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Document::Null)
    }

    fn is_number(&self) -> bool {
        matches!(self, Document::Number(_))
    }

    fn json_type(&self) -> JsonType {
        match self {
            Document::Null => JsonType::Null,
            Document::Bool(_) => JsonType::Boolean,
            Document::Number(_) => JsonType::Number,
            Document::Text(_) => JsonType::String,
            Document::Array(_) => JsonType::Array,
            Document::Object(_) => JsonType::Object,
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned((*self).clone().into_value())
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref(*self).addr()))
    }
}

impl<'a> Object<'a, Documents> for &'a [Member<'a>] {
    type Node = &'a Document<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn get(&self, key: &String) -> Option<&'a Document<'a>> {
        let members: &'a [Member<'a>] = self;
        let place = members.binary_search_by(|(name, _)| name.as_ref().cmp(key));
        members.get(place.ok()?).map(|(_, value)| value)
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

/// The members of an object.
#[derive(Debug)]
pub struct Members<'a>(std::slice::Iter<'a, Member<'a>>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Document<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.as_ref(), value))
    }
}

impl<'a> Array<'a, Documents> for &'a [Document<'a>] {
    type Node = &'a Document<'a>;
    type ElementsIter = std::slice::Iter<'a, Document<'a>>;

    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn elements(&self) -> Self::ElementsIter {
        self.iter()
    }
}

/// A number as it was sent.
#[derive(Debug, Clone, Copy)]
pub struct Lexeme<'a>(&'a str);

impl JsonNumber for Lexeme<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        let value: f64 = self.0.parse().ok()?;
        value.is_finite().then_some(value)
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        // Every number of a document is one of JSON, and those can all be held.
        Cow::Owned(self.0.parse().unwrap_or_else(|_| Number::from(0)))
    }

    fn is_integer(&self) -> bool {
        let exponent = self.0.contains(['e', 'E']);
        match self.0.split_once('.') {
            _ if exponent => self.as_f64().is_some_and(|value| value.fract() == 0.0),
            Some((_, fraction)) => fraction.bytes().all(|digit| digit == b'0'),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library's own checks of what it relies on.
    #[test]
    fn documents_are_what_the_validator_takes_them_for() {
        let value = jsonschema::json::conformance::document();
        let text = value.to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        jsonschema::json::conformance::assert_conformance::<Documents>(&&document);
    }
}
