//! Vectors and hostile input for SM4 (case H of the crypto report).
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng},
};

use aes_gcm::{
    AesGcm,
    aead::{Aead, KeyInit as _, Payload, consts::U12},
};

use super::*;
use crate::sm::decode_hex;

const STANDARD: &str = "0123456789abcdeffedcba9876543210";

fn key() -> Sm4Key {
    Sm4Key::from_hex(STANDARD).unwrap()
}

/// GB/T 32907 annex A.1, with the padding block behind it.
#[test]
fn standard_example() {
    let sealed = key().ecb_encrypt(&decode_hex(STANDARD).unwrap());
    assert_eq!(sealed.len(), 32);
    assert_eq!(
        sealed[..16],
        decode_hex("681edf34d206965e86b3e94f536e4246").unwrap()
    );
    assert_eq!(key().ecb_decrypt(sealed), decode_hex(STANDARD));
}

/// RFC 8998 appendix A.1.
#[test]
fn gcm_example() {
    let aad = decode_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
    let iv = decode_hex("00001234567800000000abcd").unwrap();
    let plaintext: Vec<u8> = [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xee, 0xaa]
        .into_iter()
        .flat_map(|byte| [byte; 8])
        .collect();
    let sealed = key()
        .gcm_seal_with_iv(iv.clone().try_into().unwrap(), &aad, &plaintext)
        .unwrap();
    let expected = decode_hex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
         d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d\
         83de3541e4c2b58177e065a9bf7b62ec",
    )
    .unwrap();
    assert_eq!(sealed, [iv, expected].concat());
    assert_eq!(key().gcm_open(&aad, &sealed), Ok(plaintext));
}

#[test]
fn keys_have_16_bytes() {
    for length in [0, 15, 17, 32] {
        assert_eq!(Sm4Key::from_bytes(&vec![1; length]), Err(SmError));
    }
    assert_eq!(Sm4Key::from_hex("zz"), Err(SmError));
    assert_eq!(format!("{:?}", key()), "Sm4Key(***)");
    assert_eq!(*key().expose_hex(), STANDARD.to_uppercase());
}

#[test]
fn every_length_round_trips() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let key = Sm4Key::generate(&mut rng).unwrap();
    for length in 0..100 {
        let text = vec![0x42; length];
        let sealed = key.ecb_encrypt(&text);
        assert_eq!(sealed.len(), length / 16 * 16 + 16);
        assert_eq!(key.ecb_decrypt(sealed), Ok(text.clone()));
        let sealed = key.gcm_seal(b"aad", &text, &mut rng).unwrap();
        assert_eq!(sealed.len(), length + GCM_OVERHEAD);
        assert_eq!(key.gcm_open(b"aad", &sealed), Ok(text));
    }
}

#[test]
fn bad_ecb_is_refused() {
    for length in [0, 1, 15, 17, 31] {
        assert_eq!(key().ecb_decrypt(vec![7; length]), Err(SmError));
    }
    // Blocks whose end is, or is not, a padding of PKCS#7.
    let mut not_all_sixteen = [16_u8; 16];
    not_all_sixteen[0] = 15;
    let cases = [
        ([0; 16], false),
        ([17; 16], false),
        ([255; 16], false),
        (not_all_sixteen, false),
        (*b"0123456789abc\x03\x02\x03", false),
        (*b"0123456789abc\x03\x03\x03", true),
        ([16; 16], true),
        ([15; 16], true),
    ];
    for (block, right) in cases {
        let mut sealed = Block::from(block);
        key().0.cipher.encrypt_block(&mut sealed);
        assert_eq!(
            key().ecb_decrypt(sealed.to_vec()).is_ok(),
            right,
            "{block:?}"
        );
    }
}

#[test]
fn altered_gcm_is_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let sealed = key()
        .gcm_seal(b"aad", b"a secret at rest", &mut rng)
        .unwrap();
    assert_ne!(
        sealed,
        key()
            .gcm_seal(b"aad", b"a secret at rest", &mut rng)
            .unwrap()
    );
    for bit in 0..sealed.len() * 8 {
        let mut altered = sealed.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(key().gcm_open(b"aad", &altered), Err(SmError));
    }
    for length in 0..sealed.len() {
        assert_eq!(key().gcm_open(b"aad", &sealed[..length]), Err(SmError));
    }
    assert_eq!(key().gcm_open(b"other", &sealed), Err(SmError));
    let other = Sm4Key::from_bytes(&[1; 16]).unwrap();
    assert_eq!(other.gcm_open(b"aad", &sealed), Err(SmError));
}

/// A second implementation, as encryptor only.
#[test]
fn agrees_with_sm_crypto() {
    let other =
        sm_crypto::sm4::CryptSM4ECB::new(&key().0.bytes).encrypt_ecb("清单 list".as_bytes());
    assert_eq!(key().ecb_encrypt("清单 list".as_bytes()), other);
}

/// Other implementations of the cipher and of both modes, at all lengths up to some
/// batches: what `ecb_encrypt` and GCM make of text that does and does not end with a block.
#[test]
fn agrees_with_the_stock_crates() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let (key, mut text) = (Sm4Key::generate(&mut rng).unwrap(), vec![0; 4_900]);
    rng.fill_bytes(&mut text);
    let bytes = &key.0.bytes;
    let gcm = AesGcm::<::sm4::Sm4, U12>::new(bytes.into());
    let stock = ::sm4::Sm4::new(bytes.into());
    for length in (0..=4_816).filter(|length| length % 16 < 2 || length % 16 == 15) {
        let (plain, aad) = (&text[..length], &text[4_890 - length % 37..4_890]);
        let iv = *text[length..].first_chunk().unwrap();
        let sealed = key.gcm_seal_with_iv(iv, aad, plain).unwrap();
        let payload = Payload { msg: plain, aad };
        let expected = gcm.encrypt(&iv.into(), payload).unwrap();
        assert_eq!(sealed[GCM_IV..], expected, "{length}");
        assert_eq!(key.gcm_open(aad, &sealed).unwrap(), plain, "{length}");

        let sealed = key.ecb_encrypt(plain);
        let padding = u8::try_from(16 - length % 16).unwrap();
        let mut expected = plain.to_vec();
        expected.resize(length + usize::from(padding), padding);
        stock.encrypt_blocks(Block::slice_as_chunks_mut(&mut expected).0);
        assert_eq!(sealed, expected, "{length}");
        assert_eq!(key.ecb_decrypt(sealed).unwrap(), plain, "{length}");
    }
}

/// What is kept of a key beside its bytes makes no two of them differ.
#[test]
fn keys_are_equal_by_their_bytes() {
    assert_eq!(key(), key());
    assert_eq!(key(), key().clone());
    assert_ne!(key(), Sm4Key::from_bytes(&[1; 16]).unwrap());
}
