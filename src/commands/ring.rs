//! A file worked on by all threads, handed on in its order.
//!
//! A fixed number of batches goes round: one thread reads them full, the workers answer
//! them, the caller takes the answers in order and hands the batch back. Memory is bounded
//! however long the file is and however unevenly the threads run.

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{
        Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

pub(super) type Fault = Box<dyn Error + Send + Sync>;

/// A batch and its place in the file.
type Numbered<B> = (u64, B);

/// Batches for so many workers: one for the reader, one for the caller, and for each worker
/// one at work and one to go on with.
pub(super) const fn batches(threads: usize) -> usize {
    2 * threads + 2
}

/// Fills batches from `batch` with `fill` until it says false, answers each with what
/// `worker` makes for its thread, and gives them to `done` in order.
///
/// # Errors
/// What `fill`, a worker or `done` says.
pub(super) fn run<B: Send, W: FnMut(&mut B) -> Result<(), Fault>>(
    threads: usize,
    batch: impl Fn() -> B,
    fill: impl FnMut(&mut B) -> Result<bool, Fault> + Send,
    worker: impl Fn() -> W + Sync,
    mut done: impl FnMut(&mut B) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (empty, empties) = channel();
    for _ in 0..batches(threads) {
        empty.send(batch()).map_err(|_| "no reader")?;
    }
    let (full, fulls) = channel();
    let (answered, answers) = channel();
    let fulls = Mutex::new(fulls);
    thread::scope(|scope| {
        let reader = scope.spawn(move || read(fill, &empties, &full));
        let (fulls, worker) = (&fulls, &worker);
        let workers = (0..threads).map(|_| {
            let answered = answered.clone();
            scope.spawn(move || answer(fulls, &answered, worker()))
        });
        let workers: Vec<_> = workers.collect();
        drop(answered);
        let taken = take(&answers, &empty, &mut done);
        // Whoever waits for the other side finds its channel closed and ends.
        drop((answers, empty));
        // All are waited for: one that is not fails the whole scope when it has died.
        let ends = workers.into_iter().map(|worker| worker.join().is_err());
        let died = ends.fold(false, |died, end| died | end);
        let read = reader.join();
        taken?;
        match read {
            Ok(read) if !died => read,
            _ => Err("工作线程意外终止 / a working thread died".into()),
        }
    })
}

/// Fills batches until the input ends or nobody takes them any more.
fn read<B>(
    mut fill: impl FnMut(&mut B) -> Result<bool, Fault>,
    empties: &Receiver<B>,
    full: &Sender<Numbered<B>>,
) -> Result<(), Fault> {
    for (number, mut batch) in (0..).zip(empties) {
        if !fill(&mut batch)? || full.send((number, batch)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Answers batches until there are no more.
fn answer<B>(
    fulls: &Mutex<Receiver<Numbered<B>>>,
    answered: &Sender<Result<Numbered<B>, Fault>>,
    mut work: impl FnMut(&mut B) -> Result<(), Fault>,
) {
    loop {
        let Ok(next) = fulls.lock().map(|fulls| fulls.recv()) else {
            break;
        };
        let Ok((number, mut batch)) = next else { break };
        let answer = work(&mut batch).map(|()| (number, batch));
        if answered.send(answer).is_err() {
            break;
        }
    }
}

/// Takes the answers in order and hands the batches back.
fn take<B>(
    answers: &Receiver<Result<Numbered<B>, Fault>>,
    empty: &Sender<B>,
    done: &mut impl FnMut(&mut B) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for answer in answers {
        let (number, batch) = answer?;
        early.insert(number, batch);
        while let Some(mut batch) = early.remove(&next) {
            done(&mut batch)?;
            next += 1;
            // At the end of the input the reader no longer takes batches.
            let _ = empty.send(batch);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squares of the numbers below an end, as they come out.
    fn squares(end: u64, threads: usize, refuse: Option<u64>) -> Result<Vec<u64>, Fault> {
        let (mut next, mut out) = (0, Vec::new());
        run(
            threads,
            || 0,
            |batch| {
                *batch = next;
                next += 1;
                Ok(*batch < end)
            },
            || {
                |batch: &mut u64| {
                    if Some(*batch) == refuse {
                        return Err("refused".into());
                    }
                    *batch *= *batch;
                    Ok(())
                }
            },
            |batch| {
                out.push(*batch);
                Ok(())
            },
        )?;
        Ok(out)
    }

    #[test]
    fn batches_come_out_in_their_order() {
        let wanted: Vec<u64> = (0..5_000).map(|number| number * number).collect();
        for threads in [1, 2, 5] {
            assert_eq!(squares(5_000, threads, None).unwrap(), wanted);
            assert!(squares(0, threads, None).unwrap().is_empty());
        }
    }

    #[test]
    fn the_fault_of_a_worker_ends_the_run() {
        let refused = squares(u64::MAX, 2, Some(77)).unwrap_err();
        assert_eq!(refused.to_string(), "refused");
    }

    #[test]
    fn a_worker_that_dies_is_told() {
        let died = run(
            2,
            || (),
            |()| Ok(true),
            || |(): &mut ()| panic!("a worker's own fault"),
            |()| Ok(()),
        );
        assert!(died.unwrap_err().to_string().contains("died"));
    }
}
