//! One server process: started, watched until it accepts connections, ended.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};

use super::binaries::Binaries;
use super::cluster::program;
use super::folder::{DataFolder, ServerUser, open_log, quoted_entry};
use super::{EmbeddedDbError, EmbeddedDbOptions, survivors};

/// The cluster's superuser; the gateway uses it to make its own role only.
pub(super) const SUPERUSER: &str = "postgres";
/// How often readiness and ends are looked for.
pub(super) const POLL: Duration = Duration::from_millis(10);
/// How long a harder signal is given before the next one.
pub(super) const HARD_STOP: Duration = Duration::from_secs(5);

/// Settings given on the command line, so that a newer gateway changes them
/// without touching the cluster. Log messages carry neither statements nor the
/// DETAIL line, because both can hold a patient's row.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "port=5432",
    "unix_socket_permissions=0700",
    "max_connections=100",
    "shared_buffers=64MB",
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "timezone=UTC",
    "log_timezone=UTC",
    "lc_messages=C",
    "jit=off",
    "logging_collector=off",
    "log_destination=stderr",
    "log_line_prefix=%m [%p] ",
    "log_statement=none",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
];

/// All that a start needs; the same for every restart.
#[derive(Debug)]
pub(super) struct Server {
    binaries: Binaries,
    user: ServerUser,
    cluster: PathBuf,
    sockets: PathBuf,
    pub(super) log: PathBuf,
    start_timeout: Duration,
    pub(super) stop_timeout: Duration,
}

impl Server {
    /// Makes the socket and log folders ready.
    pub(super) fn new(
        folder: &DataFolder,
        binaries: &Binaries,
        options: &EmbeddedDbOptions,
    ) -> Result<Server, EmbeddedDbError> {
        Ok(Server {
            binaries: binaries.clone(),
            user: folder.user().clone(),
            cluster: folder.cluster(),
            sockets: folder.socket_folder()?,
            log: folder.log_path()?,
            start_timeout: options.start_timeout,
            stop_timeout: options.stop_timeout,
        })
    }

    /// How to connect as `role` to `database`.
    pub(super) fn connection(&self, role: &str, database: &str) -> tokio_postgres::Config {
        connection(&self.sockets, role, database)
    }

    fn start_error(&self, reason: String) -> EmbeddedDbError {
        EmbeddedDbError::Start {
            reason,
            log: self.log.clone(),
        }
    }
}

/// How to connect over the socket in `sockets`.
pub(super) fn connection(sockets: &Path, role: &str, database: &str) -> tokio_postgres::Config {
    let mut config = tokio_postgres::Config::new();
    config
        .host_path(sockets)
        .port(5432)
        .user(role)
        .dbname(database)
        .application_name("chs-gateway")
        .connect_timeout(Duration::from_secs(5));
    config
}

/// A running server process. A drop asks it for a fast shutdown.
#[derive(Debug)]
pub(super) struct Postmaster {
    child: Child,
}

impl Postmaster {
    /// Ends what is left of an earlier server, spawns the new one and waits for
    /// its first accepted connection.
    pub(super) async fn start(server: &Server) -> Result<Postmaster, EmbeddedDbError> {
        survivors::end(&server.cluster, &server.sockets, server.stop_timeout).await?;
        let mut running = Postmaster::spawn(server)?;
        let deadline = Instant::now() + server.start_timeout;
        let config = server.connection(SUPERUSER, "postgres");
        loop {
            match running.child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return Err(server.start_error(status.to_string())),
                Err(e) => return Err(server.start_error(e.to_string())),
            }
            if let Ok((client, connection)) = config.connect(tokio_postgres::NoTls).await {
                drop(client);
                // Says goodbye, so that the server's log stays clean.
                let _ = connection.await;
                return Ok(running);
            }
            if Instant::now() > deadline {
                let reason = format!("no connection after {:?}", server.start_timeout);
                running.shut_down(server.stop_timeout).await?;
                return Err(server.start_error(reason));
            }
            sleep(POLL).await;
        }
    }

    fn spawn(server: &Server) -> Result<Postmaster, EmbeddedDbError> {
        let log = open_log(&server.log)?;
        let second = log
            .try_clone()
            .map_err(|e| EmbeddedDbError::file("open", &server.log, &e))?;
        let mut sockets = std::ffi::OsString::from("unix_socket_directories=");
        sockets.push(quoted_entry(&server.sockets));
        let mut command = program(&server.binaries, "postgres", &server.user);
        command.arg("-D").arg(&server.cluster);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command
            .arg("-c")
            .arg(sockets)
            .current_dir(&server.cluster)
            .stdout(log)
            .stderr(second)
            // Ctrl-C in a terminal is for the gateway, which drains its requests
            // before it ends the server.
            .process_group(0);
        let child = command
            .spawn()
            .map_err(|e| server.start_error(e.to_string()))?;
        Ok(Postmaster { child })
    }

    /// Waits for the end of the process.
    pub(super) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Fast shutdown, then immediate shutdown, then a kill; `Err` unless the
    /// first was enough.
    pub(super) async fn shut_down(&mut self, patience: Duration) -> Result<(), EmbeddedDbError> {
        for (signal, patience) in [
            (Signal::SIGINT, patience),
            (Signal::SIGQUIT, HARD_STOP),
            (Signal::SIGKILL, HARD_STOP),
        ] {
            self.signal(signal);
            let Ok(ended) = timeout(patience, self.child.wait()).await else {
                continue;
            };
            return match ended {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(EmbeddedDbError::Stop {
                    reason: status.to_string(),
                }),
                Err(e) => Err(EmbeddedDbError::Stop {
                    reason: e.to_string(),
                }),
            };
        }
        Err(EmbeddedDbError::Stop {
            reason: "SIGKILL".to_owned(),
        })
    }

    fn signal(&self, signal: Signal) {
        // `id` is None once the process was waited for, so its number cannot
        // belong to somebody else by now.
        if let Some(pid) = self.child.id().and_then(|id| i32::try_from(id).ok()) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        self.signal(Signal::SIGINT);
    }
}
