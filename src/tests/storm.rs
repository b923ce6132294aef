//! Two instances on one database, 64 parallel senders, repeated and replayed messages, kills
//! with SIGKILL of either instance and of PostgreSQL, a platform that is cut off and answers
//! late. At the end every acknowledged list, report and revocation is there once, here and at
//! the platform, the outbox is empty and the audit chain verifies.
//!
//! `TEST_STORM_LISTS` sets how many lists (64), `TEST_STORM_KILLS` how many kills (4),
//! `TEST_STORM_SEED` the seed of all draws.

use std::{
    cell::RefCell,
    collections::{HashMap, VecDeque},
    process::Command,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chs_gateway::{
    caller_file::read_caller,
    commands::call::{Client, http, unique},
    development,
};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};

use crate::{
    at_rest::{found, personal},
    fleet::{Fleet, Urls, Victim},
    harness::{batch, lists, now, submit, upload},
    province::{Mood, Province, Switch},
};

const SENDERS: usize = 64;

fn setting(name: &str, default: usize) -> usize {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What happened, as counted by the senders.
#[derive(Debug, Default)]
struct Tally {
    /// Acknowledged requestIds by path.
    acknowledged: HashMap<&'static str, Vec<String>>,
    /// Messages sent, answered or not.
    sent: usize,
    /// Messages without an answer, or with one that asks to come again.
    unanswered: usize,
    /// Acknowledged requests sent again under the same requestId.
    repeated: usize,
    /// Acknowledged messages sent again byte for byte.
    replayed: usize,
}

struct Sender {
    urls: Urls,
    http: reqwest::Client,
    clients: HashMap<&'static str, Client>,
    rng: RefCell<StdRng>,
    tally: RefCell<Tally>,
    acknowledged: Arc<AtomicUsize>,
}

impl Sender {
    /// Sends one message to an instance that is up; its verified answer, if there was one.
    async fn post(&self, client: &Client, path: &str, message: &str) -> Option<(String, Value)> {
        self.tally.borrow_mut().sent += 1;
        let url = {
            let urls = self.urls.lock().unwrap();
            let up: Vec<_> = urls.iter().flatten().collect();
            let drawn = self.rng.borrow_mut().random_range(0..up.len().max(1));
            up.get(drawn).map(|url| format!("{url}/api/v1{path}"))
        };
        let sent = self
            .http
            .post(url?)
            .header("content-type", "application/json")
            .body(message.to_owned())
            .send();
        let body = sent.await.ok()?.bytes().await.ok()?;
        let request = chs_envelope::sealed::Envelope::parse(message.as_bytes()).unwrap();
        client.open(&request, &body).ok()
    }

    /// As [`Sender::post`] with `message` made anew for every attempt, until there is a
    /// final answer.
    async fn insist(
        &self,
        client: &Client,
        path: &str,
        message: impl Fn() -> String,
    ) -> (String, Value, String) {
        let begun = Instant::now();
        loop {
            let message = message();
            match self.post(client, path, &message).await {
                Some((code, data)) if data["retryable"] != json!(true) => {
                    return (code, data, message);
                }
                answer => {
                    self.tally.borrow_mut().unanswered += 1;
                    let patience = Duration::from_secs(180);
                    assert!(
                        begun.elapsed() < patience,
                        "{path}: no final answer, {answer:?}"
                    );
                    tokio::time::sleep(Duration::from_millis(40)).await;
                }
            }
        }
    }

    /// A request until it is acknowledged; then perhaps repeated, perhaps replayed.
    async fn call(&self, name: &str, path: &'static str, data: &Value) -> Value {
        let client = &self.clients[name];
        let (data, id) = (data.to_string(), unique());
        let fresh = || client.seal(&data, &id, &unique(), now()).unwrap().to_json();
        let (code, answer, message) = self.insist(client, path, fresh).await;
        assert_eq!(code, "0", "{path} {answer}");
        self.acknowledged.fetch_add(1, Ordering::SeqCst);
        {
            let mut tally = self.tally.borrow_mut();
            let ids = tally.acknowledged.entry(path).or_default();
            ids.push(id.clone());
        }
        let drawn: f64 = self.rng.borrow_mut().random();
        if drawn < 0.05 {
            let (code, mut again, _) = self.insist(client, path, fresh).await;
            assert_eq!(
                (code.as_str(), &again["replayed"]),
                ("0", &json!(true)),
                "{path}"
            );
            let mut first = answer.clone();
            for one in [&mut again, &mut first] {
                one.as_object_mut().unwrap().remove("replayed");
            }
            assert_eq!(again, first, "a repeat gets the first answer");
            self.tally.borrow_mut().repeated += 1;
        } else if drawn < 0.10 {
            let (code, ..) = self.insist(client, path, || message.clone()).await;
            assert_eq!(code, "CHS-40901", "a replay is refused, by either instance");
            self.tally.borrow_mut().replayed += 1;
        }
        answer
    }

    /// The life of one list: uploaded (in a transaction that it shares), submitted, reported,
    /// for some revoked and reported again.
    async fn carry(&self, number: usize, list: &Value) {
        let uploaded = self.call("hospital-a", "/reports", &upload(list)).await;
        assert_eq!(uploaded["revision"], 1, "{uploaded}");
        let answer = self.call("hospital-a", "/reports", &submit(list)).await;
        let query = json!({"setl_id": answer["setl_id"]});
        let upload = self.call("city", "/settlement-lists/uploads", &query).await;
        let grouping = &answer["grouping"];
        let item = |sequence: i32| {
            json!({
                "setl_id": answer["setl_id"], "setl_list_sn": answer["setl_list_id"],
                "fixmedins_code": "H61040100001", "mdc_codg": grouping["mdc_codg"],
                "adrg_code": grouping["adrg_code"], "drg_code": grouping["drg_code"],
                "grp_rslt": "1", "grp_time": "2026-11-01 08:00:00", "sequence": sequence,
                "input_digest": upload["input_digest"],
            })
        };
        let report = async |sequence: i32| {
            let message = batch(&format!("B{number}-{sequence}"), &[item(sequence)]);
            let answer = self.call("city", "/groupings/report", &message).await;
            assert_eq!(answer["accepted"], 1, "{answer}");
        };
        report(1).await;
        if number.is_multiple_of(3) {
            let data = json!({"setl_id": answer["setl_id"], "sequence": 1, "reason_code": "9",
                "reason": "测试"});
            let revoked = self.call("city", "/groupings/revoke", &data).await;
            assert_eq!(revoked["result"], "REVOKED", "{revoked}");
        }
        if number.is_multiple_of(6) {
            report(2).await;
        }
    }
}

/// Kills and cuts at random moments of the run, measured in acknowledged requests.
fn trouble(
    mut fleet: Fleet,
    kills: Vec<Victim>,
    (acknowledged, expected): (Arc<AtomicUsize>, usize),
    switch: Switch,
    over: Arc<AtomicBool>,
) -> Fleet {
    let count = kills.len();
    for (number, victim) in kills.into_iter().enumerate() {
        let due = expected * (number + 1) / (count + 2);
        while acknowledged.load(Ordering::SeqCst) < due && !over.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(2));
        }
        match number % 3 {
            0 => switch.cut(true),
            1 => switch.mood(Mood::Late),
            _ => switch.mood(Mood::Unavailable),
        }
        fleet.kill(victim);
        std::thread::sleep(Duration::from_millis(300));
        switch.cut(false);
        switch.mood(Mood::Well);
    }
    while !over.load(Ordering::SeqCst) {
        fleet.keep();
        std::thread::sleep(Duration::from_millis(50));
    }
    fleet.keep();
    fleet
}

/// A connection to the database, which may be coming back from its last kill.
async fn connected(
    database: &tokio_postgres::Config,
) -> (
    tokio_postgres::Client,
    tokio_postgres::Connection<tokio_postgres::Socket, tokio_postgres::tls::NoTlsStream>,
) {
    let begun = Instant::now();
    loop {
        match database.connect(tokio_postgres::NoTls).await {
            Ok(connected) => return connected,
            Err(error) => assert!(begun.elapsed() < Duration::from_secs(60), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[actix_web::test]
async fn two_instances_lose_nothing_and_do_nothing_twice() {
    let count = setting("TEST_STORM_LISTS", 64);
    let kill_count = setting("TEST_STORM_KILLS", 4);
    let seed = u64::try_from(setting("TEST_STORM_SEED", 64)).unwrap();
    let mut rng = StdRng::seed_from_u64(seed);
    let mut kills: Vec<_> = [Victim::Keeper, Victim::Guest, Victim::Database]
        .into_iter()
        .cycle()
        .take(kill_count)
        .collect();
    kills.shuffle(&mut rng);
    let database_kills = kills.iter().filter(|one| **one == Victim::Database).count();
    let province = Province::start().await;
    let upstream = |name: &str, value: String| (format!("CHS_UPSTREAM__{name}"), value);
    let settings = vec![
        upstream("URL", province.url.clone()),
        upstream("CALLER", province.caller().display().to_string()),
        upstream("POLL_MS", "50".into()),
        upstream("BACKOFF_MS", "50".into()),
        upstream("BACKOFF_MOST_SECONDS", "2".into()),
        upstream("TIMEOUT_SECONDS", "2".into()),
        upstream("ATTEMPTS", "1000".into()),
        ("CHS_LIMITS__ADDRESS_PER_SECOND".into(), "1000000".into()),
    ];
    let fleet = tokio::task::spawn_blocking(|| Fleet::start(settings))
        .await
        .unwrap();
    let folder = development::folder(fleet.data());
    let client = |name: &str| {
        Client::new(&read_caller(&folder.join(format!("{name}.toml"))).unwrap()).unwrap()
    };
    let expected = count * 4 + count.div_ceil(3) + count.div_ceil(6);
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let over = Arc::new(AtomicBool::new(false));
    let sender = Rc::new(Sender {
        urls: Arc::clone(&fleet.urls),
        http: http().unwrap(),
        clients: ["hospital-a", "city"]
            .map(|name| (name, client(name)))
            .into(),
        rng: RefCell::new(rng),
        tally: RefCell::default(),
        acknowledged: Arc::clone(&acknowledged),
    });
    let (switch, ended) = (province.switch(), Arc::clone(&over));
    let killer =
        std::thread::spawn(move || trouble(fleet, kills, (acknowledged, expected), switch, ended));

    let work: VecDeque<_> = lists(count, seed).into_iter().enumerate().collect();
    let work = Rc::new(RefCell::new(work));
    let begun = Instant::now();
    let senders = (0..SENDERS).map(|_| {
        let (sender, work) = (Rc::clone(&sender), Rc::clone(&work));
        actix_web::rt::spawn(async move {
            loop {
                let next = work.borrow_mut().pop_front();
                let Some((number, list)) = next else { return };
                sender.carry(number, &list).await;
            }
        })
    });
    for ended in futures_util::future::join_all(senders).await {
        ended.unwrap();
    }
    let seconds = begun.elapsed().as_secs();
    over.store(true, Ordering::SeqCst);
    let fleet = tokio::task::spawn_blocking(|| killer.join().unwrap())
        .await
        .unwrap();

    let (database, connection) = connected(&fleet.database()).await;
    actix_web::rt::spawn(connection);
    let number = async |sql: &str| -> usize {
        let count: i64 = database.query_one(sql, &[]).await.unwrap().get(0);
        usize::try_from(count).unwrap()
    };
    let open = "SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'dead')";
    let emptying = Instant::now();
    while number(open).await > 0 && emptying.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let left = number(open).await;
    let tally = sender.tally.take();
    let acked = |path: &str| tally.acknowledged.get(path).map_or(0, Vec::len);
    let (reports, revocations) = (acked("/groupings/report"), acked("/groupings/revoke"));
    let stored = [
        number("SELECT COUNT(*) FROM settlement_lists WHERE stas_type = 1 AND revision = 2").await,
        number("SELECT COUNT(*) FROM reported_groupings").await,
        number("SELECT COUNT(*) FROM reported_groupings WHERE state = 'REVOKED'").await,
    ];
    let at_platform = province.look(|ledger| {
        assert_eq!(ledger.violations, Vec::<String>::new());
        assert_eq!(ledger.unverified, 0);
        let reported = ledger
            .cases
            .values()
            .map(|case| case.reported.len())
            .sum::<usize>();
        let revoked = ledger
            .cases
            .values()
            .map(|case| case.revoked.len())
            .sum::<usize>();
        (ledger.received.len(), reported, revoked, ledger.repeats)
    });
    let done = number(
        "SELECT COUNT(*) FROM audit_records WHERE outcome = 'done'
        AND role IN ('hospital', 'city')",
    )
    .await;
    let twice = number(
        "SELECT COUNT(*) FROM (SELECT 1 FROM audit_records
        WHERE outcome IN ('done', 'delivered') AND role <> 'operator'
        GROUP BY app_id, request_id HAVING COUNT(*) > 1) AS t",
    )
    .await;
    let restarts = fleet.restarts;
    let dir = tokio::task::spawn_blocking(|| fleet.stop()).await.unwrap();
    let personal = personal(&lists(count.min(20), seed));
    assert_eq!(found(dir.path(), &personal), [], "a patient in the files");
    let verify = Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .args(["audit", "verify", "--data"])
        .arg(dir.path())
        .env("RUST_LOG", "warn")
        .output()
        .unwrap();
    println!(
        "storm seed {seed}: {SENDERS} senders, {count} lists, {seconds} s\n\
         kills {kill_count} ({database_kills} of the database), further restarts {restarts}\n\
         messages sent {}, unanswered {}, repeated {}, replayed {}\n\
         acknowledged: uploads and submissions {}, queries {}, reports {reports}, revocations {revocations}\n\
         stored: lists {}, reports {}, revocations {}\n\
         at the platform: messages {}, reports {}, revocations {}, repeats {}\n\
         outbox left {left}; audit: done {done}, done twice {twice}\n{}",
        tally.sent,
        tally.unanswered,
        tally.repeated,
        tally.replayed,
        acked("/reports"),
        acked("/settlement-lists/uploads"),
        stored[0],
        stored[1],
        stored[2],
        at_platform.0,
        at_platform.1,
        at_platform.2,
        at_platform.3,
        String::from_utf8_lossy(&verify.stdout),
    );
    assert!(verify.status.success());
    assert_eq!((left, twice), (0, 0));
    assert_eq!(acked("/reports"), 2 * count);
    assert_eq!(stored, [count, reports, revocations]);
    assert_eq!(at_platform.0, reports + revocations);
    assert_eq!((at_platform.1, at_platform.2), (reports, revocations));
    assert_eq!(
        done,
        tally.acknowledged.values().map(Vec::len).sum::<usize>()
    );
    assert!(tally.repeated > 0 && tally.replayed > 0 && tally.unanswered > 0);
    province.stop().await;
}
