//! What an inspection has found, as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Misunderstanding;
use crate::sm::{Sm2PublicKey, Sm2Signature, encode_base64, encode_lower_hex};

/// The outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The signature verifies and the data is sealed as agreed.
    Verified,
    /// It verifies when the sender is taken to have done this.
    Explained(Vec<Misunderstanding>),
    /// Nothing that was tried explains it: another key, another secret, or
    /// data altered on the way.
    Unexplained,
    /// The data could not be decrypted, so that nothing signed over it can be
    /// checked.
    NotOpened,
    /// The signature's text is no signature in any known form.
    NotASignature,
    /// There is no signature.
    NoSignature,
}

/// One of the keys that were tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// 04‖x‖y in hex.
    pub public_key: String,
    /// Z in hex.
    pub z: String,
    /// e in hex, as the convention has it; absent without the data.
    pub e: Option<String>,
}

impl KeyFacts {
    pub(super) fn new(key: &Sm2PublicKey, e: Option<[u8; 32]>) -> Self {
        Self {
            public_key: encode_lower_hex(&key.to_bytes()),
            z: encode_lower_hex(key.z()),
            e: e.map(|e| encode_lower_hex(&e)),
        }
    }
}

/// The signature in its published forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFacts {
    /// r‖s in Base64, the form of `signData`.
    pub base64: String,
    /// r‖s in hex.
    pub hex: String,
    /// ASN.1 DER in hex; absent when r or s is out of range.
    pub der_hex: Option<String>,
    /// ASN.1 DER in Base64.
    pub der_base64: Option<String>,
}

impl SignatureFacts {
    pub(super) fn new(signature: &Sm2Signature) -> Self {
        let der = signature.to_der().ok();
        Self {
            base64: signature.to_base64(),
            hex: encode_lower_hex(signature.as_bytes()),
            der_hex: der.as_deref().map(encode_lower_hex),
            der_base64: der.as_deref().map(encode_base64),
        }
    }
}

/// What was found. It holds the message's data in plain form, and appSecret
/// only when that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// `request`, `answer` or `transaction`.
    pub kind: &'static str,
    /// Why a strict reader refuses the message's form, if it does.
    pub refusal: Option<String>,
    /// Whether everything was given that the signed text needs.
    pub secret_given: bool,
    /// The canonical text of the data (a transaction's input as sent).
    pub canonical: Option<String>,
    /// The text that should have been signed.
    pub signed_text: Option<String>,
    /// The keys, the expected one first.
    pub keys: Vec<KeyFacts>,
    /// The agreed user id.
    pub user_id: String,
    /// The signature as it was understood.
    pub signature: Option<SignatureFacts>,
    /// How the sealing of the data departs from the convention.
    pub sealing: Vec<Misunderstanding>,
    /// The outcome.
    pub verdict: Verdict,
    /// How many digests were tried.
    pub tried: usize,
}

impl Report {
    /// For people, Chinese first.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let unknown = "（无法得出 / not known）";
        let mut line = |name: &str, text: &str| {
            // Writing to a string does not fail.
            let _ = writeln!(out, "{name}\n  {text}");
        };
        line("报文 message", self.kind);
        if let Some(refusal) = &self.refusal {
            line("形式问题 form", refusal);
        }
        line(
            "规范化文本 canonical text",
            self.canonical.as_deref().unwrap_or(unknown),
        );
        line(
            "签名原文 signed text",
            self.signed_text.as_deref().unwrap_or(unknown),
        );
        line("用户标识 user id", &self.user_id);
        for key in &self.keys {
            line("公钥 public key", &key.public_key);
            line("Z", &key.z);
            line("摘要 e = SM3(Z‖M)", key.e.as_deref().unwrap_or(unknown));
        }
        if let Some(signature) = &self.signature {
            line("签名 r‖s (Base64)", &signature.base64);
            line("签名 r‖s (hex)", &signature.hex);
            line(
                "签名 DER (Base64)",
                signature.der_base64.as_deref().unwrap_or(unknown),
            );
            line(
                "签名 DER (hex)",
                signature.der_hex.as_deref().unwrap_or(unknown),
            );
        }
        line("结论 verdict", &self.verdict_text());
        out
    }

    fn verdict_text(&self) -> String {
        let list = |all: &[Misunderstanding]| -> String {
            let lines = all
                .iter()
                .map(|m| format!("\n  - {} / {} [{}]", m.zh(), m.en(), m.id()));
            lines.collect()
        };
        let hint = if self.secret_given {
            ""
        } else {
            "（未给出 appSecret / no appSecret was given）"
        };
        match &self.verdict {
            Verdict::Verified => "验签通过 the signature verifies".to_owned(),
            Verdict::Explained(why) => {
                format!("按下列差异可以解释 explained by:{}", list(why))
            }
            Verdict::Unexplained => format!(
                "试过 {} 种仍不能解释：密钥、appSecret 或数据本身不同{hint} / not explained after {} tries: another key, secret or data{}",
                self.tried,
                self.tried,
                list(&self.sealing)
            ),
            Verdict::NotOpened => {
                format!("数据无法解密：密钥或密文不同{hint} / the data cannot be decrypted")
            }
            Verdict::NotASignature => {
                "签名不是任何已知形式 the signature has no known form".to_owned()
            }
            Verdict::NoSignature => "报文没有签名 there is no signature".to_owned(),
        }
    }

    /// For programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let describe = |all: &[Misunderstanding]| -> Vec<Value> {
            let one = |m: &Misunderstanding| json!({"id": m.id(), "zh": m.zh(), "en": m.en()});
            all.iter().map(one).collect()
        };
        let (verdict, why): (_, &[Misunderstanding]) = match &self.verdict {
            Verdict::Verified => ("verified", &[]),
            Verdict::Explained(why) => ("explained", why),
            Verdict::Unexplained => ("unexplained", &[]),
            Verdict::NotOpened => ("not-opened", &[]),
            Verdict::NotASignature => ("not-a-signature", &[]),
            Verdict::NoSignature => ("no-signature", &[]),
        };
        let keys: Vec<Value> = self
            .keys
            .iter()
            .map(|key| json!({"public_key": key.public_key, "z": key.z, "e": key.e}))
            .collect();
        let signature = self.signature.as_ref().map(|signature| {
            json!({
                "base64": signature.base64, "hex": signature.hex,
                "der_base64": signature.der_base64, "der_hex": signature.der_hex,
            })
        });
        json!({
            "kind": self.kind, "refusal": self.refusal, "canonical": self.canonical,
            "signed_text": self.signed_text, "user_id": self.user_id, "keys": keys,
            "signature": signature, "sealing": describe(&self.sealing),
            "verdict": verdict, "explained_by": describe(why), "tried": self.tried,
        })
    }
}
