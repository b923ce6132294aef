//! The sealed message: signed text, sealing of requests, checking and opening of answers.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::{
    caller::Caller,
    canonical,
    crypto::{self, CryptoError, PrivateKey},
};

/// encType of the published convention.
pub(crate) const SM4: &str = "SM4";
/// encType for new callers.
pub(crate) const SM4_GCM: &str = "SM4-GCM";
/// Value of `version`.
const VERSION: &str = "1.0.0";
/// Largest distance between an answer's timestamp and now, in seconds.
const WINDOW_SECONDS: i64 = 300;
/// Members an answer may have.
const ANSWER_MEMBERS: [&str; 13] = [
    "appId",
    "code",
    "encData",
    "encType",
    "extra",
    "message",
    "nonce",
    "requestId",
    "signData",
    "signType",
    "success",
    "timestamp",
    "version",
];
/// Members an answer must have.
const ANSWER_REQUIRED: [&str; 12] = [
    "appId",
    "code",
    "encData",
    "encType",
    "message",
    "nonce",
    "requestId",
    "signData",
    "signType",
    "success",
    "timestamp",
    "version",
];

/// Now in China time, moved by some seconds, as `yyyyMMddHHmmss`.
pub(crate) fn timestamp(now: DateTime<Utc>, shift_seconds: i64) -> String {
    in_china(now + TimeDelta::seconds(shift_seconds))
        .format("%Y%m%d%H%M%S")
        .to_string()
}

/// Now, moved by some seconds, as 13 digits of epoch milliseconds.
pub(crate) fn timestamp_millis(now: DateTime<Utc>, shift_seconds: i64) -> String {
    (now + TimeDelta::seconds(shift_seconds))
        .timestamp_millis()
        .to_string()
}

fn in_china(now: DateTime<Utc>) -> NaiveDateTime {
    // 8 hours is a valid offset, so the fallback is never taken.
    FixedOffset::east_opt(8 * 3600).map_or(now.naive_utc(), |zone| {
        now.with_timezone(&zone).naive_local()
    })
}

/// The text a signature covers: members sorted by ASCII as `k=v`, then `&key=` and the
/// appSecret. `signData` and `extra` never take part, `encData` only where `data` does not.
pub(crate) fn signed_text(members: &BTreeMap<&str, &str>, app_secret: &str) -> String {
    let mut text: Vec<String> = members
        .iter()
        .filter(|(key, value)| !matches!(**key, "signData" | "extra") && !value.is_empty())
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    text.push(format!("key={app_secret}"));
    text.join("&")
}

/// The additional authenticated data of SM4-GCM.
fn aad(members: &BTreeMap<&str, &str>) -> String {
    ["appId", "nonce", "requestId", "timestamp", "version"]
        .map(|key| members.get(key).copied().unwrap_or_default())
        .join("|")
}

/// What goes into a sealed request.
pub(crate) struct Request<'a> {
    /// appId to claim; the caller's own unless a case lies about it.
    pub(crate) app_id: &'a str,
    /// `SM4` or `SM4-GCM`.
    pub(crate) enc_type: &'a str,
    /// Time of sending.
    pub(crate) timestamp: &'a str,
    /// Number used once.
    pub(crate) nonce: &'a str,
    /// Idempotency key.
    pub(crate) request_id: &'a str,
    /// Canonical text of data, the one that is signed.
    pub(crate) data: &'a str,
    /// The text that is encrypted; differs from `data` where a case wants it to.
    pub(crate) plain: &'a str,
}

/// A sealed request: its members in the order of sending, and the text it signed.
#[derive(Debug, Clone)]
pub(crate) struct Sealed {
    /// Names and texts of the members, duplicates possible.
    pub(crate) members: Vec<(String, Value)>,
    /// The signed text.
    pub(crate) signed_text: String,
}

impl Sealed {
    /// The message as JSON text.
    pub(crate) fn to_json(&self) -> String {
        let members: Vec<String> = self
            .members
            .iter()
            .map(|(key, value)| format!("{}:{value}", Value::String(key.clone())))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// The member of that name.
    pub(crate) fn member_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.members
            .iter_mut()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
}

/// Seals `plain` and signs `data` for a caller; `signer` is its own key unless a case says otherwise.
///
/// # Errors
/// [`CryptoError`] when the caller has no key for the encType or signing fails.
pub(crate) fn seal(
    caller: &Caller,
    signer: &PrivateKey,
    request: &Request<'_>,
) -> Result<Sealed, CryptoError> {
    let mut members = BTreeMap::from([
        ("appId", request.app_id),
        ("encType", request.enc_type),
        ("nonce", request.nonce),
        ("requestId", request.request_id),
        ("signType", "SM2"),
        ("timestamp", request.timestamp),
        ("version", VERSION),
    ]);
    let gcm = request.enc_type == SM4_GCM;
    let sealed = if gcm {
        let key = caller.gcm_key.as_ref().ok_or(CryptoError::Key)?;
        let iv = crypto::random()?;
        crypto::gcm_encrypt(key, &iv, aad(&members).as_bytes(), request.plain.as_bytes())?
    } else {
        crypto::ecb_encrypt(&caller.key2, request.plain.as_bytes())
    };
    let enc_data = hex::encode_upper(sealed);
    if gcm {
        members.insert("encData", &enc_data);
    } else {
        members.insert("data", request.data);
    }
    let signed_text = signed_text(&members, &caller.app_secret);
    let sign_data = STANDARD.encode(crypto::sign(signer, signed_text.as_bytes())?);
    members.remove("data");
    members.insert("encData", &enc_data);
    members.insert("signData", &sign_data);
    let members = members
        .into_iter()
        .map(|(k, v)| (k.to_owned(), Value::String(v.to_owned())))
        .collect();
    Ok(Sealed {
        members,
        signed_text,
    })
}

/// One thing that was looked at, and whether it holds.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What was looked at.
    pub(crate) what: String,
    /// Whether it holds.
    pub(crate) ok: bool,
    /// What was expected and what was found, when it does not hold.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) detail: String,
}

impl Finding {
    /// A thing that holds, or not, with the reason in the second case.
    pub(crate) fn new(
        what: impl Into<String>,
        ok: bool,
        detail: impl FnOnce() -> String,
    ) -> Finding {
        Finding {
            what: what.into(),
            ok,
            detail: if ok { String::new() } else { detail() },
        }
    }
}

/// A sealed answer that was taken apart.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Everything that was looked at.
    pub(crate) findings: Vec<Finding>,
    /// The opened data; null when it could not be opened.
    pub(crate) data: Value,
    /// The opened text as it was sealed.
    pub(crate) text: String,
}

/// Checks the form of a sealed answer, opens it and verifies its signature.
pub(crate) fn open_answer(
    caller: &Caller,
    body: &Value,
    sent: &Expected<'_>,
    now: DateTime<Utc>,
) -> Answer {
    let mut answer = Answer::default();
    let Value::Object(object) = body else {
        answer
            .findings
            .push(Finding::new("sealed answer is an object", false, || {
                body.to_string()
            }));
        return answer;
    };
    let mut wrong: Vec<String> = object
        .iter()
        .filter(|(key, value)| {
            !ANSWER_MEMBERS.contains(&key.as_str())
                || member_text(key, value).is_none_or(str::is_empty)
        })
        .map(|(key, _)| key.clone())
        .collect();
    wrong.extend(
        ANSWER_REQUIRED
            .iter()
            .filter(|key| !object.contains_key(**key))
            .map(|key| format!("-{key}")),
    );
    answer.findings.push(Finding::new(
        "members are known, complete, non-empty and of their type",
        wrong.is_empty(),
        || format!("wrong or missing (-): {}", wrong.join(", ")),
    ));
    let members: BTreeMap<&str, &str> = object
        .iter()
        .filter_map(|(key, value)| Some((key.as_str(), member_text(key, value)?)))
        .collect();
    let member = |name: &str| members.get(name).copied().unwrap_or_default();
    for (name, expected) in [
        ("appId", caller.app_id.as_str()),
        ("encType", sent.enc_type),
        ("signType", "SM2"),
        ("version", VERSION),
        ("requestId", sent.request_id),
        // Two sends of one requestId have two answers: only the nonce tells them apart.
        ("nonce", sent.nonce),
    ] {
        answer.findings.push(Finding::new(
            format!("{name} of the answer"),
            member(name) == expected,
            || format!("expected {expected}, found {}", member(name)),
        ));
    }
    answer.findings.push(Finding::new(
        "timestamp of the answer is fresh",
        is_fresh(member("timestamp"), now),
        || format!("found {}, now {}", member("timestamp"), timestamp(now, 0)),
    ));
    open_and_verify(caller, &members, &mut answer);
    answer
}

/// The text by which a member takes part in the signature: `success` is a JSON boolean and
/// is signed as `true` or `false`, every other member is a text.
fn member_text<'a>(name: &str, value: &'a Value) -> Option<&'a str> {
    match value {
        Value::Bool(true) if name == "success" => Some("true"),
        Value::Bool(false) if name == "success" => Some("false"),
        Value::String(text) if name != "success" => Some(text),
        _ => None,
    }
}

/// What the answer to a request must repeat.
pub(crate) struct Expected<'a> {
    /// encType of the request.
    pub(crate) enc_type: &'a str,
    /// requestId of the request.
    pub(crate) request_id: &'a str,
    /// nonce of the request.
    pub(crate) nonce: &'a str,
}

fn open_and_verify(caller: &Caller, members: &BTreeMap<&str, &str>, answer: &mut Answer) {
    let member = |name: &str| members.get(name).copied().unwrap_or_default();
    let enc_data = member("encData");
    let gcm = member("encType") == SM4_GCM;
    let upper = !enc_data.bytes().any(|byte| byte.is_ascii_lowercase());
    let plain = hex::decode(enc_data)
        .map_err(|_| CryptoError::Open)
        .and_then(|sealed| match (gcm, &caller.gcm_key) {
            (true, Some(key)) => crypto::gcm_decrypt(key, aad(members).as_bytes(), &sealed),
            (true, None) => Err(CryptoError::Key),
            (false, _) => crypto::ecb_decrypt(&caller.key2, &sealed),
        })
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default();
    let parsed = canonical::parse_strict(&plain);
    answer.findings.push(Finding::new(
        "encData is upper-case hex and opens to JSON",
        upper && parsed.is_ok(),
        || match &parsed {
            Err(error) => format!("not opened: {error}"),
            Ok(_) => "lower-case hex".to_owned(),
        },
    ));
    answer.data = parsed.unwrap_or_default();
    answer.text = plain;
    let data = canonical::canonical(&answer.data).unwrap_or_default();
    let mut signed = members.clone();
    signed.remove("encData");
    if gcm {
        signed.insert("encData", enc_data);
    } else {
        signed.insert("data", &data);
    }
    let text = signed_text(&signed, &caller.app_secret);
    let ok = STANDARD
        .decode(member("signData"))
        .is_ok_and(|signature| crypto::verify(&caller.platform_key, text.as_bytes(), &signature));
    answer
        .findings
        .push(Finding::new("signature of the answer verifies", ok, || {
            format!("canonical text was: {text}")
        }));
}

fn is_fresh(text: &str, now: DateTime<Utc>) -> bool {
    let distance = if text.len() == 13 {
        text.parse::<i64>()
            .ok()
            .map(|millis| (now.timestamp_millis() - millis) / 1000)
    } else {
        NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S")
            .ok()
            .map(|time| (in_china(now) - time).num_seconds())
    };
    distance.is_some_and(|seconds| seconds.abs() <= WINDOW_SECONDS)
}

#[cfg(test)]
pub(crate) mod tests;
