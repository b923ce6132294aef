//! Kill −9 at random moments: what was answered is there after the restart, and nothing
//! is there twice. The gateway is the real binary; its database is its own.
//!
//! `TEST_CRASH_UPLOADS` sets how many uploads (40 by default; the long run takes 200).

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use chs_gateway::{
    caller_file,
    commands::call::{Client, http, unique},
    development,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::harness::{data_dir, lists, now, submit};

pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) url: String,
}

pub(crate) fn serve(data: &Path) -> Served {
    serve_with(data, None)
}

pub(crate) fn serve_with(data: &Path, config: Option<&Path>) -> Served {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(config.map(|_| "--config"))
        .args(config)
        .env("RUST_LOG", "warn")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let ready: Value = serde_json::from_str(&line).expect("the ready line");
    assert_eq!(ready["event"], "ready");
    assert!(Path::new(ready["caller"].as_str().unwrap()).ends_with("callers/hospital-a.toml"));
    Served {
        child,
        url: ready["url"].as_str().unwrap().to_owned(),
    }
}

/// The postmaster's own id, as PostgreSQL writes it.
pub(crate) fn postmaster(data: &Path) -> i32 {
    let file = std::fs::read_to_string(data.join("pg/postmaster.pid")).unwrap();
    file.lines().next().unwrap().trim().parse().unwrap()
}

pub(crate) fn kill_9(pid: i32) {
    let _ = nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(pid),
        nix::sys::signal::Signal::SIGKILL,
    );
}

/// An ordered stop, of the database as well.
pub(crate) fn stopped(mut served: Served) {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(served.child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert!(served.child.wait().unwrap().success());
}

#[actix_web::test]
async fn answered_uploads_survive_kill_9() {
    let count: usize = std::env::var("TEST_CRASH_UPLOADS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(40);
    let dir = data_dir();
    let mut rng = StdRng::seed_from_u64(9);
    let http = http().unwrap();
    let lists = lists(count, 8);
    let mut answered: Vec<(String, Value)> = Vec::new();
    let mut kills = 0;
    let mut served = serve(dir.path());
    let mut waiting: Vec<(String, Value)> = lists.iter().map(|l| (unique(), submit(l))).collect();
    while let Some((request_id, data)) = waiting.pop() {
        let caller = development::folder(dir.path()).join("hospital-a.toml");
        let client = Client::new(&caller_file::read_caller(&caller).unwrap()).unwrap();
        let message = client
            .seal(&data.to_string(), &request_id, &unique(), now())
            .unwrap();
        let pid = i32::try_from(served.child.id()).unwrap();
        let with_database = rng.random_bool(0.5).then(|| postmaster(dir.path()));
        let kill = rng.random_bool(0.15);
        let after = Duration::from_micros(rng.random_range(0..12_000));
        let killer = kill.then(|| {
            std::thread::spawn(move || {
                std::thread::sleep(after);
                kill_9(pid);
                if let Some(postmaster) = with_database {
                    kill_9(postmaster);
                }
            })
        });
        let response = http
            .post(format!("{}/api/v1/reports", served.url))
            .header("content-type", "application/json")
            .body(message.to_json())
            .send()
            .await;
        let body = match response {
            Ok(response) => response.bytes().await.ok(),
            Err(_) => None,
        };
        if let Some((code, answer)) = body.and_then(|body| client.open(&message, &body).ok()) {
            assert_eq!(code, "0", "{answer}");
            answered.push((request_id.clone(), answer));
        } else {
            // No answer: the honest client sends the same request again.
            waiting.push((request_id.clone(), data));
        }
        if let Some(killer) = killer {
            killer.join().unwrap();
            served.child.wait().unwrap();
            kills += 1;
            served = serve(dir.path());
        }
    }
    assert!(kills > 0, "no kill was drawn");
    assert_eq!(answered.len(), count);

    let folder = development::folder(dir.path());
    let client =
        Client::new(&caller_file::read_caller(&folder.join("hospital-a.toml")).unwrap()).unwrap();
    let query = json!({"setl_ym": "202610", "level": "case", "page_size": 1000});
    let message = client
        .seal(&query.to_string(), &unique(), &unique(), now())
        .unwrap();
    let response = http
        .post(format!("{}/api/v1/groupings/fee-summary", served.url))
        .header("content-type", "application/json")
        .body(message.to_json())
        .send()
        .await
        .unwrap();
    let (code, cases) = client
        .open(&message, &response.bytes().await.unwrap())
        .unwrap();
    assert_eq!(code, "0");
    let mut stored: Vec<_> = cases["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["setl_id"].as_str().unwrap().to_owned())
        .collect();
    let mut wanted: Vec<_> = answered
        .iter()
        .map(|(_, answer)| answer["setl_id"].as_str().unwrap().to_owned())
        .collect();
    stored.sort();
    wanted.sort();
    assert_eq!(
        stored, wanted,
        "every answered upload once, and nothing else"
    );

    // An ordered stop ends the database as well.
    let postmaster = postmaster(dir.path());
    stopped(served);
    assert!(!Path::new(&format!("/proc/{postmaster}")).exists());
    let verify = Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .args(["audit", "verify", "--data"])
        .arg(dir.path())
        .env("RUST_LOG", "warn")
        .output()
        .unwrap();
    assert!(
        verify.status.success(),
        "{}",
        String::from_utf8_lossy(&verify.stdout)
    );
}
