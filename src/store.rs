//! The only place with SQL: one file per aggregate, transactions in [`tx`].

pub mod audit;
pub mod bill_pages;
pub mod callers;
pub mod claims;
pub mod clearing_books;
pub mod clearing_events;
pub mod clearings;
pub mod cross_region;
pub mod day_reconciliations;
pub mod dip_groupings;
pub mod events;
pub mod exchange_files;
pub mod front_pages;
pub mod frozen_cases;
pub mod group_months;
pub mod groupings;
pub mod histories;
pub mod lists;
pub(crate) mod load_inserts;
pub mod month_applications;
pub mod monthly_batches;
pub mod monthly_bills;
pub mod negotiations;
pub mod outbox;
pub mod publications;
pub mod qc_pages;
pub mod qc_results;
pub mod reported_groupings;
pub mod reseal;
pub mod retention;
pub mod settled_amounts;
pub mod settlement_months;
pub mod settlement_records;
pub mod sign_ins;
pub mod special_cases;
pub mod tx;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use std::{path::Path, time::Duration};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::keys::MasterKey;

pub use tx::{Tx, TxError};

use crate::tls::{self, TlsError};

mod migrations {
    refinery::embed_migrations!("src/store/migrations");
}

/// Key of the advisory lock around migrations: refinery itself takes none, and two
/// gateways that start together would both apply the same step.
const MIGRATION_LOCK: i64 = 0x6368_735f_6777;

/// Connections that each worker opens at its start.
const WARM: usize = 4;

/// The database of a gateway.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    database: tokio_postgres::Config,
    tls: MakeRustlsConnect,
    wait: Duration,
    audit_key: Option<MasterKey>,
}

/// The database cannot be opened or brought to this release's schema.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The pool could not be built.
    #[error("连接池无法建立 / the connection pool cannot be built: {0}")]
    Pool(#[from] deadpool_postgres::BuildError),
    /// TLS to the database cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// No connection.
    #[error("数据库无法连接 / the database cannot be reached: {0}")]
    Connect(#[from] deadpool_postgres::PoolError),
    /// A statement failed.
    #[error("数据库操作失败 / a database statement failed: {0}")]
    Statement(#[from] tokio_postgres::Error),
    /// A migration failed.
    #[error("数据库迁移失败 / a migration failed: {0}")]
    Migrate(#[from] Box<refinery::Error>),
}

impl Store {
    /// Opens a pool over `database`; connects on first use.
    ///
    /// `ca`: the file of CAs that vouch for a database reached by TLS. `wait` bounds how long a statement waits for another transaction (a repeated
    /// requestId waits for its first send that way).
    ///
    /// # Errors
    /// [`StoreError::Pool`] when the pool cannot be built.
    pub fn open(
        mut database: tokio_postgres::Config,
        ca: Option<&Path>,
        pool_size: usize,
        wait: Duration,
    ) -> Result<Store, StoreError> {
        database.options(format!(
            "-c lock_timeout={}ms -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s",
            wait.as_millis()
        ));
        database.application_name("chs-gateway");
        let tls = tls::database(ca)?;
        Ok(Store {
            pool: pool(&database, &tls, pool_size, wait)?,
            database,
            tls,
            wait,
            audit_key: None,
        })
    }

    /// The same database, with the key of its audit chain: what is appended carries it, and
    /// the chain can be verified.
    #[must_use]
    pub fn with_audit_key(self, key: MasterKey) -> Store {
        Store {
            audit_key: Some(key),
            ..self
        }
    }

    /// Key of the audit chain.
    pub(crate) fn audit_key(&self) -> Option<&MasterKey> {
        self.audit_key.as_ref()
    }

    /// The same database for each of `workers` threads, over connections of its own: the
    /// task behind a connection then runs on the thread that uses it, and no query wakes
    /// another thread. `pool_size` is shared out, two connections each at least.
    ///
    /// # Errors
    /// [`StoreError::Pool`] when a pool cannot be built.
    pub fn per_worker(&self, workers: usize, pool_size: usize) -> Result<Vec<Store>, StoreError> {
        let size = (pool_size / workers.max(1)).max(2);
        (0..workers)
            .map(|_| {
                Ok(Store {
                    pool: pool(&self.database, &self.tls, size, self.wait)?,
                    ..self.clone()
                })
            })
            .collect()
    }

    /// Opens a few connections and prepares the statements of every call on them, so that
    /// the first callers do not wait for it. What fails here fails again, and is told,
    /// when it is needed.
    pub async fn warm_up(&self) {
        let mut open = Vec::new();
        for _ in 0..self.pool.status().max_size.min(WARM) {
            let Ok(client) = self.pool.get().await else {
                return;
            };
            for sql in [
                claims::CLAIM,
                claims::FINISH,
                audit::LOCK_HEAD,
                audit::APPEND,
            ] {
                if client.prepare_cached(sql).await.is_err() {
                    return;
                }
            }
            // Held until the end: a connection given back would be the next one got.
            open.push(client);
        }
    }

    /// Brings the schema to this release, under an advisory lock.
    ///
    /// # Errors
    /// [`StoreError`] when the database is out of reach or a step fails.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        let mut client = self.pool.get().await?;
        client
            .execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK])
            .await?;
        let report = migrations::migrations::runner()
            .run_async(&mut **client.as_mut())
            .await;
        client
            .execute("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK])
            .await?;
        Ok(report.map_err(Box::new)?.applied_migrations().len())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let client = self.pool.get().await?;
        client.simple_query("SELECT 1").await?;
        Ok(())
    }

    /// Deletes what has expired (nonces, answers kept for repeats); gives the counts.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn purge_expired(
        &self,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(u64, u64), StoreError> {
        let client = self.pool.get().await?;
        let nonces = client
            .execute("DELETE FROM nonces WHERE expires_at < $1", &[&now])
            .await?;
        let answers = client
            .execute("DELETE FROM idempotency WHERE expires_at < $1", &[&now])
            .await?;
        Ok((nonces, answers))
    }

    /// The pool, for [`tx`].
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }
}

fn pool(
    database: &tokio_postgres::Config,
    tls: &MakeRustlsConnect,
    size: usize,
    wait: Duration,
) -> Result<Pool, StoreError> {
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_config(database.clone(), tls.clone(), recycling);
    Ok(Pool::builder(manager)
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(wait + Duration::from_secs(2)))
        .create_timeout(Some(Duration::from_secs(5)))
        .build()?)
}
