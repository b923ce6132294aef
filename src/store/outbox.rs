//! Messages to the upper platform, put down in the transaction that causes them and
//! delivered in the order of their position by a job of their own. `message_id` is the
//! idempotency key at the receiver: delivery is at least once.

use chrono::{DateTime, Utc};

use super::{Tx, TxError};

/// A message that waits to be delivered.
#[derive(Debug)]
pub struct Outgoing {
    /// Idempotency key.
    pub message_id: String,
    /// Operation at the receiver.
    pub operation: &'static str,
    /// What it is about: a batch_no or setl_id.
    pub subject: String,
    /// Its data as JSON, sealed for its message id.
    pub payload: Vec<u8>,
}

/// Enqueues messages, in their order, in one statement.
///
/// # Errors
/// [`TxError::Database`].
pub async fn enqueue(
    tx: &Tx<'_>,
    messages: &[Outgoing],
    now: DateTime<Utc>,
) -> Result<(), TxError> {
    let ids: Vec<_> = messages.iter().map(|m| &m.message_id).collect();
    let operations: Vec<_> = messages.iter().map(|m| m.operation).collect();
    let subjects: Vec<_> = messages.iter().map(|m| &m.subject).collect();
    let payloads: Vec<_> = messages.iter().map(|m| &m.payload).collect();
    tx.execute(
        "INSERT INTO outbox (message_id, operation, subject, payload, state, next_at, created_at)
         SELECT id, operation, subject, payload, 'waiting', $5, $5
         FROM UNNEST($1::text[], $2::text[], $3::text[], $4::bytea[])
              WITH ORDINALITY AS m (id, operation, subject, payload, number)
         ORDER BY number",
        &[&ids, &operations, &subjects, &payloads, &now],
    )
    .await
}
