//! Reconciliations by day (3211, 3212).

use chrono::{DateTime, NaiveDate, Utc};

use super::{Tx, TxError};

/// A reconciliation and its outcome.
#[derive(Debug)]
pub struct DayReconciliation<'a> {
    /// Institution.
    pub fixmedins_code: &'a str,
    /// Its id.
    pub task_key: &'a str,
    /// First and last day.
    pub days: (NaiveDate, NaiveDate),
    /// The institution's file.
    pub file_qury_no: &'a str,
    /// The outcome.
    pub outcome: &'a Outcome,
    /// When it was finished.
    pub finished_at: DateTime<Utc>,
}

/// What 3212 tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// 1 without a difference, else a flag for each of three kinds.
    pub check_state: String,
    /// File of records whose amounts differ; empty: none.
    pub unequal_file: String,
    /// File of records of the centre only.
    pub centre_file: String,
    /// File of records of the institution only.
    pub hospital_file: String,
}

/// Stores a reconciliation.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, one: &DayReconciliation<'_>) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO day_reconciliations (fixmedins_code, task_key, begin_date, end_date,
                                          file_qury_no, check_state, unequal_file, centre_file,
                                          hospital_file, finished_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            &one.fixmedins_code,
            &one.task_key,
            &one.days.0,
            &one.days.1,
            &one.file_qury_no,
            &one.outcome.check_state,
            &one.outcome.unequal_file,
            &one.outcome.centre_file,
            &one.outcome.hospital_file,
            &one.finished_at,
        ],
    )
    .await
}

/// The outcome of an institution's reconciliation.
///
/// # Errors
/// [`TxError::Database`].
pub async fn outcome(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    task_key: &str,
) -> Result<Option<Outcome>, TxError> {
    let row = tx
        .query_opt(
            "SELECT check_state, unequal_file, centre_file, hospital_file
             FROM day_reconciliations WHERE fixmedins_code = $1 AND task_key = $2",
            &[&fixmedins_code, &task_key],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(Outcome {
        check_state: row.try_get(0)?,
        unequal_file: row.try_get(1)?,
        centre_file: row.try_get(2)?,
        hospital_file: row.try_get(3)?,
    }))
}
