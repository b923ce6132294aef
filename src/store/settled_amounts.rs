//! What the core's settlement records say of amounts, in the open columns: the centre's side
//! of a reconciliation.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chs_model::Money;
use chs_settlement::matching::{Amounts, Sums};
use tokio_postgres::Row;

use super::{Tx, TxError};

/// What is compared of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Insurance type (dictionary insutype); empty: the record does not tell.
    pub insutype: String,
    /// Clearing type (dictionary clr_type).
    pub clr_type: String,
    /// The msgid under which the institution settled; empty: the record does not tell.
    pub medins_setl_id: String,
    /// Whether it takes a settlement back.
    pub refunded: bool,
    /// fund_pay_sumamt, fen.
    pub fund_pay_fen: i64,
    /// acct_pay, fen.
    pub acct_pay_fen: i64,
}

/// Which of an institution's records are compared.
#[derive(Debug)]
pub struct Span<'a> {
    /// Institution.
    pub fixmedins_code: &'a str,
    /// First and last day of settlement, China time, both included.
    pub days: (NaiveDate, NaiveDate),
    /// Of this insurance type only.
    pub insutype: Option<&'a str>,
    /// Of this clearing type only.
    pub clr_type: Option<&'a str>,
    /// Refunds only, or none of them.
    pub refunded: Option<bool>,
}

impl Span<'_> {
    /// From the first second to before the first one after.
    fn times(&self) -> (NaiveDateTime, NaiveDateTime) {
        let (first, last) = self.days;
        let after = last.succ_opt().unwrap_or(last);
        (
            first.and_time(NaiveTime::MIN),
            after.and_time(NaiveTime::MIN),
        )
    }
}

/// A record of the centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Settlement id.
    pub setl_id: String,
    /// The msgid under which it was settled.
    pub medins_setl_id: String,
    /// Whether it takes a settlement back.
    pub refunded: bool,
    /// Its amounts.
    pub amounts: Amounts,
}

/// Records of an institution that an earlier release stored, not read yet: ids and sealed
/// bodies, a page of them.
///
/// # Errors
/// [`TxError::Database`].
pub async fn unread(tx: &Tx<'_>, fixmedins_code: &str) -> Result<Vec<(String, Vec<u8>)>, TxError> {
    let rows = tx
        .query(
            "SELECT setl_id, body FROM settlement_records
             WHERE fixmedins_code = $1 AND source = 'core' AND fund_pay_fen IS NULL
             ORDER BY setl_id LIMIT 200 FOR UPDATE",
            &[&fixmedins_code],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

/// Puts what was read of a record beside it.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_id: &str,
    read: &Compared,
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE settlement_records
         SET insutype = $3, clr_type = $4, medins_setl_id = $5, refunded = $6,
             fund_pay_fen = $7, acct_pay_fen = $8
         WHERE fixmedins_code = $1 AND setl_id = $2 AND source = 'core'",
        &[
            &fixmedins_code,
            &setl_id,
            &read.insutype,
            &read.clr_type,
            &read.medins_setl_id,
            &read.refunded,
            &read.fund_pay_fen,
            &read.acct_pay_fen,
        ],
    )
    .await
}

/// Sums of the records of a span, and how many more there are of no insurance type.
///
/// # Errors
/// [`TxError::Database`].
pub async fn sums(tx: &Tx<'_>, span: &Span<'_>) -> Result<(Sums, i64), TxError> {
    let (from, before) = span.times();
    let row = tx
        .query_one(
            "SELECT COUNT(*) FILTER (WHERE of_type),
                    COALESCE(SUM(medfee_fen) FILTER (WHERE of_type), 0)::bigint,
                    COALESCE(SUM(fund_pay_fen) FILTER (WHERE of_type), 0)::bigint,
                    COALESCE(SUM(acct_pay_fen) FILTER (WHERE of_type), 0)::bigint,
                    COUNT(*) FILTER (WHERE NOT of_type)
             FROM (SELECT medfee_fen, fund_pay_fen, acct_pay_fen,
                          $4::text IS NULL OR insutype = $4 AS of_type
                   FROM settlement_records
                   WHERE fixmedins_code = $1 AND source = 'core'
                     AND settled_at >= $2 AND settled_at < $3
                     AND ($4::text IS NULL OR insutype IN ($4, ''))
                     AND ($5::text IS NULL OR clr_type = $5)
                     AND ($6::boolean IS NULL OR refunded = $6)) AS r",
            &[
                &span.fixmedins_code,
                &from,
                &before,
                &span.insutype,
                &span.clr_type,
                &span.refunded,
            ],
        )
        .await?;
    let sums = Sums {
        count: row.try_get(0)?,
        amounts: amounts(&row, 1)?,
    };
    Ok((sums, row.try_get(4)?))
}

/// The records of a span, at most one more than `most`.
///
/// # Errors
/// [`TxError::Database`].
pub async fn records(tx: &Tx<'_>, span: &Span<'_>, most: usize) -> Result<Vec<Settled>, TxError> {
    let (from, before) = span.times();
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let rows = tx
        .query(
            "SELECT setl_id, medins_setl_id, refunded, medfee_fen, fund_pay_fen, acct_pay_fen
             FROM settlement_records
             WHERE fixmedins_code = $1 AND source = 'core'
               AND settled_at >= $2 AND settled_at < $3
               AND ($4::text IS NULL OR insutype = $4)
               AND ($5::text IS NULL OR clr_type = $5)
               AND ($6::boolean IS NULL OR refunded = $6)
             LIMIT $7",
            &[
                &span.fixmedins_code,
                &from,
                &before,
                &span.insutype,
                &span.clr_type,
                &span.refunded,
                &limit,
            ],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Settled {
                setl_id: row.try_get(0)?,
                medins_setl_id: row.try_get(1)?,
                refunded: row.try_get(2)?,
                amounts: amounts(row, 3)?,
            })
        })
        .collect()
}

/// Three amounts from column `at` on.
fn amounts(row: &Row, at: usize) -> Result<Amounts, tokio_postgres::Error> {
    let fen = |column| {
        let fen: Option<i64> = row.try_get(column)?;
        Ok::<_, tokio_postgres::Error>(Money::from_fen(fen.unwrap_or_default()))
    };
    Ok(Amounts {
        total: fen(at)?,
        fund: fen(at + 1)?,
        account: fen(at + 2)?,
    })
}
