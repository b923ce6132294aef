//! What may be asked of the form of one text.

use chs_model::{icd, id_card, parse_date, parse_datetime, parse_decimal};

/// A question that one text answers by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// A date that exists, alone or with a time of day behind it.
    Date,
    /// A date and a time of day, to the minute at least.
    Minute,
    Number,
    Integer,
    IdChecksum,
    /// `M8000/0`, with or without the fifth digit.
    Morphology,
    /// One digit only, such as a telephone number made up of ones.
    SameDigit,
    /// Full-width letters, digits or marks.
    FullWidth,
    /// A lower-case first letter.
    LowercaseLead,
    /// Blanks before, behind or within.
    Blanks,
    /// A diagnosis code whose category has more specific subcategories (.0 to .8).
    HasSpecific,
}

impl Question {
    /// The question of this function name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "date" => Self::Date,
            "datetime" => Self::Minute,
            "num" => Self::Number,
            "int" => Self::Integer,
            "id_card_checksum" => Self::IdChecksum,
            "is_morphology" => Self::Morphology,
            "all_same_digit" => Self::SameDigit,
            "contains_fullwidth" => Self::FullWidth,
            "has_lowercase_lead" => Self::LowercaseLead,
            "has_blanks" => Self::Blanks,
            "has_specific" => Self::HasSpecific,
            _ => return None,
        })
    }

    /// The answer of a text that is not blank.
    pub(crate) fn answer(self, text: &str) -> bool {
        match self {
            Self::Date => parse_date(text).is_some() || parse_datetime(text).is_some(),
            Self::Minute => {
                text.trim().len() > "yyyy-MM-dd".len() && parse_datetime(text).is_some()
            }
            Self::Number => parse_decimal(text).is_some(),
            Self::Integer => parse_decimal(text).is_some_and(|number| number.fract().is_zero()),
            Self::IdChecksum => id_card::checksum_ok(text),
            Self::Morphology => is_morphology(text),
            Self::SameDigit => is_same_digit(text),
            Self::FullWidth => {
                let full_width = |c| matches!(c, '\u{3000}' | '\u{FF01}'..='\u{FF5E}' | '。');
                !text.is_ascii() && text.chars().any(full_width)
            }
            Self::LowercaseLead => text.starts_with(|c: char| c.is_ascii_lowercase()),
            Self::Blanks if text.is_ascii() => text
                .bytes()
                .any(|byte| matches!(byte, b'\t'..=b'\r' | b' ')),
            Self::Blanks => text.contains(char::is_whitespace),
            Self::HasSpecific => has_specific(text),
        }
    }
}

fn is_morphology(text: &str) -> bool {
    let Some((histology, behaviour)) = text.strip_prefix('M').and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(histology.len(), 4 | 5)
        && digits(histology)
        && behaviour.len() == 1
        && digits(behaviour)
}

fn is_same_digit(text: &str) -> bool {
    let mut bytes = text.bytes();
    match bytes.next() {
        Some(first) => first.is_ascii_digit() && bytes.all(|byte| byte == first),
        None => false,
    }
}

/// Codes are in ascending order, so those of one category stand together.
fn has_specific(code: &str) -> bool {
    let Some(category) = code.get(..3) else {
        return false;
    };
    let codes = icd::diagnoses();
    let start = codes.partition_point(|known| known.code < category);
    let same = codes.get(start..).unwrap_or_default().iter();
    same.take_while(|known| known.code.starts_with(category))
        .any(|known| {
            let fourth = known.code.as_bytes().get(4);
            fourth.is_some_and(|digit| (b'0'..=b'8').contains(digit))
        })
}

#[cfg(test)]
mod tests {
    use super::Question;

    #[test]
    fn forms() {
        let asks = |question: Question, text: &str| question.answer(text);
        assert!(asks(Question::Date, "2026-02-28") && asks(Question::Date, "2026-02-28 07:30"));
        assert!(!asks(Question::Date, "2026-02-30") && !asks(Question::Date, "20260228"));
        assert!(asks(Question::Minute, "2026-02-28 07:30"));
        assert!(asks(Question::Minute, "2026-02-28 07:30:15"));
        assert!(!asks(Question::Minute, "2026-02-28"));
        assert!(!asks(Question::Minute, "2026-02-28 24:30"));
        assert!(asks(Question::Morphology, "M8000/3") && asks(Question::Morphology, "M80000/3"));
        for other in ["M80.000", "M8000/33", "8000/3"] {
            assert!(!asks(Question::Morphology, other), "{other}");
        }
        assert!(asks(Question::SameDigit, "1111"));
        assert!(!asks(Question::SameDigit, "1112") && !asks(Question::SameDigit, "aaaa"));
        assert!(asks(Question::FullWidth, "Ａ01") && !asks(Question::FullWidth, "A01、"));
        assert!(asks(Question::Blanks, "A\u{b}01") && asks(Question::Blanks, "A01\u{a0}"));
        assert!(asks(Question::Blanks, "A01 ") && !asks(Question::Blanks, "A01"));
        assert!(asks(Question::HasSpecific, "K35.900"));
        assert!(!asks(Question::HasSpecific, "A33.x00") && !asks(Question::HasSpecific, "病"));
    }
}
