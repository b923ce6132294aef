//! Sums of the closed months by group.

use tokio_postgres::Row;

use super::{Store, StoreError, Tx, TxError};

/// Adds a month up as it is closed.
///
/// # Errors
/// [`TxError::Database`].
pub async fn close(tx: &Tx<'_>, setl_ym: &str) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO group_months (setl_ym, grp_ver, drg_code, cases, cost_fen, stays, days)
         SELECT setl_ym, grp_ver, drg_code, COUNT(*), SUM(cost_fen)::bigint, COUNT(days),
                COALESCE(SUM(days), 0)::bigint
         FROM frozen_cases WHERE setl_ym = $1 GROUP BY setl_ym, grp_ver, drg_code
         ON CONFLICT DO NOTHING",
        &[&setl_ym],
    )
    .await
}

/// A group over the last closed months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSums {
    /// Scheme.
    pub grp_ver: String,
    /// Group.
    pub drg_code: String,
    /// Cases.
    pub cases: i64,
    /// Their cost, fen.
    pub cost_fen: i64,
    /// Cases whose days in hospital are known.
    pub stays: i64,
    /// These days.
    pub days: i64,
}

impl Store {
    /// The groups over the last twelve closed months.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn group_sums(&self) -> Result<Vec<GroupSums>, StoreError> {
        let client = self.pool().get().await?;
        let rows = client
            .query(
                "SELECT grp_ver, drg_code, SUM(cases)::bigint, SUM(cost_fen)::bigint,
                        SUM(stays)::bigint, SUM(days)::bigint
                 FROM group_months
                 WHERE setl_ym IN (SELECT setl_ym FROM group_months GROUP BY setl_ym
                                   ORDER BY setl_ym DESC LIMIT 12)
                 GROUP BY grp_ver, drg_code",
                &[],
            )
            .await?;
        Ok(rows.iter().map(sums).collect::<Result<_, _>>()?)
    }
}

fn sums(row: &Row) -> Result<GroupSums, tokio_postgres::Error> {
    Ok(GroupSums {
        grp_ver: row.try_get(0)?,
        drg_code: row.try_get(1)?,
        cases: row.try_get(2)?,
        cost_fen: row.try_get(3)?,
        stays: row.try_get(4)?,
        days: row.try_get(5)?,
    })
}
