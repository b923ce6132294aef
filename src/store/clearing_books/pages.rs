//! Pages over a clearing's institutions and lines.

use tokio_postgres::Row;

use super::{
    YearLine, YearNumbers, YearRow, year_columns, year_lines::year_line, year_row, year_sums,
};
use crate::store::{Tx, TxError, clearings::ClearingKey};

/// Which rows a page covers; `None` leaves a condition out.
#[derive(Debug, Clone, Copy)]
pub struct YearPage<'a> {
    /// The clearing.
    pub key: &'a ClearingKey,
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

macro_rules! of_page {
    () => {
        " WHERE h.year = $1 AND h.stage = $2 AND h.number = $3
           AND ($4::text IS NULL OR h.fixmedins_code = $4) AND starts_with(h.district, $5)
           AND ($6::text IS NULL OR h.insutype = $6) "
    };
}

async fn page(
    tx: &Tx<'_>,
    sql: &'static str,
    page: &YearPage<'_>,
) -> Result<(Vec<Row>, i64), TxError> {
    let rows = tx
        .query(
            sql,
            &[
                &page.key.year,
                &page.key.stage.as_str(),
                &page.key.number,
                &page.fixmedins_code,
                &page.division,
                &page.insutype,
                &page.limit,
                &page.offset,
            ],
        )
        .await?;
    let total = rows.first().map_or(Ok(0), |row| row.try_get("total"))?;
    Ok((rows, total))
}

/// A page of institutions and the number there are; 0 behind the last page.
///
/// # Errors
/// [`TxError::Database`].
pub async fn hospitals(tx: &Tx<'_>, asked: &YearPage<'_>) -> Result<(Vec<YearRow>, i64), TxError> {
    let (rows, total) = page(
        tx,
        concat!(
            "SELECT ",
            year_columns!(),
            "fixmedins_code, insutype, district, score, COUNT(*) OVER () AS total
             FROM clearing_hospitals h",
            of_page!(),
            "ORDER BY fixmedins_code, insutype LIMIT $7 OFFSET $8"
        ),
        asked,
    )
    .await?;
    Ok((rows.iter().map(year_row).collect::<Result<_, _>>()?, total))
}

/// A page of divisions and insurance types, and the number there are.
///
/// # Errors
/// [`TxError::Database`].
pub async fn by_district(
    tx: &Tx<'_>,
    asked: &YearPage<'_>,
) -> Result<(Vec<YearRow>, i64), TxError> {
    let (rows, total) = page(
        tx,
        concat!(
            "SELECT ",
            year_sums!(),
            "district, insutype, COUNT(*) OVER () AS total FROM clearing_hospitals h",
            of_page!(),
            "GROUP BY district, insutype ORDER BY district, insutype LIMIT $7 OFFSET $8"
        ),
        asked,
    )
    .await?;
    let district = |row: &Row| -> Result<YearRow, tokio_postgres::Error> {
        Ok(YearRow {
            fixmedins_code: String::new(),
            insutype: row.try_get("insutype")?,
            district: row.try_get("district")?,
            score: None,
            numbers: YearNumbers::of(row)?,
        })
    };
    Ok((rows.iter().map(district).collect::<Result<_, _>>()?, total))
}

/// A line with the institution that it is of.
#[derive(Debug, Clone)]
pub struct LineRow {
    /// Institution.
    pub fixmedins_code: String,
    /// Its division.
    pub district: String,
    /// The line.
    pub line: YearLine,
}

/// A page of lines, by institution, insurance type and group, and the number there are.
///
/// # Errors
/// [`TxError::Database`].
pub async fn lines(tx: &Tx<'_>, asked: &YearPage<'_>) -> Result<(Vec<LineRow>, i64), TxError> {
    let (rows, total) = page(
        tx,
        concat!(
            "SELECT n.insutype, n.drg_code, n.drg_name, n.cases, n.points_e4, n.fixed_fen,
                    n.cost_fen, n.others_fen, n.payable_fen, 0::bigint, 0::bigint,
                    n.fixmedins_code, h.district, COUNT(*) OVER () AS total
             FROM clearing_lines n
             JOIN clearing_hospitals h ON h.fixmedins_code = n.fixmedins_code
                 AND h.year = n.year AND h.stage = n.stage AND h.number = n.number
                 AND h.insutype = n.insutype",
            of_page!(),
            "ORDER BY n.fixmedins_code, n.insutype, n.drg_code COLLATE \"C\" LIMIT $7 OFFSET $8"
        ),
        asked,
    )
    .await?;
    let line = |row: &Row| -> Result<LineRow, tokio_postgres::Error> {
        Ok(LineRow {
            fixmedins_code: row.try_get("fixmedins_code")?,
            district: row.try_get("district")?,
            line: year_line(row)?,
        })
    };
    Ok((rows.iter().map(line).collect::<Result<_, _>>()?, total))
}
