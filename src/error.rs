//! What goes wrong, and how a caller hears of it.
//!
//! [`Refusal`] is the one error of a call: a code of the table, the fields it
//! concerns, and (for the log only) the internal cause. Before a caller is verified it
//! leaves as RFC 9457 `application/problem+json`; afterwards it is sealed and signed
//! like any other answer (`doors::sealed`).

pub mod codes;
pub mod markdown;

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode, http::header};
use serde::Serialize;
use utoipa::ToSchema;

pub use codes::ErrorCode;

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the message or into the opened data.
    pub pointer: String,
    /// Rule or clause that the field breaks, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What is wrong, in Chinese.
    pub message: String,
    /// What is wrong, in English.
    pub message_en: String,
}

impl FieldError {
    /// A field error without a rule id.
    pub fn new(
        pointer: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> FieldError {
        FieldError {
            pointer: pointer.into(),
            rule: None,
            message: zh.into(),
            message_en: en.into(),
        }
    }
}

/// A call that is not carried out.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The cause, from the error table.
    pub code: ErrorCode,
    /// The fields concerned.
    pub errors: Vec<FieldError>,
    /// Seconds after which a retry makes sense (429 and 503).
    pub retry_after: Option<u64>,
    /// Internal cause: logged, never sent.
    pub cause: Option<String>,
}

/// The body of a refusal, inside a sealed answer or beside RFC 9457's own members.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusalBody<'a> {
    /// Code of the error table.
    pub code: &'static str,
    /// The cause, in Chinese.
    pub message: &'static str,
    /// The cause, in English.
    pub message_en: &'static str,
    /// Whether the same request may be sent again.
    pub retryable: bool,
    /// The fields concerned.
    pub errors: &'a [FieldError],
}

/// RFC 9457 document of a failure outside a sealed answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem<'a> {
    /// Where the code is explained.
    #[serde(rename = "type")]
    pub kind: String,
    /// The cause, Chinese and English.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Code of the error table.
    pub code: &'static str,
    /// Whether the same request may be sent again.
    pub retryable: bool,
    /// The fields concerned.
    pub errors: &'a [FieldError],
}

impl Refusal {
    /// A refusal with a code and nothing more to say.
    pub fn new(code: ErrorCode) -> Refusal {
        Refusal {
            code,
            errors: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// A refusal because of one field.
    pub fn field(
        code: ErrorCode,
        pointer: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Refusal {
        Refusal::new(code).with_errors(vec![FieldError::new(pointer, zh, en)])
    }

    /// A fault of ours; `cause` goes to the log only.
    pub fn internal(cause: impl fmt::Display) -> Refusal {
        Refusal {
            cause: Some(cause.to_string()),
            ..Refusal::new(ErrorCode::Internal)
        }
    }

    /// The same refusal with the fields it concerns.
    #[must_use]
    pub fn with_errors(self, errors: Vec<FieldError>) -> Refusal {
        Refusal { errors, ..self }
    }

    /// What the caller is told.
    pub fn body(&self) -> RefusalBody<'_> {
        let row = self.code.row();
        RefusalBody {
            code: row.code,
            message: row.zh,
            message_en: row.en,
            retryable: row.retryable,
            errors: &self.errors,
        }
    }

    /// RFC 9457 document, for failures outside a sealed answer.
    pub fn problem(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.code.status());
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        response
            .content_type("application/problem+json")
            .json(self.document())
    }

    /// The RFC 9457 document.
    pub(crate) fn document(&self) -> Problem<'_> {
        let row = self.code.row();
        Problem {
            kind: format!("urn:chs-gateway:error:{}", row.code),
            title: self.code.message(),
            status: row.status,
            code: row.code,
            retryable: row.retryable,
            errors: &self.errors,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code.code(), self.code.message())?;
        if let Some(cause) = &self.cause {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.problem()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_internal_cause_is_not_sent() {
        let refusal = Refusal::internal("secret detail");
        assert!(refusal.to_string().contains("secret detail"));
        assert!(
            !serde_json::to_string(&refusal.body())
                .unwrap()
                .contains("secret detail")
        );
    }
}
