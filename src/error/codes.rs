//! The one table of errors: one code, one cause, one HTTP status.
//!
//! `docs/ERRORS.md` is printed from this table (`chs-gateway openapi` writes it), so
//! what a caller reads and what the gateway sends cannot drift apart. Its rows stand in the
//! files below, by subject; their order is that of `message!` below.

mod caller;
mod data;
mod gateway;
mod message;
mod state;
mod unknown;

use actix_web::http::StatusCode;

use {
    caller::caller, data::data, gateway::gateway, message::message, state::state, unknown::unknown,
};

/// One row of the error table.
#[derive(Debug)]
pub struct ErrorRow {
    /// Wire code, e.g. `CHS-40101`: the HTTP status and a running number.
    pub code: &'static str,
    /// HTTP status of the answer.
    pub status: u16,
    /// Whether the same request may be sent again unchanged (with a fresh nonce).
    pub retryable: bool,
    /// The cause, in Chinese.
    pub zh: &'static str,
    /// The cause, in English.
    pub en: &'static str,
    /// What the hospital's vendor does about it.
    pub hospital: &'static str,
    /// What the gateway's operator does about it.
    pub operator: &'static str,
}

macro_rules! error_table {
    ({ $($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $retry:literal,
        $zh:literal, $en:literal, $hospital:literal, $operator:literal;)* }) => {
        /// Every cause for which the gateway refuses or fails.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// All codes, in the order of the table.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name,)*];

            /// The row of the table that belongs to this code.
            pub const fn row(self) -> &'static ErrorRow {
                match self {
                    $(ErrorCode::$name => &ErrorRow {
                        code: $code, status: $status, retryable: $retry, zh: $zh, en: $en,
                        hospital: $hospital, operator: $operator,
                    },)*
                }
            }
        }
    };
}

// Each part hands the rows so far to the next one named; the last makes the table of them all.
message! { caller unknown state data gateway error_table {} }

impl ErrorCode {
    /// HTTP status of the code; 500 if the table held an impossible number.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The wire code, e.g. `CHS-40101`.
    pub const fn code(self) -> &'static str {
        self.row().code
    }

    /// Chinese and English in one line, as outer messages carry them.
    pub fn message(self) -> String {
        format!("{} / {}", self.row().zh, self.row().en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_unique_and_begins_with_its_status() {
        let mut seen = HashSet::new();
        for code in ErrorCode::ALL {
            let row = code.row();
            assert!(seen.insert(row.code), "{} stands twice", row.code);
            assert!(
                row.code.starts_with(&format!("CHS-{}", row.status)),
                "{}",
                row.code
            );
            assert!(!row.zh.is_empty() && !row.en.is_empty());
        }
    }
}
