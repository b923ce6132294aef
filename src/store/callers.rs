//! Registered callers. Secrets arrive and leave sealed; this file never sees them open.

use chrono::{DateTime, Utc};

use super::{Store, StoreError};

/// A row of the register.
#[derive(Debug, Clone)]
pub struct CallerRow {
    /// Application id.
    pub app_id: String,
    /// Human-readable key id; begins with `TEST-` in development.
    pub key_id: String,
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
    /// SM2 public key, 65 bytes, uncompressed.
    pub public_key: Vec<u8>,
    /// SM3 of the public key, lower-case hex; unique.
    pub fingerprint: String,
    /// appSecret, sealed.
    pub app_secret: Vec<u8>,
    /// SM4-GCM key, sealed.
    pub gcm_key: Option<Vec<u8>>,
    /// Whether canonical data quotes every scalar.
    pub scalars_as_text: bool,
    /// Whether the caller is refused.
    pub suspended: bool,
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
                "SELECT app_id, key_id, role, fixmedins_code, fixmedins_name, admdvs, hosp_lv,
                        public_key, fingerprint, app_secret, gcm_key, scalars_as_text, suspended
                 FROM callers ORDER BY app_id",
                &[],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(CallerRow {
                    app_id: row.try_get(0)?,
                    key_id: row.try_get(1)?,
                    role: row.try_get(2)?,
                    fixmedins_code: row.try_get(3)?,
                    fixmedins_name: row.try_get(4)?,
                    admdvs: row.try_get(5)?,
                    hosp_lv: row.try_get(6)?,
                    public_key: row.try_get(7)?,
                    fingerprint: row.try_get(8)?,
                    app_secret: row.try_get(9)?,
                    gcm_key: row.try_get(10)?,
                    scalars_as_text: row.try_get(11)?,
                    suspended: row.try_get(12)?,
                })
            })
            .collect()
    }

    /// Registers a caller, or replaces the one with the same application id.
    ///
    /// # Errors
    /// [`StoreError`], also when the public key belongs to another caller.
    pub async fn put_caller(
        &self,
        caller: &CallerRow,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let client = self.pool().get().await?;
        client
            .execute(
                "INSERT INTO callers (app_id, key_id, role, fixmedins_code, fixmedins_name, admdvs,
                                      hosp_lv, public_key, fingerprint, app_secret, gcm_key,
                                      scalars_as_text, suspended, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                 ON CONFLICT (app_id) DO UPDATE SET
                     key_id = $2, role = $3, fixmedins_code = $4, fixmedins_name = $5,
                     admdvs = $6, hosp_lv = $7, public_key = $8, fingerprint = $9,
                     app_secret = $10, gcm_key = $11, scalars_as_text = $12, suspended = $13",
                &[
                    &caller.app_id,
                    &caller.key_id,
                    &caller.role,
                    &caller.fixmedins_code,
                    &caller.fixmedins_name,
                    &caller.admdvs,
                    &caller.hosp_lv,
                    &caller.public_key,
                    &caller.fingerprint,
                    &caller.app_secret,
                    &caller.gcm_key,
                    &caller.scalars_as_text,
                    &caller.suspended,
                    &now,
                ],
            )
            .await?;
        Ok(())
    }
}
