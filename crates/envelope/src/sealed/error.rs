//! Why the form of a message is refused. Nothing here depends on a key, so
//! everything may be told to the sender.

use crate::canonical::JsonError;

/// A refusal at the first stage, before any key is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The body is not JSON.
    #[error("报文不是合法的 JSON：{0} / the message is not valid JSON")]
    Json(#[source] JsonError),
    /// The body is JSON, but not an object.
    #[error("报文不是 JSON 对象 the message is not a JSON object")]
    NotAnObject,
    /// A key stands twice in one object.
    #[error("成员 {member:?} 重复 duplicate member")]
    Duplicate {
        /// Its name, 64 characters of it at most.
        member: String,
    },
    /// A member that the contract does not know.
    #[error("成员 {member:?} 不在规定之内 unknown member")]
    Unknown {
        /// Its name, 64 characters of it at most.
        member: String,
    },
    /// A member that the contract demands is not there.
    #[error("缺少成员 {member} missing member")]
    Missing {
        /// Its name.
        member: &'static str,
    },
    /// A member is `null`, `""`, `[]` or `{}`.
    #[error("成员 {member} 为空 empty member")]
    Empty {
        /// Its name.
        member: String,
    },
    /// A member has another JSON type than the contract demands.
    #[error("成员 {member} 应为{zh} must be {en}")]
    WrongType {
        /// Its name.
        member: &'static str,
        /// The type, in Chinese.
        zh: &'static str,
        /// The type, in English.
        en: &'static str,
    },
    /// A member does not have its form.
    #[error("成员 {member} 应为：{zh} / must be: {en}")]
    Malformed {
        /// Its name.
        member: &'static str,
        /// The form, in Chinese.
        zh: &'static str,
        /// The form, in English.
        en: &'static str,
    },
    /// `extra` is longer than [`super::EXTRA_MAX`].
    #[error("成员 extra 超过 1 KB extra is longer than 1 KB")]
    ExtraTooLong,
}

impl EnvelopeError {
    /// The member at fault, if it is one.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        match self {
            Self::Json(_) | Self::NotAnObject => None,
            Self::Duplicate { member } | Self::Unknown { member } | Self::Empty { member } => {
                Some(member)
            }
            Self::Missing { member }
            | Self::WrongType { member, .. }
            | Self::Malformed { member, .. } => Some(member),
            Self::ExtraTooLong => Some("extra"),
        }
    }

    /// JSON Pointer (RFC 6901) to the member at fault; to the whole message
    /// (the empty pointer) if there is none.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.member().map_or_else(String::new, |member| {
            format!("/{}", member.replace('~', "~0").replace('/', "~1"))
        })
    }
}
