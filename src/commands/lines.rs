//! Lines of a file worked on by all threads and handed on in their order.

use std::{
    io::{self, BufRead, Read},
    ops::Range,
};

use super::ring::{self, Fault};

/// Longest line read, in bytes: a guard against a file that is no file of lists.
pub(super) const LONGEST_LINE: u64 = 16 << 20;
/// Lines of a batch: some ten milliseconds of work.
const BATCH_LINES: usize = 64;
/// Bytes after which a batch is full, whatever its lines.
const BATCH_BYTES: usize = 4 << 20;

/// Lines that follow each other; blank ones are left out.
#[derive(Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// Number from 1 and place; none for a line longer than [`LONGEST_LINE`].
    lines: Vec<(u64, Option<Range<usize>>)>,
}

impl Batch {
    /// The lines with their numbers from 1; none for one that was too long to be read.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, Option<&[u8]>)> {
        self.lines.iter().map(|(number, place)| {
            let place = place.clone();
            (*number, place.and_then(|place| self.bytes.get(place)))
        })
    }

    /// Reads the lines after those counted so far; false where there are none.
    fn fill(&mut self, input: &mut impl BufRead, count: &mut u64) -> io::Result<bool> {
        self.bytes.clear();
        self.lines.clear();
        while self.lines.len() < BATCH_LINES && self.bytes.len() < BATCH_BYTES {
            let start = self.bytes.len();
            let read = Read::take(&mut *input, LONGEST_LINE).read_until(b'\n', &mut self.bytes)?;
            if read == 0 {
                break;
            }
            *count += 1;
            let whole = self.bytes.last() == Some(&b'\n')
                || u64::try_from(read).is_ok_and(|read| read < LONGEST_LINE);
            if !whole {
                self.bytes.truncate(start);
                input.skip_until(b'\n')?;
                self.lines.push((*count, None));
                continue;
            }
            let line = self.bytes.get(start..).unwrap_or_default();
            if line.trim_ascii().is_empty() {
                self.bytes.truncate(start);
            } else {
                self.lines.push((*count, Some(start..self.bytes.len())));
            }
        }
        Ok(!self.lines.is_empty())
    }
}

/// Works on all lines; `done` gets what `work` makes of each batch, in their order.
///
/// # Errors
/// The input cannot be read, or what `done` says.
pub(super) fn run<T: Send>(
    mut input: impl BufRead + Send,
    threads: usize,
    work: impl Fn(&Batch) -> T + Sync,
    mut done: impl FnMut(T) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut count = 0;
    ring::run(
        threads,
        || (Batch::default(), None),
        |(batch, _)| Ok(batch.fill(&mut input, &mut count)?),
        || {
            |(batch, made): &mut (Batch, Option<T>)| {
                *made = Some(work(batch));
                Ok(())
            }
        },
        |(_, made)| made.take().map_or(Ok(()), &mut done),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(input: &[u8], threads: usize) -> Vec<(u64, Option<String>)> {
        let mut all = Vec::new();
        let work = |batch: &Batch| -> Vec<(u64, Option<String>)> {
            let lines = batch.lines();
            lines
                .map(|(number, line)| {
                    let line = line.map(|line| String::from_utf8_lossy(line).trim_end().to_owned());
                    (number, line)
                })
                .collect()
        };
        run(input, threads, work, |lines| {
            all.extend(lines);
            Ok(())
        })
        .unwrap();
        all
    }

    #[test]
    fn lines_keep_their_order_and_numbers() {
        let text: String = (1..=5_000).map(|line| format!("{line}\n\n")).collect();
        for threads in [1, 3] {
            let lines = numbered(text.as_bytes(), threads);
            assert_eq!(lines.len(), 5_000);
            for (at, (number, line)) in (0_u64..).zip(&lines) {
                assert_eq!(*number, 2 * at + 1);
                assert_eq!(line.as_deref(), Some((at + 1).to_string().as_str()));
            }
        }
        assert!(numbered(b"\n \n", 2).is_empty());
        assert_eq!(numbered(b"last", 2), [(1, Some("last".to_owned()))]);
    }

    #[test]
    fn a_line_too_long_is_told_and_the_next_one_read() {
        let mut text = vec![b'x'; usize::try_from(LONGEST_LINE).unwrap() + 1];
        text.extend(b"\nshort\n");
        let lines = numbered(&text, 2);
        assert_eq!(lines, [(1, None), (2, Some("short".to_owned()))]);
    }

    #[test]
    fn a_fault_of_the_caller_ends_the_run() {
        let text = "x\n".repeat(100_000);
        let refused = run(text.as_bytes(), 2, |_: &Batch| (), |()| Err("full".into()));
        assert_eq!(refused.unwrap_err().to_string(), "full");
    }
}
