//! Cell references that no spreadsheet has, found before they are counted with.
//!
//! The reader adds up letters and digits of `r="C12"` and `ref="A1:F99"` in 32 bits and
//! subtracts the ends of a range: a reference out of all proportion would overflow there.

/// Letters of a column that fit 32 bits; a spreadsheet has three.
const MAX_LETTERS: usize = 6;
/// Digits of a row that fit 32 bits; a spreadsheet has seven.
const MAX_DIGITS: usize = 9;
/// Bytes of a value; a range of the largest references has fewer.
const MAX_VALUE: usize = 64;

/// Reads the bytes of an XML part, in pieces, and stops at an impossible reference.
///
/// Where a tag or a value begins in a damaged part is the reader's guess, which this does
/// not follow: it looks at whatever could be the attribute `r` or `ref`, wherever it
/// stands.
#[derive(Debug)]
pub(super) struct References {
    before: u8,
    watched: Vec<Watched>,
}

/// What could be an attribute with a reference.
#[derive(Debug)]
struct Watched {
    /// `ref` and not `r`.
    is_range: bool,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// In the name, with so many letters read.
    Name(usize),
    /// Behind the name.
    Named,
    /// Behind the `=`.
    Equals,
    /// In the value, until a byte that is in no reference, such as its quote.
    Value(Vec<u8>),
}

/// What a further byte makes of it.
enum Next {
    Go,
    /// It is none, or a possible one.
    Done,
    Impossible,
}

impl Default for References {
    fn default() -> Self {
        Self {
            before: b' ',
            watched: Vec::new(),
        }
    }
}

impl References {
    /// Whether the references in these further bytes are possible.
    pub(super) fn possible(&mut self, bytes: &[u8]) -> bool {
        bytes.iter().all(|byte| self.take(*byte))
    }

    fn take(&mut self, byte: u8) -> bool {
        let mut possible = true;
        self.watched.retain_mut(|watched| match watched.take(byte) {
            Next::Go => true,
            Next::Done => false,
            Next::Impossible => {
                possible = false;
                false
            }
        });
        // A name begins behind white space or the value before it.
        if byte == b'r' && matches!(self.before, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'') {
            self.watched.push(Watched {
                is_range: false,
                place: Place::Name(1),
            });
        }
        self.before = byte;
        possible
    }
}

impl Watched {
    fn take(&mut self, byte: u8) -> Next {
        let place = match (&mut self.place, byte) {
            (Place::Name(1), b'e') => Place::Name(2),
            (Place::Name(2), b'f') => {
                self.is_range = true;
                Place::Named
            }
            (Place::Name(1) | Place::Named, b'=') => Place::Equals,
            (Place::Name(1) | Place::Named, byte) if byte.is_ascii_whitespace() => Place::Named,
            (Place::Equals, b'"' | b'\'') => Place::Value(Vec::new()),
            (Place::Equals, byte) if byte.is_ascii_whitespace() => Place::Equals,
            (Place::Value(value), byte) if is_of_reference(byte) => {
                if value.len() == MAX_VALUE {
                    return Next::Impossible;
                }
                value.push(byte);
                return Next::Go;
            }
            (Place::Value(value), _) => {
                let possible = match self.is_range {
                    true => is_possible_range(value),
                    false => is_possible(value),
                };
                return if possible {
                    Next::Done
                } else {
                    Next::Impossible
                };
            }
            _ => return Next::Done,
        };
        self.place = place;
        Next::Go
    }
}

/// What a reference is made of, character references included. At any other byte the
/// reader gives up.
fn is_of_reference(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'&' | b'#' | b';')
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
            // A quote that never closes hides nothing behind it.
            r#"<?xml version="1.0><c r="ABCDEFG1" t="s">"#,
            r#"<!-- r=" --><c r="ABCDEFG1">"#,
            r#"<c t="s"r="ABCDEFG1">"#,
        ] {
            assert!(!possible(impossible), "{impossible}");
        }
    }
}
