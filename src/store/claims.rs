//! Claims of a call: its nonce (against replay) and its requestId (against doing the
//! same thing twice). Both are taken in the transaction that does the work, so a
//! rollback frees them and a stranger's message can never fill the tables.

use chrono::{DateTime, Utc};

use super::{Tx, TxError};
use crate::error::{ErrorCode, Refusal};

/// Claims nonce and requestId; counts those that were free.
pub(crate) const CLAIM: &str = "WITH n AS (
        INSERT INTO nonces (app_id, nonce, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING RETURNING 1),
    r AS (
        INSERT INTO idempotency (app_id, request_id, operation, digest, expires_at)
        VALUES ($1, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT (SELECT COUNT(*) FROM n), (SELECT COUNT(*) FROM r)";

/// As [`CLAIM`] for several calls, in one order, so that two transactions that claim several
/// cannot deadlock. For one call it costs the database half as much again.
pub(crate) const CLAIM_ALL: &str = "WITH asked AS (
        SELECT * FROM UNNEST($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[],
                             $6::text[], $7::timestamptz[])
            AS a (app_id, nonce, nonce_expires_at, request_id, operation, digest, expires_at)),
    n AS (
        INSERT INTO nonces (app_id, nonce, expires_at)
        SELECT app_id, nonce, nonce_expires_at FROM asked ORDER BY app_id, nonce
        ON CONFLICT DO NOTHING RETURNING 1),
    r AS (
        INSERT INTO idempotency (app_id, request_id, operation, digest, expires_at)
        SELECT app_id, request_id, operation, digest, expires_at FROM asked
        ORDER BY app_id, request_id
        ON CONFLICT DO NOTHING RETURNING 1)
    SELECT (SELECT COUNT(*) FROM n), (SELECT COUNT(*) FROM r)";

/// Keeps an answer.
pub(crate) const FINISH: &str =
    "UPDATE idempotency SET sealed_answer = $3 WHERE app_id = $1 AND request_id = $2";

/// As [`FINISH`] for several calls; for one it costs the database twice as much.
const FINISH_ALL: &str = "UPDATE idempotency i SET sealed_answer = k.answer
    FROM UNNEST($1::text[], $2::text[], $3::bytea[]) AS k (app_id, request_id, answer)
    WHERE i.app_id = k.app_id AND i.request_id = k.request_id";

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
    /// SM3 of the canonical data, lower-case hex.
    pub digest: &'a str,
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
    let (nonces, requests) = claim_one(tx, claim)
        .await
        .map_err(|error| error.when_lock_times_out(ErrorCode::StillRunning))?;
    if nonces == 0 {
        return Ok(Claimed::NonceUsed);
    }
    if requests == 1 {
        return Ok(Claimed::Fresh);
    }
    let row = tx
        .query_one(
            "SELECT operation = $3 AND digest = $4, sealed_answer, answer FROM idempotency
             WHERE app_id = $1 AND request_id = $2",
            &[
                &claim.app_id,
                &claim.request_id,
                &claim.operation,
                &claim.digest,
            ],
        )
        .await?;
    let same: bool = row.try_get(0)?;
    let sealed: Option<Vec<u8>> = row.try_get(1)?;
    let open: Option<String> = row.try_get(2)?;
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

/// Claims for several calls at once; whether all of them are first sends. If not, the
/// transaction holds claims of calls that may not be done in it: roll it back.
///
/// # Errors
/// As [`claim`].
pub async fn claim_all(tx: &Tx<'_>, claims: &[Claim<'_>]) -> Result<bool, TxError> {
    let free = match claims {
        [claim] => claim_one(tx, claim).await?,
        claims => claim_each(tx, claims).await?,
    };
    let asked = i64::try_from(claims.len()).map_err(Refusal::internal)?;
    Ok(free == (asked, asked))
}

/// How many nonces and requestIds were free.
type Free = (i64, i64);

async fn claim_one(tx: &Tx<'_>, claim: &Claim<'_>) -> Result<Free, TxError> {
    let row = tx
        .query_one(
            CLAIM,
            &[
                &claim.app_id,
                &claim.nonce,
                &claim.nonce_expires_at,
                &claim.request_id,
                &claim.operation,
                &claim.digest,
                &claim.answer_expires_at,
            ],
        )
        .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

async fn claim_each(tx: &Tx<'_>, claims: &[Claim<'_>]) -> Result<Free, TxError> {
    fn column<'a, T>(claims: &'a [Claim<'a>], of: impl Fn(&'a Claim<'a>) -> T) -> Vec<T> {
        claims.iter().map(of).collect()
    }
    let row = tx
        .query_one(
            CLAIM_ALL,
            &[
                &column(claims, |claim| claim.app_id),
                &column(claims, |claim| claim.nonce),
                &column(claims, |claim| claim.nonce_expires_at),
                &column(claims, |claim| claim.request_id),
                &column(claims, |claim| claim.operation),
                &column(claims, |claim| claim.digest),
                &column(claims, |claim| claim.answer_expires_at),
            ],
        )
        .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// A sealed answer, for later repeats of the same requestId.
#[derive(Debug)]
pub struct Finished {
    /// The caller.
    pub app_id: String,
    /// Idempotency key.
    pub request_id: String,
    /// What was answered, sealed with SM4-GCM.
    pub answer: Vec<u8>,
}

/// Keeps a sealed answer; travels with the commit.
pub fn finish(tx: &Tx<'_>, one: Finished) {
    tx.with_commit(
        FINISH,
        vec![
            Box::new(one.app_id),
            Box::new(one.request_id),
            Box::new(one.answer),
        ],
    );
}

/// Keeps the sealed answers of several calls; travels with the commit.
pub fn finish_all(tx: &Tx<'_>, finished: Vec<Finished>) {
    let (mut app_ids, mut request_ids, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for one in finished {
        app_ids.push(one.app_id);
        request_ids.push(one.request_id);
        answers.push(one.answer);
    }
    tx.with_commit(
        FINISH_ALL,
        vec![Box::new(app_ids), Box::new(request_ids), Box::new(answers)],
    );
}
