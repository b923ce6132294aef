//! Two gateways on one database, as processes that can be killed: one keeps the private
//! PostgreSQL, the other reaches it through `database.url` and has the same keys.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use chs_gateway::embedded_db;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

use crate::harness::data_dir;

/// Where the instances listen; nothing for one that is down.
pub(crate) type Urls = Arc<Mutex<[Option<String>; 2]>>;

/// Something to kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Victim {
    /// The instance that keeps the database; PostgreSQL itself survives it.
    Keeper,
    /// The other instance.
    Guest,
    /// PostgreSQL.
    Database,
}

/// The two instances.
pub(crate) struct Fleet {
    pub(crate) urls: Urls,
    keeper: tempfile::TempDir,
    guest: tempfile::TempDir,
    settings: Vec<(String, String)>,
    children: [Option<Child>; 2],
    /// Instances that ended of themselves (their database was gone) and were started again.
    pub(crate) restarts: usize,
}

impl Fleet {
    /// Starts both, with further settings as environment variables.
    pub(crate) fn start(settings: Vec<(String, String)>) -> Fleet {
        let mut fleet = Fleet {
            urls: Urls::default(),
            keeper: data_dir(),
            guest: data_dir(),
            settings,
            children: [None, None],
            restarts: 0,
        };
        fleet.keep();
        fleet.restarts = 0;
        fleet
    }

    /// Data folder of the keeper, with keys and callers.
    pub(crate) fn data(&self) -> &Path {
        self.keeper.path()
    }

    /// How to reach the database.
    pub(crate) fn database(&self) -> tokio_postgres::Config {
        embedded_db::connection_beside(self.data()).unwrap()
    }

    /// Kills with SIGKILL; an instance is then started again.
    pub(crate) fn kill(&mut self, victim: Victim) {
        let number = match victim {
            Victim::Database => {
                let file = std::fs::read_to_string(self.data().join("pg/postmaster.pid"));
                let pid = file
                    .ok()
                    .and_then(|text| text.lines().next()?.trim().parse().ok());
                if let Some(pid) = pid {
                    let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
                }
                return;
            }
            Victim::Keeper => 0,
            Victim::Guest => 1,
        };
        self.urls.lock().unwrap()[number] = None;
        if let Some(mut child) = self.children[number].take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        self.keep();
        self.restarts = self.restarts.saturating_sub(1);
    }

    /// Starts whichever does not run, the keeper first, and waits until both are ready.
    pub(crate) fn keep(&mut self) {
        for number in [0, 1] {
            for _ in 0..30 {
                let running = self.children[number]
                    .as_mut()
                    .is_some_and(|child| child.try_wait().unwrap().is_none());
                if running {
                    break;
                }
                self.urls.lock().unwrap()[number] = None;
                self.restarts += 1;
                match self.serve(number) {
                    Some((child, url)) => {
                        self.children[number] = Some(child);
                        self.urls.lock().unwrap()[number] = Some(url);
                    }
                    // The guest does not start while the database is down.
                    None => std::thread::sleep(Duration::from_millis(200)),
                }
            }
            assert!(
                self.children[number].is_some(),
                "instance {number} does not start"
            );
        }
    }

    fn serve(&self, number: usize) -> Option<(Child, String)> {
        let own = [&self.keeper, &self.guest][number];
        let mut command = Command::new(env!("CARGO_BIN_EXE_chs-gateway"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(own.path())
            .envs(self.settings.iter().cloned())
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .stderr(self.log(number));
        if number == 1 {
            let database = self.database();
            let Some(tokio_postgres::config::Host::Unix(sockets)) = database.get_hosts().first()
            else {
                panic!("the private database has no socket");
            };
            let user = database.get_user().unwrap();
            let name = database.get_dbname().unwrap();
            let url = format!("host={} user={user} dbname={name}", sockets.display());
            let keys = self.data().join("keys");
            command
                .env("CHS_DATABASE__URL", url)
                .env("CHS_KEYS__PLATFORM_PRIVATE_KEY", keys.join("platform.pem"))
                .env("CHS_KEYS__MASTER_KEY", keys.join("master.hex"));
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let _ = BufReader::new(child.stdout.take().unwrap()).read_line(&mut line);
        let ready: Option<Value> = serde_json::from_str(&line).ok();
        let url = ready.and_then(|ready| Some(ready["url"].as_str()?.to_owned()));
        if url.is_none() {
            let _ = child.kill();
            child.wait().unwrap();
        }
        Some((child, url?))
    }

    /// Both write their logs to the keeper's folder.
    fn log(&self, number: usize) -> File {
        let path = self.data().join(format!("gateway-{number}.log"));
        File::options()
            .create(true)
            .append(true)
            .open(path)
            .unwrap()
    }

    /// Stops both in order, the guest first; gives the keeper's data folder.
    pub(crate) fn stop(mut self) -> tempfile::TempDir {
        for number in [1, 0] {
            let mut child = self.children[number].take().unwrap();
            let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
            kill(pid, Signal::SIGTERM).unwrap();
            assert!(child.wait().unwrap().success(), "instance {number}");
        }
        self.keeper
    }
}
