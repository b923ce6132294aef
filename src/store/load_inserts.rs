//! The table of `load --inserts`: plain rows to hold the rate of uploads against.

use deadpool_postgres::Client;
use tokio_postgres::Error;

/// Makes the table, empty.
///
/// # Errors
/// The database.
pub(crate) async fn create(client: &Client) -> Result<(), Error> {
    let table = "DROP TABLE IF EXISTS load_inserts;
        CREATE TABLE load_inserts (setl_id text PRIMARY KEY, body bytea NOT NULL)";
    client.batch_execute(table).await
}

/// Commits one row.
///
/// # Errors
/// The database.
pub(crate) async fn insert(client: &Client, setl_id: &str, body: &[u8]) -> Result<u64, Error> {
    let insert = "INSERT INTO load_inserts (setl_id, body) VALUES ($1, $2)";
    let statement = client.prepare_cached(insert).await?;
    client.execute(&statement, &[&setl_id, &body]).await
}

/// Takes the table away.
///
/// # Errors
/// The database.
pub(crate) async fn remove(client: &Client) -> Result<(), Error> {
    client.batch_execute("DROP TABLE load_inserts").await
}
