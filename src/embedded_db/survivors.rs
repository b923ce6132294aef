//! Server processes that outlived their gateway, or their own postmaster.
//!
//! Killed with its gateway, a postmaster can leave backends in the middle of a
//! computation; they keep the old shared memory in use and PostgreSQL rightly
//! refuses to start until they are gone. The data folder's lock is held, so no
//! living gateway works with them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use super::EmbeddedDbError;
use super::postmaster::{HARD_STOP, POLL};

/// Ends every server process of the cluster: a postmaster by a fast shutdown,
/// which flushes everything, orphaned backends at once.
/// Then takes away lock files whose process number has passed to a zombie or to
/// a stranger.
pub(super) async fn end(
    cluster: &Path,
    sockets: &Path,
    patience: Duration,
) -> Result<(), EmbeddedDbError> {
    if let Some(postmaster) = postmaster(cluster) {
        tracing::warn!(
            pid = postmaster.as_raw(),
            "a database server outlived its gateway: shutting it down"
        );
        for (signal, patience) in [(Signal::SIGINT, patience), (Signal::SIGQUIT, HARD_STOP)] {
            // A process that is gone already is what the loop below finds out.
            let _ = kill(postmaster, signal);
            if gone(patience, || !serves(postmaster, cluster)).await {
                break;
            }
        }
    }
    for orphan in processes(cluster) {
        let _ = kill(orphan, Signal::SIGQUIT);
    }
    if gone(HARD_STOP, || processes(cluster).is_empty()).await {
        remove_misleading(&cluster.join("postmaster.pid"))?;
        return remove_misleading(&sockets.join(".s.PGSQL.5432.lock"));
    }
    match processes(cluster).first() {
        Some(pid) => Err(EmbeddedDbError::Survivor { pid: pid.as_raw() }),
        None => Ok(()),
    }
}

async fn gone(patience: Duration, is_gone: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    while !is_gone() {
        if Instant::now() > deadline {
            return false;
        }
        sleep(POLL).await;
    }
    true
}

/// The process named in `postmaster.pid`, if it still serves this cluster.
fn postmaster(cluster: &Path) -> Option<Pid> {
    let pid = named_process(&cluster.join("postmaster.pid"))?;
    serves(pid, cluster).then_some(pid)
}

/// Removes a lock file of PostgreSQL that names a process which exists but does
/// not serve the cluster: a zombie, which nobody collects where process 1 is no
/// init, or a stranger with the same number after a reboot. PostgreSQL takes
/// either for a living server. A number without a process is left to its own
/// checks.
fn remove_misleading(lock_file: &Path) -> Result<(), EmbeddedDbError> {
    let taken = named_process(lock_file)
        .is_some_and(|pid| Path::new("/proc").join(pid.to_string()).exists());
    if !taken {
        return Ok(());
    }
    fs::remove_file(lock_file).map_err(|e| EmbeddedDbError::file("remove", lock_file, &e))
}

/// The number in the first line of one of PostgreSQL's lock files.
fn named_process(lock_file: &Path) -> Option<Pid> {
    let text = fs::read_to_string(lock_file).ok()?;
    // The server writes the negative number of a process that is no postmaster.
    let number: i32 = text.lines().next()?.trim().parse().ok()?;
    Some(Pid::from_raw(number.abs()))
}

/// Whether a process is a `postgres` whose working folder is this cluster. That
/// tells it from a stranger that was given the same number after a reboot, and
/// from an operator's shell in the folder.
fn serves(pid: Pid, cluster: &Path) -> bool {
    let proc = Path::new("/proc").join(pid.to_string());
    let is_postgres = fs::read_link(proc.join("exe")).is_ok_and(|program| {
        program
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with("postgres"))
    });
    is_postgres && fs::read_link(proc.join("cwd")).is_ok_and(|folder| folder == cluster)
}

fn processes(cluster: &Path) -> Vec<Pid> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .map(Pid::from_raw)
        .filter(|pid| serves(*pid, cluster))
        .collect()
}
