//! The database of commands that work beside a gateway: the configured one, or the private
//! one of a data folder, whether a gateway runs on it or not.

use std::{path::PathBuf, time::Duration};

use crate::{
    config::Config,
    embedded_db::{self, EmbeddedDb, EmbeddedDbError, EmbeddedDbOptions},
    keys::PlatformKeys,
    store::Store,
};

/// Which database, as arguments.
#[derive(Debug, Clone, clap::Args)]
pub struct DatabaseArgs {
    /// 配置文件 / configuration file
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// 自带数据库的数据目录，网关可在运行 / data folder of a private database; its gateway may run
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

impl DatabaseArgs {
    /// The configuration they name.
    ///
    /// # Errors
    /// That of [`Config::load`].
    pub fn config(&self) -> Result<Config, crate::config::ConfigError> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config.data_dir.clone_from(data);
        }
        Ok(config)
    }
}

/// A clearing reads over one and writes over the other.
const CONNECTIONS: usize = 2;

/// A database opened for one command.
pub struct Database {
    /// Its store.
    pub store: Store,
    /// The private server, where this command started it.
    started: Option<EmbeddedDb>,
}

impl Database {
    /// Opens the database of `config` as it is, without migrating it.
    ///
    /// # Errors
    /// A data folder without a database, or one that cannot be opened.
    pub async fn open(
        config: &Config,
    ) -> Result<Database, Box<dyn std::error::Error + Send + Sync>> {
        let (started, connection) = if config.embedded() {
            private(config).await?
        } else {
            (None, config.database.url.parse()?)
        };
        // What a command changes stands in the audit chain, which has its key there.
        let keys = PlatformKeys::open(config)?;
        let ca = config.database.ca.as_deref();
        let store = Store::open(connection, ca, CONNECTIONS, Duration::from_secs(10))?
            .with_audit_key(keys.master);
        Ok(Database { store, started })
    }

    /// Closes it, and stops the server that this command started.
    ///
    /// # Errors
    /// A server that had to be ended hard.
    pub async fn close(self) -> Result<(), EmbeddedDbError> {
        drop(self.store);
        match self.started {
            Some(server) => server.stop().await,
            None => Ok(()),
        }
    }
}

type Private = (Option<EmbeddedDb>, tokio_postgres::Config);

async fn private(config: &Config) -> Result<Private, Box<dyn std::error::Error + Send + Sync>> {
    if !config.data_dir.join("pg").exists() {
        let folder = config.data_dir.display();
        return Err(format!("{folder} 中没有网关数据 / {folder} holds no gateway's data").into());
    }
    let mut options = EmbeddedDbOptions::new(&config.data_dir);
    options.bin_dir.clone_from(&config.database.binaries);
    match EmbeddedDb::start(options).await {
        Ok(server) => {
            let connection = server.connection();
            Ok((Some(server), connection))
        }
        // A gateway runs on it: the command works beside it.
        Err(EmbeddedDbError::InUse { .. }) => {
            Ok((None, embedded_db::connection_beside(&config.data_dir)?))
        }
        Err(error) => Err(error.into()),
    }
}
