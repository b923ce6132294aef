//! Every change of what is signed or sealed is refused.

use chs_envelope::{
    sealed::{
        AnswerEnvelope, AppCredentials, EncType, Envelope, OpenError, Outcome, Timestamp, open,
        open_answer, seal_answer, seal_request,
    },
    sm::{Sm2PublicKey, Sm4Key},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures::{caller, credentials, head, list, platform, rng, signed_message};

/// Parties as they stand in a gateway: made once.
struct Parties {
    credentials: AppCredentials,
    caller: Sm2PublicKey,
    platform: Sm2PublicKey,
}

fn parties() -> Parties {
    Parties {
        credentials: credentials(),
        caller: caller().public_key().clone(),
        platform: platform().public_key().clone(),
    }
}

impl Parties {
    /// Whether a request goes through both stages.
    fn take(&self, bytes: &[u8]) -> bool {
        Envelope::parse(bytes)
            .is_ok_and(|envelope| open(&envelope, &self.credentials, &self.caller).is_ok())
    }

    fn take_answer(&self, bytes: &[u8], request: &Envelope) -> bool {
        AnswerEnvelope::parse(bytes).is_ok_and(|answer| {
            open_answer(&answer, request, &self.credentials, &self.platform).is_ok()
        })
    }
}

fn request(enc_type: EncType) -> Envelope {
    seal_request(
        head(enc_type),
        &list(),
        &credentials(),
        &caller(),
        &mut rng(),
    )
    .unwrap()
}

fn answer(request: &Envelope) -> AnswerEnvelope {
    let outcome = Outcome::new("QC-1", "不通过 failed", false).unwrap();
    let time = Timestamp::parse("1795305600123").unwrap();
    let data = json!({"findings": [{"rule_id": "QC-INT-001"}]});
    seal_answer(
        request.head(),
        time,
        outcome,
        &data,
        &credentials(),
        &platform(),
        &mut rng(),
    )
    .unwrap()
}

/// All bits of the whole text, so of every member's name and value too.
#[test]
fn every_bit_counts() {
    let parties = parties();
    for enc_type in [EncType::Sm4, EncType::Sm4Gcm] {
        let request = request(enc_type);
        let text = request.to_json().into_bytes();
        assert!(parties.take(&text));
        let answer = answer(&request).to_json().into_bytes();
        assert!(parties.take_answer(&answer, &request));
        for bit in 0..text.len() * 8 {
            let mut altered = text.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(
                !parties.take(&altered),
                "{}",
                String::from_utf8_lossy(&altered)
            );
        }
        for bit in 0..answer.len() * 8 {
            let mut altered = answer.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            let shown = String::from_utf8_lossy(&altered);
            assert!(!parties.take_answer(&altered, &request), "{shown}");
        }
    }
}

/// One member after the other takes another value of the right form.
#[test]
fn every_member_counts() {
    let parties = parties();
    for enc_type in [EncType::Sm4, EncType::Sm4Gcm] {
        let good: Value = serde_json::from_str(&request(enc_type).to_json()).unwrap();
        let other = seal_request(
            head(enc_type),
            &json!({"other": 1}),
            &credentials(),
            &caller(),
            &mut rng(),
        )
        .unwrap();
        let turned = if enc_type == EncType::Sm4 {
            "SM4-GCM"
        } else {
            "SM4"
        };
        for (name, value) in [
            ("appId", "43AF047BBA47FC8A1AE8EFB232BDBBCC"),
            ("encType", turned),
            ("timestamp", "20261122080001"),
            // The same moment in the other form is another text.
            ("timestamp", "1795305600000"),
            ("nonce", "3f6c1b5ad2e84c7f9a11"),
            ("requestId", "R:1.a-b_D"),
            ("encData", other.enc_data()),
            ("signData", &other.signature().to_base64()),
        ] {
            let mut message = good.clone();
            message[name] = json!(value);
            assert!(!parties.take(message.to_string().as_bytes()), "{name}");
        }
        let mut with_extra = good.clone();
        with_extra["extra"] = json!({"trace": "1"});
        assert!(
            parties.take(with_extra.to_string().as_bytes()),
            "extra is not signed"
        );
    }
}

/// An answer belongs to its request and comes from the platform.
#[test]
fn answers_are_bound() {
    let parties = parties();
    let (ecb, gcm) = (request(EncType::Sm4), request(EncType::Sm4Gcm));
    let answer = answer(&ecb);
    let open = |request: &Envelope, key: &Sm2PublicKey| {
        open_answer(&answer, request, &parties.credentials, key)
    };
    assert!(open(&ecb, &parties.platform).is_ok());
    assert_eq!(open(&gcm, &parties.platform), Err(OpenError));
    assert_eq!(open(&ecb, &parties.caller), Err(OpenError));
    let good: Value = serde_json::from_str(&answer.to_json()).unwrap();
    for (name, value) in [
        ("code", json!("QC-2")),
        ("message", json!("通过")),
        ("success", json!(true)),
    ] {
        let mut altered = good.clone();
        altered[name] = value;
        assert!(
            !parties.take_answer(altered.to_string().as_bytes(), &ecb),
            "{name}"
        );
    }
}

/// Whole blocks of ECB moved, doubled, cut or exchanged.
#[test]
fn blocks_are_bound_by_the_signature() {
    let parties = parties();
    let good: Value = serde_json::from_str(&request(EncType::Sm4).to_json()).unwrap();
    let text = good["encData"].as_str().unwrap().to_owned();
    let blocks: Vec<&str> = (0..text.len() / 32)
        .map(|n| &text[n * 32..n * 32 + 32])
        .collect();
    assert!(blocks.len() > 3);
    let mut altered = Vec::new();
    for n in 0..blocks.len() {
        let mut without = blocks.clone();
        without.remove(n);
        let mut doubled = blocks.clone();
        doubled.insert(n, blocks[n]);
        let mut swapped = blocks.clone();
        swapped.swap(n, (n + 1) % blocks.len());
        altered.extend([without, doubled, swapped, blocks[..n].to_vec()]);
    }
    for blocks in altered {
        let mut message = good.clone();
        message["encData"] = json!(blocks.concat());
        assert!(!parties.take(message.to_string().as_bytes()));
    }
}

/// Wrong padding, wrong JSON and a wrong signature cannot be told apart.
#[test]
fn one_error_for_every_cause() {
    let parties = parties();
    let refused = |message: &Value| {
        let envelope = Envelope::parse(message.to_string().as_bytes()).unwrap();
        open(&envelope, &parties.credentials, &parties.caller).unwrap_err()
    };
    let canonical = r#"{"a":1}"#;
    assert!(
        parties.take(
            signed_message(canonical.as_bytes(), canonical)
                .to_string()
                .as_bytes()
        )
    );
    let mut bad_padding = signed_message(canonical.as_bytes(), canonical);
    bad_padding["encData"] = json!("00".repeat(16));
    // Right JSON over whole blocks whose end, a blank, is no padding.
    let mut no_padding = signed_message(b"", canonical);
    let plain = format!("{canonical}{}", " ".repeat(9));
    let sealed = parties.credentials.key2().ecb_encrypt(plain.as_bytes());
    no_padding["encData"] = json!(hex::encode_upper(&sealed[..16]));
    let messages = [
        bad_padding,
        no_padding,
        signed_message(b"", ""),
        signed_message(b"not json", "not json"),
        signed_message(b"\xff\xfe", "x"),
        signed_message(b"[1]", "[1]"),
        signed_message(b"1", "1"),
        signed_message(br#"{"a":1,"a":1}"#, canonical),
        signed_message(br#"{"a":1,"b":"\u0000"}"#, canonical),
        signed_message(canonical.as_bytes(), r#"{"a":2}"#),
        signed_message(br#"{"a":1.0}"#, canonical),
    ];
    for message in &messages {
        assert_eq!(refused(message), OpenError, "{message}");
    }
}

/// Signed by the right sender, but sealed for another head or another key.
#[test]
fn gcm_is_bound_to_the_head() {
    let (parties, caller) = (parties(), caller());
    let good = request(EncType::Sm4Gcm);
    let sign_again = |enc_data: &str| {
        let mut message: Value = serde_json::from_str(&good.to_json()).unwrap();
        message["encData"] = json!(enc_data);
        let altered = Envelope::parse(message.to_string().as_bytes()).unwrap();
        let text = altered.signed_text("", &parties.credentials);
        let signature = caller.sign(&text.parts(), &mut rng()).unwrap();
        message["signData"] = json!(signature.to_base64());
        parties.take(message.to_string().as_bytes())
    };
    assert!(sign_again(good.enc_data()));
    let key = Sm4Key::from_hex("0123456789abcdeffedcba9876543210").unwrap();
    let seal = |key: &Sm4Key, aad: &str, text: &[u8]| {
        hex::encode_upper(key.gcm_seal(aad.as_bytes(), text, &mut rng()).unwrap())
    };
    let aad = good.head().aad();
    assert_eq!(
        aad,
        "43AF047BBA47FC8A1AE8EFB232BDBBCB|3f6c1b5ad2e84c7f9a10|R:1.a-b_C|20261122080000|1.0.0"
    );
    assert!(sign_again(&seal(&key, &aad, br#"{"a":1}"#)));
    let other_head = aad.replace("a10", "a11");
    assert!(!sign_again(&seal(&key, &other_head, br#"{"a":1}"#)));
    assert!(!sign_again(&seal(
        parties.credentials.key2(),
        &aad,
        br#"{"a":1}"#
    )));
    assert!(!sign_again(&seal(&key, &aad, b"[1]")));
    assert!(!sign_again(&seal(&key, &aad, b"not json")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Some bytes of the message replaced, wherever and by whatever.
    #[test]
    fn bytes_replaced(
        gcm in any::<bool>(),
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let text = request(if gcm { EncType::Sm4Gcm } else { EncType::Sm4 }).to_json().into_bytes();
        let at = at.index(text.len());
        let end = (at + bytes.len()).min(text.len());
        let altered = [&text[..at], &bytes, &text[end..]].concat();
        prop_assume!(altered != text);
        prop_assert!(!parties().take(&altered));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Envelope::parse(&bytes).is_err());
        prop_assert!(AnswerEnvelope::parse(&bytes).is_err());
    }
}
