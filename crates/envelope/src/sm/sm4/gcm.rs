//! GCM with an IV of 96 bits (NIST SP 800-38D; RFC 8998 for SM4).
//!
//! Put together here of the cipher and RustCrypto's GHASH. The AEAD crate would do the
//! same, but what its counter mode has left after whole batches it enciphers block by
//! block, and one block takes a batch's time. Here the block that makes the hash key,
//! the one that masks the tag and those of the text are one pass.

use cipher::BlockCipherEncrypt;
use ghash::{GHash, universal_hash::UniversalHash};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{Block, GCM_IV, GCM_TAG, SM4_BLOCK, cipher::Sm4};
use crate::sm::SmError;

/// What one IV yields.
struct Pass {
    hash: GHash,
    mask: Block,
    /// To be added to the text, and somewhat longer than it.
    stream: Vec<Block>,
}

/// Encrypts in place and returns the tag.
///
/// # Errors
/// On a text longer than GCM allows, 2³² − 2 blocks.
pub(super) fn seal(
    cipher: &Sm4,
    iv: &[u8; GCM_IV],
    aad: &[u8],
    text: &mut [u8],
) -> Result<[u8; GCM_TAG], SmError> {
    let pass = Pass::new(cipher, iv, text.len())?;
    pass.add_to(text);
    pass.tag(aad, text)
}

/// Decrypts in place what [`seal`] made, if the tag is right; otherwise nothing changes.
///
/// # Errors
/// On a wrong tag and on a text longer than GCM allows.
pub(super) fn open(
    cipher: &Sm4,
    iv: &[u8; GCM_IV],
    aad: &[u8],
    text: &mut [u8],
    tag: &[u8; GCM_TAG],
) -> Result<(), SmError> {
    let pass = Pass::new(cipher, iv, text.len())?;
    if bool::from(pass.tag(aad, text)?.ct_eq(tag)) {
        pass.add_to(text);
        Ok(())
    } else {
        Err(SmError)
    }
}

impl Pass {
    fn new(cipher: &Sm4, iv: &[u8; GCM_IV], length: usize) -> Result<Self, SmError> {
        let blocks = u32::try_from(length.div_ceil(SM4_BLOCK)).map_err(|_| SmError)?;
        let last = blocks.checked_add(1).ok_or(SmError)?;
        let counter = |number: u32| {
            let mut block = Block::default();
            let (front, back) = block.split_at_mut(GCM_IV);
            front.copy_from_slice(iv);
            back.copy_from_slice(&number.to_be_bytes());
            block
        };
        let mut hash_key = Block::default();
        let mut mask = counter(1);
        let mut stream: Vec<Block> = [hash_key, mask]
            .into_iter()
            .chain((2..=last).map(counter))
            .collect();
        cipher.encrypt_blocks(&mut stream);
        if let [first, second, ..] = stream.as_mut_slice() {
            (hash_key, mask) = (*first, *second);
            first.as_mut_slice().zeroize();
            second.as_mut_slice().zeroize();
        }
        let hash = GHash::new(&hash_key);
        hash_key.as_mut_slice().zeroize();
        Ok(Self { hash, mask, stream })
    }

    fn add_to(&self, text: &mut [u8]) {
        let stream = Block::slice_as_flattened(&self.stream);
        for (byte, key) in text.iter_mut().zip(stream.iter().skip(2 * SM4_BLOCK)) {
            *byte ^= key;
        }
    }

    fn tag(&self, aad: &[u8], ciphertext: &[u8]) -> Result<[u8; GCM_TAG], SmError> {
        let bits = |bytes: &[u8]| {
            let length = u64::try_from(bytes.len()).map_err(|_| SmError)?;
            length.checked_mul(8).ok_or(SmError)
        };
        let mut lengths = Block::default();
        let (front, back) = lengths.split_at_mut(8);
        front.copy_from_slice(&bits(aad)?.to_be_bytes());
        back.copy_from_slice(&bits(ciphertext)?.to_be_bytes());
        let mut hash = self.hash.clone();
        hash.update_padded(aad);
        hash.update_padded(ciphertext);
        hash.update(&[lengths]);
        let mut tag = hash.finalize();
        for (byte, mask) in tag.iter_mut().zip(self.mask) {
            *byte ^= mask;
        }
        Ok(tag.into())
    }
}
