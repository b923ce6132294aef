//! Reader, groupers and writer on threads of their own, rows in their order.
//!
//! A fixed number of batches goes round: the reader fills one, a grouper answers its
//! rows, the writer puts the answers in order and hands the empty batch back. Memory is
//! bounded however long the file is and however unevenly the threads run.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use csv::ByteRecord;

use super::answer::{Question, Sink};
use super::blocks::Reading;
use super::columns::{Column, Cursor, Form};
use super::layout::Layout;
use super::parquet_target::ColumnSink;
use super::progress::Progress;
use super::text::{TextSink, records};

pub(super) type Fault = Box<dyn Error + Send + Sync>;

/// Where batches come from.
pub(super) trait Source: Send {
    /// Puts the next rows into the batch; false at the end.
    fn fill(&mut self, input: &mut Input) -> Result<bool, Fault>;
}

/// Where batches go to, in order.
pub(super) trait Target {
    /// Takes what it wants out of the batch.
    fn write(&mut self, output: &mut Output) -> Result<(), Fault>;
    /// All is written.
    fn finish(&mut self) -> Result<(), Fault>;
}

/// Rows of a batch as they were read.
pub(super) enum Input {
    Text { bytes: Vec<u8>, reading: Reading },
    Columns { columns: Vec<Column>, rows: usize },
}

/// Rows of a batch as they are written.
pub(super) enum Output {
    Text(Vec<u8>),
    Columns { columns: Vec<Column>, rows: usize },
}

/// What all threads know of the job.
pub(super) struct Job {
    pub(super) question: Question,
    pub(super) layout: Layout,
    /// What the columns of a Parquet input stand for.
    pub(super) forms: Vec<Form>,
    pub(super) to_parquet: bool,
}

struct Batch {
    number: u64,
    input: Input,
    output: Output,
    rows: u64,
    invalid: u64,
}

/// Batches going round: one for the reader, one for the writer, and for each grouper one
/// at work and one to go on with.
pub(super) const fn batches(threads: usize) -> usize {
    2 * threads + 2
}

/// Groups the whole file; how many rows were invalid.
///
/// # Errors
/// The input cannot be read, or the output not written.
pub(super) fn run(
    job: &Job,
    source: &mut dyn Source,
    target: &mut dyn Target,
    threads: usize,
    progress: Progress,
) -> Result<u64, Fault> {
    let (empty, empties) = channel();
    for _ in 0..batches(threads) {
        empty.send(job.batch())?;
    }
    let (full, fulls) = channel();
    let (done, dones) = channel();
    let fulls = Mutex::new(fulls);
    thread::scope(|scope| {
        let read = scope.spawn(move || fill(source, empties, full));
        for _ in 0..threads {
            let done = done.clone();
            scope.spawn(|| group(job, &fulls, done));
        }
        drop(done);
        let written = write(&dones, empty, target, progress);
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
    source: &mut dyn Source,
    empties: Receiver<Batch>,
    full: Sender<Batch>,
) -> Result<(), Fault> {
    for (number, mut batch) in (0..).zip(empties) {
        batch.number = number;
        if !source.fill(&mut batch.input)? || full.send(batch).is_err() {
            break;
        }
    }
    Ok(())
}

/// Answers batches until there are no more.
fn group(job: &Job, fulls: &Mutex<Receiver<Batch>>, done: Sender<Result<Batch, Fault>>) {
    let mut worker = Worker::default();
    loop {
        let Ok(next) = fulls.lock().map(|fulls| fulls.recv()) else {
            break;
        };
        let Ok(mut batch) = next else { break };
        let answered = worker.answer(job, &mut batch).map(|()| batch);
        if done.send(answered).is_err() {
            break;
        }
    }
}

/// Writes the answers in order and hands the batches back; how many rows were invalid.
fn write(
    dones: &Receiver<Result<Batch, Fault>>,
    empty: Sender<Batch>,
    target: &mut dyn Target,
    mut progress: Progress,
) -> Result<u64, Fault> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for batch in dones {
        let batch = batch?;
        early.insert(batch.number, batch);
        while let Some(mut batch) = early.remove(&next) {
            target.write(&mut batch.output)?;
            progress.add(batch.rows, batch.invalid);
            next += 1;
            // At the end of the input the reader no longer takes batches.
            let _ = empty.send(batch);
        }
    }
    target.finish()?;
    progress.end();
    Ok(progress.invalid)
}

/// Memory of one thread, used again for every row.
#[derive(Default)]
struct Worker {
    record: ByteRecord,
    text: String,
}

impl Worker {
    fn answer(&mut self, job: &Job, batch: &mut Batch) -> Result<(), Fault> {
        (batch.rows, batch.invalid) = (0, 0);
        match &mut batch.output {
            Output::Text(text) => {
                text.clear();
                let mut sink = TextSink::new(&job.layout, std::mem::take(text));
                (batch.rows, batch.invalid) = self.rows(job, &batch.input, &mut sink)?;
                *text = sink.finish()?;
            }
            Output::Columns { columns, rows } => {
                let from_rows = matches!(batch.input, Input::Text { .. });
                let mut sink = ColumnSink::new(&job.layout, from_rows);
                (batch.rows, batch.invalid) = self.rows(job, &batch.input, &mut sink)?;
                *rows = usize::try_from(batch.rows)?;
                columns.clear();
                if let Input::Columns { columns: input, .. } = &mut batch.input {
                    let passing = std::mem::take(input).into_iter().enumerate();
                    let passing = passing.filter(|(place, _)| job.layout.passes(*place));
                    columns.extend(passing.map(|(_, column)| column));
                }
                columns.extend(sink.finish());
            }
        }
        Ok(())
    }

    /// Answers all rows; how many they are, and how many invalid.
    fn rows(
        &mut self,
        job: &Job,
        input: &Input,
        sink: &mut impl Sink,
    ) -> Result<(u64, u64), Fault> {
        let (mut count, mut invalid) = (0, 0);
        let text = &mut self.text;
        let mut row = |row: &ByteRecord, cut: bool, text: &mut String| {
            let valid = job.question.answer(&job.layout, row, cut, text, sink)?;
            count += 1;
            invalid += u64::from(!valid);
            Ok::<(), Fault>(())
        };
        match input {
            Input::Text { bytes, reading } => {
                records(bytes, *reading, &mut self.record, |record, cut| {
                    row(record, cut, text)
                })?;
            }
            Input::Columns { columns, rows } => {
                let columns = columns.iter().zip(&job.forms);
                let cursors = columns.map(|(column, form)| Cursor::new(column, *form));
                let mut cursors: Vec<Cursor<'_>> = cursors.collect();
                for _ in 0..*rows {
                    self.record.clear();
                    for cursor in &mut cursors {
                        cursor.push(&mut self.record, text);
                    }
                    row(&self.record, false, text)?;
                }
            }
        }
        Ok((count, invalid))
    }
}

impl Job {
    fn batch(&self) -> Batch {
        Batch {
            number: 0,
            input: Input::Text {
                bytes: Vec::new(),
                reading: Reading::Records,
            },
            output: match self.to_parquet {
                true => Output::Columns {
                    columns: Vec::new(),
                    rows: 0,
                },
                false => Output::Text(Vec::new()),
            },
            rows: 0,
            invalid: 0,
        }
    }
}
