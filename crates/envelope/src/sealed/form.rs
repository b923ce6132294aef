//! The members of a message as text: which there may be, and their form.

use std::borrow::Cow;

use super::{EncType, EnvelopeError, Timestamp};
use crate::{
    canonical::{Document, JsonErrorKind},
    sm::{GCM_OVERHEAD, SM4_BLOCK, Sm2Signature},
};

/// Most bytes that `extra` may have as JSON text without blanks.
pub const EXTRA_MAX: usize = 1024;

/// Most characters of an unknown member's name that a refusal repeats.
const NAME_MAX: usize = 64;

pub(super) const REQUEST: [&str; 9] = [
    "appId",
    "encType",
    "signType",
    "timestamp",
    "version",
    "nonce",
    "requestId",
    "encData",
    "signData",
];
pub(super) const ANSWER: [&str; 3] = ["code", "message", "success"];

/// The members of one message: all allowed, none twice, none empty.
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, Document<'a>)>);

impl<'a> Members<'a> {
    /// Reads the message and looks at every member but its form.
    pub(super) fn read(bytes: &'a [u8], allowed: &[&[&str]]) -> Result<Self, EnvelopeError> {
        let members = match Document::parse(bytes) {
            Ok(Document::Object(members)) => members,
            Ok(_) => return Err(EnvelopeError::NotAnObject),
            Err(error) => {
                return Err(match error.kind {
                    JsonErrorKind::Duplicate(name) => EnvelopeError::Duplicate {
                        member: shortened(&name),
                    },
                    _ => EnvelopeError::Json(error),
                });
            }
        };
        for (name, value) in &members {
            let member = || shortened(name);
            if name == "extra" {
                check_extra(value)?;
            } else if !allowed.iter().any(|names| names.contains(&name.as_ref())) {
                return Err(EnvelopeError::Unknown { member: member() });
            } else if is_empty(value) {
                return Err(EnvelopeError::Empty { member: member() });
            }
        }
        Ok(Self(members))
    }

    fn get(&self, name: &'static str) -> Result<&Document<'a>, EnvelopeError> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value)
            .ok_or(EnvelopeError::Missing { member: name })
    }

    /// A member that is a string of the given form.
    pub(super) fn read_as<T>(&self, form: &Form<T>) -> Result<T, EnvelopeError> {
        let member = form.member;
        match self.get(member)? {
            Document::Text(text) => form.read(text),
            _ => Err(EnvelopeError::WrongType {
                member,
                zh: "字符串",
                en: "a string",
            }),
        }
    }

    /// A member that is a boolean.
    pub(super) fn boolean(&self, name: &'static str) -> Result<bool, EnvelopeError> {
        match self.get(name)? {
            Document::Bool(value) => Ok(*value),
            _ => Err(EnvelopeError::WrongType {
                member: name,
                zh: "布尔值",
                en: "a boolean",
            }),
        }
    }
}

fn shortened(name: &str) -> String {
    name.chars().take(NAME_MAX).collect()
}

fn is_empty(value: &Document<'_>) -> bool {
    match value {
        Document::Null => true,
        Document::Text(text) => text.is_empty(),
        Document::Array(items) => items.is_empty(),
        Document::Object(members) => members.is_empty(),
        Document::Bool(_) | Document::Number(_) => false,
    }
}

fn check_extra(value: &Document<'_>) -> Result<(), EnvelopeError> {
    if is_empty(value) {
        return Err(EnvelopeError::Empty {
            member: "extra".to_owned(),
        });
    }
    if value.compact().len() > EXTRA_MAX {
        return Err(EnvelopeError::ExtraTooLong);
    }
    Ok(())
}

/// What a member must look like, in both languages, and what it is read as.
pub(super) struct Form<T> {
    member: &'static str,
    zh: &'static str,
    en: &'static str,
    read: fn(&str) -> Option<T>,
}

impl<T> Form<T> {
    pub(super) fn read(&self, text: &str) -> Result<T, EnvelopeError> {
        let Self {
            member,
            zh,
            en,
            read,
        } = *self;
        read(text).ok_or(EnvelopeError::Malformed { member, zh, en })
    }
}

pub(super) const APP_ID: Form<String> = Form {
    member: "appId",
    zh: "16 至 64 位字母、数字、“-”或“_”",
    en: "16 to 64 letters, digits, '-' or '_'",
    read: |text| word(text, 16, ""),
};

pub(super) const ENC_TYPE: Form<EncType> = Form {
    member: "encType",
    zh: "SM4 或 SM4-GCM",
    en: "SM4 or SM4-GCM",
    read: EncType::from_name,
};

pub(super) const SIGN_TYPE: Form<()> = Form {
    member: "signType",
    zh: super::SIGN_TYPE,
    en: super::SIGN_TYPE,
    read: |text| (text == super::SIGN_TYPE).then_some(()),
};

pub(super) const TIMESTAMP: Form<Timestamp> = Form {
    member: "timestamp",
    zh: "yyyyMMddHHmmss（北京时间）或 13 位毫秒数",
    en: "yyyyMMddHHmmss in China time, or 13 digits of epoch milliseconds",
    read: Timestamp::parse,
};

pub(super) const VERSION: Form<()> = Form {
    member: "version",
    zh: super::VERSION,
    en: super::VERSION,
    read: |text| (text == super::VERSION).then_some(()),
};

pub(super) const NONCE: Form<String> = Form {
    member: "nonce",
    zh: "16 至 64 位字母、数字、“-”或“_”",
    en: "16 to 64 letters, digits, '-' or '_'",
    read: |text| word(text, 16, ""),
};

pub(super) const REQUEST_ID: Form<String> = Form {
    member: "requestId",
    zh: "1 至 64 位字母、数字、“-”、“_”、“:”或“.”",
    en: "1 to 64 letters, digits, '-', '_', ':' or '.'",
    read: |text| word(text, 1, ":."),
};

pub(super) const SIGN_DATA: Form<Sm2Signature> = Form {
    member: "signData",
    zh: "88 位 Base64，即 64 字节的 r‖s",
    en: "88 characters of Base64: r and s, 64 bytes",
    read: |text| Sm2Signature::from_base64(text).ok(),
};

pub(super) const ENC_DATA_ECB: Form<String> = Form {
    member: "encData",
    zh: "大写十六进制，字节数为 16 的倍数",
    en: "upper-case hex of a multiple of 16 bytes",
    read: |text| upper_hex(text, text.len().is_multiple_of(2 * SM4_BLOCK)),
};

pub(super) const ENC_DATA_GCM: Form<String> = Form {
    member: "encData",
    zh: "大写十六进制，不少于 29 字节（IV、密文、标签）",
    en: "upper-case hex of at least 29 bytes: IV, ciphertext, tag",
    read: |text| {
        upper_hex(
            text,
            text.len().is_multiple_of(2) && text.len() > 2 * GCM_OVERHEAD,
        )
    },
};

pub(super) const CODE: Form<String> = Form {
    member: "code",
    zh: "1 至 64 位字母、数字、“-”、“_”或“.”",
    en: "1 to 64 letters, digits, '-', '_' or '.'",
    read: |text| word(text, 1, "."),
};

pub(super) const MESSAGE: Form<String> = Form {
    member: "message",
    zh: "1 至 1000 个字符",
    en: "1 to 1000 characters",
    read: |text| {
        (1..=1000)
            .contains(&text.chars().count())
            .then(|| text.to_owned())
    },
};

/// `least` to 64 letters, digits, `-`, `_` and characters of `also`.
fn word(text: &str, least: usize, also: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || also.contains(c);
    let holds = (least..=64).contains(&text.len()) && text.chars().all(allowed);
    holds.then(|| text.to_owned())
}

fn upper_hex(text: &str, right_length: bool) -> Option<String> {
    // Without an early end, so that the compiler takes many bytes at a time.
    let digits = text.bytes().fold(true, |all, byte| {
        all & matches!(byte, b'0'..=b'9' | b'A'..=b'F')
    });
    (right_length && digits).then(|| text.to_owned())
}
