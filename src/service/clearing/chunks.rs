//! Institutions cleared many at a time: one sweep over the cases of the year gives their
//! lines in order, and while it goes on, each chunk of them is cleared in a transaction of
//! its own. Memory holds two chunks.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::mpsc;

use super::{books, rules::Rules};
use crate::{
    error::Refusal,
    store::{
        Store, Tx, TxError,
        clearing_books::{self, HospitalLine, YearLine, YearRow},
        clearings::{self, ClearingKey, Confirmation},
    },
};

/// Lines after which a chunk takes in no further institution: a tenth of a second's work,
/// which is what a kill costs.
const LINES: usize = 10_000;

/// Institutions of a chunk at most.
pub(super) const HOSPITALS: usize = 200;

/// Institutions and their lines.
type Lines = BTreeMap<String, Vec<YearLine>>;

/// Lines on their way to a transaction.
#[derive(Debug, Default)]
struct Chunk {
    of: Lines,
    lines: usize,
}

impl Chunk {
    fn is_full(&self) -> bool {
        self.lines >= LINES || self.of.len() >= HOSPITALS
    }
}

/// Clears the institutions of a clearing that wait; how many there were. What another run
/// has cleared meanwhile is left as it is.
///
/// # Errors
/// The fault of an institution whose books cannot be made, once all others are cleared; the
/// database.
pub(super) async fn clear(
    store: &Store,
    key: &ClearingKey,
    waiting: &BTreeSet<String>,
) -> Result<usize, Refusal> {
    let (sender, mut chunks) = mpsc::channel(1);
    let write = async {
        let (mut hospitals, mut fault) = (0, None);
        while let Some(chunk) = chunks.recv().await {
            let (cleared, faulty) = clear_chunk(store, key, &chunk).await?;
            hospitals += cleared;
            fault = fault.or(faulty);
        }
        Ok::<_, Refusal>((hospitals, fault))
    };
    let ((), (hospitals, fault)) = tokio::try_join!(read(store, key, waiting, sender), write)?;
    fault.map_or(Ok(hospitals), Err)
}

/// Reads the lines and sends them chunk by chunk. Read again after a failure, what is sent
/// twice is cleared once.
async fn read(
    store: &Store,
    key: &ClearingKey,
    waiting: &BTreeSet<String>,
    sender: mpsc::Sender<Lines>,
) -> Result<(), Refusal> {
    store
        .run_tx("clearing.cases", async |tx: &Tx<'_>| {
            let mut without_cases = waiting.clone();
            let mut chunk = Chunk::default();
            clearing_books::each_line_of_cases(tx, key, async |one: HospitalLine| {
                if chunk.is_full() && !chunk.of.contains_key(&one.fixmedins_code) {
                    send(&sender, &mut chunk).await?;
                }
                without_cases.remove(&one.fixmedins_code);
                chunk
                    .of
                    .entry(one.fixmedins_code)
                    .or_default()
                    .push(one.line);
                chunk.lines += 1;
                Ok(())
            })
            .await?;
            for fixmedins_code in without_cases {
                if chunk.is_full() {
                    send(&sender, &mut chunk).await?;
                }
                chunk.of.insert(fixmedins_code, Vec::new());
            }
            send(&sender, &mut chunk).await
        })
        .await
}

async fn send(sender: &mpsc::Sender<Lines>, chunk: &mut Chunk) -> Result<(), TxError> {
    let lines = std::mem::take(chunk).of;
    let sent = sender.send(lines).await;
    sent.map_err(|_| Refusal::internal("nobody writes the books").into())
}

/// Clears the institutions of a chunk that still wait; how many there were. One whose books
/// cannot be made goes on waiting and holds up no other; the first such fault is told.
async fn clear_chunk(
    store: &Store,
    key: &ClearingKey,
    chunk: &Lines,
) -> Result<(usize, Option<Refusal>), Refusal> {
    let codes: Vec<&str> = chunk.keys().map(String::as_str).collect();
    store
        .run_tx("clearing.hospitals", async |tx: &Tx<'_>| {
            let clearing = clearings::locked(tx, key).await?;
            let last = clearings::last(tx, &key.year, key.stage).await?;
            let stands = last.is_some_and(|last| last.key == *key);
            let Some(clearing) = clearing.filter(|_| stands) else {
                // Another proposal has taken its place.
                return Ok((0, None));
            };
            let waiting = clearings::waiting(tx, key, &codes).await?;
            let rules = Rules::read(&clearing.rules)?;
            let funds = clearing_books::funds(tx, key).await?;
            let mut books = by_hospital(clearing_books::of_hospitals(tx, key, &codes).await?);
            let (mut rows, mut lines, mut cleared) = (Vec::new(), Vec::new(), Vec::new());
            let mut fault = None;
            for confirmation in waiting {
                let Some((code, own)) = chunk.get_key_value(&confirmation.fixmedins_code) else {
                    continue;
                };
                let mut year = books.remove(code).unwrap_or_default();
                let settled = year.iter_mut().try_for_each(|row| {
                    books::as_billed(row, own)?;
                    books::settle(&books::fund_rules(&rules, key, &funds, row)?, row)
                });
                if let Err(faulty) = settled {
                    fault.get_or_insert(faulty);
                    continue;
                }
                cleared.push(Confirmation {
                    digest: books::digest(&year, own),
                    ..confirmation
                });
                rows.append(&mut year);
                lines.extend(own.iter().map(|line| (code.as_str(), line)));
            }
            clearing_books::set_cleared(tx, key, &rows).await?;
            clearing_books::put_lines(tx, key, &lines).await?;
            clearings::set_digests(tx, key, &cleared).await?;
            Ok((cleared.len(), fault))
        })
        .await
}

/// Rows, each with those of its institution.
pub(super) fn by_hospital(rows: Vec<YearRow>) -> BTreeMap<String, Vec<YearRow>> {
    let mut of: BTreeMap<String, Vec<YearRow>> = BTreeMap::new();
    for row in rows {
        of.entry(row.fixmedins_code.clone()).or_default().push(row);
    }
    of
}

/// Lines, each with those of its institution.
pub(super) fn lines_by_hospital(lines: Vec<HospitalLine>) -> Lines {
    let mut of = Lines::new();
    for one in lines {
        of.entry(one.fixmedins_code).or_default().push(one.line);
    }
    of
}
