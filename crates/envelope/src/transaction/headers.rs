//! The headers of one HTTP request, and the secret that signs them.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::sm::SmError;

/// The headers of one request as they came, in any order and of any case.
#[derive(Debug, Clone, Copy)]
pub struct Headers<'a>(&'a [(&'a str, &'a [u8])]);

/// A header that is not there as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The header is absent or empty.
    #[error("缺少请求头 {0} missing header")]
    Missing(&'static str),
    /// The header stands more than once: which one counts is anyone's guess.
    #[error("请求头 {0} 重复 duplicate header")]
    Duplicate(&'static str),
    /// The header is longer than published, or than this gateway reads where
    /// no length is published.
    #[error("请求头 {name} 超过 {most} 个字符 header longer than {most} characters")]
    TooLong {
        /// Its name.
        name: &'static str,
        /// Most characters.
        most: usize,
    },
    /// The header holds something other than visible ASCII, or `&`, which
    /// would let one signed text stand for two requests.
    #[error("请求头 {0} 含不允许的字符 header with characters that are not allowed")]
    Characters(&'static str),
}

impl<'a> Headers<'a> {
    /// Wraps names and values as the HTTP library gives them.
    #[must_use]
    pub const fn new(headers: &'a [(&'a str, &'a [u8])]) -> Self {
        Self(headers)
    }

    /// The one value of a header that must be there.
    pub(super) fn one(&self, name: &'static str, most: usize) -> Result<String, HeaderError> {
        self.optional(name, most)?.ok_or(HeaderError::Missing(name))
    }

    /// The one value of a header that may be absent or empty.
    pub(super) fn optional(
        &self,
        name: &'static str,
        most: usize,
    ) -> Result<Option<String>, HeaderError> {
        let mut values = self
            .0
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value);
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(HeaderError::Duplicate(name));
        }
        let value = value.trim_ascii();
        if value.is_empty() {
            return Ok(None);
        }
        if value.len() > most {
            return Err(HeaderError::TooLong { name, most });
        }
        let visible = |byte: &u8| byte.is_ascii_graphic() && *byte != b'&';
        match std::str::from_utf8(value) {
            Ok(text) if value.iter().all(visible) => Ok(Some(text.to_owned())),
            _ => Err(HeaderError::Characters(name)),
        }
    }
}

/// The secret that a gateway issues beside a public id: SK of CSB, token of
/// TIF. It is never sent, printed or compared in a time that depends on it.
#[derive(Clone)]
pub struct GatewaySecret(Zeroizing<String>);

impl GatewaySecret {
    /// Takes 1 to 256 visible ASCII characters.
    ///
    /// # Errors
    /// On anything else; an empty secret would sign for everybody.
    pub fn new(text: &str) -> Result<Self, SmError> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && (1..=256).contains(&text.len()) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(SmError)
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for GatewaySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GatewaySecret(***)")
    }
}

/// Compares two values of one length in a time that depends on the length
/// alone.
pub(super) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(headers: &[(&str, &[u8])]) -> Result<String, HeaderError> {
        Headers::new(headers).one("x-id", 8)
    }

    #[test]
    fn one_value_or_a_cause() {
        assert_eq!(read(&[("a", b"b"), ("X-Id", b" abc ")]), Ok("abc".into()));
        assert_eq!(read(&[]), Err(HeaderError::Missing("x-id")));
        assert_eq!(read(&[("x-id", b" ")]), Err(HeaderError::Missing("x-id")));
        assert_eq!(
            read(&[("x-id", b"a"), ("X-ID", b"a")]),
            Err(HeaderError::Duplicate("x-id"))
        );
        assert_eq!(
            read(&[("x-id", b"123456789")]),
            Err(HeaderError::TooLong {
                name: "x-id",
                most: 8
            })
        );
        for bad in [&b"a&b"[..], b"a b", b"a\nb", b"\xff", "号".as_bytes()] {
            assert_eq!(read(&[("x-id", bad)]), Err(HeaderError::Characters("x-id")));
        }
    }

    #[test]
    fn secrets_have_a_form_and_are_not_shown() {
        for bad in ["", "a b", "密", &"x".repeat(257)] {
            assert!(GatewaySecret::new(bad).is_err());
        }
        assert_eq!(
            format!("{:?}", GatewaySecret::new("hush").unwrap()),
            "GatewaySecret(***)"
        );
        assert!(equal(b"ab", b"ab") && !equal(b"ab", b"ac") && !equal(b"ab", b"abc"));
    }
}
