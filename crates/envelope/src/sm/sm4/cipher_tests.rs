//! The bitsliced SM4 against the standard and against RustCrypto's, which has a table.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use ::sm4::Sm4 as Stock;
use proptest::prelude::*;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

use super::*;

const STANDARD: [u8; 16] = [
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10,
];

fn random_blocks(rng: &mut ChaCha20Rng, count: usize) -> Vec<Block> {
    let mut blocks = vec![Block::default(); count];
    for block in &mut blocks {
        rng.fill_bytes(block);
    }
    blocks
}

fn stock(key: [u8; 16], direction: Direction, blocks: &[Block]) -> Vec<Block> {
    let (cipher, mut blocks) = (Stock::new(&key.into()), blocks.to_vec());
    match direction {
        Direction::Encrypt => cipher.encrypt_blocks(&mut blocks),
        Direction::Decrypt => cipher.decrypt_blocks(&mut blocks),
    }
    blocks
}

/// GB/T 32907 annex A.1.
#[test]
fn first_example() {
    let cipher = Sm4::new(&STANDARD.into());
    let mut block = STANDARD.into();
    BlockCipherEncrypt::encrypt_block(&cipher, &mut block);
    assert_eq!(hex::encode(block), "681edf34d206965e86b3e94f536e4246");
    BlockCipherDecrypt::decrypt_block(&cipher, &mut block);
    assert_eq!(block, STANDARD);
}

/// GB/T 32907 annex A.2: a million times over.
#[test]
fn second_example() {
    let cipher = Sm4::new(&STANDARD.into());
    let mut block = STANDARD.into();
    for _ in 0..1_000_000 {
        BlockCipherEncrypt::encrypt_block(&cipher, &mut block);
    }
    assert_eq!(hex::encode(block), "595298c7c6fd271f0402f804c33d3f66");
}

/// Every number of blocks that makes a difference to batches and their ends.
#[test]
fn all_lengths() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    for count in 0..=300 {
        let mut key = [0; 16];
        rng.fill_bytes(&mut key);
        let (cipher, plain) = (Sm4::new(&key.into()), random_blocks(&mut rng, count));
        let mut blocks = plain.clone();
        cipher.encrypt_blocks(&mut blocks);
        assert_eq!(blocks, stock(key, Direction::Encrypt, &plain), "{count}");
        cipher.decrypt_blocks(&mut blocks);
        assert_eq!(blocks, plain, "{count}");
        cipher.decrypt_blocks(&mut blocks);
        assert_eq!(blocks, stock(key, Direction::Decrypt, &plain), "{count}");
        let mut elsewhere = vec![Block::default(); count];
        cipher.encrypt_blocks_b2b(&blocks, &mut elsewhere).unwrap();
        assert_eq!(elsewhere, plain, "{count}");
    }
}

proptest! {
    /// Any key and any block, at any place of a batch.
    #[test]
    fn agrees_with_the_stock_crate(
        key: [u8; 16],
        blocks in proptest::collection::vec(any::<[u8; 16]>(), 1..150),
    ) {
        let cipher = Sm4::new(&key.into());
        let plain: Vec<Block> = blocks.into_iter().map(Block::from).collect();
        let mut blocks = plain.clone();
        cipher.encrypt_blocks(&mut blocks);
        prop_assert_eq!(&blocks, &stock(key, Direction::Encrypt, &plain));
        let mut blocks = plain.clone();
        cipher.decrypt_blocks(&mut blocks);
        prop_assert_eq!(&blocks, &stock(key, Direction::Decrypt, &plain));
    }
}
