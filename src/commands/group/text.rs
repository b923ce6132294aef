//! CSV as input and output of one block.

use std::io::{Read, Write};

use csv::{ByteRecord, Reader, ReaderBuilder, Writer, WriterBuilder};

use super::answer::Sink;
use super::blocks::{Blocks, Reading};
use super::layout::Layout;
use super::pipeline::{Fault, Input, Output, Source, Target};

/// CSV text as the source of batches.
pub(super) struct TextSource<R>(Blocks<R>);

impl<R: Read> TextSource<R> {
    pub(super) fn new(blocks: Blocks<R>) -> Self {
        Self(blocks)
    }

    /// The names in the first record.
    ///
    /// # Errors
    /// The input cannot be read.
    pub(super) fn header(&mut self) -> Result<ByteRecord, Fault> {
        let mut first = Vec::new();
        self.0.first(&mut first)?;
        let mut header = ByteRecord::new();
        reader(first.as_slice()).read_byte_record(&mut header)?;
        Ok(header)
    }
}

impl<R: Read + Send> Source for TextSource<R> {
    fn fill(&mut self, input: &mut Input) -> Result<bool, Fault> {
        if !matches!(input, Input::Text { .. }) {
            *input = Input::Text {
                bytes: Vec::new(),
                reading: Reading::Records,
            };
        }
        let Input::Text { bytes, reading } = input else {
            return Ok(false);
        };
        let next = self.0.next(bytes)?;
        *reading = next.unwrap_or_default();
        Ok(next.is_some())
    }
}

/// Calls `row` with every record of a block, and whether it is cut off.
pub(super) fn records<E: From<csv::Error>>(
    bytes: &[u8],
    reading: Reading,
    record: &mut ByteRecord,
    mut row: impl FnMut(&ByteRecord, bool) -> Result<(), E>,
) -> Result<(), E> {
    let mut every = |bytes: &[u8]| {
        // A line break first: a byte-order mark is one at the input's beginning alone.
        let mut reader = reader(b"\n".chain(bytes));
        while reader.read_byte_record(record)? {
            row(record, reading == Reading::Cut)?;
        }
        Ok(())
    };
    match reading {
        Reading::Records | Reading::Cut => every(bytes),
        Reading::Lines => bytes
            .split(|byte| matches!(byte, b'\r' | b'\n'))
            .try_for_each(every),
    }
}

fn reader<R: Read>(bytes: R) -> Reader<R> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes)
}

/// Rows as CSV text.
pub(super) struct TextSink<'l> {
    layout: &'l Layout,
    writer: Writer<Vec<u8>>,
}

impl<'l> TextSink<'l> {
    /// Writes behind what `text` holds.
    pub(super) fn new(layout: &'l Layout, text: Vec<u8>) -> Self {
        Self {
            layout,
            writer: WriterBuilder::new().flexible(true).from_writer(text),
        }
    }

    /// The text.
    ///
    /// # Errors
    /// None that a vector can give.
    pub(super) fn finish(self) -> Result<Vec<u8>, Fault> {
        Ok(self
            .writer
            .into_inner()
            .map_err(|error| error.into_error())?)
    }
}

impl Sink for TextSink<'_> {
    fn passing(&mut self, row: &ByteRecord) -> Result<(), Fault> {
        for place in self.layout.passing() {
            self.writer
                .write_field(row.get(place).unwrap_or_default())?;
        }
        Ok(())
    }

    fn known(&mut self, text: &'static str) -> Result<(), Fault> {
        self.text(text)
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        Ok(self.writer.write_field(text)?)
    }

    fn end(&mut self) -> Result<(), Fault> {
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }
}

/// CSV text as the target of batches.
pub(super) struct TextTarget<W>(W);

impl<W: Write> TextTarget<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(super) fn new(layout: &Layout, mut out: W) -> Result<Self, Fault> {
        let mut header = Writer::from_writer(Vec::new());
        header.write_record(layout.names())?;
        out.write_all(&header.into_inner().map_err(|error| error.into_error())?)?;
        Ok(Self(out))
    }
}

impl<W: Write> Target for TextTarget<W> {
    fn write(&mut self, output: &mut Output) -> Result<(), Fault> {
        if let Output::Text(text) = output {
            self.0.write_all(text)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Fault> {
        Ok(self.0.flush()?)
    }
}
