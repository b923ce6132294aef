//! One cell: what it holds, and its text made clean.

use calamine::DataRef;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    /// Stored as a number: what it looked like before the spreadsheet took it for
    /// one is not known.
    Number(f64),
    /// A truth value, a date or an error, as text.
    Other(String),
}

impl Cell {
    /// The cell, or `None` when it is empty or blank.
    pub(super) fn new(data: &DataRef<'_>) -> Option<Self> {
        let text = match data {
            DataRef::Empty => return None,
            DataRef::String(text) => text.as_str(),
            DataRef::SharedString(text) => text,
            DataRef::Float(number) => return Some(Self::Number(*number)),
            DataRef::Int(number) => return Some(Self::Other(number.to_string())),
            other => return Some(Self::Other(format!("{other:?}"))),
        };
        let blank = text.replace("_x000D_", "").chars().all(is_blank);
        (!blank).then(|| Self::Text(text.to_owned()))
    }

    /// Bytes that keeping the cell costs.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Text(text) | Self::Other(text) => text.len(),
            Self::Number(_) => size_of::<f64>(),
        }
    }
}

/// A text made clean, and whether that changed more than line breaks and outer blanks.
pub(super) struct Clean {
    pub(super) text: String,
    /// Full-width letters, digits or signs were written as their ASCII ones.
    pub(super) narrowed: bool,
    /// Line breaks, literal `_x000D_` or blanks inside were taken out.
    pub(super) unbroken: bool,
}

/// A code or a set's name: no blanks at all, ASCII forms.
pub(super) fn code(raw: &str) -> Clean {
    clean(raw, "", true)
}

/// A rule: single blanks, ASCII forms.
pub(super) fn rule(raw: &str) -> Clean {
    clean(raw, " ", true)
}

/// A name: line breaks taken out, everything else kept.
pub(super) fn name(raw: &str) -> String {
    raw.replace("_x000D_", "")
        .chars()
        .filter(|c| !matches!(c, '\r' | '\n'))
        .collect::<String>()
        .trim_matches(is_blank)
        .to_owned()
}

fn clean(raw: &str, between: &str, narrow: bool) -> Clean {
    let broken = raw.replace("_x000D_", "\n");
    let words: Vec<&str> = broken
        .split(is_blank)
        .filter(|word| !word.is_empty())
        .collect();
    let unbroken = if between.is_empty() {
        words.len() > 1 || broken.contains('\n')
    } else {
        broken.contains(['\n', '\r'])
    };
    let joined = words.join(between);
    let text: String = if narrow {
        joined.chars().map(narrowed).collect()
    } else {
        joined.clone()
    };
    Clean {
        narrowed: text != joined,
        text,
        unbroken,
    }
}

/// White space, and characters without width that editors leave behind.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200c}' | '\u{200d}')
}

/// The ASCII form of a full-width character (U+FF01 to U+FF5E).
fn narrowed(c: char) -> char {
    match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lose_blanks_and_width() {
        let clean = code(" Ａ01.0 00_x000D_\n");
        assert_eq!(clean.text, "A01.000");
        assert!(clean.narrowed && clean.unbroken);
        let plain = code(" A01.001+K77.0* ");
        assert_eq!(plain.text, "A01.001+K77.0*");
        assert!(!plain.narrowed && !plain.unbroken);
    }

    #[test]
    fn rules_keep_single_blanks() {
        let clean = rule("（ZYZD in\r\nDI_A00）_x000D_\nand  (NL=0)");
        assert_eq!(clean.text, "(ZYZD in DI_A00) and (NL=0)");
        assert!(clean.narrowed && clean.unbroken);
        assert!(!rule("ZYZD in DI_A00").unbroken);
    }

    #[test]
    fn names_keep_their_width() {
        assert_eq!(name(" 胰／肾_x000D_\n联合 移植\u{3000}"), "胰／肾联合 移植");
    }
}
