//! Rules, schemes and profiles read again while the gateway runs.

use std::{path::Path, process::Command, time::Duration};

use chs_gateway::{
    caller_file,
    commands::call::{Client, http, unique},
    development,
    reload::{self, Reloaded},
};
use serde_json::{Value, json};

use crate::{
    crash,
    harness::{Gateway, data_dir, lists, now},
};

/// A tuning that gives a rule which the lists below break another severity.
fn tune(folder: &Path, severity: &str) {
    let text =
        format!("[[change]]\nbasis = \"试验\"\nseverity = {{ \"QC-FMT-026\" = \"{severity}\" }}\n");
    std::fs::write(folder.join("tuning.toml"), text).unwrap();
}

fn broken_list() -> Value {
    let mut list = lists(1, 1).remove(0);
    list["setlinfo"]["dscg_way"] = json!("9");
    list
}

/// Digest of the rules that judged a list, and the severity of its finding.
fn judged(answer: &Value) -> (String, String) {
    let digest = answer["versions"]["rules"]["digest"].as_str().unwrap();
    let findings = answer["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|finding| finding["rule_id"] == "QC-FMT-026")
        .unwrap();
    (
        digest.to_owned(),
        finding["severity"].as_str().unwrap().to_owned(),
    )
}

#[actix_web::test]
async fn sound_files_are_put_in_force_and_a_mistake_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    tune(folder.path(), "warning");
    let path = folder.path().to_owned();
    let gateway =
        Gateway::start_with(move |config| config.quality.folder = Some(path.clone())).await;
    let check = async || {
        let answer = gateway
            .call("hospital-a", "/qc/pre-check", &broken_list())
            .await;
        assert_eq!(answer.code, "0", "{}", answer.data);
        judged(&answer.data)
    };
    let (first, severity) = check().await;
    assert_eq!(severity, "warning");

    tune(folder.path(), "error");
    assert_eq!(check().await.0, first, "files alone change nothing");
    let Reloaded::Done { version } = reload::ask(gateway.data()).await.unwrap() else {
        panic!("the files are sound");
    };
    let (second, severity) = check().await;
    assert_eq!(severity, "error");
    assert_ne!(second, first);
    assert_eq!(version["rules"]["digest"], second.as_str());

    for (severity, said) in [("grave", "tuning.toml"), ("", "tuning.toml")] {
        tune(folder.path(), severity);
        match reload::ask(gateway.data()).await.unwrap() {
            Reloaded::Refused { reason } => assert!(reason.contains(said), "{reason}"),
            Reloaded::Done { version } => panic!("{severity}: {version}"),
        }
        assert_eq!(check().await, (second.clone(), "error".to_owned()));
    }
    let told = gateway
        .sql("SELECT outcome || ' ' || subject FROM audit_records WHERE operation = 'catalogue.reload' ORDER BY at")
        .await;
    let refused = format!("refused {second}");
    assert_eq!(told, [format!("done {second}"), refused.clone(), refused]);
    gateway.stop().await;
}

#[actix_web::test]
async fn another_gateway_and_strangers_do_not_take_the_socket() {
    let gateway = Gateway::start().await;
    let socket = reload::socket(gateway.data());
    // Who says something else is no request; the one after it is heard.
    let stranger = tokio::net::UnixStream::connect(&socket).await.unwrap();
    stranger.writable().await.unwrap();
    stranger.try_write(b"restart").unwrap();
    drop(stranger);
    assert!(matches!(
        reload::ask(gateway.data()).await.unwrap(),
        Reloaded::Done { .. }
    ));
    let data = gateway.data().to_owned();
    let second = reload::Reloads::open(&data).await.unwrap();
    assert!(matches!(
        reload::ask(&data).await.unwrap(),
        Reloaded::Done { .. }
    ));
    drop(second);
    gateway.stop().await;
}

#[actix_web::test]
async fn sighup_and_the_command_reload_a_real_gateway() {
    let data = data_dir();
    let folder = tempfile::tempdir().unwrap();
    tune(folder.path(), "warning");
    let config = folder.path().join("gateway.toml");
    let text = format!("[quality]\nfolder = {:?}\n", folder.path());
    std::fs::write(&config, text).unwrap();
    let served = crash::serve_with(data.path(), Some(&config));
    let caller = development::folder(data.path()).join("hospital-a.toml");
    let client = Client::new(&caller_file::read_caller(&caller).unwrap()).unwrap();
    let (http, url) = (http().unwrap(), &served.url);
    let check = async || {
        let list = broken_list().to_string();
        let message = client.seal(&list, &unique(), &unique(), now()).unwrap();
        let response = http
            .post(format!("{url}/api/v1/qc/pre-check"))
            .header("content-type", "application/json")
            .body(message.to_json())
            .send()
            .await
            .unwrap();
        let body = response.bytes().await.unwrap();
        judged(&client.open(&message, &body).unwrap().1)
    };
    let (first, _) = check().await;

    tune(folder.path(), "error");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(served.child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGHUP).unwrap();
    let mut second = check().await;
    for _ in 0..100 {
        if second.0 != first {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        second = check().await;
    }
    assert_ne!(second.0, first);
    assert_eq!(second.1, "error");

    let command = || {
        Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
            .args(["reload", "--data"])
            .arg(data.path())
            .output()
            .unwrap()
    };
    tune(folder.path(), "info");
    let done = command();
    assert_eq!(done.status.code(), Some(0));
    let third = check().await;
    assert_eq!(third.1, "info");
    assert!(String::from_utf8(done.stdout).unwrap().contains(&third.0));
    tune(folder.path(), "grave");
    let refused = command();
    assert_eq!(refused.status.code(), Some(1));
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(why.contains("tuning.toml"), "{why}");
    assert_eq!(check().await, third);
    crash::stopped(served);
    assert_eq!(command().status.code(), Some(3), "nobody runs there now");
}
