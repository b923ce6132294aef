//! The key schedule of SM4 (GB/T 32907, 7.3), through the same circuit as the data.

use zeroize::ZeroizeOnDrop;

use super::sbox::{CONSTANT_IN, CONSTANT_OUT, substitute};

/// One round key as the rounds add it: plane i holds bit i of its four bytes, each
/// spread over the eight bits that eight blocks take.
pub(super) type RoundKey = [u32; 8];

/// The 32 round keys in the order of encryption, four by four, 1 KiB. The constants of
/// the S-box are within.
#[derive(ZeroizeOnDrop)]
pub(super) struct RoundKeys([[RoundKey; 4]; 8]);

/// The lowest bit of each byte of a word.
const LOWEST_BITS: u32 = 0x0101_0101;

/// FK of the standard.
const SYSTEM: [u32; 4] = [0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc];

impl RoundKeys {
    pub(super) fn new(key: &[u8; 16]) -> Self {
        let (words, _) = key.as_chunks::<4>();
        let mut state = [0; 4];
        for ((state, word), system) in state.iter_mut().zip(words).zip(SYSTEM) {
            *state = u32::from_be_bytes(*word) ^ system;
        }
        let [mut k0, mut k1, mut k2, mut k3] = state;
        // Adding the S-box's outer constant is left out of the rounds. It would add
        // `step` to the word a round makes, so the words differ from the standard's by
        // what is counted here. Each has taken eight steps in the end: no difference.
        let step = diffuse(spread(CONSTANT_OUT));
        let [mut d0, mut d1, mut d2, mut d3] = [0; 4];
        let mut keys = [[[0; 8]; 4]; 8];
        for (key, constant) in keys.as_flattened_mut().iter_mut().zip(constants()) {
            let word = k0 ^ diffuse_key(substitute_word(k1 ^ k2 ^ k3 ^ constant));
            *key = planes(word ^ d1 ^ d2 ^ d3 ^ spread(CONSTANT_IN));
            (k0, k1, k2, k3) = (k1, k2, k3, word);
            (d0, d1, d2, d3) = (d1, d2, d3, d0 ^ step);
        }
        Self(keys)
    }

    /// In the order of encryption.
    #[inline(always)]
    pub(super) fn forward(&self) -> impl Iterator<Item = [&RoundKey; 4]> {
        self.0.iter().map(|keys| keys.each_ref())
    }

    /// In the order of decryption. The counted differences are the same from both ends.
    #[inline(always)]
    pub(super) fn backward(&self) -> impl Iterator<Item = [&RoundKey; 4]> {
        self.0.iter().rev().map(|[a, b, c, d]| [d, c, b, a])
    }
}

/// The same byte four times.
fn spread(byte: u8) -> u32 {
    u32::from_ne_bytes([byte; 4])
}

/// CK of the standard: byte j of word i is 7 (4 i + j) modulo 256.
fn constants() -> impl Iterator<Item = u32> {
    (0..32_u8).map(|i| {
        let byte = |j: u8| i.wrapping_mul(4).wrapping_add(j).wrapping_mul(7);
        u32::from_be_bytes([byte(0), byte(1), byte(2), byte(3)])
    })
}

/// τ of the standard: the S-box on four bytes.
fn substitute_word(word: u32) -> u32 {
    let word = word ^ spread(CONSTANT_IN);
    let bits = [0, 1, 2, 3, 4, 5, 6, 7].map(|bit| (word >> bit) & LOWEST_BITS);
    (0..8)
        .zip(substitute(bits))
        .fold(spread(CONSTANT_OUT), |word, (bit, plane)| {
            word ^ (plane << bit)
        })
}

/// L of the standard, for the constant.
fn diffuse(word: u32) -> u32 {
    [2, 10, 18, 24]
        .into_iter()
        .fold(word, |sum, by| sum ^ word.rotate_left(by))
}

/// L′ of the standard.
fn diffuse_key(word: u32) -> u32 {
    word ^ word.rotate_left(13) ^ word.rotate_left(23)
}

/// A round key as [`RoundKey`]; the first byte of the word is the lowest, as blocks are
/// read.
fn planes(word: u32) -> RoundKey {
    let word = word.swap_bytes();
    [0, 1, 2, 3, 4, 5, 6, 7].map(|bit| ((word >> bit) & LOWEST_BITS).wrapping_mul(0xff))
}
