//! Whether the events of a month's batches are whole: each chained to the one before, each
//! leading on from the state before, and the last one to the state that is stored.

use chs_settlement::states::BatchState;

use crate::{
    error::Refusal,
    store::{
        Store, Tx,
        events::Event,
        monthly_batches::{self, Batch},
    },
};

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    /// Batches looked at.
    pub batches: usize,
    /// Events looked at.
    pub events: usize,
    /// What is wrong, bilingual; at most one a batch.
    pub faults: Vec<String>,
}

/// Verifies the batches of a month.
///
/// # Errors
/// The database.
pub async fn verify(store: &Store, setl_ym: &str) -> Result<Verified, Refusal> {
    store
        .run_tx("batches.verify", async |tx: &Tx<'_>| {
            let mut verified = Verified::default();
            for batch in monthly_batches::all_of(tx, setl_ym).await? {
                let events = monthly_batches::events(tx, &batch.key).await?;
                verified.batches += 1;
                verified.events += events.len();
                verified.faults.extend(fault(&batch, &events));
            }
            Ok(verified)
        })
        .await
}

/// The first fault of a batch.
fn fault(batch: &Batch, events: &[Event]) -> Option<String> {
    let (mut state, mut hash) = (BatchState::Frozen.as_str(), "");
    for (event, number) in events.iter().zip(1..) {
        let whole = event.number == number
            && event.from_state == state
            && event.prev_hash == hash
            && event.hash_of(&batch.key) == event.hash;
        if !whole {
            return Some(named(batch, number));
        }
        (state, hash) = (&event.to_state, &event.hash);
    }
    let last = i32::try_from(events.len()).unwrap_or(i32::MAX);
    let whole = batch.state == state && batch.version == last;
    (!whole).then(|| named(batch, last))
}

fn named(batch: &Batch, number: i32) -> String {
    let key = &batch.key;
    format!(
        "{} {} {}：第 {number} 个事件不成立 / event {number} does not hold",
        key.fixmedins_code, key.setl_ym, key.insutype
    )
}
