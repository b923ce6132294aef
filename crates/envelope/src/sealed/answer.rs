//! An answer as it stands on the wire.

use super::{AppCredentials, Envelope, EnvelopeError, Head, SignedText, envelope, form};
use crate::canonical::Document;
use form::Members;

/// What an answer says about its request, outside the sealed data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    code: String,
    message: String,
    success: bool,
}

impl Outcome {
    /// A result: `code` of the error table (or of success), `message` for a
    /// person.
    ///
    /// # Errors
    /// When either is empty, too long, or `code` has other characters than
    /// letters, digits, `-`, `_` and `.`.
    pub fn new(code: &str, message: &str, success: bool) -> Result<Self, EnvelopeError> {
        let (code, message) = (form::CODE.read(code)?, form::MESSAGE.read(message)?);
        Ok(Self {
            code,
            message,
            success,
        })
    }

    /// The code of the result.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The result for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the request was carried out.
    #[must_use]
    pub const fn success(&self) -> bool {
        self.success
    }

    /// All three as text, as they are signed.
    pub(super) fn signed_members(&self) -> [(&'static str, &str); 3] {
        let success = if self.success { "true" } else { "false" };
        [
            ("code", &self.code),
            ("message", &self.message),
            ("success", success),
        ]
    }
}

/// A sealed answer whose form has been checked. Nothing in it, its outcome
/// included, may be believed before [`super::open_answer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerEnvelope {
    envelope: Envelope,
    outcome: Outcome,
}

impl AnswerEnvelope {
    /// Reads an answer and checks the form of every member.
    ///
    /// # Errors
    /// As [`Envelope::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let members = Members::read(bytes, &[&form::REQUEST, &form::ANSWER])?;
        let envelope = Envelope::read(&members)?;
        let outcome = Outcome {
            code: members.read_as(&form::CODE)?,
            message: members.read_as(&form::MESSAGE)?,
            success: members.boolean("success")?,
        };
        Ok(Self { envelope, outcome })
    }

    pub(super) const fn new(envelope: Envelope, outcome: Outcome) -> Self {
        Self { envelope, outcome }
    }

    /// The members that name the message. All but the timestamp are the
    /// request's.
    #[must_use]
    pub const fn head(&self) -> &Head {
        self.envelope.head()
    }

    /// The members that an answer shares with a request.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The outcome as it stands in the message, not yet verified.
    #[must_use]
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// As [`Envelope::signed_text`], with the three members of the outcome.
    #[must_use]
    pub fn signed_text<'a>(
        &self,
        canonical: &str,
        credentials: &'a AppCredentials,
    ) -> SignedText<'a> {
        let enc_data = self.envelope.enc_data();
        envelope::signed_text(
            self.head(),
            canonical,
            enc_data,
            Some(&self.outcome),
            credentials,
        )
    }

    /// The message as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut members = self.envelope.members();
        members.extend([
            ("code", Document::Text(self.outcome.code().into())),
            ("message", Document::Text(self.outcome.message().into())),
            ("success", Document::Bool(self.outcome.success())),
        ]);
        Document::object(members).compact()
    }
}
