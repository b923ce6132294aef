//! CSB gateway headers: HMAC-SHA1 over four headers (Hunan V1.1.27 §4.5;
//! Jiangsu's integrations agree but for the unit of the time).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::headers::{GatewaySecret, HeaderError, Headers, equal};
use crate::sm::{decode_base64, encode_base64};

const NAME: &str = "_api_name";
const VERSION: &str = "_api_version";
const TIMESTAMP: &str = "_api_timestamp";
const ACCESS_KEY: &str = "_api_access_key";
const SIGNATURE: &str = "_api_signature";

/// Why CSB headers are refused. [`super::refusal_body`] gives the published
/// answer to each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsbError {
    /// A header is not as it should be.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The time is not the digits that the caller's setting asks for.
    #[error("_api_timestamp 应为 {0} _api_timestamp has another form")]
    Timestamp(&'static str),
    /// The time lies outside the window.
    #[error("_api_timestamp 与服务器时间相差 {skew_seconds} 秒 outside the window")]
    Stale {
        /// Seconds after the receiver's clock; negative when before.
        skew_seconds: i64,
    },
    /// No caller has this access key. The caller of this library finds out.
    #[error("_api_access_key 不存在 unknown access key")]
    UnknownCaller,
    /// The signature is not HMAC-SHA1 of the four headers in Base64.
    #[error(
        "_api_signature 不一致：应为四个请求头按键名排序后的 HMAC-SHA1（Base64）/ signature mismatch: HMAC-SHA1 of the four headers sorted by name, in Base64"
    )]
    Signature,
}

/// Unit of `_api_timestamp`: a setting of the caller, because the published
/// editions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CsbTimestamp {
    /// 13 digits, milliseconds (Hunan).
    Millis,
    /// 10 digits, seconds (Jiangsu).
    Seconds,
    /// Told apart by the number of digits.
    #[default]
    Either,
}

impl CsbTimestamp {
    const fn form(self) -> &'static str {
        match self {
            Self::Millis => "13 位毫秒数",
            Self::Seconds => "10 位秒数",
            Self::Either => "13 位毫秒数或 10 位秒数",
        }
    }

    fn millis(self, text: &str) -> Option<i64> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let factor = match (self, text.len()) {
            (Self::Millis | Self::Either, 13) => 1,
            (Self::Seconds | Self::Either, 10) => 1_000,
            _ => return None,
        };
        text.parse::<i64>().ok()?.checked_mul(factor)
    }
}

/// The five headers of one request, read but not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsbHeaders {
    api_name: String,
    api_version: String,
    timestamp: String,
    access_key: String,
    signature: String,
}

impl CsbHeaders {
    /// Reads the headers: each once, none empty, none longer than published.
    ///
    /// # Errors
    /// [`CsbError::Header`].
    pub fn read(headers: &Headers<'_>) -> Result<Self, CsbError> {
        Ok(Self {
            api_name: headers.one(NAME, 100)?,
            api_version: headers.one(VERSION, 100)?,
            timestamp: headers.one(TIMESTAMP, 20)?,
            access_key: headers.one(ACCESS_KEY, 100)?,
            signature: headers.one(SIGNATURE, 300)?,
        })
    }

    /// Makes the headers of a request; `timestamp` is the text that is sent.
    /// `form` are the request's form parameters, if it has any: a JSON body
    /// has none and is not signed.
    ///
    /// # Errors
    /// [`CsbError::Header`] when a value could not be read back.
    pub fn sign(
        api_name: &str,
        api_version: &str,
        timestamp: &str,
        access_key: &str,
        secret: &GatewaySecret,
        form: &[(&str, &str)],
    ) -> Result<Self, CsbError> {
        let values = [
            (NAME, api_name.as_bytes()),
            (VERSION, api_version.as_bytes()),
            (TIMESTAMP, timestamp.as_bytes()),
            (ACCESS_KEY, access_key.as_bytes()),
            (SIGNATURE, b"-"),
        ];
        let mut headers = Self::read(&Headers::new(&values))?;
        headers.signature = encode_base64(&headers.mac(secret, form)?);
        Ok(headers)
    }

    /// The headers as they are sent.
    #[must_use]
    pub fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            (NAME, &self.api_name),
            (VERSION, &self.api_version),
            (TIMESTAMP, &self.timestamp),
            (ACCESS_KEY, &self.access_key),
            (SIGNATURE, &self.signature),
        ]
    }

    /// The service's name: the transaction number in Hunan, a service path in
    /// Jiangsu. The receiver compares it with `infno` where that is the rule.
    #[must_use]
    pub fn api_name(&self) -> &str {
        &self.api_name
    }

    /// The public id by which the caller's secret is found.
    #[must_use]
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The text that is signed: the four headers and the form parameters as
    /// `k=v` in key order, joined by one `&`.
    #[must_use]
    pub fn signed_text(&self, form: &[(&str, &str)]) -> String {
        let [name, version, timestamp, access_key, _] = self.pairs();
        let mut members = vec![access_key, name, timestamp, version];
        members.extend(form);
        members.sort_by_key(|(key, _)| *key);
        let members: Vec<String> = members
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        members.join("&")
    }

    /// Checks the time against the receiver's clock. Published window: 30
    /// minutes to either side.
    ///
    /// # Errors
    /// [`CsbError::Timestamp`] or [`CsbError::Stale`].
    pub fn check_time(
        &self,
        unit: CsbTimestamp,
        now_millis: i64,
        window_seconds: u32,
    ) -> Result<(), CsbError> {
        let millis = unit
            .millis(&self.timestamp)
            .ok_or(CsbError::Timestamp(unit.form()))?;
        within(millis, now_millis, window_seconds)
            .map_err(|skew_seconds| CsbError::Stale { skew_seconds })
    }

    /// Checks the signature, in a time that does not depend on how much of it
    /// is right.
    ///
    /// # Errors
    /// [`CsbError::Signature`].
    pub fn verify(&self, secret: &GatewaySecret, form: &[(&str, &str)]) -> Result<(), CsbError> {
        let sent = decode_base64(&self.signature).map_err(|_| CsbError::Signature)?;
        if equal(&sent, &self.mac(secret, form)?) {
            Ok(())
        } else {
            Err(CsbError::Signature)
        }
    }

    fn mac(&self, secret: &GatewaySecret, form: &[(&str, &str)]) -> Result<Vec<u8>, CsbError> {
        // HMAC takes keys of every length.
        let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(secret.as_bytes())
            .map_err(|_| CsbError::Signature)?;
        mac.update(self.signed_text(form).as_bytes());
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

/// `Err` with the skew in seconds when a moment lies outside the window.
pub(super) fn within(millis: i64, now_millis: i64, window_seconds: u32) -> Result<(), i64> {
    let skew = millis.saturating_sub(now_millis);
    let window = i64::from(window_seconds).saturating_mul(1_000);
    if skew.saturating_abs() <= window {
        Ok(())
    } else {
        Err(skew / 1_000)
    }
}
