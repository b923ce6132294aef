//! The first stage: what is refused for its form, and how it is said.

use chs_envelope::sealed::{
    AnswerEnvelope, AppCredentials, CredentialsError, EXTRA_MAX, EncType, Envelope, EnvelopeError,
    Head, Outcome, Timestamp,
};
use serde_json::{Value, json};

use crate::fixtures::{APP_ID, APP_SECRET, TIME, credentials, signed_message};

fn good() -> Value {
    signed_message(b"{}", "")
}

fn with(name: &str, value: Value) -> String {
    let mut message = good();
    message[name] = value;
    message.to_string()
}

fn refusal(text: &str) -> EnvelopeError {
    Envelope::parse(text.as_bytes()).unwrap_err()
}

#[test]
fn a_good_one_is_taken() {
    let text = good().to_string();
    let envelope = Envelope::parse(text.as_bytes()).unwrap();
    assert_eq!(envelope.head().app_id(), APP_ID);
    assert_eq!(envelope.head().enc_type(), EncType::Sm4);
    assert_eq!(envelope.head().timestamp().as_str(), TIME);
    assert_eq!(envelope.head().nonce(), "3f6c1b5ad2e84c7f9a10");
    assert_eq!(envelope.head().request_id(), "R:1.a-b_C");
    assert_eq!(
        Envelope::parse(envelope.to_json().as_bytes()),
        Ok(envelope.clone())
    );
    let spread = serde_json::to_string_pretty(&good()).unwrap();
    assert_eq!(Envelope::parse(spread.as_bytes()), Ok(envelope));
}

#[test]
fn not_an_object() {
    for text in ["", "{", "null", "[]", "\"\"", "{} {}", "\u{feff}{}"] {
        let error = refusal(text);
        assert!(
            matches!(error, EnvelopeError::Json(_) | EnvelopeError::NotAnObject),
            "{text:?}"
        );
        assert_eq!((error.member(), error.pointer().as_str()), (None, ""));
    }
}

#[test]
fn every_member_must_be_there_once_and_full() {
    let names: Vec<String> = good().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 9);
    for name in &names {
        let mut message = good();
        let value = message.as_object_mut().unwrap().remove(name).unwrap();
        let error = refusal(&message.to_string());
        assert!(
            matches!(error, EnvelopeError::Missing { .. }),
            "{name}: {error}"
        );
        assert_eq!(error.pointer(), format!("/{name}"));

        let twice = good()
            .to_string()
            .replacen('{', &format!("{{\"{name}\":{value},"), 1);
        assert_eq!(
            refusal(&twice),
            EnvelopeError::Duplicate {
                member: name.clone()
            }
        );

        for empty in [json!(""), json!(null), json!([]), json!({})] {
            assert_eq!(
                refusal(&with(name, empty)),
                EnvelopeError::Empty {
                    member: name.clone()
                }
            );
        }
        for other in [json!(1), json!(true), json!(["x"]), json!({"x": "y"})] {
            let error = refusal(&with(name, other));
            assert!(
                matches!(error, EnvelopeError::WrongType { .. }),
                "{name}: {error}"
            );
            assert_eq!(error.member(), Some(name.as_str()));
        }
    }
}

#[test]
fn unknown_members() {
    for name in [
        "transType",
        "data",
        "AppId",
        "code",
        "message",
        "success",
        "",
        "a/b~c",
    ] {
        let error = refusal(&with(name, json!("x")));
        assert_eq!(
            error,
            EnvelopeError::Unknown {
                member: name.to_owned()
            }
        );
    }
    assert_eq!(refusal(&with("a/b~c", json!("x"))).pointer(), "/a~1b~0c");
    let long = refusal(&with(&"长".repeat(500), json!("x")));
    assert_eq!(long.member(), Some("长".repeat(64).as_str()));
}

#[test]
fn malformed_members() {
    let gcm = |enc_data: &str| {
        let mut message = good();
        message["encType"] = json!("SM4-GCM");
        message["encData"] = json!(enc_data);
        Envelope::parse(message.to_string().as_bytes())
    };
    let hex_32 = "0123456789ABCDEF".repeat(2);
    let cases: &[(&str, &[&str])] = &[
        (
            "appId",
            &[
                "43AF047BBA47FC8",
                "43AF047BBA47FC8A 1AE",
                "43AF047BBA47FC8A测试",
            ],
        ),
        ("encType", &["SM2", "sm4", "SM4-CBC", "SM4 "]),
        ("signType", &["RSA", "sm2", "SM2 "]),
        (
            "timestamp",
            &[
                "20261322080000",
                "1795305600",
                "2026-11-22 08:00:00",
                " 1795305600000",
            ],
        ),
        ("version", &["1.0", "1.0.1", "2.0.1"]),
        (
            "nonce",
            &[
                "3f6c1b5ad2e84c7",
                &"a".repeat(65),
                "3f6c1b5ad2e84c7f:a10",
                "3f6c1b5ad2e84c7f\n",
            ],
        ),
        (
            "requestId",
            &[&"a".repeat(65), "a b", "a/b", "测试", "a&b=c"],
        ),
        (
            "encData",
            &[
                &hex_32.to_lowercase(),
                &hex_32[1..],
                &hex_32[2..],
                &(hex_32.clone() + "G"),
            ],
        ),
        (
            "signData",
            &["AQ==", &hex_32, &format!("{}AA==\n", "A".repeat(84))],
        ),
    ];
    for (name, texts) in cases {
        for text in *texts {
            let error = refusal(&with(name, json!(text)));
            assert!(
                matches!(error, EnvelopeError::Malformed { .. }),
                "{name} {text:?}: {error}"
            );
            assert_eq!(error.member(), Some(*name));
            assert!(!error.to_string().contains(*text) || text.len() < 5);
        }
    }
    assert!(gcm(&"AB".repeat(29)).is_ok());
    for bad in ["AB".repeat(28), "AB".repeat(29) + "A", "ab".repeat(29)] {
        assert_eq!(gcm(&bad).unwrap_err().member(), Some("encData"));
    }
}

#[test]
fn extra_is_free_but_small() {
    for extra in [
        json!("x"),
        json!({"a": [1, null]}),
        json!(0),
        json!("x".repeat(EXTRA_MAX - 2)),
    ] {
        assert!(Envelope::parse(with("extra", extra).as_bytes()).is_ok());
    }
    let long = json!("x".repeat(EXTRA_MAX - 1));
    assert_eq!(refusal(&with("extra", long)), EnvelopeError::ExtraTooLong);
    assert_eq!(refusal(&with("extra", json!(""))).pointer(), "/extra");
}

#[test]
fn answers_have_three_more() {
    let mut message = good();
    message["code"] = json!("0");
    message["message"] = json!("成功");
    assert_eq!(
        AnswerEnvelope::parse(message.to_string().as_bytes()),
        Err(EnvelopeError::Missing { member: "success" })
    );
    message["success"] = json!("true");
    let error = AnswerEnvelope::parse(message.to_string().as_bytes()).unwrap_err();
    assert!(matches!(
        error,
        EnvelopeError::WrongType {
            member: "success",
            ..
        }
    ));
    message["success"] = json!(false);
    let answer = AnswerEnvelope::parse(message.to_string().as_bytes()).unwrap();
    assert_eq!(
        (answer.outcome().code(), answer.outcome().success()),
        ("0", false)
    );
    assert_eq!(
        AnswerEnvelope::parse(answer.to_json().as_bytes()),
        Ok(answer)
    );
    assert!(Envelope::parse(message.to_string().as_bytes()).is_err());
}

#[test]
fn what_we_send_has_the_form_too() {
    let time = Timestamp::parse(TIME).unwrap();
    let head = |nonce, id| Head::new(&credentials(), EncType::Sm4, time.clone(), nonce, id);
    assert_eq!(head("short", "R").unwrap_err().member(), Some("nonce"));
    assert_eq!(
        head("3f6c1b5ad2e84c7f9a10", "a b").unwrap_err().member(),
        Some("requestId")
    );
    assert_eq!(
        Outcome::new("", "x", true).unwrap_err().member(),
        Some("code")
    );
    assert_eq!(
        Outcome::new("0", "", true).unwrap_err().member(),
        Some("message")
    );
    let long = "x".repeat(1001);
    assert_eq!(
        Outcome::new("0", &long, true).unwrap_err().member(),
        Some("message")
    );
}

#[test]
fn credentials_have_a_form() {
    let new = |id: &str, secret: &str| AppCredentials::new(id, secret).map(|_| ()).unwrap_err();
    assert_eq!(new("short", APP_SECRET), CredentialsError::AppId);
    assert_eq!(new(APP_ID, "short"), CredentialsError::AppSecret);
    assert_eq!(
        new(APP_ID, "with a blank in it"),
        CredentialsError::AppSecret
    );
    assert_eq!(new(APP_ID, &"密钥".repeat(10)), CredentialsError::AppSecret);
    let shown = format!("{:?}", credentials());
    assert!(shown.contains(APP_ID) && !shown.contains(APP_SECRET));
    assert!(!shown.contains("38363342") && !shown.to_lowercase().contains("0123456789abcdef"));
}
