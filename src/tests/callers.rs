//! Callers are managed beside a running gateway, which follows.

use std::{path::Path, process::Output, time::Duration};

use chs_gateway::{
    caller_file,
    commands::call::{Client, unique},
};
use serde_json::json;

use crate::harness::{Answer, Gateway};

/// Runs `chs-gateway callers …` on the data folder of a running gateway.
fn callers(data: &Path, arguments: &[&str]) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .arg("callers")
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
}

fn well(output: Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Asks for a fee summary with a caller file's keys until the answer has `code`; the
/// gateway looks at the register every second here.
async fn until(gateway: &Gateway, client: &Client, code: &str) -> Answer {
    let mut last = None;
    for _ in 0..50 {
        let answer = ask(gateway, client).await;
        if answer.code == code {
            return answer;
        }
        last = Some(answer);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {code}: {last:?}");
}

async fn ask(gateway: &Gateway, client: &Client) -> Answer {
    ask_as(gateway, client, &unique()).await
}

async fn ask_as(gateway: &Gateway, client: &Client, request_id: &str) -> Answer {
    let query = json!({"setl_ym": "202601", "level": "group", "page_num": 1, "page_size": 10});
    let message = client
        .seal(
            &query.to_string(),
            request_id,
            &unique(),
            crate::harness::now(),
        )
        .unwrap();
    gateway
        .send(client, "/groupings/fee-summary", message.to_json())
        .await
}

fn client(file: &Path) -> (caller_file::CallerFile, Client) {
    let caller = caller_file::read_caller(file).unwrap();
    let client = Client::new(&caller).unwrap();
    (caller, client)
}

#[actix_web::test]
async fn a_caller_is_registered_rekeyed_limited_and_suspended_while_the_gateway_runs() {
    let gateway = Gateway::start_with(|config| config.limits.callers_seconds = 1).await;
    let data = gateway.data().to_owned();
    let path = |name: &str| data.join(name).display().to_string();
    let (first, second) = (path("first.toml"), path("second.toml"));

    let add = [
        "add",
        "--role",
        "hospital",
        "--fixmedins-code",
        "H61040100009",
        "--name",
        "测试医院丙",
        "--key-id",
        "first",
        "--gcm",
        "--out",
        &first,
    ];
    well(callers(&data, &add));
    let (file, old) = client(Path::new(&first));
    until(&gateway, &old, "0").await;
    let before = ask_as(&gateway, &old, "across-keys").await;
    assert_eq!(before.code, "0");
    let again = callers(&data, &add);
    assert_eq!(
        again.status.code(),
        Some(2),
        "a caller file is never overwritten"
    );

    // Both sets hold during the overlap; an ended one does not.
    let app_id = file.app_id.as_str();
    well(callers(
        &data,
        &[
            "rotate", app_id, "--key-id", "second", "--gcm", "--out", &second,
        ],
    ));
    let (_, new) = client(Path::new(&second));
    until(&gateway, &new, "0").await;
    assert_eq!(ask(&gateway, &old).await.code, "0");
    let repeat = ask_as(&gateway, &new, "across-keys").await;
    assert_eq!(repeat.data["replayed"], true, "{repeat:?}");
    well(callers(&data, &["end-key", app_id, "first"]));
    until(&gateway, &old, "CHS-40102").await;
    assert_eq!(ask(&gateway, &new).await.code, "0");

    // A key pair belongs to one caller.
    let public_key = client(Path::new(&second)).0.public_key;
    let stolen = callers(
        &data,
        &[
            "add",
            "--role",
            "city",
            "--key-id",
            "x",
            "--public-key",
            &public_key,
            "--out",
            &path("stolen.toml"),
        ],
    );
    assert_eq!(stolen.status.code(), Some(2));
    let said = String::from_utf8_lossy(&stolen.stderr).into_owned();
    assert!(said.contains("CHS-40920"), "{said}");

    well(callers(&data, &["set", app_id, "--allow", "192.0.2.0/24"]));
    until(&gateway, &new, "CHS-40303").await;
    well(callers(
        &data,
        &["set", app_id, "--allow", "127.0.0.0/8", "--per-second", "1"],
    ));
    until(&gateway, &new, "CHS-42901").await;
    well(callers(
        &data,
        &["set", app_id, "--default-rate", "--allow-any"],
    ));
    until(&gateway, &new, "0").await;

    well(callers(&data, &["suspend", app_id]));
    until(&gateway, &new, "CHS-40101").await;
    well(callers(&data, &["resume", app_id]));
    until(&gateway, &new, "0").await;

    // Every change left its record, and no secret is listed.
    let listed = well(callers(&data, &["list", "--json"]));
    assert!(listed.contains("H61040100009") && !listed.contains(&file.app_secret));
    let operations = gateway
        .sql(&format!(
            "SELECT operation FROM audit_records WHERE subject = '{app_id}' ORDER BY at"
        ))
        .await;
    assert_eq!(
        operations,
        [
            "callers.register",
            "callers.rotate",
            "callers.end-key",
            "callers.set",
            "callers.set",
            "callers.set",
            "callers.suspend",
            "callers.resume",
        ]
    );
    let (records, faults) = chs_gateway::audit::verify(&gateway.app.store)
        .await
        .unwrap();
    assert!(records >= 8 && faults.is_empty(), "{faults:?}");
    gateway.stop().await;
}

#[actix_web::test]
async fn a_caller_registered_by_certificate_calls_until_it_ends() {
    let gateway = Gateway::start_with(|config| config.limits.callers_seconds = 1).await;
    let fixtures =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/envelope/tests/certificates/fixtures");
    let of = |name: &str| std::fs::read_to_string(fixtures.join(name)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (cert, cas) = (folder.path().join("chain.crt"), folder.path().join("ca"));
    std::fs::create_dir(&cas).unwrap();
    std::fs::write(&cert, of("sign.crt") + &of("sub.crt")).unwrap();
    let out = folder.path().join("h7.toml");
    let add = |cas: &Path| {
        callers(
            gateway.data(),
            &[
                "add",
                "--role",
                "hospital",
                "--fixmedins-code",
                "H61040100007",
                "--key-id",
                "h7-2026",
                "--cert",
                cert.to_str().unwrap(),
                "--ca",
                cas.to_str().unwrap(),
                "--out",
                out.to_str().unwrap(),
            ],
        )
    };
    assert!(!add(&cas).status.success(), "no CA is trusted");
    std::fs::write(cas.join("namesake.crt"), of("namesake.crt")).unwrap();
    assert!(!add(&cas).status.success(), "a CA of the same name only");
    assert!(
        !out.exists(),
        "nothing is written for a refused certificate"
    );
    std::fs::write(cas.join("root.crt"), of("root.crt")).unwrap();
    assert!(well(add(&cas)).contains("CN=TEST sign"));

    // The private key stays with the caller.
    let mut caller = caller_file::read_caller(&out).unwrap();
    assert_eq!(caller.private_key, "");
    caller.private_key = of("sign.plain.key");
    let client = Client::new(&caller).unwrap();
    until(&gateway, &client, "0").await;
    let sql = |end: &str| {
        format!(
            "UPDATE caller_keys SET not_after = {end} WHERE key_id = 'h7-2026';
             UPDATE callers SET revision = revision + 1 WHERE fixmedins_code = 'H61040100007'"
        )
    };
    let ends = gateway
        .sql("SELECT COUNT(*) FROM caller_keys WHERE key_id = 'h7-2026' AND not_after > now()")
        .await;
    assert_eq!(ends, ["1"], "the key ends with its certificate");
    gateway.batch(&sql("now() - interval '1 second'")).await;
    until(&gateway, &client, "CHS-40105").await;
    gateway.stop().await;
}
