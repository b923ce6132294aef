//! SM3 (GB/T 32905) and HMAC over it.

use std::fmt;

use ::sm3::{Digest, Sm3};
use hmac::{Hmac, KeyInit, Mac};

use super::SmError;

/// An SM3 hash value, 32 bytes. It prints as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sm3Digest([u8; 32]);

impl Sm3Digest {
    /// Takes 32 bytes as a hash value, e.g. one read back from a store.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hex digits of either case.
    ///
    /// # Errors
    /// On another length or another character.
    pub fn from_hex(text: &str) -> Result<Self, SmError> {
        let bytes = super::decode_hex(text)?;
        Ok(Self(bytes.try_into().map_err(|_| SmError)?))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hex digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        super::encode_lower_hex(&self.0)
    }
}

impl fmt::Display for Sm3Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Sm3Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sm3Digest({self})")
    }
}

/// SM3 of the parts, one after the other.
#[must_use]
pub fn sm3(parts: &[&[u8]]) -> Sm3Digest {
    let mut hasher = Sm3::new();
    for part in parts {
        hasher.update(part);
    }
    Sm3Digest(hasher.finalize().into())
}

/// SM3 of the beginning, and of all of it: the second goes on where the first stopped.
pub(crate) fn sm3_on_the_way(beginning: &[&[u8]], rest: &[&[u8]]) -> (Sm3Digest, Sm3Digest) {
    let mut hasher = Sm3::new();
    for part in beginning {
        hasher.update(part);
    }
    let stop = hasher.clone();
    for part in rest {
        hasher.update(part);
    }
    let [stop, whole] = [stop, hasher].map(|hasher| Sm3Digest(hasher.finalize().into()));
    (stop, whole)
}

/// HMAC (RFC 2104) with SM3 over the parts, one after the other.
///
/// # Errors
/// None in practice: HMAC takes keys of every length. The type keeps the
/// caller from having to know that.
pub fn hmac_sm3(key: &[u8], parts: &[&[u8]]) -> Result<Sm3Digest, SmError> {
    let mut mac = <Hmac<Sm3> as KeyInit>::new_from_slice(key).map_err(|_| SmError)?;
    for part in parts {
        mac.update(part);
    }
    Ok(Sm3Digest(mac.finalize().into_bytes().into()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// GB/T 32905 annex A, examples 1 and 2.
    #[test]
    fn standard_examples() {
        let abc = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        assert_eq!(sm3(&[b"abc"]).to_hex(), abc);
        assert_eq!(sm3(&[b"a", b"", b"bc"]).to_hex(), abc);
        assert_eq!(
            sm3(&["abcd".repeat(16).as_bytes()]).to_hex(),
            "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
        );
    }

    #[test]
    fn text_form() {
        let digest = sm3(&[b"abc"]);
        assert_eq!(Sm3Digest::from_hex(&digest.to_string()), Ok(digest));
        assert_eq!(Sm3Digest::from_hex("66"), Err(SmError));
        assert_eq!(Sm3Digest::from_bytes(*digest.as_bytes()), digest);
        assert!(format!("{digest:?}").contains("66c7"));
    }

    /// The definition of RFC 2104, written out with plain SM3.
    #[test]
    fn hmac_by_definition() {
        let by_definition = |key: &[u8], text: &[u8]| {
            let mut block = [0_u8; 64];
            let key = if key.len() > 64 {
                sm3(&[key]).0.to_vec()
            } else {
                key.to_vec()
            };
            block.iter_mut().zip(&key).for_each(|(b, k)| *b = *k);
            let inner = sm3(&[&block.map(|b| b ^ 0x36), text]);
            sm3(&[&block.map(|b| b ^ 0x5c), inner.as_bytes()])
        };
        for key in [&b""[..], b"key", &[7; 64], &[7; 65], &[9; 200]] {
            let ours = hmac_sm3(key, &[b"some ", b"text"]).unwrap();
            assert_eq!(ours, by_definition(key, b"some text"));
        }
    }
}
