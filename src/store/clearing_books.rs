//! The books of a clearing: funds, institutions, their lines. Sums are made in SQL, where
//! whole numbers are exact and memory holds a few institutions.

mod funds;
mod pages;
mod year_lines;

use rust_decimal::Decimal;
use tokio_postgres::Row;

use super::{Tx, TxError, clearings::ClearingKey};

pub use funds::{Fund, funds, put_fund, total_funds};
pub use pages::{LineRow, YearPage, by_district, hospitals, lines};
pub use year_lines::{HospitalLine, YearLine, each_line_of_cases, lines_of, put_lines};

/// Whole numbers of rows that are read, written and added up alike.
macro_rules! numbers {
    ($(#[$doc:meta])* $name:ident, $columns:ident, $sums:ident {
        $($(#[$field_doc:meta])* $field:ident,)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $name { $($(#[$field_doc])* pub $field: i64,)+ }

        impl $name {
            fn of(row: &Row) -> Result<$name, tokio_postgres::Error> {
                Ok($name { $($field: row.try_get(stringify!($field))?,)+ })
            }

            /// Every number with its name, in the order of the columns.
            pub fn named(&self) -> Vec<(&'static str, i64)> {
                vec![$((stringify!($field), self.$field),)+]
            }
        }

        /// The columns, each with a comma behind it.
        macro_rules! $columns { () => { concat!($(stringify!($field), ", "),+) }; }
        /// Their sums, each with a comma behind it.
        macro_rules! $sums {
            () => { concat!($("SUM(", stringify!($field), ")::bigint AS ", stringify!($field), ", "),+) };
        }
        use {$columns, $sums};
    };
}

numbers! {
    /// An institution's year in a fund; amounts in fen.
    YearNumbers, year_columns, year_sums {
        /// Months that entered.
        months,
        /// Cases.
        cases,
        /// Points, ten-thousandths.
        points_e4,
        /// Amounts that do not depend on the value of a point.
        fixed_fen,
        /// Total cost.
        cost_fen,
        /// Paid by patients and other payers.
        others_fen,
        /// Deductions of the year's bills.
        deductions_fen,
        /// Corrections in the year's bills, positive in favour of the hospital.
        differences_fen,
        /// Kept by the year's bills.
        deposit_fen,
        /// Advances set off in the year's bills.
        advances_fen,
        /// Paid with the year's bills.
        paid_fen,
        /// Settled with the bills before and after the year.
        carried_fen,
        /// Adjustment for special cases.
        special_fen,
        /// TCM incentive.
        tcm_fen,
        /// New technology.
        new_technology_fen,
        /// Violations, deducted.
        violations_fen,
        /// What its disputes were settled with.
        settled_fen,
        /// Special cases bound to the batches.
        special_cases,
        /// What they are worth; part of `fixed_fen`.
        special_bound_fen,
        /// What the cases are worth at the value of the year.
        payable_fen,
        /// The fund's part of it.
        due_fen,
        /// Incentive or penalty.
        incentive_fen,
        /// Not released of the deposit.
        withheld_fen,
        /// Sum of the adjustments.
        adjusted_fen,
        /// What the year comes to.
        final_fen,
        /// To be transferred; negative is recovered.
        transfer_fen,
    }
}

/// A row of an institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearRow {
    /// Institution.
    pub fixmedins_code: String,
    /// Insurance type.
    pub insutype: String,
    /// Division.
    pub district: String,
    /// Score of the assessment.
    pub score: Option<Decimal>,
    /// Its numbers.
    pub numbers: YearNumbers,
}

fn year_row(row: &Row) -> Result<YearRow, tokio_postgres::Error> {
    Ok(YearRow {
        fixmedins_code: row.try_get("fixmedins_code")?,
        insutype: row.try_get("insutype")?,
        district: row.try_get("district")?,
        score: row.try_get("score")?,
        numbers: YearNumbers::of(row)?,
    })
}

/// What is given beside the bills, of institutions and insurance types; one place each.
#[derive(Debug, Default)]
pub struct Given {
    /// Institutions with a score.
    pub scored: Vec<String>,
    /// Their scores.
    pub scores: Vec<Decimal>,
    /// Institutions with adjustments.
    pub adjusted: Vec<String>,
    /// Insurance types of these.
    pub insutypes: Vec<String>,
    /// Special cases, TCM, new technology, violations, fen.
    pub amounts: [Vec<i64>; 4],
}

/// Opens a row for every institution and insurance type that entered, with what its bills
/// tell. A batch pays what was reconciled; where that is not the bill's amount, both sides
/// signed the difference.
///
/// # Errors
/// [`TxError::Database`].
pub async fn open(tx: &Tx<'_>, key: &ClearingKey, given: &Given) -> Result<(), TxError> {
    let [special, tcm, new_technology, violations] = &given.amounts;
    tx.execute(
        "INSERT INTO clearing_hospitals (fixmedins_code, year, stage, number, insutype, district,
             months, cases, points_e4, fixed_fen, cost_fen, others_fen, deductions_fen,
             differences_fen, deposit_fen, advances_fen, paid_fen, carried_fen, score,
             special_fen, tcm_fen, new_technology_fen, violations_fen)
         SELECT y.*, s.score, COALESCE(a.special, 0), COALESCE(a.tcm, 0),
                COALESCE(a.new_technology, 0), COALESCE(a.violations, 0)
         FROM (SELECT e.fixmedins_code, e.year, e.stage, e.number, e.insutype,
                      (array_agg(b.district ORDER BY b.setl_ym DESC))[1], COUNT(*),
                      SUM(m.cases)::bigint, SUM(m.points_e4)::bigint, SUM(m.fixed_fen)::bigint,
                      SUM(m.cost_fen)::bigint, SUM(m.others_fen)::bigint,
                      SUM(m.deductions_fen)::bigint,
                      SUM(m.differences_fen + b.reconciled_fen - b.due_fen)::bigint,
                      SUM(m.deposit_fen)::bigint, SUM(m.offset_fen)::bigint,
                      SUM(b.reconciled_fen)::bigint,
                      SUM(m.carried_in_fen + m.carried_fen)::bigint
               FROM clearing_batches e
               JOIN monthly_batches b ON b.fixmedins_code = e.fixmedins_code
                   AND b.setl_ym = e.setl_ym AND b.insutype = e.insutype
               JOIN monthly_bills m ON m.fixmedins_code = e.fixmedins_code
                   AND m.setl_ym = e.setl_ym AND m.insutype = e.insutype
               WHERE e.year = $1 AND e.stage = $2 AND e.number = $3
               GROUP BY e.fixmedins_code, e.year, e.stage, e.number, e.insutype) AS y
         LEFT JOIN UNNEST($4::text[], $5::numeric[]) AS s (code, score)
             ON s.code = y.fixmedins_code
         LEFT JOIN UNNEST($6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[],
                          $11::bigint[])
             AS a (code, insutype, special, tcm, new_technology, violations)
             ON a.code = y.fixmedins_code AND a.insutype = y.insutype",
        &[
            &key.year,
            &key.stage.as_str(),
            &key.number,
            &given.scored,
            &given.scores,
            &given.adjusted,
            &given.insutypes,
            special,
            tcm,
            new_technology,
            violations,
        ],
    )
    .await
}

/// An institution and insurance type that entered.
#[derive(Debug)]
pub struct Party {
    /// Institution.
    pub fixmedins_code: String,
    /// Insurance type.
    pub insutype: String,
    /// Whether it has a deposit and no score.
    pub unscored: bool,
}

/// All that entered.
///
/// # Errors
/// [`TxError::Database`].
pub async fn parties(tx: &Tx<'_>, key: &ClearingKey) -> Result<Vec<Party>, TxError> {
    let rows = tx
        .query(
            "SELECT fixmedins_code, insutype, deposit_fen <> 0 AND score IS NULL
             FROM clearing_hospitals WHERE year = $1 AND stage = $2 AND number = $3
             ORDER BY fixmedins_code, insutype",
            &[&key.year, &key.stage.as_str(), &key.number],
        )
        .await?;
    let party = |row: &Row| -> Result<Party, tokio_postgres::Error> {
        Ok(Party {
            fixmedins_code: row.try_get(0)?,
            insutype: row.try_get(1)?,
            unscored: row.try_get(2)?,
        })
    };
    Ok(rows.iter().map(party).collect::<Result<_, _>>()?)
}

/// The rows of these institutions, by institution and insurance type.
///
/// # Errors
/// [`TxError::Database`].
pub async fn of_hospitals(
    tx: &Tx<'_>,
    key: &ClearingKey,
    codes: &[&str],
) -> Result<Vec<YearRow>, TxError> {
    let rows = tx
        .query(
            concat!(
                "SELECT ",
                year_columns!(),
                "fixmedins_code, insutype, district, score FROM clearing_hospitals
                 WHERE fixmedins_code = ANY($4) AND year = $1 AND stage = $2 AND number = $3
                 ORDER BY fixmedins_code, insutype"
            ),
            &[&key.year, &key.stage.as_str(), &key.number, &codes],
        )
        .await?;
    Ok(rows.iter().map(year_row).collect::<Result<_, _>>()?)
}

/// Sums of the rows of a clearing by insurance type.
///
/// # Errors
/// [`TxError::Database`].
pub async fn by_fund(
    tx: &Tx<'_>,
    key: &ClearingKey,
) -> Result<Vec<(String, YearNumbers)>, TxError> {
    let rows = tx
        .query(
            concat!(
                "SELECT ",
                year_sums!(),
                "insutype FROM clearing_hospitals
                 WHERE year = $1 AND stage = $2 AND number = $3 GROUP BY insutype ORDER BY insutype"
            ),
            &[&key.year, &key.stage.as_str(), &key.number],
        )
        .await?;
    let fund = |row: &Row| -> Result<_, tokio_postgres::Error> {
        Ok((row.try_get("insutype")?, YearNumbers::of(row)?))
    };
    Ok(rows.iter().map(fund).collect::<Result<_, _>>()?)
}

/// Writes what clearing made of rows.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_cleared(tx: &Tx<'_>, key: &ClearingKey, rows: &[YearRow]) -> Result<(), TxError> {
    let text = |of: fn(&YearRow) -> &String| rows.iter().map(of).collect::<Vec<_>>();
    let number = |of: fn(&YearNumbers) -> i64| {
        let numbers = rows.iter().map(|row| of(&row.numbers));
        numbers.collect::<Vec<_>>()
    };
    tx.execute(
        "UPDATE clearing_hospitals h SET special_cases = k.special_cases,
             special_bound_fen = k.special_bound, payable_fen = k.payable, due_fen = k.due,
             incentive_fen = k.incentive, withheld_fen = k.withheld, adjusted_fen = k.adjusted,
             final_fen = k.final, transfer_fen = k.transfer, settled_fen = k.settled
         FROM UNNEST($4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
                     $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],
                     $14::bigint[], $15::bigint[])
             AS k (code, insutype, special_cases, special_bound, payable, due, incentive,
                   withheld, adjusted, final, transfer, settled)
         WHERE h.fixmedins_code = k.code AND h.year = $1 AND h.stage = $2 AND h.number = $3
           AND h.insutype = k.insutype",
        &[
            &key.year,
            &key.stage.as_str(),
            &key.number,
            &text(|row| &row.fixmedins_code),
            &text(|row| &row.insutype),
            &number(|numbers| numbers.special_cases),
            &number(|numbers| numbers.special_bound_fen),
            &number(|numbers| numbers.payable_fen),
            &number(|numbers| numbers.due_fen),
            &number(|numbers| numbers.incentive_fen),
            &number(|numbers| numbers.withheld_fen),
            &number(|numbers| numbers.adjusted_fen),
            &number(|numbers| numbers.final_fen),
            &number(|numbers| numbers.transfer_fen),
            &number(|numbers| numbers.settled_fen),
        ],
    )
    .await
}
