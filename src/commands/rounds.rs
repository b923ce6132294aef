//! Rows of a CSV file in rounds: a round is read, worked on by all threads, and handed
//! on in the order of the rows. Memory is that of a round however long the file is.

use std::error::Error;
use std::io::{IsTerminal, Read};
use std::thread;
use std::time::{Duration, Instant};

use csv::{ByteRecord, Reader};

/// Rows of a round, a thread: enough that starting a thread costs nothing beside them.
const ROWS: usize = 8192;

/// How often the progress line changes.
const PROGRESS: Duration = Duration::from_millis(500);

/// Works on all rows; how many there were. `verb` names the work in the progress line,
/// which is shown on standard error while that is a terminal.
///
/// # Errors
/// The input cannot be read, or what `done` says.
pub(super) fn run<T: Send>(
    mut reader: Reader<impl Read>,
    threads: usize,
    verb: &str,
    work: impl Fn(&[ByteRecord]) -> T + Sync,
    mut done: impl FnMut(T) -> Result<(), Box<dyn Error + Send + Sync>>,
) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let mut rows = vec![ByteRecord::new(); ROWS * threads];
    let mut progress = Progress::new(verb);
    loop {
        let mut filled = 0;
        for row in &mut rows {
            if !reader.read_byte_record(row)? {
                break;
            }
            filled += 1;
        }
        let full = rows.get(..filled).unwrap_or_default();
        let work = &work;
        let results = thread::scope(|scope| {
            let parts = full.chunks(ROWS);
            let threads: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
            let results = threads.into_iter().map(thread::ScopedJoinHandle::join);
            results.collect::<Result<Vec<T>, _>>()
        });
        let results = results.map_err(|_| "工作线程意外终止 / a working thread died")?;
        for result in results {
            done(result)?;
        }
        progress.add(filled);
        if filled < rows.len() {
            progress.end();
            return Ok(progress.rows);
        }
    }
}

/// The line on a terminal that counts rows.
pub(super) struct Progress<'v> {
    verb: &'v str,
    shown: bool,
    last: Instant,
    rows: u64,
}

impl<'v> Progress<'v> {
    pub(super) fn new(verb: &'v str) -> Self {
        Self {
            verb,
            shown: std::io::stderr().is_terminal(),
            last: Instant::now(),
            rows: 0,
        }
    }

    pub(super) fn add(&mut self, rows: usize) {
        self.rows += u64::try_from(rows).unwrap_or(u64::MAX);
        if self.shown && self.last.elapsed() >= PROGRESS {
            self.last = Instant::now();
            eprint!("\r{} {} 行 rows", self.verb, self.rows);
        }
    }

    pub(super) fn end(&self) {
        if self.shown {
            eprintln!("\r{} {} 行 rows", self.verb, self.rows);
        }
    }
}
