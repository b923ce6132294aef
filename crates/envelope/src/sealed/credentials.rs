//! What a caller and the platform share.

use std::fmt;

use zeroize::Zeroizing;

use super::form;
use crate::{
    canonical::Scalars,
    sm::{Sm4Key, SmError, encode_upper_hex},
};

/// The shared secrets of one application, with the SM4 key derived from them.
#[derive(Clone)]
pub struct AppCredentials {
    app_id: String,
    app_secret: Zeroizing<String>,
    key2: Sm4Key,
    gcm_key: Option<Sm4Key>,
    scalars: Scalars,
}

/// Why credentials cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// The application id does not have its form.
    #[error(
        "appId 应为 16 至 64 位字母、数字、“-”或“_” / must be 16 to 64 letters, digits, '-' or '_'"
    )]
    AppId,
    /// The secret does not have its form.
    #[error(
        "appSecret 应为 16 至 128 位可见 ASCII 字符 / must be 16 to 128 visible ASCII characters"
    )]
    AppSecret,
    /// The key could not be derived.
    #[error(transparent)]
    Derivation(#[from] SmError),
}

impl AppCredentials {
    /// Takes the pair that the platform issues and derives the key of the
    /// convention `SM4`: SM4 under the first 16 characters of appId turns
    /// appSecret into E; the first 16 characters of E's upper-case hex are
    /// the key.
    ///
    /// # Errors
    /// When either text does not have its form.
    pub fn new(app_id: &str, app_secret: &str) -> Result<Self, CredentialsError> {
        let app_id = form::APP_ID
            .read(app_id)
            .map_err(|_| CredentialsError::AppId)?;
        let visible = app_secret.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || !(16..=128).contains(&app_secret.len()) {
            return Err(CredentialsError::AppSecret);
        }
        let key1 = Sm4Key::from_bytes(app_id.as_bytes().get(..16).ok_or(SmError)?)?;
        let e = Zeroizing::new(encode_upper_hex(&key1.ecb_encrypt(app_secret.as_bytes())));
        let key2 = Sm4Key::from_bytes(e.as_bytes().get(..16).ok_or(SmError)?)?;
        Ok(Self {
            app_id,
            app_secret: Zeroizing::new(app_secret.to_owned()),
            key2,
            gcm_key: None,
            scalars: Scalars::Native,
        })
    }

    /// Adds the application's own key, without which `SM4-GCM` is refused.
    #[must_use]
    pub fn with_gcm_key(mut self, key: Sm4Key) -> Self {
        self.gcm_key = Some(key);
        self
    }

    /// Sets how numbers and booleans enter the canonical text.
    #[must_use]
    pub const fn with_scalars(mut self, scalars: Scalars) -> Self {
        self.scalars = scalars;
        self
    }

    /// The application id.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// How numbers and booleans enter the canonical text.
    #[must_use]
    pub const fn scalars(&self) -> Scalars {
        self.scalars
    }

    /// Whether the application can use `SM4-GCM`.
    #[must_use]
    pub const fn has_gcm_key(&self) -> bool {
        self.gcm_key.is_some()
    }

    /// The key of the convention `SM4`.
    #[must_use]
    pub const fn key2(&self) -> &Sm4Key {
        &self.key2
    }

    pub(super) const fn gcm_key(&self) -> Option<&Sm4Key> {
        self.gcm_key.as_ref()
    }

    pub(super) fn app_secret(&self) -> &str {
        &self.app_secret
    }
}

impl fmt::Debug for AppCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppCredentials")
            .field("app_id", &self.app_id)
            .field("app_secret", &"***")
            .field("gcm_key", &self.gcm_key)
            .field("scalars", &self.scalars)
            .finish_non_exhaustive()
    }
}
