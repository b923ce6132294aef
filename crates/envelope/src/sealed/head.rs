//! What a message says about itself, apart from its data and signature.

use rand_core::TryCryptoRng;

use super::{AppCredentials, EnvelopeError, Timestamp, form, form::Members};
use crate::sm::{SmError, encode_lower_hex};

/// The only value of `signType`: SM3withSM2.
pub const SIGN_TYPE: &str = "SM2";

/// The only value of `version`.
pub const VERSION: &str = "1.0.0";

/// How the data is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EncType {
    /// SM4-ECB with PKCS#7 under the key derived from appId and appSecret;
    /// the plain data is signed.
    Sm4,
    /// SM4-GCM under the caller's own key; the sealed data is signed.
    Sm4Gcm,
}

impl EncType {
    /// The value of `encType`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sm4 => "SM4",
            Self::Sm4Gcm => "SM4-GCM",
        }
    }

    /// Reads the value of `encType`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sm4, Self::Sm4Gcm]
            .into_iter()
            .find(|one| one.as_str() == name)
    }
}

/// The members that name a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    app_id: String,
    enc_type: EncType,
    timestamp: Timestamp,
    nonce: String,
    request_id: String,
}

impl Head {
    /// The head of a new request.
    ///
    /// # Errors
    /// When `nonce` or `request_id` does not have its form.
    pub fn new(
        credentials: &AppCredentials,
        enc_type: EncType,
        timestamp: Timestamp,
        nonce: &str,
        request_id: &str,
    ) -> Result<Self, EnvelopeError> {
        Ok(Self {
            app_id: credentials.app_id().to_owned(),
            enc_type,
            timestamp,
            nonce: form::NONCE.read(nonce)?,
            request_id: form::REQUEST_ID.read(request_id)?,
        })
    }

    /// The head of the answer to this message, with its own time.
    pub(super) fn answered_at(&self, timestamp: Timestamp) -> Self {
        Self {
            timestamp,
            ..self.clone()
        }
    }

    pub(super) fn read(members: &Members<'_>) -> Result<Self, EnvelopeError> {
        members.read_as(&form::SIGN_TYPE)?;
        members.read_as(&form::VERSION)?;
        Ok(Self {
            app_id: members.read_as(&form::APP_ID)?,
            enc_type: members.read_as(&form::ENC_TYPE)?,
            timestamp: members.read_as(&form::TIMESTAMP)?,
            nonce: members.read_as(&form::NONCE)?,
            request_id: members.read_as(&form::REQUEST_ID)?,
        })
    }

    /// The application id of the caller, by which its keys are found.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// How the data is sealed.
    #[must_use]
    pub const fn enc_type(&self) -> EncType {
        self.enc_type
    }

    /// The time of the message.
    #[must_use]
    pub const fn timestamp(&self) -> &Timestamp {
        &self.timestamp
    }

    /// The value that this caller uses once.
    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// The idempotency key.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// What GCM authenticates beside the data:
    /// `appId|nonce|requestId|timestamp|version`.
    #[must_use]
    pub fn aad(&self) -> String {
        [
            &self.app_id,
            &self.nonce,
            &self.request_id,
            self.timestamp.as_str(),
            VERSION,
        ]
        .join("|")
    }

    /// The members as they stand in the message and in the signed text.
    pub(super) fn members(&self) -> [(&'static str, &str); 7] {
        [
            ("appId", &self.app_id),
            ("encType", self.enc_type.as_str()),
            ("signType", SIGN_TYPE),
            ("timestamp", self.timestamp.as_str()),
            ("version", VERSION),
            ("nonce", &self.nonce),
            ("requestId", &self.request_id),
        ]
    }
}

/// A nonce for a new request: 128 random bits as 32 hex digits.
///
/// # Errors
/// When the generator fails.
pub fn fresh_nonce<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<String, SmError> {
    let mut bytes = [0; 16];
    rng.try_fill_bytes(&mut bytes).map_err(|_| SmError)?;
    Ok(encode_lower_hex(&bytes))
}
