//! A stream of CSV cut into blocks, each ending where a record ends.
//!
//! The workers read whole blocks on their own, so the cut must not fall into a quoted
//! cell with a line break in it. Without a quote in sight every line break ends a
//! record, and the last one is found at the speed of memory; otherwise the CSV reader's
//! own automaton says where records end.

use std::io::{ErrorKind, Read, Result};

use csv_core::{ReadRecordResult, Reader};
use memchr::{memchr, memchr2, memrchr2};

/// Bytes asked for at a time: some 700 rows, enough that handing them over costs
/// nothing beside grouping them.
pub(super) const BLOCK: usize = 1 << 16;

/// The longest record. A quote that nobody closed would else take in the whole rest.
pub(super) const LONGEST: usize = 1 << 20;

/// How a block's bytes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reading {
    /// Whole records.
    #[default]
    Records,
    /// Lines, each a record: a quote in the first is not closed.
    Lines,
    /// The beginning of one line that is too long.
    Cut,
}

/// Cuts what it reads.
pub(super) struct Blocks<R> {
    input: R,
    block: usize,
    longest: usize,
    /// Read and not yet given out; begins where a record begins.
    buffer: Vec<u8>,
    /// How much of the buffer the automaton has seen; 0 while there is no quote in it.
    scanned: usize,
    automaton: Automaton,
    ended: bool,
    /// Whether the rest of a line that was too long is being passed over.
    passing_over: bool,
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(input: R) -> Self {
        Self::sized(input, BLOCK, LONGEST)
    }

    /// With blocks of about `block` bytes and records of at most `longest`.
    pub(super) fn sized(input: R, block: usize, longest: usize) -> Self {
        Self {
            input,
            block,
            longest,
            buffer: Vec::new(),
            scanned: 0,
            automaton: Automaton::default(),
            ended: false,
            passing_over: false,
        }
    }

    /// Puts the first record alone in `first`: the header.
    ///
    /// # Errors
    /// The input cannot be read.
    pub(super) fn first(&mut self, first: &mut Vec<u8>) -> Result<()> {
        first.clear();
        let end = loop {
            if let Some(end) = self.automaton.next(&self.buffer, &mut self.scanned) {
                break end;
            }
            if self.ended || self.buffer.len() >= self.longest {
                break self.buffer.len();
            }
            self.fill()?;
        };
        self.give(end, first);
        self.scan_afresh();
        Ok(())
    }

    /// Puts the next block in `block`; `None` at the end of the input.
    ///
    /// # Errors
    /// The input cannot be read.
    pub(super) fn next(&mut self, block: &mut Vec<u8>) -> Result<Option<Reading>> {
        block.clear();
        loop {
            if let Some(end) = self.last_end() {
                self.give(end, block);
                return Ok(Some(Reading::Records));
            }
            if self.buffer.len() >= self.longest {
                return Ok(Some(self.give_overlong(block)));
            }
            if self.ended {
                return Ok((!self.buffer.is_empty()).then(|| self.give_rest(block)));
            }
            self.fill()?;
        }
    }

    /// Where the last whole record of the buffer ends.
    fn last_end(&mut self) -> Option<usize> {
        if self.scanned == 0 && memchr(b'"', &self.buffer).is_none() {
            return memrchr2(b'\r', b'\n', &self.buffer).map(|end| end + 1);
        }
        let mut last = None;
        while let Some(end) = self.automaton.next(&self.buffer, &mut self.scanned) {
            last = Some(end);
        }
        last
    }

    /// The last record, which no line break ends, or the lines behind a quote that is open
    /// to the end of the input.
    fn give_rest(&mut self, block: &mut Vec<u8>) -> Reading {
        // Within quotes a line break would not end the record.
        let whole = self.automaton.next(b"\n", &mut 0).is_some();
        self.give(self.buffer.len(), block);
        if whole || memrchr2(b'\r', b'\n', block).is_none() {
            Reading::Records
        } else {
            Reading::Lines
        }
    }

    /// The lines of a record that is too long, or the beginning of one such line.
    fn give_overlong(&mut self, block: &mut Vec<u8>) -> Reading {
        let line_end = memrchr2(b'\r', b'\n', &self.buffer);
        let (end, reading) = match line_end {
            Some(end) => (end + 1, Reading::Lines),
            None => (self.longest, Reading::Cut),
        };
        self.give(end, block);
        self.scan_afresh();
        if reading == Reading::Cut {
            self.pass_over(0);
        }
        reading
    }

    /// Moves the buffer's first bytes into the block.
    fn give(&mut self, end: usize, block: &mut Vec<u8>) {
        block.extend(self.buffer.drain(..end));
        self.scanned = self.scanned.saturating_sub(end);
        if memchr(b'"', &self.buffer).is_none() {
            self.scan_afresh();
        }
    }

    /// The buffer begins with a record, so that it can be looked at anew.
    fn scan_afresh(&mut self) {
        self.scanned = 0;
        self.automaton.restart();
    }

    fn fill(&mut self) -> Result<()> {
        let filled = self.buffer.len();
        self.buffer.resize(filled + self.block, 0);
        let space = self.buffer.get_mut(filled..).unwrap_or_default();
        let read = loop {
            match self.input.read(space) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.buffer.truncate(filled + read);
        self.ended = read == 0;
        if self.passing_over {
            self.pass_over(filled);
        }
        Ok(())
    }

    /// Drops what belongs to the line that was too long.
    fn pass_over(&mut self, from: usize) {
        let new = self.buffer.get(from..).unwrap_or_default();
        let end = memchr2(b'\r', b'\n', new);
        self.passing_over = end.is_none();
        let end = end.map_or(self.buffer.len(), |end| from + end);
        self.buffer.drain(..end);
    }
}

/// The CSV reader's automaton, asked for nothing but the ends of records.
struct Automaton {
    reader: Reader,
    /// Cells and their ends, which nobody looks at.
    cells: Vec<u8>,
    ends: Vec<usize>,
}

impl Default for Automaton {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            cells: vec![0; 1 << 12],
            ends: vec![0; 64],
        }
    }
}

impl Automaton {
    /// The end of the next record behind what was scanned.
    fn next(&mut self, buffer: &[u8], scanned: &mut usize) -> Option<usize> {
        while let Some(new) = buffer.get(*scanned..).filter(|new| !new.is_empty()) {
            let (result, read, _, _) =
                self.reader
                    .read_record(new, &mut self.cells, &mut self.ends);
            *scanned += read;
            match result {
                ReadRecordResult::Record => return Some(*scanned),
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {}
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return None,
            }
        }
        None
    }

    /// At the beginning of a record that is not the input's first: a byte-order mark there
    /// is text.
    fn restart(&mut self) {
        self.reader.reset();
        self.next(b"\n", &mut 0);
    }
}
