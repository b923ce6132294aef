//! Results of quality control, one row per run; voided runs are kept with vali_flag 0.

use chrono::{DateTime, Utc};

use super::{Tx, TxError, lists::ListKeys};

/// One run of the rules over a list.
#[derive(Debug)]
pub struct QcRun {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// Whether no error-level finding was raised.
    pub passed: bool,
    /// Gravest finding: 0 none, 1 info, 2 warning, 3 error.
    pub err_lv: i16,
    /// Whether the list goes back to the hospital (state 3).
    pub returned: bool,
    /// Findings as JSON, personal values masked.
    pub findings: String,
    /// Rules not evaluated, as JSON.
    pub not_evaluated: String,
    /// Version and digest of the rule set.
    pub rules_ver: String,
    /// When.
    pub qltctrl_time: DateTime<Utc>,
}

/// Voids earlier runs of the lists and stores these, all in one statement. The lists' rows
/// are locked by the caller, so run numbers cannot collide.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, runs: &[QcRun]) -> Result<(), TxError> {
    let text = |of: fn(&QcRun) -> &String| runs.iter().map(of).collect::<Vec<_>>();
    let number = |of: fn(&QcRun) -> i16| runs.iter().map(of).collect::<Vec<_>>();
    let times: Vec<_> = runs.iter().map(|run| run.qltctrl_time).collect();
    tx.execute(
        "WITH t AS (
             SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::smallint[],
                 $5::smallint[], $6::smallint[], $7::text[], $8::text[], $9::text[],
                 $10::timestamptz[])
             AS t (f, s, setl_ym, rslt, err_lv, retn_flag, findings, not_evaluated, ver, at)),
         voided AS (
             UPDATE qc_results q SET vali_flag = 0 FROM t
             WHERE q.fixmedins_code = t.f AND q.setl_id = t.s AND q.vali_flag = 1)
         INSERT INTO qc_results (fixmedins_code, setl_id, run, phase, setl_ym, qltctrl_rslt,
             err_lv, retn_flag, findings, not_evaluated, rules_ver, vali_flag, qltctrl_time)
         SELECT f, s, 1 + COALESCE((SELECT MAX(run) FROM qc_results m
                    WHERE m.fixmedins_code = f AND m.setl_id = s), 0),
                'post', setl_ym, rslt, err_lv, retn_flag, findings, not_evaluated, ver, 1, at
         FROM t",
        &[
            &text(|run| &run.fixmedins_code),
            &text(|run| &run.setl_id),
            &text(|run| &run.setl_ym),
            &number(|run| i16::from(run.passed)),
            &number(|run| run.err_lv),
            &number(|run| i16::from(run.returned)),
            &text(|run| &run.findings),
            &text(|run| &run.not_evaluated),
            &text(|run| &run.rules_ver),
            &times,
        ],
    )
    .await
}

/// Voids all runs of lists.
///
/// # Errors
/// [`TxError::Database`].
pub async fn void(tx: &Tx<'_>, keys: &ListKeys) -> Result<(), TxError> {
    tx.execute(
        "UPDATE qc_results q SET vali_flag = 0
         FROM UNNEST($1::text[], $2::text[]) AS k (f, s)
         WHERE q.fixmedins_code = k.f AND q.setl_id = k.s AND q.vali_flag = 1",
        &[&keys.fixmedins_codes, &keys.setl_ids],
    )
    .await
}

/// Marks the valid run of a list as returned to the hospital, or not.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_returned(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_id: &str,
    returned: bool,
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE qc_results SET retn_flag = $3
         WHERE fixmedins_code = $1 AND setl_id = $2 AND vali_flag = 1",
        &[&fixmedins_code, &setl_id, &i16::from(returned)],
    )
    .await
}
