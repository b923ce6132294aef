//! Files of transactions 9101 and 9102.

use chrono::{DateTime, Utc};

use super::{Tx, TxError};

/// A file as it travels.
#[derive(Debug)]
pub struct File<'a> {
    /// Institution that sent it or that it was made for.
    pub fixmedins_code: &'a str,
    /// Its number.
    pub file_qury_no: &'a str,
    /// HOSPITAL or GATEWAY.
    pub origin: &'a str,
    /// Its name.
    pub filename: &'a str,
    /// Bytes before it was sealed.
    pub byte_count: i64,
    /// SM3 of these bytes, hex.
    pub sm3: &'a str,
    /// The file, sealed.
    pub body: &'a [u8],
    /// When it came or was made.
    pub received_at: DateTime<Utc>,
    /// When it may be deleted.
    pub expires_at: DateTime<Utc>,
}

/// What is known of a file without opening it.
#[derive(Debug, Clone)]
pub struct FileHead {
    /// Its name.
    pub filename: String,
    /// Its bytes.
    pub byte_count: i64,
    /// SM3 of its bytes, hex.
    pub sm3: String,
    /// When it may be deleted.
    pub expires_at: DateTime<Utc>,
}

/// Bytes of files kept for an institution. Until the transaction ends no other one of the
/// institution gets its answer, so two uploads cannot pass one bound side by side.
///
/// # Errors
/// [`TxError::Database`].
pub async fn held_bytes(tx: &Tx<'_>, fixmedins_code: &str) -> Result<i64, TxError> {
    // 'fil' keeps the key apart from other advisory locks.
    tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('fil|' || $1, 0))",
        &[&fixmedins_code],
    )
    .await?;
    let row = tx
        .query_one(
            "SELECT COALESCE(SUM(byte_count), 0)::bigint FROM exchange_files
             WHERE fixmedins_code = $1",
            &[&fixmedins_code],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// Stores a file.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, file: &File<'_>) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO exchange_files (fixmedins_code, file_qury_no, origin, filename, byte_count,
                                     sm3, body, received_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            &file.fixmedins_code,
            &file.file_qury_no,
            &file.origin,
            &file.filename,
            &file.byte_count,
            &file.sm3,
            &file.body,
            &file.received_at,
            &file.expires_at,
        ],
    )
    .await
}

/// Head of an institution's file, unless it has expired.
///
/// # Errors
/// [`TxError::Database`].
pub async fn head(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    file_qury_no: &str,
    now: DateTime<Utc>,
) -> Result<Option<FileHead>, TxError> {
    let row = tx
        .query_opt(
            "SELECT filename, byte_count, sm3, expires_at FROM exchange_files
             WHERE fixmedins_code = $1 AND file_qury_no = $2 AND expires_at > $3",
            &[&fixmedins_code, &file_qury_no, &now],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(FileHead {
        filename: row.try_get(0)?,
        byte_count: row.try_get(1)?,
        sm3: row.try_get(2)?,
        expires_at: row.try_get(3)?,
    }))
}

/// An institution's file, sealed, unless it has expired.
///
/// # Errors
/// [`TxError::Database`].
pub async fn body(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    file_qury_no: &str,
    now: DateTime<Utc>,
) -> Result<Option<Vec<u8>>, TxError> {
    let row = tx
        .query_opt(
            "SELECT body FROM exchange_files
             WHERE fixmedins_code = $1 AND file_qury_no = $2 AND expires_at > $3",
            &[&fixmedins_code, &file_qury_no, &now],
        )
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
