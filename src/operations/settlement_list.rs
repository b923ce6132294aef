//! A settlement list out of the data of a message.

use std::borrow::Cow;

use chs_envelope::canonical::Document;
use chs_model::{
    SettlementList,
    json::{Json, Shape},
};

use crate::error::FieldError;

/// Reads a list.
///
/// # Errors
/// What is wrong with its shape, as field errors below `prefix`.
pub(super) fn read(prefix: &str, data: &Document<'_>) -> Result<SettlementList, Vec<FieldError>> {
    SettlementList::parse(Source(data)).map_err(|violations| {
        violations
            .into_iter()
            .map(|v| FieldError::new(format!("{prefix}{}", v.pointer), v.zh, v.en))
            .collect()
    })
}

/// A document as the model reads it.
#[derive(Debug, Clone, Copy)]
struct Source<'a>(&'a Document<'a>);

impl<'a> Json<'a> for Source<'a> {
    type Elements = Elements<'a>;
    type Members = Members<'a>;

    fn shape(self) -> Shape<'a, Self> {
        match self.0 {
            Document::Null => Shape::Null,
            Document::Bool(_) => Shape::Bool,
            Document::Number(lexeme) => Shape::Number(lexeme),
            Document::Text(text) => Shape::Text(text),
            Document::Array(elements) => Shape::Array(Elements(elements.iter())),
            Document::Object(members) => Shape::Object(Members(members.iter())),
        }
    }
}

#[derive(Debug)]
struct Elements<'a>(std::slice::Iter<'a, Document<'a>>);

impl<'a> Iterator for Elements<'a> {
    type Item = Source<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Source)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Elements<'_> {}

#[derive(Debug)]
struct Members<'a>(std::slice::Iter<'a, (Cow<'a, str>, Document<'a>)>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Source<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.0.next()?;
        Some((name, Source(value)))
    }
}
