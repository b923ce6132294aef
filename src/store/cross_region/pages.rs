//! Bills by insured area, and their cases, page by page.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use tokio_postgres::Row;

use crate::store::{Tx, TxError};

/// Which rows a page covers; `None` leaves a condition out.
#[derive(Debug, Clone, Copy)]
pub struct AreaPage<'a> {
    /// Month.
    pub setl_ym: &'a str,
    /// Institution.
    pub fixmedins_code: Option<&'a str>,
    /// Divisions of institutions that begin so.
    pub division: &'a str,
    /// Insured area.
    pub insu_admdvs: Option<&'a str>,
    /// Insurance type.
    pub insutype: Option<&'a str>,
    /// Rows to leave out.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

/// The bill of an institution's month, insured area and insurance type; amounts in fen.
#[derive(Debug, Clone)]
pub struct AreaBill {
    /// Institution.
    pub fixmedins_code: String,
    /// Insured area.
    pub insu_admdvs: String,
    /// Insurance type.
    pub insutype: String,
    /// Division of the institution.
    pub district: String,
    /// Cases.
    pub cases: i64,
    /// Total cost.
    pub cost_fen: i64,
    /// Paid by patients and other payers.
    pub others_fen: i64,
    /// What the cases are worth.
    pub payable_fen: i64,
    /// Agreed by the insured area, of the fund's part.
    pub agreed_fen: i64,
    /// The fund's part of the cases that are not decided.
    pub open_fen: i64,
    /// Cases that are not decided.
    pub open: i64,
    /// Cases that were refused.
    pub refused: i64,
}

/// A case of such a bill; amounts in fen.
#[derive(Debug, Clone)]
pub struct AreaCase {
    /// Institution.
    pub fixmedins_code: String,
    /// Insured area.
    pub insu_admdvs: String,
    /// Insurance type.
    pub insutype: String,
    /// Division of the institution.
    pub district: String,
    /// Settlement id.
    pub setl_id: String,
    /// Group.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Points, ten-thousandths; none where the method has none.
    pub points_e4: Option<i64>,
    /// Weight of the group.
    pub weight: Option<Decimal>,
    /// Version of the parameters.
    pub version: String,
    /// Payment method.
    pub method: String,
    /// The calculation, JSON.
    pub ledger: String,
    /// Day of settlement.
    pub setl_date: NaiveDate,
    /// Total cost.
    pub cost_fen: i64,
    /// Paid by the patient and other payers.
    pub others_fen: i64,
    /// What it is worth.
    pub payable_fen: i64,
    /// State.
    pub state: String,
    /// Agreed by the insured area, of the fund's part.
    pub agreed_fen: Option<i64>,
    /// Why it was not taken, adjusted or refused.
    pub reason: String,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
}

macro_rules! of_page {
    () => {
        " FROM cross_region_cases
          WHERE setl_ym = $1 AND ($2::text IS NULL OR fixmedins_code = $2)
            AND starts_with(district, $3) AND ($4::text IS NULL OR insu_admdvs = $4)
            AND ($5::text IS NULL OR insutype = $5) "
    };
}

async fn page(
    tx: &Tx<'_>,
    sql: &'static str,
    page: &AreaPage<'_>,
) -> Result<(Vec<Row>, i64), TxError> {
    let rows = tx
        .query(
            sql,
            &[
                &page.setl_ym,
                &page.fixmedins_code,
                &page.division,
                &page.insu_admdvs,
                &page.insutype,
                &page.limit,
                &page.offset,
            ],
        )
        .await?;
    let total = rows.first().map_or(Ok(0), |row| row.try_get("total"))?;
    Ok((rows, total))
}

/// A page of bills and the number there are; 0 behind the last page.
///
/// # Errors
/// [`TxError::Database`].
pub async fn bills(tx: &Tx<'_>, asked: &AreaPage<'_>) -> Result<(Vec<AreaBill>, i64), TxError> {
    let (rows, total) = page(
        tx,
        concat!(
            "SELECT fixmedins_code, insu_admdvs, insutype, MIN(district), COUNT(*),
                    SUM(cost_fen)::bigint, SUM(others_fen)::bigint, SUM(payable_fen)::bigint,
                    COALESCE(SUM(agreed_fen), 0)::bigint,
                    COALESCE(SUM(payable_fen - others_fen) FILTER (WHERE agreed_fen IS NULL), 0)::bigint,
                    COUNT(*) FILTER (WHERE agreed_fen IS NULL),
                    COUNT(*) FILTER (WHERE state = 'REFUSED'), COUNT(*) OVER () AS total",
            of_page!(),
            "GROUP BY fixmedins_code, insu_admdvs, insutype
             ORDER BY fixmedins_code, insu_admdvs, insutype LIMIT $6 OFFSET $7"
        ),
        asked,
    )
    .await?;
    let bill = |row: &Row| -> Result<AreaBill, tokio_postgres::Error> {
        Ok(AreaBill {
            fixmedins_code: row.try_get(0)?,
            insu_admdvs: row.try_get(1)?,
            insutype: row.try_get(2)?,
            district: row.try_get(3)?,
            cases: row.try_get(4)?,
            cost_fen: row.try_get(5)?,
            others_fen: row.try_get(6)?,
            payable_fen: row.try_get(7)?,
            agreed_fen: row.try_get(8)?,
            open_fen: row.try_get(9)?,
            open: row.try_get(10)?,
            refused: row.try_get(11)?,
        })
    };
    Ok((rows.iter().map(bill).collect::<Result<_, _>>()?, total))
}

/// A page of cases and the number there are; 0 behind the last page.
///
/// # Errors
/// [`TxError::Database`].
pub async fn cases(tx: &Tx<'_>, asked: &AreaPage<'_>) -> Result<(Vec<AreaCase>, i64), TxError> {
    let (rows, total) = page(
        tx,
        concat!(
            "SELECT fixmedins_code, insu_admdvs, insutype, district, setl_id, drg_code, drg_name,
                    points_e4, weight, version, method, ledger, setl_date, cost_fen, others_fen,
                    payable_fen, state, agreed_fen, reason, decided_at, COUNT(*) OVER () AS total",
            of_page!(),
            "ORDER BY fixmedins_code, insu_admdvs, insutype, setl_id LIMIT $6 OFFSET $7"
        ),
        asked,
    )
    .await?;
    let case = |row: &Row| -> Result<AreaCase, tokio_postgres::Error> {
        Ok(AreaCase {
            fixmedins_code: row.try_get(0)?,
            insu_admdvs: row.try_get(1)?,
            insutype: row.try_get(2)?,
            district: row.try_get(3)?,
            setl_id: row.try_get(4)?,
            drg_code: row.try_get(5)?,
            drg_name: row.try_get(6)?,
            points_e4: row.try_get(7)?,
            weight: row.try_get(8)?,
            version: row.try_get(9)?,
            method: row.try_get(10)?,
            ledger: row.try_get(11)?,
            setl_date: row.try_get(12)?,
            cost_fen: row.try_get(13)?,
            others_fen: row.try_get(14)?,
            payable_fen: row.try_get(15)?,
            state: row.try_get(16)?,
            agreed_fen: row.try_get(17)?,
            reason: row.try_get(18)?,
            decided_at: row.try_get(19)?,
        })
    };
    Ok((rows.iter().map(case).collect::<Result<_, _>>()?, total))
}
