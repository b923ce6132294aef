//! Events of batches, clearings and negotiation rounds: append-only, each chained to the one
//! before it by SM3. Every kind has a table of its own with the same fifteen columns beside
//! its key.

use chrono::{DateTime, Utc};
use chs_envelope::sm;
use tokio_postgres::{Row, types::ToSql};

use crate::error::Refusal;

/// The columns that every kind of event has, in the order of [`event`] and
/// [`Event::columns_and`].
macro_rules! event_columns {
    () => {
        "number, action, from_state, to_state, amount_fen, reference, digest, reason_code, \
         reason, opter_id, role, app_id, at, prev_hash, hash"
    };
}

/// The statement that keeps an event: its columns, then those of its key, which
/// [`Event::columns_and`] gives the values of.
macro_rules! insert_event {
    ($table:literal, $key:literal, $places:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (",
            $crate::store::events::event_columns!(),
            ", ",
            $key,
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, ",
            $places,
            ")"
        )
    };
}

pub(super) use {event_columns, insert_event};

/// Something that moved a batch, a clearing or a round.
#[derive(Debug, Clone, Default)]
pub struct Event {
    /// Running number in its chain, from 1.
    pub number: i32,
    /// What was done.
    pub action: String,
    /// State before.
    pub from_state: String,
    /// State after.
    pub to_state: String,
    /// Amount that it is about, fen.
    pub amount_fen: Option<i64>,
    /// Request id, receipt or voucher number.
    pub reference: String,
    /// Digest of the document that it rests on.
    pub digest: String,
    /// Code of the reason.
    pub reason_code: String,
    /// The reason.
    pub reason: String,
    /// Who, by the caller's own account.
    pub opter_id: String,
    /// Role of the caller.
    pub role: String,
    /// The caller.
    pub app_id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Hash of the event before.
    pub prev_hash: String,
    /// Its own hash.
    pub hash: String,
}

impl Event {
    /// Puts the event behind the last one of its chain; its own hash is made after that.
    pub(super) fn follow(&mut self, version: i32, last_hash: &str) -> Result<(), Refusal> {
        self.number = version + 1;
        // PostgreSQL keeps microseconds; the hash must not know more than the row does.
        self.at = DateTime::from_timestamp_micros(self.at.timestamp_micros())
            .ok_or_else(|| Refusal::internal("a moment out of range"))?;
        self.prev_hash = last_hash.to_owned();
        Ok(())
    }

    /// SM3 over what the three texts name, the fields and the hash before, each with its
    /// length before it.
    pub(super) fn hash_over(&self, of: [&str; 3]) -> String {
        let [first, second, third] = of.map(str::to_owned);
        let fields = [
            first,
            second,
            third,
            self.number.to_string(),
            self.action.clone(),
            self.from_state.clone(),
            self.to_state.clone(),
            self.amount_fen.map_or(String::new(), |fen| fen.to_string()),
            self.reference.clone(),
            self.digest.clone(),
            self.reason_code.clone(),
            self.reason.clone(),
            self.opter_id.clone(),
            self.role.clone(),
            self.app_id.clone(),
            self.at.timestamp_micros().to_string(),
            self.prev_hash.clone(),
        ];
        let mut text = String::with_capacity(256);
        for field in fields {
            text.push_str(&field.len().to_string());
            text.push(':');
            text.push_str(&field);
        }
        sm::sm3(&[text.as_bytes()]).to_hex()
    }
    /// The values of the columns that every kind of event has, then those of its key.
    pub(super) fn columns_and<'a>(
        &'a self,
        key: &[&'a (dyn ToSql + Sync)],
    ) -> Vec<&'a (dyn ToSql + Sync)> {
        let own: [&(dyn ToSql + Sync); 15] = [
            &self.number,
            &self.action,
            &self.from_state,
            &self.to_state,
            &self.amount_fen,
            &self.reference,
            &self.digest,
            &self.reason_code,
            &self.reason,
            &self.opter_id,
            &self.role,
            &self.app_id,
            &self.at,
            &self.prev_hash,
            &self.hash,
        ];
        own.iter().chain(key).copied().collect()
    }
}

/// An event out of a row that begins with the columns of every kind.
pub(super) fn event(row: &Row) -> Result<Event, tokio_postgres::Error> {
    Ok(Event {
        number: row.try_get(0)?,
        action: row.try_get(1)?,
        from_state: row.try_get(2)?,
        to_state: row.try_get(3)?,
        amount_fen: row.try_get(4)?,
        reference: row.try_get(5)?,
        digest: row.try_get(6)?,
        reason_code: row.try_get(7)?,
        reason: row.try_get(8)?,
        opter_id: row.try_get(9)?,
        role: row.try_get(10)?,
        app_id: row.try_get(11)?,
        at: row.try_get(12)?,
        prev_hash: row.try_get(13)?,
        hash: row.try_get(14)?,
    })
}
