//! Lines of a file worked on by all threads and handed on in their order.
//!
//! A fixed number of batches goes round: one thread reads them full, the workers answer
//! them, the caller takes the answers in order and hands the batch back. Memory is
//! bounded however long the file is and however unevenly the threads run.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, BufRead, Read},
    ops::Range,
    sync::{
        Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, ScopedJoinHandle},
};

pub(super) type Fault = Box<dyn Error + Send + Sync>;

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

/// What a worker made of a batch.
struct Answer<T> {
    number: u64,
    batch: Batch,
    made: T,
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
    let (empty, empties) = channel();
    // one for the reader, one for the caller, and for each worker one at work and one next
    for _ in 0..2 * threads + 2 {
        empty.send(Batch::default())?;
    }
    let (full, fulls) = channel();
    let (answered, answers) = channel();
    let fulls = Mutex::new(fulls);
    let work = &work;
    thread::scope(|scope| {
        let reader = scope.spawn(move || read(&mut input, &empties, &full));
        let fulls = &fulls;
        let workers = (0..threads).map(|_| {
            let answered = answered.clone();
            scope.spawn(move || answer(fulls, &answered, work))
        });
        let workers: Vec<ScopedJoinHandle<'_, ()>> = workers.collect();
        drop(answered);
        let taken = take(&answers, &empty, &mut done);
        // whoever waits for the other side finds its channel closed and ends
        drop((answers, empty));
        let died = workers.into_iter().any(|worker| worker.join().is_err());
        let read = reader.join();
        taken?;
        match read {
            Ok(read) if !died => Ok(read?),
            _ => Err("工作线程意外终止 / a working thread died".into()),
        }
    })
}

/// Fills batches until the input ends or nobody takes them any more.
fn read(
    input: &mut impl BufRead,
    empties: &Receiver<Batch>,
    full: &Sender<(u64, Batch)>,
) -> io::Result<()> {
    let mut count = 0;
    for (number, mut batch) in (0..).zip(empties) {
        if !batch.fill(input, &mut count)? || full.send((number, batch)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Answers batches until there are no more.
fn answer<T>(
    fulls: &Mutex<Receiver<(u64, Batch)>>,
    answered: &Sender<Answer<T>>,
    work: &impl Fn(&Batch) -> T,
) {
    loop {
        let Ok(next) = fulls.lock().map(|fulls| fulls.recv()) else {
            break;
        };
        let Ok((number, batch)) = next else { break };
        let made = work(&batch);
        let answer = Answer {
            number,
            batch,
            made,
        };
        if answered.send(answer).is_err() {
            break;
        }
    }
}

/// Takes the answers in order and hands the batches back.
fn take<T>(
    answers: &Receiver<Answer<T>>,
    empty: &Sender<Batch>,
    done: &mut impl FnMut(T) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for answer in answers {
        early.insert(answer.number, (answer.batch, answer.made));
        while let Some((batch, made)) = early.remove(&next) {
            done(made)?;
            next += 1;
            // at the end of the input the reader no longer takes batches
            let _ = empty.send(batch);
        }
    }
    Ok(())
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
