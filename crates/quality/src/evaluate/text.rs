//! Texts and what may be asked of their form.

use chs_model::{Row, parse_date, parse_datetime};

use super::Context;
use crate::typed::Text;

impl<'a> Context<'a> {
    /// A text; nothing where the value is blank.
    pub(crate) fn text(&self, text: &'a Text, row: Option<&'a Row>) -> Option<&'a str> {
        match text {
            Text::Literal(literal) => Some(literal),
            Text::Field(found) => self.field(*found, row),
            Text::Prefix(inner, length) => prefix(self.text(inner, row)?, *length),
            Text::BeforePlus(inner) => {
                let value = self.text(inner, row)?;
                Some(value.split_once('+').map_or(value, |(before, _)| before))
            }
            Text::AfterPlus(inner) => {
                let (_, after) = self.text(inner, row)?.split_once('+')?;
                Some(after.trim_end_matches('*'))
            }
            Text::Name(system, inner) => system.name(self.text(inner, row)?),
        }
    }
}

/// The first characters; a shorter text as a whole.
fn prefix(text: &str, length: usize) -> Option<&str> {
    match text.char_indices().nth(length) {
        Some((end, _)) => text.get(..end),
        None => Some(text),
    }
}

/// A date that exists, alone or with a time of day behind it.
pub(super) fn is_date(text: &str) -> bool {
    parse_date(text).is_some() || parse_datetime(text).is_some()
}

/// A date and a time of day, to the minute at least.
pub(super) fn is_minute(text: &str) -> bool {
    text.trim().len() > "yyyy-MM-dd".len() && parse_datetime(text).is_some()
}

/// The form of a morphology code: `M8000/0`, with or without the fifth digit.
pub(super) fn is_morphology(text: &str) -> bool {
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

/// A text of one digit only, such as a telephone number made up of ones.
pub(super) fn is_same_digit(text: &str) -> bool {
    let mut bytes = text.bytes();
    match bytes.next() {
        Some(first) => first.is_ascii_digit() && bytes.all(|byte| byte == first),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_date, is_minute, is_morphology, is_same_digit, prefix};

    #[test]
    fn forms() {
        assert!(is_date("2026-02-28") && is_date("2026-02-28 07:30"));
        assert!(!is_date("2026-02-30") && !is_date("20260228"));
        assert!(is_minute("2026-02-28 07:30") && is_minute("2026-02-28 07:30:15"));
        assert!(!is_minute("2026-02-28") && !is_minute("2026-02-28 24:30"));
        assert!(is_morphology("M8000/3") && is_morphology("M80000/3"));
        assert!(
            !is_morphology("M80.000") && !is_morphology("M8000/33") && !is_morphology("8000/3")
        );
        assert!(is_same_digit("1111") && !is_same_digit("1112") && !is_same_digit("aaaa"));
        assert_eq!(prefix("甲乙丙", 2), Some("甲乙"));
        assert_eq!(prefix("甲", 3), Some("甲"));
    }
}
