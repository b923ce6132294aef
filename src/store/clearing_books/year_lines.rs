//! The lines of a clearing: an institution's cases by insurance type and group.

use tokio_postgres::Row;

use crate::store::{Tx, TxError, clearings::ClearingKey};

/// A line: the cases of a group, at the value of the year; amounts in fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearLine {
    /// Insurance type.
    pub insutype: String,
    /// Group.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Cases.
    pub cases: i64,
    /// Points, ten-thousandths.
    pub points_e4: i64,
    /// Amounts that do not depend on the value.
    pub fixed_fen: i64,
    /// Total cost.
    pub cost_fen: i64,
    /// Paid by others.
    pub others_fen: i64,
    /// What the cases are worth, each rounded to the fen.
    pub payable_fen: i64,
    /// Special cases among them.
    pub special_cases: i64,
    /// What these are worth.
    pub special_fen: i64,
}

/// A line with the institution that it is of.
#[derive(Debug)]
pub struct HospitalLine {
    /// Institution.
    pub fixmedins_code: String,
    /// The line.
    pub line: YearLine,
}

/// One statement reads all cases of a year: it may take its time, and it wants to go through
/// them in one sweep, with the workers there are. What the planner knows of the books is a
/// moment old or nothing: with too few rows in mind it would look up the cases of a batch
/// one by one, and it thinks the sums that workers hand over dear.
const SWEEP: &str = "SELECT set_config('statement_timeout', '0', true),
     set_config('work_mem', '32MB', true), set_config('enable_nestloop', 'off', true),
     set_config('parallel_tuple_cost', '0.01', true)";

/// Gives `each` the lines of every institution that is not cleared yet, out of its frozen
/// cases: institutions by their code, the lines of one by insurance type and group.
///
/// PostgreSQL's numeric product is exact and its ROUND goes half away from zero, so a
/// case comes to what [`chs_settlement::books::Points::paid_at`] makes of it.
///
/// # Errors
/// [`TxError::Database`], and what `each` answers with.
pub async fn each_line_of_cases(
    tx: &Tx<'_>,
    key: &ClearingKey,
    mut each: impl AsyncFnMut(HospitalLine) -> Result<(), TxError>,
) -> Result<(), TxError> {
    tx.execute(SWEEP, &[]).await?;
    tx.query_each(
        "SELECT c.insutype, c.drg_code, MAX(c.drg_name COLLATE \"C\"), COUNT(*),
                COALESCE(SUM(c.points_e4), 0)::bigint, COALESCE(SUM(c.fixed_fen), 0)::bigint,
                SUM(c.cost_fen)::bigint, SUM(c.others_fen)::bigint,
                SUM(COALESCE(c.fixed_fen,
                    ROUND(c.points_e4 * COALESCE(f.value, 0) * 0.01)::bigint))::bigint,
                COUNT(*) FILTER (WHERE c.special),
                COALESCE(SUM(c.fixed_fen) FILTER (WHERE c.special), 0)::bigint,
                c.fixmedins_code
         FROM clearing_confirmations w
         JOIN clearing_batches e ON e.fixmedins_code = w.fixmedins_code AND e.year = w.year
             AND e.stage = w.stage AND e.number = w.number
         JOIN clearing_funds f ON f.year = e.year AND f.stage = e.stage
             AND f.number = e.number AND f.insutype = e.insutype
         JOIN frozen_cases c ON c.setl_ym = e.setl_ym
             AND c.fixmedins_code = e.fixmedins_code AND c.insutype = e.insutype
         WHERE w.year = $1 AND w.stage = $2 AND w.number = $3 AND w.digest = ''
           AND c.setl_ym BETWEEN $1::text || '01' AND $1::text || '12'
         GROUP BY c.fixmedins_code, c.insutype, c.drg_code
         ORDER BY c.fixmedins_code COLLATE \"C\", c.insutype COLLATE \"C\",
                  c.drg_code COLLATE \"C\"",
        &[&key.year, &key.stage.as_str(), &key.number],
        async |row: Row| each(hospital_line(&row)?).await,
    )
    .await
}

fn hospital_line(row: &Row) -> Result<HospitalLine, tokio_postgres::Error> {
    Ok(HospitalLine {
        fixmedins_code: row.try_get(11)?,
        line: year_line(row)?,
    })
}

/// A line out of its eleven columns.
pub(super) fn year_line(row: &Row) -> Result<YearLine, tokio_postgres::Error> {
    Ok(YearLine {
        insutype: row.try_get(0)?,
        drg_code: row.try_get(1)?,
        drg_name: row.try_get(2)?,
        cases: row.try_get(3)?,
        points_e4: row.try_get(4)?,
        fixed_fen: row.try_get(5)?,
        cost_fen: row.try_get(6)?,
        others_fen: row.try_get(7)?,
        payable_fen: row.try_get(8)?,
        special_cases: row.try_get(9)?,
        special_fen: row.try_get(10)?,
    })
}

/// The lines of these institutions as they are kept, by institution, insurance type and
/// group.
///
/// # Errors
/// [`TxError::Database`].
pub async fn lines_of(
    tx: &Tx<'_>,
    key: &ClearingKey,
    codes: &[&str],
) -> Result<Vec<HospitalLine>, TxError> {
    let rows = tx
        .query(
            "SELECT insutype, drg_code, drg_name, cases, points_e4, fixed_fen, cost_fen,
                    others_fen, payable_fen, 0::bigint, 0::bigint, fixmedins_code
             FROM clearing_lines
             WHERE fixmedins_code = ANY($4) AND year = $1 AND stage = $2 AND number = $3
             ORDER BY fixmedins_code COLLATE \"C\", insutype COLLATE \"C\",
                      drg_code COLLATE \"C\"",
            &[&key.year, &key.stage.as_str(), &key.number, &codes],
        )
        .await?;
    Ok(rows.iter().map(hospital_line).collect::<Result<_, _>>()?)
}

/// Keeps lines, each with its institution.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put_lines(
    tx: &Tx<'_>,
    key: &ClearingKey,
    lines: &[(&str, &YearLine)],
) -> Result<(), TxError> {
    let codes: Vec<&str> = lines.iter().map(|(code, _)| *code).collect();
    let text = |of: fn(&YearLine) -> &String| {
        let texts = lines.iter().map(|(_, line)| of(line));
        texts.collect::<Vec<_>>()
    };
    let number = |of: fn(&YearLine) -> i64| {
        let numbers = lines.iter().map(|(_, line)| of(line));
        numbers.collect::<Vec<_>>()
    };
    tx.execute(
        "INSERT INTO clearing_lines (fixmedins_code, year, stage, number, insutype, drg_code,
             drg_name, cases, points_e4, fixed_fen, cost_fen, others_fen, payable_fen)
         SELECT k.code, $1::text, $2::text, $3::int, k.insutype, k.drg_code, k.drg_name, k.cases,
                k.points, k.fixed, k.cost, k.others, k.payable
         FROM UNNEST($4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
                     $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
             AS k (code, insutype, drg_code, drg_name, cases, points, fixed, cost, others, payable)",
        &[
            &key.year,
            &key.stage.as_str(),
            &key.number,
            &codes,
            &text(|line| &line.insutype),
            &text(|line| &line.drg_code),
            &text(|line| &line.drg_name),
            &number(|line| line.cases),
            &number(|line| line.points_e4),
            &number(|line| line.fixed_fen),
            &number(|line| line.cost_fen),
            &number(|line| line.others_fen),
            &number(|line| line.payable_fen),
        ],
    )
    .await
}
