//! Messages that have been read, and must not be believed yet.

use std::{borrow::Cow, hint::black_box};

use super::{
    AppCredentials, DataDigest, EncType, Envelope, OpenError, OpenedText, Outcome,
    envelope::signed_text,
};
use crate::{
    canonical::{Document, Reading},
    sm::{Sm2PublicKey, SmError, ToVerify, decode_upper_hex},
};

/// A message whose signature is still to be verified, by itself or with others
/// ([`crate::sm::verify_many`]); nothing of it can be seen before.
#[must_use]
pub struct Unverified<'a> {
    envelope: &'a Envelope,
    credentials: &'a AppCredentials,
    sender: &'a Sm2PublicKey,
    e: [u8; 32],
    held: Held<'a>,
}

/// What there is to see once the signature holds.
enum Held<'a> {
    Text {
        read: Reading<'a>,
        canonical: Cow<'a, str>,
        /// Where it came up on the way.
        digest: Option<DataDigest>,
        /// Not so with a filler, which is refused whatever the signature.
        readable: bool,
    },
    /// To be opened only then.
    Sealed {
        sealed: Vec<u8>,
        plaintext: &'a mut Plaintext,
    },
}

/// What an opened message borrows from. Its content is lost with every message.
#[derive(Default)]
pub struct Plaintext {
    opened: Vec<u8>,
    /// Stands in for data that cannot be read.
    filler: String,
}

/// Decrypts and reads a request, as far as the convention lets one before the signature is
/// verified. What is opened is borrowed from `plaintext`.
///
/// # Errors
/// Only for what a look at the message and the credentials shows; every other cause comes
/// up in [`Unverified::settle`].
pub fn read_into<'a>(
    envelope: &'a Envelope,
    credentials: &'a AppCredentials,
    sender: &'a Sm2PublicKey,
    plaintext: &'a mut Plaintext,
) -> Result<Unverified<'a>, OpenError> {
    Unverified::read(envelope, None, credentials, sender, plaintext)
}

impl<'a> Unverified<'a> {
    /// The signature that has to hold.
    #[must_use]
    pub const fn to_verify(&self) -> ToVerify<'_> {
        ToVerify {
            key: self.sender,
            e: &self.e,
            signature: self.envelope.signature(),
        }
    }

    /// What was sealed, given what became of [`Self::to_verify`].
    ///
    /// # Errors
    /// As [`super::open`].
    pub fn settle(self, verified: Result<(), SmError>) -> Result<OpenedText<'a>, OpenError> {
        let (sender, app_id) = (self.sender, self.envelope.head().app_id());
        let (document, canonical, digest) = self.settled(verified)?;
        let digest = digest.unwrap_or_else(|| DataDigest::new(sender, app_id, &canonical));
        Ok(OpenedText {
            data: document,
            canonical,
            digest,
        })
    }

    /// Verifies this message alone, and gives its data.
    pub(super) fn data(self) -> Result<Document<'a>, OpenError> {
        let verified = self.verified();
        self.settled(verified).map(|(document, ..)| document)
    }

    /// Verifies this message alone.
    pub(super) fn verified(&self) -> Result<(), SmError> {
        self.sender
            .verify_digest(&self.e, self.envelope.signature())
    }

    pub(super) fn read(
        envelope: &'a Envelope,
        outcome: Option<&Outcome>,
        credentials: &'a AppCredentials,
        sender: &'a Sm2PublicKey,
        plaintext: &'a mut Plaintext,
    ) -> Result<Self, OpenError> {
        if envelope.head().app_id() != credentials.app_id() {
            return Err(OpenError);
        }
        let sealed = decode_upper_hex(envelope.enc_data())?;
        let hash = |canonical: &str| {
            let enc_data = envelope.enc_data();
            let text = signed_text(envelope.head(), canonical, enc_data, outcome, credentials);
            DataDigest::on_the_way(sender, &text)
        };
        let (held, e) = match envelope.head().enc_type() {
            EncType::Sm4 => {
                let blocks = credentials.key2().ecb_decrypt_blocks(sealed)?;
                let Plaintext { opened, filler } = plaintext;
                *opened = blocks.bytes;
                let read = read_object(opened).filter(|_| blocks.padding_ok);
                let readable = read.is_some();
                // Data that cannot be read goes the way of data that can: hashed and verified
                // now, written and dropped when it is settled.
                let read = match read {
                    Some(read) => read,
                    None => {
                        *filler = filler_of(opened.len());
                        read_object(filler.as_bytes()).ok_or(OpenError)?
                    }
                };
                let canonical = read.canonical(credentials.scalars());
                let (digest, e) = hash(&canonical);
                let held = Held::Text {
                    read,
                    canonical,
                    digest,
                    readable,
                };
                (held, e)
            }
            EncType::Sm4Gcm => {
                credentials.gcm_key().ok_or(OpenError)?;
                let (_, e) = hash("");
                (Held::Sealed { sealed, plaintext }, e)
            }
        };
        Ok(Self {
            envelope,
            credentials,
            sender,
            e,
            held,
        })
    }

    fn settled(self, verified: Result<(), SmError>) -> Result<Settled<'a>, OpenError> {
        let scalars = self.credentials.scalars();
        match (self.held, verified) {
            (
                Held::Text {
                    read,
                    canonical,
                    digest,
                    readable: true,
                },
                Ok(()),
            ) => Ok((read.into_document(), canonical, digest)),
            (
                Held::Text {
                    read, canonical, ..
                },
                _,
            ) => {
                // What is refused costs the writing of a text: this one, had it not to be
                // written before it was hashed.
                if matches!(canonical, Cow::Borrowed(_)) {
                    black_box(read.document().canonical(scalars));
                }
                Err(OpenError)
            }
            (Held::Sealed { sealed, plaintext }, Ok(())) => {
                let key = self.credentials.gcm_key().ok_or(OpenError)?;
                let aad = self.envelope.head().aad();
                plaintext.opened = key.gcm_open(aad.as_bytes(), &sealed)?;
                let read = read_object(&plaintext.opened).ok_or(OpenError)?;
                let canonical = read.canonical(scalars);
                Ok((read.into_document(), canonical, None))
            }
            (Held::Sealed { .. }, Err(_)) => Err(OpenError),
        }
    }
}

/// Data, its canonical text and, where it came up on the way, its digest.
type Settled<'a> = (Document<'a>, Cow<'a, str>, Option<DataDigest>);

fn read_object(plaintext: &[u8]) -> Option<Reading<'_>> {
    let read = Reading::of(plaintext).ok();
    read.filter(|read| read.document().is_object())
}

/// An object of about the given length. It stands in for data that cannot be
/// read, so that refusing it takes as long as refusing its signature.
fn filler_of(length: usize) -> String {
    let item = r#""0123456789","#;
    format!(r#"{{"filler":[{}0]}}"#, item.repeat(length / item.len()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
    use serde_json::json;

    use super::*;
    use crate::{
        sealed::{Head, Timestamp, open, seal_request},
        sm::{Sm2PrivateKey, Sm2Signature, Sm4Key, verify_many},
    };

    /// What becomes of a message by the signature's own verdict, and by either one.
    fn settled(
        envelope: &Envelope,
        credentials: &AppCredentials,
        sender: &Sm2PublicKey,
    ) -> [bool; 3] {
        let verdicts = [None, Some(Ok(())), Some(Err(SmError))];
        verdicts.map(|verdict| {
            let mut plaintext = Plaintext::default();
            let read = read_into(envelope, credentials, sender, &mut plaintext).unwrap();
            let verdict = verdict.unwrap_or_else(|| verify_many(&[read.to_verify()])[0]);
            let settled = read.settle(verdict);
            if let Ok(text) = &settled {
                assert_eq!(text.canonical, r#"{"setl_id":"S1"}"#);
                assert_eq!(
                    text.digest,
                    DataDigest::new(sender, credentials.app_id(), &text.canonical)
                );
            }
            settled.is_ok()
        })
    }

    #[test]
    fn only_what_can_be_read_and_verified_is_seen() {
        let key = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
        let sender = key.public_key();
        let credentials = AppCredentials::new("TEST-HOSPITAL-A-0001", "a-secret-of-this-test")
            .unwrap()
            .with_gcm_key(Sm4Key::from_bytes(&[7; 16]).unwrap());
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let time = Timestamp::from_millis(1_795_305_600_000).unwrap();
        for enc_type in [EncType::Sm4, EncType::Sm4Gcm] {
            let head = Head::new(
                &credentials,
                enc_type,
                time.clone(),
                "0123456789abcdef",
                "R-1",
            );
            let data = json!({"setl_id": "S1"});
            let good = seal_request(head.unwrap(), &data, &credentials, &key, &mut rng).unwrap();
            assert_eq!(settled(&good, &credentials, sender), [true, true, false]);
            assert!(open(&good, &credentials, sender).is_ok());

            let other = Sm2Signature::from_bytes(&[1; 64]).unwrap();
            let (head, data) = (good.head().clone(), good.enc_data().to_owned());
            let unsigned = Envelope::new(head.clone(), data.clone(), other);
            assert_eq!(
                settled(&unsigned, &credentials, sender),
                [false, true, false]
            );
            // Not even a signature that holds lets one see what cannot be read.
            let unreadable = Envelope::new(head, "00".repeat(data.len() / 2), *good.signature());
            assert_eq!(
                settled(&unreadable, &credentials, sender),
                [false, false, false]
            );
            assert!(open(&unreadable, &credentials, sender).is_err());
        }
    }
}
