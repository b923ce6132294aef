//! Hospitals' applications for the reconciliation of a month, and what stands in the way
//! of freezing it.

use chrono::{DateTime, Utc};

use super::{Tx, TxError};

/// An application.
#[derive(Debug, Clone)]
pub struct Application {
    /// Running number in the month.
    pub number: i32,
    /// Its id (clr_appy_evt_id).
    pub clr_appy_evt_id: String,
    /// APPLIED, WITHDRAWN, RETURNED or FROZEN.
    pub state: String,
}

/// What a hospital's month comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Cases.
    pub psntime: i64,
    /// Total cost, fen.
    pub medfee_fen: i64,
}

/// Serialises what is done about an institution's month, its application included.
///
/// # Errors
/// [`TxError::Database`].
pub async fn hold(tx: &Tx<'_>, fixmedins_code: &str, setl_ym: &str) -> Result<(), TxError> {
    // 'mon' keeps the key apart from the lock around migrations.
    tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('mon|' || $1 || '|' || $2, 0))",
        &[&fixmedins_code, &setl_ym],
    )
    .await
}

/// The last application of an institution and month.
///
/// # Errors
/// [`TxError::Database`].
pub async fn last(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_ym: &str,
) -> Result<Option<Application>, TxError> {
    let row = tx
        .query_opt(
            "SELECT number, clr_appy_evt_id, state FROM month_applications
             WHERE fixmedins_code = $1 AND setl_ym = $2 ORDER BY number DESC LIMIT 1",
            &[&fixmedins_code, &setl_ym],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(Application {
        number: row.try_get(0)?,
        clr_appy_evt_id: row.try_get(1)?,
        state: row.try_get(2)?,
    }))
}

/// The month of an institution's application.
///
/// # Errors
/// [`TxError::Database`].
pub async fn month_of(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    clr_appy_evt_id: &str,
) -> Result<Option<String>, TxError> {
    let row = tx
        .query_opt(
            "SELECT setl_ym FROM month_applications
             WHERE fixmedins_code = $1 AND clr_appy_evt_id = $2",
            &[&fixmedins_code, &clr_appy_evt_id],
        )
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// What the gateway holds of the month: grouped lists that are submitted or passed.
///
/// # Errors
/// [`TxError::Database`].
pub async fn totals(tx: &Tx<'_>, fixmedins_code: &str, setl_ym: &str) -> Result<Totals, TxError> {
    let row = tx
        .query_one(
            "SELECT COUNT(*), COALESCE(SUM(g.medfee_fen), 0)::bigint FROM settlement_lists l
             JOIN groupings g ON g.fixmedins_code = l.fixmedins_code AND g.setl_id = l.setl_id
                  AND g.vali_flag = 1
             WHERE l.fixmedins_code = $1 AND l.setl_ym = $2 AND l.stas_type IN (1, 2)",
            &[&fixmedins_code, &setl_ym],
        )
        .await?;
    Ok(Totals {
        psntime: row.try_get(0)?,
        medfee_fen: row.try_get(1)?,
    })
}

/// Keeps an application.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(
    tx: &Tx<'_>,
    (fixmedins_code, setl_ym): (&str, &str),
    (number, clr_appy_evt_id): (i32, &str),
    totals: Totals,
    (at, by): (DateTime<Utc>, &str),
) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO month_applications (fixmedins_code, setl_ym, number, clr_appy_evt_id, state,
                                         psntime, medfee_fen, applied_at, applied_by)
         VALUES ($1, $2, $3, $4, 'APPLIED', $5, $6, $7, $8)",
        &[
            &fixmedins_code,
            &setl_ym,
            &number,
            &clr_appy_evt_id,
            &totals.psntime,
            &totals.medfee_fen,
            &at,
            &by,
        ],
    )
    .await
}

/// Moves an application on.
///
/// # Errors
/// [`TxError::Database`].
pub async fn decide(
    tx: &Tx<'_>,
    (fixmedins_code, setl_ym, number): (&str, &str, i32),
    (state, reason): (&str, &str),
    (at, by): (DateTime<Utc>, &str),
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE month_applications SET state = $4, reason = $5, decided_at = $6, decided_by = $7
         WHERE fixmedins_code = $1 AND setl_ym = $2 AND number = $3",
        &[
            &fixmedins_code,
            &setl_ym,
            &number,
            &state,
            &reason,
            &at,
            &by,
        ],
    )
    .await
}

/// Institutions that applied for a month and wait for the county.
///
/// # Errors
/// [`TxError::Database`].
pub async fn waiting(tx: &Tx<'_>, setl_ym: &str) -> Result<Vec<String>, TxError> {
    let rows = tx
        .query(
            "SELECT fixmedins_code FROM month_applications
             WHERE setl_ym = $1 AND state = 'APPLIED' ORDER BY fixmedins_code LIMIT 50",
            &[&setl_ym],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()?)
}

/// Open objections of an institution's month.
///
/// # Errors
/// [`TxError::Database`].
pub async fn open_objections(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_ym: &str,
) -> Result<i64, TxError> {
    let row = tx
        .query_one(
            "SELECT COUNT(*) FROM objections
             WHERE fixmedins_code = $1 AND setl_ym = $2 AND state = 'OPEN'",
            &[&fixmedins_code, &setl_ym],
        )
        .await?;
    Ok(row.try_get(0)?)
}
