//! Line and column of a byte in a rule file.

/// A place in a file, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The place of a byte offset.
pub(crate) fn position(text: &str, offset: usize) -> Position {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = text.get(..end).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
    }
}

/// Where in the quoted text of a TOML string the byte `offset` of its value stands.
pub(crate) fn in_condition(raw: &str, offset: usize) -> usize {
    for quotes in ["'''", "\"\"\""] {
        if let Some(inner) = raw.strip_prefix(quotes) {
            // a line break right behind the opening quotes is not part of the value
            let skipped = inner.len() - inner.trim_start_matches('\r').len();
            let skipped = skipped
                + usize::from(
                    inner
                        .get(skipped..)
                        .is_some_and(|rest| rest.starts_with('\n')),
                );
            return quotes.len() + skipped + offset;
        }
    }
    let Some(inner) = raw.strip_prefix('"') else {
        return 1 + offset;
    };
    // an escape is longer in the file than in the value
    let (mut written, mut value) = (0, 0);
    let mut characters = inner.chars();
    while value < offset {
        let Some(c) = characters.next() else { break };
        if c != '\\' {
            written += c.len_utf8();
            value += c.len_utf8();
            continue;
        }
        let length = match characters.next() {
            Some('u') => 6,
            Some('U') => 10,
            _ => 2,
        };
        for _ in 2..length {
            characters.next();
        }
        written += length;
        value += 1;
    }
    1 + written
}

#[cfg(test)]
mod tests {
    use super::{in_condition, position};

    #[test]
    fn lines_and_columns() {
        let text = "a = 1\n性别 = 'x'\n";
        let place = |offset| {
            let at = position(text, offset);
            (at.line, at.column)
        };
        assert_eq!(place(0), (1, 1));
        assert_eq!(place(text.find('x').unwrap_or_default()), (2, 7));
        assert_eq!(
            place(7),
            (2, 1),
            "inside a character counts as its beginning"
        );
        assert_eq!(place(999), (3, 1));
    }

    #[test]
    fn quotes_of_every_kind() {
        assert_eq!(in_condition("'abc'", 2), 3);
        assert_eq!(in_condition("'''abc'''", 2), 5);
        assert_eq!(in_condition("'''\nabc'''", 2), 6);
        assert_eq!(in_condition(r#""a\"bc""#, 2), 4);
        assert_eq!(in_condition(r#""a\u4e00b""#, 2), 8);
    }
}
