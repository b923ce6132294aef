//! What moved a clearing: append-only, chained by SM3 like the events of a batch.

use tokio_postgres::Row;

use super::{
    Tx, TxError,
    clearings::{Clearing, ClearingKey},
    events::{Event, event, event_columns, insert_event},
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
            concat!(
                "SELECT ",
                event_columns!(),
                ", fixmedins_code FROM clearing_events
                 WHERE year = $1 AND stage = $2 AND clearing = $3 ORDER BY number"
            ),
            &[&key.year, &key.stage.as_str(), &key.number],
        )
        .await?;
    let of_clearing = |row: &Row| -> Result<ClearingEvent, tokio_postgres::Error> {
        Ok(ClearingEvent {
            fixmedins_code: row.try_get(15)?,
            event: event(row)?,
        })
    };
    Ok(rows.iter().map(of_clearing).collect::<Result<_, _>>()?)
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
        insert_event!(
            "clearing_events",
            "year, stage, clearing, fixmedins_code",
            "$16, $17, $18, $19"
        ),
        &event.columns_and(&[
            &key.year,
            &key.stage.as_str(),
            &key.number,
            &made.fixmedins_code,
        ]),
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
