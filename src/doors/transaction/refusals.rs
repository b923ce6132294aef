//! What the envelope library refuses, as codes of the error table.

use chs_envelope::transaction::{InputError, RequestError};

use crate::error::{ErrorCode, Refusal};

/// Faults of form may be explained: they say nothing about keys.
pub(super) fn form_refusal(error: &RequestError) -> Refusal {
    let (code, name) = match error {
        RequestError::Json(_) | RequestError::NotAnObject => (ErrorCode::MessageNotJson, None),
        RequestError::Missing { name, .. } => (ErrorCode::MemberMissing, Some(*name)),
        RequestError::NotText(name) | RequestError::Control(name) => {
            (ErrorCode::MemberFormat, Some(*name))
        }
        RequestError::TooLong { name, .. } => (ErrorCode::MemberFormat, Some(*name)),
        RequestError::Time => (ErrorCode::MemberFormat, Some("inf_time")),
        RequestError::Infno => (ErrorCode::MemberFormat, Some("infno")),
        RequestError::EncType => (ErrorCode::MemberFormat, Some("enc_type")),
        RequestError::Input => (ErrorCode::MemberFormat, Some("input")),
        RequestError::NotSignedIn => (ErrorCode::NotSignedIn, Some("sign_no")),
    };
    let told = error.to_string();
    let pointer = name.map_or_else(String::new, |name| format!("/{name}"));
    Refusal::field(code, pointer, told.clone(), told)
}

pub(super) fn input_refusal(error: InputError) -> Refusal {
    let told = error.to_string();
    let (code, pointer) = match error {
        InputError::NotSigned => (ErrorCode::InputRefused, "/cainfo"),
        InputError::NotEncrypted | InputError::Encrypted | InputError::Refused => {
            (ErrorCode::InputRefused, "/input")
        }
    };
    Refusal::field(code, pointer, told.clone(), told)
}
