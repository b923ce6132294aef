//! Work that costs less for several at once.
//!
//! What a worker has ready at the same moment, often the calls of one transaction, is worked
//! off together: an item waits in its worker's queue while the rest of what the worker has
//! ready goes on, and perhaps comes to wait there too. Then the first that finds itself
//! undone does it for all.
//!
//! Nobody waits for a clock, nor for another caller: one that hangs up leaves its place to
//! whoever comes next.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot::{self, error::TryRecvError};

/// A worker's queue of items `T`, each of which becomes an `R`.
pub(super) struct AtOnce<T, R> {
    /// Histogram of how many were worked off at a time.
    metric: &'static str,
    /// Most items at once, so that they hold up the worker for a millisecond or two.
    most: usize,
    waiting: Mutex<Vec<Waiting<T, R>>>,
}

struct Waiting<T, R> {
    item: T,
    tell: oneshot::Sender<R>,
}

impl<T, R> AtOnce<T, R> {
    /// An empty queue, measured under this name, of which `most` are done at once.
    pub(super) fn new(metric: &'static str, most: usize) -> AtOnce<T, R> {
        AtOnce {
            metric,
            most,
            waiting: Mutex::default(),
        }
    }

    /// What becomes of the item. `work` does several: as many results, in their order.
    /// Gives nothing when whoever worked on it broke off.
    pub(super) async fn done(&self, item: T, work: impl Fn(&[T]) -> Vec<R>) -> Option<R> {
        let (tell, mut told) = oneshot::channel();
        self.waiting().push(Waiting { item, tell });
        // What the worker has ready comes first, and may join.
        tokio::task::yield_now().await;
        loop {
            match told.try_recv() {
                Ok(result) => return Some(result),
                Err(TryRecvError::Closed) => return None,
                Err(TryRecvError::Empty) if self.work_off(&work) => {}
                // Taken out by somebody who is still at it.
                Err(TryRecvError::Empty) => return told.await.ok(),
            }
        }
    }

    /// Whether an item waits that somebody wants.
    pub(super) fn holds_any(&self) -> bool {
        self.waiting().iter().any(|one| !one.tell.is_closed())
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting<T, R>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what waits longest; whether anything did.
    fn work_off(&self, work: impl Fn(&[T]) -> Vec<R>) -> bool {
        let taken: Vec<Waiting<T, R>> = {
            let mut waiting = self.waiting();
            let count = waiting.len().min(self.most);
            waiting.drain(..count).collect()
        };
        let any = !taken.is_empty();
        // A caller that hung up needs no result.
        let wanted = taken.into_iter().filter(|one| !one.tell.is_closed());
        let (items, tell): (Vec<T>, Vec<_>) = wanted.map(|one| (one.item, one.tell)).unzip();
        if items.is_empty() {
            return any;
        }
        metrics::histogram!(self.metric)
            .record(u32::try_from(items.len()).map_or(f64::MAX, f64::from));
        for (tell, result) in tell.into_iter().zip(work(&items)) {
            let _ = tell.send(result);
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures_util::{FutureExt, future::join_all};

    use super::*;

    /// Doubles numbers, and notes how many it is given at a time.
    struct Doubling {
        queue: AtOnce<u32, u32>,
        batches: RefCell<Vec<usize>>,
    }

    impl Doubling {
        fn new() -> Doubling {
            Doubling {
                queue: AtOnce::new("test", 64),
                batches: RefCell::default(),
            }
        }

        async fn of(&self, number: u32) -> Option<u32> {
            let work = |numbers: &[u32]| {
                self.batches.borrow_mut().push(numbers.len());
                numbers.iter().map(|number| number * 2).collect()
            };
            self.queue.done(number, work).await
        }
    }

    #[actix_web::test]
    async fn what_is_ready_together_is_done_together() {
        let doubling = Doubling::new();
        let done = join_all((0..150).map(|n| doubling.of(n))).await;
        assert!((0..150).map(|n| Some(n * 2)).eq(done));
        assert_eq!(*doubling.batches.borrow(), [64, 64, 22]);
        // One that is alone waits for nobody.
        assert_eq!(doubling.of(200).await, Some(400));
        assert_eq!(*doubling.batches.borrow(), [64, 64, 22, 1]);
    }

    #[actix_web::test]
    async fn a_caller_that_hangs_up_harms_nobody() {
        let doubling = Doubling::new();
        let mut gone = Box::pin(doubling.of(1));
        assert!(gone.as_mut().now_or_never().is_none(), "it waits");
        assert!(doubling.queue.holds_any());
        drop(gone);
        assert!(!doubling.queue.holds_any(), "nobody wants it");
        let done = join_all((2..5).map(|n| doubling.of(n))).await;
        assert_eq!(done, [Some(4), Some(6), Some(8)]);
        assert_eq!(*doubling.batches.borrow(), [3]);
    }

    #[actix_web::test]
    async fn a_result_that_is_missing_is_told_to_whom_it_concerns() {
        let queue: AtOnce<u32, u32> = AtOnce::new("test", 64);
        let first = |numbers: &[u32]| numbers.iter().take(1).copied().collect();
        let done = join_all((0..3).map(|n| queue.done(n, first))).await;
        assert_eq!(done, [Some(0), None, None]);
        assert_eq!(queue.done(7, first).await, Some(7), "and nobody later");
    }
}
