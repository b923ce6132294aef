//! Every width of vectors that this processor has, not only the widest, which the other
//! tests take.
#![allow(clippy::unwrap_used)]

use ::sm4::Sm4 as Stock;
use cipher::{BlockCipherEncrypt, KeyInit};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

use super::*;

fn round_trips<S: Simd>(simd: S) {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    for count in (0..300).step_by(7) {
        let mut key = [0; 16];
        rng.fill_bytes(&mut key);
        let mut plain = vec![Block::default(); count];
        for block in &mut plain {
            rng.fill_bytes(block);
        }
        let (keys, mut blocks) = (RoundKeys::new(&key), plain.clone());
        let mut expected = plain.clone();
        Stock::new(&key.into()).encrypt_blocks(&mut expected);
        let process = |direction, blocks: &mut [Block]| {
            simd.vectorize(|| batches(simd, &keys, direction, blocks.into()));
        };
        process(Direction::Encrypt, &mut blocks);
        assert_eq!(blocks, expected, "{count} blocks, {simd:?}");
        process(Direction::Decrypt, &mut blocks);
        assert_eq!(blocks, plain, "{count} blocks, {simd:?}");
    }
}

#[test]
fn every_width() {
    let level = Level::new();
    #[cfg(target_arch = "x86_64")]
    {
        round_trips(level.as_sse2().unwrap());
        if let Some(simd) = level.as_sse4_2() {
            round_trips(simd);
        }
        if let Some(simd) = level.as_avx2() {
            round_trips(simd);
        }
        if let Some(simd) = level.as_avx512() {
            round_trips(simd);
        }
    }
    dispatch!(level, simd => round_trips(simd));
}
