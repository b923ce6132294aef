//! Messages to the upper platform, put down in the transaction that causes them and
//! delivered by a job of their own, those of one case in the order of their position.
//! `message_id` is the idempotency key at the receiver: delivery is at least once.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{Store, StoreError, Tx, TxError};

/// A message that waits to be delivered.
#[derive(Debug)]
pub struct Outgoing {
    /// Idempotency key.
    pub message_id: String,
    /// Operation at the receiver.
    pub operation: &'static str,
    /// What it is about: a batch_no or setl_id.
    pub subject: String,
    /// The cases it concerns, `institution|setl_id`.
    pub cases: Vec<String>,
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
    let cases: Vec<_> = messages.iter().map(|m| m.cases.join("\n")).collect();
    let payloads: Vec<_> = messages.iter().map(|m| &m.payload).collect();
    tx.execute(
        "INSERT INTO outbox (message_id, operation, subject, cases, payload, state, next_at,
                             created_at)
         SELECT id, operation, subject, string_to_array(cases, E'\n'), payload, 'waiting', $6, $6
         FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])
              WITH ORDINALITY AS m (id, operation, subject, cases, payload, number)
         ORDER BY number",
        &[&ids, &operations, &subjects, &cases, &payloads, &now],
    )
    .await
}

/// A message taken for one attempt.
#[derive(Debug)]
pub struct Due {
    /// Place in the order.
    pub position: i64,
    /// Idempotency key.
    pub message_id: String,
    /// Operation at the receiver.
    pub operation: String,
    /// What it is about.
    pub subject: String,
    /// Its data, sealed.
    pub payload: Vec<u8>,
    /// Number of this attempt, from 1.
    pub attempts: i32,
    /// When it was put down, or sent on its way again by an operator.
    pub since: DateTime<Utc>,
}

/// Takes at most `limit` due messages for one attempt each. Nobody else takes them before
/// `until`: not the other gateways that take at the same time, and not the next round of
/// this one. A message whose case has an earlier open one is not due.
///
/// # Errors
/// [`TxError::Database`].
pub async fn take(
    tx: &Tx<'_>,
    limit: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Due>, TxError> {
    let mut rows = tx
        .query(
            "WITH due AS (
                 SELECT position FROM outbox o
                 WHERE state = 'waiting' AND next_at <= $1
                   AND NOT EXISTS (
                       SELECT 1 FROM outbox e
                       WHERE e.state IN ('waiting', 'dead') AND e.position < o.position
                         AND e.cases && o.cases)
                 ORDER BY position LIMIT $2 FOR UPDATE SKIP LOCKED)
             UPDATE outbox o SET attempts = attempts + 1, next_at = $3
             FROM due WHERE o.position = due.position
             RETURNING o.position, message_id, operation, subject, payload, attempts,
                       COALESCE(since, created_at)",
            &[&now, &limit, &until],
        )
        .await?
        .iter()
        .map(due)
        .collect::<Result<Vec<_>, _>>()?;
    rows.sort_by_key(|message| message.position);
    Ok(rows)
}

fn due(row: &Row) -> Result<Due, tokio_postgres::Error> {
    Ok(Due {
        position: row.try_get(0)?,
        message_id: row.try_get(1)?,
        operation: row.try_get(2)?,
        subject: row.try_get(3)?,
        payload: row.try_get(4)?,
        attempts: row.try_get(5)?,
        since: row.try_get(6)?,
    })
}

/// What an attempt led to.
#[derive(Debug)]
pub enum Attempt {
    /// The receiver carried it out.
    Delivered {
        /// Its answer, sealed.
        answer: Vec<u8>,
        /// Items that it did not take.
        refused: i32,
    },
    /// To be sent again.
    Again {
        /// When.
        next_at: DateTime<Utc>,
        /// Why.
        error: String,
    },
    /// Not to be sent again by itself.
    Dead {
        /// Why.
        error: String,
        /// The receiver's signed answer, sealed, where it gave one.
        answer: Option<Vec<u8>>,
    },
}

/// Keeps what an attempt led to; tells whether it did. It does not where the message is
/// settled already, or (but for a delivery) another attempt was begun since.
///
/// # Errors
/// [`TxError::Database`].
pub async fn settle(
    tx: &Tx<'_>,
    message: &Due,
    attempt: &Attempt,
    now: DateTime<Utc>,
) -> Result<bool, TxError> {
    let row = match attempt {
        Attempt::Delivered { answer, refused } => {
            tx.query_opt(
                "UPDATE outbox SET state = 'delivered', settled_at = $2, answer = $3, refused = $4,
                     last_error = NULL
                 WHERE position = $1 AND state IN ('waiting', 'dead') RETURNING true",
                &[&message.position, &now, answer, refused],
            )
            .await?
        }
        Attempt::Again { next_at, error } => {
            tx.query_opt(
                "UPDATE outbox SET next_at = $2, last_error = $3
                 WHERE position = $1 AND state = 'waiting' AND attempts = $4 RETURNING true",
                &[&message.position, next_at, error, &message.attempts],
            )
            .await?
        }
        Attempt::Dead { error, answer } => {
            tx.query_opt(
                "UPDATE outbox SET state = 'dead', settled_at = $2, last_error = $3, answer = $4
                 WHERE position = $1 AND state = 'waiting' AND attempts = $5 RETURNING true",
                &[&message.position, &now, error, answer, &message.attempts],
            )
            .await?
        }
    };
    Ok(row.is_some())
}

/// Sends dead messages again, or (`drop`) gives open ones up for good; gives the ids of
/// those it was done to.
///
/// # Errors
/// [`TxError::Database`].
pub async fn intervene(
    tx: &Tx<'_>,
    message_ids: &[String],
    drop: bool,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Vec<String>, TxError> {
    let sql = if drop {
        "UPDATE outbox SET state = 'dropped', settled_at = $2, reason = $3
         WHERE message_id = ANY($1) AND state IN ('waiting', 'dead') RETURNING message_id"
    } else {
        "UPDATE outbox SET state = 'waiting', settled_at = NULL, attempts = 0, next_at = $2,
             since = $2, reason = $3
         WHERE message_id = ANY($1) AND state = 'dead' RETURNING message_id"
    };
    let rows = tx.query(sql, &[&message_ids, &now, &reason]).await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()?)
}

/// How many messages are open, and since when.
#[derive(Debug, Clone, Copy, Default)]
pub struct Backlog {
    /// To be delivered.
    pub waiting: i64,
    /// Given up until an operator looks at them.
    pub dead: i64,
    /// When the oldest waiting one was put down.
    pub oldest: Option<DateTime<Utc>>,
}

/// A message as an operator sees it.
#[derive(Debug)]
pub struct Listed {
    /// Idempotency key.
    pub message_id: String,
    /// Operation at the receiver.
    pub operation: String,
    /// What it is about.
    pub subject: String,
    /// `waiting`, `delivered`, `dead` or `dropped`.
    pub state: String,
    /// Attempts so far.
    pub attempts: i32,
    /// When it is due next, if it waits.
    pub next_at: DateTime<Utc>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was put down.
    pub created_at: DateTime<Utc>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
    /// Items that the receiver did not take.
    pub refused: i32,
    /// Reason of the operator's last intervention.
    pub reason: Option<String>,
    /// Its data, sealed.
    pub payload: Vec<u8>,
    /// The receiver's answer, sealed.
    pub answer: Option<Vec<u8>>,
}

impl Store {
    /// Counts the open messages.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn outbox_backlog(&self) -> Result<Backlog, StoreError> {
        let client = self.pool().get().await?;
        let row = client
            .query_one(
                "SELECT COUNT(*) FILTER (WHERE state = 'waiting'),
                        COUNT(*) FILTER (WHERE state = 'dead'),
                        MIN(created_at) FILTER (WHERE state = 'waiting')
                 FROM outbox WHERE state IN ('waiting', 'dead')",
                &[],
            )
            .await?;
        Ok(Backlog {
            waiting: row.try_get(0)?,
            dead: row.try_get(1)?,
            oldest: row.try_get(2)?,
        })
    }

    /// At most `limit` messages in their order: the one with this id, or those in this
    /// state, or the open ones.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn outbox_messages(
        &self,
        message_id: Option<&str>,
        state: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Listed>, StoreError> {
        let client = self.pool().get().await?;
        let rows = client
            .query(
                "SELECT message_id, operation, subject, state, attempts, next_at, last_error,
                        created_at, settled_at, refused, reason, payload, answer
                 FROM outbox
                 WHERE CASE WHEN $1::text IS NOT NULL THEN message_id = $1
                            WHEN $2::text IS NOT NULL THEN state = $2
                            ELSE state IN ('waiting', 'dead') END
                 ORDER BY position LIMIT $3",
                &[&message_id, &state, &limit],
            )
            .await?;
        Ok(rows.iter().map(listed).collect::<Result<_, _>>()?)
    }
}

fn listed(row: &Row) -> Result<Listed, tokio_postgres::Error> {
    Ok(Listed {
        message_id: row.try_get(0)?,
        operation: row.try_get(1)?,
        subject: row.try_get(2)?,
        state: row.try_get(3)?,
        attempts: row.try_get(4)?,
        next_at: row.try_get(5)?,
        last_error: row.try_get(6)?,
        created_at: row.try_get(7)?,
        settled_at: row.try_get(8)?,
        refused: row.try_get(9)?,
        reason: row.try_get(10)?,
        payload: row.try_get(11)?,
        answer: row.try_get(12)?,
    })
}
