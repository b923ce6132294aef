//! Reading rules, schemes and profiles again while the gateway runs: on SIGHUP, or when
//! `chs-gateway reload` asks over a socket in the data folder. Everything is read and linted
//! before anything is put in force, so that a mistake in a file leaves all as it was.
//!
//! The configuration itself is not read again: what it names is.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    signal::unix::{Signal, SignalKind, signal},
};

use crate::{app::App, audit, catalogue::Catalogue};

/// What `chs-gateway reload` says; anything else is no request.
const REQUEST: &[u8] = b"reload\n";

/// How long who opens the socket may take to say it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a reload went.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Reloaded {
    /// Everything was read, and holds from now on.
    Done {
        /// What is in force, as `/version` tells it.
        version: serde_json::Value,
    },
    /// Something is wrong, and what was in force before still is.
    Refused {
        /// What, in Chinese and English.
        reason: String,
    },
}

/// The socket of a gateway.
#[must_use]
pub fn socket(data_dir: &Path) -> PathBuf {
    data_dir.join("reload.sock")
}

/// Where requests to reload come from.
pub struct Reloads {
    hangup: Signal,
    listener: Option<UnixListener>,
}

impl Reloads {
    /// Listens from now on. Without the socket (a data folder that cannot be written to, or
    /// that another gateway works in) SIGHUP remains.
    ///
    /// # Errors
    /// SIGHUP cannot be listened to.
    pub async fn open(data_dir: &Path) -> io::Result<Reloads> {
        let path = socket(data_dir);
        let listener = match bind(&path).await {
            Ok(listener) => Some(listener),
            Err(error) => {
                let path = path.display();
                tracing::warn!(%error, %path, "no socket for `reload`; SIGHUP only");
                None
            }
        };
        Ok(Reloads {
            hangup: signal(SignalKind::hangup())?,
            listener,
        })
    }

    /// Reloads whenever asked, one time after the other.
    pub async fn follow(mut self, app: Arc<App>) {
        loop {
            tokio::select! {
                hangup = self.hangup.recv() => match hangup {
                    Some(()) => {
                        reload(&app).await;
                    }
                    // The runtime ends.
                    None => return,
                },
                stream = asked(self.listener.as_ref()) => {
                    let answer = reload(&app).await;
                    if let Err(error) = tell(stream, &answer).await {
                        tracing::info!(%error, "nobody waits for the outcome of the reload");
                    }
                }
            }
        }
    }
}

async fn bind(path: &Path) -> io::Result<UnixListener> {
    // A socket that nobody listens on was left by a gateway that was killed.
    match UnixStream::connect(path).await {
        Ok(_) => return Err(io::Error::from(io::ErrorKind::AddrInUse)),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path)?;
        }
        Err(_) => {}
    }
    UnixListener::bind(path)
}

/// The next one who asks to reload, and may: the gateway's own user, or root.
async fn asked(listener: Option<&UnixListener>) -> UnixStream {
    let Some(listener) = listener else {
        return std::future::pending().await;
    };
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the socket of `reload` fails");
                tokio::time::sleep(PATIENCE).await;
                continue;
            }
        };
        let own = nix::unistd::geteuid().as_raw();
        let trusted = |user: u32| user == own || user == 0;
        if !stream.peer_cred().is_ok_and(|peer| trusted(peer.uid())) {
            tracing::warn!("another user asked to reload");
            continue;
        }
        if let Ok(Some(stream)) = tokio::time::timeout(PATIENCE, requested(stream)).await {
            return stream;
        }
    }
}

async fn requested(mut stream: UnixStream) -> Option<UnixStream> {
    let mut said = [0; REQUEST.len()];
    stream.read_exact(&mut said).await.ok()?;
    (said == *REQUEST).then_some(stream)
}

async fn tell(mut stream: UnixStream, answer: &Reloaded) -> io::Result<()> {
    let line = serde_json::to_vec(answer)?;
    stream.write_all(&line).await?;
    stream.shutdown().await
}

/// Asks the gateway of a data folder to reload, and waits for the outcome.
///
/// # Errors
/// No gateway listens there, or it ends before it answers.
pub async fn ask(data_dir: &Path) -> io::Result<Reloaded> {
    let mut stream = UnixStream::connect(socket(data_dir)).await?;
    stream.write_all(REQUEST).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(serde_json::from_slice(&answer)?)
}

/// Reads everything again and puts it in force if all of it holds; log, metric and audit
/// chain tell how it went.
pub async fn reload(app: &App) -> Reloaded {
    let config = app.config.clone();
    // CPU work of some 100 ms, and files: not for a thread that answers calls.
    let loaded = tokio::task::spawn_blocking(move || Catalogue::load(&config)).await;
    let outcome = match loaded {
        Ok(Ok(catalogue)) => {
            let version = serde_json::to_value(catalogue.version()).unwrap_or_default();
            app.catalogue.replace(catalogue);
            tracing::info!(%version, "rules, schemes and profiles in force");
            Reloaded::Done { version }
        }
        Ok(Err(error)) => refused(&error),
        Err(error) => refused(&error),
    };
    let word = match outcome {
        Reloaded::Done { .. } => "done",
        Reloaded::Refused { .. } => "refused",
    };
    metrics::counter!("chs_reloads_total", "outcome" => word).increment(1);
    let rules = app.catalogue.current().version().rules.digest;
    if let Err(error) = audit::record_reload(&app.store, &rules, word, (app.clock)()).await {
        tracing::error!(%error, "the reload could not be audited");
    }
    outcome
}

fn refused(error: &dyn std::fmt::Display) -> Reloaded {
    let reason = error.to_string();
    tracing::error!(reason, "not reloaded; what was in force before still is");
    Reloaded::Refused { reason }
}
