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
    },
    /// To be opened only then.
    Sealed {
        sealed: Vec<u8>,
        plaintext: &'a mut Vec<u8>,
    },
    /// Nothing, whatever the signature.
    Nothing,
}

/// Decrypts and reads a request, as far as the convention lets one before the signature is
/// verified. What is opened is borrowed from `plaintext`, whose former content is lost.
///
/// # Errors
/// Only for what a look at the message and the credentials shows; every other cause comes
/// up in [`Unverified::settle`].
pub fn read_into<'a>(
    envelope: &'a Envelope,
    credentials: &'a AppCredentials,
    sender: &'a Sm2PublicKey,
    plaintext: &'a mut Vec<u8>,
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
        plaintext: &'a mut Vec<u8>,
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
                *plaintext = blocks.bytes;
                let plaintext: &'a [u8] = plaintext;
                if let Some(read) = read_object(plaintext).filter(|_| blocks.padding_ok) {
                    let canonical = read.canonical(credentials.scalars());
                    let (digest, e) = hash(&canonical);
                    let held = Held::Text {
                        read,
                        canonical,
                        digest,
                    };
                    (held, e)
                } else {
                    let filler = filler(plaintext.len());
                    let read = read_object(filler.as_bytes()).ok_or(OpenError)?;
                    let (_, e) = hash(&read.document().canonical(credentials.scalars()));
                    (Held::Nothing, e)
                }
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
                },
                Ok(()),
            ) => Ok((read.into_document(), canonical, digest)),
            (
                Held::Text {
                    read,
                    canonical: Cow::Borrowed(_),
                    ..
                },
                Err(_),
            ) => {
                // What is refused costs the writing of a text, had it to be written or not.
                black_box(read.document().canonical(scalars));
                Err(OpenError)
            }
            (Held::Sealed { sealed, plaintext }, Ok(())) => {
                let key = self.credentials.gcm_key().ok_or(OpenError)?;
                let aad = self.envelope.head().aad();
                *plaintext = key.gcm_open(aad.as_bytes(), &sealed)?;
                let read = read_object(plaintext).ok_or(OpenError)?;
                let canonical = read.canonical(scalars);
                Ok((read.into_document(), canonical, None))
            }
            (_, Err(_)) | (Held::Nothing, Ok(())) => Err(OpenError),
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
fn filler(length: usize) -> String {
    let item = r#""0123456789","#;
    format!(r#"{{"filler":[{}0]}}"#, item.repeat(length / item.len()))
}
