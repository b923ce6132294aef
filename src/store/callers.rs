//! Registered callers and their keys. Secrets arrive and leave sealed; this file never
//! sees them open.
//!
//! Every change of a caller or its keys raises the caller's `revision`, so that a running
//! gateway notices by one number that its register is out of date.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, Tx, TxError};

/// A registered caller.
#[derive(Debug, Clone)]
pub struct CallerRow {
    /// Application id.
    pub app_id: String,
    /// Role name.
    pub role: String,
    /// Institution of a hospital caller.
    pub fixmedins_code: Option<String>,
    /// Its name.
    pub fixmedins_name: Option<String>,
    /// Administrative division.
    pub admdvs: String,
    /// Level of the institution (dictionary hosp_lv).
    pub hosp_lv: Option<String>,
    /// Whether canonical data quotes every scalar.
    pub scalars_as_text: bool,
    /// Whether the caller is refused.
    pub suspended: bool,
    /// Requests per second; nothing: the configured limit.
    pub per_second: Option<i32>,
    /// Networks it may call from, in CIDR form; none: from anywhere.
    pub addresses: Vec<String>,
    /// Access key or paasid at the transaction door; nothing: the application id.
    pub gateway_id: Option<String>,
    /// Settings of the transaction door, JSON; nothing: the defaults.
    pub transaction_door: Option<String>,
}

/// A set of keys of a caller.
#[derive(Debug, Clone)]
pub struct KeyRow {
    /// The caller.
    pub app_id: String,
    /// Human-readable key id; begins with `TEST-` in development.
    pub key_id: String,
    /// SM2 public key, 65 bytes, uncompressed.
    pub public_key: Vec<u8>,
    /// SM3 of the public key, lower-case hex; unique.
    pub fingerprint: String,
    /// appSecret, sealed.
    pub app_secret: Vec<u8>,
    /// SM4-GCM key, sealed.
    pub gcm_key: Option<Vec<u8>>,
    /// Secret of the gateway headers, sealed; nothing: the transaction door is closed.
    pub gateway_secret: Option<Vec<u8>>,
    /// SM4 key of transaction input and output, sealed.
    pub input_key: Option<Vec<u8>>,
    /// From when it holds.
    pub not_before: DateTime<Utc>,
    /// Until when; nothing: no end.
    pub not_after: Option<DateTime<Utc>>,
}

/// What an operator may set; nothing leaves a value as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Refuse the caller, or let it call again.
    pub suspended: Option<bool>,
    /// Requests per second; `Some(None)` goes back to the configured limit.
    pub per_second: Option<Option<i32>>,
    /// Networks it may call from; empty: from anywhere.
    pub addresses: Option<Vec<String>>,
    /// Access key or paasid at the transaction door.
    pub gateway_id: Option<String>,
    /// Settings of the transaction door, JSON.
    pub transaction_door: Option<String>,
}

/// Registers a caller, or replaces the one with the same application id.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, caller: &CallerRow, now: DateTime<Utc>) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO callers (app_id, role, fixmedins_code, fixmedins_name, admdvs, hosp_lv,
                              scalars_as_text, suspended, per_second, addresses, created_at,
                              transaction_door, gateway_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (app_id) DO UPDATE SET
             role = $2, fixmedins_code = $3, fixmedins_name = $4, admdvs = $5, hosp_lv = $6,
             scalars_as_text = $7, suspended = $8, per_second = $9, addresses = $10,
             transaction_door = $12, gateway_id = $13,
             revision = callers.revision + 1",
        &[
            &caller.app_id,
            &caller.role,
            &caller.fixmedins_code,
            &caller.fixmedins_name,
            &caller.admdvs,
            &caller.hosp_lv,
            &caller.scalars_as_text,
            &caller.suspended,
            &caller.per_second,
            &caller.addresses,
            &now,
            &caller.transaction_door,
            &caller.gateway_id,
        ],
    )
    .await
}

/// Adds a set of keys, or replaces the one with the same id. The caller's row comes first
/// ([`put`] or [`touch`]), so that its revision tells of the new keys.
///
/// # Errors
/// [`TxError::Database`], also when the public key belongs to another caller.
pub async fn put_key(tx: &Tx<'_>, key: &KeyRow) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO caller_keys (app_id, key_id, public_key, fingerprint, app_secret, gcm_key,
                                  not_before, not_after, gateway_secret, input_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (app_id, key_id) DO UPDATE SET
             public_key = $3, fingerprint = $4, app_secret = $5, gcm_key = $6,
             not_before = $7, not_after = $8, gateway_secret = $9, input_key = $10",
        &[
            &key.app_id,
            &key.key_id,
            &key.public_key,
            &key.fingerprint,
            &key.app_secret,
            &key.gcm_key,
            &key.not_before,
            &key.not_after,
            &key.gateway_secret,
            &key.input_key,
        ],
    )
    .await
}

/// Ends the keys of a caller at `end`: all of them, or the named one. Keys that end sooner
/// stay as they are. Gives the ids of those that were changed.
///
/// # Errors
/// [`TxError::Database`].
pub async fn end_keys(
    tx: &Tx<'_>,
    app_id: &str,
    key_id: Option<&str>,
    end: DateTime<Utc>,
) -> Result<Vec<String>, TxError> {
    let rows = tx
        .query(
            "UPDATE caller_keys SET not_after = $3
             WHERE app_id = $1 AND ($2::text IS NULL OR key_id = $2)
               AND (not_after IS NULL OR not_after > $3)
             RETURNING key_id",
            &[&app_id, &key_id, &end],
        )
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Raises the revision of a caller and locks its row; whether there is such a caller.
///
/// # Errors
/// [`TxError::Database`].
pub async fn touch(tx: &Tx<'_>, app_id: &str) -> Result<bool, TxError> {
    let row = tx
        .query_opt(
            "UPDATE callers SET revision = revision + 1 WHERE app_id = $1 RETURNING 1",
            &[&app_id],
        )
        .await?;
    Ok(row.is_some())
}

/// Changes what an operator may set; whether there is such a caller.
///
/// # Errors
/// [`TxError::Database`].
pub async fn change(tx: &Tx<'_>, app_id: &str, change: &Change) -> Result<bool, TxError> {
    let row = tx
        .query_opt(
            "UPDATE callers SET
                 suspended = COALESCE($2, suspended),
                 per_second = CASE WHEN $3 THEN $4 ELSE per_second END,
                 addresses = COALESCE($5, addresses),
                 transaction_door = COALESCE($6, transaction_door),
                 gateway_id = COALESCE($7, gateway_id),
                 revision = revision + 1
             WHERE app_id = $1 RETURNING 1",
            &[
                &app_id,
                &change.suspended,
                &change.per_second.is_some(),
                &change.per_second.flatten(),
                &change.addresses,
                &change.transaction_door,
                &change.gateway_id,
            ],
        )
        .await?;
    Ok(row.is_some())
}

impl Store {
    /// All callers, ordered by application id.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn callers(&self) -> Result<Vec<CallerRow>, StoreError> {
        let client = self.pool().get().await?;
        let rows = client
            .query(
                "SELECT app_id, role, fixmedins_code, fixmedins_name, admdvs, hosp_lv,
                        scalars_as_text, suspended, per_second, addresses, transaction_door,
                        gateway_id
                 FROM callers ORDER BY app_id",
                &[],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(CallerRow {
                    app_id: row.try_get(0)?,
                    role: row.try_get(1)?,
                    fixmedins_code: row.try_get(2)?,
                    fixmedins_name: row.try_get(3)?,
                    admdvs: row.try_get(4)?,
                    hosp_lv: row.try_get(5)?,
                    scalars_as_text: row.try_get(6)?,
                    suspended: row.try_get(7)?,
                    per_second: row.try_get(8)?,
                    addresses: row.try_get(9)?,
                    transaction_door: row.try_get(10)?,
                    gateway_id: row.try_get(11)?,
                })
            })
            .collect()
    }

    /// All keys of all callers; of one caller the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn caller_keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        let client = self.pool().get().await?;
        let rows = client
            .query(
                "SELECT app_id, key_id, public_key, fingerprint, app_secret, gcm_key,
                        not_before, not_after, gateway_secret, input_key
                 FROM caller_keys ORDER BY app_id, not_before DESC, key_id",
                &[],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(KeyRow {
                    app_id: row.try_get(0)?,
                    key_id: row.try_get(1)?,
                    public_key: row.try_get(2)?,
                    fingerprint: row.try_get(3)?,
                    app_secret: row.try_get(4)?,
                    gcm_key: row.try_get(5)?,
                    not_before: row.try_get(6)?,
                    not_after: row.try_get(7)?,
                    gateway_secret: row.try_get(8)?,
                    input_key: row.try_get(9)?,
                })
            })
            .collect()
    }

    /// A number that grows with every change of a caller or its keys.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn callers_revision(&self) -> Result<i64, StoreError> {
        let client = self.pool().get().await?;
        let row = client
            .query_one(
                "SELECT COALESCE(SUM(revision), 0)::bigint FROM callers",
                &[],
            )
            .await?;
        Ok(row.try_get(0)?)
    }
}
