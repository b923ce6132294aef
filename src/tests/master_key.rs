//! The master key is changed: everything stored stays readable and is sealed anew.

use std::process::{Command, Output};

use chs_gateway::{app::Application, audit, config::Config, keys::SecretSource};
use serde_json::json;

use crate::harness::{Gateway, batch, data_dir, lists, report_item, submitted};

fn reseal(config: &std::path::Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .args(["keys", "reseal", "--config"])
        .arg(config)
        .output()
        .unwrap()
}

#[actix_web::test]
async fn a_new_master_key_seals_everything_anew_and_the_chain_still_verifies() {
    let gateway = Gateway::start().await;
    let list = lists(1, 95).remove(0);
    let answer = submitted(&gateway, &list).await;
    let item = report_item(&gateway, &answer, 1).await;
    let message = batch("B1", &[item]);
    let answer = gateway
        .call_as("city", "/groupings/report", &message, "r-1")
        .await;
    assert_eq!(answer.data["accepted"], 1);
    let version =
        "SELECT DISTINCT encode(substring(body FROM 1 FOR 5), 'hex') FROM settlement_lists
                   UNION SELECT encode(substring(payload FROM 1 FOR 5), 'hex') FROM outbox
                   UNION SELECT encode(substring(app_secret FROM 1 FOR 5), 'hex') FROM caller_keys";
    let before = gateway.sql(version).await;
    assert_eq!(before.len(), 1, "one key: {before:?}");

    // A second gateway's place: the same data with a new key before the old one.
    let folder = data_dir();
    let new = folder.path().join("new.hex");
    std::fs::write(&new, "00112233445566778899aabbccddeeff").unwrap();
    let old = gateway.data().join("keys/master.hex");
    let settings = json!({
        "data_dir": gateway.data(),
        "keys": {"master_key": new, "earlier_master_keys": [old]},
    });
    let file = folder.path().join("gateway.toml");
    std::fs::write(&file, toml::to_string(&settings).unwrap()).unwrap();
    let output = reseal(&file);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        said.contains("settlement_lists.body") && !said.contains("unreadable"),
        "{said}"
    );
    let after = gateway.sql(version).await;
    assert!(after.len() == 1 && after != before, "{after:?}");
    let nothing = String::from_utf8(reseal(&file).stdout).unwrap();
    assert!(
        nothing.lines().all(|line| line.ends_with("resealed 0")),
        "{nothing}"
    );

    // The next start has both keys: callers, lists, kept answers and the chain are readable.
    let data = gateway.data().to_owned();
    let url = {
        let (hosts, config) = (
            gateway.database_config().get_hosts().to_vec(),
            gateway.database_config(),
        );
        let Some(tokio_postgres::config::Host::Unix(path)) = hosts.first() else {
            panic!("no socket")
        };
        format!(
            "host={} user={} dbname={}",
            path.display(),
            config.get_user().unwrap(),
            config.get_dbname().unwrap()
        )
    };
    let mut config = Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        data_dir: folder.path().to_owned(),
        workers: 1,
        ..Config::default()
    };
    config.database.url = url;
    config.keys.platform_private_key = Some(SecretSource::File(data.join("keys/platform.pem")));
    config.keys.master_key = Some(SecretSource::File(new));
    config.keys.earlier_master_keys = vec![SecretSource::File(old)];
    let second = Application::build(config).await.unwrap();
    let (app, url) = (second.app(), second.url().to_owned());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = actix_web::rt::spawn(async move {
        let stop = async {
            let _ = stopped.await;
        };
        second.run_until_stopped(stop).await.unwrap();
    });
    let client = gateway.client("city");
    let message = client
        .seal(
            &message.to_string(),
            "r-1",
            &chs_gateway::client::unique(),
            crate::harness::now(),
        )
        .unwrap();
    let sent = gateway
        .http
        .post(format!("{url}/api/v1/groupings/report"))
        .header("content-type", "application/json")
        .body(message.to_json())
        .send();
    let body = sent.await.unwrap().bytes().await.unwrap();
    let (code, again) = client.open(&message, &body).unwrap();
    assert_eq!((code.as_str(), &again["replayed"]), ("0", &json!(true)));
    assert_eq!(audit::verify(&app.store).await.unwrap().1, []);
    stop.send(()).unwrap();
    running.await.unwrap();
    gateway.stop().await;
}
