//! Ranges of diagnosis codes: `A34`, `C51-C58`, `M80.0-M80.1`.

/// One range, its bounds as the bytes of the first `length` characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    length: usize,
    low: u64,
    high: u64,
}

/// A list of ranges of diagnosis codes.
///
/// A bound without a dot compares the category (first three characters), one with
/// a dot the subcategory (first five). The part before `+` is tested, and of a
/// combined code also the asterisk part, because that can carry the meaning
/// (N51* is male, N74* and N77* are female).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CodeRanges(Box<[Range]>);

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
        ranges.collect::<Result<_, _>>().map(Self)
    }

    /// Whether a diagnosis code falls into one of the ranges.
    pub(crate) fn contains(&self, code: &str) -> bool {
        let mut parts = code.splitn(2, '+');
        parts.any(|part| self.contains_part(part))
    }

    fn contains_part(&self, part: &str) -> bool {
        let category = key(part, 3);
        let subcategory = key(part, 5);
        self.0.iter().any(|range| {
            let key = if range.length == 3 {
                category
            } else {
                subcategory
            };
            key.is_some_and(|key| range.low <= key && key <= range.high)
        })
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
                (Some(b'.'), Some(last), None) => last.is_ascii_digit() || last == b'x',
                _ => false,
            }
    };
    if !well_formed(low) || !well_formed(high) || low.len() != high.len() || low > high {
        return None;
    }
    Some(Range {
        length,
        low: key(low, length)?,
        high: key(high, length)?,
    })
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
