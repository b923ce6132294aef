//! Settlement records (2304 and its like): from the city's core they count, a hospital's
//! own copy serves reconciliation only.

use chrono::{DateTime, Utc};

use super::{Tx, TxError};

/// A settlement record as reported.
#[derive(Debug)]
pub struct SettlementRecord<'a> {
    /// Institution.
    pub fixmedins_code: &'a str,
    /// Settlement id.
    pub setl_id: &'a str,
    /// `core` or `hospital`.
    pub source: &'a str,
    /// medfee_sumamt, fen.
    pub medfee_fen: i64,
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
                                         received_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (fixmedins_code, setl_id, source) DO UPDATE SET
             medfee_fen = $4, body = $5, received_at = $6",
        &[
            &record.fixmedins_code,
            &record.setl_id,
            &record.source,
            &record.medfee_fen,
            &record.body,
            &record.received_at,
        ],
    )
    .await?;
    Ok(())
}
