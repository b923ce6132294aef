//! Transactions: named, measured, retried when PostgreSQL asks for it.

use std::{
    cell::{Cell, RefCell},
    task::Poll,
    time::Instant,
};

use deadpool_postgres::{Client, PoolError};
use futures_util::TryStreamExt;
use tokio_postgres::{Row, error::SqlState, types::ToSql};

use super::Store;
use crate::{
    error::{ErrorCode, Refusal},
    keys::MasterKey,
};

/// How often a transaction is tried when it loses against another one.
const ATTEMPTS: u32 = 4;

/// An open transaction; store functions take it.
///
/// Round trips are what a transaction costs, so `BEGIN` travels with the first statement,
/// and statements whose outcome nobody waits for ([`Tx::with_commit`]) with the `COMMIT`.
pub struct Tx<'a> {
    client: &'a Client,
    audit_key: Option<&'a MasterKey>,
    begun: Cell<bool>,
    last: RefCell<Vec<LastStatement>>,
}

/// A statement that travels with the commit.
struct LastStatement {
    sql: &'static str,
    parameters: Vec<Box<dyn ToSql + Sync>>,
}

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

    /// Names the cause of a lock timeout where it is known.
    pub fn when_lock_times_out(self, code: ErrorCode) -> TxError {
        match &self {
            TxError::Database(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                let refusal = Refusal::new(code);
                TxError::Refused(Refusal {
                    retry_after: Some(1),
                    ..refusal
                })
            }
            _ => self,
        }
    }

    /// Names the cause of a violated unique index where it is known.
    pub fn when_not_unique(self, code: ErrorCode) -> TxError {
        match &self {
            TxError::Database(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
                Refusal::new(code).into()
            }
            _ => self,
        }
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
        Some(&SqlState::LOCK_NOT_AVAILABLE) | Some(&SqlState::QUERY_CANCELED) => {
            (ErrorCode::Overloaded, Some(1))
        }
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

impl<'a> Tx<'a> {
    fn new(client: &'a Client, audit_key: Option<&'a MasterKey>) -> Tx<'a> {
        Tx {
            client,
            audit_key,
            begun: Cell::new(false),
            last: RefCell::default(),
        }
    }

    /// Key of the audit chain.
    pub(crate) fn audit_key(&self) -> Option<&MasterKey> {
        self.audit_key
    }

    /// Prepares statements on this connection, if they are not yet: what is sent together
    /// afterwards is sent in the order in which it is asked for.
    ///
    /// # Errors
    /// [`TxError::Database`].
    pub async fn prepare(&self, statements: &[&'static str]) -> Result<(), TxError> {
        for sql in statements {
            self.client.prepare_cached(sql).await?;
        }
        Ok(())
    }

    /// Runs a statement (prepared once per connection) and gives its rows.
    ///
    /// # Errors
    /// [`TxError::Database`].
    pub async fn query(
        &self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, TxError> {
        let statement = self.client.prepare_cached(sql).await?;
        let rows = self.client.query(&statement, parameters);
        if self.begun.replace(true) {
            return Ok(rows.await?);
        }
        // Polled in this order, they are sent in this order.
        let (begun, rows) = tokio::join!(biased; self.client.batch_execute("BEGIN"), rows);
        begun?;
        Ok(rows?)
    }

    /// As [`Tx::query`], one row at a time: memory holds a row, whatever their number.
    ///
    /// # Errors
    /// [`TxError::Database`], and what `each` answers with.
    pub async fn query_each(
        &self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
        mut each: impl AsyncFnMut(Row) -> Result<(), TxError>,
    ) -> Result<(), TxError> {
        if !self.begun.replace(true) {
            self.client.batch_execute("BEGIN").await?;
        }
        let statement = self.client.prepare_cached(sql).await?;
        let rows = self
            .client
            .query_raw(&statement, parameters.iter().copied());
        let mut rows = std::pin::pin!(rows.await?);
        while let Some(row) = rows.try_next().await? {
            each(row).await?;
        }
        Ok(())
    }

    /// As [`Tx::query`], for at most one row.
    ///
    /// # Errors
    /// [`TxError::Database`].
    pub async fn query_opt(
        &self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, TxError> {
        Ok(self.query(sql, parameters).await?.into_iter().next())
    }

    /// As [`Tx::query`], for a statement that always gives a row.
    ///
    /// # Errors
    /// [`TxError::Database`]; a fault of ours when there is none.
    pub async fn query_one(
        &self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Row, TxError> {
        self.query_opt(sql, parameters)
            .await?
            .ok_or_else(|| Refusal::internal("a statement gave no row").into())
    }

    /// Runs a statement for its effect.
    ///
    /// # Errors
    /// [`TxError::Database`].
    pub async fn execute(
        &self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<(), TxError> {
        self.query(sql, parameters).await.map(drop)
    }

    /// Leaves a statement to be run last, in one flight with the commit. If it fails the
    /// transaction does.
    pub fn with_commit(&self, sql: &'static str, parameters: Vec<Box<dyn ToSql + Sync>>) {
        self.last
            .borrow_mut()
            .push(LastStatement { sql, parameters });
    }

    /// Sends what was left for the end and the commit in one flight.
    async fn commit(self) -> Result<(), TxError> {
        let mut prepared = Vec::new();
        for last in self.last.take() {
            let statement = self.client.prepare_cached(last.sql).await?;
            prepared.push((statement, last.parameters));
        }
        let references: Vec<Vec<&(dyn ToSql + Sync)>> = prepared
            .iter()
            .map(|(_, parameters)| {
                parameters
                    .iter()
                    .map(|one| -> &(dyn ToSql + Sync) { &**one })
                    .collect()
            })
            .collect();
        let statements = prepared
            .iter()
            .zip(&references)
            .map(|((statement, _), parameters)| self.client.execute(statement, parameters));
        let mut statements = futures_util::future::try_join_all(statements);
        // The first poll sends them, or finds that one cannot be sent; then there must be no
        // COMMIT. One that fails in the database turns the COMMIT behind it into a rollback.
        let sent = futures_util::poll!(&mut statements);
        if let Poll::Ready(Err(error)) = sent {
            return Err(error.into());
        }
        let committed = self.client.batch_execute("COMMIT");
        if sent.is_ready() {
            return Ok(committed.await?);
        }
        let (statements, committed) = tokio::join!(biased; statements, committed);
        statements?;
        Ok(committed?)
    }
}

/// A connection in the middle of a transaction. Dropped there (the caller hung up), it is
/// closed instead of going back to the pool with a transaction open.
struct Connection(Option<Client>);

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(Client::take(client));
        }
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
            let client = self
                .pool()
                .get()
                .await
                .map_err(|error| pool_refusal(&error))?;
            metrics::histogram!("chs_tx_pool_wait_seconds").record(started.elapsed().as_secs_f64());
            let result = attempt_once(client, self.audit_key(), &work).await;
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
    client: Client,
    audit_key: Option<&MasterKey>,
    work: &impl AsyncFn(&Tx<'_>) -> Result<T, TxError>,
) -> Result<T, TxError> {
    let mut connection = Connection(Some(client));
    let Some(client) = connection.0.as_ref() else {
        return Err(Refusal::internal("no connection").into());
    };
    let tx = Tx::new(client, audit_key);
    let result = match work(&tx).await {
        Ok(value) => tx.commit().await.map(|()| value),
        Err(error) => Err(error),
    };
    if result.is_err() && client.batch_execute("ROLLBACK").await.is_err() {
        return result;
    }
    // Committed or rolled back: the connection may go back to the pool.
    drop(connection.0.take());
    result
}
