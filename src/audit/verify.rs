//! Checking the audit chain: which records are changed, missing or out of order.

use std::collections::HashMap;

use super::{KEYED, LANES, hash_of};
use crate::{
    keys::MasterKey,
    store::{
        Store, StoreError,
        audit::{AuditRow, Head},
    },
};

/// How far from its place a record that was moved is looked for.
const NEARBY: i64 = 1_000;

/// Records read at a time.
const PAGE: i64 = 1_000;

/// A fault in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Lane of the fault.
    pub lane: i16,
    /// Number of the record that does not fit; the first one of a gap.
    pub sequence: i64,
    /// What is wrong, bilingual.
    pub what: &'static str,
    /// The last number of a gap, or the number that a moved record had.
    pub other: Option<i64>,
}

/// Checks every lane from its first record to its head; gives the number of records and
/// the faults. A record after a fault is judged by the one that stands before it, so that
/// one fault does not condemn the rest of its lane.
///
/// # Errors
/// [`StoreError`] when the database does not answer.
pub async fn verify(store: &Store) -> Result<(u64, Vec<Fault>), StoreError> {
    let (mut records, mut faults) = (0, Vec::new());
    let heads: HashMap<_, _> = store.audit_heads().await?.into_iter().collect();
    for lane in 0..i16::from(LANES) {
        match heads.get(&lane) {
            Some(head) => records += verify_lane(store, lane, head, &mut faults).await?,
            None => faults.push(fault(lane, 0, "链头缺失 / the head of the lane is missing")),
        }
    }
    Ok((records, faults))
}

/// Checks that heads noted down earlier still stand on the chain: a chain that was cut back
/// to an older state of itself has no other fault.
///
/// # Errors
/// [`StoreError`] when the database does not answer.
pub async fn verify_heads(store: &Store, heads: &[(i16, Head)]) -> Result<Vec<Fault>, StoreError> {
    let mut faults = Vec::new();
    for (lane, head) in heads.iter().filter(|(_, head)| head.sequence > 0) {
        let page = store.audit_page(*lane, head.sequence - 1, 1).await?;
        let stands = page
            .first()
            .is_some_and(|row| row.sequence == head.sequence && row.hash == head.hash);
        if !stands {
            let what = "与此前记下的链头不符 / not what was noted down earlier";
            faults.push(fault(*lane, head.sequence, what));
        }
    }
    Ok(faults)
}

fn fault(lane: i16, sequence: i64, what: &'static str) -> Fault {
    Fault {
        lane,
        sequence,
        what,
        other: None,
    }
}

/// What a lane looked like up to here.
struct Walk {
    sequence: i64,
    hash: String,
    keyed: bool,
    /// The last record stood in another place: what follows it says nothing.
    moved: bool,
}

const MOVED: &str = "记录换了位置 / the record was moved";

async fn verify_lane(
    store: &Store,
    lane: i16,
    head: &Head,
    faults: &mut Vec<Fault>,
) -> Result<u64, StoreError> {
    let key = store.audit_key();
    let mut records = 0;
    let mut walk = Walk {
        sequence: 0,
        hash: "0".repeat(64),
        keyed: false,
        moved: false,
    };
    // What a running gateway has appended since the head was read is left out.
    while walk.sequence < head.sequence {
        let limit = (head.sequence - walk.sequence).min(PAGE);
        let page = store.audit_page(lane, walk.sequence, limit).await?;
        let page: Vec<_> = page
            .into_iter()
            .filter(|row| row.sequence <= head.sequence)
            .collect();
        if page.is_empty() {
            faults.push(Fault {
                other: Some(head.sequence),
                ..fault(lane, walk.sequence + 1, "末尾缺失 / the tail is missing")
            });
            return Ok(records);
        }
        for row in page {
            records += 1;
            let found = judge(&walk, &row, key);
            walk = Walk {
                moved: found.iter().any(|fault| fault.what == MOVED),
                sequence: row.sequence,
                keyed: walk.keyed || row.hash.starts_with(KEYED),
                hash: row.hash,
            };
            faults.extend(found);
        }
    }
    if walk.hash != head.hash {
        let what = "链头与末条记录不符 / the head is not that of the last record";
        faults.push(fault(lane, head.sequence, what));
    }
    // Records above the head: fine while the head moves on, otherwise put in by someone.
    let beyond = store.audit_page(lane, head.sequence, 1).await?;
    let moved = store.audit_heads().await?;
    let now = moved.iter().find(|(number, _)| *number == lane);
    let now = now.map_or(0, |(_, head)| head.sequence);
    if let Some(row) = beyond.first().filter(|row| row.sequence > now) {
        faults.push(fault(
            lane,
            row.sequence,
            "记录在链头之后 / a record beyond the head",
        ));
    }
    Ok(records)
}

/// What is wrong with a record behind the one that stands before it.
fn judge(walk: &Walk, row: &AuditRow, key: Option<&MasterKey>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let gap = row.sequence != walk.sequence + 1;
    if gap {
        faults.push(Fault {
            other: Some(row.sequence - 1),
            ..fault(
                row.lane,
                walk.sequence + 1,
                "记录缺失 / records are missing",
            )
        });
    }
    let keyed = row.hash.starts_with(KEYED);
    let hash = |row: &AuditRow| hash_of(row, key.filter(|_| keyed));
    if keyed && key.is_none() {
        let what = "没有主密钥，无法校验 / cannot be checked without the master key";
        faults.push(fault(row.lane, row.sequence, what));
    } else if walk.keyed && !keyed {
        let what = "散列不带密钥 / the hash has no key, though earlier ones have";
        faults.push(fault(row.lane, row.sequence, what));
    } else if hash(row) != row.hash {
        let origin = (row.sequence - NEARBY..=row.sequence + NEARBY).find(|sequence| {
            let moved = AuditRow {
                sequence: *sequence,
                ..row.clone()
            };
            *sequence > 0 && hash(&moved) == row.hash
        });
        let what = match origin {
            Some(_) => MOVED,
            None => "记录被改 / the record was changed",
        };
        faults.push(Fault {
            other: origin,
            ..fault(row.lane, row.sequence, what)
        });
    } else if !gap && !walk.moved && row.prev_hash != walk.hash {
        let what = "与前一记录不相接 / does not follow the record before it";
        faults.push(fault(row.lane, row.sequence, what));
    }
    faults
}
