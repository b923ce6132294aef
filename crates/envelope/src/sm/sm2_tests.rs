//! Vectors that need a given k, key forms, and other implementations.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use ::sm2::{
    ProjectivePoint, U256,
    elliptic_curve::{ops::Reduce, point::AffineCoordinates},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use super::*;
use crate::sm::{Sm2Signature, base_multiple::base_multiple, decode_hex, sm3};

/// Test key of a public fixture (vector V3); it guards nothing.
pub(super) const D: &str = "211fee8c3c5fee2fad3dc926fc9403366d2def02cdd0bb5bd683ca015d99db7f";
pub(super) const PUBLIC: &str = "0417cc16abaebedc7f87b2e0a508c0cb93631761db7fa19adece712c6aade1d673e389b5e902df7a2e6fe3917b0f55747e00d74e36e939ecc3e7967b7058a91858";
/// k of GB/T 32918.5, of V4 and of V6.
pub(super) const K: &str = "59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21";

pub(super) fn key() -> Sm2PrivateKey {
    Sm2PrivateKey::from_text(D).unwrap()
}

pub(super) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(7)
}

pub(super) fn scalar(hex: &str) -> Scalar {
    reduce(&decode_hex(hex).unwrap())
}

pub(super) fn reduce(bytes: &[u8]) -> Scalar {
    <Scalar as Reduce<U256>>::reduce(&U256::from_be_slice(bytes))
}

pub(super) fn x_of(point: ProjectivePoint) -> Scalar {
    reduce(&point.to_affine().x())
}

pub(super) fn join(r: &[u8], s: &[u8]) -> Sm2Signature {
    Sm2Signature::from_bytes(&[r, s].concat()).unwrap()
}

/// Signs with a given k: only tests may, for the standard's own examples.
fn sign_with_k(key: &Sm2PrivateKey, message: &[u8], k: &str) -> Sm2Signature {
    let e = reduce(&key.public.digest(&[message]));
    let k = scalar(k);
    let point = base_multiple(&k).to_affine();
    key.signature(e, &k, &point).unwrap()
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
