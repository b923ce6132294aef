//! TIF gateway headers: SHA-256 of time, token, nonce and time (three
//! independent integrations of the FSI interfaces agree).

use sha2::{Digest, Sha256};

use super::{
    csb::within,
    headers::{GatewaySecret, HeaderError, Headers, equal},
};
use crate::sm::{decode_hex, encode_lower_hex};

const PAASID: &str = "x-tif-paasid";
const TIMESTAMP: &str = "x-tif-timestamp";
const NONCE: &str = "x-tif-nonce";
const SIGNATURE: &str = "x-tif-signature";
const SERVICE_ID: &str = "x-tif-serviceId";

/// Longest id or nonce that is read. No length is published.
const TEXT_MAX: usize = 128;

/// Why TIF headers are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TifError {
    /// A header is not as it should be.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The time is not ten digits of seconds.
    #[error("x-tif-timestamp 应为 10 位秒数 must be 10 digits of epoch seconds")]
    Timestamp,
    /// The time lies outside the window.
    #[error("x-tif-timestamp 与服务器时间相差 {skew_seconds} 秒 outside the window")]
    Stale {
        /// Seconds after the receiver's clock; negative when before.
        skew_seconds: i64,
    },
    /// No caller has this id. The caller of this library finds out.
    #[error("x-tif-paasid 不存在 unknown paasid")]
    UnknownCaller,
    /// The signature is not SHA-256 of timestamp, token, nonce, timestamp.
    #[error(
        "x-tif-signature 不一致：应为 SHA-256(timestamp+token+nonce+timestamp) 的十六进制 / signature mismatch: hex of SHA-256(timestamp+token+nonce+timestamp)"
    )]
    Signature,
}

/// The headers of one request, read but not yet believed. The receiver keeps
/// [`Self::nonce`] to refuse a second use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TifHeaders {
    paasid: String,
    timestamp: String,
    nonce: String,
    signature: String,
    service_id: Option<String>,
}

impl TifHeaders {
    /// Reads the headers: each once, none empty but `x-tif-serviceId`.
    ///
    /// # Errors
    /// [`TifError::Header`].
    pub fn read(headers: &Headers<'_>) -> Result<Self, TifError> {
        Ok(Self {
            paasid: headers.one(PAASID, TEXT_MAX)?,
            timestamp: headers.one(TIMESTAMP, 20)?,
            nonce: headers.one(NONCE, TEXT_MAX)?,
            signature: headers.one(SIGNATURE, 64)?,
            service_id: headers.optional(SERVICE_ID, TEXT_MAX)?,
        })
    }

    /// Makes the headers of a request, at `epoch_seconds`.
    ///
    /// # Errors
    /// [`TifError`] when a value could not be read back.
    pub fn sign(
        paasid: &str,
        epoch_seconds: i64,
        nonce: &str,
        token: &GatewaySecret,
    ) -> Result<Self, TifError> {
        let timestamp = epoch_seconds.to_string();
        let values = [
            (PAASID, paasid.as_bytes()),
            (TIMESTAMP, timestamp.as_bytes()),
            (NONCE, nonce.as_bytes()),
            (SIGNATURE, b"-"),
        ];
        let mut headers = Self::read(&Headers::new(&values))?;
        headers.millis()?;
        headers.signature = encode_lower_hex(&headers.hash(token));
        Ok(headers)
    }

    /// The headers as they are sent.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let mut pairs = vec![
            (PAASID, self.paasid.as_str()),
            (TIMESTAMP, &self.timestamp),
            (NONCE, &self.nonce),
            (SIGNATURE, &self.signature),
        ];
        pairs.extend(self.service_id().map(|id| (SERVICE_ID, id)));
        pairs
    }

    /// The public id by which the caller's token is found.
    #[must_use]
    pub fn paasid(&self) -> &str {
        &self.paasid
    }

    /// The text that makes the request unique.
    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// `x-tif-serviceId`, seen in one integration.
    #[must_use]
    pub fn service_id(&self) -> Option<&str> {
        self.service_id.as_deref()
    }

    /// Checks the time against the receiver's clock. No window is published.
    ///
    /// # Errors
    /// [`TifError::Timestamp`] or [`TifError::Stale`].
    pub fn check_time(&self, now_millis: i64, window_seconds: u32) -> Result<(), TifError> {
        within(self.millis()?, now_millis, window_seconds)
            .map_err(|skew_seconds| TifError::Stale { skew_seconds })
    }

    /// Checks the signature, hex of either case, in a time that does not
    /// depend on how much of it is right.
    ///
    /// # Errors
    /// [`TifError::Signature`].
    pub fn verify(&self, token: &GatewaySecret) -> Result<(), TifError> {
        let sent = decode_hex(&self.signature).map_err(|_| TifError::Signature)?;
        if equal(&sent, &self.hash(token)) {
            Ok(())
        } else {
            Err(TifError::Signature)
        }
    }

    fn millis(&self) -> Result<i64, TifError> {
        let digits = self.timestamp.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || self.timestamp.len() != 10 {
            return Err(TifError::Timestamp);
        }
        let seconds: i64 = self.timestamp.parse().map_err(|_| TifError::Timestamp)?;
        seconds.checked_mul(1_000).ok_or(TifError::Timestamp)
    }

    fn hash(&self, token: &GatewaySecret) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(&self.timestamp);
        hasher.update(token.as_bytes());
        hasher.update(&self.nonce);
        hasher.update(&self.timestamp);
        hasher.finalize().into()
    }
}
