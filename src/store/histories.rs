//! Other stays of the persons whose lists are judged.

use tokio_postgres::Row;

use super::{Tx, TxError};

/// A stay as it is stored.
#[derive(Debug)]
pub struct StayRow {
    /// HMAC-SM3 of psn_no.
    pub psn_no_hash: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// The list, sealed.
    pub body: Vec<u8>,
    /// Its group, where it has one.
    pub drg_code: Option<String>,
}

/// The submitted and passed lists of persons, in any institution, settled since a month
/// (yyyyMM): one statement for however many persons.
///
/// # Errors
/// [`TxError::Database`].
pub async fn of_persons(
    tx: &Tx<'_>,
    psn_no_hashes: &[&str],
    since: &str,
) -> Result<Vec<StayRow>, TxError> {
    let rows = tx
        .query(
            "SELECT l.psn_no_hash, l.fixmedins_code, l.setl_id, l.body, g.drg_code
             FROM settlement_lists l
             LEFT JOIN groupings g ON g.fixmedins_code = l.fixmedins_code
                 AND g.setl_id = l.setl_id AND g.vali_flag = 1
             WHERE l.psn_no_hash = ANY($1) AND l.setl_ym >= $2 AND l.stas_type IN (1, 2)",
            &[&psn_no_hashes, &since],
        )
        .await?;
    Ok(rows.iter().map(stay).collect::<Result<_, _>>()?)
}

fn stay(row: &Row) -> Result<StayRow, tokio_postgres::Error> {
    Ok(StayRow {
        psn_no_hash: row.try_get(0)?,
        fixmedins_code: row.try_get(1)?,
        setl_id: row.try_get(2)?,
        body: row.try_get(3)?,
        drg_code: row.try_get(4)?,
    })
}
