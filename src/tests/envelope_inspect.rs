//! `chs-gateway envelope inspect`, the real binary. Keys and data are made up.

use std::{
    fs,
    process::{Command, Output},
};

use chs_envelope::{
    sealed::{AppCredentials, EncType, Head, Timestamp, seal_request},
    sm::{Sm2PrivateKey, encode_base64},
};
use rand::rngs::SysRng;
use serde_json::{Value, json};

const SECRET: &str = "a-secret-of-this-test";

fn inspect(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .args(["envelope", "inspect"])
        .args(arguments)
        .output()
        .unwrap()
}

/// A good message, then the same with its signature in DER: verified and exit
/// code 0, explained and exit code 1, the secret nowhere.
#[test]
fn a_message_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let key = Sm2PrivateKey::from_bytes(&[0x21; 32]).unwrap();
    let credentials = AppCredentials::new("TEST-INSPECT-APP-0001", SECRET).unwrap();
    let time = Timestamp::parse("20261122080000").unwrap();
    let head = Head::new(&credentials, EncType::Sm4, time, "0123456789abcdef", "R-1").unwrap();
    let data = json!({"a": 1, "name": "测试"});
    let envelope = seal_request(head, &data, &credentials, &key, &mut SysRng).unwrap();
    let good = envelope.to_json();
    let mut wrong: Value = serde_json::from_str(&good).unwrap();
    wrong["signData"] = json!(encode_base64(&envelope.signature().to_der().unwrap()));

    let (good, wrong) = (
        file("good.json", &good),
        file("wrong.json", &wrong.to_string()),
    );
    let public = file("key.pem", &key.public_key().to_pem().unwrap());
    let secret = file("secret.txt", SECRET);
    let common = ["--key", &public, "--secret-file", &secret];

    let output = inspect(&[&["--message", &good], &common[..]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("验签通过") && text.contains("&key=***"));
    assert!(!text.contains(SECRET));

    let output = inspect(&[&["--message", &wrong, "--json"], &common[..]].concat());
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "explained");
    assert_eq!(report["explained_by"][0]["id"], "der-form");
    assert_eq!(report["canonical"], r#"{"a":1,"name":"测试"}"#);
    assert!(!report.to_string().contains(SECRET));

    let output = inspect(&[&["--message", &good, "--show-secret"], &common[..]].concat());
    assert!(String::from_utf8(output.stdout).unwrap().contains(SECRET));
    let output = inspect(&["--message", &good]);
    assert_eq!(output.status.code(), Some(2), "no key was given");
}
