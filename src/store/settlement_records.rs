//! Settlement records (2304 and its like): from the city's core they count, a hospital's
//! own copy serves reconciliation only.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{
    Tx, TxError,
    lists::{Bodies, ListKeys},
    settled_amounts::Compared,
};

/// A settlement record as reported.
#[derive(Debug)]
pub struct SettlementRecord<'a> {
    /// Institution.
    pub fixmedins_code: &'a str,
    /// Settlement id.
    pub setl_id: &'a str,
    /// `core` or `hospital`.
    pub source: &'a str,
    /// Settlement month, yyyyMM.
    pub setl_ym: &'a str,
    /// When the case was settled, China time.
    pub settled_at: NaiveDateTime,
    /// Medical category (dictionary med_type), if the record tells it.
    pub med_type: &'a str,
    /// medfee_sumamt, fen.
    pub medfee_fen: i64,
    /// What is compared of it.
    pub compared: &'a Compared,
    /// The record, sealed.
    pub body: &'a [u8],
    /// When it came in.
    pub received_at: DateTime<Utc>,
}

/// Stores a record, or replaces the one from the same source.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, record: &SettlementRecord<'_>) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO settlement_records (fixmedins_code, setl_id, source, medfee_fen, body,
                                         received_at, setl_ym, settled_at, med_type, insutype,
                                         clr_type, medins_setl_id, refunded, fund_pay_fen,
                                         acct_pay_fen)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (fixmedins_code, setl_id, source) DO UPDATE SET
             medfee_fen = $4, body = $5, received_at = $6, setl_ym = $7,
             settled_at = $8, med_type = $9, insutype = $10, clr_type = $11,
             medins_setl_id = $12, refunded = $13, fund_pay_fen = $14, acct_pay_fen = $15",
        &[
            &record.fixmedins_code,
            &record.setl_id,
            &record.source,
            &record.medfee_fen,
            &record.body,
            &record.received_at,
            &record.setl_ym,
            &record.settled_at,
            &record.med_type,
            &record.compared.insutype,
            &record.compared.clr_type,
            &record.compared.medins_setl_id,
            &record.compared.refunded,
            &record.compared.fund_pay_fen,
            &record.compared.acct_pay_fen,
        ],
    )
    .await?;
    Ok(())
}

/// The core's records of lists, sealed.
///
/// # Errors
/// [`TxError::Database`].
pub async fn of_core(tx: &Tx<'_>, keys: &ListKeys) -> Result<Bodies, TxError> {
    let rows = tx
        .query(
            "SELECT r.fixmedins_code, r.setl_id, r.body FROM settlement_records r
             JOIN UNNEST($1::text[], $2::text[]) AS k (f, s)
               ON r.fixmedins_code = k.f AND r.setl_id = k.s
             WHERE r.source = 'core'",
            &[&keys.fixmedins_codes, &keys.setl_ids],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?)))
        .collect()
}
