//! Calls that share a transaction.
//!
//! What a call costs beside its cryptography is mostly its transaction: half a dozen
//! statements and a commit. A call whose work is known before it begins (a list to keep, an
//! answer that needs no row) therefore waits in its worker's queue, and whatever waits there
//! is done in one transaction: one statement claims for all, one stores, one audits, one
//! commit answers.
//!
//! Nobody waits for a clock. A call that finds no task at work starts one, what else the
//! worker has ready or is verifying joins it, and while a transaction runs the next calls
//! gather.
//!
//! The promise of [`exactly_once`] holds for each: claims, work, audit records and answers
//! commit together or not at all. A transaction that cannot do all of its calls (one is a
//! repeat, a list takes no upload, somebody else holds a lock) does none of them, and each is
//! done alone by [`exactly_once`], which knows every case. Repeats are rare, so a requestId
//! is claimed last here, with its answer: a row that is not written twice.
//!
//! [`exactly_once`]: super::exactly_once::exactly_once

use std::{
    cell::Cell,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio::sync::oneshot;

use super::{
    exactly_once::{self, Done},
    put_lists,
};
use crate::{
    audit,
    error::{ErrorCode, Refusal},
    session::{Session, Worker},
    store::{
        self, Tx, TxError,
        claims::{self, Claim},
        lists::ListUpload,
    },
};

/// Most calls in a transaction: what a failure sends back to be done alone stays bounded.
const MOST: usize = 64;

/// Transactions that a worker has under way: while one waits for the disk, the next gathers
/// behind the other.
const UNDER_WAY: usize = 2;

/// Turns of the worker that a transaction lets pass at most, so that calls can join whose
/// signatures are being verified: there may always be others.
const MOST_TURNS: usize = 4;

/// How long a shared transaction waits for a lock: a call that waits longer (for the first
/// send of its requestId, for a list that is being judged) shall wait alone.
const SHORT_WAIT: &str = "SET LOCAL lock_timeout = '50ms'";

/// What a call does in its transaction.
pub enum Work {
    /// Nothing but to answer.
    Answer(Done<Value>),
    /// Keeps a list that is not submitted.
    Upload(ListUpload),
}

/// A worker's queue.
#[derive(Default)]
pub struct Together(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    /// Tasks that work the queue off.
    tasks: usize,
}

struct Waiting {
    by: Session,
    work: Work,
    tell: oneshot::Sender<Told>,
}

/// What a call hears of its transaction; nothing: it is to be done alone.
type Told = Option<Result<Value, Refusal>>;

/// Does the work of a call in a transaction that it shares. Gives nothing when the call has
/// to be done alone; then nothing was done.
///
/// # Errors
/// The database failed at the commit: whether the call was done shows when it is repeated.
pub async fn together(by: &Session, work: Work) -> Result<Option<Value>, Refusal> {
    let (tell, told) = oneshot::channel();
    let waiting = Waiting {
        by: by.clone(),
        work,
        tell,
    };
    if by.worker.together.push(waiting) {
        // A task of its own: the caller of any one call may hang up meanwhile.
        actix_web::rt::spawn(work_off(Arc::clone(&by.worker)));
    }
    let told = told.await;
    told.map_err(|_| Refusal::internal("a shared transaction ended without a word"))?
        .transpose()
}

impl Together {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a call wait; whether a task is to be started for it.
    fn push(&self, waiting: Waiting) -> bool {
        let mut queue = self.queue();
        queue.waiting.push(waiting);
        let another = queue.tasks < UNDER_WAY;
        queue.tasks += usize::from(another);
        another
    }

    /// The calls of the task's next transaction; without any the task has ended.
    fn next(&self, task: &mut Task<'_>) -> Vec<Waiting> {
        let mut queue = self.queue();
        let count = queue.waiting.len().min(MOST);
        if count == 0 {
            queue.tasks = queue.tasks.saturating_sub(1);
            task.ended = true;
        }
        queue.waiting.drain(..count).collect()
    }
}

/// A task that works the queue off.
struct Task<'a> {
    together: &'a Together,
    ended: bool,
}

/// A task that ends too early, by a fault of ours, leaves nobody waiting for it: channels
/// that close tell them, and the next call starts a task again.
impl Drop for Task<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let mut queue = self.together.queue();
        queue.tasks = queue.tasks.saturating_sub(1);
        if queue.tasks == 0 {
            queue.waiting.clear();
        }
    }
}

async fn work_off(worker: Arc<Worker>) {
    let together = &worker.together;
    let mut task = Task {
        together,
        ended: false,
    };
    loop {
        // What the worker has ready comes first, and may join.
        for _ in 0..MOST_TURNS {
            tokio::task::yield_now().await;
            if !worker.signatures.is_verifying() {
                break;
            }
        }
        let calls = together.next(&mut task);
        if calls.is_empty() {
            return;
        }
        metrics::histogram!("chs_tx_shared_calls")
            .record(u32::try_from(calls.len()).map_or(f64::MAX, f64::from));
        let (calls, tell): (Vec<_>, Vec<_>) = calls
            .into_iter()
            .map(|call| ((call.by, call.work), call.tell))
            .unzip();
        for (tell, told) in tell.into_iter().zip(commit(&worker, &calls).await) {
            // A caller that hung up hears nothing; its answer is kept for its repeat.
            let _ = tell.send(told);
        }
    }
}

/// Runs the transaction of these calls; what each hears of it, in their order.
async fn commit(worker: &Worker, calls: &[(Session, Work)]) -> Vec<Told> {
    let worked = Cell::new(false);
    let outcome = worker
        .store
        .run_tx("shared", async |tx: &Tx<'_>| {
            worked.set(false);
            let answers = work_on(tx, calls).await?;
            worked.set(true);
            Ok(answers)
        })
        .await;
    match outcome {
        Ok(answers) => answers.into_iter().map(|answer| Some(Ok(answer))).collect(),
        // The commit failed: it may have happened, so nothing may be done again.
        Err(refusal) if worked.get() => {
            let failed = || Some(Err(refusal.clone()));
            calls.iter().map(|_| failed()).collect()
        }
        Err(_) => calls.iter().map(|_| None).collect(),
    }
}

/// Claims, works, answers and audits for all calls, or fails for all.
async fn work_on(tx: &Tx<'_>, calls: &[(Session, Work)]) -> Result<Vec<Value>, TxError> {
    let claims: Vec<Claim<'_>> = calls
        .iter()
        .map(|(by, _)| exactly_once::claim(by))
        .collect();
    let first = claims.first().map_or("", |claim| claim.request_id);
    tx.prepare(&[SHORT_WAIT, claims::CLAIM_NONCES, store::audit::LOCK_HEAD])
        .await?;
    // In one flight.
    let ((), (), lane) = tokio::try_join!(
        biased;
        tx.execute(SHORT_WAIT, &[]),
        claims::claim_nonces(tx, &claims),
        audit::lock(tx, first)
    )?;
    let done = all_done(tx, calls).await?;
    let made = || calls.iter().map(|(by, _)| by).zip(&done);
    let answers = made().map(|(by, done)| exactly_once::sealed(by, &done.answer));
    let answers: Vec<Vec<u8>> = answers.collect::<Result<_, _>>()?;
    claims::claim_answered(tx, &claims, &answers).await?;
    let entries = made().map(|(by, done)| {
        let entry = exactly_once::entry(by, &done.subject, "done");
        (entry, by.meta.received_at)
    });
    audit::append_each(tx, lane, entries);
    Ok(done.into_iter().map(|done| done.answer).collect())
}

async fn all_done(tx: &Tx<'_>, calls: &[(Session, Work)]) -> Result<Vec<Done<Value>>, TxError> {
    let uploads: Vec<&ListUpload> = calls
        .iter()
        .filter_map(|(_, work)| match work {
            Work::Upload(upload) => Some(upload),
            Work::Answer(_) => None,
        })
        .collect();
    let kept = if uploads.is_empty() {
        Vec::new()
    } else {
        put_lists::unsubmitted(tx, &uploads).await?
    };
    let mut kept = kept.into_iter();
    calls
        .iter()
        .map(|(_, work)| match work {
            Work::Answer(done) => Ok(done.clone()),
            Work::Upload(upload) => {
                let kept = kept.next().flatten().ok_or_else(not_together)?;
                Ok(put_lists::answered(upload, kept).into_json()?)
            }
        })
        .collect()
}

/// Ends the transaction with nothing done. Nobody is told of it: each call finds its own
/// answer alone.
fn not_together() -> TxError {
    Refusal::new(ErrorCode::StillRunning).into()
}
