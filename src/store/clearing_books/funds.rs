//! The funds of a clearing: one row an insurance type.

use rust_decimal::Decimal;
use tokio_postgres::Row;

use crate::store::{Tx, TxError, clearings::ClearingKey};

/// A fund of a clearing; amounts in fen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fund {
    /// Insurance type.
    pub insutype: String,
    /// Budget of the year.
    pub budget_fen: i64,
    /// Kept in reserve.
    pub reserve_fen: i64,
    /// Spent on cases elsewhere.
    pub cross_region_fen: i64,
    /// Value of a point.
    pub value: Option<Decimal>,
    /// Σ due.
    pub due_fen: i64,
    /// Σ incentive.
    pub incentive_fen: i64,
    /// Σ withheld.
    pub withheld_fen: i64,
    /// Σ adjusted.
    pub adjusted_fen: i64,
    /// Σ final.
    pub final_fen: i64,
    /// Σ transfer.
    pub transfer_fen: i64,
    /// budget − reserve − cross_region − due.
    pub residue_fen: i64,
    /// budget − reserve − cross_region − final.
    pub kept_fen: i64,
}

/// Keeps a new fund: budget, reserve, cross-region part and value.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put_fund(tx: &Tx<'_>, key: &ClearingKey, fund: &Fund) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO clearing_funds (year, stage, number, insutype, budget_fen, reserve_fen,
             cross_region_fen, value)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            &key.year,
            &key.stage.as_str(),
            &key.number,
            &fund.insutype,
            &fund.budget_fen,
            &fund.reserve_fen,
            &fund.cross_region_fen,
            &fund.value,
        ],
    )
    .await
}

/// Adds the institutions up into the funds.
///
/// # Errors
/// [`TxError::Database`].
pub async fn total_funds(tx: &Tx<'_>, key: &ClearingKey) -> Result<(), TxError> {
    tx.execute(
        "UPDATE clearing_funds f SET due_fen = s.due, incentive_fen = s.incentive,
             withheld_fen = s.withheld, adjusted_fen = s.adjusted, final_fen = s.final,
             transfer_fen = s.transfer,
             residue_fen = f.budget_fen - f.reserve_fen - f.cross_region_fen - s.due,
             kept_fen = f.budget_fen - f.reserve_fen - f.cross_region_fen - s.final
         FROM (SELECT insutype, SUM(due_fen)::bigint AS due,
                      SUM(incentive_fen)::bigint AS incentive,
                      SUM(withheld_fen)::bigint AS withheld, SUM(adjusted_fen)::bigint AS adjusted,
                      SUM(final_fen)::bigint AS final, SUM(transfer_fen)::bigint AS transfer
               FROM clearing_hospitals WHERE year = $1 AND stage = $2 AND number = $3
               GROUP BY insutype) AS s
         WHERE f.year = $1 AND f.stage = $2 AND f.number = $3 AND f.insutype = s.insutype",
        &[&key.year, &key.stage.as_str(), &key.number],
    )
    .await
}

/// The funds of a clearing.
///
/// # Errors
/// [`TxError::Database`].
pub async fn funds(tx: &Tx<'_>, key: &ClearingKey) -> Result<Vec<Fund>, TxError> {
    let rows = tx
        .query(
            "SELECT insutype, budget_fen, reserve_fen, cross_region_fen, value, due_fen,
                    incentive_fen, withheld_fen, adjusted_fen, final_fen, transfer_fen,
                    residue_fen, kept_fen
             FROM clearing_funds WHERE year = $1 AND stage = $2 AND number = $3
             ORDER BY insutype",
            &[&key.year, &key.stage.as_str(), &key.number],
        )
        .await?;
    let fund = |row: &Row| -> Result<Fund, tokio_postgres::Error> {
        Ok(Fund {
            insutype: row.try_get(0)?,
            budget_fen: row.try_get(1)?,
            reserve_fen: row.try_get(2)?,
            cross_region_fen: row.try_get(3)?,
            value: row.try_get(4)?,
            due_fen: row.try_get(5)?,
            incentive_fen: row.try_get(6)?,
            withheld_fen: row.try_get(7)?,
            adjusted_fen: row.try_get(8)?,
            final_fen: row.try_get(9)?,
            transfer_fen: row.try_get(10)?,
            residue_fen: row.try_get(11)?,
            kept_fen: row.try_get(12)?,
        })
    };
    Ok(rows.iter().map(fund).collect::<Result<_, _>>()?)
}
