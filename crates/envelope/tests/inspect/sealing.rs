//! Misunderstandings of SM4, the GCM convention, and transaction messages.

use chs_envelope::{
    inspect::{Inspection, Verdict},
    sealed::{AppCredentials, EncType, Head, Timestamp, seal_request},
    sm::{Sm4Key, encode_lower_hex, encode_upper_hex},
};
use serde_json::{Value, json};

use crate::maker::{
    APP_ID, CANONICAL, DATA, SECRET, base64, e_bytes, enc_data, inspect, key, key2, message, rng,
    sign, text, why,
};

fn why_sealed(enc_data: &str) -> Vec<&'static str> {
    let signature = sign(text(CANONICAL).as_bytes()).to_base64();
    why(&inspect(&message(enc_data, &signature)))
}

#[test]
fn keys_of_sm4() {
    let under = |bytes: &[u8]| {
        let key = Sm4Key::from_bytes(bytes).unwrap();
        why_sealed(&encode_upper_hex(&key.ecb_encrypt(DATA.as_bytes())))
    };
    assert_eq!(
        under(&encode_upper_hex(&e_bytes()).as_bytes()[..16]),
        [""; 0]
    );
    assert_eq!(under(&e_bytes()[..16]), ["sm4-key-from-hex"]);
    assert_eq!(under(&APP_ID.as_bytes()[..16]), ["sm4-key-one"]);
    assert_eq!(under(&SECRET.as_bytes()[..16]), ["sm4-key-of-secret"]);
    assert_eq!(
        under(&encode_lower_hex(&e_bytes()).as_bytes()[..16]),
        ["sm4-key-lower-hex"]
    );
    assert_eq!(
        inspect(&message(&enc_data(), "x")).verdict,
        Verdict::NotASignature
    );
    let strange = encode_upper_hex(&Sm4Key::from_bytes(&[9; 16]).unwrap().ecb_encrypt(b"{}"));
    let signature = sign(b"x").to_base64();
    assert_eq!(
        inspect(&message(&strange, &signature)).verdict,
        Verdict::NotOpened
    );
}

#[test]
fn forms_of_enc_data() {
    assert_eq!(why_sealed(&enc_data().to_lowercase()), ["lower-hex"]);
    assert_eq!(
        why_sealed(&base64(&hex::decode(enc_data()).unwrap())),
        ["enc-data-base64"]
    );
    // Zero padding: blocks of zeros behind the text, encrypted one by one
    // with a padding that is then cut away.
    let zeros = vec![0; 16 - DATA.len() % 16];
    let padded = key2().ecb_encrypt(&[DATA.as_bytes(), &zeros].concat());
    let cut = &padded[..padded.len() - 16];
    assert_eq!(why_sealed(&encode_upper_hex(cut)), ["zero-padding"]);
    // And together with a signature gone wrong.
    let signature = sign((text(CANONICAL) + "\n").as_bytes()).to_base64();
    let both = inspect(&message(&enc_data().to_lowercase(), &signature));
    assert_eq!(why(&both), ["lower-hex", "trailing-newline"]);
}

fn gcm() -> (Value, AppCredentials, Sm4Key) {
    let sm4 = Sm4Key::from_bytes(&[8; 16]).unwrap();
    let credentials = AppCredentials::new(APP_ID, SECRET)
        .unwrap()
        .with_gcm_key(sm4.clone());
    let time = Timestamp::parse("20261122080000").unwrap();
    let head = Head::new(
        &credentials,
        EncType::Sm4Gcm,
        time,
        "0123456789abcdef",
        "R-1",
    )
    .unwrap();
    let data: Value = serde_json::from_str(DATA).unwrap();
    let envelope = seal_request(head, &data, &credentials, &key(), &mut rng()).unwrap();
    (
        serde_json::from_str(&envelope.to_json()).unwrap(),
        credentials,
        sm4,
    )
}

#[test]
fn gcm_signs_what_is_sealed() {
    let (mut message, _, sm4) = gcm();
    let run = |message: &Value, sm4: Option<&Sm4Key>| {
        let text = message.to_string();
        let keys = vec![key().public_key().clone()];
        let mut inspection = Inspection::new(text.as_bytes(), keys).with_app_secret(SECRET);
        if let Some(sm4) = sm4 {
            inspection = inspection.with_sm4_key(sm4.clone());
        }
        inspection.run().unwrap()
    };
    assert_eq!(run(&message, Some(&sm4)).verdict, Verdict::Verified);
    assert_eq!(
        run(&message, None).verdict,
        Verdict::Verified,
        "the signature needs no key"
    );
    assert_eq!(
        run(&message, Some(&sm4)).canonical.as_deref(),
        Some(CANONICAL)
    );
    let data_signed = text(CANONICAL).replace("encType=SM4", "encType=SM4-GCM");
    message["signData"] = json!(sign(data_signed.as_bytes()).to_base64());
    assert_eq!(why(&run(&message, Some(&sm4))), ["data-signed"]);
}

/// `cainfo` over `input`, plain and encrypted.
#[test]
fn transactions() {
    let input = r#"{ "b":1, "a":"测" }"#;
    let sm4 = Sm4Key::from_bytes(b"client-id-16byte").unwrap();
    let run = |input: &str, cainfo: &str| {
        let message = format!(r#"{{"infno":"1101","cainfo":"{cainfo}","input":{input}}}"#);
        Inspection::new(message.as_bytes(), vec![key().public_key().clone()])
            .with_sm4_key(sm4.clone())
            .run()
            .unwrap()
    };
    let good = sign(input.as_bytes());
    assert_eq!(run(input, &good.to_base64()).verdict, Verdict::Verified);
    let der = base64(&good.to_der().unwrap());
    assert_eq!(why(&run(input, &der)), ["der-form"]);
    let canonical = sign(r#"{"a":"测","b":1}"#.as_bytes()).to_base64();
    assert_eq!(why(&run(input, &canonical)), ["canonical-signed"]);
    let sealed = format!("\"{}\"", base64(&sm4.ecb_encrypt(input.as_bytes())));
    assert_eq!(run(&sealed, &good.to_base64()).verdict, Verdict::Verified);
    assert_eq!(run(input, "").verdict, Verdict::NoSignature);
}
