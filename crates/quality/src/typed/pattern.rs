//! Patterns of `match`: a regular expression over the whole value.

use std::fmt;

use regex::{Regex, RegexBuilder};

use crate::language::Fault;

/// Compiles a pattern so that it must fit the whole value and `\d` means the ten
/// ASCII digits: full-width digits are a defect that patterns are there to find.
pub(super) fn whole(pattern: &str, offset: usize) -> Result<Pattern, Fault> {
    let lead = first_byte(pattern);
    let anchored = format!("^(?:{})$", ascii_digits(pattern));
    RegexBuilder::new(&anchored)
        .size_limit(1 << 20)
        .build()
        .map(|regex| Pattern { regex, lead })
        .map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default();
            let reason = reason.trim_start_matches("error:").trim();
            Fault::new(
                offset,
                format!("正则表达式有误：{reason}"),
                format!("bad regular expression: {reason}"),
            )
        })
}

/// A pattern ready to be asked.
pub(crate) struct Pattern {
    regex: Regex,
    /// The byte that whatever fits begins with, where the pattern says so plainly.
    lead: Option<u8>,
}

impl Pattern {
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let may = |lead: u8| text.as_bytes().first() == Some(&lead);
        self.lead.is_none_or(may) && self.regex.is_match(text)
    }
}

/// The expression alone: the digest of a rule set goes by this form.
impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.regex.fmt(f)
    }
}

/// A letter or digit that the pattern begins with, where it has no alternatives and does
/// not say how often the letter stands.
fn first_byte(pattern: &str) -> Option<u8> {
    let mut bytes = pattern.bytes();
    let first = bytes.next().filter(u8::is_ascii_alphanumeric)?;
    let repeated = bytes.next().is_some_and(|next| b"?*{".contains(&next));
    (!repeated && !pattern.contains('|')).then_some(first)
}

fn ascii_digits(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len() + 16);
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            written.push(c);
            continue;
        }
        match characters.next() {
            Some('d') => written.push_str("[0-9]"),
            Some(other) => written.extend(['\\', other]),
            None => written.push('\\'),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::whole;

    #[test]
    fn the_whole_value_and_ascii_digits_only() {
        let six = whole(r"\d{6}", 0).unwrap();
        assert!(six.is_match("610402"));
        assert!(
            !six.is_match("6104021") && !six.is_match("６１０４０２") && !six.is_match("610402\n")
        );
        let mixed = whole(r"[\d\s]+|a\\d", 0).unwrap();
        assert!(mixed.is_match("1 2") && mixed.is_match(r"a\d"));
        let lead = whole(r"M\d{4}/\d", 0).unwrap();
        assert!(lead.is_match("M8000/3") && !lead.is_match("N8000/3"));
        for optional in ["M?a", "M*a", "M{0,1}a", "Ma|a"] {
            assert!(whole(optional, 0).unwrap().is_match("a"), "{optional}");
        }
        assert!(whole("(", 7).unwrap_err().en.contains("unclosed group"));
    }
}
