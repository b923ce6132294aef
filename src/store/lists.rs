//! Uploaded settlement lists. The list itself is sealed; only its keys, month, state and
//! digest stand in the open.

use chrono::{DateTime, Utc};

use super::{Tx, TxError};

/// State and keys of a stored list.
#[derive(Debug, Clone)]
pub struct ListHead {
    /// Serial number given at the first upload (setl_list_id).
    pub setl_list_id: String,
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// 0 not submitted, 1 submitted, 2 passed, 3 failed.
    pub stas_type: i16,
    /// How often the list was uploaded.
    pub revision: i32,
}

/// An upload.
#[derive(Debug)]
pub struct ListUpload<'a> {
    /// Institution.
    pub fixmedins_code: &'a str,
    /// Settlement id.
    pub setl_id: &'a str,
    /// Serial number to use if the list is new.
    pub setl_list_id: &'a str,
    /// Settlement month, yyyyMM.
    pub setl_ym: &'a str,
    /// SM3 of the canonical list, lower-case hex.
    pub digest: &'a str,
    /// The list, sealed.
    pub body: &'a [u8],
    /// When.
    pub uploaded_at: DateTime<Utc>,
}

/// Stores an upload as the first or the next revision, in state 0, and locks it; gives the
/// head as stored, or nothing when a stored list is in a state that takes no upload (1, 2).
///
/// Two first uploads of one list at the same time meet in the primary key: the second
/// waits for the first and then sees the state the first one left.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, upload: &ListUpload<'_>) -> Result<Option<ListHead>, TxError> {
    let row = tx
        .query_opt(
            "INSERT INTO settlement_lists AS l (fixmedins_code, setl_id, setl_list_id, setl_ym,
                 stas_type, revision, digest, body, uploaded_at)
             VALUES ($1, $2, $3, $4, 0, 1, $5, $6, $7)
             ON CONFLICT (fixmedins_code, setl_id) DO UPDATE SET
                 setl_ym = $4, stas_type = 0, revision = l.revision + 1, digest = $5, body = $6,
                 uploaded_at = $7
             WHERE l.stas_type IN (0, 3)
             RETURNING setl_list_id, setl_ym, stas_type, revision",
            &[
                &upload.fixmedins_code,
                &upload.setl_id,
                &upload.setl_list_id,
                &upload.setl_ym,
                &upload.digest,
                &upload.body,
                &upload.uploaded_at,
            ],
        )
        .await?;
    Ok(row.as_ref().map(head).transpose()?)
}

fn head(row: &tokio_postgres::Row) -> Result<ListHead, tokio_postgres::Error> {
    Ok(ListHead {
        setl_list_id: row.try_get(0)?,
        setl_ym: row.try_get(1)?,
        stas_type: row.try_get(2)?,
        revision: row.try_get(3)?,
    })
}

/// Moves a list to another state.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_state(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_id: &str,
    stas_type: i16,
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE settlement_lists SET stas_type = $3 WHERE fixmedins_code = $1 AND setl_id = $2",
        &[&fixmedins_code, &setl_id, &stas_type],
    )
    .await?;
    Ok(())
}
