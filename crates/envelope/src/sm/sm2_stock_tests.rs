//! The layer of our own against the library's signer and verifier, over
//! random input.
//!
//! `TEST_SM2_INPUTS` sets how many inputs there are: a few thousand by
//! default, a million in the long run
//! (`TEST_SM2_INPUTS=1000000 cargo test --release -p chs-envelope stock`).
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use ::sm2::{
    FieldBytes,
    dsa::{
        Signature, SigningKey,
        signature::hazmat::{PrehashVerifier, RandomizedPrehashSigner},
    },
    elliptic_curve::PrimeField,
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

use super::*;
use crate::sm::Sm2Signature;

/// Inputs that share one key: enough for its table to be made on the way.
const PER_KEY: usize = 50;

fn inputs() -> usize {
    std::env::var("TEST_SM2_INPUTS").map_or(3_000, |text| text.parse().unwrap())
}

fn bytes<const N: usize>(rng: &mut ChaCha20Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// A signature altered in one of the ways that hostile or careless senders do.
fn altered(good: &Sm2Signature, rng: &mut ChaCha20Rng) -> [u8; 64] {
    let mut bytes_of = *good.as_bytes();
    let (left, right) = bytes_of.split_at_mut(32);
    match rng.next_u32() % 8 {
        0 => left.swap_with_slice(right),
        1 => left.fill(0),
        2 => right.fill(0),
        3 => left.fill(0xff),
        4 => left.copy_from_slice(&bytes::<32>(rng)),
        5 => right.copy_from_slice(&bytes::<32>(rng)),
        // r + s = n.
        6 => {
            let r = Scalar::from_repr(FieldBytes::try_from(&*left).unwrap()).unwrap();
            right.copy_from_slice(&(-r).to_repr());
        }
        _ => {
            let bit = usize::try_from(rng.next_u32() % 512).unwrap();
            bytes_of[bit / 8] ^= 1 << (bit % 8);
        }
    }
    bytes_of
}

/// The same key, digest and random bytes give the same signature as the
/// library's signer, byte for byte; and both verifiers say the same of every
/// signature, good or altered.
#[test]
fn agrees_with_the_stock_crate() {
    let mut rng = ChaCha20Rng::seed_from_u64(20_261_122);
    let (mut taken, mut refused) = (0, 0);
    let mut keys = None;
    for input in 0..inputs() {
        if input % PER_KEY == 0 {
            let ours = Sm2PrivateKey::generate(&mut rng).unwrap();
            let stock = SigningKey::new(DEFAULT_USER_ID, &ours.secret()).unwrap();
            keys = Some((ours, stock));
        }
        let (ours, stock) = keys.as_ref().unwrap();
        let public = ours.public_key();
        let e: [u8; 32] = bytes(&mut rng);
        let seed = bytes(&mut rng);
        let made = ours
            .sign_digest(&e, &mut ChaCha20Rng::from_seed(seed))
            .unwrap();
        let theirs: Signature = stock
            .sign_prehash_with_rng(&mut ChaCha20Rng::from_seed(seed), &e)
            .unwrap();
        assert_eq!(made.as_bytes()[..], theirs.to_bytes()[..], "input {input}");
        assert_eq!(public.verify_digest(&e, &made), Ok(()), "input {input}");
        stock.verifying_key().verify_prehash(&e, &theirs).unwrap();

        let wrong = altered(&made, &mut rng);
        let stock_takes = Signature::from_slice(&wrong)
            .is_ok_and(|wrong| stock.verifying_key().verify_prehash(&e, &wrong).is_ok());
        let wrong = Sm2Signature::from_bytes(&wrong).unwrap();
        let we_take = public.verify_digest(&e, &wrong).is_ok();
        assert_eq!(we_take, stock_takes, "input {input}: {wrong:?}");
        taken += usize::from(we_take);
        refused += usize::from(!we_take);
    }
    assert_eq!((taken, refused), (0, inputs()), "altered signatures");
}

/// r and s that begin with zero bytes: about one signature in 128 has one.
/// They keep their 64 bytes, lose the zeros in DER, and come back.
#[test]
fn leading_zeros() {
    let key = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
    let stock = SigningKey::new(DEFAULT_USER_ID, &key.secret()).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    let (mut short_r, mut short_s) = (0, 0);
    for number in 0..3_000_u32 {
        let message = number.to_be_bytes();
        let signature = key.sign(&[&message], &mut rng).unwrap();
        let bytes = signature.as_bytes();
        if bytes[0] != 0 && bytes[32] != 0 {
            continue;
        }
        short_r += u32::from(bytes[0] == 0);
        short_s += u32::from(bytes[32] == 0);
        let der = signature.to_der().unwrap();
        assert_eq!(Sm2Signature::from_der(&der), Ok(signature));
        assert_eq!(
            Sm2Signature::from_base64(&signature.to_base64()),
            Ok(signature)
        );
        assert_eq!(key.public_key().verify(&[&message], &signature), Ok(()));
        let e = key.public_key().digest(&[&message]);
        let theirs = Signature::from_slice(bytes).unwrap();
        stock.verifying_key().verify_prehash(&e, &theirs).unwrap();
        let hex = crate::sm::encode_lower_hex(&key.public_key().to_bytes());
        let other = sm_crypto::sm2::Verify::new(&hex);
        assert!(other.verify_der(&message, &der, true), "message {number}");
    }
    assert!(short_r >= 3 && short_s >= 3, "{short_r} {short_s}");
}
