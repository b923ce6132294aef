//! What is sealed opens, for both conventions, requests and answers.

use std::fmt;

use chs_envelope::{
    canonical::Scalars,
    sealed::{
        AnswerEnvelope, AppCredentials, EncType, Envelope, OpenError, Outcome, SealError,
        Timestamp, fresh_nonce, open, open_answer, seal_answer, seal_request, unsigned_answer,
    },
    sm::{Signer, Sm2Signature, ToSign},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures::{D, caller, credentials, head, list, platform, rng, signed_message};

const BOTH: [EncType; 2] = [EncType::Sm4, EncType::Sm4Gcm];

fn sent(enc_type: EncType, data: &Value) -> Envelope {
    let envelope =
        seal_request(head(enc_type), data, &credentials(), &caller(), &mut rng()).unwrap();
    let parsed = Envelope::parse(envelope.to_json().as_bytes()).unwrap();
    assert_eq!(parsed, envelope);
    parsed
}

fn answered(request: &Envelope, data: &Value) -> AnswerEnvelope {
    let time = Timestamp::parse("20261122080001").unwrap();
    let outcome = Outcome::new("0", "成功 & done=\"yes\"", true).unwrap();
    let (credentials, platform) = (credentials(), platform());
    let answer = seal_answer(
        request.head(),
        time,
        outcome,
        data,
        &credentials,
        &platform,
        &mut rng(),
    );
    AnswerEnvelope::parse(answer.unwrap().to_json().as_bytes()).unwrap()
}

/// The two halves of sealing an answer give what the whole gives, when the signature is
/// that of a signer of several.
#[test]
fn an_answer_in_halves() {
    for enc_type in BOTH {
        let request = sent(enc_type, &list());
        let whole = answered(&request, &list());
        let (credentials, platform, mut rng) = (credentials(), platform(), rng());
        let unsigned = unsigned_answer(
            request.head(),
            whole.head().timestamp().clone(),
            whole.outcome().clone(),
            &list(),
            &credentials,
            platform.public_key(),
            &mut rng,
        )
        .unwrap();
        let digest = ToSign::new(*unsigned.digest(), &mut rng).unwrap();
        let other = ToSign::new([1; 32], &mut rng).unwrap();
        let signature = platform.sign_many(&[digest, other]).remove(0).unwrap();
        assert_eq!(unsigned.signed(signature), whole);
    }
}

#[test]
fn requests_and_answers() {
    for enc_type in BOTH {
        let request = sent(enc_type, &list());
        let opened = open(&request, &credentials(), caller().public_key()).unwrap();
        assert_eq!(opened.data, list());
        let result = json!({"findings": [], "estimate": null, "drg_code": "FR23"});
        let answer = answered(&request, &result);
        assert_eq!(answer.head().enc_type(), enc_type);
        assert_eq!(answer.head().timestamp().as_str(), "20261122080001");
        let key = platform();
        let opened = open_answer(&answer, &request, &credentials(), key.public_key()).unwrap();
        assert_eq!(opened.data, result, "empty members arrive");
        assert_eq!(opened.outcome, *answer.outcome());
    }
}

#[test]
fn signed_text_of_an_answer_is_sorted() {
    let answer = answered(&sent(EncType::Sm4, &list()), &json!({"b": [], "a": 1}));
    let credentials = credentials();
    let text = answer.signed_text(r#"{"a":1}"#, &credentials).redacted();
    let names: Vec<&str> = text
        .split('&')
        .filter_map(|part| part.split_once('='))
        .map(|p| p.0)
        .collect();
    assert_eq!(
        names,
        [
            "appId",
            "code",
            "data",
            "encType",
            "message",
            " done",
            "nonce",
            "requestId",
            "signType",
            "success",
            "timestamp",
            "version",
            "key"
        ]
    );
    assert!(text.contains("&success=true&"));
}

/// Data of which nothing is left: sealed as `{}`, not in the signed text.
#[test]
fn empty_data() {
    for enc_type in BOTH {
        let request = sent(enc_type, &json!({"a": [], "b": null}));
        let opened = open(&request, &credentials(), caller().public_key()).unwrap();
        assert_eq!(
            (opened.canonical.as_str(), &opened.data),
            ("{}", &json!({}))
        );
    }
    let message = signed_message(b"{}", "").to_string();
    let message = Envelope::parse(message.as_bytes()).unwrap();
    assert!(open(&message, &credentials(), caller().public_key()).is_ok());
}

/// The signer is another program: SM2 and SM4 of sm-crypto, text by hand.
#[test]
fn an_outsiders_message() {
    let template = signed_message(b"{}", "");
    let data = r#"{"amt":1E5,"gend":"1"}"#;
    let text = format!(
        "appId={}&data={data}&encType=SM4&nonce={}&requestId={}&signType=SM2&timestamp={}\
         &version=1.0.0&key={}",
        template["appId"].as_str().unwrap(),
        template["nonce"].as_str().unwrap(),
        template["requestId"].as_str().unwrap(),
        template["timestamp"].as_str().unwrap(),
        crate::fixtures::APP_SECRET,
    );
    let signature = sm_crypto::sm2::Sign::new(D).sign_der(text.as_bytes(), true);
    // Neither sorted nor without blanks: the receiver makes it canonical.
    let plaintext = r#"{ "gend": "1", "x": "", "amt": 1E5 }"#;
    let sealed =
        sm_crypto::sm4::CryptSM4ECB::new(b"863B5F40C70B71EA").encrypt_ecb(plaintext.as_bytes());
    let mut message = template;
    message["signData"] = json!(Sm2Signature::from_der(&signature).unwrap().to_base64());
    message["encData"] = json!(hex::encode_upper(sealed));
    let envelope = Envelope::parse(message.to_string().as_bytes()).unwrap();
    let opened = open(&envelope, &credentials(), caller().public_key()).unwrap();
    assert_eq!(opened.canonical, data);
    assert_eq!(opened.data["x"], json!(""));
}

#[test]
fn scalars_are_a_setting_of_the_caller() {
    let as_text = credentials().with_scalars(Scalars::Text);
    let request =
        seal_request(head(EncType::Sm4), &list(), &as_text, &caller(), &mut rng()).unwrap();
    let opened = open(&request, &as_text, caller().public_key()).unwrap();
    assert_eq!(opened.data["amt"], json!("12.5"));
    // Sealed with native types, signed as text: a sender that quotes late.
    let native = signed_message(br#"{"a":1,"b":true}"#, r#"{"a":"1","b":"true"}"#).to_string();
    let native = Envelope::parse(native.as_bytes()).unwrap();
    assert!(open(&native, &as_text, caller().public_key()).is_ok());
    assert_eq!(
        open(&native, &credentials(), caller().public_key()),
        Err(OpenError)
    );
}

#[test]
fn senders_mistakes() {
    let seal = |data: &Value, credentials: &AppCredentials| {
        seal_request(
            head(EncType::Sm4Gcm),
            data,
            credentials,
            &caller(),
            &mut rng(),
        )
        .unwrap_err()
    };
    assert_eq!(seal(&json!([1]), &credentials()), SealError::NotAnObject);
    let new = AppCredentials::new;
    let without = new(crate::fixtures::APP_ID, crate::fixtures::APP_SECRET).unwrap();
    assert!(!without.has_gcm_key());
    assert_eq!(seal(&list(), &without), SealError::NoGcmKey);
    let other = new("TEST-OTHER-APPLICATION", crate::fixtures::APP_SECRET).unwrap();
    assert_eq!(seal(&list(), &other), SealError::OtherApp);
    let request = sent(EncType::Sm4Gcm, &list());
    for credentials in [&without, &other] {
        assert_eq!(
            open(&request, credentials, caller().public_key()),
            Err(OpenError)
        );
    }
}

#[test]
fn nonces_are_fresh_and_formed() {
    let mut rng = rng();
    let (one, two) = (
        fresh_nonce(&mut rng).unwrap(),
        fresh_nonce(&mut rng).unwrap(),
    );
    assert_ne!(one, two);
    assert_eq!(one.len(), 32);
}

#[test]
fn debug_of_a_message_has_no_data() {
    fn shows(value: &impl fmt::Debug) -> bool {
        format!("{value:?}").contains("测试")
    }
    assert!(!shows(&sent(EncType::Sm4, &list())));
}

fn any_member() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::from),
        "[^\u{0}]{1,12}".prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 1..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_data_round_trips(data in any_member(), gcm in any::<bool>()) {
        let data = json!({"data": data});
        let request = sent(if gcm { EncType::Sm4Gcm } else { EncType::Sm4 }, &data);
        let opened = open(&request, &credentials(), caller().public_key()).unwrap();
        prop_assert_eq!(&opened.data, &data);
        let answer = answered(&request, &data);
        let key = platform();
        let opened = open_answer(&answer, &request, &credentials(), key.public_key()).unwrap();
        prop_assert_eq!(opened.data, data);
    }
}
