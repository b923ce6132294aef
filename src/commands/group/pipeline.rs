//! Reader, groupers and writer on threads of their own, rows in their order.

use csv::ByteRecord;

use super::answer::{Question, Sink};
use super::blocks::Reading;
use super::columns::{Column, Cursor, Form};
use super::layout::Layout;
use super::parquet_target::ColumnSink;
use super::progress::Progress;
use super::text::{TextSink, records};
use crate::commands::ring;

pub(super) use crate::commands::ring::Fault;

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
    input: Input,
    output: Output,
    rows: u64,
    invalid: u64,
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
    mut progress: Progress,
) -> Result<u64, Fault> {
    ring::run(
        threads,
        || job.batch(),
        |batch| source.fill(&mut batch.input),
        || {
            let mut worker = Worker::default();
            move |batch: &mut Batch| worker.answer(job, batch)
        },
        |batch| {
            target.write(&mut batch.output)?;
            progress.add(batch.rows, batch.invalid);
            Ok(())
        },
    )?;
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
