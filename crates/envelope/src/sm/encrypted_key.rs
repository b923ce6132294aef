//! Private keys under a password: PKCS#8 `ENCRYPTED PRIVATE KEY` with PBES2
//! (RFC 8018), in the suites that OpenSSL 3 and GmSSL write.
//!
//! The library of PKCS#5 knows neither SM4 nor HMAC-SM3, so the three short
//! structures are read here; the ciphers and the derivation are libraries'.

use aes::{Aes128, Aes256};
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use der::{
    Decode, Encode, SecretDocument, Sequence,
    asn1::{Any, Null, ObjectIdentifier, OctetString},
    pem::LineEnding,
};
use rand_core::TryCryptoRng;
use sha2::Sha256;
use sm3::Sm3;
use spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use super::sm4::Sm4;

const LABEL: &str = "ENCRYPTED PRIVATE KEY";
const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const HMAC_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const HMAC_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.401.2");
const AES_128_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES_256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
const SM4_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.2");

/// Most rounds that are reckoned: a file may ask for more than anyone waits.
const ROUNDS_MAX: u32 = 10_000_000;

/// Rounds of what we write ourselves.
const ROUNDS: u32 = 200_000;

/// Why a key file cannot be opened. A wrong password and altered bytes look
/// the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// The text is not an encrypted PKCS#8 key in PEM.
    #[error("不是加密的 PKCS#8 私钥（PEM）/ not an encrypted PKCS#8 key in PEM")]
    Form,
    /// An algorithm that is not read here.
    #[error(
        "不支持的算法 {0}；支持 PBKDF2（HMAC-SHA256、HMAC-SM3）与 AES-128/256-CBC、SM4-CBC / unsupported algorithm"
    )]
    Algorithm(ObjectIdentifier),
    /// More rounds of derivation than are done.
    #[error("PBKDF2 迭代次数过大 too many PBKDF2 rounds: {0}")]
    Rounds(u32),
    /// The password is wrong, the file was altered, or it holds no SM2 key.
    #[error("口令错误，或文件不是 SM2 私钥 / wrong password, or not an SM2 key")]
    Password,
}

#[derive(Sequence)]
struct EncryptedKey {
    algorithm: AlgorithmIdentifierOwned,
    data: OctetString,
}

#[derive(Sequence)]
struct Pbes2Parameters {
    derivation: AlgorithmIdentifierOwned,
    cipher: AlgorithmIdentifierOwned,
}

#[derive(Sequence)]
struct Pbkdf2Parameters {
    salt: OctetString,
    rounds: u32,
    key_length: Option<u16>,
    hash: Option<AlgorithmIdentifierOwned>,
}

/// Whether the text is such a file.
pub(super) fn is_encrypted(pem: &str) -> bool {
    let heading = pem.trim_start().strip_prefix("-----BEGIN ");
    let label = heading.and_then(|rest| rest.strip_prefix(LABEL));
    label.is_some_and(|rest| rest.starts_with("-----"))
}

/// The PKCS#8 structure inside.
pub(super) fn open(pem: &str, password: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let (label, document) = SecretDocument::from_pem(pem.trim()).map_err(|_| KeyFileError::Form)?;
    if label != LABEL {
        return Err(KeyFileError::Form);
    }
    let form = |_| KeyFileError::Form;
    let key = EncryptedKey::from_der(document.as_bytes()).map_err(form)?;
    let scheme: Pbes2Parameters = parameters(&key.algorithm, &[PBES2])?;
    let derivation: Pbkdf2Parameters = parameters(&scheme.derivation, &[PBKDF2])?;
    let iv: OctetString = parameters(&scheme.cipher, &[AES_128_CBC, AES_256_CBC, SM4_CBC])?;
    if derivation.rounds > ROUNDS_MAX {
        return Err(KeyFileError::Rounds(derivation.rounds));
    }
    let (iv, data) = (iv.as_bytes(), key.data.as_bytes());
    let length = if scheme.cipher.oid == AES_256_CBC {
        32
    } else {
        16
    };
    if derivation
        .key_length
        .is_some_and(|asked| usize::from(asked) != length)
    {
        return Err(KeyFileError::Form);
    }
    let mut derived = Zeroizing::new(vec![0; length]);
    let (salt, rounds) = (derivation.salt.as_bytes(), derivation.rounds);
    match derivation.hash.map(|hash| hash.oid) {
        Some(HMAC_SHA256) => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut derived),
        Some(HMAC_SM3) => pbkdf2::pbkdf2_hmac::<Sm3>(password, salt, rounds, &mut derived),
        Some(other) => return Err(KeyFileError::Algorithm(other)),
        // Without a name HMAC-SHA1 is meant, which nothing of today writes.
        None => return Err(KeyFileError::Algorithm(PBKDF2)),
    }
    let plain = match scheme.cipher.oid {
        AES_256_CBC => decrypt::<cbc::Decryptor<Aes256>>(&derived, iv, data),
        AES_128_CBC => decrypt::<cbc::Decryptor<Aes128>>(&derived, iv, data),
        _ => decrypt::<cbc::Decryptor<Sm4>>(&derived, iv, data),
    };
    plain.map(Zeroizing::new).ok_or(KeyFileError::Password)
}

/// Encrypts a PKCS#8 structure with PBKDF2-HMAC-SM3 and SM4-CBC.
pub(super) fn seal<R: TryCryptoRng + ?Sized>(
    pkcs8: &[u8],
    password: &[u8],
    rng: &mut R,
) -> Option<Zeroizing<String>> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    rng.try_fill_bytes(&mut salt).ok()?;
    rng.try_fill_bytes(&mut iv).ok()?;
    let mut derived = Zeroizing::new([0; 16]);
    pbkdf2::pbkdf2_hmac::<Sm3>(password, &salt, ROUNDS, derived.as_mut_slice());
    let data = cbc::Encryptor::<Sm4>::new_from_slices(derived.as_slice(), &iv)
        .ok()?
        .encrypt_padded_vec::<Pkcs7>(pkcs8);
    let octets = |bytes: &[u8]| OctetString::new(bytes).ok();
    let named = |oid, parameters: Option<Any>| AlgorithmIdentifierOwned { oid, parameters };
    let derivation = Pbkdf2Parameters {
        salt: octets(&salt)?,
        rounds: ROUNDS,
        key_length: None,
        hash: Some(named(HMAC_SM3, Any::encode_from(&Null).ok())),
    };
    let scheme = Pbes2Parameters {
        derivation: named(PBKDF2, Any::encode_from(&derivation).ok()),
        cipher: named(SM4_CBC, Any::encode_from(&octets(&iv)?).ok()),
    };
    let key = EncryptedKey {
        algorithm: named(PBES2, Any::encode_from(&scheme).ok()),
        data: octets(&data)?,
    };
    let document = SecretDocument::try_from(key.to_der().ok()?).ok()?;
    document.to_pem(LABEL, LineEnding::LF).ok()
}

fn parameters<T: for<'a> Decode<'a>>(
    algorithm: &AlgorithmIdentifierOwned,
    known: &[ObjectIdentifier],
) -> Result<T, KeyFileError> {
    if !known.contains(&algorithm.oid) {
        return Err(KeyFileError::Algorithm(algorithm.oid));
    }
    let encoded = algorithm
        .parameters
        .as_ref()
        .and_then(|parameters| parameters.to_der().ok())
        .ok_or(KeyFileError::Form)?;
    T::from_der(&encoded).map_err(|_| KeyFileError::Form)
}

fn decrypt<D: KeyIvInit + BlockModeDecrypt>(key: &[u8], iv: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    D::new_from_slices(key, iv)
        .ok()?
        .decrypt_padded_vec::<Pkcs7>(data)
        .ok()
}
