//! Patterns of `match`: a regular expression over the whole value.

use regex::{Regex, RegexBuilder};

use crate::language::Fault;

/// Compiles a pattern so that it must fit the whole value and `\d` means the ten
/// ASCII digits: full-width digits are a defect that patterns are there to find.
pub(super) fn whole(pattern: &str, offset: usize) -> Result<Regex, Fault> {
    let anchored = format!("^(?:{})$", ascii_digits(pattern));
    RegexBuilder::new(&anchored)
        .size_limit(1 << 20)
        .build()
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
        assert!(whole("(", 7).unwrap_err().en.contains("unclosed group"));
    }
}
