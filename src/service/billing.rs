//! The bills of a month whose values are fixed: one transaction for some batches, then one
//! that closes the pools. Whatever was committed stays, whatever was not is done again, so the
//! work may be cut off anywhere and taken up by anybody.

mod bill;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    audit::{self, Entry},
    error::Refusal,
    store::{
        Store, Tx, TxError,
        frozen_cases::{self, UnbilledCase},
        group_months,
        monthly_batches::{self, BatchKey},
        monthly_bills::{self, EntryKind, NewBill},
        settlement_months::{self, Month, MonthState},
    },
};
use bill::{Basis, Made};

use super::settlement_ids::{self, Named};

/// Batches billed in one transaction: some hundredths of a second's work, so that the lane
/// of the audit chain that it holds is soon free again.
const BATCHES: usize = 30;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bills made.
    pub bills: usize,
    /// Whether the month is closed now.
    pub closed: bool,
}

/// Makes the bills of a month that are not made yet, and closes it.
///
/// # Errors
/// The database; a sum out of range.
pub async fn run(
    store: &Store,
    setl_ym: &str,
    clock: fn() -> DateTime<Utc>,
) -> Result<Progress, Refusal> {
    let waiting = store
        .run_tx("bills.waiting", async |tx: &Tx<'_>| {
            let month = settlement_months::found(tx, setl_ym).await?;
            match month.map(|month| month.state) {
                Some(MonthState::Valued) => Ok(Some(monthly_batches::unbilled(tx, setl_ym).await?)),
                _ => Ok(None),
            }
        })
        .await?;
    let Some(waiting) = waiting else {
        return Ok(Progress::default());
    };
    let mut bills = 0;
    for keys in waiting.chunks(BATCHES) {
        bills += bill_batches(store, setl_ym, keys, clock()).await?;
    }
    let closed = close(store, setl_ym, clock()).await?;
    Ok(Progress { bills, closed })
}

/// Bills batches of a month; how many of them another run had not billed.
async fn bill_batches(
    store: &Store,
    setl_ym: &str,
    keys: &[BatchKey],
    now: DateTime<Utc>,
) -> Result<usize, Refusal> {
    let subjects: BTreeMap<&BatchKey, String> =
        keys.iter().map(|key| (key, subject(key))).collect();
    let codes: Vec<&str> = keys.iter().map(|key| key.fixmedins_code.as_str()).collect();
    store
        .run_tx("bills.bill", async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, subjects.values().next().map_or("", String::as_str)).await?;
            let mut batches = Vec::new();
            for key in keys {
                let (code, insutype) = (&key.fixmedins_code, &key.insutype);
                batches.extend(monthly_batches::lock_of(tx, code, insutype).await?);
            }
            let billed = monthly_bills::billed(tx, setl_ym, &codes).await?;
            let waiting: Vec<_> = keys.iter().filter(|key| !billed.contains(*key)).collect();
            if waiting.is_empty() {
                return Ok(0);
            }
            let known = |key: &&BatchKey| batches.iter().any(|batch| batch.key == **key);
            let known = waiting.iter().all(known);
            let month = settlement_months::found(tx, setl_ym).await?;
            let month = month.filter(|month| known && month.state == MonthState::Valued);
            let month = month.ok_or_else(|| Refusal::internal("a batch of no valued month"))?;
            let bills = made(tx, &month, &waiting, &codes, now).await?;
            kept(tx, &bills).await?;
            for of in &bills {
                carry_over(tx, of.key, of.made.bill.carried_fen, now).await?;
            }
            let entries = waiting.iter().filter_map(|key| subjects.get(key));
            audit::append_all(tx, lane, entries.map(|subject| entry(subject)), now);
            Ok(bills.len())
        })
        .await
}

/// A batch with its cases and what was made of them.
struct OfBatch<'a> {
    key: &'a BatchKey,
    cases: Vec<UnbilledCase>,
    made: Made,
}

/// Makes the bills of locked batches.
async fn made<'a>(
    tx: &Tx<'_>,
    month: &Month,
    keys: &[&'a BatchKey],
    codes: &[&str],
    now: DateTime<Utc>,
) -> Result<Vec<OfBatch<'a>>, TxError> {
    let pools = settlement_months::pools(tx, &month.setl_ym).await?;
    let mut cases = frozen_cases::of_batches(tx, &month.setl_ym, codes).await?;
    let entries = monthly_bills::take_entries(tx, &month.setl_ym, keys).await?;
    let mut bills = Vec::new();
    for key in keys.iter().copied() {
        let pool = pools.iter().find(|pool| pool.insutype == key.insutype);
        let pool = pool.ok_or_else(|| Refusal::internal("a batch without a pool"))?;
        let basis = Basis {
            value: pool.value,
            entries: entries.get(key).copied().unwrap_or_default(),
            deposit: month.deposit,
            pays_monthly: month.pays_monthly,
        };
        let cases = cases.remove(key).unwrap_or_default();
        let made = bill::of(&key.insutype, &cases, &basis, now)?;
        bills.push(OfBatch { key, cases, made });
    }
    Ok(bills)
}

/// Keeps bills, their lines, and what each case is worth.
async fn kept(tx: &Tx<'_>, bills: &[OfBatch<'_>]) -> Result<(), TxError> {
    let new: Vec<NewBill<'_>> = bills
        .iter()
        .map(|of| NewBill {
            key: of.key,
            bill: &of.made.bill,
            lines: &of.made.lines,
        })
        .collect();
    monthly_bills::put(tx, &new).await?;
    let (mut codes, mut ids, mut payable_fen) = (Vec::new(), Vec::new(), Vec::new());
    for of in bills {
        codes.extend(of.cases.iter().map(|_| of.key.fixmedins_code.as_str()));
        ids.extend(of.cases.iter().map(|case| case.setl_id.as_str()));
        payable_fen.extend_from_slice(&of.made.payable_fen);
    }
    frozen_cases::set_payable(tx, &codes, &ids, &payable_fen).await
}

fn subject(key: &BatchKey) -> String {
    format!("{} {} {}", key.setl_ym, key.fixmedins_code, key.insutype)
}

fn entry(subject: &str) -> Entry<'_> {
    Entry {
        app_id: "gateway",
        role: "gateway",
        operation: "bills.bill",
        request_id: subject,
        subject,
        outcome: "done",
    }
}

/// What the bill leaves the hospital owing becomes an entry of its next one.
async fn carry_over(
    tx: &Tx<'_>,
    key: &BatchKey,
    carried_fen: i64,
    now: DateTime<Utc>,
) -> Result<(), TxError> {
    if carried_fen == 0 {
        return Ok(());
    }
    let parts = ["carried", &key.fixmedins_code, &key.setl_ym, &key.insutype];
    let entry = monthly_bills::Entry {
        fixmedins_code: &key.fixmedins_code,
        entry_id: &settlement_ids::of(Named::Entry, &parts),
        insutype: &key.insutype,
        kind: EntryKind::Carried,
        amount_fen: carried_fen,
        reason_code: "carried",
        reason: "上月应收结转 / owed from the bill before",
        of_setl_ym: Some(&key.setl_ym),
        setl_id: None,
        billed_ym: None,
    };
    monthly_bills::put_entry(tx, &entry, (now, "gateway")).await
}

/// Closes the pools once every batch has its bill; false when it is not so, or done.
async fn close(store: &Store, setl_ym: &str, now: DateTime<Utc>) -> Result<bool, Refusal> {
    store
        .run_tx("bills.close", async |tx: &Tx<'_>| {
            let month = settlement_months::locked(tx, setl_ym).await?;
            let valued = month.is_some_and(|month| month.state == MonthState::Valued);
            if !valued || !monthly_batches::unbilled(tx, setl_ym).await?.is_empty() {
                return Ok(false);
            }
            settlement_months::set_billed(tx, setl_ym, now).await?;
            group_months::close(tx, setl_ym).await?;
            Ok(true)
        })
        .await
}
