//! An operator looks into the outbox and intervenes: dead messages are sent again, messages
//! that shall never arrive are dropped. All of it stands in the audit chain.

use chrono::{DateTime, Utc};

use crate::{
    audit::{self, Entry},
    error::Refusal,
    store::{Store, Tx, outbox},
};

/// The application id under which an operator's steps are audited.
const OPERATOR: &str = "operator";

/// What an operator does to messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Dead messages are sent again, counted and aged anew.
    Rerun,
    /// Open messages are given up for good.
    Drop,
}

impl Step {
    fn operation(self) -> &'static str {
        match self {
            Step::Rerun => "outbox.rerun",
            Step::Drop => "outbox.drop",
        }
    }
}

/// Does a step to these messages, for a reason, all in one transaction; gives the ids of
/// those whose state allowed it.
///
/// # Errors
/// The database.
pub async fn intervene(
    store: &Store,
    step: Step,
    message_ids: &[String],
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Vec<String>, Refusal> {
    let request_id = uuid::Uuid::now_v7().simple().to_string();
    store
        .run_tx(step.operation(), async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, &request_id).await?;
            let drop = step == Step::Drop;
            let done = outbox::intervene(tx, message_ids, drop, reason, now).await?;
            let subject = format!("{reason}: {}", done.join(" "));
            audit::append(
                tx,
                lane,
                entry(step.operation(), &request_id, &subject),
                now,
            );
            Ok(done)
        })
        .await
}

/// Records that an operator is about to read a message's data.
///
/// # Errors
/// The database; then the data must not be shown.
pub async fn record_reading(
    store: &Store,
    message_id: &str,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let request_id = uuid::Uuid::now_v7().simple().to_string();
    store
        .run_tx("outbox.show", async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, &request_id).await?;
            audit::append(tx, lane, entry("outbox.show", &request_id, message_id), now);
            Ok(())
        })
        .await
}

fn entry<'a>(operation: &'a str, request_id: &'a str, subject: &'a str) -> Entry<'a> {
    Entry {
        app_id: OPERATOR,
        role: OPERATOR,
        operation,
        request_id,
        subject,
        outcome: "done",
    }
}
