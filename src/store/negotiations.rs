//! Rounds of negotiation: what was proposed and answered, chained by SM3 like the events of
//! a batch.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    Tx, TxError,
    events::{Event, event, event_columns, insert_event},
};

/// A round.
#[derive(Debug, Clone)]
pub struct Round {
    /// Year, yyyy.
    pub year: String,
    /// Number in the year, from 1.
    pub number: i32,
    /// OPEN or CLOSED.
    pub state: String,
    /// Number of its last event.
    pub version: i32,
    /// What it is about.
    pub subject: String,
    /// Digest of the proposal as it stands.
    pub digest: String,
    /// Number of the document, or empty.
    pub reference: String,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
}

fn round(row: &Row) -> Result<Round, tokio_postgres::Error> {
    Ok(Round {
        year: row.try_get(0)?,
        number: row.try_get(1)?,
        state: row.try_get(2)?,
        version: row.try_get(3)?,
        subject: row.try_get(4)?,
        digest: row.try_get(5)?,
        reference: row.try_get(6)?,
        opened_at: row.try_get(7)?,
    })
}

/// Keeps others from opening or moving a round of the year until the transaction ends.
///
/// # Errors
/// [`TxError::Database`].
pub async fn hold(tx: &Tx<'_>, year: &str) -> Result<(), TxError> {
    tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('negotiation|' || $1, 0))",
        &[&year],
    )
    .await
}

/// A round of a year: the one of a number, or the last.
///
/// # Errors
/// [`TxError::Database`].
pub async fn found(tx: &Tx<'_>, year: &str, number: Option<i32>) -> Result<Option<Round>, TxError> {
    let row = tx
        .query_opt(
            "SELECT year, number, state, version, subject, digest, reference, opened_at
             FROM negotiation_rounds WHERE year = $1 AND ($2::int IS NULL OR number = $2)
             ORDER BY number DESC LIMIT 1",
            &[&year, &number],
        )
        .await?;
    Ok(row.as_ref().map(round).transpose()?)
}

/// Keeps a new round and the institutions that it is for, none of which has answered.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, round: &Round, institutions: &[String]) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO negotiation_rounds (year, number, state, version, subject, digest,
             reference, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            &round.year,
            &round.number,
            &round.state,
            &round.version,
            &round.subject,
            &round.digest,
            &round.reference,
            &round.opened_at,
        ],
    )
    .await?;
    tx.execute(
        "INSERT INTO negotiation_positions (fixmedins_code, year, number, state, answered)
         SELECT code, $2::text, $3::int, 'PENDING', 0 FROM UNNEST($1::text[]) AS code",
        &[&institutions, &round.year, &round.number],
    )
    .await
}

/// Where an institution stands.
#[derive(Debug, Clone)]
pub struct Position {
    /// Institution.
    pub fixmedins_code: String,
    /// PENDING, ACCEPTED, DECLINED or COUNTERED.
    pub state: String,
    /// Number of the event that answered, or 0.
    pub answered: i32,
}

/// The positions of a round by institution; of one alone where it is named.
///
/// # Errors
/// [`TxError::Database`].
pub async fn positions(
    tx: &Tx<'_>,
    round: &Round,
    fixmedins_code: Option<&str>,
) -> Result<Vec<Position>, TxError> {
    let rows = tx
        .query(
            "SELECT fixmedins_code, state, answered FROM negotiation_positions
             WHERE year = $1 AND number = $2 AND ($3::text IS NULL OR fixmedins_code = $3)
             ORDER BY fixmedins_code COLLATE \"C\"",
            &[&round.year, &round.number, &fixmedins_code],
        )
        .await?;
    let position = |row: &Row| -> Result<Position, tokio_postgres::Error> {
        Ok(Position {
            fixmedins_code: row.try_get(0)?,
            state: row.try_get(1)?,
            answered: row.try_get(2)?,
        })
    };
    Ok(rows.iter().map(position).collect::<Result<_, _>>()?)
}

/// Writes where an institution stands; all of the round where none is named.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_position(
    tx: &Tx<'_>,
    round: &Round,
    fixmedins_code: Option<&str>,
    (state, answered): (&str, i32),
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE negotiation_positions SET state = $4, answered = $5
         WHERE year = $1 AND number = $2 AND ($3::text IS NULL OR fixmedins_code = $3)",
        &[
            &round.year,
            &round.number,
            &fixmedins_code,
            &state,
            &answered,
        ],
    )
    .await
}

/// An event with the institution whose answer it is, or an empty text.
#[derive(Debug, Clone)]
pub struct RoundEvent {
    /// Institution.
    pub fixmedins_code: String,
    /// The event.
    pub event: Event,
}

impl RoundEvent {
    /// SM3 over the round, the fields and the hash before.
    pub fn hash_of(&self, round: &Round) -> String {
        let number = round.number.to_string();
        self.event
            .hash_over([&round.year, &number, &self.fixmedins_code])
    }
}

/// The events of a round, the first one first.
///
/// # Errors
/// [`TxError::Database`].
pub async fn events(tx: &Tx<'_>, round: &Round) -> Result<Vec<RoundEvent>, TxError> {
    let rows = tx
        .query(
            concat!(
                "SELECT ",
                event_columns!(),
                ", fixmedins_code FROM negotiation_events
                 WHERE year = $1 AND round = $2 ORDER BY number"
            ),
            &[&round.year, &round.number],
        )
        .await?;
    let of_round = |row: &Row| -> Result<RoundEvent, tokio_postgres::Error> {
        Ok(RoundEvent {
            fixmedins_code: row.try_get(15)?,
            event: event(row)?,
        })
    };
    Ok(rows.iter().map(of_round).collect::<Result<_, _>>()?)
}

/// Appends an event to a round whose year is held, and moves the round to the event's
/// state. `round` is left as it then stands; its digest is written too.
///
/// # Errors
/// [`TxError::Database`].
pub async fn append(
    tx: &Tx<'_>,
    round: &mut Round,
    mut made: RoundEvent,
) -> Result<RoundEvent, TxError> {
    let last = tx
        .query_opt(
            "SELECT hash FROM negotiation_events WHERE year = $1 AND round = $2 AND number = $3",
            &[&round.year, &round.number, &round.version],
        )
        .await?;
    let last: String = last.map_or(Ok(String::new()), |row| row.try_get(0))?;
    made.event.follow(round.version, &last)?;
    made.event.hash = made.hash_of(round);
    let event = &made.event;
    round.version = event.number;
    round.state.clone_from(&event.to_state);
    tx.execute(
        insert_event!(
            "negotiation_events",
            "year, round, fixmedins_code",
            "$16, $17, $18"
        ),
        &event.columns_and(&[&round.year, &round.number, &made.fixmedins_code]),
    )
    .await?;
    tx.execute(
        "UPDATE negotiation_rounds SET state = $3, version = $4, digest = $5, reference = $6
         WHERE year = $1 AND number = $2",
        &[
            &round.year,
            &round.number,
            &round.state,
            &round.version,
            &round.digest,
            &round.reference,
        ],
    )
    .await?;
    Ok(made)
}

/// How many rounds a year has.
///
/// # Errors
/// [`TxError::Database`].
pub async fn count(tx: &Tx<'_>, year: &str) -> Result<i32, TxError> {
    let last = found(tx, year, None).await?;
    Ok(last.map_or(0, |round| round.number))
}
