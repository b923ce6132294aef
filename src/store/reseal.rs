//! Every sealed column of the schema, read and written in pages, so that values can be
//! sealed anew under another master key.

use super::{Tx, TxError};
use crate::keys::SealedAs;

/// A sealed column.
#[derive(Debug)]
pub struct Column {
    /// Table and column, for people.
    pub name: &'static str,
    /// What its values were sealed for, out of the two keys of a row.
    pub place: for<'a> fn(&'a str, &'a str) -> SealedAs<'a>,
    read: &'static str,
    write: &'static str,
}

macro_rules! column {
    ($table:literal, $first:literal, $second:literal, $column:literal, $place:expr) => {
        Column {
            name: concat!($table, ".", $column),
            place: $place,
            read: concat!(
                "SELECT ",
                $first,
                ", ",
                $second,
                ", ",
                $column,
                " FROM ",
                $table,
                " WHERE ",
                $column,
                " IS NOT NULL",
                " AND substring(",
                $column,
                " FROM 1 FOR 5) <> $1",
                " AND (",
                $first,
                ", ",
                $second,
                ") > ($2, $3) ORDER BY 1, 2 LIMIT 200"
            ),
            write: concat!(
                "UPDATE ",
                $table,
                " SET ",
                $column,
                " = $4 WHERE ",
                $first,
                " = $1 AND ",
                $second,
                " = $2 AND ",
                $column,
                " = $3"
            ),
        }
    };
}

/// All of them.
#[rustfmt::skip]
pub const COLUMNS: &[Column] = &[
    column!("caller_keys", "app_id", "key_id", "app_secret", |app_id, _| SealedAs::AppSecret(app_id)),
    column!("caller_keys", "app_id", "key_id", "gcm_key", |app_id, _| SealedAs::GcmKey(app_id)),
    column!("caller_keys", "app_id", "key_id", "gateway_secret", |app_id, _| SealedAs::GatewaySecret(app_id)),
    column!("caller_keys", "app_id", "key_id", "input_key", |app_id, _| SealedAs::InputKey(app_id)),
    // In the order of the primary key, as every page is: else each would sort the whole table.
    column!("settlement_lists", "setl_id", "fixmedins_code", "body", |id, code| SealedAs::List(code, id)),
    column!("settlement_lists", "setl_id", "fixmedins_code", "person", |id, code| SealedAs::Person(code, id)),
    column!("settlement_records", "fixmedins_code", "(setl_id || '|' || source)", "body",
        |code, key| SealedAs::SettlementRecord(code, key.split_once('|').map_or(key, |(id, _)| id))),
    column!("front_pages", "fixmedins_code", "mdtrt_sn", "body", |code, sn| SealedAs::FrontPage(code, sn)),
    column!("exchange_files", "fixmedins_code", "file_qury_no", "body", |code, number| SealedAs::File(code, number)),
    column!("idempotency", "app_id", "request_id", "sealed_answer", |app_id, id| SealedAs::Answer(app_id, id)),
    column!("outbox", "message_id", "''::text", "payload", |id, _| SealedAs::Outgoing(id)),
    column!("outbox", "message_id", "''::text", "answer", |id, _| SealedAs::UpperAnswer(id)),
];

/// A sealed value and the keys of its row.
#[derive(Debug)]
pub struct Value {
    /// First key.
    pub first: String,
    /// Second key.
    pub second: String,
    /// The value.
    pub sealed: Vec<u8>,
}

/// The next values of a column, behind these keys, that do not begin with `prefix`.
///
/// # Errors
/// [`TxError::Database`].
pub async fn page(
    tx: &Tx<'_>,
    column: &Column,
    prefix: &[u8],
    (first, second): (&str, &str),
) -> Result<Vec<Value>, TxError> {
    let rows = tx.query(column.read, &[&prefix, &first, &second]).await?;
    let value = |row: &tokio_postgres::Row| {
        Ok(Value {
            first: row.try_get(0)?,
            second: row.try_get(1)?,
            sealed: row.try_get(2)?,
        })
    };
    Ok(rows
        .iter()
        .map(value)
        .collect::<Result<_, tokio_postgres::Error>>()?)
}

/// Puts another sealing in the place of a value, unless the value was changed meanwhile.
///
/// # Errors
/// [`TxError::Database`].
pub async fn replace(
    tx: &Tx<'_>,
    column: &Column,
    old: &Value,
    sealed: &[u8],
) -> Result<(), TxError> {
    tx.execute(
        column.write,
        &[&old.first, &old.second, &old.sealed, &sealed],
    )
    .await
}
