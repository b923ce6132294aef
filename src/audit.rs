//! The audit chain: every record carries the HMAC-SM3 of itself and of the record before
//! it, in one of sixteen lanes whose heads are stored apart. The key is the master key's, so
//! whoever can write the database alone cannot write a chain that verifies. A changed,
//! missing or reordered record is named by [`verify`].

mod verify;

use chrono::{DateTime, Utc};
use chs_envelope::sm;

use crate::{
    error::Refusal,
    keys::MasterKey,
    store::{
        Store, Tx, TxError,
        audit::{self, AuditRow, Head},
    },
};

pub use verify::{Fault, verify, verify_heads};

/// Number of lanes; the migration makes as many heads.
const LANES: u8 = 16;

/// Begins a hash that was made with the key; releases before had none.
const KEYED: &str = "k1:";

/// What a call leaves behind.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Who.
    pub app_id: &'a str,
    /// In which role.
    pub role: &'a str,
    /// Operation id.
    pub operation: &'a str,
    /// requestId of the call.
    pub request_id: &'a str,
    /// What was concerned: a setl_id, a month; never a person's name.
    pub subject: &'a str,
    /// `done`, `replayed`, the code of a refusal, or `refused` for a reload.
    pub outcome: &'a str,
}

/// A lane whose head is locked by the open transaction.
#[derive(Debug)]
pub struct Lane {
    number: i16,
    head: Head,
}

/// Locks the head of the lane that a requestId belongs to, until the transaction ends. A
/// transaction locks one lane at most, after its claims and before any business row, so
/// lanes cannot deadlock. While it waits for such a row, its lane waits with it: sixteen
/// lanes keep that to a sixteenth of the calls.
///
/// # Errors
/// [`TxError::Database`].
pub async fn lock(tx: &Tx<'_>, request_id: &str) -> Result<Lane, TxError> {
    let number = lane_of(request_id);
    let head = audit::lock_head(tx, number).await?;
    Ok(Lane { number, head })
}

/// Appends an entry to a locked lane; it travels with the commit.
pub fn append(tx: &Tx<'_>, lane: Lane, entry: Entry<'_>, now: DateTime<Utc>) {
    let row = behind(&lane.head, lane.number, entry, now, tx.audit_key());
    audit::append(tx, row);
}

/// Appends entries to a locked lane, one behind the other; they travel with the commit.
pub fn append_all<'a>(
    tx: &Tx<'_>,
    lane: Lane,
    entries: impl IntoIterator<Item = Entry<'a>>,
    now: DateTime<Utc>,
) {
    append_each(tx, lane, entries.into_iter().map(|entry| (entry, now)));
}

/// As [`append_all`], for entries of their own times.
pub fn append_each<'a>(
    tx: &Tx<'_>,
    lane: Lane,
    entries: impl IntoIterator<Item = (Entry<'a>, DateTime<Utc>)>,
) {
    let Lane { number, mut head } = lane;
    let rows: Vec<AuditRow> = entries
        .into_iter()
        .map(|(entry, now)| {
            let row = behind(&head, number, entry, now, tx.audit_key());
            head = Head {
                sequence: row.sequence,
                hash: row.hash.clone(),
            };
            row
        })
        .collect();
    if !rows.is_empty() {
        audit::append_all(tx, number, head, rows);
    }
}

/// The record of an entry, behind the head of its lane.
fn behind(
    head: &Head,
    lane: i16,
    entry: Entry<'_>,
    now: DateTime<Utc>,
    key: Option<&MasterKey>,
) -> AuditRow {
    let mut row = AuditRow {
        lane,
        sequence: head.sequence + 1,
        // PostgreSQL keeps microseconds; the hash must not know more than the row does.
        at: DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now),
        app_id: entry.app_id.to_owned(),
        role: entry.role.to_owned(),
        operation: entry.operation.to_owned(),
        request_id: entry.request_id.to_owned(),
        subject: entry.subject.to_owned(),
        outcome: entry.outcome.to_owned(),
        prev_hash: head.hash.clone(),
        hash: String::new(),
    };
    row.hash = hash_of(&row, key);
    row
}

/// Records that an operator exports the chain, of this span.
///
/// # Errors
/// The database; then nothing may be exported.
pub async fn record_export(store: &Store, span: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    record(store, "audit.export", span, "done", now).await
}

/// Records that the gateway read rules, schemes and profiles again, with the digest of the
/// rules that hold now.
///
/// # Errors
/// The database.
pub async fn record_reload(
    store: &Store,
    rules: &str,
    outcome: &str,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    record(store, "catalogue.reload", rules, outcome, now).await
}

/// Records what an operator did beside any call.
async fn record(
    store: &Store,
    operation: &'static str,
    subject: &str,
    outcome: &str,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let request_id = uuid::Uuid::now_v7().simple().to_string();
    let entry = Entry {
        app_id: "operator",
        role: "operator",
        operation,
        request_id: &request_id,
        subject,
        outcome,
    };
    store
        .run_tx(operation, async |tx: &Tx<'_>| {
            let lane = lock(tx, entry.request_id).await?;
            append(tx, lane, entry, now);
            Ok(())
        })
        .await
}

fn lane_of(request_id: &str) -> i16 {
    // FNV-1a: any even spread will do, and it must be the same in every release.
    let hash = request_id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    i16::try_from(hash % u32::from(LANES)).unwrap_or(0)
}

/// HMAC-SM3 (without a key: SM3) over the fields, each with its length before it, so that no
/// two records share a text.
fn hash_of(row: &AuditRow, key: Option<&MasterKey>) -> String {
    let fields = [
        row.lane.to_string(),
        row.sequence.to_string(),
        row.at.timestamp_micros().to_string(),
        row.app_id.clone(),
        row.role.clone(),
        row.operation.clone(),
        row.request_id.clone(),
        row.subject.clone(),
        row.outcome.clone(),
        row.prev_hash.clone(),
    ];
    let mut text = String::with_capacity(256);
    for field in fields {
        text.push_str(&field.len().to_string());
        text.push(':');
        text.push_str(&field);
    }
    match key.map(|key| key.digest("audit", &text)) {
        Some(Ok(digest)) => format!("{KEYED}{digest}"),
        // HMAC takes keys of any length, so a digest that fails is no key's fault; what is
        // written then is found by `verify`.
        Some(Err(_)) | None => sm::sm3(&[text.as_bytes()]).to_hex(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifting_a_character_between_fields_changes_the_hash() {
        let row = |app_id: &str, role: &str| AuditRow {
            lane: 0,
            sequence: 1,
            at: DateTime::UNIX_EPOCH,
            app_id: app_id.into(),
            role: role.into(),
            operation: String::new(),
            request_id: String::new(),
            subject: String::new(),
            outcome: String::new(),
            prev_hash: String::new(),
            hash: String::new(),
        };
        assert_ne!(
            hash_of(&row("ab", "c"), None),
            hash_of(&row("a", "bc"), None)
        );
    }

    #[test]
    fn lanes_are_all_used() {
        let lanes: std::collections::HashSet<_> = (0..1_000)
            .map(|n| lane_of(&format!("request-{n}")))
            .collect();
        assert_eq!(lanes.len(), usize::from(LANES));
    }
}
