//! Audit records: appended at the head of a lane, read back for verification.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, Tx, TxError};

/// Locks a lane's head.
pub(crate) const LOCK_HEAD: &str =
    "SELECT sequence, hash FROM audit_lanes WHERE lane = $1 FOR UPDATE";

/// Appends a record and moves the head of its lane.
pub(crate) const APPEND: &str = "WITH head AS (
        UPDATE audit_lanes SET sequence = $2, hash = $11 WHERE lane = $1)
    INSERT INTO audit_records (lane, sequence, at, app_id, role, operation, request_id,
                               subject, outcome, prev_hash, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// As [`APPEND`] for several records of one lane.
const APPEND_ALL: &str = "WITH head AS (
        UPDATE audit_lanes SET sequence = $2, hash = $3 WHERE lane = $1)
    INSERT INTO audit_records (lane, sequence, at, app_id, role, operation, request_id,
                               subject, outcome, prev_hash, hash)
    SELECT $1, * FROM UNNEST($4::bigint[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
                             $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])";

/// A lane's head.
#[derive(Debug, Clone)]
pub struct Head {
    /// Number of the last record; 0 when the lane is empty.
    pub sequence: i64,
    /// Hash of the last record, lower-case hex.
    pub hash: String,
}

/// A stored audit record.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// Which chain.
    pub lane: i16,
    /// Number within the chain, from 1.
    pub sequence: i64,
    /// When, to the microsecond.
    pub at: DateTime<Utc>,
    /// Who.
    pub app_id: String,
    /// In which role.
    pub role: String,
    /// Operation id.
    pub operation: String,
    /// requestId of the call.
    pub request_id: String,
    /// What was concerned (setl_id, month …), never a person's name.
    pub subject: String,
    /// `done`, or the code of the refusal.
    pub outcome: String,
    /// Hash of the record before.
    pub prev_hash: String,
    /// Hash of this record.
    pub hash: String,
}

/// Locks a lane's head until the transaction ends.
///
/// # Errors
/// [`TxError::Database`].
pub async fn lock_head(tx: &Tx<'_>, lane: i16) -> Result<Head, TxError> {
    let row = tx.query_one(LOCK_HEAD, &[&lane]).await?;
    Ok(Head {
        sequence: row.try_get(0)?,
        hash: row.try_get(1)?,
    })
}

/// Appends a record and moves the head of its lane; travels with the commit.
pub fn append(tx: &Tx<'_>, row: AuditRow) {
    tx.with_commit(
        APPEND,
        vec![
            Box::new(row.lane),
            Box::new(row.sequence),
            Box::new(row.at),
            Box::new(row.app_id),
            Box::new(row.role),
            Box::new(row.operation),
            Box::new(row.request_id),
            Box::new(row.subject),
            Box::new(row.outcome),
            Box::new(row.prev_hash),
            Box::new(row.hash),
        ],
    );
}

/// Appends records of one lane, in order, and moves its head behind them; travels with the
/// commit.
pub fn append_all(tx: &Tx<'_>, lane: i16, head: Head, rows: Vec<AuditRow>) {
    let mut columns = Columns::default();
    for row in rows {
        columns.sequence.push(row.sequence);
        columns.at.push(row.at);
        columns.app_id.push(row.app_id);
        columns.role.push(row.role);
        columns.operation.push(row.operation);
        columns.request_id.push(row.request_id);
        columns.subject.push(row.subject);
        columns.outcome.push(row.outcome);
        columns.prev_hash.push(row.prev_hash);
        columns.hash.push(row.hash);
    }
    tx.with_commit(
        APPEND_ALL,
        vec![
            Box::new(lane),
            Box::new(head.sequence),
            Box::new(head.hash),
            Box::new(columns.sequence),
            Box::new(columns.at),
            Box::new(columns.app_id),
            Box::new(columns.role),
            Box::new(columns.operation),
            Box::new(columns.request_id),
            Box::new(columns.subject),
            Box::new(columns.outcome),
            Box::new(columns.prev_hash),
            Box::new(columns.hash),
        ],
    );
}

/// Records as columns.
#[derive(Default)]
struct Columns {
    sequence: Vec<i64>,
    at: Vec<DateTime<Utc>>,
    app_id: Vec<String>,
    role: Vec<String>,
    operation: Vec<String>,
    request_id: Vec<String>,
    subject: Vec<String>,
    outcome: Vec<String>,
    prev_hash: Vec<String>,
    hash: Vec<String>,
}

impl Store {
    /// The heads of all lanes.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn audit_heads(&self) -> Result<Vec<(i16, Head)>, StoreError> {
        let client = self.pool().get().await?;
        let rows = client
            .query(
                "SELECT lane, sequence, hash FROM audit_lanes ORDER BY lane",
                &[],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok((
                    row.try_get(0)?,
                    Head {
                        sequence: row.try_get(1)?,
                        hash: row.try_get(2)?,
                    },
                ))
            })
            .collect()
    }

    /// How many records have a hash without a key, as the first releases wrote them.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn audit_unkeyed(&self) -> Result<i64, StoreError> {
        let client = self.pool().get().await?;
        let sql = "SELECT COUNT(*) FROM audit_records WHERE hash NOT LIKE 'k1:%'";
        Ok(client.query_one(sql, &[]).await?.try_get(0)?)
    }

    /// At most `limit` records of a lane after number `after`, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn audit_page(
        &self,
        lane: i16,
        after: i64,
        limit: i64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let client = self.pool().get().await?;
        let rows = client
            .query(
                "SELECT lane, sequence, at, app_id, role, operation, request_id, subject, outcome,
                        prev_hash, hash
                 FROM audit_records WHERE lane = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
                &[&lane, &after, &limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(AuditRow {
                    lane: row.try_get(0)?,
                    sequence: row.try_get(1)?,
                    at: row.try_get(2)?,
                    app_id: row.try_get(3)?,
                    role: row.try_get(4)?,
                    operation: row.try_get(5)?,
                    request_id: row.try_get(6)?,
                    subject: row.try_get(7)?,
                    outcome: row.try_get(8)?,
                    prev_hash: row.try_get(9)?,
                    hash: row.try_get(10)?,
                })
            })
            .collect()
    }
}
