//! Reader, groupers and writer on threads of their own, rows in their order.
//!
//! A fixed number of batches goes round: the reader fills one, a grouper turns its rows
//! into text, the writer puts the texts in order and hands the empty batch back. Memory
//! is bounded however long the file is and however unevenly the threads run.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{IsTerminal, Read, Write};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use csv::{ByteRecord, Reader, Writer};

use super::rows::Rows;

/// Rows in a batch: enough that handing one over costs nothing beside grouping it.
const BATCH: usize = 1024;

/// Batches going round, a grouper.
const BATCHES: usize = 4;

/// How often the progress line changes.
const PROGRESS: Duration = Duration::from_millis(500);

#[derive(Default)]
struct Batch {
    number: u64,
    rows: Vec<ByteRecord>,
    /// How many of `rows` are filled; the others keep their memory for later.
    filled: usize,
    text: Vec<u8>,
    invalid: u64,
}

type Fault = Box<dyn Error + Send + Sync>;

/// Groups the whole file; how many rows were invalid.
///
/// # Errors
/// The input cannot be read, or the output not written.
pub(super) fn run(
    rows: &Rows,
    reader: Reader<impl Read + Send>,
    mut out: impl Write,
    threads: usize,
) -> Result<u64, Fault> {
    let mut header = Writer::from_writer(Vec::new());
    rows.write_header(&mut header)?;
    out.write_all(&header.into_inner().map_err(|error| error.into_error())?)?;
    let (empty, empties) = channel();
    for _ in 0..threads * BATCHES {
        empty.send(Batch::default())?;
    }
    let (full, fulls) = channel();
    let (done, dones) = channel();
    let fulls = Mutex::new(fulls);
    thread::scope(|scope| {
        let read = scope.spawn(move || fill(reader, empties, full));
        for _ in 0..threads {
            let done = done.clone();
            scope.spawn(|| group(rows, &fulls, done));
        }
        drop(done);
        let written = write(&dones, empty, &mut out);
        // Whoever waits for the other side finds its channel closed and ends.
        drop(dones);
        let read = read
            .join()
            .map_err(|_| "读取线程意外终止 / the reading thread died")?;
        let invalid = written?;
        read?;
        Ok(invalid)
    })
}

/// Fills batches until the input ends or nobody takes them any more.
fn fill(
    mut reader: Reader<impl Read>,
    empties: Receiver<Batch>,
    full: Sender<Batch>,
) -> csv::Result<()> {
    for (number, mut batch) in (0..).zip(empties) {
        batch.number = number;
        batch.filled = 0;
        batch.rows.resize_with(BATCH, ByteRecord::new);
        let mut ended = false;
        for row in &mut batch.rows {
            if !reader.read_byte_record(row)? {
                ended = true;
                break;
            }
            batch.filled += 1;
        }
        if full.send(batch).is_err() || ended {
            break;
        }
    }
    Ok(())
}

/// Turns batches of rows into text.
fn group(rows: &Rows, fulls: &Mutex<Receiver<Batch>>, done: Sender<csv::Result<Batch>>) {
    loop {
        let Ok(next) = fulls.lock().map(|fulls| fulls.recv()) else {
            break;
        };
        let Ok(batch) = next else { break };
        if done.send(grouped(rows, batch)).is_err() {
            break;
        }
    }
}

fn grouped(rows: &Rows, mut batch: Batch) -> csv::Result<Batch> {
    batch.invalid = 0;
    batch.text.clear();
    let mut out = Writer::from_writer(std::mem::take(&mut batch.text));
    for row in batch.rows.iter().take(batch.filled) {
        batch.invalid += u64::from(!rows.write(row, &mut out)?);
    }
    batch.text = out.into_inner().map_err(|error| error.into_error())?;
    Ok(batch)
}

/// Writes the texts in order and hands the batches back; how many rows were invalid.
fn write(
    dones: &Receiver<csv::Result<Batch>>,
    empty: Sender<Batch>,
    out: &mut impl Write,
) -> Result<u64, Fault> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    let mut progress = Progress::new();
    for batch in dones {
        let batch = batch?;
        early.insert(batch.number, batch);
        while let Some(batch) = early.remove(&next) {
            out.write_all(&batch.text)?;
            progress.add(&batch);
            next += 1;
            // At the end of the input the reader no longer takes batches.
            let _ = empty.send(batch);
        }
    }
    out.flush()?;
    progress.end();
    Ok(progress.invalid)
}

/// Counts, shown on standard error while it is a terminal.
struct Progress {
    shown: bool,
    last: Instant,
    rows: usize,
    invalid: u64,
}

impl Progress {
    fn new() -> Self {
        Self {
            shown: std::io::stderr().is_terminal(),
            last: Instant::now(),
            rows: 0,
            invalid: 0,
        }
    }

    fn add(&mut self, batch: &Batch) {
        self.rows += batch.filled;
        self.invalid += batch.invalid;
        if self.shown && self.last.elapsed() >= PROGRESS {
            self.last = Instant::now();
            self.show();
        }
    }

    fn end(&self) {
        if self.shown {
            self.show();
            eprintln!();
        }
    }

    fn show(&self) {
        eprint!(
            "\r已分组 grouped {} 行 rows，无效 invalid {}",
            self.rows, self.invalid
        );
    }
}
