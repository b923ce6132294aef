//! Pages over a month's bills and lines.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    Tx, TxError,
    monthly_bills::{Bill, bill_of},
};

/// Which bills, lines or cases a page covers; `None` leaves a condition out.
#[derive(Debug, Clone, Copy)]
pub struct BillPage<'a> {
    /// Month.
    pub setl_ym: &'a str,
    /// Institution.
    pub fixmedins_code: Option<&'a str>,
    /// Divisions that begin so.
    pub division: &'a str,
    /// Insurance type.
    pub insutype: Option<&'a str>,
    /// Rows to leave out.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

/// A bill with its batch.
#[derive(Debug, Clone)]
pub struct BillRow {
    /// Institution.
    pub fixmedins_code: String,
    /// Insurance type.
    pub insutype: String,
    /// Id of the batch.
    pub batch_id: String,
    /// Id of the application.
    pub clr_appy_evt_id: String,
    /// Division of the institution.
    pub district: String,
    /// State of the batch.
    pub state: String,
    /// Its version.
    pub version: i32,
    /// Reconciled amount, fen.
    pub reconciled_fen: Option<i64>,
    /// When it was frozen.
    pub frozen_at: DateTime<Utc>,
    /// The bill.
    pub bill: Bill,
}

/// A page of bills, by institution and insurance type, and the number there are.
///
/// # Errors
/// [`TxError::Database`].
pub async fn bills(tx: &Tx<'_>, page: &BillPage<'_>) -> Result<(Vec<BillRow>, i64), TxError> {
    let rows = tx
        .query(
            "SELECT b.fixmedins_code, b.insutype, b.batch_id, b.clr_appy_evt_id, b.district,
                    b.state, b.version, b.reconciled_fen, b.frozen_at, m.cases, m.value,
                    m.points_e4, m.fixed_fen, m.cost_fen, m.others_fen, m.payable_fen,
                    m.booked_fen, m.deductions_fen, m.differences_fen, m.carried_in_fen,
                    m.deposit_fen, m.offset_fen, m.transfer_fen, m.carried_fen, m.billed_at
             FROM monthly_batches b
             JOIN monthly_bills m ON m.fixmedins_code = b.fixmedins_code
                 AND m.setl_ym = b.setl_ym AND m.insutype = b.insutype
             WHERE b.setl_ym = $1 AND ($2::text IS NULL OR b.fixmedins_code = $2)
               AND starts_with(b.district, $3) AND ($4::text IS NULL OR b.insutype = $4)
             ORDER BY b.fixmedins_code, b.insutype LIMIT $5 OFFSET $6",
            &[
                &page.setl_ym,
                &page.fixmedins_code,
                &page.division,
                &page.insutype,
                &page.limit,
                &page.offset,
            ],
        )
        .await?;
    let total = tx
        .query_one(
            "SELECT COUNT(*) FROM monthly_batches b
             JOIN monthly_bills m ON m.fixmedins_code = b.fixmedins_code
                 AND m.setl_ym = b.setl_ym AND m.insutype = b.insutype
             WHERE b.setl_ym = $1 AND ($2::text IS NULL OR b.fixmedins_code = $2)
               AND starts_with(b.district, $3) AND ($4::text IS NULL OR b.insutype = $4)",
            &[
                &page.setl_ym,
                &page.fixmedins_code,
                &page.division,
                &page.insutype,
            ],
        )
        .await?;
    let row = |row: &Row| -> Result<BillRow, tokio_postgres::Error> {
        Ok(BillRow {
            fixmedins_code: row.try_get(0)?,
            insutype: row.try_get(1)?,
            batch_id: row.try_get(2)?,
            clr_appy_evt_id: row.try_get(3)?,
            district: row.try_get(4)?,
            state: row.try_get(5)?,
            version: row.try_get(6)?,
            reconciled_fen: row.try_get(7)?,
            frozen_at: row.try_get(8)?,
            bill: bill_of(row, 9)?,
        })
    };
    let bills = rows.iter().map(row).collect::<Result<_, _>>()?;
    Ok((bills, total.try_get(0)?))
}

/// By what the cases of a bill were grouped and priced.
#[derive(Debug, Clone)]
pub struct BillVersions {
    /// Institution.
    pub fixmedins_code: String,
    /// Insurance type.
    pub insutype: String,
    /// Schemes.
    pub schemes: Vec<String>,
    /// Versions of the parameters.
    pub parameters: Vec<String>,
}

/// The versions of institutions' bills of a month.
///
/// # Errors
/// [`TxError::Database`].
pub async fn versions(
    tx: &Tx<'_>,
    setl_ym: &str,
    fixmedins_codes: &[&str],
) -> Result<Vec<BillVersions>, TxError> {
    let rows = tx
        .query(
            "SELECT fixmedins_code, insutype, array_agg(DISTINCT grp_ver),
                    array_agg(DISTINCT version)
             FROM frozen_cases WHERE setl_ym = $1 AND fixmedins_code = ANY($2)
             GROUP BY fixmedins_code, insutype",
            &[&setl_ym, &fixmedins_codes],
        )
        .await?;
    let sorted = |row: &Row, at: usize| -> Result<Vec<String>, tokio_postgres::Error> {
        let mut texts: Vec<String> = row.try_get(at)?;
        texts.sort_unstable();
        Ok(texts)
    };
    let versions = |row: &Row| -> Result<BillVersions, tokio_postgres::Error> {
        Ok(BillVersions {
            fixmedins_code: row.try_get(0)?,
            insutype: row.try_get(1)?,
            schemes: sorted(row, 2)?,
            parameters: sorted(row, 3)?,
        })
    };
    Ok(rows.iter().map(versions).collect::<Result<_, _>>()?)
}

/// Over what lines are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineLevel {
    /// Insurance type.
    City,
    /// Insurance type and division.
    District,
    /// Institution and department.
    Department,
    /// Institution and group.
    Group,
}

/// Sums of lines; amounts in fen. What the level does not tell is empty.
#[derive(Debug, Clone)]
pub struct LineRow {
    /// Insurance type.
    pub insutype: String,
    /// Division.
    pub district: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Department.
    pub department: String,
    /// Group.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Cases.
    pub cases: i64,
    /// Points, ten-thousandths.
    pub points_e4: i64,
    /// Fixed amounts.
    pub fixed_fen: i64,
    /// Total cost.
    pub cost_fen: i64,
    /// Paid by others.
    pub others_fen: i64,
    /// What the cases are worth.
    pub payable_fen: i64,
}

/// Lines added up over some of their keys.
macro_rules! lines_by {
    ($keys:literal, $names:literal) => {
        concat!(
            "SELECT ",
            $names,
            ", SUM(n.cases)::bigint, SUM(n.points_e4)::bigint, SUM(n.fixed_fen)::bigint,
             SUM(n.cost_fen)::bigint, SUM(n.others_fen)::bigint, SUM(n.payable_fen)::bigint,
             COUNT(*) OVER ()
             FROM bill_lines n
             JOIN monthly_batches b ON b.fixmedins_code = n.fixmedins_code
                 AND b.setl_ym = n.setl_ym AND b.insutype = n.insutype
             WHERE n.setl_ym = $1 AND ($2::text IS NULL OR n.fixmedins_code = $2)
               AND starts_with(b.district, $3) AND ($4::text IS NULL OR n.insutype = $4)
             GROUP BY ",
            $keys,
            " ORDER BY ",
            $keys,
            " LIMIT $5 OFFSET $6"
        )
    };
}

/// A page of lines and the number there are; 0 behind the last page.
///
/// # Errors
/// [`TxError::Database`].
pub async fn lines(
    tx: &Tx<'_>,
    level: LineLevel,
    page: &BillPage<'_>,
) -> Result<(Vec<LineRow>, i64), TxError> {
    let sql = match level {
        LineLevel::City => lines_by!("n.insutype", "n.insutype, '', '', '', '', ''"),
        LineLevel::District => lines_by!(
            "b.district, n.insutype",
            "n.insutype, b.district, '', '', '', ''"
        ),
        LineLevel::Department => lines_by!(
            "n.fixmedins_code, n.insutype, n.department, b.district",
            "n.insutype, b.district, n.fixmedins_code, n.department, '', ''"
        ),
        LineLevel::Group => lines_by!(
            "n.fixmedins_code, n.insutype, n.drg_code, b.district",
            "n.insutype, b.district, n.fixmedins_code, '', n.drg_code, MAX(n.drg_name)"
        ),
    };
    let rows = tx
        .query(
            sql,
            &[
                &page.setl_ym,
                &page.fixmedins_code,
                &page.division,
                &page.insutype,
                &page.limit,
                &page.offset,
            ],
        )
        .await?;
    let total = rows.first().map_or(Ok(0), |row| row.try_get(12))?;
    let line = |row: &Row| -> Result<LineRow, tokio_postgres::Error> {
        Ok(LineRow {
            insutype: row.try_get(0)?,
            district: row.try_get(1)?,
            fixmedins_code: row.try_get(2)?,
            department: row.try_get(3)?,
            drg_code: row.try_get(4)?,
            drg_name: row.try_get(5)?,
            cases: row.try_get(6)?,
            points_e4: row.try_get(7)?,
            fixed_fen: row.try_get(8)?,
            cost_fen: row.try_get(9)?,
            others_fen: row.try_get(10)?,
            payable_fen: row.try_get(11)?,
        })
    };
    Ok((rows.iter().map(line).collect::<Result<_, _>>()?, total))
}
