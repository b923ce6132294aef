//! Pages of a month's valid QC results. A page's keys come from one index alone; only its
//! own rows are then read whole.

use chrono::{DateTime, Utc};
use tokio_postgres::{Row, types::ToSql};

use super::{Tx, TxError};

/// Which rows a page holds; `None` leaves a condition out.
#[derive(Debug)]
pub struct QcPage<'a> {
    /// Settlement month, yyyyMM.
    pub setl_ym: &'a str,
    /// Institution.
    pub fixmedins_code: Option<&'a str>,
    /// This one list.
    pub setl_id: Option<&'a str>,
    /// Lists of this person.
    pub psn_no_hash: Option<&'a str>,
    /// Of this level.
    pub err_lv: Option<i16>,
    /// Returned to the hospital, or not.
    pub retn_flag: Option<i16>,
    /// Begins behind this institution and settlement id.
    pub after: Option<(&'a str, &'a str)>,
    /// Rows of the page.
    pub limit: i64,
    /// Rows to leave out before it.
    pub offset: i64,
}

/// A valid result with what its row in a page needs.
#[derive(Debug)]
pub struct QcRow {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// The person, sealed.
    pub person: Option<Vec<u8>>,
    /// 1 pass, 0 fail.
    pub qltctrl_rslt: i16,
    /// Gravest finding.
    pub err_lv: i16,
    /// Whether the list went back to the hospital.
    pub retn_flag: i16,
    /// Findings as JSON.
    pub findings: String,
    /// Digest of the rule set.
    pub rules_ver: String,
    /// When.
    pub qltctrl_time: DateTime<Utc>,
    /// Whether the list stands in a group.
    pub grouped: bool,
}

/// A page: keys by one of the ways below, then their rows.
macro_rules! page_of {
    ($keys:literal) => {
        concat!(
            "WITH page AS MATERIALIZED (
                 SELECT q.fixmedins_code, q.setl_id, q.run ",
            $keys,
            " AND q.vali_flag = 1 AND q.setl_ym = $1
                  AND ($2::smallint IS NULL OR q.err_lv = $2)
                  AND ($3::smallint IS NULL OR q.retn_flag = $3)
                  AND (q.fixmedins_code, q.setl_id) > ($4, $5)
                 ORDER BY q.fixmedins_code, q.setl_id LIMIT $6 OFFSET $7)
             SELECT q.fixmedins_code, q.setl_id, l.person, q.qltctrl_rslt, q.err_lv, q.retn_flag,
                    q.findings, q.rules_ver, q.qltctrl_time, COALESCE(g.grp_rslt = 1, false)
             FROM page
             JOIN qc_results q USING (fixmedins_code, setl_id, run)
             JOIN settlement_lists l USING (fixmedins_code, setl_id)
             LEFT JOIN groupings g ON g.fixmedins_code = q.fixmedins_code
                 AND g.setl_id = q.setl_id AND g.vali_flag = 1
             ORDER BY q.fixmedins_code, q.setl_id"
        )
    };
}

/// All institutions; `$8` is not used there, and kept so that all ways bind alike.
const AREA: &str = page_of!("FROM qc_results q WHERE $8::text IS NULL");
/// One institution.
const INSTITUTION: &str = page_of!("FROM qc_results q WHERE q.fixmedins_code = $8");
/// One list or one person, found through the lists.
const LISTS: &str = page_of!(
    "FROM settlement_lists k JOIN qc_results q
         ON q.fixmedins_code = k.fixmedins_code AND q.setl_id = k.setl_id
     WHERE ($8::text IS NULL OR k.fixmedins_code = $8)
       AND ($9::text IS NULL OR k.setl_id = $9)
       AND ($10::text IS NULL OR k.psn_no_hash = $10)
       AND (k.setl_id = $9 OR k.psn_no_hash = $10)"
);

/// The rows of a page, by institution and settlement id.
///
/// # Errors
/// [`TxError::Database`].
pub async fn page(tx: &Tx<'_>, page: &QcPage<'_>) -> Result<Vec<QcRow>, TxError> {
    // Every key stands behind the empty ones.
    let (code, id) = page.after.unwrap_or_default();
    let (institution, setl_id, person) = (page.fixmedins_code, page.setl_id, page.psn_no_hash);
    let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![
        &page.setl_ym,
        &page.err_lv,
        &page.retn_flag,
        &code,
        &id,
        &page.limit,
        &page.offset,
        &institution,
    ];
    let sql = match (setl_id.or(person), institution) {
        (Some(_), _) => {
            parameters.push(&setl_id);
            parameters.push(&person);
            LISTS
        }
        (None, Some(_)) => INSTITUTION,
        (None, None) => AREA,
    };
    let rows = tx.query(sql, &parameters).await?;
    Ok(rows.iter().map(qc_row).collect::<Result<_, _>>()?)
}

fn qc_row(row: &Row) -> Result<QcRow, tokio_postgres::Error> {
    Ok(QcRow {
        fixmedins_code: row.try_get(0)?,
        setl_id: row.try_get(1)?,
        person: row.try_get(2)?,
        qltctrl_rslt: row.try_get(3)?,
        err_lv: row.try_get(4)?,
        retn_flag: row.try_get(5)?,
        findings: row.try_get(6)?,
        rules_ver: row.try_get(7)?,
        qltctrl_time: row.try_get(8)?,
        grouped: row.try_get(9)?,
    })
}
