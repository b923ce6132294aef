//! Claims of a call: its nonce (against replay) and its requestId (against doing the
//! same thing twice). Both are taken in the transaction that does the work, so a
//! rollback frees them and a stranger's message can never fill the tables.

use chrono::{DateTime, Utc};

use super::{Tx, TxError};
use crate::{call_data::CallData, error::ErrorCode};

/// Claims nonce and requestId.
pub(crate) const CLAIM: &str = "WITH n AS (
        INSERT INTO nonces (app_id, nonce, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING RETURNING 1),
    r AS (
        INSERT INTO idempotency (app_id, request_id, operation, digest, expires_at)
        VALUES ($1, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT EXISTS (SELECT 1 FROM n), EXISTS (SELECT 1 FROM r)";

/// Claims the nonces of several calls, in one order, so that two transactions that claim
/// several cannot deadlock. Plain inserts: one that is taken fails the statement, which is
/// rare, and the many that are free do not pay for an insertion that may be withdrawn.
pub(crate) const CLAIM_NONCES: &str = "INSERT INTO nonces (app_id, nonce, expires_at)
    SELECT * FROM UNNEST($1::text[], $2::text[], $3::timestamptz[]) AS a (app_id, nonce)
    ORDER BY app_id, nonce";

/// Claims the requestIds of several calls with their answers, as [`CLAIM_NONCES`] does. A row
/// that is inserted with its answer costs half of one that is claimed first, and asks for no
/// join whose plan could go stale while the table grows.
const CLAIM_ANSWERED: &str = "INSERT INTO idempotency (app_id, request_id, operation, digest,
        expires_at, sealed_answer)
    SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[],
                         $6::bytea[]) AS a (app_id, request_id)
    ORDER BY app_id, request_id";

/// Keeps an answer.
pub(crate) const FINISH: &str =
    "UPDATE idempotency SET sealed_answer = $3 WHERE app_id = $1 AND request_id = $2";

/// What a call claims.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The caller.
    pub app_id: &'a str,
    /// Used once within twice the freshness window.
    pub nonce: &'a str,
    /// When the nonce may be forgotten.
    pub nonce_expires_at: DateTime<Utc>,
    /// Idempotency key.
    pub request_id: &'a str,
    /// Operation id; the same requestId for another operation is other data.
    pub operation: &'a str,
    /// What a repeat is known by.
    pub data: &'a CallData,
    /// When the answer may be forgotten.
    pub answer_expires_at: DateTime<Utc>,
}

/// What the claim met.
#[derive(Debug)]
pub enum Claimed {
    /// First send: do the work.
    Fresh,
    /// The nonce was used before.
    NonceUsed,
    /// The requestId was used with other data.
    OtherData,
    /// The work was done before; this was answered.
    Answered(KeptAnswer),
}

/// A kept answer.
#[derive(Debug)]
pub enum KeptAnswer {
    /// Sealed with SM4-GCM.
    Sealed(Vec<u8>),
    /// JSON text, as the release before kept it.
    Open(String),
}

/// Claims nonce and requestId. Waits for a running transaction that holds the same
/// requestId, up to the connection's lock timeout.
///
/// # Errors
/// [`TxError::Database`]; a lock timeout means the first send is still running.
pub async fn claim(tx: &Tx<'_>, claim: &Claim<'_>) -> Result<Claimed, TxError> {
    let row = tx
        .query_one(
            CLAIM,
            &[
                &claim.app_id,
                &claim.nonce,
                &claim.nonce_expires_at,
                &claim.request_id,
                &claim.operation,
                &claim.data.kept(),
                &claim.answer_expires_at,
            ],
        )
        .await
        .map_err(|error| error.when_lock_times_out(ErrorCode::StillRunning))?;
    let (nonce_is_new, request_is_new): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
    if !nonce_is_new {
        return Ok(Claimed::NonceUsed);
    }
    if request_is_new {
        return Ok(Claimed::Fresh);
    }
    let row = tx
        .query_one(
            "SELECT operation, digest, sealed_answer, answer FROM idempotency
             WHERE app_id = $1 AND request_id = $2",
            &[&claim.app_id, &claim.request_id],
        )
        .await?;
    let (operation, kept): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
    let same = operation == claim.operation && claim.data.was_kept_as(claim.app_id, kept);
    let sealed: Option<Vec<u8>> = row.try_get(2)?;
    let open: Option<String> = row.try_get(3)?;
    let kept = sealed
        .map(KeptAnswer::Sealed)
        .or(open.map(KeptAnswer::Open));
    Ok(match kept {
        // A row without an answer is never committed (see `finish`); were there one, the
        // safe reading is that nothing was done for this data.
        Some(answer) if same => Claimed::Answered(answer),
        _ => Claimed::OtherData,
    })
}

/// Claims the nonces of several calls. One that is not free fails all; the transaction is
/// then to be rolled back.
///
/// # Errors
/// [`TxError::Refused`] when one was used before, else as [`claim`].
pub async fn claim_nonces(tx: &Tx<'_>, claims: &[Claim<'_>]) -> Result<(), TxError> {
    tx.execute(
        CLAIM_NONCES,
        &[
            &column(claims, |claim| claim.app_id),
            &column(claims, |claim| claim.nonce),
            &column(claims, |claim| claim.nonce_expires_at),
        ],
    )
    .await
    .map_err(|error| error.when_not_unique(ErrorCode::NonceUsed))
}

/// Claims the requestIds of several calls and keeps their sealed answers, one for each. One
/// that is not free fails all: its work was done twice, and is to be rolled back.
///
/// # Errors
/// [`TxError::Refused`] when one was used before, else as [`claim`].
pub async fn claim_answered(
    tx: &Tx<'_>,
    claims: &[Claim<'_>],
    answers: &[Vec<u8>],
) -> Result<(), TxError> {
    tx.execute(
        CLAIM_ANSWERED,
        &[
            &column(claims, |claim| claim.app_id),
            &column(claims, |claim| claim.request_id),
            &column(claims, |claim| claim.operation),
            &column(claims, |claim| claim.data.kept()),
            &column(claims, |claim| claim.answer_expires_at),
            &answers,
        ],
    )
    .await
    .map_err(|error| error.when_not_unique(ErrorCode::RequestIdReused))
}

fn column<'a, T>(claims: &'a [Claim<'a>], of: impl Fn(&'a Claim<'a>) -> T) -> Vec<T> {
    claims.iter().map(of).collect()
}

/// Keeps a sealed answer for later repeats of the same requestId; travels with the commit.
pub fn finish(tx: &Tx<'_>, app_id: &str, request_id: &str, answer: Vec<u8>) {
    tx.with_commit(
        FINISH,
        vec![
            Box::new(app_id.to_owned()),
            Box::new(request_id.to_owned()),
            Box::new(answer),
        ],
    );
}
