//! SM4 (GB/T 32907): ECB with PKCS#7 for the published message convention,
//! GCM for everything of our own.
//!
//! The block cipher is our own and bitsliced: gates on bit planes of up to 128 blocks
//! at once. No branch and no address depends on a key or on data, by construction, while
//! RustCrypto's looks its S-box up by secret bytes; and it is several times faster.
//! Nobody outside has audited it. That it is SM4 is shown by the standard's examples, by
//! all 256 inputs of the S-box and by comparison with RustCrypto's.

mod batch;
mod cipher;
mod gcm;
mod round_keys;
mod sbox;

use std::{fmt, sync::Arc};

use ::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, KeyInit,
    block_padding::{Padding, Pkcs7},
};
use rand_core::TryCryptoRng;
use zeroize::{ZeroizeOnDrop, Zeroizing};

pub(super) use self::cipher::Sm4;
use super::SmError;

type Block = ::cipher::Block<Sm4>;

/// Block and key length of SM4, in bytes.
pub const SM4_BLOCK: usize = 16;

/// What GCM adds to a plaintext, in bytes: IV (12) in front, tag (16) behind.
pub const GCM_OVERHEAD: usize = GCM_IV + GCM_TAG;

const GCM_IV: usize = 12;
const GCM_TAG: usize = 16;

/// A 128-bit SM4 key. Clones share it and its round keys, which are made but once; what
/// is shared is overwritten with the last of them.
#[derive(Clone)]
pub struct Sm4Key(Arc<Expanded>);

#[derive(ZeroizeOnDrop)]
struct Expanded {
    bytes: [u8; SM4_BLOCK],
    cipher: Sm4,
}

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
        Ok(Self::from_array(bytes.try_into().map_err(|_| SmError)?))
    }

    /// Reads 32 hex digits of either case.
    ///
    /// # Errors
    /// On another length or another character.
    pub fn from_hex(text: &str) -> Result<Self, SmError> {
        Self::from_bytes(&Zeroizing::new(super::decode_hex(text)?))
    }

    /// Draws a key from `rng`.
    ///
    /// # Errors
    /// When the generator fails.
    pub fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, SmError> {
        let mut bytes = Zeroizing::new([0; SM4_BLOCK]);
        rng.try_fill_bytes(bytes.as_mut_slice())
            .map_err(|_| SmError)?;
        Ok(Self::from_array(&bytes))
    }

    fn from_array(bytes: &[u8; SM4_BLOCK]) -> Self {
        Self(Arc::new(Expanded {
            bytes: *bytes,
            cipher: Sm4::new(bytes.into()),
        }))
    }

    /// The key as 32 upper-case hex digits, for whoever must hand it over.
    #[must_use]
    pub fn expose_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(super::encode_upper_hex(&self.0.bytes))
    }

    /// Encrypts with ECB and PKCS#7 padding (signing.md of the mobile payment
    /// centre, table "SM4").
    #[must_use]
    pub fn ecb_encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        let (whole, rest) = Block::slice_as_chunks(plaintext);
        let mut bytes = Vec::with_capacity(plaintext.len().saturating_add(SM4_BLOCK));
        let mut last = Block::default();
        let (front, _) = last.split_at_mut(rest.len());
        front.copy_from_slice(rest);
        Pkcs7::pad(&mut last, rest.len());
        bytes.extend_from_slice(Block::slice_as_flattened(whole));
        bytes.extend_from_slice(&last);
        // One pass over all of them: a block by itself would take as long as a batch.
        let (blocks, _) = Block::slice_as_chunks_mut(&mut bytes);
        self.0.cipher.encrypt_blocks(blocks);
        bytes
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
        let (blocks, _) = Block::slice_as_chunks_mut(&mut bytes);
        self.0.cipher.decrypt_blocks(blocks);
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
        let tag = gcm::seal(&self.0.cipher, &iv, aad, body)?;
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
        gcm::open(&self.0.cipher, iv, aad, &mut plaintext, tag)?;
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

impl PartialEq for Sm4Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.bytes == other.0.bytes
    }
}

impl Eq for Sm4Key {}

impl fmt::Debug for Sm4Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sm4Key(***)")
    }
}

#[cfg(test)]
#[path = "sm4_tests.rs"]
mod tests;
