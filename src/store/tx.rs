//! Transactions: named, measured, retried when PostgreSQL asks for it.

use std::time::Instant;

use deadpool_postgres::PoolError;
use tokio_postgres::{Row, error::SqlState, types::ToSql};

use super::Store;
use crate::error::{ErrorCode, Refusal};

/// How often a transaction is tried when it loses against another one.
const ATTEMPTS: u32 = 4;

/// An open transaction; store functions take it.
pub struct Tx<'a>(deadpool_postgres::Transaction<'a>);

/// Why a transaction ended without a commit.
#[derive(Debug)]
pub enum TxError {
    /// The work itself refused; everything it did is rolled back.
    Refused(Refusal),
    /// The database failed.
    Database(tokio_postgres::Error),
}

impl From<Refusal> for TxError {
    fn from(refusal: Refusal) -> TxError {
        TxError::Refused(refusal)
    }
}

impl From<tokio_postgres::Error> for TxError {
    fn from(error: tokio_postgres::Error) -> TxError {
        TxError::Database(error)
    }
}

impl TxError {
    fn is_retryable(&self) -> bool {
        matches!(self, TxError::Database(error) if matches!(
            error.code(),
            Some(&SqlState::T_R_SERIALIZATION_FAILURE) | Some(&SqlState::T_R_DEADLOCK_DETECTED)
        ))
    }

    fn into_refusal(self) -> Refusal {
        match self {
            TxError::Refused(refusal) => refusal,
            TxError::Database(error) => database_refusal(&error),
        }
    }
}

/// The refusal that a database error means to the caller. Only the SQLSTATE reaches the
/// log: PostgreSQL's detail text may quote a row.
fn database_refusal(error: &tokio_postgres::Error) -> Refusal {
    let state = error.code().map_or("-", |code| code.code());
    let (code, retry_after) = match error.code() {
        Some(&SqlState::LOCK_NOT_AVAILABLE) => (ErrorCode::StillRunning, Some(1)),
        Some(code) if code.code().starts_with("57P") || code.code().starts_with("08") => {
            (ErrorCode::DatabaseUnavailable, Some(2))
        }
        Some(&SqlState::TOO_MANY_CONNECTIONS) => (ErrorCode::Overloaded, Some(1)),
        None if error.is_closed() || error.as_db_error().is_none() => {
            (ErrorCode::DatabaseUnavailable, Some(2))
        }
        _ => (ErrorCode::Internal, None),
    };
    Refusal {
        retry_after,
        cause: Some(format!("database, SQLSTATE {state}")),
        ..Refusal::new(code)
    }
}

fn pool_refusal(error: &PoolError) -> Refusal {
    let code = match error {
        PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => ErrorCode::Overloaded,
        _ => ErrorCode::DatabaseUnavailable,
    };
    Refusal {
        retry_after: Some(2),
        cause: Some(format!("pool: {error}")),
        ..Refusal::new(code)
    }
}

impl Tx<'_> {
    /// Runs a statement (prepared once per connection) and gives its rows.
    ///
    /// # Errors
    /// [`TxError::Database`].
    pub async fn query(
        &self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, TxError> {
        let statement = self.0.prepare_cached(sql).await?;
        Ok(self.0.query(&statement, parameters).await?)
    }

    /// As [`Tx::query`], for at most one row.
    ///
    /// # Errors
    /// [`TxError::Database`], also for a second row.
    pub async fn query_opt(
        &self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, TxError> {
        let statement = self.0.prepare_cached(sql).await?;
        Ok(self.0.query_opt(&statement, parameters).await?)
    }

    /// As [`Tx::query`], for exactly one row.
    ///
    /// # Errors
    /// [`TxError::Database`], also for no row or a second one.
    pub async fn query_one(
        &self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Row, TxError> {
        let statement = self.0.prepare_cached(sql).await?;
        Ok(self.0.query_one(&statement, parameters).await?)
    }

    /// Runs a statement and gives the number of rows it touched.
    ///
    /// # Errors
    /// [`TxError::Database`].
    pub async fn execute(
        &self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, TxError> {
        let statement = self.0.prepare_cached(sql).await?;
        Ok(self.0.execute(&statement, parameters).await?)
    }
}

impl Store {
    /// Runs `work` in one transaction and commits when it succeeds. A serialization
    /// failure or deadlock rolls back and runs `work` again, so it must have no effect
    /// outside the transaction.
    ///
    /// # Errors
    /// The refusal of `work`, or the one that the database's failure stands for.
    pub async fn run_tx<T>(
        &self,
        name: &'static str,
        work: impl AsyncFn(&Tx<'_>) -> Result<T, TxError>,
    ) -> Result<T, Refusal> {
        let mut attempt = 1;
        loop {
            let started = Instant::now();
            let mut client = self
                .pool()
                .get()
                .await
                .map_err(|error| pool_refusal(&error))?;
            metrics::histogram!("chs_tx_pool_wait_seconds").record(started.elapsed().as_secs_f64());
            let result = attempt_once(&mut client, &work).await;
            let outcome = match &result {
                Ok(_) => "commit",
                Err(error) if error.is_retryable() && attempt < ATTEMPTS => "retry",
                Err(TxError::Refused(_)) => "refused",
                Err(TxError::Database(_)) => "database_error",
            };
            metrics::counter!("chs_tx_total", "name" => name, "outcome" => outcome).increment(1);
            metrics::histogram!("chs_tx_seconds", "name" => name)
                .record(started.elapsed().as_secs_f64());
            match result {
                Ok(value) => return Ok(value),
                Err(_) if outcome == "retry" => attempt += 1,
                Err(error) => return Err(error.into_refusal()),
            }
        }
    }
}

async fn attempt_once<T>(
    client: &mut deadpool_postgres::Client,
    work: &impl AsyncFn(&Tx<'_>) -> Result<T, TxError>,
) -> Result<T, TxError> {
    let tx = Tx(client.transaction().await?);
    match work(&tx).await {
        Ok(value) => {
            tx.0.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // An explicit rollback returns a clean connection to the pool at once; if
            // the connection is gone the server rolls back by itself.
            let _ = tx.0.rollback().await;
            Err(error)
        }
    }
}
