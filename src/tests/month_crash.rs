//! Kill −9 at random moments of a monthly run: the closed bills are those of an
//! undisturbed one.
//!
//! `TEST_CRASH_MONTH` sets how many kills (6 by default; the long run takes 100).

use std::{path::Path, process::Command, time::Duration};

use chs_gateway::{
    caller_file,
    commands::call::{Client, http, unique},
    development, embedded_db,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::{
    crash::{Served, kill_9, postmaster, serve, stopped},
    harness::{data_dir, lists, now, submit},
    month::{A, B, lists_of_b},
};

/// A call of the script: who, where, what.
type Step = (&'static str, &'static str, Value);

/// Sends one call; nothing when the gateway dies before it answers.
async fn send(
    data: &Path,
    url: &str,
    (name, path, body): &Step,
    request_id: &str,
) -> Option<Value> {
    let file = development::folder(data).join(format!("{name}.toml"));
    let client = Client::new(&caller_file::read_caller(&file).unwrap()).unwrap();
    let message = client
        .seal(&body.to_string(), request_id, &unique(), now())
        .unwrap();
    let response = http()
        .unwrap()
        .post(format!("{url}/api/v1{path}"))
        .header("content-type", "application/json")
        .body(message.to_json())
        .send()
        .await
        .ok()?;
    let answer = response.bytes().await.ok()?;
    let (code, data) = client.open(&message, &answer).ok()?;
    // A gateway whose database was just killed says so, and means: send it again.
    if data["retryable"] == json!(true) {
        return None;
    }
    assert_eq!(code, "0", "{path}: {data}");
    Some(data)
}

pub(crate) async fn sent(
    data: &Path,
    url: &str,
    name: &'static str,
    path: &'static str,
    body: Value,
) -> Value {
    send(data, url, &(name, path, body), &unique())
        .await
        .unwrap()
}

/// A data folder whose month is frozen, not yet valued.
async fn frozen(data: &Path) {
    let served = serve(data);
    let url = served.url.clone();
    for list in lists(12, 361) {
        sent(data, &url, "hospital-a", "/reports", submit(&list)).await;
    }
    for list in lists_of_b(8, 362) {
        sent(data, &url, "hospital-b", "/reports", submit(&list)).await;
    }
    sent(
        data,
        &url,
        "city",
        "/publication/publish",
        json!({"setl_ym": "202610", "days": 1}),
    )
    .await;
    let beside = embedded_db::connection_beside(data).unwrap();
    let (client, connection) = beside.connect(tokio_postgres::NoTls).await.unwrap();
    let connection = actix_web::rt::spawn(connection);
    let close = "UPDATE publications SET closes_at = opened_at";
    client.batch_execute(close).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    for (name, code) in [("hospital-a", A), ("hospital-b", B)] {
        let query = json!({"setl_ym": "202610", "level": "hospital"});
        let own = sent(data, &url, name, "/groupings/fee-summary", query).await;
        let row = &own["rows"][0];
        let application = json!({"setl_ym": "202610", "psntime": row["setl_psntime"],
            "medfee_sumamt": row["medfee_sumamt"]});
        sent(data, &url, name, "/reconciliation/apply", application).await;
        let entry = json!({"fixmedins_code": code, "insutype": "310", "kind": "ADVANCE",
            "amount": "5000", "reason_code": "01", "reason": "预拨"});
        sent(data, &url, "city", "/bills/entry", entry).await;
        let freeze = json!({"fixmedins_code": code, "setl_ym": "202610", "decision": "FREEZE"});
        sent(data, &url, "county", "/reconciliation/freeze", freeze).await;
    }
    stopped(served);
}

/// Everything that the bills tell, read through the front door.
async fn bills(data: &Path, url: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for level in [
        "city",
        "district",
        "hospital",
        "department",
        "group",
        "case",
    ] {
        let query = json!({"setl_ym": "202610", "level": level, "page_size": 1000});
        all.push(sent(data, url, "city", "/bills/monthly", query).await);
    }
    all
}

/// From the valued month to the closed batches.
fn steps(month: &Value) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for bill in month["rows"].as_array().unwrap() {
        let mut step = |name: &'static str, action: &str, more: Value| {
            let mut data = json!({"fixmedins_code": bill["fixmedins_code"], "setl_ym": "202610",
                "insutype": bill["insutype"], "action": action});
            for (key, value) in more.as_object().unwrap() {
                data[key] = value.clone();
            }
            steps.push((name, "/bills/step", data));
        };
        let amount = &bill["transfer"];
        step("city", "submit", json!({"reference": "R1"}));
        step("core", "accept", json!({}));
        step("city", "reconcile", json!({}));
        step("city", "equal", json!({"amount": amount}));
        step("city", "request_payment", json!({"reference": "P1"}));
        step(
            "core",
            "receive_payment",
            json!({"amount": amount, "reference": "T1"}),
        );
        step("finance", "close", json!({"reference": "V1"}));
    }
    steps
}

/// A gateway that is killed now and then.
struct Mortal<'a> {
    data: &'a Path,
    served: Served,
    rng: StdRng,
    /// Chance of a kill at each call.
    chance: f64,
    kills: usize,
}

impl Mortal<'_> {
    /// Calls until an answer comes, through however many kills within so many milliseconds
    /// of each send.
    async fn call(&mut self, step: &Step, request_id: &str, within: u64) -> Value {
        loop {
            let killer = self.killer(within);
            let answer = send(self.data, &self.served.url, step, request_id).await;
            self.buried(killer);
            if let Some(answer) = answer {
                return answer;
            }
        }
    }

    /// Perhaps kills the gateway, and half the time its database with it, within so many
    /// milliseconds.
    fn killer(&mut self, within: u64) -> Option<std::thread::JoinHandle<()>> {
        let pid = i32::try_from(self.served.child.id()).unwrap();
        let database = self.rng.random_bool(0.5).then(|| postmaster(self.data));
        let after = Duration::from_micros(self.rng.random_range(0..within * 1_000));
        self.rng.random_bool(self.chance).then(|| {
            std::thread::spawn(move || {
                std::thread::sleep(after);
                kill_9(pid);
                if let Some(database) = database {
                    kill_9(database);
                }
            })
        })
    }

    fn buried(&mut self, killer: Option<std::thread::JoinHandle<()>>) {
        if let Some(killer) = killer {
            killer.join().unwrap();
            self.served.child.wait().unwrap();
            self.kills += 1;
            self.served = serve(self.data);
        }
    }

    /// The whole run; the closed bills and the number of kills.
    async fn run(mut self) -> (Vec<Value>, usize) {
        let budgets = json!([{"insutype": "310", "budget": 900_000},
            {"insutype": "390", "budget": 800_000}]);
        let value: Step = (
            "city",
            "/bills/run",
            json!({"setl_ym": "202610", "budgets": budgets}),
        );
        self.call(&value, "run-202610", 15).await;
        let query = json!({"setl_ym": "202610", "level": "hospital", "page_size": 1000});
        let query: Step = ("city", "/bills/monthly", query);
        // Bills are made beside the calls: most kills fall here.
        let chance = self.chance;
        self.chance = (chance * 4.0).min(0.9);
        let month = loop {
            let month = self.call(&query, &unique(), 120).await;
            if month["state"] == "BILLED" {
                break month;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        self.chance = chance;
        for (number, step) in steps(&month).iter().enumerate() {
            self.call(step, &format!("step-{number}"), 15).await;
        }
        self.chance = 0.0;
        let bills = bills(self.data, &self.served.url).await;
        stopped(self.served);
        (bills, self.kills)
    }
}

fn copied(from: &Path) -> tempfile::TempDir {
    let to = data_dir();
    let copy = Command::new("cp")
        .arg("-a")
        .arg(format!("{}/.", from.display()))
        .arg(to.path())
        .status();
    assert!(copy.unwrap().success());
    to
}

#[actix_web::test]
async fn closed_bills_are_those_of_an_undisturbed_run() {
    let wanted: usize = std::env::var("TEST_CRASH_MONTH")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(6);
    let prepared = data_dir();
    frozen(prepared.path()).await;
    let run = async |chance: f64, seed: u64| {
        let data = copied(prepared.path());
        let mortal = Mortal {
            data: data.path(),
            served: serve(data.path()),
            rng: StdRng::seed_from_u64(seed),
            chance,
            kills: 0,
        };
        mortal.run().await
    };
    let (undisturbed, _) = run(0.0, 0).await;
    let closed = undisturbed[2]["rows"].as_array().unwrap();
    assert!(closed.len() >= 3 && closed.iter().all(|bill| bill["state"] == "CLOSED"));
    let (mut kills, mut round) = (0, 0);
    while kills < wanted {
        round += 1;
        let (bills, killed) = run(0.15, round).await;
        assert_eq!(bills, undisturbed, "round {round}");
        kills += killed;
        assert!(round < 100, "hardly a kill was drawn");
    }
    println!("{kills} kills in {round} rounds");
}
