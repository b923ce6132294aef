//! Delivery of the outbox: messages are taken, sent, and settled with what the upper
//! platform answered. Taking and settling are transactions of their own, so none stays open
//! while the platform thinks. A gateway that dies in between leaves a message that is sent
//! again: the platform tells the repeat by its requestId.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use rand::RngExt;
use serde_json::Value;

use crate::{
    app::App,
    audit::{self, Entry},
    error::Refusal,
    keys::SealedAs,
    service::cross_region::Told,
    store::{
        Tx,
        outbox::{self, Attempt, Due},
    },
    upstream::{CROSS_REGION_SUBMIT, Reply, Upstream},
};

/// Who delivers, in the audit chain.
const SYSTEM: &str = "gateway";

/// How much longer than its timeout an attempt keeps a message from others.
const MARGIN: Duration = Duration::from_secs(10);

/// What a round of delivery met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Messages sent.
    pub sent: usize,
    /// Those that the platform did not answer, or not for itself.
    pub unanswered: usize,
}

/// Takes at most `limit` due messages, sends them side by side and settles each.
///
/// # Errors
/// The database; what was sent and could not be settled is sent again later.
pub async fn round(app: &App, upstream: &Upstream, limit: usize) -> Result<Round, Refusal> {
    let now = (app.clock)();
    let lease = Duration::from_secs(app.config.upstream.timeout_seconds) + MARGIN;
    let limit = i64::try_from(limit).map_err(Refusal::internal)?;
    let due = app
        .store
        .run_tx("outbox.take", async |tx: &Tx<'_>| {
            outbox::take(tx, limit, now, now + lease).await
        })
        .await?;
    let sends = due.iter().map(|message| deliver(app, upstream, message));
    let mut round = Round {
        sent: due.len(),
        unanswered: 0,
    };
    let mut failed = None;
    for outcome in join_all(sends).await {
        match outcome {
            Ok(answered) => round.unanswered += usize::from(!answered),
            Err(refusal) => failed = Some(refusal),
        }
    }
    failed.map_or(Ok(round), Err)
}

/// One attempt; tells whether the platform answered for itself.
async fn deliver(app: &App, upstream: &Upstream, message: &Due) -> Result<bool, Refusal> {
    let started = Instant::now();
    let place = SealedAs::Outgoing(&message.message_id);
    let payload = app.keys.master.open(place, &message.payload);
    let data = payload.and_then(|bytes| String::from_utf8(bytes).ok());
    let reply = match &data {
        Some(data) => {
            let (operation, id) = (&message.operation, &message.message_id);
            upstream.send(operation, id, data, (app.clock)()).await
        }
        None => Reply::Refused {
            code: "the payload cannot be opened".to_owned(),
            data: Value::Null,
        },
    };
    // What is told of cases is kept with the delivery that tells it.
    let told = match (&reply, &data) {
        (Reply::Done(answer), Some(sent)) if message.operation == CROSS_REGION_SUBMIT => {
            Told::of(sent, answer)
        }
        _ => Told::default(),
    };
    let now = (app.clock)();
    let answered = !matches!(
        reply,
        Reply::Again {
            answered: false,
            ..
        }
    );
    let (attempt, outcome) = judge(app, message, reply, now)?;
    let operation = message.operation.clone();
    metrics::histogram!("chs_outbox_send_seconds").record(started.elapsed().as_secs_f64());
    metrics::counter!("chs_outbox_attempts_total", "operation" => operation, "outcome" => outcome)
        .increment(1);
    tell(message, &attempt, outcome);
    let entry = Entry {
        app_id: SYSTEM,
        role: SYSTEM,
        operation: "outbox.deliver",
        request_id: &message.message_id,
        subject: &message.subject,
        outcome,
    };
    app.store
        .run_tx("outbox.settle", async |tx: &Tx<'_>| {
            // A wait for the next attempt is no event of its own.
            if matches!(attempt, Attempt::Again { .. }) {
                return outbox::settle(tx, message, &attempt, now).await.map(drop);
            }
            let lane = audit::lock(tx, &message.message_id).await?;
            if outbox::settle(tx, message, &attempt, now).await? {
                told.keep(tx).await?;
                audit::append(tx, lane, entry, now);
            }
            Ok(())
        })
        .await?;
    Ok(answered)
}

/// What to keep of a reply, and its name in metrics and audit.
fn judge(
    app: &App,
    message: &Due,
    reply: Reply,
    now: DateTime<Utc>,
) -> Result<(Attempt, &'static str), Refusal> {
    let settings = &app.config.upstream;
    let place = SealedAs::UpperAnswer(&message.message_id);
    let seal = |data: &Value| {
        let sealed = app.keys.master.seal(place, data.to_string().as_bytes());
        sealed.map_err(Refusal::internal)
    };
    Ok(match reply {
        Reply::Done(data) => {
            let (refused, answer) = (refused_items(&data), seal(&data)?);
            (Attempt::Delivered { answer, refused }, "delivered")
        }
        Reply::Refused { code, data } => {
            let answer = Some(seal(&data)?);
            (
                Attempt::Dead {
                    error: code,
                    answer,
                },
                "refused",
            )
        }
        Reply::Again { cause, wait, .. } => {
            let attempts = u32::try_from(message.attempts).unwrap_or(u32::MAX);
            let age = now - message.since;
            let spent = attempts >= settings.attempts
                || age >= TimeDelta::hours(i64::from(settings.age_hours));
            if spent {
                let attempt = Attempt::Dead {
                    error: cause,
                    answer: None,
                };
                return Ok((attempt, "dead"));
            }
            let most = Duration::from_secs(settings.backoff_most_seconds);
            let first = Duration::from_millis(settings.backoff_ms);
            let pause = backoff(attempts, first, most, rand::rng().random());
            let pause = pause.max(wait.unwrap_or_default().min(most));
            let next_at = now + pause;
            (
                Attempt::Again {
                    next_at,
                    error: cause,
                },
                "again",
            )
        }
    })
}

/// Log lines: ids and codes only.
fn tell(message: &Due, attempt: &Attempt, outcome: &str) {
    let (id, operation, attempts) = (&message.message_id, &message.operation, message.attempts);
    match attempt {
        Attempt::Delivered { refused: 0, .. } => {
            tracing::info!(id, operation, attempts, outcome, "outbox");
        }
        Attempt::Delivered { refused, .. } => tracing::warn!(
            id,
            operation,
            attempts,
            refused,
            "the platform did not take every item"
        ),
        Attempt::Again { error, .. } => {
            tracing::warn!(id, operation, attempts, error, outcome, "outbox");
        }
        Attempt::Dead { error, .. } => {
            tracing::error!(
                id,
                operation,
                attempts,
                error,
                outcome,
                "outbox message is dead"
            );
        }
    }
}

/// Wait before the next attempt: doubled with each, and drawn from its upper half, so that
/// gateways which failed together do not come back together. `draw` is any random number.
pub fn backoff(attempts: u32, first: Duration, most: Duration, draw: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(30);
    let whole = first.saturating_mul(1 << doublings).min(most);
    let half = whole / 2;
    let millis = u64::try_from(half.as_millis()).unwrap_or(u64::MAX).max(1);
    half + Duration::from_millis(u64::from(draw) % millis)
}

/// Items of an answer that the platform did not take, by the results of `groupings.report`
/// and `groupings.revoke`.
fn refused_items(answer: &Value) -> i32 {
    let taken = |one: &Value| {
        let result = one.get("result").and_then(Value::as_str);
        result.is_none_or(|result| matches!(result, "ACCEPTED" | "DUPLICATE" | "REVOKED"))
    };
    let items = answer.get("items").and_then(Value::as_array);
    let items = items.into_iter().flatten();
    let refused = items.filter(|item| !taken(item)).count() + usize::from(!taken(answer));
    i32::try_from(refused).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_spread_over_their_upper_half() {
        let (first, most) = (Duration::from_secs(1), Duration::from_secs(60));
        for (attempts, whole) in [(1, 1), (2, 2), (4, 8), (7, 60), (1_000, 60), (0, 1)] {
            let whole = Duration::from_secs(whole);
            assert_eq!(backoff(attempts, first, most, 0), whole / 2);
            for draw in [1, 77, 4_711, u32::MAX] {
                let wait = backoff(attempts, first, most, draw);
                assert!(wait >= whole / 2 && wait < whole, "{attempts} {draw}");
            }
        }
    }

    #[test]
    fn items_not_taken_are_counted() {
        let report = json!({"items": [{"result": "ACCEPTED"}, {"result": "DUPLICATE"},
            {"result": "DIGEST_MISMATCH"}, {"result": "FROZEN"}]});
        assert_eq!(refused_items(&report), 2);
        assert_eq!(refused_items(&json!({"result": "REVOKED"})), 0);
        assert_eq!(refused_items(&json!({"result": "NOT_REPORTED"})), 1);
        assert_eq!(refused_items(&json!({})), 0);
    }
}
