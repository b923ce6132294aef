//! What tells two requests with one requestId apart.

use super::SignedText;
use crate::sm::{self, Sm2PublicKey, Sm3Digest, SmError, sm3};

/// SM3 of the sender's Z, its appId and the canonical data, as `Z‖appId=…&data=…`.
///
/// Where the plain data is signed, the hash that the signature is verified with begins like
/// this, so the digest is but a stop on its way: the data is not hashed again. Z stands in
/// the digest, so that data can be held against one that another key of its sender left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DataDigest {
    z: [u8; 32],
    sm3: Sm3Digest,
}

impl DataDigest {
    /// Of data that this sender has signed.
    #[must_use]
    pub fn new(sender: &Sm2PublicKey, app_id: &str, canonical: &str) -> Self {
        Self::with_z(*sender.z(), app_id, canonical)
    }

    /// Of the data of a text to be signed, if that is where it begins, and the hash that is
    /// signed.
    pub(super) fn on_the_way(
        sender: &Sm2PublicKey,
        text: &SignedText<'_>,
    ) -> (Option<Self>, [u8; 32]) {
        let Some((beginning, rest)) = text.parts_at_data() else {
            return (None, sender.digest(&text.parts()));
        };
        let (sm3, e) = sender.digest_on_the_way(beginning, &rest);
        (
            Some(Self {
                z: *sender.z(),
                sm3,
            }),
            e,
        )
    }

    /// Whether this is the digest of the data, whichever key it came with.
    #[must_use]
    pub fn is_of(&self, app_id: &str, canonical: &str) -> bool {
        *self == Self::with_z(self.z, app_id, canonical)
    }

    /// Base64 of Z and SM3, 88 characters.
    #[must_use]
    pub fn to_base64(&self) -> String {
        sm::encode_base64(&[self.z, *self.sm3.as_bytes()].concat())
    }

    /// Reads what [`Self::to_base64`] wrote.
    ///
    /// # Errors
    /// On any other text.
    pub fn from_base64(text: &str) -> Result<Self, SmError> {
        let bytes = sm::decode_base64(text)?;
        let bytes: [u8; 64] = bytes.try_into().map_err(|_| SmError)?;
        let (z, digest) = bytes.split_first_chunk().ok_or(SmError)?;
        let digest: [u8; 32] = digest.try_into().map_err(|_| SmError)?;
        Ok(Self {
            z: *z,
            sm3: Sm3Digest::from_bytes(digest),
        })
    }

    fn with_z(z: [u8; 32], app_id: &str, canonical: &str) -> Self {
        let text = ["appId=", app_id, "&data=", canonical].map(str::as_bytes);
        let [name, app_id, data, canonical] = text;
        Self {
            z,
            sm3: sm3(&[&z, name, app_id, data, canonical]),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{sealed::AppCredentials, sm::Sm2PrivateKey};

    const APP_ID: &str = "TEST-HOSPITAL-A-0001";
    const DATA: &str = r#"{"amt":12.50,"setlinfo":{"gend":"1","psn_name":"测试"}}"#;

    fn key(d: u8) -> Sm2PublicKey {
        let key = Sm2PrivateKey::from_bytes(&[d; 32]).unwrap();
        key.public_key().clone()
    }

    #[test]
    fn on_the_way_to_what_is_signed() {
        let credentials = AppCredentials::new(APP_ID, "secret-of-a-test-0001").unwrap();
        let text = |members| SignedText::new(members, &credentials);
        let signed = text(&[
            ("version", "1.0.0"),
            ("nonce", "1"),
            ("data", DATA),
            ("appId", APP_ID),
        ]);
        let (digest, e) = DataDigest::on_the_way(&key(7), &signed);
        assert_eq!(digest, Some(DataDigest::new(&key(7), APP_ID, DATA)));
        assert_eq!(e, key(7).digest(&signed.parts()));
        // Without data there is nothing to stop at, and what an answer signs begins another way.
        for other in [
            text(&[("appId", APP_ID), ("version", "1.0.0")]),
            text(&[("appId", APP_ID), ("code", "0"), ("data", DATA)]),
        ] {
            let (digest, e) = DataDigest::on_the_way(&key(7), &other);
            assert_eq!((digest, e), (None, key(7).digest(&other.parts())));
        }
    }

    #[test]
    fn another_key_of_the_same_sender() {
        let first = DataDigest::new(&key(7), APP_ID, DATA);
        let next = DataDigest::new(&key(8), APP_ID, DATA);
        assert_ne!(first, next);
        for digest in [first, next] {
            assert!(digest.is_of(APP_ID, DATA));
            assert!(!digest.is_of("TEST-HOSPITAL-B-0001", DATA));
            assert!(!digest.is_of(APP_ID, "{}"));
        }
    }

    #[test]
    fn text_form() {
        let digest = DataDigest::new(&key(7), APP_ID, DATA);
        let text = digest.to_base64();
        assert_eq!(text.len(), 88);
        assert_eq!(DataDigest::from_base64(&text), Ok(digest));
        let plain_sm3 = sm3(&[DATA.as_bytes()]).to_hex();
        for other in ["", "AAAA", &plain_sm3] {
            assert_eq!(DataDigest::from_base64(other), Err(SmError), "{other}");
        }
    }
}
