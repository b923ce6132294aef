//! Doing a call's work exactly once.
//!
//! In one transaction: claim nonce and requestId, do the work, append to the audit
//! chain, keep the answer. A crash before the commit leaves nothing, one after it leaves
//! an answer that every repeat gets.

use chrono::TimeDelta;
use serde::Serialize;
use serde_json::Value;

use crate::{
    audit::{self, Entry},
    error::{ErrorCode, Refusal},
    keys::SealedAs,
    session::Session,
    store::{
        self, Tx, TxError,
        claims::{self, Claim, Claimed, KeptAnswer},
    },
};

/// What the work of a call gives back.
#[derive(Debug, Clone)]
pub struct Done<A> {
    /// The answer.
    pub answer: A,
    /// What was concerned, for the audit record: a setl_id, a month.
    pub subject: String,
}

impl<A: Serialize> Done<A> {
    /// The same with its answer as JSON.
    ///
    /// # Errors
    /// A fault of ours: an answer that is none.
    pub fn into_json(self) -> Result<Done<Value>, Refusal> {
        Ok(Done {
            answer: serde_json::to_value(&self.answer).map_err(Refusal::internal)?,
            subject: self.subject,
        })
    }
}

/// Runs `work` exactly once for this call and gives the answer: the one just made, or the
/// stored one of the first send, marked `replayed: true`.
///
/// # Errors
/// The refusal of `work`; a used nonce; a requestId with other data; a first send that is
/// still running; the database.
pub async fn exactly_once<A: Serialize>(
    by: &Session,
    work: impl AsyncFn(&Tx<'_>) -> Result<Done<A>, TxError>,
) -> Result<Value, Refusal> {
    let (claim, meta) = (claim(by), &by.meta);
    by.worker
        .store
        .run_tx(meta.operation, async |tx: &Tx<'_>| {
            // In one flight: the lane's lock waits behind the claims in the same session, so
            // a repeat that waits for its first send holds no lane. Biased, because a
            // failed claim also fails what is queued behind it, and its cause counts.
            tx.prepare(&[claims::CLAIM, store::audit::LOCK_HEAD])
                .await?;
            let (claimed, lane) = tokio::try_join!(
                biased;
                claims::claim(tx, &claim),
                audit::lock(tx, &meta.request_id)
            )?;
            let append = |subject: &str, outcome| {
                audit::append(tx, lane, entry(by, subject, outcome), meta.received_at);
            };
            match claimed {
                Claimed::NonceUsed => Err(Refusal::new(ErrorCode::NonceUsed).into()),
                Claimed::OtherData => Err(Refusal::field(
                    ErrorCode::RequestIdReused,
                    "/requestId",
                    "该 requestId 已用于其他业务数据",
                    "this requestId belongs to other data",
                )
                .into()),
                Claimed::Answered(answer) => {
                    append("", "replayed");
                    Ok(mark_replayed(&open(by, answer)?).map_err(Refusal::internal)?)
                }
                Claimed::Fresh => {
                    let done = work(tx).await?.into_json()?;
                    let sealed = sealed(by, &done.answer)?;
                    claims::finish(tx, &by.caller.app_id, &meta.request_id, sealed);
                    append(&done.subject, "done");
                    Ok(done.answer)
                }
            }
        })
        .await
}

/// Records a refusal that must leave a trace (another institution's data, a role that
/// does not fit), in a transaction of its own.
///
/// # Errors
/// The database.
pub async fn record_refusal(by: &Session, code: ErrorCode) -> Result<(), Refusal> {
    by.worker
        .store
        .run_tx("audit.refusal", async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, &by.meta.request_id).await?;
            audit::append(tx, lane, entry(by, "", code.code()), by.meta.received_at);
            Ok(())
        })
        .await
}

/// What the call claims.
pub(super) fn claim(by: &Session) -> Claim<'_> {
    let (app, meta) = (&*by.app, &by.meta);
    Claim {
        app_id: &by.caller.app_id,
        nonce: &meta.nonce,
        nonce_expires_at: meta.nonce_expires_at,
        request_id: &meta.request_id,
        operation: meta.operation,
        data: &meta.data,
        answer_expires_at: meta.received_at
            + TimeDelta::days(i64::from(app.config.limits.idempotency_days)),
    }
}

/// The answer of the call, sealed, as repeats will find it.
pub(super) fn sealed(by: &Session, answer: &Value) -> Result<Vec<u8>, Refusal> {
    let place = SealedAs::Answer(&by.caller.app_id, &by.meta.request_id);
    let sealed = by
        .app
        .keys
        .master
        .seal(place, answer.to_string().as_bytes());
    sealed.map_err(Refusal::internal)
}

/// What the audit chain keeps of the call.
pub(super) fn entry<'a>(by: &'a Session, subject: &'a str, outcome: &'a str) -> Entry<'a> {
    Entry {
        app_id: &by.caller.app_id,
        role: by.caller.role.as_str(),
        operation: by.meta.operation,
        request_id: &by.meta.request_id,
        subject,
        outcome,
    }
}

/// The text of a kept answer.
fn open(by: &Session, answer: KeptAnswer) -> Result<String, Refusal> {
    let place = SealedAs::Answer(&by.caller.app_id, &by.meta.request_id);
    match answer {
        KeptAnswer::Open(text) => Ok(text),
        KeptAnswer::Sealed(sealed) => by
            .app
            .keys
            .master
            .open(place, &sealed)
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| Refusal::internal("a kept answer cannot be opened")),
    }
}

fn mark_replayed(answer: &str) -> Result<Value, serde_json::Error> {
    let mut answer: Value = serde_json::from_str(answer)?;
    if let Some(members) = answer.as_object_mut() {
        members.insert("replayed".to_owned(), Value::Bool(true));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_is_marked_and_else_unchanged() {
        let marked = mark_replayed(r#"{"setl_list_id":"1","medfee_sumamt":12.5}"#).unwrap();
        assert_eq!(
            marked.to_string(),
            r#"{"setl_list_id":"1","medfee_sumamt":12.5,"replayed":true}"#,
            "number lexemes stay as they were"
        );
    }
}
