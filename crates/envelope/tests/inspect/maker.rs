//! A sender that can be told to go wrong.

use base64::{Engine, engine::general_purpose::STANDARD};
use chs_envelope::{
    inspect::{Inspection, Report, Verdict},
    sm::{Sm2PrivateKey, Sm2Signature, Sm4Key, encode_upper_hex},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::json;

pub(crate) const APP_ID: &str = "TEST-INSPECT-APP-0001";
pub(crate) const SECRET: &str = "an-inspected-secret-01";

/// Data that looks different under every misunderstanding, as it is sent.
pub(crate) const DATA: &str =
    r#"{"n":"测/试","b":{"k":true,"x":null,"e":{},"u":""},"Z":12.50,"a":7}"#;
/// Its canonical text.
pub(crate) const CANONICAL: &str = r#"{"Z":12.50,"a":7,"b":{"k":true},"n":"测/试"}"#;

pub(crate) fn key() -> Sm2PrivateKey {
    Sm2PrivateKey::from_bytes(&[0x33; 32]).unwrap()
}

pub(crate) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(77)
}

/// E of the published key derivation.
pub(crate) fn e_bytes() -> Vec<u8> {
    let key1 = Sm4Key::from_bytes(&APP_ID.as_bytes()[..16]).unwrap();
    key1.ecb_encrypt(SECRET.as_bytes())
}

pub(crate) fn key2() -> Sm4Key {
    Sm4Key::from_bytes(&encode_upper_hex(&e_bytes()).as_bytes()[..16]).unwrap()
}

pub(crate) fn enc_data() -> String {
    encode_upper_hex(&key2().ecb_encrypt(DATA.as_bytes()))
}

/// The signed text around the given data text.
pub(crate) fn text(data: &str) -> String {
    format!(
        "appId={APP_ID}&data={data}&encType=SM4&nonce=0123456789abcdef&requestId=R-1&signType=SM2\
         &timestamp=20261122080000&version=1.0.0&key={SECRET}"
    )
}

pub(crate) fn sign(text: &[u8]) -> Sm2Signature {
    key().sign(&[text], &mut rng()).unwrap()
}

pub(crate) fn message(enc_data: &str, sign_data: &str) -> String {
    json!({
        "appId": APP_ID, "encType": "SM4", "signType": "SM2", "timestamp": "20261122080000",
        "version": "1.0.0", "nonce": "0123456789abcdef", "requestId": "R-1",
        "encData": enc_data, "signData": sign_data,
    })
    .to_string()
}

pub(crate) fn inspect(message: &str) -> Report {
    Inspection::new(message.as_bytes(), vec![key().public_key().clone()])
        .with_app_secret(SECRET)
        .run()
        .unwrap()
}

/// The names of what explains the message, sorted.
pub(crate) fn why(report: &Report) -> Vec<&'static str> {
    match &report.verdict {
        Verdict::Verified => vec![],
        Verdict::Explained(why) => {
            let mut ids: Vec<_> = why.iter().map(|one| one.id()).collect();
            ids.sort_unstable();
            ids
        }
        other => panic!("{other:?}"),
    }
}

/// What explains a signature over this text.
pub(crate) fn why_text(text: &str) -> Vec<&'static str> {
    why(&inspect(&message(
        &enc_data(),
        &sign(text.as_bytes()).to_base64(),
    )))
}

/// What explains a good signature written as this text.
pub(crate) fn why_form(sign_data: &str) -> Vec<&'static str> {
    why(&inspect(&message(&enc_data(), sign_data)))
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
