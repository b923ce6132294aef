//! The gateway's own PostgreSQL: found on the machine, kept in the data folder,
//! supervised, and shut down in order.
//!
//! With no database configured the gateway runs a private cluster, so that one
//! command is enough to have a durable system. It is an ordinary PostgreSQL with
//! `fsync` and `synchronous_commit` on: whatever was answered survives a kill of
//! the gateway, of the server, or of both.
//!
//! # What lies where
//! | path in the data folder | what |
//! |---|---|
//! | `pg/` | the cluster, mode 0700, owned by the server user |
//! | `run/` | the Unix socket, mode 0700, owned by the server user |
//! | `log/postgresql.log` | the server's log, without statements or row values |
//! | `embedded.lock` | held while a gateway uses the folder |
//! | `python/` | optional: where `pip install --target` puts the wheel |
//!
//! # Who may connect
//! The server listens on no network address. The socket stands in a folder of
//! mode 0700 that belongs to the server user, and the cluster trusts whoever
//! reaches it: that is the server user itself and root, nobody else. Started by
//! root, the gateway runs the server as the owner of the existing cluster, else
//! as `postgres`, else as `nobody`, and connects as root; started by anyone
//! else, server and gateway are the same user.
//!
//! # What happens after a crash
//! A server that outlived its gateway is found by its pid file and shut down
//! fast before a new one starts: it is not adopted, because only the parent of a
//! process learns reliably of its death. Half-made clusters never get the name
//! `pg`: they are built beside it and renamed.

mod binaries;
mod cluster;
mod error;
mod folder;
mod postmaster;
mod supervisor;
mod survivors;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

pub use error::EmbeddedDbError;
use folder::DataFolder;
use postmaster::{Postmaster, Server};
use supervisor::State;

/// The database and the role that the gateway works with.
pub const DATABASE: &str = "chs_gateway";

/// How the private server is set up.
#[derive(Debug, Clone)]
pub struct EmbeddedDbOptions {
    /// The gateway's data folder; made when it is missing.
    pub data_dir: PathBuf,
    /// The folder of `initdb` and `postgres`; `None` searches the machine.
    pub bin_dir: Option<PathBuf>,
    /// The longest wait from spawn to the first connection, crash recovery
    /// included.
    pub start_timeout: Duration,
    /// The longest wait for a fast shutdown before harder signals follow.
    pub stop_timeout: Duration,
}

impl EmbeddedDbOptions {
    /// The usual options for a data folder: search for binaries, two minutes to
    /// start (recovery after a crash can take that), half a minute to stop.
    pub fn new(data_dir: impl Into<PathBuf>) -> EmbeddedDbOptions {
        EmbeddedDbOptions {
            data_dir: data_dir.into(),
            bin_dir: None,
            start_timeout: Duration::from_secs(120),
            stop_timeout: Duration::from_secs(30),
        }
    }
}

/// How to connect to the private server that a running gateway keeps in `data_dir`.
///
/// # Errors
/// [`EmbeddedDbError::File`] when there is no such folder.
pub fn connection_beside(data_dir: &Path) -> Result<tokio_postgres::Config, EmbeddedDbError> {
    let path = data_dir
        .canonicalize()
        .map_err(|e| EmbeddedDbError::file("open", data_dir, &e))?;
    let sockets = folder::socket_folder_of(&path)?;
    Ok(postmaster::connection(&sockets, DATABASE, DATABASE))
}

/// A running private PostgreSQL. End it with [`EmbeddedDb::stop`]; a drop asks
/// the server for a fast shutdown without waiting for it.
#[derive(Debug)]
pub struct EmbeddedDb {
    server: Arc<Server>,
    state: watch::Receiver<State>,
    stop: oneshot::Sender<()>,
    supervisor: JoinHandle<Result<(), EmbeddedDbError>>,
    /// Held until the server is down; the lock goes with it.
    _folder: DataFolder,
}

impl EmbeddedDb {
    /// Makes the cluster if there is none, starts its server, and returns when
    /// the gateway's database accepts connections.
    ///
    /// # Errors
    /// Every error says in Chinese and English what is wrong and, where one
    /// command mends it, that command.
    pub async fn start(options: EmbeddedDbOptions) -> Result<EmbeddedDb, EmbeddedDbError> {
        let folder = DataFolder::open(&options.data_dir)?;
        let wanted = cluster::major_version(&folder)?;
        let binaries = binaries::find(options.bin_dir.as_deref(), folder.path(), wanted).await?;
        tracing::info!(
            data = %folder.path().display(),
            binaries = %binaries.dir.display(),
            major = binaries.major,
            user = folder.user().name,
            "starting the embedded database"
        );
        folder.check_reach(&binaries.dir)?;
        if wanted.is_none() {
            cluster::create(&folder, &binaries).await?;
        }
        let server = Arc::new(Server::new(&folder, &binaries, &options)?);
        let running = Postmaster::start(&server).await?;
        cluster::ensure_database(&server).await?;
        let (stop, stop_asked) = oneshot::channel();
        let (state_sender, state) = watch::channel(State::Running);
        let supervisor = tokio::spawn(supervisor::run(
            Arc::clone(&server),
            running,
            stop_asked,
            state_sender,
        ));
        Ok(EmbeddedDb {
            server,
            state,
            stop,
            supervisor,
            _folder: folder,
        })
    }

    /// How to connect: socket folder, role and database. The same for the whole
    /// life of the server, restarts included.
    pub fn connection(&self) -> tokio_postgres::Config {
        self.server.connection(DATABASE, DATABASE)
    }

    /// Returns when the server is gone for good: it died and the restarts were
    /// used up. While it runs, or is being restarted, this waits.
    pub async fn exited(&mut self) -> EmbeddedDbError {
        match self.state.wait_for(State::is_final).await {
            Ok(state) => state.reason(),
            Err(_) => EmbeddedDbError::SupervisorGone,
        }
    }

    /// Shuts the server down in order (fast shutdown: open transactions are
    /// rolled back, everything else is flushed) and waits for its end.
    ///
    /// # Errors
    /// [`EmbeddedDbError::Stop`] when the server had to be ended harder; the next
    /// start recovers from its write-ahead log and nothing committed is lost.
    pub async fn stop(self) -> Result<(), EmbeddedDbError> {
        // The supervisor may have given up already; its result says so.
        let _ = self.stop.send(());
        self.supervisor
            .await
            .unwrap_or(Err(EmbeddedDbError::SupervisorGone))
    }
}
