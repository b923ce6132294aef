//! SM2 public keys (GB/T 32918.2, curve of GB/T 32918.5).

use std::fmt;

use ::sm2::{
    AffinePoint, PublicKey,
    elliptic_curve::sec1::ToSec1Point,
    pkcs8::{DecodePublicKey, EncodePublicKey, LineEnding},
};

use super::{
    Sm2Signature, Sm3Digest, SmError, ToVerify,
    sm3::{sm3, sm3_on_the_way},
    verify_many,
};

/// The user id that GB/T 32918 suggests and every known platform uses.
pub const DEFAULT_USER_ID: &str = "1234567812345678";

/// Curve parameters a, b and the base point's coordinates of sm2p256v1
/// (GB/T 32918.5), in the order in which Z takes them.
const CURVE: [&[u8; 32]; 4] = [
    b"\xff\xff\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xfc",
    b"\x28\xe9\xfa\x9e\x9d\x9f\x5e\x34\x4d\x5a\x9e\x4b\xcf\x65\x09\xa7\xf3\x97\x89\xf5\x15\xab\x8f\x92\xdd\xbc\xbd\x41\x4d\x94\x0e\x93",
    b"\x32\xc4\xae\x2c\x1f\x19\x81\x19\x5f\x99\x04\x46\x6a\x39\xc9\x94\x8f\xe3\x0b\xbf\xf2\x66\x0b\xe1\x71\x5a\x45\x89\x33\x4c\x74\xc7",
    b"\xbc\x37\x36\xa2\xf4\xf6\x77\x9c\x59\xbd\xce\xe3\x6b\x69\x21\x53\xd0\xa9\x87\x7c\xc6\x2a\x47\x40\x02\xdf\x32\xe5\x21\x39\xf0\xa0",
];

/// A public key on the curve, bound to the user id that goes into Z. Making
/// one costs a curve check and a hash, so keep it rather than remake it.
#[derive(Clone)]
pub struct Sm2PublicKey {
    key: PublicKey,
    user_id: Box<str>,
    z: [u8; 32],
}

impl Sm2PublicKey {
    /// Takes x‖y (64 bytes) or 04‖x‖y (65 bytes), with the default user id.
    ///
    /// # Errors
    /// On another length, the compressed forms, or a point off the curve.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SmError> {
        let mut sec1 = [4; 65];
        let [_, point @ ..] = &mut sec1;
        match (bytes.len(), bytes.split_first()) {
            (64, _) => point.copy_from_slice(bytes),
            (65, Some((4, rest))) => point.copy_from_slice(rest),
            _ => return Err(SmError),
        }
        let key = PublicKey::from_sec1_bytes(&sec1).map_err(|_| SmError)?;
        Self::new(key, DEFAULT_USER_ID)
    }

    /// Reads a key as partners send it: Base64 or hex of the 64 or 65 bytes,
    /// or a PEM block `PUBLIC KEY`. The default user id is taken.
    ///
    /// # Errors
    /// On any other text and as [`Self::from_bytes`].
    pub fn from_text(text: &str) -> Result<Self, SmError> {
        let text = text.trim();
        if text.starts_with("-----BEGIN") {
            let key = PublicKey::from_public_key_pem(text).map_err(|_| SmError)?;
            return Self::new(key, DEFAULT_USER_ID);
        }
        match text.len() {
            88 => Self::from_bytes(&super::decode_base64(text)?),
            128 | 130 => Self::from_bytes(&super::decode_hex(text)?),
            _ => Err(SmError),
        }
    }

    /// Reads the DER form of a `SubjectPublicKeyInfo`, with the default user
    /// id.
    pub(crate) fn from_spki_der(der: &[u8]) -> Result<Self, SmError> {
        let key = PublicKey::from_public_key_der(der).map_err(|_| SmError)?;
        Self::new(key, DEFAULT_USER_ID)
    }

    pub(super) fn new(key: PublicKey, user_id: &str) -> Result<Self, SmError> {
        let point = key.to_sec1_point(false);
        let bits = user_id.len().checked_mul(8).ok_or(SmError)?;
        let entl = u16::try_from(bits).map_err(|_| SmError)?.to_be_bytes();
        let coordinates = point.as_bytes().get(1..).ok_or(SmError)?;
        let [a, b, x, y] = CURVE;
        let z = sm3(&[&entl, user_id.as_bytes(), a, b, x, y, coordinates]);
        Ok(Self {
            key,
            user_id: user_id.into(),
            z: *z.as_bytes(),
        })
    }

    /// The same key with another user id.
    ///
    /// # Errors
    /// On an id of 8192 bytes or more, whose bit length has no two-byte form.
    pub fn with_user_id(&self, user_id: &str) -> Result<Self, SmError> {
        Self::new(self.key, user_id)
    }

    /// The user id.
    #[must_use]
    pub const fn user_id(&self) -> &str {
        &self.user_id
    }

    /// 04‖x‖y.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.key.to_sec1_bytes().into_vec()
    }

    /// Base64 of 04‖x‖y, 88 characters.
    #[must_use]
    pub fn to_base64(&self) -> String {
        super::encode_base64(&self.to_bytes())
    }

    /// The key as a PEM block `PUBLIC KEY` (RFC 5480).
    ///
    /// # Errors
    /// When the library cannot encode it.
    pub fn to_pem(&self) -> Result<String, SmError> {
        self.key
            .to_public_key_pem(LineEnding::LF)
            .map_err(|_| SmError)
    }

    /// Z, the hash of user id, curve and public key (GB/T 32918.2, 5.5).
    #[must_use]
    pub const fn z(&self) -> &[u8; 32] {
        &self.z
    }

    /// e, the SM3 of Z and the message (GB/T 32918.2, 6.1, steps A1 and A2).
    /// The message is given in parts.
    #[must_use]
    pub fn digest(&self, message: &[&[u8]]) -> [u8; 32] {
        let parts: Vec<&[u8]> = std::iter::once(self.z.as_slice())
            .chain(message.iter().copied())
            .collect();
        *sm3(&parts).as_bytes()
    }

    /// As [`Self::digest`], and the SM3 of Z and the beginning of the message, which costs
    /// nothing beside it.
    pub(crate) fn digest_on_the_way(
        &self,
        beginning: &[u8],
        rest: &[&[u8]],
    ) -> (Sm3Digest, [u8; 32]) {
        let (stop, e) = sm3_on_the_way(&[&self.z, beginning], rest);
        (stop, *e.as_bytes())
    }

    /// Verifies a signature over the message, given in parts.
    ///
    /// # Errors
    /// When the signature is not this key's over this message.
    pub fn verify(&self, message: &[&[u8]], signature: &Sm2Signature) -> Result<(), SmError> {
        self.verify_digest(&self.digest(message), signature)
    }

    /// As [`Self::verify`] with e already known.
    ///
    /// # Errors
    /// When the signature is not this key's over this digest.
    pub fn verify_digest(&self, e: &[u8; 32], signature: &Sm2Signature) -> Result<(), SmError> {
        let one = ToVerify {
            key: self,
            e,
            signature,
        };
        verify_many(&[one]).pop().unwrap_or(Err(SmError))
    }

    /// The point.
    pub(super) fn point(&self) -> &AffinePoint {
        self.key.as_affine()
    }
}

impl PartialEq for Sm2PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.user_id == other.user_id
    }
}

impl Eq for Sm2PublicKey {}

impl fmt::Debug for Sm2PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Sm2PublicKey({}, id {})",
            self.to_base64(),
            self.user_id()
        )
    }
}
