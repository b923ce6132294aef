//! Opening and verifying.

use std::{borrow::Cow, hint::black_box};

use serde_json::Value;

use super::{
    AnswerEnvelope, AppCredentials, DataDigest, EncType, Envelope, Outcome, SignedText,
    envelope::signed_text,
};
use crate::{
    canonical::{Document, Reading},
    sm::{Sm2PublicKey, SmError, decode_upper_hex},
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
    /// What tells two requests with one requestId apart.
    pub digest: DataDigest,
}

/// As [`Opened`], borrowed from the plaintext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedText<'a> {
    /// The data, always an object, whole as it was sealed.
    pub data: Document<'a>,
    /// Its canonical text.
    pub canonical: Cow<'a, str>,
    /// What tells two requests with one requestId apart.
    pub digest: DataDigest,
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
    let mut plaintext = Vec::new();
    let opened = open_into(envelope, credentials, sender, &mut plaintext)?;
    Ok(Opened {
        canonical: opened.canonical.into_owned(),
        digest: opened.digest,
        data: opened.data.into_value(),
    })
}

/// As [`open`], without a copy of the data: what is opened is borrowed from `plaintext`,
/// whose former content is lost. For receivers that read the data straight into a type of
/// their own.
///
/// # Errors
/// As [`open`].
pub fn open_into<'a>(
    envelope: &Envelope,
    credentials: &AppCredentials,
    sender: &Sm2PublicKey,
    plaintext: &'a mut Vec<u8>,
) -> Result<OpenedText<'a>, OpenError> {
    let verified = read_verified(envelope, None, credentials, sender, plaintext)?;
    let digest = verified.digest.unwrap_or_else(|| {
        let app_id = envelope.head().app_id();
        DataDigest::new(sender, app_id, &verified.canonical)
    });
    Ok(OpenedText {
        data: verified.read.into_document(),
        canonical: verified.canonical,
        digest,
    })
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
    let mut plaintext = Vec::new();
    let verified = read_verified(
        answer.envelope(),
        Some(outcome),
        credentials,
        platform,
        &mut plaintext,
    )?;
    Ok(OpenedAnswer {
        outcome: outcome.clone(),
        data: verified.read.into_document().into_value(),
    })
}

/// Data whose signature holds.
struct Verified<'a> {
    read: Reading<'a>,
    canonical: Cow<'a, str>,
    /// Where it came up on the way.
    digest: Option<DataDigest>,
}

fn read_verified<'a>(
    envelope: &Envelope,
    outcome: Option<&Outcome>,
    credentials: &AppCredentials,
    sender: &Sm2PublicKey,
    plaintext: &'a mut Vec<u8>,
) -> Result<Verified<'a>, OpenError> {
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
    let verify = |text: SignedText<'_>| {
        let (digest, e) = DataDigest::on_the_way(sender, &text);
        let verified = sender.verify_digest(&e, envelope.signature());
        verified.map(|()| digest).map_err(OpenError::from)
    };
    match envelope.head().enc_type() {
        EncType::Sm4 => {
            let blocks = credentials.key2().ecb_decrypt_blocks(sealed)?;
            *plaintext = blocks.bytes;
            let read = read_object(plaintext).filter(|_| blocks.padding_ok);
            let Some(read) = read else {
                let filler = filler(plaintext.len());
                let read = read_object(filler.as_bytes()).ok_or(OpenError)?;
                let _ = verify(text(&read.document().canonical(credentials.scalars())));
                return Err(OpenError);
            };
            let canonical = read.canonical(credentials.scalars());
            if let Ok(digest) = verify(text(&canonical)) {
                return Ok(Verified {
                    read,
                    canonical,
                    digest,
                });
            }
            // What is refused costs the writing of a text, had it to be written or not.
            if matches!(canonical, Cow::Borrowed(_)) {
                black_box(read.document().canonical(credentials.scalars()));
            }
            Err(OpenError)
        }
        EncType::Sm4Gcm => {
            let key = credentials.gcm_key().ok_or(OpenError)?;
            verify(text(""))?;
            *plaintext = key.gcm_open(envelope.head().aad().as_bytes(), &sealed)?;
            let read = read_object(plaintext).ok_or(OpenError)?;
            let canonical = read.canonical(credentials.scalars());
            Ok(Verified {
                read,
                canonical,
                digest: None,
            })
        }
    }
}

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
