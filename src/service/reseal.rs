//! Sealing what is stored anew under the current master key, beside running gateways.

use chrono::{DateTime, Utc};

use crate::{
    audit::{self, Entry},
    error::Refusal,
    keys::MasterKey,
    store::{
        Store, Tx,
        reseal::{self, COLUMNS, Column},
    },
};

/// What became of a column's values.
#[derive(Debug)]
pub struct Resealed {
    /// Table and column.
    pub column: &'static str,
    /// Values sealed anew.
    pub done: usize,
    /// Values that none of the keys opens; they are left alone.
    pub unreadable: usize,
}

/// Seals every value anew that another key than the current one has sealed, and records it.
///
/// # Errors
/// The database or the random source; what was done until then stays, and the rest can be
/// done by another run.
pub async fn run(
    store: &Store,
    master: &MasterKey,
    now: DateTime<Utc>,
) -> Result<Vec<Resealed>, Refusal> {
    let mut all = Vec::new();
    for column in COLUMNS {
        all.push(whole(store, master, column).await?);
    }
    let request_id = uuid::Uuid::now_v7().simple().to_string();
    let done: usize = all.iter().map(|one| one.done).sum();
    let subject = format!("{done} values");
    let entry = Entry {
        app_id: "operator",
        role: "operator",
        operation: "keys.reseal",
        request_id: &request_id,
        subject: &subject,
        outcome: "done",
    };
    store
        .run_tx("keys.reseal", async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, &request_id).await?;
            audit::append(tx, lane, entry, now);
            Ok(())
        })
        .await?;
    Ok(all)
}

async fn whole(store: &Store, master: &MasterKey, column: &Column) -> Result<Resealed, Refusal> {
    let mut resealed = Resealed {
        column: column.name,
        done: 0,
        unreadable: 0,
    };
    let mut after = (String::new(), String::new());
    let prefix = master.prefix();
    loop {
        let (last, done, unreadable) = store
            .run_tx("keys.reseal", async |tx: &Tx<'_>| {
                let keys = (after.0.as_str(), after.1.as_str());
                let page = reseal::page(tx, column, &prefix, keys).await?;
                let (mut done, mut unreadable) = (0, 0);
                for value in &page {
                    let place = (column.place)(&value.first, &value.second);
                    let Some(plain) = master.open(place, &value.sealed) else {
                        unreadable += 1;
                        continue;
                    };
                    let sealed = master.seal(place, &plain).map_err(Refusal::internal)?;
                    reseal::replace(tx, column, value, &sealed).await?;
                    done += 1;
                }
                let last = page.into_iter().next_back();
                Ok((
                    last.map(|value| (value.first, value.second)),
                    done,
                    unreadable,
                ))
            })
            .await?;
        resealed.done += done;
        resealed.unreadable += unreadable;
        match last {
            Some(keys) => after = keys,
            None => return Ok(resealed),
        }
    }
}
