//! The message under inspection, read as leniently as JSON allows.

use crate::{
    canonical::{Document, JsonError},
    sealed::{AnswerEnvelope, Envelope},
    transaction::TransactionRequest,
};

/// Why there is nothing to inspect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// The message is not JSON, or a key stands twice in it.
    #[error("报文不是合法的 JSON：{0} / the message is not valid JSON")]
    Json(#[source] JsonError),
    /// The message is JSON, but not an object.
    #[error("报文不是 JSON 对象 the message is not a JSON object")]
    NotAnObject,
    /// No public key was given.
    #[error("未给出公钥 no public key was given")]
    NoKey,
}

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A sealed request, or the published message with plain `data`.
    Request,
    /// A sealed answer.
    Answer,
    /// A transaction message with `cainfo`.
    Transaction,
}

/// The parts of a message.
pub(super) struct Subject<'a> {
    pub(super) kind: Kind,
    /// Members that are signed as text; not `data`, `encData`, `signData`,
    /// `extra`.
    pub(super) members: Vec<(String, String)>,
    /// Plain data as it stands in the message, if it does.
    pub(super) plain: Option<String>,
    pub(super) enc_data: Option<String>,
    pub(super) signature: Option<String>,
    pub(super) gcm: bool,
    /// Why the strict reader refuses the message's form.
    pub(super) refusal: Option<String>,
    bytes: &'a [u8],
}

impl<'a> Subject<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, InspectError> {
        let document = Document::parse(bytes).map_err(InspectError::Json)?;
        let Document::Object(members) = document else {
            return Err(InspectError::NotAnObject);
        };
        let has = |name: &str| members.iter().any(|(key, _)| key == name);
        let kind = if has("infno") || has("infcode") {
            Kind::Transaction
        } else if has("success") {
            Kind::Answer
        } else {
            Kind::Request
        };
        let mut subject = Self {
            kind,
            members: Vec::new(),
            plain: None,
            enc_data: None,
            signature: None,
            gcm: false,
            refusal: refusal(kind, bytes),
            bytes,
        };
        for (name, value) in &members {
            subject.take(name, value);
        }
        Ok(subject)
    }

    fn take(&mut self, name: &str, value: &Document<'_>) {
        let text = match value {
            Document::Text(text) | Document::Number(text) => text.to_string(),
            Document::Bool(value) => value.to_string(),
            Document::Object(_) | Document::Array(_) => value.compact(),
            Document::Null => return,
        };
        let raw = || crate::transaction::raw_member(self.bytes, name);
        let transaction = self.kind == Kind::Transaction;
        match name {
            "extra" => {}
            "signData" | "cainfo" => self.signature = Some(text).filter(|text| !text.is_empty()),
            "data" | "input" | "output" if value.is_object() => self.plain = raw(),
            "input" | "output" if transaction => self.enc_data = Some(text),
            "encData" => self.enc_data = Some(text),
            // A transaction signs its input alone.
            _ if transaction => {}
            _ => {
                self.gcm |= name == "encType" && text == "SM4-GCM";
                self.members.push((name.to_owned(), text));
            }
        }
    }

    pub(super) fn member(&self, name: &str) -> Option<&str> {
        let found = self.members.iter().find(|(key, _)| key == name);
        found.map(|(_, text)| text.as_str())
    }
}

fn refusal(kind: Kind, bytes: &[u8]) -> Option<String> {
    match kind {
        Kind::Request => Envelope::parse(bytes).err().map(|error| error.to_string()),
        Kind::Answer => AnswerEnvelope::parse(bytes)
            .err()
            .map(|error| error.to_string()),
        Kind::Transaction => TransactionRequest::parse(bytes)
            .err()
            .map(|error| error.to_string()),
    }
}
