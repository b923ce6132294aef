//! What a run leaves behind on disk: no name, certificate number, address or telephone
//! number of a patient stands in the database's files, in a log or in a refusal.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use chs_gateway::{
    caller_file::read_caller,
    commands::call::{Client, http, unique},
    development, embedded_db,
};
use serde_json::{Value, json};

use crate::harness::{data_dir, lists, now, submit};

/// Members of a list that say who the patient is or how to find him.
const PERSONAL: [&str; 8] = [
    "psn_no",
    "psn_name",
    "certno",
    "hi_no",
    "curr_addr",
    "coner_name",
    "coner_addr",
    "coner_tel",
];

/// The personal texts of lists.
pub(crate) fn personal(lists: &[Value]) -> BTreeSet<String> {
    let texts = lists.iter().flat_map(|list| {
        let info = &list["setlinfo"];
        PERSONAL.iter().filter_map(|name| info[*name].as_str())
    });
    texts.map(str::to_owned).collect()
}

/// Which of the texts stand in which file below a folder.
pub(crate) fn found(folder: &Path, texts: &BTreeSet<String>) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(self::found(&entry.path(), texts));
        } else if kind.is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let stands = |text: &&String| memchr::memmem::find(&bytes, text.as_bytes()).is_some();
            found.extend(
                texts
                    .iter()
                    .filter(stands)
                    .map(|text| (entry.path(), text.clone())),
            );
        }
    }
    found
}

struct Run {
    http: reqwest::Client,
    url: String,
    callers: PathBuf,
}

impl Run {
    async fn call(&self, name: &str, path: &str, data: &Value) -> (String, Value) {
        let caller = read_caller(&self.callers.join(format!("{name}.toml"))).unwrap();
        let client = Client::new(&caller).unwrap();
        let message = client.seal(&data.to_string(), &unique(), &unique(), now());
        let message = message.unwrap();
        let body = self.post(path, message.to_json()).await;
        client.open(&message, &body).unwrap()
    }

    async fn post(&self, path: &str, body: String) -> Vec<u8> {
        let sent = self
            .http
            .post(format!("{}/api/v1{path}", self.url))
            .header("content-type", "application/json")
            .body(body)
            .send();
        sent.await.unwrap().bytes().await.unwrap().to_vec()
    }
}

#[actix_web::test]
async fn no_patient_stands_in_files_logs_or_refusals() {
    let dir = data_dir();
    let log = dir.path().join("log-of-the-gateway");
    std::fs::create_dir(&log).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(dir.path())
        .env("RUST_LOG", "debug")
        .stdout(Stdio::piped())
        .stderr(File::create(log.join("stderr")).unwrap())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut ready = BufReader::new(child.stdout.take().unwrap());
    ready.read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let run = Run {
        http: http().unwrap(),
        url: ready["url"].as_str().unwrap().to_owned(),
        callers: development::folder(dir.path()),
    };

    let lists = lists(6, 81);
    let texts = personal(&lists);
    let silent = |answer: &Value, what: &str| {
        let answer = answer.to_string();
        for text in &texts {
            assert!(
                !answer.contains(text.as_str()),
                "{what}: {text} in {answer}"
            );
        }
    };
    // What goes well: a list, its record, its front page, the queries over them.
    for list in &lists[..3] {
        assert_eq!(
            run.call("hospital-a", "/reports", &submit(list)).await.0,
            "0"
        );
    }
    let info = &lists[0]["setlinfo"];
    let record = json!({"report": "2304", "input": {"setlinfo": {
        "setl_id": info["setl_id"], "fixmedins_code": info["fixmedins_code"],
        "psn_no": info["psn_no"], "psn_name": info["psn_name"], "certno": info["certno"],
        "setl_time": "2026-10-29 16:00:00", "medfee_sumamt": "100.00"}}});
    let (code, answer) = run.call("core", "/reports", &record).await;
    assert_eq!(code, "0", "{answer}");
    let page = json!({"report": "4401", "input": {"baseinfo": {
        "mdtrt_sn": "MD1", "medcasno": "B1", "psn_name": info["psn_name"],
        "certno": info["certno"], "coner_tel": info["coner_tel"], "medfee_sumamt": 100.5,
        "vali_flag": "1", "fixmedins_code": info["fixmedins_code"]}}});
    let (code, answer) = run.call("hospital-a", "/reports", &page).await;
    assert_eq!(code, "0", "{answer}");
    let query = json!({"setl_ym": "202610", "psn_no": info["psn_no"]});
    let (code, answer) = run.call("hospital-a", "/qc/results", &query).await;
    assert_eq!(
        (code.as_str(), &answer["rows"][0]["psn_name"]),
        ("0", &info["psn_name"])
    );

    // What does not: wrong values, wrong types, another's data, a database that refuses.
    let mut wrong = lists[3].clone();
    let person = &mut wrong["setlinfo"];
    person["certno"] = json!(format!("{}9", &person["certno"].as_str().unwrap()[..17]));
    let wrong_number = person["certno"].as_str().unwrap().to_owned();
    let (code, answer) = run.call("hospital-a", "/qc/pre-check", &wrong).await;
    assert_eq!(code, "0", "{answer}");
    let shown = format!("{}****", &wrong_number[..3]);
    assert!(answer["findings"].to_string().contains(&shown), "{answer}");
    silent(&answer, "pre-check");
    run.call("hospital-a", "/reports", &submit(&wrong)).await;
    let mut mistyped = lists[4].clone();
    mistyped["setlinfo"]["psn_name"] = json!([mistyped["setlinfo"]["psn_name"]]);
    mistyped["setlinfo"]["brdy"] = json!("someday");
    let (code, answer) = run.call("hospital-a", "/reports", &submit(&mistyped)).await;
    assert_ne!(code, "0");
    silent(&answer, "a mistyped list");
    let (code, answer) = run.call("hospital-b", "/reports", &submit(&lists[4])).await;
    assert_eq!(code, "CHS-40302");
    silent(&answer, "another institution's list");
    let refused = run.post("/reports", lists[4].to_string()).await;
    silent(
        &serde_json::from_slice(&refused).unwrap(),
        "an unsealed list",
    );
    let database = embedded_db::connection_beside(dir.path()).unwrap();
    let (client, connection) = database.connect(tokio_postgres::NoTls).await.unwrap();
    actix_web::rt::spawn(connection);
    client
        .batch_execute(
            "ALTER TABLE settlement_lists ADD CONSTRAINT none CHECK (revision > 1) NOT VALID",
        )
        .await
        .unwrap();
    let (code, answer) = run.call("hospital-a", "/reports", &submit(&lists[5])).await;
    assert_eq!(code, "CHS-50001", "{answer}");
    silent(&answer, "a database that refuses");

    // Rows as the database reads them: what TOAST compresses on disk stands open here.
    let tables = "SELECT quote_ident(table_name) FROM information_schema.tables
                  WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    let mut rows = 0;
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        let read = format!("SELECT t::text FROM {table} AS t");
        for row in client.query(&read, &[]).await.unwrap() {
            let row: String = row.get(0);
            rows += 1;
            for text in texts.iter().chain([&wrong_number]) {
                assert!(!row.contains(text.as_str()), "{text} in {table}: {row}");
            }
        }
    }
    assert!(rows > 50, "{rows} rows");
    drop(client);
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert!(child.wait().unwrap().success());

    let mut searched = texts.clone();
    searched.insert(wrong_number);
    assert_eq!(found(dir.path(), &searched), []);
    // The search can find: a settlement id is no secret and stands in the files, and the
    // log told of the calls.
    let known = [info["setl_id"].as_str().unwrap().to_owned()].into();
    assert!(!found(&dir.path().join("pg"), &known).is_empty());
    let logged = ["reports.submit".to_owned()].into();
    assert!(!found(&log, &logged).is_empty());
}
