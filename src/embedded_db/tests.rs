//! The private server against real PostgreSQL binaries; `./dev test` installs
//! them. Each test has a data folder of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use tokio_postgres::{Client, NoTls};

use super::folder::DataFolder;
use super::postmaster::{Postmaster, Server};
use super::{EmbeddedDb, EmbeddedDbError, EmbeddedDbOptions, binaries, cluster};

/// A folder for temporary files, removed at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("chs-db-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn options(&self) -> EmbeddedDbOptions {
        EmbeddedDbOptions::new(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn client(db: &EmbeddedDb) -> Client {
    connect(&db.connection()).await.unwrap()
}

async fn connect(config: &tokio_postgres::Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn reconnect(db: &EmbeddedDb) -> Client {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match connect(&db.connection()).await {
            Ok(client) => return client,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn postmaster(folder: &Path) -> Pid {
    let text = fs::read_to_string(folder.join("pg/postmaster.pid")).unwrap();
    Pid::from_raw(text.lines().next().unwrap().parse().unwrap())
}

async fn count(client: &Client) -> i64 {
    client
        .query_one("SELECT count(*) FROM kept", &[])
        .await
        .unwrap()
        .get(0)
}

#[tokio::test]
async fn a_second_start_reuses_the_cluster_and_two_at_once_are_refused() {
    let folder = Folder::new("reuse");
    // What a killed initdb leaves.
    fs::create_dir_all(folder.0.join("pg.half-made/base")).unwrap();

    let db = EmbeddedDb::start(folder.options()).await.unwrap();
    let sql = client(&db).await;
    sql.batch_execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        .await
        .unwrap();
    let refused = EmbeddedDb::start(folder.options()).await.unwrap_err();
    assert!(
        matches!(refused, EmbeddedDbError::InUse { .. }),
        "{refused}"
    );
    db.stop().await.unwrap();
    assert!(!folder.0.join("pg.half-made").exists());

    let begun = Instant::now();
    let db = EmbeddedDb::start(folder.options()).await.unwrap();
    let took = begun.elapsed();
    assert_eq!(count(&client(&db).await).await, 1);
    db.stop().await.unwrap();
    println!("start on an existing cluster: {took:?}");
    // A tenth of a second on an idle machine; tests run many servers at once.
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test]
async fn the_cluster_is_durable_private_and_utf8() {
    let folder = Folder::new("settings");
    let db = EmbeddedDb::start(folder.options()).await.unwrap();
    let sql = client(&db).await;
    for (setting, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
    ] {
        let row = sql
            .query_one(&format!("SHOW {setting}"), &[])
            .await
            .unwrap();
        assert_eq!(row.get::<_, String>(0), value, "{setting}");
    }
    let row = sql
        .query_one(
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user",
            &[],
        )
        .await
        .unwrap();
    assert!(!row.get::<_, bool>(0), "the gateway's role is no superuser");
    for private in ["pg", "run", "log"] {
        let mode = fs::metadata(folder.0.join(private)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o077, 0, "{private}");
    }
    db.stop().await.unwrap();
    let log = fs::read_to_string(folder.0.join("log/postgresql.log")).unwrap();
    assert!(log.contains("database system is shut down"), "{log}");
}

#[tokio::test]
async fn a_killed_server_is_brought_back_with_every_acknowledged_row() {
    let folder = Folder::new("killed");
    let db = EmbeddedDb::start(folder.options()).await.unwrap();
    let sql = client(&db).await;
    sql.batch_execute("CREATE TABLE kept (n int)")
        .await
        .unwrap();
    let mut acknowledged = 0;
    let first = postmaster(&folder.0);
    let killer = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(150)).await;
        kill(first, Signal::SIGKILL).unwrap();
    });
    while sql
        .execute("INSERT INTO kept VALUES (1)", &[])
        .await
        .is_ok()
    {
        acknowledged += 1;
    }
    killer.await.unwrap();
    let sql = reconnect(&db).await;
    assert_ne!(postmaster(&folder.0), first);
    let kept = count(&sql).await;
    // The last insert may have been committed without its answer arriving.
    assert!(
        kept == acknowledged || kept == acknowledged + 1,
        "{kept} {acknowledged}"
    );
    assert!(acknowledged > 0);
    db.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_outlived_its_gateway_is_replaced() {
    let folder = Folder::new("survivor");
    let first = {
        let data = DataFolder::open(&folder.0).unwrap();
        let found = binaries::find(None, data.path(), None).await.unwrap();
        cluster::create(&data, &found).await.unwrap();
        let server = Server::new(&data, &found, &folder.options()).unwrap();
        let running = Postmaster::start(&server).await.unwrap();
        cluster::ensure_database(&server).await.unwrap();
        let sql = connect(&server.connection("chs_gateway", "chs_gateway"))
            .await
            .unwrap();
        sql.batch_execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
            .await
            .unwrap();
        // What a kill -9 of the gateway does: no drop runs, the lock goes.
        std::mem::forget(running);
        postmaster(&folder.0)
    };
    let db = EmbeddedDb::start(folder.options()).await.unwrap();
    assert_ne!(postmaster(&folder.0), first);
    assert_eq!(count(&client(&db).await).await, 1);
    db.stop().await.unwrap();
}

#[tokio::test]
async fn a_stranger_under_the_old_process_number_is_left_alone() {
    let folder = Folder::new("stranger");
    let db = EmbeddedDb::start(folder.options()).await.unwrap();
    db.stop().await.unwrap();
    let mut stranger = tokio::process::Command::new("sleep")
        .arg("60")
        // As the server's own user, whom PostgreSQL would take for a server.
        .uid(fs::metadata(folder.0.join("pg")).unwrap().uid())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let pid_file = folder.0.join("pg/postmaster.pid");
    fs::write(&pid_file, format!("{}\n", stranger.id().unwrap())).unwrap();
    let db = EmbeddedDb::start(folder.options()).await.unwrap();
    db.stop().await.unwrap();
    assert!(stranger.try_wait().unwrap().is_none(), "it still runs");
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_gets_a_folder_elsewhere() {
    let folder = Folder::new("long");
    let deep = folder.0.join("d".repeat(60)).join("e".repeat(60));
    let db = EmbeddedDb::start(EmbeddedDbOptions::new(&deep))
        .await
        .unwrap();
    assert!(client(&db).await.simple_query("SELECT 1").await.is_ok());
    let sockets = Arc::clone(&db.server).connection("a", "b");
    db.stop().await.unwrap();
    let [tokio_postgres::config::Host::Unix(elsewhere)] = sockets.get_hosts() else {
        unreachable!("one host");
    };
    assert!(!elsewhere.starts_with(&folder.0));
    fs::remove_dir_all(elsewhere).unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_come_back_is_given_up_and_said_so() {
    let folder = Folder::new("given-up");
    let mut db = EmbeddedDb::start(folder.options()).await.unwrap();
    // Without its control file no server starts.
    fs::remove_file(folder.0.join("pg/global/pg_control")).unwrap();
    kill(postmaster(&folder.0), Signal::SIGKILL).unwrap();
    let error = db.exited().await;
    assert!(matches!(error, EmbeddedDbError::Died { .. }), "{error}");
    let stop = db.stop().await.unwrap_err();
    assert_eq!(stop.to_string(), error.to_string());
}

#[tokio::test]
async fn root_is_told_which_folder_the_server_user_cannot_enter() {
    if !geteuid().is_root() {
        println!("skipped: only root changes the user");
        return;
    }
    let folder = Folder::new("closed");
    let closed = folder.0.join("closed");
    fs::DirBuilder::new().mode(0o700).create(&closed).unwrap();
    let error = EmbeddedDb::start(EmbeddedDbOptions::new(closed.join("data")))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(error, EmbeddedDbError::Unreachable { .. }),
        "{text}"
    );
    assert!(text.contains("chs-gateway serve --data"), "{text}");
    // The data folder itself may be closed: the gateway opens it for passage.
    let db = EmbeddedDb::start(EmbeddedDbOptions::new(&folder.0))
        .await
        .unwrap();
    db.stop().await.unwrap();
}

#[tokio::test]
async fn both_killed_amid_work_come_back_at_once() {
    let folder = Folder::new("both-killed");
    let config = {
        // The killed server stays a zombie, as nobody waits for it.
        let data = DataFolder::open(&folder.0).unwrap();
        let found = binaries::find(None, data.path(), None).await.unwrap();
        cluster::create(&data, &found).await.unwrap();
        let server = Server::new(&data, &found, &folder.options()).unwrap();
        let running = Postmaster::start(&server).await.unwrap();
        cluster::ensure_database(&server).await.unwrap();
        std::mem::forget(running);
        server.connection("chs_gateway", "chs_gateway")
    };
    let sql = connect(&config).await.unwrap();
    sql.batch_execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        .await
        .unwrap();
    // A backend deep in a computation does not notice at once that its parent
    // is gone, and keeps the old shared memory in use.
    let busy = tokio::spawn(async move {
        sql.query(
            "SELECT sum(a * b) FROM generate_series(1, 20000) a, generate_series(1, 20000) b",
            &[],
        )
        .await
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    kill(postmaster(&folder.0), Signal::SIGKILL).unwrap();
    let db = EmbeddedDb::start(folder.options()).await.unwrap();
    assert_eq!(count(&client(&db).await).await, 1);
    db.stop().await.unwrap();
    assert!(busy.await.unwrap().is_err());
}
