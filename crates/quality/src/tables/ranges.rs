//! Ranges of codes: diagnoses `A34`, `C51-C58`, `M80.0-M80.1`, procedures `65-71`, `72.7`.

/// One range, its bounds as the bytes of the first `length` characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    length: usize,
    low: u64,
    high: u64,
}

/// A list of ranges of codes.
///
/// A bound of a diagnosis compares the category (first three characters), with a dot
/// the subcategory (first five), or a whole code of seven; a bound of a procedure
/// compares as many characters as it has. The part before `+` is tested, and of a
/// combined code also the asterisk part, because that can carry the meaning
/// (N51* is male, N74* and N77* are female).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CodeRanges {
    ranges: Box<[Range]>,
    /// The first bytes that a code of one of the ranges can have, a bit each: most codes
    /// are told apart by it.
    leads: u128,
}

impl CodeRanges {
    /// Reads ranges separated by commas.
    ///
    /// # Errors
    /// The text of the first range that is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let ranges = text.split(',').map(|part| {
            let part = part.trim();
            range(part).ok_or_else(|| part.to_owned())
        });
        let ranges: Box<[Range]> = ranges.collect::<Result<_, _>>()?;
        let leads = (0..128)
            .filter(|lead| ranges.iter().any(|range| range.can_begin_with(*lead)))
            .fold(0, |leads, lead| leads | 1 << lead);
        Ok(Self { ranges, leads })
    }

    /// Whether a code falls into one of the ranges.
    pub(crate) fn contains(&self, code: &str) -> bool {
        if !code.as_bytes().contains(&b'+') {
            return self.contains_part(code);
        }
        let mut parts = code.splitn(2, '+');
        parts.any(|part| self.contains_part(part))
    }

    fn contains_part(&self, part: &str) -> bool {
        let lead = part.as_bytes().first();
        lead.is_some_and(|lead| self.can_begin_with(*lead)) && self.holds(&Part::of(part))
    }

    /// Whether one part of a combined code falls into one of the ranges.
    pub(super) fn holds(&self, part: &Part<'_>) -> bool {
        self.ranges.iter().any(|range| {
            let key = match range.length {
                3 => part.category,
                5 => part.subcategory,
                other => key(part.text, other),
            };
            key.is_some_and(|key| range.low <= key && key <= range.high)
        })
    }

    /// Whether a code of one of the ranges can have one of these first bytes.
    pub(crate) fn can_begin_with_any(&self, leads: u128) -> bool {
        self.leads & leads != 0
    }

    /// The first bytes of a code, a bit each: its own, and of a combined code that of the
    /// asterisk part. Nothing for a byte that no code begins with.
    pub(crate) fn leads_of(code: &str) -> u128 {
        let first = |part: &str| match part.as_bytes().first() {
            Some(byte) if *byte < 128 => 1 << byte,
            _ => 0,
        };
        match code.split_once('+') {
            Some((_, asterisk)) => first(code) | first(asterisk),
            None => first(code),
        }
    }

    /// Whether a code of one of the ranges can have this first byte.
    pub(super) fn can_begin_with(&self, lead: u8) -> bool {
        lead < 128 && self.leads >> lead & 1 == 1
    }
}

/// A part of a code, ready to be compared with many ranges.
pub(super) struct Part<'c> {
    text: &'c str,
    category: Option<u64>,
    subcategory: Option<u64>,
}

impl<'c> Part<'c> {
    pub(super) fn of(text: &'c str) -> Self {
        Self {
            text,
            category: key(text, 3),
            subcategory: key(text, 5),
        }
    }
}

impl Range {
    fn can_begin_with(&self, lead: u8) -> bool {
        let first = |bound: u64| bound >> (8 * (self.length - 1));
        (first(self.low)..=first(self.high)).contains(&u64::from(lead))
    }
}

fn range(text: &str) -> Option<Range> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let (low, high) = (low.trim(), high.trim());
    let length = low.len();
    let well_formed = |bound: &str| {
        let mut bytes = bound.bytes();
        bytes.next().is_some_and(|b| b.is_ascii_uppercase())
            && bytes.next().is_some_and(|b| b.is_ascii_digit())
            && bytes.next().is_some_and(|b| b.is_ascii_digit())
            && match (bytes.next(), bytes.next(), bytes.next()) {
                (None, None, None) => true,
                (Some(b'.'), Some(fourth), next) => {
                    let digit = |byte: u8| byte.is_ascii_digit();
                    (digit(fourth) || fourth == b'x')
                        && match (next, bytes.next(), bytes.next()) {
                            (None, ..) => true,
                            (Some(fifth), Some(sixth), None) => digit(fifth) && digit(sixth),
                            _ => false,
                        }
                }
                _ => false,
            }
    };
    let well_formed = |bound: &str| well_formed(bound) || is_procedure(bound);
    if !well_formed(low) || !well_formed(high) || low.len() != high.len() || low > high {
        return None;
    }
    Some(Range {
        length,
        low: key(low, length)?,
        high: key(high, length)?,
    })
}

/// The beginning of a procedure code: two digits, a dot, up to four digits.
fn is_procedure(bound: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    match bound.split_once('.') {
        None => bound.len() == 2 && digits(bound),
        Some((chapter, rest)) => {
            chapter.len() == 2 && digits(chapter) && (1..=4).contains(&rest.len()) && digits(rest)
        }
    }
}

/// The first `length` bytes as a number that orders as they do.
fn key(code: &str, length: usize) -> Option<u64> {
    let bytes = code.as_bytes().get(..length)?;
    Some(
        bytes
            .iter()
            .fold(0, |key, byte| key << 8 | u64::from(*byte)),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::CodeRanges;

    #[test]
    fn category_and_subcategory_bounds() {
        let ranges = CodeRanges::parse("A34, C51-C58, M80.0-M80.1").unwrap();
        for inside in [
            "A34.x00",
            "C51.000",
            "C58.x00x001",
            "M80.000",
            "M80.100x021",
        ] {
            assert!(ranges.contains(inside), "{inside}");
        }
        for outside in [
            "A33.x00", "C50.900", "C59", "M80.200", "M80", "C5", "", "患C51.0",
        ] {
            assert!(!ranges.contains(outside), "{outside}");
        }
    }

    #[test]
    fn the_asterisk_part_counts() {
        let ranges = CodeRanges::parse("N40-N51").unwrap();
        assert!(ranges.contains("A18.117+N51.1*"));
        assert!(!ranges.contains("A18.100x019+N77.1*"));
    }

    #[test]
    fn procedures_and_whole_codes() {
        let ranges = CodeRanges::parse("65-71, 72.7, 00.40-00.43, 13.0000, H02.003").unwrap();
        for inside in [
            "65.0100", "71.9x00", "72.7100", "00.4200", "13.0000", "H02.003",
        ] {
            assert!(ranges.contains(inside), "{inside}");
        }
        for outside in ["64.0100", "72.6x00", "00.4400", "13.0001", "H02.004", "7"] {
            assert!(!ranges.contains(outside), "{outside}");
        }
        assert!(ranges.can_begin_with(b'6') && ranges.can_begin_with(b'H'));
        assert!(!ranges.can_begin_with(b'8') && !ranges.can_begin_with(0));
    }

    #[test]
    fn malformed_ranges_are_refused() {
        for text in [
            "",
            "A3",
            "C58-C51",
            "C51-C58.1",
            "c51",
            "C51.12",
            "C51,,C52",
        ] {
            assert!(CodeRanges::parse(text).is_err(), "{text}");
        }
    }
}
