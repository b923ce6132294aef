//! A caller's side of the sealed door: messages built and sealed, answers verified and opened.

use std::time::Duration;

use chs_envelope::{
    sealed::{self, AnswerEnvelope, AppCredentials, EncType, Envelope, Head, Timestamp},
    sm::{Sm2PrivateKey, Sm2PublicKey, Sm4Key},
};
use rand::rngs::SysRng;
use serde_json::Value;

use crate::caller_file::CallerFile;

/// A client of one caller: builds messages, opens answers. The command `call`,
/// `load`, the delivery of the outbox and the tests use it.
#[derive(Debug)]
pub struct Client {
    credentials: AppCredentials,
    private_key: Sm2PrivateKey,
    platform_key: Sm2PublicKey,
    enc_type: EncType,
}

impl Client {
    /// The client that a caller file describes.
    ///
    /// # Errors
    /// The member of the file that holds no key of its kind.
    pub fn new(caller: &CallerFile) -> Result<Client, String> {
        let bad = |member: &str| format!("调用方文件的 {member} 不正确 / {member} is malformed");
        let gcm_key = match &caller.gcm_key {
            None => None,
            Some(text) => Some(Sm4Key::from_hex(text).map_err(|_| bad("gcm_key"))?),
        };
        let mut credentials = AppCredentials::new(&caller.app_id, &caller.app_secret)
            .map_err(|error| error.to_string())?;
        if let Some(key) = gcm_key {
            credentials = credentials.with_gcm_key(key);
        }
        Ok(Client {
            credentials,
            private_key: Sm2PrivateKey::from_text(&caller.private_key)
                .map_err(|_| bad("private_key"))?,
            platform_key: Sm2PublicKey::from_text(&caller.platform_public_key)
                .map_err(|_| bad("platform_public_key"))?,
            enc_type: EncType::from_name(&caller.enc_type).ok_or_else(|| bad("enc_type"))?,
        })
    }

    /// A sealed message around `data` (JSON text), stamped with `now_millis`.
    ///
    /// # Errors
    /// Data that is no JSON object, ids of the wrong form, or a failing random source.
    pub fn seal(
        &self,
        data: &str,
        request_id: &str,
        nonce: &str,
        now_millis: i64,
    ) -> Result<Envelope, String> {
        let data: Value = serde_json::from_str(data).map_err(|error| error.to_string())?;
        let now = Timestamp::from_millis(now_millis).ok_or("timestamp")?;
        let head = Head::new(&self.credentials, self.enc_type, now, nonce, request_id)
            .map_err(|error| error.to_string())?;
        sealed::seal_request(
            head,
            &data,
            &self.credentials,
            &self.private_key,
            &mut SysRng,
        )
        .map_err(|error| error.to_string())
    }

    /// Verifies and opens the answer to `request`; gives its code and its data.
    ///
    /// # Errors
    /// An answer whose signature does not verify, or that belongs to another request.
    pub fn open(&self, request: &Envelope, body: &[u8]) -> Result<(String, Value), String> {
        let answer = AnswerEnvelope::parse(body).map_err(|error| error.to_string())?;
        let opened =
            sealed::open_answer(&answer, request, &self.credentials, &self.platform_key)
                .map_err(|error| format!("应答无法验签 / the answer does not verify: {error}"))?;
        Ok((opened.outcome.code().to_owned(), opened.data))
    }

    /// The text that was signed, without the secret at its end.
    ///
    /// # Errors
    /// A message that the client itself cannot open.
    pub(crate) fn signed_text(&self, message: &Envelope) -> Result<String, String> {
        let own = self.private_key.public_key();
        let opened =
            sealed::open(message, &self.credentials, own).map_err(|error| error.to_string())?;
        Ok(message
            .signed_text(&opened.canonical, &self.credentials)
            .redacted())
    }
}

/// 32 random characters that fit nonce and requestId.
pub fn unique() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

/// An HTTP client with this program's TLS provider; a call may take half a minute.
///
/// # Errors
/// When the system's certificates cannot be read.
pub fn http() -> Result<reqwest::Client, reqwest::Error> {
    http_builder().timeout(Duration::from_secs(30)).build()
}

/// Begins an HTTP client with this program's TLS provider.
pub fn http_builder() -> reqwest::ClientBuilder {
    // Fails only when another provider was installed before, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}
