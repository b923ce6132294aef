//! Texts told apart by their first byte, before they are compared.

use std::fmt;

/// First bytes, a bit each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Leads([u64; 4]);

impl Leads {
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut leads = Self::default();
        for byte in texts.filter_map(|text| text.bytes().next()) {
            if let Some(word) = leads.0.get_mut(usize::from(byte >> 6)) {
                *word |= 1 << (byte & 63);
            }
        }
        leads
    }

    /// Whether the text begins with one of the bytes.
    pub(super) fn has(&self, text: &str) -> bool {
        text.as_bytes().first().is_some_and(|byte| {
            let word = self.0.get(usize::from(byte >> 6));
            word.is_some_and(|word| word >> (byte & 63) & 1 == 1)
        })
    }
}

/// Beginnings of texts, none of them empty.
pub(crate) struct Beginnings {
    words: Box<[Box<str>]>,
    leads: Leads,
}

impl Beginnings {
    pub(super) fn new(words: Box<[Box<str>]>) -> Self {
        Self {
            leads: Leads::of(words.iter().map(|word| &**word)),
            words,
        }
    }

    /// Whether the text begins with one of them.
    pub(crate) fn begin(&self, text: &str) -> bool {
        self.leads.has(text) && self.words.iter().any(|word| text.starts_with(&**word))
    }
}

/// The words alone: the digest of a rule set goes by this form.
impl fmt::Debug for Beginnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Beginnings, Leads};

    #[test]
    fn first_bytes_and_beginnings() {
        let leads = Leads::of(["74.0", "无", ""].into_iter());
        assert!(leads.has("7") && leads.has("无名"));
        assert!(!leads.has("") && !leads.has("x"));
        let words = Beginnings::new(Box::new(["74.0".into(), "72".into()]));
        assert!(words.begin("74.0x01") && words.begin("72.1x00"));
        assert!(!words.begin("74.1x01") && !words.begin(""));
    }
}
