//! The suite proves its own cryptography by published vectors before it judges a target.

mod made;

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use crate::{
    canonical, crypto,
    crypto::{BLOCK, GCM_IV, PrivateKey, PublicKey},
    embedded,
    message::{Finding, signed_text},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Primitives {
    sm3: Vec<Sm3>,
    sm4: Vec<Sm4>,
    gcm: Vec<Gcm>,
    sm2: Vec<Sm2>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sm3 {
    source: String,
    message: String,
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sm4 {
    source: String,
    key: String,
    plain: String,
    sealed: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gcm {
    source: String,
    key: String,
    iv: String,
    aad: String,
    plain: String,
    sealed: String,
    tag: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sm2 {
    source: String,
    private_key: String,
    public_key: String,
    message: String,
    signature: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    key2: Vec<Key2>,
    ecb: Vec<Ecb>,
    canonical: Vec<Canonical>,
    message: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key2 {
    source: String,
    app_id: String,
    app_secret: String,
    key2: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ecb {
    source: String,
    key2: String,
    plain: String,
    enc_data: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Canonical {
    source: String,
    key2: String,
    input: String,
    canonical: String,
    enc_data: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    source: String,
    app_secret: String,
    key2: String,
    public_key: String,
    data: String,
    signed_text: String,
    enc_data: String,
    sign_data: String,
    members: BTreeMap<String, String>,
}

/// Runs every vector; one finding each. A vector file that cannot be read is a finding too.
pub(crate) fn run() -> Vec<Finding> {
    let mut findings = Vec::new();
    match load::<Primitives>("primitives.toml") {
        Ok(vectors) => primitives(&vectors, &mut findings),
        Err(error) => findings.push(Finding::new("primitives.toml", false, || error)),
    }
    match load::<Envelope>("envelope.toml") {
        Ok(vectors) => envelope(&vectors, &mut findings),
        Err(error) => findings.push(Finding::new("envelope.toml", false, || error)),
    }
    made::run(&mut findings);
    findings
}

fn load<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, String> {
    let text = embedded::text::<embedded::Vectors>(name).ok_or("not embedded")?;
    toml::from_str(&text).map_err(|error| error.to_string())
}

fn primitives(vectors: &Primitives, findings: &mut Vec<Finding>) {
    let mut add = |what: String, ok: Option<bool>| {
        findings.push(Finding::new(what, ok == Some(true), || {
            "the vector does not come out".to_owned()
        }));
    };
    for vector in &vectors.sm3 {
        let ok = crypto::sm3_hex(vector.message.as_bytes()) == vector.digest;
        add(format!("SM3 {}", vector.source), Some(ok));
    }
    for vector in &vectors.sm4 {
        add(format!("SM4 {}", vector.source), sm4_holds(vector));
    }
    for vector in &vectors.gcm {
        add(format!("SM4-GCM {}", vector.source), gcm_holds(vector));
    }
    for vector in &vectors.sm2 {
        add(format!("SM2 {}", vector.source), sm2_holds(vector));
    }
}

fn sm4_holds(vector: &Sm4) -> Option<bool> {
    let key = bytes::<BLOCK>(&vector.key)?;
    let plain = hex::decode(&vector.plain).ok()?;
    let sealed = crypto::ecb_encrypt(&key, &plain);
    let first_block = hex::encode(sealed.get(..BLOCK)?);
    Some(first_block == vector.sealed && crypto::ecb_decrypt(&key, &sealed).ok()? == plain)
}

fn gcm_holds(vector: &Gcm) -> Option<bool> {
    let key = bytes::<BLOCK>(&vector.key)?;
    let iv = bytes::<GCM_IV>(&vector.iv)?;
    let aad = hex::decode(&vector.aad).ok()?;
    let plain = hex::decode(&vector.plain).ok()?;
    let sealed = crypto::gcm_encrypt(&key, &iv, &aad, &plain).ok()?;
    let expected = format!("{}{}{}", vector.iv, vector.sealed, vector.tag);
    let opened = crypto::gcm_decrypt(&key, &aad, &sealed).ok()?;
    let forged = crypto::gcm_decrypt(&key, b"", &sealed);
    Some(hex::encode(sealed) == expected && opened == plain && forged.is_err())
}

fn sm2_holds(vector: &Sm2) -> Option<bool> {
    let key = PrivateKey::from_bytes(&hex::decode(&vector.private_key).ok()?).ok()?;
    let public = PublicKey::from_bytes(&hex::decode(&vector.public_key).ok()?).ok()?;
    let message = vector.message.as_bytes();
    let signature = hex::decode(&vector.signature).ok()?;
    let own = crypto::sign(&key, message).ok()?;
    let mut altered = signature.clone();
    *altered.last_mut()? ^= 1;
    Some(
        key.public().to_bytes() == public.to_bytes()
            && crypto::verify(&public, message, &signature)
            && crypto::verify(&public, message, &own)
            && !crypto::verify(&public, message, &altered),
    )
}

fn envelope(vectors: &Envelope, findings: &mut Vec<Finding>) {
    let mut add = |what: String, ok: Option<bool>| {
        findings.push(Finding::new(what, ok == Some(true), || {
            "the vector does not come out".to_owned()
        }));
    };
    for vector in &vectors.key2 {
        let derived = crypto::derive_key2(&vector.app_id, &vector.app_secret);
        add(
            format!("key2 {}", vector.source),
            derived.ok().map(|key| key == *vector.key2.as_bytes()),
        );
    }
    for vector in &vectors.ecb {
        let ok = seals_to(&vector.key2, &vector.plain, &vector.enc_data);
        add(format!("SM4-ECB {}", vector.source), ok);
    }
    for vector in &vectors.canonical {
        let canonical = canonical::parse_strict(&vector.input)
            .ok()
            .and_then(|value| canonical::canonical(&value));
        let ok = seals_to(&vector.key2, &vector.canonical, &vector.enc_data)
            .map(|sealed| sealed && canonical.as_ref() == Some(&vector.canonical));
        add(format!("canonical text {}", vector.source), ok);
    }
    for vector in &vectors.message {
        add(format!("message {}", vector.source), message_holds(vector));
    }
}

fn seals_to(key2: &str, plain: &str, enc_data: &str) -> Option<bool> {
    let key = key2.as_bytes().try_into().ok()?;
    let sealed = crypto::ecb_encrypt(&key, plain.as_bytes());
    let opened = crypto::ecb_decrypt(&key, &sealed).ok()?;
    Some(hex::encode_upper(sealed) == enc_data && opened == plain.as_bytes())
}

fn message_holds(vector: &Message) -> Option<bool> {
    let mut members: BTreeMap<&str, &str> = vector
        .members
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    members.insert("data", &vector.data);
    let text = signed_text(&members, &vector.app_secret);
    let public = PublicKey::from_bytes(&hex::decode(&vector.public_key).ok()?).ok()?;
    let signature = STANDARD.decode(&vector.sign_data).ok()?;
    Some(
        text == vector.signed_text
            && crypto::verify(&public, text.as_bytes(), &signature)
            && seals_to(&vector.key2, &vector.data, &vector.enc_data)?,
    )
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0u8; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::made;

    #[test]
    fn every_published_vector_comes_out() {
        let findings = super::run();
        assert_eq!(findings.len(), 12 + made::FILES.len() * 12);
        let failed: Vec<_> = findings.iter().filter(|finding| !finding.ok).collect();
        assert!(failed.is_empty(), "{failed:#?}");
        for name in [
            "V0",
            "V2",
            "V3",
            "V4",
            "V5",
            "V6",
            "RFC 8998",
            "32918",
            "gmssl",
            "sm-crypto",
            "BouncyCastle",
            "OpenSSL",
        ] {
            assert!(
                findings.iter().any(|finding| finding.what.contains(name)),
                "{name} is missing"
            );
        }
    }
}
