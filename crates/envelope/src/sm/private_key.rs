//! SM2 private keys (GB/T 32918.1, curve of GB/T 32918.5): how they are read, made and
//! written.

mod signing;

use std::fmt;

use ::sm2::{
    NonZeroScalar, Scalar, SecretKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding},
};
use rand_core::TryCryptoRng;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{DEFAULT_USER_ID, KeyFileError, Sm2PublicKey, SmError, encrypted_key};

/// A private key d, 1 ≤ d ≤ n−2, with its public key.
pub struct Sm2PrivateKey {
    // Boxed, so that moving the key leaves no copies behind.
    secrets: Box<Secrets>,
    public: Sm2PublicKey,
}

#[derive(ZeroizeOnDrop)]
struct Secrets {
    d: NonZeroScalar,
    /// (1+d)⁻¹ mod n, which every signature needs and never changes.
    inverse: Scalar,
}

impl Sm2PrivateKey {
    /// Takes d as 32 bytes, or 33 with a leading 00, with the default user id.
    ///
    /// # Errors
    /// On another length, or d outside 1..=n−2.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SmError> {
        let bytes = match (bytes.len(), bytes.split_first()) {
            (32, _) => bytes,
            (33, Some((0, rest))) => rest,
            _ => return Err(SmError),
        };
        Self::new(
            &SecretKey::from_slice(bytes).map_err(|_| SmError)?,
            DEFAULT_USER_ID,
        )
    }

    /// Reads a key: Base64 or hex of the 32 or 33 bytes, or an unencrypted
    /// PKCS#8 block `PRIVATE KEY` in PEM. The default user id is taken.
    ///
    /// # Errors
    /// On any other text and as [`Self::from_bytes`].
    pub fn from_text(text: &str) -> Result<Self, SmError> {
        let text = text.trim();
        if text.starts_with("-----BEGIN") {
            let key = SecretKey::from_pkcs8_pem(text).map_err(|_| SmError)?;
            return Self::new(&key, DEFAULT_USER_ID);
        }
        let bytes = match text.len() {
            44 => super::decode_base64(text),
            64 | 66 => super::decode_hex(text),
            _ => Err(SmError),
        };
        Self::from_bytes(&Zeroizing::new(bytes?))
    }

    /// Draws a key from `rng`.
    ///
    /// # Errors
    /// When the generator fails, or yields only numbers outside the range.
    pub fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, SmError> {
        // A draw misses the range once in 2^32 times: eight misses in a row
        // mean a broken generator.
        for _ in 0..8 {
            let mut bytes = Zeroizing::new([0; 32]);
            rng.try_fill_bytes(bytes.as_mut_slice())
                .map_err(|_| SmError)?;
            if let Ok(key) = Self::from_bytes(bytes.as_slice()) {
                return Ok(key);
            }
        }
        Err(SmError)
    }

    pub(super) fn new(secret: &SecretKey, user_id: &str) -> Result<Self, SmError> {
        let d = secret.to_nonzero_scalar();
        // d = n−1 has no inverse of 1+d and could never sign.
        let inverse = (*d + Scalar::ONE).invert().into_option().ok_or(SmError)?;
        let public = Sm2PublicKey::new(secret.public_key(), user_id)?;
        let secrets = Box::new(Secrets { d, inverse });
        Ok(Self { secrets, public })
    }

    fn secret(&self) -> SecretKey {
        SecretKey::from(self.secrets.d)
    }

    /// The same key with another user id.
    ///
    /// # Errors
    /// As [`Sm2PublicKey::with_user_id`].
    pub fn with_user_id(&self, user_id: &str) -> Result<Self, SmError> {
        Self::new(&self.secret(), user_id)
    }

    /// The public key that belongs to it, with the same user id.
    #[must_use]
    pub const fn public_key(&self) -> &Sm2PublicKey {
        &self.public
    }

    /// Reads a key from a PEM block `ENCRYPTED PRIVATE KEY`: PKCS#8 under
    /// PBES2 with PBKDF2 (HMAC-SHA256 or HMAC-SM3) and AES-128, AES-256 or
    /// SM4 in CBC, which is what OpenSSL 3 and GmSSL write.
    ///
    /// # Errors
    /// [`KeyFileError`]; a wrong password and altered bytes look the same.
    pub fn from_encrypted_pem(pem: &str, password: &[u8]) -> Result<Self, KeyFileError> {
        let pkcs8 = encrypted_key::open(pem, password)?;
        let key = SecretKey::from_pkcs8_der(&pkcs8).map_err(|_| KeyFileError::Password)?;
        Self::new(&key, DEFAULT_USER_ID).map_err(|_| KeyFileError::Password)
    }

    /// Whether a key file asks for a password, that is, whether
    /// [`Self::from_encrypted_pem`] reads it rather than [`Self::from_text`].
    #[must_use]
    pub fn is_encrypted(text: &str) -> bool {
        encrypted_key::is_encrypted(text)
    }

    /// The key under a password, for a key file: PBKDF2 with HMAC-SM3, 200,000
    /// rounds, and SM4-CBC.
    ///
    /// # Errors
    /// When the generator fails.
    pub fn to_encrypted_pem<R: TryCryptoRng + ?Sized>(
        &self,
        password: &[u8],
        rng: &mut R,
    ) -> Result<Zeroizing<String>, SmError> {
        let pkcs8 = self.secret().to_pkcs8_der().map_err(|_| SmError)?;
        encrypted_key::seal(pkcs8.as_bytes(), password, rng).ok_or(SmError)
    }

    /// The key as an unencrypted PKCS#8 block in PEM, for a key file.
    ///
    /// # Errors
    /// When the library cannot encode it.
    pub fn expose_pem(&self) -> Result<Zeroizing<String>, SmError> {
        self.secret()
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|_| SmError)
    }
}

impl fmt::Debug for Sm2PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sm2PrivateKey(***, {:?})", self.public)
    }
}

#[cfg(test)]
#[path = "sm2_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "sm2_hostile_tests.rs"]
mod hostile_tests;

#[cfg(test)]
#[path = "sm2_stock_tests.rs"]
mod stock_tests;
