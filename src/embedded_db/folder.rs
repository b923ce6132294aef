//! The data folder: who owns what in it, who may use it, and its lock.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, User, geteuid};

use super::EmbeddedDbError;

/// The longest path of a socket folder: `sun_path` holds 108 bytes with its
/// closing zero, and the server appends `/.s.PGSQL.5432`.
const SOCKET_FOLDER_LIMIT: usize = 107 - "/.s.PGSQL.5432".len();
/// A server log above this size is begun anew at the next start.
const LOG_LIMIT: u64 = 50 * 1024 * 1024;

/// The user that the server runs as.
#[derive(Debug, Clone)]
pub(super) struct ServerUser {
    pub(super) uid: Uid,
    pub(super) gid: Gid,
    pub(super) name: String,
    /// Whether the programs must change to this user, because root starts them.
    pub(super) change: bool,
}

/// The data folder, locked for this gateway as long as the value lives.
#[derive(Debug)]
pub(super) struct DataFolder {
    path: PathBuf,
    user: ServerUser,
    _lock: File,
}

impl DataFolder {
    /// Opens the folder, making it where it is missing, and takes its lock.
    pub(super) fn open(dir: &Path) -> Result<DataFolder, EmbeddedDbError> {
        let failed = |e: io::Error| EmbeddedDbError::file("create", dir, &e);
        DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(dir)
            .map_err(failed)?;
        let path = dir.canonicalize().map_err(failed)?;
        let lock = take_lock(&path)?;
        let user = server_user(&path.join("pg"))?;
        let folder = DataFolder {
            path,
            user,
            _lock: lock,
        };
        folder.open_for_traversal()?;
        Ok(folder)
    }

    /// The folder's absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The cluster's path; present only when the cluster is complete.
    pub(super) fn cluster(&self) -> PathBuf {
        self.path.join("pg")
    }

    /// The user that the server runs as.
    pub(super) fn user(&self) -> &ServerUser {
        &self.user
    }

    /// Checks by mode bits that the unprivileged user can enter the data folder
    /// and the folder of the binaries.
    pub(super) fn check_reach(&self, binaries: &Path) -> Result<(), EmbeddedDbError> {
        if !self.user.change {
            return Ok(());
        }
        for target in [self.path.as_path(), binaries] {
            let target = target
                .canonicalize()
                .map_err(|e| EmbeddedDbError::file("open", target, &e))?;
            for folder in target.ancestors() {
                let meta =
                    fs::metadata(folder).map_err(|e| EmbeddedDbError::file("open", folder, &e))?;
                if !may_enter(&self.user, meta.uid(), meta.gid(), meta.mode()) {
                    return Err(EmbeddedDbError::Unreachable {
                        user: self.user.name.clone(),
                        blocked: folder.to_owned(),
                        mend: "chs-gateway serve --data /var/lib/chs-gateway".to_owned(),
                    });
                }
            }
        }
        Ok(())
    }

    /// Makes a folder of mode 0700 that belongs to the server user, and makes
    /// sure that one which is there already is such a folder.
    pub(super) fn private_folder(&self, path: &Path) -> Result<(), EmbeddedDbError> {
        let failed = |e: io::Error| EmbeddedDbError::file("create", path, &e);
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => {
                if self.user.change {
                    chown(
                        path,
                        Some(self.user.uid.as_raw()),
                        Some(self.user.gid.as_raw()),
                    )
                    .map_err(failed)?;
                }
                // The umask may have taken bits away.
                fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(failed)
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                let meta = fs::symlink_metadata(path).map_err(failed)?;
                let own = meta.is_dir()
                    && meta.uid() == self.user.uid.as_raw()
                    && meta.mode() & 0o077 == 0;
                if own {
                    Ok(())
                } else {
                    Err(EmbeddedDbError::SocketFolder {
                        dir: path.to_owned(),
                    })
                }
            }
            Err(e) => Err(failed(e)),
        }
    }

    /// The folder of the Unix socket: `run` in the data folder, or, where that
    /// path is too long for a socket, a folder named by the data folder's device
    /// and inode in the user's runtime folder.
    pub(super) fn socket_folder(&self) -> Result<PathBuf, EmbeddedDbError> {
        let folder = socket_folder_of(&self.path)?;
        self.private_folder(&folder)?;
        Ok(folder)
    }

    /// Path of the server's log, its folder made.
    pub(super) fn log_path(&self) -> Result<PathBuf, EmbeddedDbError> {
        let folder = self.path.join("log");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(|e| EmbeddedDbError::file("create", &folder, &e))?;
        Ok(folder.join("postgresql.log"))
    }

    /// Root's data folder lets the server user pass through, without letting it
    /// list the names in it.
    fn open_for_traversal(&self) -> Result<(), EmbeddedDbError> {
        let meta =
            fs::metadata(&self.path).map_err(|e| EmbeddedDbError::file("open", &self.path, &e))?;
        let root_owned = Uid::from_raw(meta.uid()).is_root();
        if !self.user.change || !root_owned || meta.mode() & 0o001 != 0 {
            return Ok(());
        }
        fs::set_permissions(
            &self.path,
            Permissions::from_mode((meta.mode() & 0o7777) | 0o011),
        )
        .map_err(|e| EmbeddedDbError::file("open", &self.path, &e))
    }
}

/// Where the socket of the cluster below the data folder `path` (absolute) stands.
pub(super) fn socket_folder_of(path: &Path) -> Result<PathBuf, EmbeddedDbError> {
    let near = path.join("run");
    if near.as_os_str().len() <= SOCKET_FOLDER_LIMIT {
        return Ok(near);
    }
    let meta = fs::metadata(path).map_err(|e| EmbeddedDbError::file("open", path, &e))?;
    Ok(runtime_base().join(format!("chs-gateway-{:x}-{:x}", meta.dev(), meta.ino())))
}

/// Opens the server's log for appending; one grown too large is begun anew.
pub(super) fn open_log(path: &Path) -> Result<File, EmbeddedDbError> {
    let large = fs::metadata(path).is_ok_and(|meta| meta.len() > LOG_LIMIT);
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600);
    let file = options
        .open(path)
        .map_err(|e| EmbeddedDbError::file("open", path, &e))?;
    if large {
        file.set_len(0)
            .map_err(|e| EmbeddedDbError::file("truncate", path, &e))?;
    }
    Ok(file)
}

fn take_lock(dir: &Path) -> Result<File, EmbeddedDbError> {
    let path = dir.join("embedded.lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(|e| EmbeddedDbError::file("open", &path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EmbeddedDbError::InUse {
            dir: dir.to_owned(),
        }),
        Err(TryLockError::Error(e)) => Err(EmbeddedDbError::file("lock", &path, &e)),
    }
}

/// Whoever started the gateway; for root the owner of the existing cluster, so
/// that a `postgres` user installed later does not strand it, else `postgres`,
/// else `nobody`.
fn server_user(cluster: &Path) -> Result<ServerUser, EmbeddedDbError> {
    let me = geteuid();
    let owner = fs::metadata(cluster)
        .ok()
        .map(|meta| Uid::from_raw(meta.uid()));
    match owner {
        Some(owner) if !me.is_root() && owner != me => Err(EmbeddedDbError::ForeignCluster {
            dir: cluster.to_owned(),
            owner: named(owner).map_or_else(|| owner.to_string(), |user| user.name),
        }),
        Some(owner) if me.is_root() && !owner.is_root() => {
            let user = named(owner).ok_or(EmbeddedDbError::NoUser)?;
            Ok(changed_to(user))
        }
        _ if me.is_root() => ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(changed_to)
            .ok_or(EmbeddedDbError::NoUser),
        _ => Ok(ServerUser {
            uid: me,
            gid: nix::unistd::getegid(),
            name: named(me).map_or_else(|| me.to_string(), |user| user.name),
            change: false,
        }),
    }
}

fn named(uid: Uid) -> Option<User> {
    User::from_uid(uid).ok().flatten()
}

fn changed_to(user: User) -> ServerUser {
    ServerUser {
        uid: user.uid,
        gid: user.gid,
        name: user.name,
        change: true,
    }
}

/// The execute bit that applies to `user`, by the usual owner, group, others
/// order. Supplementary groups do not count: the server is started without any.
fn may_enter(user: &ServerUser, owner: u32, group: u32, mode: u32) -> bool {
    let bit = if owner == user.uid.as_raw() {
        0o100
    } else if group == user.gid.as_raw() {
        0o010
    } else {
        0o001
    };
    mode & bit != 0
}

/// Where short-lived things of this user go: `/run` for root, the session's
/// runtime folder for others, else the folder for temporary files.
fn runtime_base() -> PathBuf {
    let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let base = if geteuid().is_root() {
        Some(PathBuf::from("/run"))
    } else {
        session
    };
    base.filter(|dir| dir.is_dir() && dir.is_absolute() && dir.as_os_str().len() < 50)
        .unwrap_or_else(|| PathBuf::from("/tmp"))
}

/// A path as one entry of `unix_socket_directories`, which is a comma-separated
/// list of names that may stand in double quotes.
pub(super) fn quoted_entry(path: &Path) -> std::ffi::OsString {
    let mut bytes = vec![b'"'];
    for byte in path.as_os_str().as_bytes() {
        if *byte == b'"' {
            bytes.push(b'"');
        }
        bytes.push(*byte);
    }
    bytes.push(b'"');
    OsStr::from_bytes(&bytes).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(uid: u32, gid: u32) -> ServerUser {
        ServerUser {
            uid: Uid::from_raw(uid),
            gid: Gid::from_raw(gid),
            name: "somebody".to_owned(),
            change: true,
        }
    }

    #[test]
    fn the_bit_that_applies_decides() {
        assert!(may_enter(&user(5, 5), 0, 0, 0o711));
        assert!(!may_enter(&user(5, 5), 0, 0, 0o700));
        assert!(may_enter(&user(5, 5), 0, 5, 0o710));
        assert!(
            !may_enter(&user(5, 5), 0, 5, 0o701),
            "the group bit applies"
        );
        assert!(may_enter(&user(5, 5), 5, 0, 0o700));
    }

    #[test]
    fn commas_and_quotes_stay_one_entry() {
        assert_eq!(quoted_entry(Path::new("/a,b")), OsStr::new("\"/a,b\""));
        assert_eq!(quoted_entry(Path::new("/a\"b")), OsStr::new("\"/a\"\"b\""));
    }
}
