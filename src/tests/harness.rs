//! A gateway for one test.

use std::{os::unix::fs::PermissionsExt, sync::Arc};

use chs_envelope::sealed::Envelope;
use chs_gateway::{
    app::{App, Application},
    caller_file,
    commands::call::{Client, http, unique},
    config::Config,
    development,
    sample::{SampleOptions, generate},
};
use serde_json::Value;
use tokio::{sync::oneshot, task::JoinHandle};

/// A running gateway with its data folder.
pub(crate) struct Gateway {
    pub(crate) url: String,
    pub(crate) app: Arc<App>,
    pub(crate) http: reqwest::Client,
    database: tokio_postgres::Config,
    dir: tempfile::TempDir,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

/// An opened answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `0`, or the code of the refusal, sealed or not.
    pub(crate) code: String,
    pub(crate) data: Value,
    /// Whether it came sealed and its signature verified.
    pub(crate) sealed: bool,
}

/// A folder that the database's unprivileged user can reach.
pub(crate) fn data_dir() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    dir
}

impl Gateway {
    pub(crate) async fn start() -> Gateway {
        Gateway::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Gateway {
        let dir = data_dir();
        let mut config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            data_dir: dir.path().to_owned(),
            workers: 2,
            ..Config::default()
        };
        change(&mut config);
        let application = Application::build(config).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (url, app) = (application.url().to_owned(), application.app());
        let database = application.database().clone();
        let running = actix_web::rt::spawn(async move {
            let stop = async {
                let _ = stopped.await;
            };
            application.run_until_stopped(stop).await.unwrap();
        });
        Gateway {
            url,
            app,
            http: http().unwrap(),
            database,
            dir,
            stop,
            running,
        }
    }

    /// How to connect to its database.
    pub(crate) fn database_config(&self) -> &tokio_postgres::Config {
        &self.database
    }

    /// Its data folder.
    pub(crate) fn data(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        self.running.await.unwrap();
    }

    pub(crate) fn caller(&self, name: &str) -> caller_file::CallerFile {
        let folder = development::folder(self.dir.path());
        caller_file::read_caller(&folder.join(format!("{name}.toml"))).unwrap()
    }

    pub(crate) fn client(&self, name: &str) -> Client {
        Client::new(&self.caller(name)).unwrap()
    }

    /// Calls with a fresh nonce and requestId.
    pub(crate) async fn call(&self, name: &str, path: &str, data: &Value) -> Answer {
        self.call_as(name, path, data, &unique()).await
    }

    /// Calls with a fresh nonce.
    pub(crate) async fn call_as(
        &self,
        name: &str,
        path: &str,
        data: &Value,
        request_id: &str,
    ) -> Answer {
        let client = self.client(name);
        let message = client
            .seal(&data.to_string(), request_id, &unique(), now())
            .unwrap();
        self.send(&client, path, message.to_json()).await
    }

    /// Sends a message as it is.
    pub(crate) async fn send(
        &self,
        client: &Client,
        path: &str,
        message: impl Into<String>,
    ) -> Answer {
        let message = message.into();
        let request = Envelope::parse(message.as_bytes()).ok();
        let response = self
            .http
            .post(format!("{}/api/v1{path}", self.url))
            .header("content-type", "application/json")
            .body(message)
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        match request.and_then(|request| client.open(&request, &body).ok()) {
            Some((code, data)) => Answer {
                status,
                code,
                data,
                sealed: true,
            },
            None => {
                let data: Value = serde_json::from_slice(&body).unwrap_or_else(|_| {
                    panic!(
                        "neither sealed nor JSON: {}",
                        String::from_utf8_lossy(&body)
                    )
                });
                let code = data["code"].as_str().unwrap_or_default().to_owned();
                Answer {
                    status,
                    code,
                    data,
                    sealed: false,
                }
            }
        }
    }

    /// Rows of a table.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.sql(&format!("SELECT COUNT(*) FROM {table}")).await[0]
            .parse()
            .unwrap()
    }

    /// Runs SQL statements beside the gateway.
    pub(crate) async fn batch(&self, sql: &str) {
        let (client, connection) = self.database.connect(tokio_postgres::NoTls).await.unwrap();
        let connection = actix_web::rt::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }

    /// Runs SQL beside the gateway, over a connection of its own; the first column of each
    /// row as text.
    pub(crate) async fn sql(&self, sql: &str) -> Vec<String> {
        let (client, connection) = self.database.connect(tokio_postgres::NoTls).await.unwrap();
        let connection = actix_web::rt::spawn(connection);
        let rows = client.query(sql, &[]).await.unwrap();
        let texts = rows
            .iter()
            .map(|row| {
                row.try_get::<_, String>(0)
                    .unwrap_or_else(|_| row.get::<_, i64>(0).to_string())
            })
            .collect();
        drop(client);
        connection.await.unwrap().unwrap();
        texts
    }
}

pub(crate) fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

/// Clean lists of hospital A.
pub(crate) fn lists(count: usize, seed: u64) -> Vec<Value> {
    let scheme = chs_grouper::Scheme::builtin("chs-drg-2.0").unwrap();
    let options = SampleOptions {
        lists: count,
        seed,
        institution: "H61040100001".into(),
    };
    generate(scheme, &options).collect()
}

/// An upload of a list that is not submitted.
pub(crate) fn upload(list: &Value) -> Value {
    serde_json::json!({"report": "4101", "input": list})
}

/// A submit of a list.
pub(crate) fn submit(list: &Value) -> Value {
    serde_json::json!({"report": "4101", "input": list, "submit": true})
}

/// A 4102 record of a list.
pub(crate) fn state_change(list: &Value, stas_type: &str) -> Value {
    serde_json::json!({"report": "4102", "input": {"data": {"stastinfo": [{
        "psn_no": list["setlinfo"]["psn_no"], "setl_id": list["setlinfo"]["setl_id"],
        "stas_type": stas_type,
    }]}}})
}

/// The settlement id of a list.
pub(crate) fn setl_id(list: &Value) -> String {
    list["setlinfo"]["setl_id"].as_str().unwrap().to_owned()
}

/// Submits a list of hospital A.
pub(crate) async fn submitted(gateway: &Gateway, list: &Value) -> Answer {
    let answer = gateway.call("hospital-a", "/reports", &submit(list)).await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    answer
}

/// An item of `groupings.report` for a submitted list, as the city's system would make it.
pub(crate) async fn report_item(gateway: &Gateway, answer: &Answer, sequence: i32) -> Value {
    let query = serde_json::json!({"setl_id": answer.data["setl_id"]});
    let upload = gateway
        .call("city", "/settlement-lists/uploads", &query)
        .await;
    let grouping = &answer.data["grouping"];
    serde_json::json!({
        "setl_id": answer.data["setl_id"], "setl_list_sn": answer.data["setl_list_id"],
        "fixmedins_code": "H61040100001", "mdc_codg": grouping["mdc_codg"],
        "adrg_code": grouping["adrg_code"], "drg_code": grouping["drg_code"], "grp_rslt": "1",
        "grp_time": "2026-11-01 08:00:00", "sequence": sequence,
        "input_digest": upload.data["input_digest"],
    })
}

/// A message of `groupings.report`.
pub(crate) fn batch(batch_no: &str, items: &[Value]) -> Value {
    serde_json::json!({"batch_no": batch_no, "setl_ym": "202610", "grp_ver": "xianyang-2025",
        "grp_spec_ver": "chs-drg-2.0", "items": items})
}

/// The rows of an answer; the canonical form leaves an empty list out.
pub(crate) fn rows(data: &Value) -> Vec<Value> {
    data["rows"].as_array().cloned().unwrap_or_default()
}
