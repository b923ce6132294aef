//! A request as it stands on the wire.

use super::{AppCredentials, EncType, EnvelopeError, Head, Outcome, SignedText, form};
use crate::{canonical::Document, sm::Sm2Signature};
use form::Members;

/// A sealed request whose form has been checked. Nothing in it may be
/// believed before [`super::open`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    head: Head,
    enc_data: String,
    signature: Sm2Signature,
}

impl Envelope {
    /// Reads a request and checks the form of every member.
    ///
    /// # Errors
    /// With the member and the cause. Keys play no part in it.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        Self::read(&Members::read(bytes, &[&form::REQUEST])?)
    }

    pub(super) fn read(members: &Members<'_>) -> Result<Self, EnvelopeError> {
        let head = Head::read(members)?;
        let enc_data = members.read_as(match head.enc_type() {
            EncType::Sm4 => &form::ENC_DATA_ECB,
            EncType::Sm4Gcm => &form::ENC_DATA_GCM,
        })?;
        let signature = members.read_as(&form::SIGN_DATA)?;
        Ok(Self {
            head,
            enc_data,
            signature,
        })
    }

    pub(super) const fn new(head: Head, enc_data: String, signature: Sm2Signature) -> Self {
        Self {
            head,
            enc_data,
            signature,
        }
    }

    /// The members that name the message.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The sealed data, upper-case hex.
    #[must_use]
    pub fn enc_data(&self) -> &str {
        &self.enc_data
    }

    /// The signature.
    #[must_use]
    pub const fn signature(&self) -> &Sm2Signature {
        &self.signature
    }

    /// The text that this message's signature covers. `canonical` is the
    /// canonical text of its data; with `SM4-GCM` it is not looked at.
    #[must_use]
    pub fn signed_text<'a>(
        &self,
        canonical: &str,
        credentials: &'a AppCredentials,
    ) -> SignedText<'a> {
        signed_text(&self.head, canonical, &self.enc_data, None, credentials)
    }

    /// The message as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        Document::object(self.members()).compact()
    }

    pub(super) fn members(&self) -> Vec<(&'static str, Document<'_>)> {
        let signature = self.signature.to_base64().into();
        let texts = self
            .head
            .members()
            .into_iter()
            .map(|(name, text)| (name, text.into()));
        texts
            .chain([
                ("encData", self.enc_data.as_str().into()),
                ("signData", signature),
            ])
            .map(|(name, text)| (name, Document::Text(text)))
            .collect()
    }
}

/// The signed text of a request or, with an outcome, of an answer.
pub(super) fn signed_text<'a>(
    head: &Head,
    canonical: &str,
    enc_data: &str,
    outcome: Option<&Outcome>,
    credentials: &'a AppCredentials,
) -> SignedText<'a> {
    let mut members = head.members().to_vec();
    match head.enc_type() {
        EncType::Sm4Gcm => members.push(("encData", enc_data)),
        // Empty data is left out like any other empty member.
        EncType::Sm4 if canonical == "{}" => {}
        EncType::Sm4 => members.push(("data", canonical)),
    }
    if let Some(outcome) = outcome {
        members.extend(outcome.signed_members());
    }
    SignedText::new(&members, credentials)
}
