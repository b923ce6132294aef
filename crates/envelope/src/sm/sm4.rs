//! SM4 (GB/T 32907): ECB with PKCS#7 for the published message convention,
//! GCM for everything of our own.

use std::fmt;

use ::sm4::Sm4;
use aes_gcm::{
    AesGcm,
    aead::{AeadInOut, KeyInit, consts::U12},
};
use ecb::cipher::{BlockModeDecrypt, BlockModeEncrypt, block_padding};
use rand_core::TryCryptoRng;
use zeroize::ZeroizeOnDrop;

use super::SmError;

/// Block and key length of SM4, in bytes.
pub const SM4_BLOCK: usize = 16;

/// What GCM adds to a plaintext, in bytes: IV (12) in front, tag (16) behind.
pub const GCM_OVERHEAD: usize = GCM_IV + GCM_TAG;

const GCM_IV: usize = 12;
const GCM_TAG: usize = 16;

type Sm4Gcm = AesGcm<Sm4, U12>;

/// A 128-bit SM4 key.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Sm4Key([u8; SM4_BLOCK]);

/// Result of undoing ECB without saying yet whether the padding was right.
pub(crate) struct EcbBlocks {
    /// The decrypted blocks: the plaintext if `padding_ok`, otherwise all of
    /// them, padding included.
    pub(crate) bytes: Vec<u8>,
    /// Whether the blocks ended in a valid PKCS#7 padding.
    pub(crate) padding_ok: bool,
}

impl Sm4Key {
    /// Takes exactly 16 bytes.
    ///
    /// # Errors
    /// On any other length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SmError> {
        Ok(Self(bytes.try_into().map_err(|_| SmError)?))
    }

    /// Reads 32 hex digits of either case.
    ///
    /// # Errors
    /// On another length or another character.
    pub fn from_hex(text: &str) -> Result<Self, SmError> {
        Self::from_bytes(&zeroize::Zeroizing::new(super::decode_hex(text)?))
    }

    /// Draws a key from `rng`.
    ///
    /// # Errors
    /// When the generator fails.
    pub fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, SmError> {
        let mut key = Self([0; SM4_BLOCK]);
        rng.try_fill_bytes(&mut key.0).map_err(|_| SmError)?;
        Ok(key)
    }

    /// The key as 32 upper-case hex digits, for whoever must hand it over.
    #[must_use]
    pub fn expose_hex(&self) -> zeroize::Zeroizing<String> {
        zeroize::Zeroizing::new(super::encode_upper_hex(&self.0))
    }

    /// Encrypts with ECB and PKCS#7 padding (signing.md of the mobile payment
    /// centre, table "SM4").
    #[must_use]
    pub fn ecb_encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        ecb::Encryptor::<Sm4>::new(&self.0.into())
            .encrypt_padded_vec::<block_padding::Pkcs7>(plaintext)
    }

    /// Undoes [`Self::ecb_encrypt`].
    ///
    /// # Errors
    /// On an empty input, a length that is not a multiple of 16, or a wrong
    /// padding.
    pub fn ecb_decrypt(&self, ciphertext: Vec<u8>) -> Result<Vec<u8>, SmError> {
        let blocks = self.ecb_decrypt_blocks(ciphertext)?;
        if blocks.padding_ok {
            Ok(blocks.bytes)
        } else {
            Err(SmError)
        }
    }

    /// As [`Self::ecb_decrypt`], but a wrong padding is only noted, so that
    /// the caller can do the rest of its work before refusing.
    pub(crate) fn ecb_decrypt_blocks(&self, ciphertext: Vec<u8>) -> Result<EcbBlocks, SmError> {
        let mut bytes = ciphertext;
        if bytes.is_empty() || !bytes.len().is_multiple_of(SM4_BLOCK) {
            return Err(SmError);
        }
        ecb::Decryptor::<Sm4>::new(&self.0.into())
            .decrypt_padded::<block_padding::NoPadding>(&mut bytes)
            .map_err(|_| SmError)?;
        let padding = padding_length(&bytes);
        bytes.truncate(bytes.len().saturating_sub(padding.unwrap_or(0)));
        Ok(EcbBlocks {
            bytes,
            padding_ok: padding.is_some(),
        })
    }

    /// Seals with GCM under a fresh IV: IV (12 bytes) ‖ ciphertext ‖ tag (16).
    /// `aad` is authenticated, not enclosed.
    ///
    /// # Errors
    /// When the generator fails or the plaintext is longer than GCM allows.
    pub fn gcm_seal<R: TryCryptoRng + ?Sized>(
        &self,
        aad: &[u8],
        plaintext: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, SmError> {
        let mut iv = [0; GCM_IV];
        rng.try_fill_bytes(&mut iv).map_err(|_| SmError)?;
        self.gcm_seal_with_iv(iv, aad, plaintext)
    }

    fn gcm_seal_with_iv(
        &self,
        iv: [u8; GCM_IV],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SmError> {
        let mut sealed = Vec::with_capacity(plaintext.len().saturating_add(GCM_OVERHEAD));
        sealed.extend_from_slice(&iv);
        sealed.extend_from_slice(plaintext);
        let body = sealed.get_mut(GCM_IV..).ok_or(SmError)?;
        let tag = Sm4Gcm::new(&self.0.into())
            .encrypt_inout_detached(&iv.into(), aad, body.into())
            .map_err(|_| SmError)?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// Opens what [`Self::gcm_seal`] made.
    ///
    /// # Errors
    /// On a wrong key, altered bytes, other `aad`, or fewer bytes than IV and
    /// tag need.
    pub fn gcm_open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SmError> {
        let (iv, rest) = sealed.split_first_chunk::<GCM_IV>().ok_or(SmError)?;
        let (body, tag) = rest.split_last_chunk::<GCM_TAG>().ok_or(SmError)?;
        let mut plaintext = body.to_vec();
        Sm4Gcm::new(&self.0.into())
            .decrypt_inout_detached(iv.into(), aad, plaintext.as_mut_slice().into(), tag.into())
            .map_err(|_| SmError)?;
        Ok(plaintext)
    }
}

/// Length of the PKCS#7 padding at the end of whole blocks, if it is one.
/// All of the last block is looked at whatever it holds.
fn padding_length(blocks: &[u8]) -> Option<usize> {
    let last = blocks.last_chunk::<SM4_BLOCK>()?;
    let [.., length] = *last;
    let mut wrong = u8::from(length == 0) | u8::from(usize::from(length) > SM4_BLOCK);
    for (from_end, byte) in (0_u8..).zip(last.iter().rev()) {
        wrong |= u8::from(from_end < length) & u8::from(*byte != length);
    }
    (wrong == 0).then_some(usize::from(length))
}

impl fmt::Debug for Sm4Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sm4Key(***)")
    }
}

#[cfg(test)]
#[path = "sm4_tests.rs"]
mod tests;
