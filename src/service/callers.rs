//! Callers: registered, given other keys, suspended. Every change stands in the audit
//! chain in the transaction that makes it.

use chrono::{DateTime, Utc};
use chs_envelope::sm::{self, Sm2PublicKey};

use crate::{
    audit::{self, Entry},
    error::{ErrorCode, Refusal},
    keys::{KeyError, MasterKey, SealedAs},
    store::{
        Store, Tx, TxError,
        callers::{self, CallerRow, Change, KeyRow},
    },
};

/// The application id under which an operator's changes are audited.
const OPERATOR: &str = "operator";

/// A set of keys in the open, before it is sealed for the register.
pub struct NewKey<'a> {
    /// The caller.
    pub app_id: &'a str,
    /// Human-readable id.
    pub key_id: &'a str,
    /// Verifies the caller's messages.
    pub public_key: &'a Sm2PublicKey,
    /// appSecret.
    pub app_secret: &'a str,
    /// SM4-GCM key, where it is enabled.
    pub gcm_key: Option<&'a [u8]>,
    /// Secret of the gateway headers, where the transaction door is open.
    pub gateway_secret: Option<&'a str>,
    /// SM4 key of transaction input and output, where there is one.
    pub input_key: Option<&'a [u8]>,
    /// From when it holds.
    pub not_before: DateTime<Utc>,
    /// Until when; nothing: until it is replaced.
    pub not_after: Option<DateTime<Utc>>,
}

impl NewKey<'_> {
    /// The row of the register, secrets sealed under the master key.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn sealed(&self, master: &MasterKey) -> Result<KeyRow, KeyError> {
        let gcm_key = self
            .gcm_key
            .map(|key| master.seal(SealedAs::GcmKey(self.app_id), key))
            .transpose()?;
        let gateway_secret = self
            .gateway_secret
            .map(|text| master.seal(SealedAs::GatewaySecret(self.app_id), text.as_bytes()))
            .transpose()?;
        let input_key = self
            .input_key
            .map(|key| master.seal(SealedAs::InputKey(self.app_id), key))
            .transpose()?;
        let public_key = self.public_key.to_bytes();
        Ok(KeyRow {
            app_id: self.app_id.to_owned(),
            key_id: self.key_id.to_owned(),
            fingerprint: sm::sm3(&[&public_key]).to_hex(),
            public_key,
            app_secret: master
                .seal(SealedAs::AppSecret(self.app_id), self.app_secret.as_bytes())?,
            gcm_key,
            gateway_secret,
            input_key,
            not_before: self.not_before,
            not_after: self.not_after,
        })
    }
}

/// Registers a caller with its first keys, or brings one with the same ids up to date.
///
/// # Errors
/// [`ErrorCode::KeyTaken`], [`ErrorCode::GatewayIdTaken`]; the database.
pub async fn register(
    store: &Store,
    caller: &CallerRow,
    key: &KeyRow,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    audited(store, "callers.register", &caller.app_id, now, async |tx| {
        callers::put(tx, caller, now)
            .await
            .map_err(|error| error.when_not_unique(ErrorCode::GatewayIdTaken))?;
        put_key(tx, key).await
    })
    .await
}

/// Gives a caller other keys; what it has now holds until `overlap_ends`.
///
/// # Errors
/// [`ErrorCode::CallerUnknown`], [`ErrorCode::KeyTaken`]; the database.
pub async fn rotate(
    store: &Store,
    key: &KeyRow,
    overlap_ends: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    audited(store, "callers.rotate", &key.app_id, now, async |tx| {
        known(callers::touch(tx, &key.app_id).await?)?;
        callers::end_keys(tx, &key.app_id, None, overlap_ends).await?;
        put_key(tx, key).await
    })
    .await
}

/// Ends a set of keys at once.
///
/// # Errors
/// [`ErrorCode::CallerUnknown`] when there is no such caller or no such key in force; the
/// database.
pub async fn end_key(
    store: &Store,
    app_id: &str,
    key_id: &str,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    audited(store, "callers.end-key", app_id, now, async |tx| {
        known(callers::touch(tx, app_id).await?)?;
        let ended = callers::end_keys(tx, app_id, Some(key_id), now).await?;
        known(!ended.is_empty())
    })
    .await
}

/// Suspends a caller, lets it call again, or changes its limits.
///
/// # Errors
/// [`ErrorCode::CallerUnknown`], [`ErrorCode::GatewayIdTaken`]; the database.
pub async fn change(
    store: &Store,
    app_id: &str,
    change: &Change,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let operation = match change.suspended {
        Some(true) => "callers.suspend",
        Some(false) => "callers.resume",
        None => "callers.set",
    };
    audited(store, operation, app_id, now, async |tx| {
        let changed = callers::change(tx, app_id, change).await;
        known(changed.map_err(|error| error.when_not_unique(ErrorCode::GatewayIdTaken))?)
    })
    .await
}

fn known(there: bool) -> Result<(), TxError> {
    if there {
        Ok(())
    } else {
        Err(Refusal::new(ErrorCode::CallerUnknown).into())
    }
}

async fn put_key(tx: &Tx<'_>, key: &KeyRow) -> Result<(), TxError> {
    callers::put_key(tx, key)
        .await
        .map_err(|error| error.when_not_unique(ErrorCode::KeyTaken))
}

/// Runs a change in one transaction with its audit record.
async fn audited(
    store: &Store,
    operation: &'static str,
    app_id: &str,
    now: DateTime<Utc>,
    work: impl AsyncFn(&Tx<'_>) -> Result<(), TxError>,
) -> Result<(), Refusal> {
    let request_id = uuid::Uuid::now_v7().simple().to_string();
    store
        .run_tx(operation, async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, &request_id).await?;
            work(tx).await?;
            let entry = Entry {
                app_id: OPERATOR,
                role: OPERATOR,
                operation,
                request_id: &request_id,
                subject: app_id,
                outcome: "done",
            };
            audit::append(tx, lane, entry, now);
            Ok(())
        })
        .await
}
