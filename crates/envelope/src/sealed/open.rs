//! Opening and verifying.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    AnswerEnvelope, AppCredentials, DataDigest, Envelope, Outcome, Plaintext, Unverified, read_into,
};
use crate::{
    canonical::Document,
    sm::{Sm2PublicKey, SmError},
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

impl OpenedText<'_> {
    /// Whether the data was sealed in its canonical form: then nothing in it is empty or
    /// escaped.
    #[must_use]
    pub const fn is_canonical(&self) -> bool {
        matches!(self.canonical, Cow::Borrowed(_))
    }
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
    let mut plaintext = Plaintext::default();
    let read = read_into(envelope, credentials, sender, &mut plaintext)?;
    let verified = read.verified();
    let opened = read.settle(verified)?;
    Ok(Opened {
        canonical: opened.canonical.into_owned(),
        digest: opened.digest,
        data: opened.data.into_value(),
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
    let mut plaintext = Plaintext::default();
    let envelope = answer.envelope();
    let read = Unverified::read(
        envelope,
        Some(outcome),
        credentials,
        platform,
        &mut plaintext,
    )?;
    Ok(OpenedAnswer {
        outcome: outcome.clone(),
        data: read.data()?.into_value(),
    })
}
