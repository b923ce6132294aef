//! Cell references that no spreadsheet has, found before they are counted with.
//!
//! The reader adds up letters and digits of `r="C12"` and `ref="A1:F99"` in 32 bits and
//! subtracts the ends of a range: a reference out of all proportion would overflow there.

/// Letters of a column that fit 32 bits; a spreadsheet has three.
const MAX_LETTERS: usize = 6;
/// Digits of a row that fit 32 bits; a spreadsheet has seven.
const MAX_DIGITS: usize = 9;
/// Bytes of a value that are looked at; a range of the largest references has fewer.
const MAX_VALUE: usize = 64;

/// Reads the bytes of an XML part, in pieces, and stops at an impossible reference.
///
/// It follows tags and quotes only: whatever a reader takes for an attribute, it sees.
#[derive(Debug, Default)]
pub(super) struct References {
    place: Place,
    name: Vec<u8>,
    value: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy)]
enum Place {
    #[default]
    Text,
    /// Right behind `<`.
    Opened,
    /// In a declaration or comment, whose quotes mean nothing.
    Declaration,
    /// In a tag, between values.
    Tag,
    /// In a value, until this quote.
    Value(u8),
}

impl References {
    /// Whether the references in these further bytes are possible.
    pub(super) fn possible(&mut self, bytes: &[u8]) -> bool {
        bytes.iter().all(|byte| self.take(*byte))
    }

    fn take(&mut self, byte: u8) -> bool {
        self.place = match (self.place, byte) {
            (Place::Text, b'<') => Place::Opened,
            (Place::Text, _) => Place::Text,
            (Place::Opened, b'!' | b'?') => Place::Declaration,
            (Place::Opened | Place::Tag | Place::Declaration, b'>') => Place::Text,
            (Place::Declaration, _) => Place::Declaration,
            (Place::Opened | Place::Tag, quote @ (b'"' | b'\'')) => {
                self.value.clear();
                Place::Value(quote)
            }
            (Place::Opened | Place::Tag, b'=') => Place::Tag,
            (Place::Opened | Place::Tag, byte) if byte.is_ascii_whitespace() => {
                // What follows white space begins a name, unless it is the `=` of this one.
                self.name.push(b' ');
                Place::Tag
            }
            (Place::Opened | Place::Tag, byte) => {
                if self.name.last() == Some(&b' ') {
                    self.name.clear();
                }
                self.name.push(byte);
                Place::Tag
            }
            (Place::Value(quote), byte) if byte == quote => {
                let name = self.name.trim_ascii_end();
                let possible = match name {
                    b"r" => self.value.split(|byte| *byte == b':').all(is_possible),
                    b"ref" => is_possible_range(&self.value),
                    _ => true,
                };
                self.name.clear();
                self.place = Place::Tag;
                return possible;
            }
            (Place::Value(quote), byte) => {
                if self.value.len() < MAX_VALUE {
                    self.value.push(byte);
                }
                Place::Value(quote)
            }
        };
        true
    }
}

fn is_possible(reference: &[u8]) -> bool {
    let letters = reference.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let digits = reference.iter().filter(|b| b.is_ascii_digit()).count();
    letters <= MAX_LETTERS && digits <= MAX_DIGITS
}

/// A range runs from the upper left to the lower right.
fn is_possible_range(range: &[u8]) -> bool {
    let mut ends = range.split(|byte| *byte == b':');
    let (Some(from), to) = (ends.next(), ends.next()) else {
        return true;
    };
    let possible = is_possible(from) && to.is_none_or(is_possible) && ends.all(is_possible);
    possible
        && to.is_none_or(|to| {
            let ((column, row), (last_column, last_row)) = (position(from), position(to));
            column <= last_column && row <= last_row
        })
}

/// Column and row of a possible reference, as numbers that order them.
fn position(reference: &[u8]) -> (u64, u64) {
    reference
        .iter()
        .fold((0, 0), |(column, row), byte| match byte {
            b'0'..=b'9' => (column, row * 10 + u64::from(byte - b'0')),
            byte if byte.is_ascii_alphabetic() => {
                let letter = u64::from(byte.to_ascii_uppercase() - b'A');
                (column * 26 + letter + 1, row)
            }
            _ => (column, row),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn possible(xml: &str) -> bool {
        let whole = References::default().possible(xml.as_bytes());
        let mut pieces = References::default();
        let in_pieces = xml.bytes().all(|byte| pieces.possible(&[byte]));
        assert_eq!(whole, in_pieces);
        whole
    }

    #[test]
    fn what_a_spreadsheet_writes_is_possible() {
        assert!(possible(
            r#"<?xml version="1.0"?><worksheet><dimension ref="A1:XFD1048576"/><!-- r="x -->
            <sheetData><row r="1048576" spans="1:7"><c r="XFD1048576" t="inlineStr"><v>"r=</v>
            </c></row></sheetData><mergeCell ref="A1:A1"/><fillToRect r="-80000"/></worksheet>"#
        ));
    }

    #[test]
    fn what_would_overflow_is_not() {
        for impossible in [
            r#"<c r="A12345678901">"#,
            r#"<c t="s" r = 'ABCDEFG1'>"#,
            r#"<row a=">" r="4294967297">"#,
            r#"<dimension ref="B2:A9"/>"#,
            r#"<dimension ref="A9:B2"/>"#,
            r#"<dimension ref="A1:A12345678901"/>"#,
        ] {
            assert!(!possible(impossible), "{impossible}");
        }
    }
}
