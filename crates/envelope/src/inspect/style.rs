//! JSON text in other styles than the canonical one.

use std::borrow::Cow;

use serde_json::Value;

use crate::canonical::Document;

/// Which scalars are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Quote {
    #[default]
    None,
    Top,
    All,
}

/// How a sender may have written its data. The default is canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Style {
    pub(super) ignore_case: bool,
    pub(super) quote: Quote,
    pub(super) keep_null: bool,
    pub(super) keep_empty_text: bool,
    pub(super) keep_empty_containers: bool,
    pub(super) escape_unicode: bool,
    pub(super) escape_slash: bool,
    pub(super) blanks: bool,
    pub(super) rewrite_numbers: bool,
}

impl Style {
    /// The text; `{}` when nothing is left.
    pub(super) fn write(self, document: &Document<'_>) -> String {
        self.value(document, 0).unwrap_or_else(|| "{}".to_owned())
    }

    fn value(self, document: &Document<'_>, depth: usize) -> Option<String> {
        match document {
            Document::Null => self.keep_null.then(|| "null".to_owned()),
            Document::Bool(value) => Some(self.scalar(&value.to_string(), depth)),
            Document::Number(lexeme) => Some(self.scalar(&self.number(lexeme), depth)),
            Document::Text(text) if text.is_empty() && !self.keep_empty_text => None,
            Document::Text(text) => Some(self.text(text)),
            Document::Array(items) => {
                let items = items.iter().filter_map(|item| self.value(item, depth + 1));
                self.container('[', items.collect(), ']')
            }
            Document::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                if self.ignore_case {
                    members.sort_by_key(|(name, _)| name.to_lowercase());
                }
                let colon = if self.blanks { ": " } else { ":" };
                let members = members.into_iter().filter_map(|(name, value)| {
                    let value = self.value(value, depth + 1)?;
                    Some(format!("{}{colon}{value}", self.text(name)))
                });
                self.container('{', members.collect(), '}')
            }
        }
    }

    fn container(self, open: char, items: Vec<String>, close: char) -> Option<String> {
        let comma = if self.blanks { ", " } else { "," };
        let keep = !items.is_empty() || self.keep_empty_containers;
        keep.then(|| format!("{open}{}{close}", items.join(comma)))
    }

    fn scalar(self, lexeme: &str, depth: usize) -> String {
        let quoted = match self.quote {
            Quote::None => false,
            Quote::Top => depth == 1,
            Quote::All => true,
        };
        if quoted {
            format!("\"{lexeme}\"")
        } else {
            lexeme.to_owned()
        }
    }

    /// As a language writes it that has read the number into a double or a
    /// decimal: without trailing zeros.
    fn number<'a>(self, lexeme: &'a str) -> Cow<'a, str> {
        if !self.rewrite_numbers || !lexeme.contains('.') || lexeme.contains(['e', 'E']) {
            return Cow::Borrowed(lexeme);
        }
        let short = lexeme.trim_end_matches('0');
        Cow::Borrowed(short.strip_suffix('.').unwrap_or(short))
    }

    fn text(self, text: &str) -> String {
        let mut out = Value::from(text).to_string();
        if self.escape_slash {
            out = out.replace('/', "\\/");
        }
        if self.escape_unicode {
            let units = |c: char| {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                units
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect::<String>()
            };
            let escaped = |c: char| {
                if c.is_ascii() {
                    c.to_string()
                } else {
                    units(c)
                }
            };
            out = out.chars().map(escaped).collect();
        }
        out
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::canonical::Scalars;

    const TEXT: &str = r#"{"b":{"x":null,"y":[1.50,true,{}]},"B":"测/","a":"","c":"😀"}"#;

    #[test]
    fn the_default_is_canonical() {
        let document = Document::parse(TEXT.as_bytes()).unwrap();
        assert_eq!(
            Style::default().write(&document),
            document.canonical(Scalars::Native)
        );
        let quoted = Style {
            quote: Quote::All,
            ..Style::default()
        };
        assert_eq!(quoted.write(&document), document.canonical(Scalars::Text));
        assert_eq!(Style::default().write(&Document::Object(vec![])), "{}");
    }

    #[test]
    fn every_switch() {
        let document = Document::parse(TEXT.as_bytes()).unwrap();
        let all = Style {
            ignore_case: true,
            quote: Quote::Top,
            keep_null: true,
            keep_empty_text: true,
            keep_empty_containers: true,
            escape_unicode: true,
            escape_slash: true,
            blanks: true,
            rewrite_numbers: true,
        };
        assert_eq!(
            all.write(&document),
            r#"{"a": "", "B": "\u6d4b\/", "b": {"x": null, "y": [1.5, true, {}]}, "c": "\ud83d\ude00"}"#
        );
    }
}
