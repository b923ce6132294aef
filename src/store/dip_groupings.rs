//! What DIP knows of the rows of a summary: 3606 of each case, 3609 of each group.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use tokio_postgres::Row;

use super::{Tx, TxError, groupings::SummaryRow};

/// What defines a combination.
#[derive(Debug, Clone)]
pub struct DipGroup {
    /// Part of the catalogue.
    pub stage: Option<String>,
    /// Diagnoses.
    pub grp_diag_code: Option<String>,
    /// Their names.
    pub grp_diag_name: Option<String>,
    /// Procedures.
    pub oprn_grp_code: Option<String>,
    /// Their names.
    pub oprn_grp_name: Option<String>,
    /// Score.
    pub score: Option<Decimal>,
}

/// A case of DIP beside its group.
#[derive(Debug, Clone)]
pub struct DipCase {
    /// Its combination.
    pub group: DipGroup,
    /// Insurance type.
    pub insutype: Option<String>,
    /// Day of settlement.
    pub settled_at: Option<NaiveDateTime>,
    /// Coefficient of the auxiliary catalogue.
    pub auxiliary: Option<Decimal>,
    /// Levels in the auxiliary catalogue.
    pub asst_list_detl: Option<String>,
    /// Points: those frozen, else those estimated, ten-thousandths.
    pub points_e4: Option<i64>,
    /// Whether the case is frozen with its month.
    pub frozen: bool,
    /// Whether its bill is made.
    pub billed: bool,
    /// Why it has no group.
    pub reason: Option<String>,
}

fn group(row: &Row, at: usize) -> Result<DipGroup, tokio_postgres::Error> {
    Ok(DipGroup {
        stage: row.try_get(at)?,
        grp_diag_code: row.try_get(at + 1)?,
        grp_diag_name: row.try_get(at + 2)?,
        oprn_grp_code: row.try_get(at + 3)?,
        oprn_grp_name: row.try_get(at + 4)?,
        score: row.try_get(at + 5)?,
    })
}

/// The valid DIP cases of a page, by institution and settlement id.
///
/// # Errors
/// [`TxError::Database`].
pub async fn cases(
    tx: &Tx<'_>,
    rows: &[SummaryRow],
) -> Result<HashMap<(String, String), DipCase>, TxError> {
    let codes: Vec<&str> = rows.iter().map(|row| row.fixmedins_code.as_str()).collect();
    let ids = rows.iter().map(|row| row.setl_id.as_deref());
    let ids: Vec<&str> = ids.map(Option::unwrap_or_default).collect();
    let found = tx
        .query(
            "SELECT g.fixmedins_code, g.setl_id, g.stage, g.grp_diag_code, g.grp_diag_name,
                    g.oprn_grp_code, g.oprn_grp_name, g.score, g.insutype, l.settled_at, g.auxiliary,
                    g.asst_list_detl,
                    CASE WHEN c.setl_id IS NULL THEN g.points_e4 ELSE c.points_e4 END,
                    c.setl_id IS NOT NULL, c.payable_fen IS NOT NULL, g.reason
             FROM UNNEST($1::text[], $2::text[]) AS k (f, s)
             JOIN groupings g ON g.fixmedins_code = k.f AND g.setl_id = k.s
                  AND g.vali_flag = 1 AND g.grp_type = 'dip'
             LEFT JOIN settlement_lists l ON l.fixmedins_code = k.f AND l.setl_id = k.s
             LEFT JOIN frozen_cases c ON c.fixmedins_code = k.f AND c.setl_id = k.s",
            &[&codes, &ids],
        )
        .await?;
    let case = |row: &Row| -> Result<_, tokio_postgres::Error> {
        let case = DipCase {
            group: group(row, 2)?,
            insutype: row.try_get(8)?,
            settled_at: row.try_get(9)?,
            auxiliary: row.try_get(10)?,
            asst_list_detl: row.try_get(11)?,
            points_e4: row.try_get(12)?,
            frozen: row.try_get(13)?,
            billed: row.try_get(14)?,
            reason: row.try_get(15)?,
        };
        Ok(((row.try_get(0)?, row.try_get(1)?), case))
    };
    Ok(found.iter().map(case).collect::<Result<_, _>>()?)
}

/// The combinations of a page of a month, by institution and code.
///
/// # Errors
/// [`TxError::Database`].
pub async fn groups(
    tx: &Tx<'_>,
    setl_ym: &str,
    rows: &[SummaryRow],
) -> Result<HashMap<(String, String), DipGroup>, TxError> {
    let codes: Vec<&str> = rows.iter().map(|row| row.fixmedins_code.as_str()).collect();
    let groups = rows.iter().map(|row| row.drg_code.as_deref());
    let groups: Vec<&str> = groups.map(Option::unwrap_or_default).collect();
    let found = tx
        .query(
            "SELECT g.fixmedins_code, g.drg_code, MAX(g.stage), MAX(g.grp_diag_code),
                    MAX(g.grp_diag_name), MAX(g.oprn_grp_code), MAX(g.oprn_grp_name), MAX(g.score)
             FROM UNNEST($2::text[], $3::text[]) AS k (f, d)
             JOIN groupings g ON g.setl_ym = $1 AND g.fixmedins_code = k.f AND g.drg_code = k.d
                  AND g.vali_flag = 1 AND g.grp_type = 'dip'
             GROUP BY g.fixmedins_code, g.drg_code",
            &[&setl_ym, &codes, &groups],
        )
        .await?;
    let group = |row: &Row| -> Result<_, tokio_postgres::Error> {
        Ok(((row.try_get(0)?, row.try_get(1)?), group(row, 2)?))
    };
    Ok(found.iter().map(group).collect::<Result<_, _>>()?)
}
