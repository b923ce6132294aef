//! Rule text to tokens, each with the column it starts in.

use super::Relation;
use super::error::{Expected, RuleError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    Number(&'a str),
    Relation(Relation),
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Comma,
    Intersection,
}

impl Token<'_> {
    /// The token as it may be shown in a message.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Word(text) | Self::Number(text) => text,
            Self::Relation(relation) => relation.sign(),
            Self::OpenBracket => "(",
            Self::CloseBracket => ")",
            Self::OpenBrace => "{",
            Self::CloseBrace => "}",
            Self::Comma => ",",
            Self::Intersection => "∩",
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) token: Token<'a>,
    pub(super) column: usize,
}

/// Splits the text; blanks and line breaks separate and mean nothing else.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, RuleError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut column = 1;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            c if c.is_whitespace() => {
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                column += 1;
                continue;
            }
            c if c.is_ascii_alphabetic() || c == '_' || c.is_ascii_digit() => rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(rest.len()),
            '<' | '>' if rest.get(1..2) == Some("=") => 2,
            other => other.len_utf8(),
        };
        let (lexeme, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let token = token(lexeme).ok_or_else(|| RuleError {
            column,
            expected: Expected::Symbol,
            found: lexeme.to_owned(),
        })?;
        tokens.push(Placed { token, column });
        column += lexeme.chars().count();
        rest = after;
    }
    Ok(tokens)
}

fn token(lexeme: &str) -> Option<Token<'_>> {
    Some(match lexeme {
        "(" => Token::OpenBracket,
        ")" => Token::CloseBracket,
        "{" => Token::OpenBrace,
        "}" => Token::CloseBrace,
        "," => Token::Comma,
        "∩" => Token::Intersection,
        "=" => Token::Relation(Relation::Equal),
        "<" => Token::Relation(Relation::Less),
        "<=" => Token::Relation(Relation::LessOrEqual),
        ">" => Token::Relation(Relation::Greater),
        ">=" => Token::Relation(Relation::GreaterOrEqual),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => Token::Number(digits),
        word if word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => {
            Token::Word(word)
        }
        _ => return None,
    })
}
