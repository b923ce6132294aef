//! SM2, SM3 and SM4 for the suite, and the only module that names a crypto crate.
//!
//! Two libraries that share no code with each other stand here on purpose:
//!
//! - `sm-crypto` signs (SM3withSM2) and encrypts (SM4-ECB). It never verifies and never
//!   decrypts: its verification accepts signatures made from the public key alone, and
//!   its decryption panics on malformed input. One test calls its verification, to show
//!   that the forgeries of `forgery.rs` fool it.
//! - `gmcrypto-core` verifies and opens, and does SM4-GCM, which `sm-crypto` lacks.
//!
//! The gateway uses neither. What the suite signs is checked with the second library
//! before it is sent, so a fault of the first cannot be blamed on the target.

use gmcrypto_core::{
    asn1::encode_sig,
    sm2::{DEFAULT_SIGNER_ID, Sm2PrivateKey, Sm2PublicKey, compute_z, verify_with_id},
    sm4::{Sm4Cipher, mode_gcm},
};

/// Bytes of an SM4 key and of an SM4 block (GB/T 32907).
pub(crate) const BLOCK: usize = 16;
/// Bytes of a GCM initialisation vector in the contract.
pub(crate) const GCM_IV: usize = 12;

/// A cryptographic step that did not work; says what, never why.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum CryptoError {
    /// A key that is no key.
    #[error("密钥无效 / the key is not valid")]
    Key,
    /// The signer gave no signature that the verifier accepts.
    #[error("签名失败 / signing failed")]
    Sign,
    /// Padding, tag or length is wrong.
    #[error("无法解密 / cannot be opened")]
    Open,
}

/// An SM2 private key, checked to be in range.
pub(crate) struct PrivateKey {
    hex: String,
    public: Sm2PublicKey,
}

impl PrivateKey {
    /// Takes 32 bytes, or 33 with a leading zero as some partners write them.
    ///
    /// # Errors
    /// [`CryptoError::Key`] when the length or the range (1 to n−2) is wrong.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<PrivateKey, CryptoError> {
        let bytes = match bytes {
            [0, rest @ ..] if rest.len() == 32 => rest,
            other => other,
        };
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| CryptoError::Key)?;
        let key: Option<Sm2PrivateKey> = Sm2PrivateKey::from_bytes_be(bytes).into();
        let public = key.ok_or(CryptoError::Key)?.public_key();
        Ok(PrivateKey {
            hex: hex::encode(bytes),
            public,
        })
    }

    /// The public key that belongs to this private key.
    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.public)
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey(***)")
    }
}

/// An SM2 public key, checked to lie on the curve.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicKey(Sm2PublicKey);

impl PublicKey {
    /// Takes 65 bytes (`04` and both coordinates) or the 64 bytes without the `04`.
    ///
    /// # Errors
    /// [`CryptoError::Key`] when the length is wrong or the point is not on the curve.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<PublicKey, CryptoError> {
        let mut sec1 = Vec::with_capacity(65);
        if bytes.len() == 64 {
            sec1.push(4);
        }
        sec1.extend_from_slice(bytes);
        if sec1.len() != 65 {
            return Err(CryptoError::Key);
        }
        Sm2PublicKey::from_sec1_bytes(&sec1)
            .map(PublicKey)
            .ok_or(CryptoError::Key)
    }

    /// The 65 bytes of the uncompressed form.
    pub(crate) fn to_bytes(self) -> [u8; 65] {
        self.0.to_sec1_uncompressed()
    }
}

/// Signs with SM3withSM2 (GB/T 32918.2, user id `1234567812345678`); r‖s, 64 bytes.
///
/// # Errors
/// [`CryptoError::Sign`] when the second library does not accept the signature.
pub(crate) fn sign(key: &PrivateKey, message: &[u8]) -> Result<[u8; 64], CryptoError> {
    let (r, s) = sm_crypto::sm2::Sign::new(&key.hex).sign(message, true);
    let mut signature = [0u8; 64];
    let (left, right) = signature.split_at_mut(32);
    right_aligned(left, &r.to_bytes_be())?;
    right_aligned(right, &s.to_bytes_be())?;
    if verify(&key.public(), message, &signature) {
        Ok(signature)
    } else {
        Err(CryptoError::Sign)
    }
}

/// Verifies r‖s (SM3withSM2, user id `1234567812345678`); strict on length and range.
pub(crate) fn verify(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let Some((r, s)) = signature.split_first_chunk::<32>() else {
        return false;
    };
    let Ok(s) = <&[u8; 32]>::try_from(s) else {
        return false;
    };
    verify_with_id(&key.0, DEFAULT_SIGNER_ID, message, &encode_sig(r, s))
}

/// e = SM3(Z ‖ M), the number that a signature of a message is about (GB/T 32918.2, 7.1).
pub(crate) fn digest(key: &PublicKey, message: &[u8]) -> [u8; 32] {
    let z = compute_z(&key.0, DEFAULT_SIGNER_ID);
    gmcrypto_core::sm3::hash(&[z.as_slice(), message].concat())
}

/// First coordinate of `k`·G + P, where P is the public key.
///
/// # Errors
/// [`CryptoError::Key`] for a point without coordinates.
pub(crate) fn first_coordinate(k: &PrivateKey, key: &PublicKey) -> Result<[u8; 32], CryptoError> {
    let sum = Sm2PublicKey::from_point(k.public.point().add(&key.0.point()));
    sum.to_sec1_uncompressed()
        .get(1..33)
        .and_then(|x| x.try_into().ok())
        .ok_or(CryptoError::Key)
}

/// SM4-ECB with PKCS#7 padding (GB/T 32907, GB/T 17964).
pub(crate) fn ecb_encrypt(key: &[u8; BLOCK], plain: &[u8]) -> Vec<u8> {
    sm_crypto::sm4::CryptSM4ECB::new(key).encrypt_ecb(plain)
}

/// Opens SM4-ECB with PKCS#7 padding.
///
/// # Errors
/// [`CryptoError::Open`] for a length that is not whole blocks and for bad padding.
pub(crate) fn ecb_decrypt(key: &[u8; BLOCK], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let (blocks, rest) = sealed.as_chunks::<BLOCK>();
    if blocks.is_empty() || !rest.is_empty() {
        return Err(CryptoError::Open);
    }
    let mut blocks = blocks.to_vec();
    Sm4Cipher::new(key).decrypt_blocks(&mut blocks);
    let mut plain = blocks.concat();
    let padding = plain
        .last()
        .copied()
        .map(usize::from)
        .ok_or(CryptoError::Open)?;
    if padding == 0 || padding > BLOCK {
        return Err(CryptoError::Open);
    }
    let tail = plain.split_off(plain.len() - padding);
    if tail.iter().any(|byte| usize::from(*byte) != padding) {
        return Err(CryptoError::Open);
    }
    Ok(plain)
}

/// SM4-GCM (RFC 8998): IV ‖ ciphertext ‖ tag, as the contract puts it into encData.
///
/// # Errors
/// [`CryptoError::Open`] for a text longer than GCM allows.
pub(crate) fn gcm_encrypt(
    key: &[u8; BLOCK],
    iv: &[u8; GCM_IV],
    aad: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let (sealed, tag) = mode_gcm::encrypt(key, iv, aad, plain).ok_or(CryptoError::Open)?;
    Ok([iv.as_slice(), &sealed, &tag].concat())
}

/// Opens IV ‖ ciphertext ‖ tag.
///
/// # Errors
/// [`CryptoError::Open`] when it is too short or the tag does not match.
pub(crate) fn gcm_decrypt(
    key: &[u8; BLOCK],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let (iv, rest) = sealed
        .split_first_chunk::<GCM_IV>()
        .ok_or(CryptoError::Open)?;
    let (body, tag) = rest.split_last_chunk::<BLOCK>().ok_or(CryptoError::Open)?;
    mode_gcm::decrypt(key, iv, aad, body, tag).ok_or(CryptoError::Open)
}

/// SM3 (GB/T 32905) as lower-case hex.
pub(crate) fn sm3_hex(message: &[u8]) -> String {
    hex::encode(gmcrypto_core::sm3::hash(message))
}

/// key2 of the published convention: SM4 under the first 16 characters of appId of the
/// appSecret, in upper-case hex, whose first 16 characters are the key's bytes.
///
/// # Errors
/// [`CryptoError::Key`] when appId is shorter than 16 bytes.
pub(crate) fn derive_key2(app_id: &str, app_secret: &str) -> Result<[u8; BLOCK], CryptoError> {
    let key1 = app_id
        .as_bytes()
        .first_chunk::<BLOCK>()
        .ok_or(CryptoError::Key)?;
    let text = hex::encode_upper(ecb_encrypt(key1, app_secret.as_bytes()));
    text.as_bytes()
        .first_chunk::<BLOCK>()
        .copied()
        .ok_or(CryptoError::Key)
}

/// Random bytes of the operating system.
///
/// # Errors
/// [`CryptoError::Key`] when the system gives none.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|_| CryptoError::Key)?;
    Ok(bytes)
}

/// Copies a big-endian number to the right end of a zeroed field.
fn right_aligned(field: &mut [u8], number: &[u8]) -> Result<(), CryptoError> {
    let start = field
        .len()
        .checked_sub(number.len())
        .ok_or(CryptoError::Sign)?;
    field
        .get_mut(start..)
        .ok_or(CryptoError::Sign)?
        .copy_from_slice(number);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_long_and_ragged_ciphertexts_are_refused() {
        let key = [7u8; BLOCK];
        for length in [0, 1, 15, 17, 31] {
            assert_eq!(
                ecb_decrypt(&key, &vec![0u8; length]),
                Err(CryptoError::Open)
            );
        }
        for length in 0..(GCM_IV + BLOCK) {
            assert_eq!(
                gcm_decrypt(&key, b"", &vec![0u8; length]),
                Err(CryptoError::Open)
            );
        }
    }

    #[test]
    fn every_length_survives_the_way_there_and_back() {
        let key = [9u8; BLOCK];
        for length in 0..70usize {
            let plain = vec![0x42u8; length];
            assert_eq!(
                ecb_decrypt(&key, &ecb_encrypt(&key, &plain)).as_deref(),
                Ok(&plain[..])
            );
            let sealed = gcm_encrypt(&key, &[1; GCM_IV], b"aad", &plain).unwrap();
            assert_eq!(
                gcm_decrypt(&key, b"aad", &sealed).as_deref(),
                Ok(&plain[..])
            );
            assert_eq!(gcm_decrypt(&key, b"other", &sealed), Err(CryptoError::Open));
        }
    }

    #[test]
    fn altered_and_out_of_range_signatures_are_refused() {
        let key = PrivateKey::from_bytes(&[0x21; 32]).unwrap();
        let public = key.public();
        let good = sign(&key, b"message").unwrap();
        assert!(verify(&public, b"message", &good));
        assert!(!verify(&public, b"massage", &good));
        for at in [0usize, 31, 32, 63] {
            let mut bad = good;
            bad[at] ^= 1;
            assert!(!verify(&public, b"message", &bad));
        }
        assert!(!verify(&public, b"message", &[0u8; 64]));
        assert!(!verify(&public, b"message", &[0xffu8; 64]));
        assert!(!verify(&public, b"message", &good[..63]));
        assert!(!verify(
            &public,
            b"message",
            &[good.as_slice(), &[0]].concat()
        ));
    }

    /// The one place where the signer's own verification is called: to show that the
    /// forgery is a real one.
    #[test]
    fn a_forgery_fools_a_careless_verifier_and_not_this_one() {
        let public = PrivateKey::from_bytes(&[0x21; 32]).unwrap().public();
        let message = "appId=1&data={}&key=2".as_bytes();
        let forged = crate::forgery::from_public_key(&public, message).unwrap();
        let hex = hex::encode(public.to_bytes());
        let careless = sm_crypto::sm2::Verify::new(&hex[2..]);
        assert!(careless.verify_der(message, &forged.der(), true));
        assert!(!careless.verify_der(b"another message", &forged.der(), true));
        assert!(!verify(&public, message, &forged.raw()));
        assert!(!verify(&public, message, &forged.der()));
    }

    #[test]
    fn keys_that_are_no_keys_are_refused() {
        assert_eq!(
            PrivateKey::from_bytes(&[0; 32]).unwrap_err(),
            CryptoError::Key
        );
        assert_eq!(
            PrivateKey::from_bytes(&[0xff; 32]).unwrap_err(),
            CryptoError::Key
        );
        assert_eq!(
            PrivateKey::from_bytes(&[1; 31]).unwrap_err(),
            CryptoError::Key
        );
        assert!(PublicKey::from_bytes(&[1; 64]).is_err());
        assert!(PublicKey::from_bytes(&[4; 65]).is_err());
        let mut padded = [0u8; 33];
        padded[1..].copy_from_slice(&[0x21; 32]);
        assert!(PrivateKey::from_bytes(&padded).is_ok());
    }
}
