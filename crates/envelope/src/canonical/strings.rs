//! Strings of JSON: reading their escapes and writing the few that remain.

use std::borrow::Cow;

use super::JsonErrorKind as Kind;

/// Reads a string whose opening quote has been passed. Returns its text and
/// how many bytes it took, the closing quote included; or the offset and the
/// cause of a refusal. Borrows when there is no escape.
pub(super) fn read(rest: &str) -> Result<(Cow<'_, str>, usize), (usize, Kind)> {
    let mut owned: Option<String> = None;
    let mut at = 0;
    loop {
        let tail = rest.get(at..).unwrap_or_default();
        let Some(plain) = plain_length(tail) else {
            return Err((rest.len(), Kind::Unfinished));
        };
        let run = tail.get(..plain).unwrap_or_default();
        at += plain;
        match rest.as_bytes().get(at) {
            Some(b'"') => {
                let text = match owned {
                    None => Cow::Borrowed(run),
                    Some(mut text) => {
                        text.push_str(run);
                        Cow::Owned(text)
                    }
                };
                return Ok((text, at + 1));
            }
            Some(b'\\') => {
                let escape = rest.get(at + 1..).unwrap_or_default();
                let (character, length) = unescape(escape).map_err(|kind| (at, kind))?;
                let text = owned.get_or_insert_default();
                text.push_str(run);
                text.push(character);
                at += 1 + length;
            }
            _ => return Err((at, Kind::Control)),
        }
    }
}

/// How many bytes stand before the first that means something inside a
/// string: a quote, a backslash, a control character.
fn plain_length(text: &str) -> Option<usize> {
    // Most strings of a list are short: the first bytes eight at a time.
    let (words, _) = text.as_bytes().as_chunks::<8>();
    for (word, before) in words.iter().take(4).zip([0, 8, 16, 24]) {
        if let Some(plain) = special_of(*word) {
            return Some(before + plain);
        }
    }
    let special = |byte: u8| (byte == b'"') | (byte == b'\\') | (byte < b' ');
    // Sixteen at a time, without an early end among them: the data of a
    // message is one string of many kilobytes.
    let (chunks, _) = text.as_bytes().as_chunks::<16>();
    let plain = chunks
        .iter()
        .take_while(|chunk| !chunk.iter().fold(false, |any, byte| any | special(*byte)))
        .count()
        * 16;
    let rest = text.as_bytes().get(plain..)?;
    rest.iter()
        .position(|byte| special(*byte))
        .map(|more| plain + more)
}

/// Which of eight bytes is the first that [`plain_length`] looks for, if any is. A byte is
/// told by the borrow of a subtraction, which may spoil only the bytes behind it.
fn special_of(word: [u8; 8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const TOPS: u64 = u64::from_le_bytes([0x80; 8]);
    let word = u64::from_le_bytes(word);
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & TOPS;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let found = below(word, u64::from(b' ')) | equal(b'"') | equal(b'\\');
    let first = found.trailing_zeros() / u8::BITS;
    usize::try_from(first).ok().filter(|first| *first < 8)
}

/// The character of an escape whose backslash has been passed, and the bytes
/// it took.
fn unescape(escape: &str) -> Result<(char, usize), Kind> {
    let simple = |character| Ok((character, 1));
    match escape.bytes().next() {
        Some(b'"') => simple('"'),
        Some(b'\\') => simple('\\'),
        Some(b'/') => simple('/'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'n') => simple('\n'),
        Some(b'r') => simple('\r'),
        Some(b't') => simple('\t'),
        Some(b'u') => unescape_unicode(escape),
        Some(_) => Err(Kind::Escape),
        None => Err(Kind::Unfinished),
    }
}

/// `uXXXX`, or `uXXXX\uXXXX` for a character outside the first plane.
fn unescape_unicode(escape: &str) -> Result<(char, usize), Kind> {
    let first = code_unit(escape, 1)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Ok((character, 5));
    }
    if escape.get(5..7) != Some("\\u") {
        return Err(Kind::Escape);
    }
    let second = code_unit(escape, 7)?;
    match char::decode_utf16([first, second]).next() {
        Some(Ok(character)) => Ok((character, 11)),
        _ => Err(Kind::Escape),
    }
}

/// Four hex digits of either case. `from_str_radix` alone would take a sign.
fn code_unit(escape: &str, at: usize) -> Result<u16, Kind> {
    let digits = escape.get(at..at + 4).ok_or(Kind::Escape)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Kind::Escape);
    }
    u16::from_str_radix(digits, 16).map_err(|_| Kind::Escape)
}

/// Writes a string with its quotes and the escapes that JSON demands.
pub(super) fn write(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(plain) = plain_length(rest) {
        let (run, tail) = rest.split_at(plain);
        out.push_str(run);
        let mut characters = tail.chars();
        if let Some(character) = characters.next() {
            write_escape(out, character);
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn write_escape(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        other => out.push_str(&format!("\\u{:04x}", u32::from(other))),
    }
}
