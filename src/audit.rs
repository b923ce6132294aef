//! The audit chain: every record carries the SM3 of itself and of the record before it,
//! in one of sixteen lanes whose heads are stored apart. A changed, missing or reordered
//! record breaks its lane, and `verify` says which one.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chs_envelope::sm;

use crate::store::{
    Store, StoreError, Tx, TxError,
    audit::{self, AuditRow, Head},
};

/// Number of lanes; the migration makes as many heads.
const LANES: u8 = 16;

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
    /// `done`, `replayed` or the code of a refusal.
    pub outcome: &'a str,
}

/// A fault in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Lane of the fault.
    pub lane: i16,
    /// Number of the first record that does not fit.
    pub sequence: i64,
    /// What is wrong, bilingual.
    pub what: &'static str,
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
    let Lane { number: lane, head } = lane;
    // PostgreSQL keeps microseconds; the hash must not know more than the row does.
    let at = DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now);
    let mut row = AuditRow {
        lane,
        sequence: head.sequence + 1,
        at,
        app_id: entry.app_id.to_owned(),
        role: entry.role.to_owned(),
        operation: entry.operation.to_owned(),
        request_id: entry.request_id.to_owned(),
        subject: entry.subject.to_owned(),
        outcome: entry.outcome.to_owned(),
        prev_hash: head.hash,
        hash: String::new(),
    };
    row.hash = hash_of(&row);
    audit::append(tx, row);
}

/// Checks every lane from its first record to its head; gives the number of records and
/// the first fault of each broken lane.
///
/// # Errors
/// [`StoreError`] when the database does not answer.
pub async fn verify(store: &Store) -> Result<(u64, Vec<Fault>), StoreError> {
    let (mut records, mut faults) = (0, Vec::new());
    let heads: HashMap<_, _> = store.audit_heads().await?.into_iter().collect();
    for lane in 0..i16::from(LANES) {
        let Some(head) = heads.get(&lane) else {
            faults.push(Fault {
                lane,
                sequence: 0,
                what: "链头缺失 / the head of the lane is missing",
            });
            continue;
        };
        let (mut sequence, mut hash) = (0_i64, "0".repeat(64));
        let fault = 'lane: loop {
            let page = store.audit_page(lane, sequence, 1_000).await?;
            if page.is_empty() {
                let whole = sequence == head.sequence && hash == head.hash;
                break (!whole).then_some((sequence + 1, "末尾缺失 / the tail is missing"));
            }
            for row in page {
                // What a running gateway has appended since the head was read.
                if row.sequence > head.sequence && sequence == head.sequence && hash == head.hash {
                    break 'lane None;
                }
                if row.sequence != sequence + 1 {
                    break 'lane Some((sequence + 1, "记录缺失 / a record is missing"));
                }
                if row.prev_hash != hash {
                    break 'lane Some((
                        row.sequence,
                        "顺序或前一记录被改 / order or predecessor changed",
                    ));
                }
                if hash_of(&row) != row.hash {
                    break 'lane Some((row.sequence, "记录被改 / the record was changed"));
                }
                records += 1;
                sequence = row.sequence;
                hash = row.hash;
            }
        };
        faults.extend(fault.map(|(sequence, what)| Fault {
            lane,
            sequence,
            what,
        }));
    }
    Ok((records, faults))
}

fn lane_of(request_id: &str) -> i16 {
    // FNV-1a: any even spread will do, and it must be the same in every release.
    let hash = request_id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    i16::try_from(hash % u32::from(LANES)).unwrap_or(0)
}

/// SM3 over the fields, each with its length before it, so that no two records share a text.
fn hash_of(row: &AuditRow) -> String {
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
    sm::sm3(&[text.as_bytes()]).to_hex()
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
        assert_ne!(hash_of(&row("ab", "c")), hash_of(&row("a", "bc")));
    }

    #[test]
    fn lanes_are_all_used() {
        let lanes: std::collections::HashSet<_> = (0..1_000)
            .map(|n| lane_of(&format!("request-{n}")))
            .collect();
        assert_eq!(lanes.len(), usize::from(LANES));
    }
}
