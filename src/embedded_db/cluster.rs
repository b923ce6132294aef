//! The cluster on disk: made once, in one step, and given the gateway's database.

use std::fs;
use std::io;
use std::path::Path;

use tokio::process::Command;

use super::binaries::Binaries;
use super::folder::{DataFolder, ServerUser};
use super::postmaster::{SUPERUSER, Server};
use super::{DATABASE, EmbeddedDbError};

/// Access by the socket folder's mode alone; see the module's head.
const HBA: &str =
    "# Written by chs-gateway. The socket folder has mode 0700.\nlocal all all trust\n";
/// Prefix of a cluster in the making; one left by a crash is swept away.
const HALF_MADE: &str = "pg.half-made";

/// Major version of the existing cluster, `None` when there is none.
pub(super) fn major_version(folder: &DataFolder) -> Result<Option<u32>, EmbeddedDbError> {
    let path = folder.cluster().join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => text
            .trim()
            .parse()
            .map(Some)
            .map_err(|e| EmbeddedDbError::file("read", &path, &e)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(EmbeddedDbError::file("read", &path, &e)),
    }
}

/// Makes the cluster beside its place and renames it there, so that a kill in
/// the middle leaves nothing that looks like a cluster.
pub(super) async fn create(
    folder: &DataFolder,
    binaries: &Binaries,
) -> Result<(), EmbeddedDbError> {
    let half_made = folder.path().join(HALF_MADE);
    match fs::remove_dir_all(&half_made) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            return Err(EmbeddedDbError::file("remove", &half_made, &e));
        }
        _ => {}
    }
    folder.private_folder(&half_made)?;
    let mut command = program(binaries, "initdb", folder.user());
    command
        .arg("--pgdata")
        .arg(&half_made)
        .args(["--username", SUPERUSER, "--auth", "trust"])
        .args(["--encoding", "UTF8", "--locale", "C"])
        .args(["--data-checksums", "--no-instructions"])
        .current_dir(folder.path());
    let output = command
        .output()
        .await
        .map_err(|e| EmbeddedDbError::Initdb {
            reason: e.to_string(),
        })?;
    if !output.status.success() {
        return Err(EmbeddedDbError::Initdb {
            reason: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        });
    }
    let hba = half_made.join("pg_hba.conf");
    fs::write(&hba, HBA).map_err(|e| EmbeddedDbError::file("write", &hba, &e))?;
    sync(&hba)?;
    fs::rename(&half_made, folder.cluster())
        .map_err(|e| EmbeddedDbError::file("rename", &half_made, &e))?;
    sync(folder.path())
}

/// A program of the installation with a bare environment, run as the server
/// user. The gateway's environment may hold secrets and stays behind; root's
/// supplementary groups are dropped with the change of user.
pub(super) fn program(binaries: &Binaries, name: &str, user: &ServerUser) -> Command {
    let mut command = Command::new(binaries.program(name));
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C")
        .stdin(std::process::Stdio::null())
        .kill_on_drop(name != "postgres");
    if user.change {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

/// Makes the gateway's role and database when they are missing. The role is no
/// superuser; it may create databases, for restore drills and tests beside the
/// live one.
pub(super) async fn ensure_database(server: &Server) -> Result<(), EmbeddedDbError> {
    let failed = |e: tokio_postgres::Error| EmbeddedDbError::Setup {
        reason: e
            .code()
            .map_or_else(|| e.to_string(), |code| code.code().to_owned()),
    };
    let (client, connection) = server
        .connection(SUPERUSER, "postgres")
        .connect(tokio_postgres::NoTls)
        .await
        .map_err(failed)?;
    let driver = tokio::spawn(connection);
    let steps = [
        (
            "SELECT 1 FROM pg_roles WHERE rolname = $1",
            format!("CREATE ROLE {DATABASE} LOGIN CREATEDB"),
        ),
        (
            "SELECT 1 FROM pg_database WHERE datname = $1",
            format!("CREATE DATABASE {DATABASE} OWNER {DATABASE}"),
        ),
    ];
    for (exists, create) in &steps {
        let found = client
            .query_opt(*exists, &[&DATABASE])
            .await
            .map_err(failed)?;
        if found.is_none() {
            client.batch_execute(create).await.map_err(failed)?;
        }
    }
    drop(client);
    // The connection ends with its client; its own error would only repeat that.
    let _ = driver.await;
    Ok(())
}

fn sync(path: &Path) -> Result<(), EmbeddedDbError> {
    fs::File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|e| EmbeddedDbError::file("sync", path, &e))
}
