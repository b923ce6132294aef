//! Grouping results of uploaded lists, and the sums over them.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{Tx, TxError};

/// A grouping result as it is stored.
#[derive(Debug)]
pub struct GroupingRow<'a> {
    /// Institution.
    pub fixmedins_code: &'a str,
    /// Settlement id.
    pub setl_id: &'a str,
    /// Settlement month, yyyyMM.
    pub setl_ym: &'a str,
    /// Whether the case has a group (1) or not (0): grp_rslt.
    pub grouped: bool,
    /// grouped, ambiguous, ungrouped, invalid.
    pub status: &'a str,
    /// Code of the reason, if any.
    pub reason: Option<&'a str>,
    /// Major diagnostic category.
    pub mdc_codg: &'a str,
    /// Core group.
    pub adrg_code: &'a str,
    /// Group.
    pub drg_code: &'a str,
    /// Its name.
    pub drg_name: &'a str,
    /// Scheme id.
    pub grp_ver: &'a str,
    /// Weight of the group in the scheme, if it has one.
    pub weight: Option<Decimal>,
    /// Total cost, fen.
    pub medfee_fen: i64,
    /// Estimated payment standard, fen; none when the case could not be priced.
    pub pay_std_fen: Option<i64>,
    /// Profile that priced it.
    pub profile: &'a str,
    /// When.
    pub grp_time: DateTime<Utc>,
}

/// Which cases a summary covers; `None` leaves a condition out.
#[derive(Debug, Clone, Copy)]
pub struct SummaryScope<'a> {
    /// Settlement month, yyyyMM.
    pub setl_ym: &'a str,
    /// Institution.
    pub fixmedins_code: Option<&'a str>,
    /// Group.
    pub drg_code: Option<&'a str>,
    /// Rows to leave out before the page.
    pub offset: i64,
    /// Rows of the page.
    pub limit: i64,
}

/// Over what a summary adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// One row per institution.
    Hospital,
    /// One row per institution and group.
    Group,
    /// One row per case.
    Case,
}

/// One row of a summary; sums in fen.
#[derive(Debug, Clone)]
pub struct SummaryRow {
    /// Institution.
    pub fixmedins_code: String,
    /// Case, on case level.
    pub setl_id: Option<String>,
    /// Group, below hospital level.
    pub drg_code: Option<String>,
    /// Its name.
    pub drg_name: Option<String>,
    /// Weight: of the group, or the sum over the cases on hospital level.
    pub weight: Option<Decimal>,
    /// Number of cases.
    pub cases: i64,
    /// Sum of total costs, fen.
    pub medfee_fen: i64,
    /// Sum of payment standards, fen; none when no case of the row was priced.
    pub pay_std_fen: Option<i64>,
    /// Cases of the row that were priced.
    pub priced: i64,
}

/// Voids earlier results of the list and stores this one under the next sequence. The
/// list's row is locked by the caller.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, row: &GroupingRow<'_>) -> Result<(), TxError> {
    void(tx, row.fixmedins_code, row.setl_id).await?;
    tx.execute(
        "INSERT INTO groupings (fixmedins_code, setl_id, sequence, setl_ym, grp_rslt, status, reason,
             mdc_codg, adrg_code, drg_code, drg_name, grp_ver, weight, medfee_fen, pay_std_fen,
             profile, vali_flag, grp_time)
         SELECT $1, $2, COALESCE(MAX(sequence), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
                $13, $14, $15, 1, $16
         FROM groupings WHERE fixmedins_code = $1 AND setl_id = $2",
        &[
            &row.fixmedins_code,
            &row.setl_id,
            &row.setl_ym,
            &i16::from(row.grouped),
            &row.status,
            &row.reason,
            &row.mdc_codg,
            &row.adrg_code,
            &row.drg_code,
            &row.drg_name,
            &row.grp_ver,
            &row.weight,
            &row.medfee_fen,
            &row.pay_std_fen,
            &row.profile,
            &row.grp_time,
        ],
    )
    .await?;
    Ok(())
}

/// Voids all results of a list.
///
/// # Errors
/// [`TxError::Database`].
pub async fn void(tx: &Tx<'_>, fixmedins_code: &str, setl_id: &str) -> Result<(), TxError> {
    tx.execute(
        "UPDATE groupings SET vali_flag = 0
         WHERE fixmedins_code = $1 AND setl_id = $2 AND vali_flag = 1",
        &[&fixmedins_code, &setl_id],
    )
    .await?;
    Ok(())
}

/// One page of a summary and the number of rows there are altogether.
///
/// # Errors
/// [`TxError::Database`].
pub async fn summary(
    tx: &Tx<'_>,
    level: Level,
    scope: &SummaryScope<'_>,
) -> Result<(Vec<SummaryRow>, i64), TxError> {
    let (page, count) = match level {
        Level::Hospital => (HOSPITAL_PAGE, HOSPITAL_COUNT),
        Level::Group => (GROUP_PAGE, GROUP_COUNT),
        Level::Case => (CASE_PAGE, CASE_COUNT),
    };
    let rows = tx
        .query(
            page,
            &[
                &scope.setl_ym,
                &scope.fixmedins_code,
                &scope.drg_code,
                &scope.limit,
                &scope.offset,
            ],
        )
        .await?;
    let rows = rows
        .iter()
        .map(summary_row)
        .collect::<Result<_, tokio_postgres::Error>>()?;
    let total = tx
        .query_one(
            count,
            &[&scope.setl_ym, &scope.fixmedins_code, &scope.drg_code],
        )
        .await?;
    Ok((rows, total.try_get(0)?))
}

fn summary_row(row: &tokio_postgres::Row) -> Result<SummaryRow, tokio_postgres::Error> {
    Ok(SummaryRow {
        fixmedins_code: row.try_get(0)?,
        setl_id: row.try_get(1)?,
        drg_code: row.try_get(2)?,
        drg_name: row.try_get(3)?,
        weight: row.try_get(4)?,
        cases: row.try_get(5)?,
        medfee_fen: row.try_get(6)?,
        pay_std_fen: row.try_get(7)?,
        priced: row.try_get(8)?,
    })
}

/// The cases that count: valid results of the month, within the scope.
macro_rules! cases {
    ($head:literal, $tail:literal) => {
        concat!(
            $head,
            " FROM groupings WHERE vali_flag = 1 AND setl_ym = $1
              AND ($2::text IS NULL OR fixmedins_code = $2)
              AND ($3::text IS NULL OR drg_code = $3) ",
            $tail
        )
    };
}

const HOSPITAL_PAGE: &str = cases!(
    "SELECT fixmedins_code, NULL::text, NULL::text, NULL::text, SUM(weight), COUNT(*),
            SUM(medfee_fen)::bigint, SUM(pay_std_fen)::bigint, COUNT(pay_std_fen)",
    "GROUP BY fixmedins_code ORDER BY fixmedins_code LIMIT $4 OFFSET $5"
);
const HOSPITAL_COUNT: &str = cases!("SELECT COUNT(DISTINCT fixmedins_code)", "");
const GROUP_PAGE: &str = cases!(
    "SELECT fixmedins_code, NULL::text, drg_code, MAX(drg_name), MAX(weight), COUNT(*),
            SUM(medfee_fen)::bigint, SUM(pay_std_fen)::bigint, COUNT(pay_std_fen)",
    "GROUP BY fixmedins_code, drg_code ORDER BY fixmedins_code, drg_code LIMIT $4 OFFSET $5"
);
const GROUP_COUNT: &str = cases!("SELECT COUNT(DISTINCT (fixmedins_code, drg_code))", "");
const CASE_PAGE: &str = cases!(
    "SELECT fixmedins_code, setl_id, drg_code, drg_name, weight, 1::bigint, medfee_fen, pay_std_fen,
            COUNT(pay_std_fen) OVER (PARTITION BY fixmedins_code, setl_id)",
    "ORDER BY fixmedins_code, setl_id LIMIT $4 OFFSET $5"
);
const CASE_COUNT: &str = cases!("SELECT COUNT(*)", "");
