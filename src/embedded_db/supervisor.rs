//! Brings a server back that died without being asked to.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep};

use super::EmbeddedDbError;
use super::postmaster::{Postmaster, Server};

/// Restarts in a row before the supervisor gives up.
const RESTARTS: u32 = 5;
/// The wait before the first restart; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// A server that lived this long has a clean record again.
const CLEAN_RECORD: Duration = Duration::from_secs(60);

/// What the supervisor tells.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// It runs, or is being brought back.
    Running,
    /// It is gone for good.
    Died(EmbeddedDbError),
}

impl State {
    /// Whether nothing more will be tried.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, State::Died(_))
    }

    /// Why the server is gone.
    pub(super) fn reason(&self) -> EmbeddedDbError {
        match self {
            State::Running => EmbeddedDbError::SupervisorGone,
            State::Died(error) => error.clone(),
        }
    }
}

/// Watches the server until a stop is asked for, which a dropped sender does
/// too, or until the restarts are used up.
pub(super) async fn run(
    server: Arc<Server>,
    mut running: Postmaster,
    mut stop: oneshot::Receiver<()>,
    state: watch::Sender<State>,
) -> Result<(), EmbeddedDbError> {
    let mut failures = 0;
    let mut since = Instant::now();
    loop {
        let end = tokio::select! {
            _ = &mut stop => return running.shut_down(server.stop_timeout).await,
            end = running.ended() => end,
        };
        let mut reason = end.map_or_else(|e| e.to_string(), |status| status.to_string());
        if since.elapsed() >= CLEAN_RECORD {
            failures = 0;
        }
        running = loop {
            failures += 1;
            if failures > RESTARTS {
                let died = EmbeddedDbError::Died {
                    reason,
                    log: server.log.clone(),
                };
                tracing::error!(error = %died, "embedded database given up");
                state.send_replace(State::Died(died.clone()));
                return Err(died);
            }
            tracing::error!(reason, restart = failures, "embedded database died");
            let wait = FIRST_WAIT * 2_u32.pow(failures - 1);
            tokio::select! {
                _ = &mut stop => return Ok(()),
                () = sleep(wait) => {}
            }
            match Postmaster::start(&server).await {
                Ok(restarted) => break restarted,
                Err(error) => reason = error.to_string(),
            }
        };
        since = Instant::now();
        tracing::info!("embedded database is back");
    }
}
