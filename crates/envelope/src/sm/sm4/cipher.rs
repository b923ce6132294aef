//! SM4 as a block cipher of RustCrypto's traits, for the modes that take one.

use cipher::{
    BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, InOut, InOutBuf, Key, KeyInit,
    KeySizeUser, ParBlocks, ParBlocksSizeUser,
    consts::{U16, U128},
};
use zeroize::ZeroizeOnDrop;

use super::{
    Block,
    batch::{Direction, process},
    round_keys::RoundKeys,
};

/// SM4 with one key, bitsliced.
#[derive(ZeroizeOnDrop)]
pub(in crate::sm) struct Sm4(RoundKeys);

impl Sm4 {
    fn one(&self, direction: Direction, mut block: InOut<'_, '_, Block>) {
        let mut copy = block.clone_in();
        process(&self.0, direction, InOutBuf::from_mut(&mut copy));
        *block.get_out() = copy;
    }
}

impl KeySizeUser for Sm4 {
    type KeySize = U16;
}

impl KeyInit for Sm4 {
    fn new(key: &Key<Self>) -> Self {
        Self(RoundKeys::new(key.as_ref()))
    }
}

impl BlockSizeUser for Sm4 {
    type BlockSize = U16;
}

/// The largest batch there is; with narrower vectors it is several.
impl ParBlocksSizeUser for Sm4 {
    type ParBlocksSize = U128;
}

impl BlockCipherEncrypt for Sm4 {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(self);
    }
}

impl BlockCipherEncBackend for Sm4 {
    fn encrypt_block(&self, block: InOut<'_, '_, Block>) {
        self.one(Direction::Encrypt, block);
    }

    fn encrypt_par_blocks(&self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
        process(&self.0, Direction::Encrypt, blocks.into_buf());
    }

    fn encrypt_tail_blocks(&self, blocks: InOutBuf<'_, '_, Block>) {
        process(&self.0, Direction::Encrypt, blocks);
    }
}

impl BlockCipherDecrypt for Sm4 {
    fn decrypt_with_backend(&self, f: impl BlockCipherDecClosure<BlockSize = U16>) {
        f.call(self);
    }
}

impl BlockCipherDecBackend for Sm4 {
    fn decrypt_block(&self, block: InOut<'_, '_, Block>) {
        self.one(Direction::Decrypt, block);
    }

    fn decrypt_par_blocks(&self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
        process(&self.0, Direction::Decrypt, blocks.into_buf());
    }

    fn decrypt_tail_blocks(&self, blocks: InOutBuf<'_, '_, Block>) {
        process(&self.0, Direction::Decrypt, blocks);
    }
}

#[cfg(test)]
#[path = "cipher_tests.rs"]
mod tests;
