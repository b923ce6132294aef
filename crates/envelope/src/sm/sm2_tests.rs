//! Vectors, other implementations, and the must-reject cases A, B, C, E, F
//! and I of the crypto report.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use ::sm2::{
    AffinePoint, FieldBytes, ProjectivePoint, U256,
    elliptic_curve::{PrimeField, ops::Reduce, point::AffineCoordinates, sec1::FromSec1Point},
};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use super::*;
use crate::sm::{decode_base64, decode_hex};

/// Test key of a public fixture (vector V3); it guards nothing.
const D: &str = "211fee8c3c5fee2fad3dc926fc9403366d2def02cdd0bb5bd683ca015d99db7f";
const PUBLIC: &str = "0417cc16abaebedc7f87b2e0a508c0cb93631761db7fa19adece712c6aade1d673e389b5e902df7a2e6fe3917b0f55747e00d74e36e939ecc3e7967b7058a91858";
/// k of GB/T 32918.5, of V4 and of V6.
const K: &str = "59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21";
const N: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123";

fn key() -> Sm2PrivateKey {
    Sm2PrivateKey::from_text(D).unwrap()
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(7)
}

fn scalar(hex: &str) -> Scalar {
    reduce(&decode_hex(hex).unwrap())
}

fn reduce(bytes: &[u8]) -> Scalar {
    <Scalar as Reduce<U256>>::reduce(&U256::from_be_slice(bytes))
}

fn x_of(point: ProjectivePoint) -> Scalar {
    reduce(&point.to_affine().x())
}

fn point_of(key: &Sm2PublicKey) -> ProjectivePoint {
    AffinePoint::from_sec1_point(&key.key.to_sec1_point(false))
        .unwrap()
        .into()
}

fn join(r: &[u8], s: &[u8]) -> Sm2Signature {
    Sm2Signature::from_bytes(&[r, s].concat()).unwrap()
}

/// Signs with a given k: only tests may, for the standard's own examples.
fn sign_with_k(key: &Sm2PrivateKey, message: &[u8], k: &str) -> Sm2Signature {
    let e = reduce(&key.public.digest(&[message]));
    let (d, k) = (*key.signing.as_nonzero_scalar().as_ref(), scalar(k));
    let r = e + x_of(ProjectivePoint::GENERATOR * k);
    let s = (d + Scalar::ONE).invert().unwrap() * (k - r * d);
    join(&r.to_repr(), &s.to_repr())
}

/// GB/T 32918.5, signature example.
#[test]
fn standard_example() {
    let key = Sm2PrivateKey::from_text(
        "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8",
    )
    .unwrap();
    let signature = sign_with_k(&key, b"message digest", K);
    let r = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3";
    let s = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";
    assert_eq!(
        signature.as_bytes().as_slice(),
        decode_hex(&format!("{r}{s}")).unwrap()
    );
    assert_eq!(
        key.public_key()
            .verify(&[b"message", b" digest"], &signature),
        Ok(())
    );
}

/// V4: Z, e and the signature over V1's text with a given k, and the same
/// with another user id.
#[test]
fn vector_v4() {
    let text = concat!(
        r#"appId=43AF047BBA47FC8A1AE8EFB232BDBBCB&data={"appId":"43AF047BBA47FC8A1AE8EFB232BDBBCB","#,
        r#""appUserId":"o8z4C5avQXqC0aWFPf1Mzu6D7WCQ_bd","idNo":"350181199011193519","idType":"01","#,
        r#""phoneNumber":"13763873033","userName":"测试"}&encType=SM4&signType=SM2"#,
        "&timestamp=20200207175759&version=1.0.0&key=4117E877F5FA0A0188891283E4B617D5",
    );
    let key = key();
    let public = key.public_key();
    assert_eq!(
        sm3(&[text.as_bytes()]).to_hex(),
        "e71c3c0b3fe0fc3540856803190a3bcf0d4d809a2067a305abd495af4ceb1a60"
    );
    assert_eq!(
        public.z().as_slice(),
        decode_hex("32bf0ec390b9fbb0343e9e0252085f8e83e4bbb1a3f8677485833965e67a796c").unwrap()
    );
    assert_eq!(
        public.digest(&[text.as_bytes()]).as_slice(),
        decode_hex("1d931545403ae640d84ab7045d28a04648bab8964724167c5837726dafb49cde").unwrap()
    );
    let signature = sign_with_k(&key, text.as_bytes(), K);
    assert_eq!(
        signature.to_base64(),
        "In8Rts7H/dk6Tukq66Ce/IoY53RVK1KLp5uBOt3JN1Ht6IvWRXI2khexfkyGGmlaxncxD2cJuTuR4vICIkVwBg=="
    );
    let other = key
        .with_user_id("4117E877F5FA0A0188891283E4B617D5")
        .unwrap();
    let signature = sign_with_k(&other, text.as_bytes(), K);
    assert_eq!(
        signature.to_base64(),
        "c7vlgd5m1kHTBtvh5d2o/2ehbPzJ9pu+YQtoRG2Po56AUS8maP50yJNJZ8QYpH0RnK0C8++k7pe34TlHuds7Xw=="
    );
    assert_eq!(
        other.public_key().verify(&[text.as_bytes()], &signature),
        Ok(())
    );
    assert_eq!(public.verify(&[text.as_bytes()], &signature), Err(SmError));
}

/// V6's signature, made again with its k.
#[test]
fn vector_v6_signature() {
    let e = decode_hex("224a15a8db1b2da060481bac60b976d987a07cda253450cd4033062731ed9310").unwrap();
    let text = concat!(
        r#"appId=43AF047BBA47FC8A1AE8EFB232BDBBCB&data={"amt":12.50,"setlinfo":{"gend":"1","#,
        r#""psn_name":"测试"}}&encType=SM4&nonce=3f6c1b5ad2e84c7f9a10&requestId=H61040000001202611220001"#,
        "&signType=SM2&timestamp=20261122080000&version=1.0.0&key=4117E877F5FA0A0188891283E4B617D5",
    );
    assert_eq!(key().public_key().digest(&[text.as_bytes()]).as_slice(), e);
    assert_eq!(
        sign_with_k(&key(), text.as_bytes(), K).to_base64(),
        "JzYSGmmoRTjCTE3S7zF1j8j+q7gzO4zcj5cU9GACLYNti1NvwBzzlKMgjOTmlGBHxvdrK8d8nKcAhXjwnyQBDA=="
    );
}

#[test]
fn every_published_key_form() {
    let public = Sm2PublicKey::from_text(PUBLIC).unwrap();
    let bytes = public.to_bytes();
    let forms = [
        PUBLIC.to_uppercase(),
        PUBLIC[2..].to_owned(),
        public.to_base64(),
        crate::sm::encode_base64(&bytes[1..]),
        public.to_pem().unwrap(),
    ];
    for form in &forms {
        assert_eq!(
            Sm2PublicKey::from_text(form).as_ref(),
            Ok(&public),
            "{form}"
        );
    }
    let d = decode_hex(D).unwrap();
    let forms = [
        D.to_uppercase(),
        format!("00{D}"),
        crate::sm::encode_base64(&d),
        crate::sm::encode_base64(&[&[0][..], &d].concat()),
        key().expose_pem().unwrap().to_string(),
    ];
    for form in &forms {
        assert_eq!(
            Sm2PrivateKey::from_text(form).unwrap().public_key(),
            &public
        );
    }
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", key()).to_lowercase();
    assert!(shown.contains("***") && !shown.contains(D));
    let base64 = crate::sm::encode_base64(&decode_hex(D).unwrap()).to_lowercase();
    assert!(!shown.contains(&base64));
}

/// Hedged: two signatures of one text differ, and both hold.
#[test]
fn signing_is_hedged() {
    let (key, mut rng) = (key(), rng());
    let one = key.sign(&[b"text"], &mut rng).unwrap();
    let two = key.sign(&[b"text"], &mut rng).unwrap();
    assert_ne!(one, two);
    for signature in [one, two] {
        assert_eq!(key.public_key().verify(&[b"te", b"xt"], &signature), Ok(()));
    }
}

/// A user id whose bit length has no two-byte form is refused.
#[test]
fn user_id_has_a_limit() {
    assert!(key().with_user_id(&"x".repeat(8191)).is_ok());
    assert!(key().with_user_id(&"x".repeat(8192)).is_err());
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

/// A signer and a verifier that share no code with ours.
#[test]
fn agrees_with_other_implementations() {
    let (key, mut rng) = (key(), rng());
    let context = libsm::sm2::signature::SigCtx::new();
    let public = context.load_pubkey(&decode_hex(PUBLIC).unwrap()).unwrap();
    for index in 0..8_u8 {
        let message = vec![index; usize::from(index) * 37];
        let theirs = sm_crypto::sm2::Sign::new(D).sign_der(&message, true);
        let theirs = Sm2Signature::from_der(&theirs).unwrap();
        assert_eq!(key.public_key().verify(&[&message], &theirs), Ok(()));
        let ours = key.sign(&[&message], &mut rng).unwrap();
        let (r, s) = ours.as_bytes().split_at(32);
        let ours = libsm::sm2::signature::Signature::new(r, s);
        assert!(context.verify(&message, &public, &ours).unwrap());
    }
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
