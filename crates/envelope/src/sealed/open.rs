//! Opening and verifying.

use serde_json::Value;

use super::{
    AnswerEnvelope, AppCredentials, EncType, Envelope, Outcome, SignedText, envelope::signed_text,
};
use crate::{
    canonical::{Document, digest},
    sm::{Sm2PublicKey, Sm3Digest, SmError, decode_upper_hex},
};

/// The message is not what the known sender signed. Padding, tag, JSON and
/// signature are never told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("报文验证未通过 the message could not be verified")]
pub struct OpenError;

impl From<SmError> for OpenError {
    fn from(_: SmError) -> Self {
        Self
    }
}

/// Data that the known sender has signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The data, always an object, whole as it was sealed.
    pub data: Value,
    /// Its canonical text.
    pub canonical: String,
    /// SM3 of the canonical text: what tells two requests with one requestId
    /// apart.
    pub digest: Sm3Digest,
}

/// An answer that the platform has signed, to the request it was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedAnswer {
    /// Code, message and success.
    pub outcome: Outcome,
    /// The data, always an object.
    pub data: Value,
}

/// Opens and verifies a request with its sender's key.
///
/// # Errors
/// One and the same for every cause. With [`EncType::Sm4`] it comes after the
/// same work: decryption, reading, hashing and an SM2 verification are done
/// whatever has failed before.
pub fn open(
    envelope: &Envelope,
    credentials: &AppCredentials,
    sender: &Sm2PublicKey,
) -> Result<Opened, OpenError> {
    open_with_outcome(envelope, None, credentials, sender)
}

/// Opens and verifies the platform's answer to `request`.
///
/// # Errors
/// As [`open`]; also when the answer does not repeat the appId, nonce,
/// requestId and encType of the request, and so belongs to another.
pub fn open_answer(
    answer: &AnswerEnvelope,
    request: &Envelope,
    credentials: &AppCredentials,
    platform: &Sm2PublicKey,
) -> Result<OpenedAnswer, OpenError> {
    if answer
        .head()
        .answered_at(request.head().timestamp().clone())
        != *request.head()
    {
        return Err(OpenError);
    }
    let outcome = answer.outcome();
    let opened = open_with_outcome(answer.envelope(), Some(outcome), credentials, platform)?;
    Ok(OpenedAnswer {
        outcome: outcome.clone(),
        data: opened.data,
    })
}

fn open_with_outcome(
    envelope: &Envelope,
    outcome: Option<&Outcome>,
    credentials: &AppCredentials,
    sender: &Sm2PublicKey,
) -> Result<Opened, OpenError> {
    if envelope.head().app_id() != credentials.app_id() {
        return Err(OpenError);
    }
    let sealed = decode_upper_hex(envelope.enc_data())?;
    let text = |canonical: &str| {
        signed_text(
            envelope.head(),
            canonical,
            envelope.enc_data(),
            outcome,
            credentials,
        )
    };
    let verify = |text: SignedText<'_>| sender.verify(&text.parts(), envelope.signature()).is_ok();
    match envelope.head().enc_type() {
        EncType::Sm4 => {
            let blocks = credentials.key2().ecb_decrypt_blocks(sealed)?;
            let read = read_object(&blocks.bytes).filter(|_| blocks.padding_ok);
            let readable = read.is_some();
            let filler = if readable {
                String::new()
            } else {
                filler(blocks.bytes.len())
            };
            let document = read
                .or_else(|| read_object(filler.as_bytes()))
                .ok_or(OpenError)?;
            let canonical = document.canonical(credentials.scalars());
            let verified = verify(text(&canonical));
            if readable & verified {
                Ok(opened(document, canonical))
            } else {
                Err(OpenError)
            }
        }
        EncType::Sm4Gcm => {
            let key = credentials.gcm_key().ok_or(OpenError)?;
            if !verify(text("")) {
                return Err(OpenError);
            }
            let plaintext = key.gcm_open(envelope.head().aad().as_bytes(), &sealed)?;
            let document = read_object(&plaintext).ok_or(OpenError)?;
            let canonical = document.canonical(credentials.scalars());
            Ok(opened(document, canonical))
        }
    }
}

fn read_object(plaintext: &[u8]) -> Option<Document<'_>> {
    Document::parse(plaintext).ok().filter(Document::is_object)
}

/// An object of about the given length. It stands in for data that cannot be
/// read, so that refusing it takes as long as refusing its signature.
fn filler(length: usize) -> String {
    let item = r#""0123456789","#;
    format!(r#"{{"filler":[{}0]}}"#, item.repeat(length / item.len()))
}

fn opened(document: Document<'_>, canonical: String) -> Opened {
    let digest = digest(&canonical);
    Opened {
        data: document.into_value(),
        canonical,
        digest,
    }
}
