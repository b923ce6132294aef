//! Hostile input: the must-reject cases A, B, C, E, F and I of the crypto
//! report that chose these libraries.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use ::sm2::{
    AffinePoint, FieldBytes, ProjectivePoint, Sec1Point, U256,
    dsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier},
    elliptic_curve::{
        PrimeField,
        point::DecompressPoint,
        sec1::{FromSec1Point, ToSec1Point},
    },
};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use subtle::Choice;

use super::{
    tests::{D, K, PUBLIC, join, key, reduce, rng, scalar, x_of},
    *,
};
use crate::sm::{Sm2Signature, decode_base64, decode_hex};

/// The order of the base point.
const N: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123";

fn point_of(key: &Sm2PublicKey) -> ProjectivePoint {
    let point = Sec1Point::from_bytes(key.to_bytes()).unwrap();
    AffinePoint::from_sec1_point(&point).unwrap().into()
}

/// V3 of the published fixture, and case F: random and altered signatures.
#[test]
fn vector_v3_and_its_mutations() {
    let message = "高平市人民医院-SM2交叉验证消息-0123456789".as_bytes();
    let good = decode_hex(concat!(
        "c26647c279a6180bf418dd06c2d081632b709139c9b1fa883aba35ddec3128ce",
        "2ff4c93011cf4ded0ba3784c4699369edb8cee986271f70d35c1cdffc7b5fb4d",
    ))
    .unwrap();
    let public = Sm2PublicKey::from_text(PUBLIC).unwrap();
    let check = |bytes: &[u8]| public.verify(&[message], &Sm2Signature::from_bytes(bytes).unwrap());
    assert_eq!(key().public_key(), &public);
    assert_eq!(check(&good), Ok(()));
    for bit in 0..512 {
        let mut altered = good.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(check(&altered), Err(SmError));
    }
    assert!(
        public
            .verify(&[b"another"], &Sm2Signature::from_bytes(&good).unwrap())
            .is_err()
    );
}

/// Case A: from the public key alone, a pair (r, s) with a long s that a
/// verifier without range checks takes. Case B: s + n·2^256.
#[test]
fn long_integers_are_refused() {
    let public = key().public_key().clone();
    let der = |r: &[u8], s: &[u8]| {
        let integer = |bytes: &[u8]| {
            let start = bytes.iter().position(|b| *b != 0).unwrap();
            let body = &bytes[start..];
            let lead = if body[0] >= 0x80 { &[0][..] } else { &[] };
            let length = u8::try_from(body.len() + lead.len()).unwrap();
            [&[2, length], lead, body].concat()
        };
        let body = [integer(r), integer(s)].concat();
        [&[0x30, u8::try_from(body.len()).unwrap()][..], &body].concat()
    };
    let (a, b) = (scalar(K), scalar(D));
    let point = ProjectivePoint::GENERATOR * a + point_of(&public) * b;
    let r = reduce(&public.digest(&[b"forged"])) + x_of(point);
    let two_256 = reduce(&[0xff; 32]) + Scalar::ONE;
    let high = (b - r - a) * two_256.invert().unwrap();
    assert_eq!(
        high * two_256 + a + r,
        b,
        "the forgery is what it claims to be"
    );
    let s = [high.to_repr(), a.to_repr()].concat();
    assert_eq!(Sm2Signature::from_der(&der(&r.to_repr(), &s)), Err(SmError));
    for half in s.chunks(32) {
        assert_eq!(
            public.verify(&[b"forged"], &join(&r.to_repr(), half)),
            Err(SmError)
        );
    }

    let good = key().sign(&[b"text"], &mut rng()).unwrap();
    let (r, s) = good.as_bytes().split_at(32);
    assert_eq!(
        Sm2Signature::from_der(&der(r, s)),
        Ok(good),
        "the writer of this test is right"
    );
    let long = [decode_hex(N).unwrap().as_slice(), s].concat();
    assert_eq!(Sm2Signature::from_der(&der(r, &long)), Err(SmError));
    assert_eq!(Sm2Signature::from_bytes(&[r, &long].concat()), Err(SmError));
}

/// Case C: digests chosen so that the equation holds although r or s is out
/// of range, or r+s = n.
#[test]
fn chosen_digests_are_refused() {
    let public = key().public_key().clone();
    let (g, p) = (ProjectivePoint::GENERATOR, point_of(&public));
    let small = Scalar::from(5_u64);
    // n + 5, which still fits in 32 bytes.
    let mut n_plus_small = decode_hex(N).unwrap();
    n_plus_small[31] += 5;
    let digest_for =
        |r: Scalar, s: Scalar| -> [u8; 32] { (r - x_of(g * s + p * (r + s))).to_repr().into() };
    let (zero, other) = (Scalar::ZERO, scalar(K));
    let bytes = |value: Scalar| -> FieldBytes { value.to_repr() };
    for (r, s) in [(zero, other), (other, zero), (other, -other)] {
        let e = digest_for(r, s);
        assert_eq!(
            public.verify_digest(&e, &join(&bytes(r), &bytes(s))),
            Err(SmError)
        );
    }
    for (r, s) in [(other, small), (small, other)] {
        let e = digest_for(r, s);
        assert_eq!(
            public.verify_digest(&e, &join(&bytes(r), &bytes(s))),
            Ok(())
        );
        let wide = |v: Scalar| {
            if v == small {
                n_plus_small.clone()
            } else {
                bytes(v).to_vec()
            }
        };
        assert_eq!(
            public.verify_digest(&e, &join(&wide(r), &wide(s))),
            Err(SmError)
        );
    }
}

/// Points whose x is n or more, which a signature names by x − n, and points whose x is
/// below p − n, which look the same: no random signature has one.
#[test]
fn an_x_beyond_the_order_is_found() {
    let (g, s, r) = (ProjectivePoint::GENERATOR, scalar(K), scalar(D));
    let n = U256::from_be_hex(N);
    let (mut found, mut beyond) = ([0; 2], 0_u64);
    while found.iter().any(|count| *count < 3) {
        beyond += 1;
        let small = U256::from_u64(beyond);
        for (x, count) in [small, n.wrapping_add(&small)].iter().zip(&mut found) {
            let lifted = AffinePoint::decompress(&x.to_be_bytes().into(), Choice::from(1));
            let Some(point) = lifted.into_option().map(ProjectivePoint::from) else {
                continue;
            };
            // The key with which s·G + (r+s)·P is this point.
            let key = (point - g * s) * (r + s).invert().unwrap();
            let key = Sm2PublicKey::from_bytes(key.to_affine().to_sec1_point(false).as_bytes());
            let key = key.unwrap();
            let signature = join(&r.to_repr(), &s.to_repr());
            let right: [u8; 32] = (r - Scalar::from(beyond)).to_repr().into();
            let wrong: [u8; 32] = (r - Scalar::from(beyond + 1)).to_repr().into();
            assert_eq!(key.verify_digest(&right, &signature), Ok(()), "{x}");
            assert_eq!(key.verify_digest(&wrong, &signature), Err(SmError), "{x}");
            let stock = VerifyingKey::from_sec1_bytes(DEFAULT_USER_ID, &key.to_bytes()).unwrap();
            let theirs = Signature::from_slice(signature.as_bytes()).unwrap();
            assert!(stock.verify_prehash(&right, &theirs).is_ok(), "{x}");
            *count += 1;
        }
    }
}

/// Case E: points that are not on the curve, and forms we do not take.
#[test]
fn bad_public_keys_are_refused() {
    let good = decode_hex(PUBLIC).unwrap();
    let mut bad = vec![
        vec![],
        vec![4],
        vec![0; 64],
        vec![0xff; 64],
        vec![0; 65],
        vec![0; 1],
    ];
    for index in 1..65 {
        let mut off_curve = good.clone();
        off_curve[index] ^= 1;
        bad.push(off_curve);
    }
    for tag in [0, 2, 3, 5, 6, 7] {
        let mut tagged = good.clone();
        tagged[0] = tag;
        bad.push(tagged);
    }
    let mut compressed = good[..33].to_vec();
    compressed[0] = 2;
    bad.extend([compressed, good[..64].to_vec(), [&good[..], &[0]].concat()]);
    for bytes in bad {
        assert_eq!(
            Sm2PublicKey::from_bytes(&bytes),
            Err(SmError),
            "{bytes:02x?}"
        );
    }
    for text in [
        "",
        "zz",
        "-----BEGIN PUBLIC KEY-----",
        &PUBLIC[..129],
        &"Z".repeat(130),
    ] {
        assert_eq!(Sm2PublicKey::from_text(text), Err(SmError));
    }
}

/// Case I: private keys out of range or of another form.
#[test]
fn bad_private_keys_are_refused() {
    let n = decode_hex(N).unwrap();
    let near = |minus: u8| {
        let mut bytes = n.clone();
        bytes[31] -= minus;
        bytes
    };
    for bad in [
        vec![0; 32],
        vec![0xff; 32],
        near(0),
        near(1),
        vec![1; 31],
        vec![1; 33],
        vec![],
    ] {
        assert!(Sm2PrivateKey::from_bytes(&bad).is_err(), "{bad:02x?}");
    }
    assert!(Sm2PrivateKey::from_bytes(&near(2)).is_ok());
    for text in [
        "",
        "zz",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
        &D[..62],
    ] {
        assert!(Sm2PrivateKey::from_text(text).is_err());
    }
    // The same bytes under the name of curve P-256.
    let pem = key().expose_pem().unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = decode_base64(&body).unwrap();
    let wrap = |der: &[u8]| {
        let body = crate::sm::encode_base64(der);
        let lines: Vec<_> = body
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect();
        format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            lines.join("\n")
        )
    };
    assert!(Sm2PrivateKey::from_text(&wrap(&der)).is_ok());
    let sm2 = decode_hex("2a811ccf5501822d").unwrap();
    let p256 = decode_hex("2a8648ce3d030107").unwrap();
    let at = der.windows(8).position(|window| window == sm2).unwrap();
    let renamed = [&der[..at], &p256, &der[at + 8..]].concat();
    assert!(Sm2PrivateKey::from_text(&wrap(&renamed)).is_err());
}

struct BrokenRng;
impl rand_core::TryRng for BrokenRng {
    type Error = std::io::Error;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Err(std::io::Error::other("no entropy"))
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Err(std::io::Error::other("no entropy"))
    }
    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        Err(std::io::Error::other("no entropy"))
    }
}
impl TryCryptoRng for BrokenRng {}

#[test]
fn no_entropy_no_signature() {
    assert_eq!(key().sign(&[b"text"], &mut BrokenRng), Err(SmError));
    assert!(Sm2PrivateKey::generate(&mut BrokenRng).is_err());
    assert!(Sm2PrivateKey::generate(&mut rng()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn signatures_hold_for_their_text_only(
        text in prop::collection::vec(any::<u8>(), 1..200),
        bit in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let key = key();
        let signature = key.sign(&[&text], &mut ChaCha20Rng::seed_from_u64(seed)).unwrap();
        prop_assert_eq!(key.public_key().verify(&[&text], &signature), Ok(()));
        let bit = bit.index(text.len() * 8);
        let mut altered = text;
        altered[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(key.public_key().verify(&[&altered], &signature), Err(SmError));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..140)) {
        let public = key().public_key().clone();
        if let Ok(signature) = Sm2Signature::from_bytes(&bytes) {
            prop_assert!(public.verify(&[b"text"], &signature).is_err());
        }
        if let Ok(signature) = Sm2Signature::from_der(&bytes) {
            prop_assert_eq!(signature.to_der(), Ok(bytes.clone()));
        }
        if let Ok(key) = Sm2PublicKey::from_bytes(&bytes) {
            prop_assert!(key.to_bytes().ends_with(&bytes));
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = (Sm2PrivateKey::from_text(&text).is_ok(), decode_base64(&text).is_ok());
    }
}
