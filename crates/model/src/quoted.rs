//! Strings in JSON text.

use serde_json::Value;

/// Writes a string. Most hold nothing to escape; those that do are the library's.
pub(crate) fn push_quoted(text: &mut String, value: &str) {
    // Without a way out of the loop, so that many bytes are looked at in one step.
    let escapes = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    if value
        .bytes()
        .fold(false, |found, byte| found | escapes(byte))
    {
        text.push_str(&Value::from(value).to_string());
        return;
    }
    text.push('"');
    text.push_str(value);
    text.push('"');
}
