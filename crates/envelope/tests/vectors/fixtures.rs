//! Published sample keys. They guard nothing.

use chs_envelope::{
    sealed::{AppCredentials, EncType, Head, SignedText, Timestamp},
    sm::{Sm2PrivateKey, Sm4Key},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::{Value, json};

/// The specification's sample application (V0, V1).
pub(crate) const APP_ID: &str = "43AF047BBA47FC8A1AE8EFB232BDBBCB";
pub(crate) const APP_SECRET: &str = "4117E877F5FA0A0188891283E4B617D5";
/// The private key of the fixture of V3.
pub(crate) const D: &str = "211fee8c3c5fee2fad3dc926fc9403366d2def02cdd0bb5bd683ca015d99db7f";
/// 2026-11-22 08:00 in China, as in V6.
pub(crate) const TIME: &str = "20261122080000";

pub(crate) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(20_261_122)
}

pub(crate) fn credentials() -> AppCredentials {
    let key = Sm4Key::from_hex("0123456789abcdeffedcba9876543210").unwrap();
    AppCredentials::new(APP_ID, APP_SECRET)
        .unwrap()
        .with_gcm_key(key)
}

pub(crate) fn caller() -> Sm2PrivateKey {
    Sm2PrivateKey::from_text(D).unwrap()
}

pub(crate) fn platform() -> Sm2PrivateKey {
    Sm2PrivateKey::from_bytes(&[7; 32]).unwrap()
}

pub(crate) fn head(enc_type: EncType) -> Head {
    let time = Timestamp::parse(TIME).unwrap();
    Head::new(
        &credentials(),
        enc_type,
        time,
        "3f6c1b5ad2e84c7f9a10",
        "R:1.a-b_C",
    )
    .unwrap()
}

pub(crate) fn list() -> Value {
    json!({"setlinfo": {"gend": "1", "psn_name": "测试"}, "amt": 12.5, "diseinfo": [{"n": 1}]})
}

/// A message of the convention `SM4` around any plaintext, rightly signed
/// over `data`.
pub(crate) fn signed_message(plaintext: &[u8], data: &str) -> Value {
    let credentials = credentials();
    let mut members = vec![
        ("appId", APP_ID),
        ("encType", "SM4"),
        ("signType", "SM2"),
        ("timestamp", TIME),
        ("version", "1.0.0"),
        ("nonce", "3f6c1b5ad2e84c7f9a10"),
        ("requestId", "R:1.a-b_C"),
    ];
    members.push(("data", data));
    let text = SignedText::new(&members, &credentials);
    let signature = caller()
        .sign(&text.parts(), &mut rng())
        .unwrap()
        .to_base64();
    members.pop();
    let sealed = hex::encode_upper(credentials.key2().ecb_encrypt(plaintext));
    members.extend([("encData", sealed.as_str()), ("signData", &signature)]);
    members
        .into_iter()
        .map(|(name, text)| (name.to_owned(), json!(text)))
        .collect()
}
