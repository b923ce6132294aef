//! Words of the condition language.

use super::Fault;

/// A word and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) offset: usize,
    pub(super) kind: TokenKind,
}

/// Kinds of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    Name(String),
    Number(String),
    Text(String),
    Symbol(&'static str),
    End,
}

impl TokenKind {
    /// How the word is shown in an error message, the end of the condition as `∎`.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Name(word) | Self::Number(word) => format!("`{word}`"),
            Self::Text(text) => format!("\"{text}\""),
            Self::Symbol(symbol) => format!("`{symbol}`"),
            Self::End => "∎".to_owned(),
        }
    }
}

/// Longest first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 20] = [
    "..", "!=", "<=", ">=", "=", "<", ">", "(", ")", "{", "}", "[", "]", ",", ".", "+", "-", "*",
    "/", ";",
];

/// Splits a condition into words; the last one is always [`TokenKind::End`].
pub(super) fn words(source: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = source;
    loop {
        rest = rest.trim_start();
        let offset = source.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            tokens.push(Token {
                offset,
                kind: TokenKind::End,
            });
            return Ok(tokens);
        };
        let (kind, length) = if first == '"' {
            text(rest, offset)?
        } else if first.is_ascii_digit() {
            number(rest)
        } else if is_name_start(first) {
            let word: String = rest.chars().take_while(|c| is_name_part(*c)).collect();
            let length = word.len();
            (TokenKind::Name(word), length)
        } else {
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
            let symbol = symbol.ok_or_else(|| {
                Fault::new(
                    offset,
                    format!("不认识的字符 {first:?}"),
                    format!("unexpected character {first:?}"),
                )
            })?;
            (TokenKind::Symbol(symbol), symbol.len())
        };
        tokens.push(Token { offset, kind });
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Digits with at most one decimal point, which must be followed by a digit:
/// `9..12` is two numbers and `2.1` is one.
fn number(rest: &str) -> (TokenKind, usize) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(rest);
    if let Some(fraction) = rest.get(length..).and_then(|tail| tail.strip_prefix('.')) {
        let decimals = digits(fraction);
        if decimals > 0 {
            length += 1 + decimals;
        }
    }
    let lexeme = rest.get(..length).unwrap_or_default().to_owned();
    (TokenKind::Number(lexeme), length)
}

/// A text in double quotes. A backslash stands for itself, because most texts
/// are patterns, except before a double quote.
fn text(rest: &str, offset: usize) -> Result<(TokenKind, usize), Fault> {
    let mut content = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Ok((TokenKind::Text(content), at + 1)),
            '\\' if characters.peek().is_some_and(|(_, next)| *next == '"') => {
                content.push('"');
                characters.next();
            }
            other => content.push(other),
        }
    }
    Err(Fault::new(
        offset,
        "文本没有结束的双引号",
        "text without a closing double quote",
    ))
}
