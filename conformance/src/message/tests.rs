//! Sealing and opening against each other; the caller plays the platform's part too.

use serde_json::json;

use super::*;
use crate::caller::tests::caller;

const NONCE: &str = "3f6c1b5ad2e84c7f9a10";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_305_600, 0).unwrap()
}

fn answer(caller: &Caller, enc_type: &str, data: &str) -> Value {
    sealed_answer(caller, enc_type, ("R-1", NONCE), data, now())
}

/// An answer as a platform would make it, signed with the key both sides share in tests.
pub(crate) fn sealed_answer(
    caller: &Caller,
    enc_type: &str,
    (request_id, nonce): (&str, &str),
    data: &str,
    now: DateTime<Utc>,
) -> Value {
    let time = timestamp(now, 0);
    let mut members = BTreeMap::from([
        ("appId", caller.app_id.as_str()),
        ("code", "0"),
        ("encType", enc_type),
        ("message", "成功 / ok"),
        ("nonce", nonce),
        ("requestId", request_id),
        ("signType", "SM2"),
        ("success", "true"),
        ("timestamp", &time),
        ("version", "1.0.0"),
    ]);
    let sealed = if enc_type == SM4_GCM {
        crypto::gcm_encrypt(
            &caller.gcm_key.unwrap(),
            &[5; 12],
            aad(&members).as_bytes(),
            data.as_bytes(),
        )
        .unwrap()
    } else {
        crypto::ecb_encrypt(&caller.key2, data.as_bytes())
    };
    let enc_data = hex::encode_upper(sealed);
    if enc_type == SM4_GCM {
        members.insert("encData", &enc_data);
    } else {
        members.insert("data", data);
    }
    let text = signed_text(&members, &caller.app_secret);
    let sign = STANDARD.encode(crypto::sign(&caller.private_key, text.as_bytes()).unwrap());
    members.remove("data");
    members.insert("encData", &enc_data);
    members.insert("signData", &sign);
    let mut answer = json!(members);
    answer["success"] = json!(true);
    answer
}

fn failed(caller: &Caller, body: &Value, enc_type: &str) -> Vec<String> {
    let sent = Expected {
        enc_type,
        request_id: "R-1",
        nonce: NONCE,
    };
    open_answer(caller, body, &sent, now())
        .findings
        .into_iter()
        .filter(|finding| !finding.ok)
        .map(|finding| finding.what)
        .collect()
}

#[test]
fn a_good_answer_passes_in_both_conventions() {
    let caller = caller();
    for enc_type in [SM4, SM4_GCM] {
        let body = answer(&caller, enc_type, r#"{"amt":12.50,"name":"值"}"#);
        assert_eq!(failed(&caller, &body, enc_type), Vec::<String>::new());
    }
}

#[test]
fn every_change_of_an_answer_is_noticed() {
    let caller = caller();
    for enc_type in [SM4, SM4_GCM] {
        let good = answer(&caller, enc_type, r#"{"amt":12.50}"#);
        for member in ["code", "message", "nonce", "encData", "signData"] {
            let mut bad = good.clone();
            let text = bad[member].as_str().unwrap().to_owned();
            let changed = if text.ends_with('A') { "B" } else { "A" };
            bad[member] = json!(format!(
                "{}{changed}",
                text.chars()
                    .take(text.chars().count() - 1)
                    .collect::<String>()
            ));
            assert!(
                !failed(&caller, &bad, enc_type).is_empty(),
                "{enc_type} {member}"
            );
        }
        let mut extra = good.clone();
        extra["debug"] = json!("x");
        let form = "members are known, complete, non-empty and of their type".to_owned();
        assert!(failed(&caller, &extra, enc_type).contains(&form));
        let mut turned = good.clone();
        turned["success"] = json!(false);
        assert_eq!(
            failed(&caller, &turned, enc_type),
            ["signature of the answer verifies"]
        );
        let mut text = good.clone();
        text["success"] = json!("true");
        assert!(failed(&caller, &text, enc_type).contains(&form));
        let mut number = good.clone();
        number["code"] = json!(0);
        assert!(!failed(&caller, &number, enc_type).is_empty());
        let mut lower = good.clone();
        lower["encData"] = json!(good["encData"].as_str().unwrap().to_lowercase());
        assert!(!failed(&caller, &lower, enc_type).is_empty());
        let mut other = good;
        other["requestId"] = json!("R-2");
        assert!(failed(&caller, &other, enc_type).contains(&"requestId of the answer".to_owned()));
    }
}

#[test]
fn stale_answers_and_answers_to_other_requests_are_noticed() {
    let caller = caller();
    let body = answer(&caller, SM4, r#"{"a":1}"#);
    let sent = Expected {
        enc_type: SM4,
        request_id: "R-1",
        nonce: "of-another-request-1",
    };
    let later = now() + TimeDelta::seconds(301);
    let failed: Vec<String> = open_answer(&caller, &body, &sent, later)
        .findings
        .into_iter()
        .filter(|finding| !finding.ok)
        .map(|finding| finding.what)
        .collect();
    assert_eq!(
        failed,
        ["nonce of the answer", "timestamp of the answer is fresh",]
    );
}

#[test]
fn timestamps_are_china_time_or_milliseconds() {
    assert_eq!(timestamp(now(), 0), "20261122080000");
    assert_eq!(timestamp(now(), -301), "20261122075459");
    assert_eq!(timestamp_millis(now(), 1), "1795305601000");
    assert!(is_fresh("1795305601000", now()) && !is_fresh("1795305901000", now()));
}

#[test]
fn the_text_of_a_gcm_message_holds_enc_data_in_the_place_of_data() {
    let caller = caller();
    let request = Request {
        app_id: &caller.app_id,
        enc_type: SM4_GCM,
        timestamp: "20261122080000",
        nonce: "3f6c1b5ad2e84c7f9a10",
        request_id: "R-1",
        data: "{\"a\":1}",
        plain: "{\"a\":1}",
    };
    let sealed = seal(&caller, &caller.private_key, &request).unwrap();
    assert!(sealed.signed_text.contains("&encData=") && !sealed.signed_text.contains("data={"));
    let json: Value = serde_json::from_str(&sealed.to_json()).unwrap();
    assert_eq!(json.as_object().unwrap().len(), 9);
    assert!(json.get("data").is_none());
}
