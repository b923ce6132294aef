//! What the database alone can do: plain inserts of single rows, each its own commit, to
//! hold the rate of uploads against.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    commands::database::{Database, DatabaseArgs},
    store::{Store, load_inserts},
};

type Fault = Box<dyn Error + Send + Sync>;

/// Commits `rows` rows of `bytes` random bytes over a pool of the configured size, from
/// `senders` tasks at once, into a table that is dropped afterwards; gives the time it took.
pub(super) async fn run(
    database: &DatabaseArgs,
    rows: usize,
    bytes: usize,
    senders: usize,
) -> Result<Duration, Fault> {
    let config = database.config()?;
    let opened = Database::open(&config).await?;
    let pooled = opened.store.per_worker(1, config.database.pool_size)?;
    let store = pooled.into_iter().next().ok_or("no pool")?;
    let client = store.pool().get().await?;
    load_inserts::create(&client).await?;
    let mut body = vec![0; bytes];
    // As sealed lists are: nothing in it can be compressed.
    StdRng::seed_from_u64(1).fill_bytes(&mut body);
    let taken = insert(&store, rows, Arc::new(body), senders).await;
    load_inserts::remove(&client).await?;
    drop(client);
    opened.close().await?;
    taken
}

async fn insert(
    store: &Store,
    rows: usize,
    body: Arc<Vec<u8>>,
    senders: usize,
) -> Result<Duration, Fault> {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut running = Vec::new();
    for _ in 0..senders.max(1) {
        let (store, body, next) = (store.clone(), Arc::clone(&body), Arc::clone(&next));
        running.push(tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= rows {
                    return Ok::<(), Fault>(());
                }
                let client = store.pool().get().await?;
                load_inserts::insert(&client, &format!("L{number:015}"), &body).await?;
            }
        }));
    }
    for sender in running {
        sender.await??;
    }
    Ok(started.elapsed())
}
