//! One log line and one measurement for each call; no patient data in either.

use std::time::Instant;

use crate::{caller::Caller, error::Refusal};

/// What is known of a call so far.
#[derive(Debug)]
pub(super) struct Line {
    operation: &'static str,
    http_request_id: String,
    started: Instant,
    caller: Option<(String, &'static str, String)>,
}

impl Line {
    pub(super) fn new(operation: &'static str, http_request_id: String, started: Instant) -> Line {
        Line {
            operation,
            http_request_id,
            started,
            caller: None,
        }
    }

    /// The same line, with the operation that the message turned out to ask for.
    pub(super) fn of(self, operation: &'static str) -> Line {
        Line { operation, ..self }
    }

    /// The same line, with the verified caller.
    pub(super) fn by(self, caller: &Caller, request_id: &str) -> Line {
        let caller = (
            caller.app_id.clone(),
            caller.role.as_str(),
            request_id.to_owned(),
        );
        Line {
            caller: Some(caller),
            ..self
        }
    }

    /// Writes the line. Faults of ours are errors; a caller's faults are information.
    pub(super) fn finish(&self, outcome: Result<(), &Refusal>) {
        let seconds = self.started.elapsed().as_secs_f64();
        let code = outcome
            .as_ref()
            .err()
            .map_or("0", |refusal| refusal.code.code());
        metrics::counter!("chs_calls_total", "operation" => self.operation, "code" => code)
            .increment(1);
        metrics::histogram!("chs_call_seconds", "operation" => self.operation).record(seconds);
        let (app_id, role, request_id) = self
            .caller
            .as_ref()
            .map_or(("", "", ""), |(app, role, request)| {
                (app.as_str(), *role, request.as_str())
            });
        let cause = outcome
            .err()
            .and_then(|refusal| refusal.cause.as_deref())
            .unwrap_or("");
        let duration_ms = seconds * 1_000.0;
        let (operation, http_request_id) = (self.operation, self.http_request_id.as_str());
        if outcome.is_err_and(|refusal| refusal.code.status().is_server_error()) {
            tracing::error!(
                operation,
                code,
                app_id,
                role,
                request_id,
                http_request_id,
                duration_ms,
                cause,
                "call failed"
            );
        } else {
            tracing::info!(
                operation,
                code,
                app_id,
                role,
                request_id,
                http_request_id,
                duration_ms,
                cause,
                "call"
            );
        }
    }
}
