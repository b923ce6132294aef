//! Deleting what has been kept long enough.

use chrono::{DateTime, Utc};

use super::{Tx, TxError};

/// Lists deleted in one transaction.
const BATCH: i64 = 500;

/// Deletes settled messages of the outbox; gives how many.
///
/// # Errors
/// [`TxError::Database`].
pub async fn delete_messages(tx: &Tx<'_>, settled_before: DateTime<Utc>) -> Result<i64, TxError> {
    let row = tx
        .query_one(
            "WITH gone AS (
                 DELETE FROM outbox
                 WHERE state IN ('delivered', 'dropped') AND settled_at < $1 RETURNING 1)
             SELECT COUNT(*) FROM gone",
            &[&settled_before],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// Deletes exchanged files that have expired; gives how many.
///
/// # Errors
/// [`TxError::Database`].
pub async fn delete_files(tx: &Tx<'_>, now: DateTime<Utc>) -> Result<i64, TxError> {
    let row = tx
        .query_one(
            "WITH gone AS (DELETE FROM exchange_files WHERE expires_at <= $1 RETURNING 1)
             SELECT COUNT(*) FROM gone",
            &[&now],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// Deletes a batch of lists of the months before `setl_ym`, with what was judged of them;
/// gives how many lists. Lists that a call works on are left for the next time.
///
/// # Errors
/// [`TxError::Database`].
pub async fn delete_lists(tx: &Tx<'_>, setl_ym: &str) -> Result<i64, TxError> {
    let row = tx
        .query_one(
            "WITH gone AS MATERIALIZED (
                 SELECT fixmedins_code AS f, setl_id AS s FROM settlement_lists
                 WHERE setl_ym < $1 ORDER BY setl_ym LIMIT $2 FOR UPDATE SKIP LOCKED),
             q AS (DELETE FROM qc_results q USING gone
                   WHERE q.fixmedins_code = f AND q.setl_id = s),
             g AS (DELETE FROM groupings g USING gone
                   WHERE g.fixmedins_code = f AND g.setl_id = s),
             v AS (DELETE FROM list_reviews v USING gone
                   WHERE v.fixmedins_code = f AND v.setl_id = s),
             l AS (DELETE FROM settlement_lists l USING gone
                   WHERE l.fixmedins_code = f AND l.setl_id = s RETURNING 1)
             SELECT COUNT(*) FROM l",
            &[&setl_ym, &BATCH],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// Deletes settlement records of the months before `setl_ym`, and front pages received
/// before `received_before`; gives how many of both.
///
/// # Errors
/// [`TxError::Database`].
pub async fn delete_records(
    tx: &Tx<'_>,
    setl_ym: &str,
    received_before: DateTime<Utc>,
) -> Result<i64, TxError> {
    let row = tx
        .query_one(
            "WITH r AS (
                 DELETE FROM settlement_records WHERE setl_ym < $1 AND received_at < $2
                 RETURNING 1),
             p AS (DELETE FROM front_pages WHERE received_at < $2 RETURNING 1)
             SELECT (SELECT COUNT(*) FROM r) + (SELECT COUNT(*) FROM p)",
            &[&setl_ym, &received_before],
        )
        .await?;
    Ok(row.try_get(0)?)
}
