//! The upper platform: a message is sealed for it and sent, its answer verified and
//! understood. Nothing is believed that it has not signed.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::RETRY_AFTER;
use serde_json::Value;

use crate::{
    caller_file::{self, CallerFileError},
    client::{Client, http_builder, unique},
    config,
    operations::TABLE,
};

/// Largest answer that is read, in bytes: an answer to 1,000 items has some 300 KB.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// A client of the upper platform.
#[derive(Debug)]
pub struct Upstream {
    client: Client,
    http: reqwest::Client,
    url: String,
}

/// The upper platform cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The caller file cannot be read.
    #[error(transparent)]
    File(#[from] CallerFileError),
    /// It holds no usable keys.
    #[error("upstream.caller: {0}")]
    Keys(String),
    /// The HTTP client cannot be made.
    #[error("HTTP 客户端无法建立 / the HTTP client cannot be made: {0}")]
    Http(#[from] reqwest::Error),
}

/// What became of a message.
#[derive(Debug)]
pub enum Reply {
    /// Carried out, now or at an earlier attempt: the signed answer's data.
    Done(Value),
    /// Refused by a signed answer that a repeat would not change.
    Refused {
        /// Code of the refusal.
        code: String,
        /// Its data.
        data: Value,
    },
    /// Not known to be carried out: to be sent again.
    Again {
        /// Why, without a word of the message.
        cause: String,
        /// How long the platform asks to wait.
        wait: Option<Duration>,
        /// Whether the platform answered for itself, signed.
        answered: bool,
    },
}

impl Reply {
    fn again(cause: impl Into<String>) -> Reply {
        Reply::Again {
            cause: cause.into(),
            wait: None,
            answered: false,
        }
    }
}

/// Takes cases of patients insured elsewhere: the provincial remote settlement system offers
/// it, this gateway does not.
pub const CROSS_REGION_SUBMIT: &str = "cross-region.submit";

/// Where the platform takes an operation.
fn path_of(operation: &str) -> Option<&'static str> {
    if operation == CROSS_REGION_SUBMIT {
        return Some("/cross-region/submit");
    }
    let row = TABLE.iter().find(|row| row.id == operation);
    row.map(|row| row.path)
}

impl Upstream {
    /// The configured platform; nothing where delivery is off.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub fn open(settings: &config::Upstream) -> Result<Option<Upstream>, UpstreamError> {
        let (true, Some(file)) = (settings.enabled(), &settings.caller) else {
            return Ok(None);
        };
        let caller = caller_file::read_caller(file)?;
        Ok(Some(Upstream {
            client: Client::new(&caller).map_err(UpstreamError::Keys)?,
            http: http_builder()
                .connect_timeout(Duration::from_secs(settings.connect_seconds))
                .timeout(Duration::from_secs(settings.timeout_seconds))
                // An answer is verified against its own request; a redirected one is nobody's.
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
            url: settings.url.trim_end_matches('/').to_owned(),
        }))
    }

    /// Sends one message: `data` (JSON text) under its idempotency key, with a nonce of
    /// this attempt.
    pub async fn send(
        &self,
        operation: &str,
        message_id: &str,
        data: &str,
        now: DateTime<Utc>,
    ) -> Reply {
        let Some(path) = path_of(operation) else {
            return Reply::again("no such operation");
        };
        let sealed = self
            .client
            .seal(data, message_id, &unique(), now.timestamp_millis());
        let message = match sealed {
            Ok(message) => message,
            Err(error) => return Reply::again(error),
        };
        let url = format!("{}/api/v1{path}", self.url);
        let answer = match self.post(&url, message.to_json()).await {
            Ok(answer) => answer,
            Err(cause) => return Reply::again(cause),
        };
        match self.client.open(&message, &answer.body) {
            Ok((code, data)) => understood(&answer, code, data),
            Err(_) => Reply::Again {
                cause: format!("HTTP {}, not signed by the platform", answer.status),
                wait: answer.retry_after,
                answered: false,
            },
        }
    }

    async fn post(&self, url: &str, message: String) -> Result<Answer, String> {
        // The address is configuration; without it the cause is the same every time.
        let failed = |error: reqwest::Error| describe(&error.without_url());
        let mut response = self
            .http
            .post(url)
            .header("content-type", "application/json")
            .body(message)
            .send()
            .await
            .map_err(failed)?;
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .map(Duration::from_secs);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > ANSWER_BYTES {
                return Err("the answer is too large".to_owned());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status().as_u16(),
            retry_after,
            body,
        })
    }
}

struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

/// What a verified answer means.
fn understood(answer: &Answer, code: String, data: Value) -> Reply {
    let retryable = data.get("retryable").and_then(Value::as_bool) == Some(true);
    match (code.as_str(), answer.status) {
        ("0", _) => Reply::Done(data),
        (_, 408 | 425 | 429 | 500..) => wait_for(answer, &code),
        _ if retryable => wait_for(answer, &code),
        _ => Reply::Refused { code, data },
    }
}

fn wait_for(answer: &Answer, code: &str) -> Reply {
    Reply::Again {
        cause: format!("HTTP {}, {code}", answer.status),
        wait: answer.retry_after,
        answered: true,
    }
}

/// An error with its causes, which reqwest leaves out.
fn describe(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_final_refusal_is_final() {
        let reply = |status, code: &str, retryable| {
            let answer = Answer {
                status,
                retry_after: None,
                body: Vec::new(),
            };
            understood(&answer, code.to_owned(), json!({"retryable": retryable}))
        };
        assert!(matches!(reply(200, "0", false), Reply::Done(_)));
        assert!(matches!(
            reply(422, "CHS-42202", false),
            Reply::Refused { .. }
        ));
        for (status, retryable) in [(409, true), (429, false), (503, false), (500, false)] {
            assert!(
                matches!(
                    reply(status, "X-1", retryable),
                    Reply::Again { answered: true, .. }
                ),
                "{status}"
            );
        }
    }
}
