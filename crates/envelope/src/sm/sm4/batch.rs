//! Many blocks at once: SM4's rounds (GB/T 32907, 6 and 7.1) on bit planes.
//!
//! A batch is eight blocks for each 32-bit lane of the processor's vectors. Of each of
//! the four words of the state there are eight planes, one for each bit of a byte; a
//! lane of a plane holds that bit of the four bytes of eight blocks, byte by byte. Thus
//! the S-box is gates between planes, rotating a word by two bits is taking other
//! planes, and rotating it by bytes is rotating each lane.

use cipher::InOutBuf;
use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::{
    Block,
    round_keys::{RoundKey, RoundKeys},
    sbox::substitute,
};

/// Blocks that one lane holds.
const BLOCKS_OF_LANE: usize = 8;

/// Blocks of the largest batch: 16 lanes.
const LARGEST: usize = 16 * BLOCKS_OF_LANE;

/// The bits of one word of the state, of all blocks.
type Planes<V> = [V; 8];

/// Which way.
#[derive(Clone, Copy)]
pub(super) enum Direction {
    /// Plaintext in, ciphertext out.
    Encrypt,
    /// The reverse.
    Decrypt,
}

/// Encrypts or decrypts any number of blocks, each by itself, with the widest vectors
/// the processor has.
pub(super) fn process(keys: &RoundKeys, direction: Direction, blocks: InOutBuf<'_, '_, Block>) {
    dispatch!(Level::new(), simd => batches(simd, keys, direction, blocks));
}

#[inline(always)]
fn batches<S: Simd>(
    simd: S,
    keys: &RoundKeys,
    direction: Direction,
    mut blocks: InOutBuf<'_, '_, Block>,
) {
    let mut words = [[0; LARGEST]; 4];
    while !blocks.is_empty() {
        let length = blocks.len().min(S::u32s::LEN * BLOCKS_OF_LANE);
        let (mut batch, rest) = blocks.split_at(length);
        read(batch.get_in(), &mut words);
        let [w0, w1, w2, w3] = &words;
        let state = [
            planes(simd, w0),
            planes(simd, w1),
            planes(simd, w2),
            planes(simd, w3),
        ];
        let state = match direction {
            Direction::Encrypt => rounds::<S>(state, keys.forward()),
            Direction::Decrypt => rounds::<S>(state, keys.backward()),
        };
        for (planes, words) in state.into_iter().zip(&mut words) {
            for (plane, words) in transpose::<S>(planes)
                .into_iter()
                .zip(words.chunks_exact_mut(S::u32s::LEN))
            {
                plane.store_slice(words);
            }
        }
        write(&words, batch.get_out());
        blocks = rest;
    }
}

/// Takes the blocks apart into their words, the first of each, the second and so on.
#[inline(always)]
fn read(blocks: &[Block], words: &mut [[u32; LARGEST]; 4]) {
    let [w0, w1, w2, w3] = words;
    for ((((block, w0), w1), w2), w3) in blocks.iter().zip(w0).zip(w1).zip(w2).zip(w3) {
        let (bytes, _) = block.as_chunks::<4>();
        for (word, bytes) in [w0, w1, w2, w3].into_iter().zip(bytes) {
            *word = u32::from_le_bytes(*bytes);
        }
    }
}

/// The reverse of [`read`].
#[inline(always)]
fn write(words: &[[u32; LARGEST]; 4], blocks: &mut [Block]) {
    let [w0, w1, w2, w3] = words;
    for ((((block, w0), w1), w2), w3) in blocks.iter_mut().zip(w0).zip(w1).zip(w2).zip(w3) {
        let (bytes, _) = block.as_chunks_mut::<4>();
        for (word, bytes) in [w0, w1, w2, w3].into_iter().zip(bytes) {
            *bytes = word.to_le_bytes();
        }
    }
}

/// The planes of one word of each block.
#[inline(always)]
fn planes<S: Simd>(simd: S, words: &[u32; LARGEST]) -> Planes<S::u32s> {
    let mut planes = [S::u32s::splat(simd, 0); 8];
    for (plane, words) in planes.iter_mut().zip(words.chunks_exact(S::u32s::LEN)) {
        *plane = S::u32s::from_slice(simd, words);
    }
    transpose::<S>(planes)
}

/// Exchanges the number of a plane with the number of a bit within its bytes; its own
/// reverse.
#[inline(always)]
fn transpose<S: Simd>(planes: Planes<S::u32s>) -> Planes<S::u32s> {
    let [p0, p1, p2, p3, p4, p5, p6, p7] = planes;
    let [p0, p1] = swap::<S>(p0, p1, 1, 0x5555_5555);
    let [p2, p3] = swap::<S>(p2, p3, 1, 0x5555_5555);
    let [p4, p5] = swap::<S>(p4, p5, 1, 0x5555_5555);
    let [p6, p7] = swap::<S>(p6, p7, 1, 0x5555_5555);
    let [p0, p2] = swap::<S>(p0, p2, 2, 0x3333_3333);
    let [p1, p3] = swap::<S>(p1, p3, 2, 0x3333_3333);
    let [p4, p6] = swap::<S>(p4, p6, 2, 0x3333_3333);
    let [p5, p7] = swap::<S>(p5, p7, 2, 0x3333_3333);
    let [p0, p4] = swap::<S>(p0, p4, 4, 0x0f0f_0f0f);
    let [p1, p5] = swap::<S>(p1, p5, 4, 0x0f0f_0f0f);
    let [p2, p6] = swap::<S>(p2, p6, 4, 0x0f0f_0f0f);
    let [p3, p7] = swap::<S>(p3, p7, 4, 0x0f0f_0f0f);
    [p0, p1, p2, p3, p4, p5, p6, p7]
}

/// Exchanges the bits of `even` above `mask`, `by` higher, with those of `odd` within it.
#[inline(always)]
fn swap<S: Simd>(even: S::u32s, odd: S::u32s, by: u32, mask: u32) -> [S::u32s; 2] {
    let differing = ((even >> by) ^ odd) & mask;
    [even ^ (differing << by), odd ^ differing]
}

/// The 32 rounds and the reversal of words behind them.
#[inline(always)]
fn rounds<'k, S: Simd>(
    state: [Planes<S::u32s>; 4],
    keys: impl Iterator<Item = [&'k RoundKey; 4]>,
) -> [Planes<S::u32s>; 4] {
    let [mut x0, mut x1, mut x2, mut x3] = state;
    for [k0, k1, k2, k3] in keys {
        x0 = round::<S>(x0, [x1, x2, x3], k0);
        x1 = round::<S>(x1, [x2, x3, x0], k1);
        x2 = round::<S>(x2, [x3, x0, x1], k2);
        x3 = round::<S>(x3, [x0, x1, x2], k3);
    }
    [x3, x2, x1, x0]
}

/// F of the standard, but for the constant of the S-box that the keys account for.
#[inline(always)]
fn round<S: Simd>(
    changed: Planes<S::u32s>,
    others: [Planes<S::u32s>; 3],
    key: &RoundKey,
) -> Planes<S::u32s> {
    let [mut sum, second, third] = others;
    for (((sum, second), third), key) in sum.iter_mut().zip(second).zip(third).zip(key) {
        *sum = (*sum ^ second ^ *key) ^ third;
    }
    let mut result = diffuse::<S>(substitute(sum));
    for (result, changed) in result.iter_mut().zip(changed) {
        *result ^= changed;
    }
    result
}

/// L of the standard: B + B⋘2 + B⋘10 + B⋘18 + B⋘24, as D + E⋘2 with D = B + B⋘24 and
/// E = B + B⋘8 + B⋘16 = B + D⋘16. By two bits, planes 6 and 7 go over to the byte above:
/// E⋘8 = B⋘24 + D⋘16.
#[inline(always)]
fn diffuse<S: Simd>(planes: Planes<S::u32s>) -> Planes<S::u32s> {
    let (mut turned, mut pairs) = (planes, planes);
    for (turned, pair) in turned.iter_mut().zip(&mut pairs) {
        // By 24 and, below, by 16 bits: the first byte of a word is the lowest here.
        *turned = (*turned << 8) | (*turned >> 24);
        *pair ^= *turned;
    }
    let mut opposite = pairs;
    for opposite in &mut opposite {
        *opposite = (*opposite << 16) | (*opposite >> 16);
    }
    let [b0, b1, b2, b3, b4, b5, _, _] = planes;
    let [.., t6, t7] = turned;
    let [d0, d1, d2, d3, d4, d5, d6, d7] = pairs;
    let [h0, h1, h2, h3, h4, h5, h6, h7] = opposite;
    [
        d0 ^ h6 ^ t6,
        d1 ^ h7 ^ t7,
        d2 ^ h0 ^ b0,
        d3 ^ h1 ^ b1,
        d4 ^ h2 ^ b2,
        d5 ^ h3 ^ b3,
        d6 ^ h4 ^ b4,
        d7 ^ h5 ^ b5,
    ]
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
