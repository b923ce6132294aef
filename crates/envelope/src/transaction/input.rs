//! Signature and encryption inside the transaction envelope.
//!
//! Most places send `input` plain and `cainfo` empty. One (Jilin; a single
//! source) signs the JSON text of input with SM2 into `cainfo` and encrypts
//! that text with SM4 in ECB under a key used as it is. So both are settings
//! of the caller, and of the answers that go back to it.

use rand_core::TryCryptoRng;

use super::request::Input;
use crate::{
    canonical::Document,
    sm::{
        Signer, Sm2PublicKey, Sm2Signature, Sm4Key, SmError, decode_base64, decode_hex,
        encode_base64, encode_upper_hex, sign_with,
    },
};

/// Whether a protection is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Need {
    /// It is not used; a signature that comes all the same is not looked at.
    #[default]
    Off,
    /// A message without it is refused.
    Required,
}

/// How encrypted input is written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Coding {
    /// Base64, as the one source has it.
    #[default]
    Base64,
    /// Hex of either case, read; upper case, written.
    Hex,
}

/// What a caller has agreed with the receiver on the protection of `input`
/// and `output`.
#[derive(Debug, Clone)]
pub struct InputSecurity {
    /// Whether `cainfo` must be an SM2 signature over the JSON text.
    pub signature: Need,
    /// The SM4 key under which the JSON text is encrypted; `None` when it
    /// travels plain.
    pub key: Option<Sm4Key>,
    /// How the encrypted text is written.
    pub coding: Coding,
}

/// Why an input is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// The caller is set to encrypt, and the input is plain.
    #[error("该调用方应加密 input（SM4），收到明文 / input must be encrypted, received plain")]
    NotEncrypted,
    /// The caller is not set to encrypt, and the input is a string.
    #[error(
        "该调用方未配置 SM4 密钥，input 应为 JSON 对象 / no SM4 key is set up: input must be an object"
    )]
    Encrypted,
    /// The caller is set to sign, and `cainfo` is empty.
    #[error("该调用方应签名，cainfo 为空 / cainfo must hold a signature, but is empty")]
    NotSigned,
    /// Decryption, the JSON inside or the signature: which one is not said,
    /// since whoever can tell a wrong padding from a wrong signature can use
    /// the difference to decrypt.
    #[error("input 无法解密或 cainfo 验签失败 / input cannot be opened or cainfo does not verify")]
    Refused,
}

impl From<SmError> for InputError {
    fn from(_: SmError) -> Self {
        Self::Refused
    }
}

/// An input that has been opened and, where asked for, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedInput {
    /// The JSON text of an object.
    pub text: String,
    /// Whether a signature was verified.
    pub signed: bool,
}

/// A business part ready to be sent, with what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedInput {
    /// `input` or `output`.
    pub body: Input,
    /// `cainfo`, empty without a signature.
    pub cainfo: String,
    /// `enc_type`, empty or `SM4`.
    pub enc_type: &'static str,
    /// `signtype`, empty or `SM2`.
    pub signtype: &'static str,
}

impl InputSecurity {
    /// Plain and unsigned, as most places have it.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            signature: Need::Off,
            key: None,
            coding: Coding::Base64,
        }
    }

    /// Opens the business part of a request or an answer and verifies
    /// `cainfo` with its sender's key.
    ///
    /// # Errors
    /// [`InputError`]. What happens after decryption is one error after the
    /// same work.
    pub fn open(
        &self,
        body: &Input,
        cainfo: &str,
        sender: &Sm2PublicKey,
    ) -> Result<OpenedInput, InputError> {
        if self.signature == Need::Required && cainfo.is_empty() {
            return Err(InputError::NotSigned);
        }
        let (bytes, whole) = match (body, &self.key) {
            (Input::Plain(text), None) => (text.as_bytes().to_vec(), true),
            (Input::Plain(_), Some(_)) => return Err(InputError::NotEncrypted),
            (Input::Sealed(_), None) => return Err(InputError::Encrypted),
            (Input::Sealed(text), Some(key)) => {
                let sealed = match self.coding {
                    Coding::Base64 => decode_base64(text),
                    Coding::Hex => decode_hex(text),
                }?;
                let blocks = key.ecb_decrypt_blocks(sealed)?;
                (blocks.bytes, blocks.padding_ok)
            }
        };
        let signed = self.signature == Need::Required;
        let verified = !signed
            || Sm2Signature::from_base64(cainfo)
                .is_ok_and(|signature| sender.verify(&[&bytes], &signature).is_ok());
        let readable = Document::parse(&bytes).is_ok_and(|document| document.is_object());
        match String::from_utf8(bytes) {
            Ok(text) if whole & verified & readable => Ok(OpenedInput { text, signed }),
            _ => Err(InputError::Refused),
        }
    }

    /// Signs and encrypts the JSON text of a business part, as far as the
    /// setting asks for it.
    ///
    /// # Errors
    /// [`InputError::Refused`] when the generator fails.
    pub fn seal<S: Signer + ?Sized, R: TryCryptoRng + ?Sized>(
        &self,
        text: &str,
        sender: &S,
        rng: &mut R,
    ) -> Result<SealedInput, InputError> {
        let (cainfo, signtype) = match self.signature {
            Need::Off => (String::new(), ""),
            Need::Required => {
                let signature = sign_with(sender, &[text.as_bytes()], rng)?;
                (signature.to_base64(), "SM2")
            }
        };
        let (body, enc_type) = match &self.key {
            None => (Input::Plain(text.to_owned()), ""),
            Some(key) => {
                let sealed = key.ecb_encrypt(text.as_bytes());
                let sealed = match self.coding {
                    Coding::Base64 => encode_base64(&sealed),
                    Coding::Hex => encode_upper_hex(&sealed),
                };
                (Input::Sealed(sealed), "SM4")
            }
        };
        Ok(SealedInput {
            body,
            cainfo,
            enc_type,
            signtype,
        })
    }
}
