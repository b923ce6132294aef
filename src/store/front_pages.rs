//! Front pages of medical records (4401), sealed whole.

use chrono::{DateTime, Utc};

use super::{Tx, TxError};

/// Stores a front page as the first or the next revision, by institution and mdtrt_sn;
/// gives the revision.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(
    tx: &Tx<'_>,
    (fixmedins_code, mdtrt_sn): (&str, &str),
    body: &[u8],
    received_at: DateTime<Utc>,
) -> Result<i32, TxError> {
    let row = tx
        .query_one(
            "INSERT INTO front_pages AS p (fixmedins_code, mdtrt_sn, revision, body, received_at)
             VALUES ($1, $2, 1, $3, $4)
             ON CONFLICT (fixmedins_code, mdtrt_sn) DO UPDATE SET
                 revision = p.revision + 1, body = $3, received_at = $4
             RETURNING revision",
            &[&fixmedins_code, &mdtrt_sn, &body, &received_at],
        )
        .await?;
    Ok(row.try_get(0)?)
}
