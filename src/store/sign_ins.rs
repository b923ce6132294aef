//! Sign-ins of operators (9001, 9002): one a day for an operator of a caller.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Store, StoreError, Tx, TxError};

/// A sign-in as it is asked for.
#[derive(Debug)]
pub struct SignIn<'a> {
    /// The caller.
    pub app_id: &'a str,
    /// Operator.
    pub opter_no: &'a str,
    /// Day, China time.
    pub day: NaiveDate,
    /// Number to use if the operator is not signed in that day.
    pub sign_no: &'a str,
    /// Terminal.
    pub mac: &'a str,
    /// Its address, as the operator's system tells it.
    pub ip: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

/// Signs an operator in; gives the number in force. An operator who is signed in already
/// keeps number and time, whatever terminal asks (XJ-K01-2021 V8.1); one who signed out
/// gets the new number.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, it: &SignIn<'_>) -> Result<(String, DateTime<Utc>), TxError> {
    let row = tx
        .query_one(
            "INSERT INTO sign_ins AS s (app_id, opter_no, day, sign_no, mac, ip, signed_in_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (app_id, opter_no, day) DO UPDATE SET
                 sign_no = CASE WHEN s.signed_out_at IS NULL THEN s.sign_no ELSE $4 END,
                 signed_in_at = CASE WHEN s.signed_out_at IS NULL THEN s.signed_in_at ELSE $7 END,
                 signed_out_at = NULL, mac = $5, ip = $6
             RETURNING sign_no, signed_in_at",
            &[
                &it.app_id,
                &it.opter_no,
                &it.day,
                &it.sign_no,
                &it.mac,
                &it.ip,
                &it.at,
            ],
        )
        .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Signs an operator out of all terminals; whether that sign-in is of this day and was in
/// force.
///
/// # Errors
/// [`TxError::Database`].
pub async fn end(
    tx: &Tx<'_>,
    (app_id, opter_no, sign_no): (&str, &str, &str),
    day: NaiveDate,
    at: DateTime<Utc>,
) -> Result<bool, TxError> {
    let row = tx
        .query_opt(
            "UPDATE sign_ins SET signed_out_at = $5
             WHERE app_id = $1 AND opter_no = $2 AND sign_no = $3 AND day = $4
               AND signed_out_at IS NULL
             RETURNING 1",
            &[&app_id, &opter_no, &sign_no, &day, &at],
        )
        .await?;
    Ok(row.is_some())
}

impl Store {
    /// Whether a number stands for an operator of the caller who is signed in that day.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn is_signed_in(
        &self,
        app_id: &str,
        sign_no: &str,
        day: NaiveDate,
    ) -> Result<bool, StoreError> {
        let client = self.pool().get().await?;
        let sql = "SELECT 1 FROM sign_ins
             WHERE app_id = $1 AND sign_no = $2 AND day = $3 AND signed_out_at IS NULL";
        let statement = client.prepare_cached(sql).await?;
        let row = client
            .query_opt(&statement, &[&app_id, &sign_no, &day])
            .await?;
        Ok(row.is_some())
    }
}
