//! The only module that names a cryptographic crate.
//!
//! Everything at its border is a type of fixed size: keys and signatures are
//! checked when they are made, so the functions that use them need no checks
//! of their own. Secrets print as `***` and are overwritten when dropped.
//!
//! Sources: GB/T 32918 (SM2), GB/T 32905 (SM3), GB/T 32907 (SM4), RFC 8998
//! (SM4 in GCM). The implementations are RustCrypto's, but for the SM4 cipher.

mod base_multiple;
mod encoding;
mod encrypted_key;
mod key_tables;
mod point_table;
mod private_key;
mod public_key;
mod signature;
mod signed_digits;
mod signer;
mod sm3;
mod sm4;
mod verifying;

pub use encoding::{
    decode_base64, decode_hex, decode_upper_hex, encode_base64, encode_lower_hex, encode_upper_hex,
};
pub use encrypted_key::KeyFileError;
pub use private_key::Sm2PrivateKey;
pub use public_key::{DEFAULT_USER_ID, Sm2PublicKey};
pub use rand_core::TryCryptoRng;
pub use signature::Sm2Signature;
pub use signer::{Signer, ToSign, sign_with};
pub use sm3::{Sm3Digest, hmac_sm3, sm3};
pub use sm4::{GCM_OVERHEAD, SM4_BLOCK, Sm4Key};
pub use verifying::{ToVerify, verify_many};

/// The one error of this module.
///
/// It says nothing about the cause on purpose: whoever can tell a wrong
/// padding from a wrong tag or a wrong signature can use the difference as an
/// oracle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("密码运算被拒绝 cryptographic operation refused")]
pub struct SmError;
