//! The bills of a month whose values are fixed: one transaction a batch, then one that
//! closes the pools. Whatever was committed stays, whatever was not is done again, so the
//! work may be cut off anywhere and taken up by anybody.

mod bill;

use chrono::{DateTime, Utc};

use crate::{
    audit::{self, Entry},
    error::Refusal,
    store::{
        Store, Tx, TxError, frozen_cases, monthly_batches,
        monthly_batches::BatchKey,
        monthly_bills::{self, EntryKind},
        settlement_months::{self, MonthState},
    },
};
use bill::Basis;

use super::settlement_ids::{self, Named};

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
    for key in &waiting {
        if bill_batch(store, key, clock()).await? {
            bills += 1;
        }
    }
    let closed = close(store, setl_ym, clock()).await?;
    Ok(Progress { bills, closed })
}

/// Bills one batch; false when another run has done so.
async fn bill_batch(store: &Store, key: &BatchKey, now: DateTime<Utc>) -> Result<bool, Refusal> {
    let subject = format!("{} {} {}", key.setl_ym, key.fixmedins_code, key.insutype);
    store
        .run_tx("bills.bill", async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, &subject).await?;
            let batches = monthly_batches::lock_of(tx, &key.fixmedins_code, &key.insutype).await?;
            if monthly_bills::exists(tx, key).await? {
                return Ok(false);
            }
            let known = batches.iter().any(|batch| batch.key == *key);
            let month = settlement_months::found(tx, &key.setl_ym).await?;
            let month = month.filter(|month| known && month.state == MonthState::Valued);
            let month = month.ok_or_else(|| Refusal::internal("a batch of no valued month"))?;
            let pools = settlement_months::pools(tx, &key.setl_ym).await?;
            let pool = pools.iter().find(|pool| pool.insutype == key.insutype);
            let pool = pool.ok_or_else(|| Refusal::internal("a batch without a pool"))?;
            let cases = frozen_cases::of_batch(tx, key).await?;
            let entries = monthly_bills::take_entries(tx, key).await?;
            let basis = Basis {
                value: pool.value,
                entries,
                deposit: month.deposit,
                pays_monthly: month.pays_monthly,
            };
            let made = bill::of(&key.insutype, &cases, &basis, now)?;
            monthly_bills::put(tx, key, &made.bill, &made.lines).await?;
            let ids: Vec<&str> = cases.iter().map(|case| case.setl_id.as_str()).collect();
            frozen_cases::set_payable(tx, &key.fixmedins_code, &ids, &made.payable_fen).await?;
            carry_over(tx, key, made.bill.carried_fen, now).await?;
            let entry = Entry {
                app_id: "gateway",
                role: "gateway",
                operation: "bills.bill",
                request_id: &subject,
                subject: &subject,
                outcome: "done",
            };
            audit::append(tx, lane, entry, now);
            Ok(true)
        })
        .await
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
            Ok(true)
        })
        .await
}
