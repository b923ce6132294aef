//! What four other implementations made of the same inputs (`vectors/made/`): gmssl,
//! sm-crypto for npm, BouncyCastle and OpenSSL.

use serde::Deserialize;

use crate::{
    crypto::{self, BLOCK, PublicKey},
    embedded,
    message::Finding,
};

/// Files of `vectors/made/`.
pub(super) const FILES: [&str; 4] = ["gmssl", "sm-crypto", "bouncycastle", "openssl"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inputs {
    #[serde(rename = "private_key")]
    _private_key: String,
    public_key: String,
    sm4_key: String,
    inputs: Vec<Input>,
}

/// A text, or one that is repeated.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    name: String,
    text: Option<String>,
    repeat: Option<String>,
    times: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Made {
    made_with: String,
    vector: Vec<Vector>,
    short_r: Short,
    short_s: Short,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    input: String,
    sm3: String,
    /// SM3 of the SM4-ECB text, which would be long.
    sm4: String,
    signature: String,
}

/// A signature in which r or s begins with a zero byte.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Short {
    input: String,
    signature: String,
}

impl Inputs {
    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let input = self.inputs.iter().find(|input| input.name == name)?;
        match (&input.text, &input.repeat) {
            (Some(text), None) => Some(text.clone().into_bytes()),
            (None, Some(part)) => Some(part.repeat(input.times?).into_bytes()),
            _ => None,
        }
    }
}

/// One finding for each vector of each implementation.
pub(super) fn run(findings: &mut Vec<Finding>) {
    let inputs = embedded::text::<embedded::Vectors>("made/inputs.json")
        .and_then(|text| serde_json::from_str::<Inputs>(&text).ok());
    let Some(inputs) = inputs else {
        findings.push(Finding::new("made/inputs.json", false, || {
            "cannot be read".to_owned()
        }));
        return;
    };
    for name in FILES {
        match super::load::<Made>(&format!("made/{name}.toml")) {
            Ok(made) => implementation(&inputs, &made, findings),
            Err(error) => findings.push(Finding::new(name, false, || error)),
        }
    }
}

fn implementation(inputs: &Inputs, made: &Made, findings: &mut Vec<Finding>) {
    let mut add = |what: &str, ok: Option<bool>| {
        findings.push(Finding::new(
            format!("{} {what}", made.made_with),
            ok == Some(true),
            || "the vector does not come out".to_owned(),
        ));
    };
    add(
        "has every input",
        Some(made.vector.len() == inputs.inputs.len()),
    );
    for vector in &made.vector {
        add(&vector.input, holds(inputs, vector));
    }
    add("short r", short_holds(inputs, &made.short_r, 0));
    add("short s", short_holds(inputs, &made.short_s, 32));
}

fn holds(inputs: &Inputs, vector: &Vector) -> Option<bool> {
    let message = inputs.bytes(&vector.input)?;
    let mut key = [0u8; BLOCK];
    hex::decode_to_slice(&inputs.sm4_key, &mut key).ok()?;
    let sealed = crypto::ecb_encrypt(&key, &message);
    Some(
        crypto::sm3_hex(&message) == vector.sm3
            && crypto::sm3_hex(&sealed) == vector.sm4
            && crypto::ecb_decrypt(&key, &sealed).ok()? == message
            && signed(inputs, &message, &vector.signature)?,
    )
}

fn short_holds(inputs: &Inputs, short: &Short, at: usize) -> Option<bool> {
    let message = inputs.bytes(&short.input)?;
    let zero = hex::decode(&short.signature).ok()?.get(at) == Some(&0);
    Some(zero && signed(inputs, &message, &short.signature)?)
}

/// The signature verifies, and does not for a message with one byte more.
fn signed(inputs: &Inputs, message: &[u8], signature: &str) -> Option<bool> {
    let key = PublicKey::from_bytes(&hex::decode(&inputs.public_key).ok()?).ok()?;
    let signature = hex::decode(signature).ok()?;
    let longer = [message, b"."].concat();
    Some(crypto::verify(&key, message, &signature) && !crypto::verify(&key, &longer, &signature))
}
