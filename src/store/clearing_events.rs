//! What moved a clearing: append-only, chained by SM3 like the events of a batch.

use tokio_postgres::Row;

use super::{
    Tx, TxError,
    clearings::{Clearing, ClearingKey},
    monthly_batches::{self, Event},
};

/// An event with the institution whose confirmation or dispute it is, or an empty text.
#[derive(Debug, Clone)]
pub struct ClearingEvent {
    /// Institution.
    pub fixmedins_code: String,
    /// The event.
    pub event: Event,
}

impl ClearingEvent {
    /// SM3 over the clearing, the fields and the hash before.
    pub fn hash_of(&self, key: &ClearingKey) -> String {
        let clearing = format!("{}|{}", key.stage.as_str(), key.number);
        self.event
            .hash_over([&key.year, &clearing, &self.fixmedins_code])
    }
}

/// The events of a clearing, the first one first.
///
/// # Errors
/// [`TxError::Database`].
pub async fn events(tx: &Tx<'_>, key: &ClearingKey) -> Result<Vec<ClearingEvent>, TxError> {
    let rows = tx
        .query(
            "SELECT number, action, from_state, to_state, amount_fen, reference, digest,
                    reason_code, reason, opter_id, role, app_id, at, prev_hash, hash,
                    fixmedins_code
             FROM clearing_events
             WHERE year = $1 AND stage = $2 AND clearing = $3 ORDER BY number",
            &[&key.year, &key.stage.as_str(), &key.number],
        )
        .await?;
    let event = |row: &Row| -> Result<ClearingEvent, tokio_postgres::Error> {
        Ok(ClearingEvent {
            fixmedins_code: row.try_get(15)?,
            event: monthly_batches::event(row)?,
        })
    };
    Ok(rows.iter().map(event).collect::<Result<_, _>>()?)
}

/// Appends an event to a locked clearing and moves it to the event's state. `clearing` is
/// left as it then stands.
///
/// # Errors
/// [`TxError::Database`].
pub async fn append(
    tx: &Tx<'_>,
    clearing: &mut Clearing,
    last_hash: &str,
    mut made: ClearingEvent,
) -> Result<ClearingEvent, TxError> {
    made.event.follow(clearing.version, last_hash)?;
    made.event.hash = made.hash_of(&clearing.key);
    let event = &made.event;
    clearing.version = event.number;
    clearing.state.clone_from(&event.to_state);
    let key = &clearing.key;
    tx.execute(
        "INSERT INTO clearing_events (year, stage, clearing, number, fixmedins_code, action,
             from_state, to_state, amount_fen, reference, digest, reason_code, reason, opter_id,
             role, app_id, at, prev_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19)",
        &[
            &key.year,
            &key.stage.as_str(),
            &key.number,
            &event.number,
            &made.fixmedins_code,
            &event.action,
            &event.from_state,
            &event.to_state,
            &event.amount_fen,
            &event.reference,
            &event.digest,
            &event.reason_code,
            &event.reason,
            &event.opter_id,
            &event.role,
            &event.app_id,
            &event.at,
            &event.prev_hash,
            &event.hash,
        ],
    )
    .await?;
    tx.execute(
        "UPDATE clearings SET state = $4, version = $5
         WHERE year = $1 AND stage = $2 AND number = $3",
        &[
            &key.year,
            &key.stage.as_str(),
            &key.number,
            &clearing.state,
            &clearing.version,
        ],
    )
    .await?;
    Ok(made)
}
