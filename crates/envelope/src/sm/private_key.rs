//! SM2 private keys and SM3withSM2 signing (GB/T 32918.2, curve of GB/T
//! 32918.5).

use std::{fmt, sync::LazyLock};

use ::sm2::{
    PublicKey, Scalar, SecretKey,
    dsa::{SigningKey, signature::hazmat::RandomizedPrehashSigner},
    pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding},
};
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::{DEFAULT_USER_ID, Sm2PublicKey, Sm2Signature, SmError};

/// A private key d, 1 ≤ d ≤ n−2, with its public key.
pub struct Sm2PrivateKey {
    // Boxed, so that moving the key leaves no copies behind.
    signing: Box<SigningKey>,
    public: Sm2PublicKey,
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

    fn new(secret: &SecretKey, user_id: &str) -> Result<Self, SmError> {
        let scalar = Zeroizing::new(*secret.to_nonzero_scalar().as_ref());
        // d = n−1 has no inverse of 1+d and could never sign.
        if bool::from((*scalar + Scalar::ONE).is_zero()) {
            return Err(SmError);
        }
        let signing = Box::new(SigningKey::new(user_id, secret).map_err(|_| SmError)?);
        let public = Sm2PublicKey::new(PublicKey::from(signing.verifying_key()), user_id)?;
        Ok(Self { signing, public })
    }

    fn secret(&self) -> SecretKey {
        SecretKey::from(self.signing.as_nonzero_scalar())
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

    /// Signs the message, given in parts. The nonce k comes from RFC 6979
    /// with 32 bytes of `rng` mixed in, so that neither a broken generator
    /// nor a fault during a repeated signature gives the key away.
    ///
    /// # Errors
    /// When the generator fails.
    pub fn sign<R: TryCryptoRng + ?Sized>(
        &self,
        message: &[&[u8]],
        rng: &mut R,
    ) -> Result<Sm2Signature, SmError> {
        let e = self.public.digest(message);
        let signature = self
            .signing
            .sign_prehash_with_rng(rng, &e)
            .map_err(|_| SmError)?;
        Sm2Signature::from_bytes(&signature.to_bytes())
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

/// A key of no value, put in the place of one that is dropped.
static BLANK: LazyLock<Option<SigningKey>> = LazyLock::new(|| {
    let mut one = [0; 32];
    let [.., last] = &mut one;
    *last = 1;
    SigningKey::from_slice(DEFAULT_USER_ID, &one).ok()
});

impl Drop for Sm2PrivateKey {
    // The library's signing key does not overwrite itself.
    fn drop(&mut self) {
        if let Some(blank) = BLANK.as_ref() {
            *self.signing = blank.clone();
            zeroize::optimization_barrier(&*self.signing);
        }
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
