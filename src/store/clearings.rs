//! Annual clearings: proposals, the batches that entered, confirmations.

use chrono::{DateTime, Utc};
use chs_settlement::books::ClearingStage;
use tokio_postgres::Row;

use super::{Store, Tx, TxError};
use crate::error::Refusal;

/// Key of a clearing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClearingKey {
    /// Year, yyyy.
    pub year: String,
    /// Pre-clearing or clearing.
    pub stage: ClearingStage,
    /// Number of the proposal, from 1.
    pub number: i32,
}

/// A clearing.
#[derive(Debug, Clone)]
pub struct Clearing {
    /// Its key.
    pub key: ClearingKey,
    /// State of the yearly clearing.
    pub state: String,
    /// Number of its last event.
    pub version: i32,
    /// Its rules, JSON.
    pub rules: String,
    /// Whether a month of it was priced with example values.
    pub example: bool,
    /// SM3 over funds and institutions; empty until it is prepared.
    pub digest: String,
    /// Person who proposed it.
    pub opter_id: String,
    /// Whether every institution is cleared.
    pub prepared: bool,
}

macro_rules! clearing_columns {
    () => {
        "SELECT year, stage, number, state, version, rules, example, digest, opter_id,
                prepared_at IS NOT NULL FROM clearings"
    };
}

fn clearing(row: &Row) -> Result<Clearing, TxError> {
    let stage: String = row.try_get(1)?;
    let stage = ClearingStage::from_name(&stage);
    Ok(Clearing {
        key: ClearingKey {
            year: row.try_get(0)?,
            stage: stage.ok_or_else(|| Refusal::internal("a clearing of an unknown stage"))?,
            number: row.try_get(2)?,
        },
        state: row.try_get(3)?,
        version: row.try_get(4)?,
        rules: row.try_get(5)?,
        example: row.try_get(6)?,
        digest: row.try_get(7)?,
        opter_id: row.try_get(8)?,
        prepared: row.try_get(9)?,
    })
}

/// Keeps others from proposing or moving a clearing of the year until the transaction
/// ends.
///
/// # Errors
/// [`TxError::Database`].
pub async fn hold(tx: &Tx<'_>, year: &str) -> Result<(), TxError> {
    tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('clearing|' || $1, 0))",
        &[&year],
    )
    .await
}

/// The last clearing of a year and stage.
///
/// # Errors
/// [`TxError::Database`].
pub async fn last(
    tx: &Tx<'_>,
    year: &str,
    stage: ClearingStage,
) -> Result<Option<Clearing>, TxError> {
    let row = tx
        .query_opt(
            concat!(
                clearing_columns!(),
                " WHERE year = $1 AND stage = $2 ORDER BY number DESC LIMIT 1"
            ),
            &[&year, &stage.as_str()],
        )
        .await?;
    row.as_ref().map(clearing).transpose()
}

/// The clearing, locked.
///
/// # Errors
/// [`TxError::Database`].
pub async fn locked(tx: &Tx<'_>, key: &ClearingKey) -> Result<Option<Clearing>, TxError> {
    let row = tx
        .query_opt(
            concat!(
                clearing_columns!(),
                " WHERE year = $1 AND stage = $2 AND number = $3 FOR UPDATE"
            ),
            &[&key.year, &key.stage.as_str(), &key.number],
        )
        .await?;
    row.as_ref().map(clearing).transpose()
}

/// Keeps a new clearing; `by` says when, which caller, which person.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(
    tx: &Tx<'_>,
    key: &ClearingKey,
    (state, rules, example): (&str, &str, bool),
    (at, app_id, opter_id): (DateTime<Utc>, &str, &str),
) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO clearings (year, stage, number, state, version, rules, example, digest,
             proposed_at, proposed_by, opter_id)
         VALUES ($1, $2, $3, $4, 0, $5, $6, '', $7, $8, $9)",
        &[
            &key.year,
            &key.stage.as_str(),
            &key.number,
            &state,
            &rules,
            &example,
            &at,
            &app_id,
            &opter_id,
        ],
    )
    .await
}

/// Lets the batches of the year that stand in one of these states enter.
///
/// # Errors
/// [`TxError::Database`].
pub async fn enter(tx: &Tx<'_>, key: &ClearingKey, states: &[&str]) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO clearing_batches (fixmedins_code, year, stage, number, setl_ym, insutype)
         SELECT b.fixmedins_code, $1::text, $2::text, $3::int, b.setl_ym, b.insutype
         FROM monthly_batches b
         JOIN monthly_bills m ON m.fixmedins_code = b.fixmedins_code
             AND m.setl_ym = b.setl_ym AND m.insutype = b.insutype
         WHERE b.setl_ym BETWEEN $1::text || '01' AND $1::text || '12' AND b.state = ANY($4)",
        &[&key.year, &key.stage.as_str(), &key.number, &states],
    )
    .await
}

/// A batch that may not enter, or an application that waits.
#[derive(Debug)]
pub struct NotDone {
    /// Institution.
    pub fixmedins_code: String,
    /// Month.
    pub setl_ym: String,
    /// Its state.
    pub state: String,
}

/// What of the year is not in one of these states: batches and waiting applications, 100
/// at most, and how many there are.
///
/// # Errors
/// [`TxError::Database`].
pub async fn not_done(
    tx: &Tx<'_>,
    year: &str,
    states: &[&str],
) -> Result<(Vec<NotDone>, i64), TxError> {
    let rows = tx
        .query(
            "SELECT fixmedins_code, setl_ym, state, COUNT(*) OVER () FROM (
                 SELECT fixmedins_code, setl_ym, state FROM monthly_batches
                 WHERE setl_ym BETWEEN $1::text || '01' AND $1::text || '12' AND NOT state = ANY($2)
                 UNION ALL
                 SELECT fixmedins_code, setl_ym, state FROM month_applications
                 WHERE setl_ym BETWEEN $1::text || '01' AND $1::text || '12' AND state = 'APPLIED') AS n
             ORDER BY setl_ym, fixmedins_code, state LIMIT 100",
            &[&year, &states],
        )
        .await?;
    let total = rows.first().map_or(Ok(0), |row| row.try_get(3))?;
    let one = |row: &Row| -> Result<NotDone, tokio_postgres::Error> {
        Ok(NotDone {
            fixmedins_code: row.try_get(0)?,
            setl_ym: row.try_get(1)?,
            state: row.try_get(2)?,
        })
    };
    Ok((rows.iter().map(one).collect::<Result<_, _>>()?, total))
}

/// Whether a month of the clearing was priced with example values.
///
/// # Errors
/// [`TxError::Database`].
pub async fn example(tx: &Tx<'_>, year: &str) -> Result<bool, TxError> {
    let row = tx
        .query_one(
            "SELECT COALESCE(bool_or(example), false) FROM settlement_months
             WHERE setl_ym BETWEEN $1::text || '01' AND $1::text || '12'",
            &[&year],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// An institution's confirmation.
#[derive(Debug, Clone)]
pub struct Confirmation {
    /// Institution.
    pub fixmedins_code: String,
    /// PENDING, CONFIRMED or DISPUTED.
    pub state: String,
    /// SM3 over its amounts and lines; empty until it is cleared.
    pub digest: String,
}

fn confirmation(row: &Row) -> Result<Confirmation, tokio_postgres::Error> {
    Ok(Confirmation {
        fixmedins_code: row.try_get(0)?,
        state: row.try_get(1)?,
        digest: row.try_get(2)?,
    })
}

/// Opens a confirmation for every institution that entered.
///
/// # Errors
/// [`TxError::Database`].
pub async fn open_confirmations(tx: &Tx<'_>, key: &ClearingKey) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO clearing_confirmations (fixmedins_code, year, stage, number, state, digest)
         SELECT DISTINCT fixmedins_code, $1::text, $2::text, $3::int, 'PENDING', '' FROM clearing_batches
         WHERE year = $1 AND stage = $2 AND number = $3",
        &[&key.year, &key.stage.as_str(), &key.number],
    )
    .await
}

/// The confirmations of a clearing, by institution.
///
/// # Errors
/// [`TxError::Database`].
pub async fn confirmations(tx: &Tx<'_>, key: &ClearingKey) -> Result<Vec<Confirmation>, TxError> {
    let rows = tx
        .query(
            "SELECT fixmedins_code, state, digest FROM clearing_confirmations
             WHERE year = $1 AND stage = $2 AND number = $3 ORDER BY fixmedins_code COLLATE \"C\"",
            &[&key.year, &key.stage.as_str(), &key.number],
        )
        .await?;
    Ok(rows.iter().map(confirmation).collect::<Result<_, _>>()?)
}

/// Those of these institutions that wait to be cleared, by institution. Who clears has
/// locked the clearing, so they are not locked one by one.
///
/// # Errors
/// [`TxError::Database`].
pub async fn waiting(
    tx: &Tx<'_>,
    key: &ClearingKey,
    codes: &[&str],
) -> Result<Vec<Confirmation>, TxError> {
    let rows = tx
        .query(
            "SELECT fixmedins_code, state, digest FROM clearing_confirmations
             WHERE fixmedins_code = ANY($4) AND year = $1 AND stage = $2 AND number = $3
               AND digest = '' ORDER BY fixmedins_code COLLATE \"C\"",
            &[&key.year, &key.stage.as_str(), &key.number, &codes],
        )
        .await?;
    Ok(rows.iter().map(confirmation).collect::<Result<_, _>>()?)
}

/// The confirmation of an institution, locked.
///
/// # Errors
/// [`TxError::Database`].
pub async fn lock_confirmation(
    tx: &Tx<'_>,
    key: &ClearingKey,
    fixmedins_code: &str,
) -> Result<Option<Confirmation>, TxError> {
    let row = tx
        .query_opt(
            "SELECT fixmedins_code, state, digest FROM clearing_confirmations
             WHERE fixmedins_code = $4 AND year = $1 AND stage = $2 AND number = $3 FOR UPDATE",
            &[&key.year, &key.stage.as_str(), &key.number, &fixmedins_code],
        )
        .await?;
    Ok(row.as_ref().map(confirmation).transpose()?)
}

/// Writes a confirmation's state and digest.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_confirmation(
    tx: &Tx<'_>,
    key: &ClearingKey,
    confirmation: &Confirmation,
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE clearing_confirmations SET state = $5, digest = $6
         WHERE fixmedins_code = $4 AND year = $1 AND stage = $2 AND number = $3",
        &[
            &key.year,
            &key.stage.as_str(),
            &key.number,
            &confirmation.fixmedins_code,
            &confirmation.state,
            &confirmation.digest,
        ],
    )
    .await
}

/// Writes the digests of institutions that were just cleared.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_digests(
    tx: &Tx<'_>,
    key: &ClearingKey,
    confirmations: &[Confirmation],
) -> Result<(), TxError> {
    let text = |of: fn(&Confirmation) -> &String| confirmations.iter().map(of).collect::<Vec<_>>();
    tx.execute(
        "UPDATE clearing_confirmations c SET digest = k.digest
         FROM UNNEST($4::text[], $5::text[]) AS k (code, digest)
         WHERE c.fixmedins_code = k.code AND c.year = $1 AND c.stage = $2 AND c.number = $3",
        &[
            &key.year,
            &key.stage.as_str(),
            &key.number,
            &text(|one| &one.fixmedins_code),
            &text(|one| &one.digest),
        ],
    )
    .await
}

/// Tells the planner of books that were just opened.
///
/// # Errors
/// [`TxError::Database`].
pub async fn analyze(tx: &Tx<'_>) -> Result<(), TxError> {
    tx.execute(
        "ANALYZE clearing_batches, clearing_confirmations, clearing_funds, clearing_hospitals",
        &[],
    )
    .await
}

/// Writes the digest of a clearing whose institutions are all cleared.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_digest(
    tx: &Tx<'_>,
    key: &ClearingKey,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE clearings SET digest = $4, prepared_at = COALESCE(prepared_at, $5)
         WHERE year = $1 AND stage = $2 AND number = $3",
        &[&key.year, &key.stage.as_str(), &key.number, &digest, &now],
    )
    .await
}

impl Store {
    /// Clearings that are being made; an earlier proposal of the same is not taken up.
    ///
    /// # Errors
    /// The database.
    pub async fn waiting_clearings(&self) -> Result<Vec<ClearingKey>, Refusal> {
        self.run_tx("clearings.waiting", async |tx: &Tx<'_>| {
            let rows = tx
                .query(
                    concat!(
                        clearing_columns!(),
                        " AS c WHERE prepared_at IS NULL AND NOT EXISTS (
                              SELECT 1 FROM clearings d WHERE d.year = c.year
                              AND d.stage = c.stage AND d.number > c.number)
                          ORDER BY year, stage"
                    ),
                    &[],
                )
                .await?;
            rows.iter()
                .map(|row| clearing(row).map(|clearing| clearing.key))
                .collect()
        })
        .await
    }
}
