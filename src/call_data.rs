//! The data of a call, as far as its repeats are known by it.

use std::fmt;

use chs_envelope::{
    sealed::DataDigest,
    sm::{Sm3Digest, sm3},
};

/// What tells two calls with one requestId apart, in the form that is kept.
pub struct CallData {
    kept: String,
    /// Of what came through the sealed door.
    canonical: Option<String>,
}

impl CallData {
    /// Canonical data that was sealed.
    pub fn sealed(digest: &DataDigest, canonical: impl Into<String>) -> CallData {
        CallData {
            kept: digest.to_base64(),
            canonical: Some(canonical.into()),
        }
    }

    /// A transaction, by the SM3 of all that it asks.
    pub fn transaction(digest: &Sm3Digest) -> CallData {
        CallData {
            kept: digest.to_hex(),
            canonical: None,
        }
    }

    /// What is kept, to know a repeat by.
    pub fn kept(&self) -> &str {
        &self.kept
    }

    /// Whether this was kept for the same data of the same caller. As a rule it is what would
    /// be kept now, but the first send may have come with a key that its sender has changed
    /// since, or to a release that kept the SM3 of the data alone.
    pub fn was_kept_as(&self, app_id: &str, kept: &str) -> bool {
        if kept == self.kept {
            return true;
        }
        let Some(canonical) = &self.canonical else {
            return false;
        };
        match DataDigest::from_base64(kept) {
            Ok(digest) => digest.is_of(app_id, canonical),
            Err(_) => kept == self.sm3(),
        }
    }

    /// SM3 of the canonical data, or of all that a transaction asks: lower-case hex.
    pub fn sm3(&self) -> String {
        match &self.canonical {
            Some(canonical) => sm3(&[canonical.as_bytes()]).to_hex(),
            None => self.kept.clone(),
        }
    }
}

/// Without the data, which may be a patient's.
impl fmt::Debug for CallData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallData({})", self.kept)
    }
}

#[cfg(test)]
mod tests {
    use chs_envelope::sm::{Sm2PrivateKey, Sm2PublicKey};

    use super::*;

    const APP_ID: &str = "TEST-HOSPITAL-A-0001";
    const DATA: &str = r#"{"setl_id":"S1"}"#;

    fn key(d: u8) -> Sm2PublicKey {
        let key = Sm2PrivateKey::from_bytes(&[d; 32]).unwrap();
        key.public_key().clone()
    }

    fn call(d: u8, data: &str) -> CallData {
        CallData::sealed(&DataDigest::new(&key(d), APP_ID, data), data)
    }

    #[test]
    fn a_repeat_is_known_by_its_data() {
        let first = call(7, DATA);
        assert!(call(7, DATA).was_kept_as(APP_ID, first.kept()));
        assert!(
            call(8, DATA).was_kept_as(APP_ID, first.kept()),
            "another key"
        );
        assert!(!call(7, "{}").was_kept_as(APP_ID, first.kept()));
        assert!(!call(8, "{}").was_kept_as(APP_ID, first.kept()));
    }

    #[test]
    fn a_repeat_of_what_an_earlier_release_kept() {
        let earlier = sm3(&[DATA.as_bytes()]).to_hex();
        assert_eq!(call(7, DATA).sm3(), earlier);
        assert!(call(7, DATA).was_kept_as(APP_ID, &earlier));
        assert!(!call(7, "{}").was_kept_as(APP_ID, &earlier));
    }

    #[test]
    fn a_transaction_is_itself_alone() {
        let digest = sm3(&[b"4101\n{}"]);
        let transaction = CallData::transaction(&digest);
        assert_eq!(transaction.sm3(), digest.to_hex());
        assert!(transaction.was_kept_as(APP_ID, &digest.to_hex()));
        assert!(!transaction.was_kept_as(APP_ID, call(7, DATA).kept()));
        assert!(!call(7, DATA).was_kept_as(APP_ID, transaction.kept()));
    }

    #[test]
    fn data_is_never_shown() {
        assert!(!format!("{:?}", call(7, DATA)).contains("S1"));
    }
}
