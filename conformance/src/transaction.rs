//! The transaction door: a message around `input`, behind the signed headers of a CSB or
//! TIF gateway (national interface XJ-K01).

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::{
    caller::Caller,
    canonical,
    case::Edit,
    crypto,
    expect::Lookup,
    run::Prepared,
    template::{self, Scope},
};

/// Where the national interface is called.
const PATH: &str = "/fsi/api/rsfComIfsService/callService";

/// A transaction and what is wrong with it on purpose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransactionCall {
    /// Caller file without `.toml`.
    pub(crate) caller: String,
    /// Number of the transaction.
    infno: String,
    /// JSON text of input; `${…}` is filled in.
    input: String,
    /// Changes of the input.
    #[serde(default)]
    edit: Vec<Edit>,
    /// Changes of the message around it.
    #[serde(default)]
    message: Vec<Edit>,
    /// Whose headers.
    #[serde(default)]
    headers: Family,
    /// Seconds from now in the headers.
    #[serde(default)]
    time_shift: i64,
    /// A fixed msgid, or `${step.request_id}`; fresh when absent.
    msgid: Option<String>,
    /// Signs the headers with this secret.
    secret: Option<String>,
    /// Headers that are left out.
    #[serde(default)]
    without: Vec<String>,
    /// What the path is followed by, e.g. `/4104`.
    #[serde(default)]
    path: String,
}

/// A gateway that puts its headers before the message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Family {
    /// CSB: HMAC-SHA1.
    #[default]
    Csb,
    /// TIF: SHA-256.
    Tif,
}

/// The request of a step.
///
/// # Errors
/// A text that says what cannot be filled in or is missing in the caller file.
pub(crate) fn prepared(
    call: &TransactionCall,
    caller: &Caller,
    scope: &Scope<'_>,
    now: DateTime<Utc>,
) -> Result<Prepared, String> {
    let own = caller.gateway_secret.as_deref();
    let secret = match &call.secret {
        Some(secret) => secret.as_str(),
        None => own.ok_or_else(|| format!("{} has no gateway_secret", caller.name))?,
    };
    let written = scope.fill(&call.input)?;
    let mut input = canonical::parse_strict(&written).map_err(|error| format!("input: {error}"))?;
    template::apply(&mut input, &call.edit, scope)?;
    let msgid = match &call.msgid {
        Some(text) => scope.fill(text)?,
        None => hex::encode(crypto::random::<12>().map_err(|error| error.to_string())?),
    };
    let mut message = message(&call.infno, &msgid, caller, now, &input)?;
    template::apply(&mut message, &call.message, scope)?;
    let nonce = hex::encode(crypto::random::<12>().map_err(|error| error.to_string())?);
    let then = now + TimeDelta::seconds(call.time_shift);
    let mut headers = match call.headers {
        Family::Csb => csb(&call.infno, caller.gateway_id(), secret, then)?,
        Family::Tif => tif(caller.gateway_id(), secret, &nonce, then),
    };
    headers.retain(|(name, _)| !call.without.contains(name));
    Ok(Prepared {
        method: "POST".to_owned(),
        path: format!("{PATH}{}", call.path),
        headers,
        body: Some((
            "application/json".to_owned(),
            message.to_string().into_bytes(),
        )),
        caller: None,
        enc_type: String::new(),
        nonce,
        request_id: msgid,
        signed_text: None,
        data: Some(input.to_string()),
    })
}

/// The message in the members of the published table.
fn message(
    infno: &str,
    msgid: &str,
    caller: &Caller,
    now: DateTime<Utc>,
    input: &Value,
) -> Result<Value, String> {
    let zone = FixedOffset::east_opt(8 * 3600).ok_or("no zone")?;
    let time = now.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S");
    let (code, name) = if caller.fixmedins_code.is_empty() {
        (caller.app_id.get(..12).unwrap_or_default(), &caller.role)
    } else {
        (caller.fixmedins_code.as_str(), &caller.fixmedins_name)
    };
    Ok(json!({
        "infno": infno,
        "msgid": msgid,
        "mdtrtarea_admvs": caller.admdvs,
        "insuplc_admdvs": caller.admdvs,
        "recer_sys_code": "YBXT",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "001",
        "opter_name": "conformance",
        "inf_time": time.to_string(),
        "fixmedins_code": code,
        "fixmedins_name": name,
        "sign_no": "",
        "input": input,
    }))
}

/// CSB: Base64(HMAC-SHA1(SK, the four headers sorted by name)).
fn csb(
    infno: &str,
    key_id: &str,
    secret: &str,
    then: DateTime<Utc>,
) -> Result<Vec<(String, String)>, String> {
    let time = then.timestamp_millis().to_string();
    let signed = format!(
        "_api_access_key={key_id}&_api_name={infno}&_api_timestamp={time}&_api_version=1.0.0"
    );
    let mut mac =
        Hmac::<Sha1>::new_from_slice(secret.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(signed.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    Ok(owned(&[
        ("_api_name", infno),
        ("_api_version", "1.0.0"),
        ("_api_timestamp", &time),
        ("_api_access_key", key_id),
        ("_api_signature", &signature),
    ]))
}

/// TIF: hex(SHA-256(timestamp + token + nonce + timestamp)).
fn tif(key_id: &str, secret: &str, nonce: &str, then: DateTime<Utc>) -> Vec<(String, String)> {
    let time = then.timestamp().to_string();
    let signature = hex::encode(Sha256::digest(format!("{time}{secret}{nonce}{time}")));
    owned(&[
        ("x-tif-paasid", key_id),
        ("x-tif-timestamp", &time),
        ("x-tif-nonce", nonce),
        ("x-tif-signature", &signature),
    ])
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
        &headers.iter().find(|(other, _)| other == name).unwrap().1
    }

    // Both made with the OpenSSL command line.
    #[test]
    fn headers_are_signed_as_published() {
        let then = DateTime::from_timestamp_millis(1_795_306_800_000).unwrap();
        let headers = csb("4104", "AK", "SK", then).unwrap();
        assert_eq!(
            value(&headers, "_api_signature"),
            "F47pgPbpA7rY62+Iefzl3JdbdEo="
        );
        let headers = tif("AK", "SK", "0123456789abcdef", then);
        assert_eq!(
            value(&headers, "x-tif-signature"),
            "3ba541c7f74094e1e60e63a292edae5fb5065e36978bbdb844ab845cc79c22f3"
        );
    }
}
