//! The pooling area's months and the pools of their insurance types.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use tokio_postgres::Row;

use super::{Store, Tx, TxError};
use crate::error::Refusal;

/// State of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthState {
    /// Institutions freeze their cases.
    Open,
    /// The value of a point is fixed, bills are being made.
    Valued,
    /// Every bill is there and the pools are closed.
    Billed,
}

impl MonthState {
    /// Its name in messages and rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            MonthState::Open => "OPEN",
            MonthState::Valued => "VALUED",
            MonthState::Billed => "BILLED",
        }
    }

    fn from_row(name: &str) -> Result<MonthState, Refusal> {
        match name {
            "OPEN" => Ok(MonthState::Open),
            "VALUED" => Ok(MonthState::Valued),
            "BILLED" => Ok(MonthState::Billed),
            _ => Err(Refusal::internal("a month in an unknown state")),
        }
    }
}

/// A month.
#[derive(Debug, Clone)]
pub struct Month {
    /// yyyyMM.
    pub setl_ym: String,
    /// State.
    pub state: MonthState,
    /// Profile that prices it.
    pub profile: String,
    /// Its digest when the first case was frozen.
    pub profile_digest: String,
    /// Whether its values are examples.
    pub example: bool,
    /// Share kept as a deposit.
    pub deposit: Decimal,
    /// Whether money moves monthly.
    pub pays_monthly: bool,
}

/// A pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Insurance type.
    pub insutype: String,
    /// Budget of the month, fen.
    pub budget_fen: i64,
    /// Value of a point.
    pub value: Option<Decimal>,
    /// Cases.
    pub cases: i64,
    /// Points, ten-thousandths.
    pub points_e4: i64,
    /// Fixed amounts, fen.
    pub fixed_fen: i64,
    /// Total cost, fen.
    pub cost_fen: i64,
    /// Paid by patients and other payers, fen.
    pub others_fen: i64,
    /// Σ payable of the cases, once billed, fen.
    pub payable_fen: Option<i64>,
    /// What is left of the budget, once billed, fen.
    pub residue_fen: Option<i64>,
}

const MONTH: &str = "SELECT setl_ym, state, profile, profile_digest, example, deposit, pays_monthly
     FROM settlement_months WHERE setl_ym = $1";

fn month(row: &Row) -> Result<Month, TxError> {
    let state: String = row.try_get(1)?;
    Ok(Month {
        setl_ym: row.try_get(0)?,
        state: MonthState::from_row(&state)?,
        profile: row.try_get(2)?,
        profile_digest: row.try_get(3)?,
        example: row.try_get(4)?,
        deposit: row.try_get(5)?,
        pays_monthly: row.try_get(6)?,
    })
}

/// The month, opened if it is new, and kept from being valued until the transaction ends.
///
/// # Errors
/// [`TxError::Database`].
pub async fn held_open(tx: &Tx<'_>, new: &Month) -> Result<Month, TxError> {
    tx.execute(
        "INSERT INTO settlement_months (setl_ym, state, profile, profile_digest, example, deposit,
                                        pays_monthly)
         VALUES ($1, 'OPEN', $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        &[
            &new.setl_ym,
            &new.profile,
            &new.profile_digest,
            &new.example,
            &new.deposit,
            &new.pays_monthly,
        ],
    )
    .await?;
    let row = tx
        .query_one(
            "SELECT setl_ym, state, profile, profile_digest, example, deposit, pays_monthly
             FROM settlement_months WHERE setl_ym = $1 FOR SHARE",
            &[&new.setl_ym],
        )
        .await?;
    month(&row)
}

/// The month, locked.
///
/// # Errors
/// [`TxError::Database`].
pub async fn locked(tx: &Tx<'_>, setl_ym: &str) -> Result<Option<Month>, TxError> {
    let row = tx
        .query_opt(
            "SELECT setl_ym, state, profile, profile_digest, example, deposit, pays_monthly
             FROM settlement_months WHERE setl_ym = $1 FOR UPDATE",
            &[&setl_ym],
        )
        .await?;
    row.as_ref().map(month).transpose()
}

/// The month.
///
/// # Errors
/// [`TxError::Database`].
pub async fn found(tx: &Tx<'_>, setl_ym: &str) -> Result<Option<Month>, TxError> {
    let row = tx.query_opt(MONTH, &[&setl_ym]).await?;
    row.as_ref().map(month).transpose()
}

/// Fixes the values of a locked month.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_valued(
    tx: &Tx<'_>,
    setl_ym: &str,
    pools: &[Pool],
    (at, by): (DateTime<Utc>, &str),
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE settlement_months SET state = 'VALUED', valued_at = $2, valued_by = $3
         WHERE setl_ym = $1",
        &[&setl_ym, &at, &by],
    )
    .await?;
    for pool in pools {
        tx.execute(
            "INSERT INTO settlement_pools (setl_ym, insutype, budget_fen, value, cases, points_e4,
                                           fixed_fen, cost_fen, others_fen)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                &setl_ym,
                &pool.insutype,
                &pool.budget_fen,
                &pool.value,
                &pool.cases,
                &pool.points_e4,
                &pool.fixed_fen,
                &pool.cost_fen,
                &pool.others_fen,
            ],
        )
        .await?;
    }
    Ok(())
}

/// The pools of a month.
///
/// # Errors
/// [`TxError::Database`].
pub async fn pools(tx: &Tx<'_>, setl_ym: &str) -> Result<Vec<Pool>, TxError> {
    let rows = tx
        .query(
            "SELECT insutype, budget_fen, value, cases, points_e4, fixed_fen, cost_fen, others_fen,
                    payable_fen, residue_fen
             FROM settlement_pools WHERE setl_ym = $1 ORDER BY insutype",
            &[&setl_ym],
        )
        .await?;
    let pool = |row: &Row| -> Result<Pool, tokio_postgres::Error> {
        Ok(Pool {
            insutype: row.try_get(0)?,
            budget_fen: row.try_get(1)?,
            value: row.try_get(2)?,
            cases: row.try_get(3)?,
            points_e4: row.try_get(4)?,
            fixed_fen: row.try_get(5)?,
            cost_fen: row.try_get(6)?,
            others_fen: row.try_get(7)?,
            payable_fen: row.try_get(8)?,
            residue_fen: row.try_get(9)?,
        })
    };
    Ok(rows.iter().map(pool).collect::<Result<_, _>>()?)
}

/// Closes a locked month: every bill is there.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_billed(tx: &Tx<'_>, setl_ym: &str, at: DateTime<Utc>) -> Result<(), TxError> {
    tx.execute(
        "UPDATE settlement_pools p SET payable_fen = b.payable, residue_fen = budget_fen - b.fund
         FROM (SELECT q.insutype, COALESCE(SUM(b.payable_fen), 0)::bigint AS payable,
                      COALESCE(SUM(b.booked_fen), 0)::bigint AS fund
               FROM settlement_pools q
               LEFT JOIN monthly_bills b ON b.setl_ym = q.setl_ym AND b.insutype = q.insutype
               WHERE q.setl_ym = $1 GROUP BY q.insutype) b
         WHERE p.setl_ym = $1 AND p.insutype = b.insutype",
        &[&setl_ym],
    )
    .await?;
    tx.execute(
        "UPDATE settlement_months SET state = 'BILLED', billed_at = $2 WHERE setl_ym = $1",
        &[&setl_ym, &at],
    )
    .await
}

impl Store {
    /// Months whose values are fixed and whose bills are not all made.
    ///
    /// # Errors
    /// The database.
    pub async fn valued_months(&self) -> Result<Vec<String>, Refusal> {
        self.run_tx("months.valued", async |tx: &Tx<'_>| {
            let rows = tx
                .query(
                    "SELECT setl_ym FROM settlement_months WHERE state = 'VALUED' ORDER BY setl_ym",
                    &[],
                )
                .await?;
            Ok(rows
                .iter()
                .map(|row| row.try_get(0))
                .collect::<Result<_, _>>()?)
        })
        .await
    }
}
