//! Monthly batches, and the events that move them ([`super::events`]).

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    Tx, TxError,
    events::{Event, event, event_columns, insert_event},
};

/// Key of a batch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchKey {
    /// Institution.
    pub fixmedins_code: String,
    /// Month.
    pub setl_ym: String,
    /// Insurance type.
    pub insutype: String,
}

/// A batch.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its key.
    pub key: BatchKey,
    /// Its id (feeClrId).
    pub batch_id: String,
    /// Id of the application (clrAppyEvtId).
    pub clr_appy_evt_id: String,
    /// Division of the institution.
    pub district: String,
    /// State of section 2.4.
    pub state: String,
    /// Number of its last event.
    pub version: i32,
    /// Failed payments.
    pub failures: i32,
    /// To be transferred by the bill, fen.
    pub due_fen: Option<i64>,
    /// Reconciled amount, fen.
    pub reconciled_fen: Option<i64>,
    /// When it was frozen.
    pub frozen_at: DateTime<Utc>,
}

macro_rules! batch_columns {
    () => {
        "SELECT fixmedins_code, setl_ym, insutype, batch_id, clr_appy_evt_id, district, state,
                version, failures, due_fen, reconciled_fen, frozen_at FROM monthly_batches"
    };
}

fn batch(row: &Row) -> Result<Batch, tokio_postgres::Error> {
    Ok(Batch {
        key: BatchKey {
            fixmedins_code: row.try_get(0)?,
            setl_ym: row.try_get(1)?,
            insutype: row.try_get(2)?,
        },
        batch_id: row.try_get(3)?,
        clr_appy_evt_id: row.try_get(4)?,
        district: row.try_get(5)?,
        state: row.try_get(6)?,
        version: row.try_get(7)?,
        failures: row.try_get(8)?,
        due_fen: row.try_get(9)?,
        reconciled_fen: row.try_get(10)?,
        frozen_at: row.try_get(11)?,
    })
}

fn batches(rows: &[Row]) -> Result<Vec<Batch>, TxError> {
    Ok(rows.iter().map(batch).collect::<Result<_, _>>()?)
}

/// Keeps a new batch.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, batch: &Batch, frozen_by: &str) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO monthly_batches (fixmedins_code, setl_ym, insutype, batch_id,
             clr_appy_evt_id, district, state, version, failures, frozen_at, frozen_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            &batch.key.fixmedins_code,
            &batch.key.setl_ym,
            &batch.key.insutype,
            &batch.batch_id,
            &batch.clr_appy_evt_id,
            &batch.district,
            &batch.state,
            &batch.version,
            &batch.failures,
            &batch.frozen_at,
            &frozen_by,
        ],
    )
    .await
}

/// Locks all batches of an institution and insurance type, in the order of their months:
/// bills of one hospital, which share its advance, are made one after the other.
///
/// # Errors
/// [`TxError::Database`].
pub async fn lock_of(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    insutype: &str,
) -> Result<Vec<Batch>, TxError> {
    let rows = tx
        .query(
            concat!(
                batch_columns!(),
                " WHERE fixmedins_code = $1 AND insutype = $2 ORDER BY setl_ym FOR UPDATE"
            ),
            &[&fixmedins_code, &insutype],
        )
        .await?;
    batches(&rows)
}

/// Locks the batches of an institution's month, one insurance type or all.
///
/// # Errors
/// [`TxError::Database`].
pub async fn lock(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_ym: &str,
    insutype: Option<&str>,
) -> Result<Vec<Batch>, TxError> {
    let rows = tx
        .query(
            concat!(
                batch_columns!(),
                " WHERE fixmedins_code = $1 AND setl_ym = $2
                  AND ($3::text IS NULL OR insutype = $3) ORDER BY insutype FOR UPDATE"
            ),
            &[&fixmedins_code, &setl_ym, &insutype],
        )
        .await?;
    batches(&rows)
}

/// The batches of an institution's month.
///
/// # Errors
/// [`TxError::Database`].
pub async fn of_month(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_ym: &str,
) -> Result<Vec<Batch>, TxError> {
    let rows = tx
        .query(
            concat!(
                batch_columns!(),
                " WHERE fixmedins_code = $1 AND setl_ym = $2 ORDER BY insutype"
            ),
            &[&fixmedins_code, &setl_ym],
        )
        .await?;
    batches(&rows)
}

/// All batches of a month.
///
/// # Errors
/// [`TxError::Database`].
pub async fn all_of(tx: &Tx<'_>, setl_ym: &str) -> Result<Vec<Batch>, TxError> {
    let rows = tx
        .query(
            concat!(
                batch_columns!(),
                " WHERE setl_ym = $1 ORDER BY fixmedins_code, insutype"
            ),
            &[&setl_ym],
        )
        .await?;
    batches(&rows)
}

/// The batch with an id, of an institution.
///
/// # Errors
/// [`TxError::Database`].
pub async fn by_id(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    batch_id: &str,
) -> Result<Option<Batch>, TxError> {
    let row = tx
        .query_opt(
            concat!(
                batch_columns!(),
                " WHERE fixmedins_code = $1 AND batch_id = $2"
            ),
            &[&fixmedins_code, &batch_id],
        )
        .await?;
    Ok(row.as_ref().map(batch).transpose()?)
}

/// Batches of a month that have no bill yet.
///
/// # Errors
/// [`TxError::Database`].
pub async fn unbilled(tx: &Tx<'_>, setl_ym: &str) -> Result<Vec<BatchKey>, TxError> {
    let rows = tx
        .query(
            "SELECT b.fixmedins_code, b.setl_ym, b.insutype FROM monthly_batches b
             WHERE b.setl_ym = $1 AND NOT EXISTS (
                 SELECT 1 FROM monthly_bills m WHERE m.fixmedins_code = b.fixmedins_code
                 AND m.setl_ym = b.setl_ym AND m.insutype = b.insutype)
             ORDER BY b.fixmedins_code, b.insutype",
            &[&setl_ym],
        )
        .await?;
    let key = |row: &Row| -> Result<BatchKey, tokio_postgres::Error> {
        Ok(BatchKey {
            fixmedins_code: row.try_get(0)?,
            setl_ym: row.try_get(1)?,
            insutype: row.try_get(2)?,
        })
    };
    Ok(rows.iter().map(key).collect::<Result<_, _>>()?)
}

/// Number of batches of a month.
///
/// # Errors
/// [`TxError::Database`].
pub async fn count(tx: &Tx<'_>, setl_ym: &str) -> Result<i64, TxError> {
    let row = tx
        .query_one(
            "SELECT COUNT(*) FROM monthly_batches WHERE setl_ym = $1",
            &[&setl_ym],
        )
        .await?;
    Ok(row.try_get(0)?)
}

impl Event {
    /// SM3 over the batch, the fields and the hash before.
    pub fn hash_of(&self, key: &BatchKey) -> String {
        self.hash_over([&key.fixmedins_code, &key.setl_ym, &key.insutype])
    }
}

/// The events of a batch, the first one first.
///
/// # Errors
/// [`TxError::Database`].
pub async fn events(tx: &Tx<'_>, key: &BatchKey) -> Result<Vec<Event>, TxError> {
    let rows = tx
        .query(
            concat!(
                "SELECT ",
                event_columns!(),
                " FROM batch_events
                 WHERE fixmedins_code = $1 AND setl_ym = $2 AND insutype = $3 ORDER BY number"
            ),
            &[&key.fixmedins_code, &key.setl_ym, &key.insutype],
        )
        .await?;
    Ok(rows.iter().map(event).collect::<Result<_, _>>()?)
}

/// Appends an event to a locked batch and moves it to the event's state. `batch` is left
/// as it then stands.
///
/// # Errors
/// [`TxError::Database`].
pub async fn append(
    tx: &Tx<'_>,
    batch: &mut Batch,
    last_hash: &str,
    mut event: Event,
) -> Result<Event, TxError> {
    event.follow(batch.version, last_hash)?;
    event.hash = event.hash_of(&batch.key);
    batch.version = event.number;
    batch.state.clone_from(&event.to_state);
    let key = &batch.key;
    tx.execute(
        insert_event!(
            "batch_events",
            "fixmedins_code, setl_ym, insutype",
            "$16, $17, $18"
        ),
        &event.columns_and(&[&key.fixmedins_code, &key.setl_ym, &key.insutype]),
    )
    .await?;
    tx.execute(
        "UPDATE monthly_batches SET state = $4, version = $5, failures = $6, due_fen = $7,
             reconciled_fen = $8
         WHERE fixmedins_code = $1 AND setl_ym = $2 AND insutype = $3",
        &[
            &key.fixmedins_code,
            &key.setl_ym,
            &key.insutype,
            &batch.state,
            &batch.version,
            &batch.failures,
            &batch.due_fen,
            &batch.reconciled_fen,
        ],
    )
    .await?;
    Ok(event)
}
