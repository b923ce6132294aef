//! Results of quality control, one row per run; voided runs are kept with vali_flag 0.

use chrono::{DateTime, Utc};

use super::{Tx, TxError};

/// One run of the rules over a list.
#[derive(Debug)]
pub struct QcRun<'a> {
    /// Institution.
    pub fixmedins_code: &'a str,
    /// Settlement id.
    pub setl_id: &'a str,
    /// `post` for uploads.
    pub phase: &'a str,
    /// Whether no error-level finding was raised.
    pub passed: bool,
    /// Findings as JSON, personal values masked.
    pub findings: &'a str,
    /// Rules not evaluated, as JSON.
    pub not_evaluated: &'a str,
    /// Version and digest of the rule set.
    pub rules_ver: &'a str,
    /// When.
    pub qltctrl_time: DateTime<Utc>,
}

/// Voids earlier runs of the list and stores this one. The list's row is locked by the
/// caller, so run numbers cannot collide.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, run: &QcRun<'_>) -> Result<(), TxError> {
    void(tx, run.fixmedins_code, run.setl_id).await?;
    tx.execute(
        "INSERT INTO qc_results (fixmedins_code, setl_id, run, phase, qltctrl_rslt, findings,
                                 not_evaluated, rules_ver, vali_flag, qltctrl_time)
         SELECT $1, $2, COALESCE(MAX(run), 0) + 1, $3, $4, $5, $6, $7, 1, $8
         FROM qc_results WHERE fixmedins_code = $1 AND setl_id = $2",
        &[
            &run.fixmedins_code,
            &run.setl_id,
            &run.phase,
            &i16::from(run.passed),
            &run.findings,
            &run.not_evaluated,
            &run.rules_ver,
            &run.qltctrl_time,
        ],
    )
    .await?;
    Ok(())
}

/// Voids all runs of a list.
///
/// # Errors
/// [`TxError::Database`].
pub async fn void(tx: &Tx<'_>, fixmedins_code: &str, setl_id: &str) -> Result<(), TxError> {
    tx.execute(
        "UPDATE qc_results SET vali_flag = 0
         WHERE fixmedins_code = $1 AND setl_id = $2 AND vali_flag = 1",
        &[&fixmedins_code, &setl_id],
    )
    .await?;
    Ok(())
}
