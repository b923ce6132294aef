//! A document with what its reader saw of the text.

use std::borrow::Cow;

use super::{Document, Scalars};

/// A document and whether the text that it was read from is canonical already: then nothing
/// has to be written to know what was signed. It is so for every sender that seals the
/// text he signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading<'a> {
    document: Document<'a>,
    text: &'a str,
    traits: Traits,
}

/// What decides whether a text is its own canonical form. To be on the safe side, every
/// escape and every empty value rules it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traits {
    /// No blanks, no escapes, nothing to sort, nothing to drop.
    pub(super) plain: bool,
    /// There is a number or a boolean.
    pub(super) scalars: bool,
}

impl<'a> Reading<'a> {
    pub(super) const fn new(document: Document<'a>, text: &'a str, traits: Traits) -> Self {
        Self {
            document,
            text,
            traits,
        }
    }

    /// The document.
    #[must_use]
    pub const fn document(&self) -> &Document<'a> {
        &self.document
    }

    /// The document alone.
    #[must_use]
    pub fn into_document(self) -> Document<'a> {
        self.document
    }

    /// The canonical text: the text itself where it is canonical.
    #[must_use]
    pub fn canonical(&self, scalars: Scalars) -> Cow<'a, str> {
        let Traits {
            plain,
            scalars: any,
        } = self.traits;
        if plain && (scalars == Scalars::Native || !any) {
            Cow::Borrowed(self.text)
        } else {
            Cow::Owned(self.document.canonical(scalars))
        }
    }
}
