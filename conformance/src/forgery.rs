//! Signatures that a careless verifier takes for good.
//!
//! GB/T 32918.2, 7.1 begins with the ranges of r and s (1 to n−1) and refuses r + s = n.
//! Libraries that leave this out accept the numbers made here.

use num_bigint::BigUint;
use serde::Deserialize;

use crate::crypto::{self, CryptoError, PrivateKey, PublicKey};

/// Order n of the curve (GB/T 32918.5).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x23,
];

/// What stands in the place of the genuine r‖s; always in standard Base64 unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Form {
    /// Made from the public key alone, s of 64 bytes, in DER.
    ForgedDer,
    /// The same numbers, r and s one after the other.
    ForgedRaw,
    /// (0, s).
    ZeroR,
    /// (r, 0).
    ZeroS,
    /// (n, s).
    RIsOrder,
    /// (r, n).
    SIsOrder,
    /// (r, n − r).
    SumIsOrder,
    /// Both numbers 2^256 − 1.
    AllOnes,
    /// (r + n, s) in DER: the same numbers modulo n.
    RPlusOrderDer,
    /// (r, s + n) in DER.
    SPlusOrderDer,
    /// (r, s + n), one after the other.
    SPlusOrderRaw,
    /// The genuine (r, s) in DER.
    Der,
    /// The genuine (r, s) in DER whose length is written in two bytes.
    DerLongLength,
    /// The genuine (r, s) in DER with a needless zero before s.
    DerPaddedInteger,
    /// The genuine (r, s) in DER and one byte more.
    DerTrailing,
    /// The genuine (r, s) in DER of indefinite length.
    DerIndefinite,
    /// 64 random bytes.
    Random,
    /// (s, r).
    Swapped,
    /// (r, n − s): genuine for an ECDSA verifier, not for SM2.
    Negated,
    /// The genuine r‖s without its last byte.
    Truncated,
    /// The genuine r‖s and one byte more.
    Trailing,
}

/// A pair of numbers of any size.
pub(crate) struct Pair {
    r: BigUint,
    s: BigUint,
}

impl Pair {
    /// r‖s, each in at least 32 bytes.
    pub(crate) fn raw(&self) -> Vec<u8> {
        [aligned(&self.r), aligned(&self.s)].concat()
    }

    /// SEQUENCE of two INTEGERs (X.690), shorter than 128 bytes.
    pub(crate) fn der(&self) -> Vec<u8> {
        let body = [integer(&self.r), integer(&self.s)].concat();
        [vec![0x30, byte(body.len())], body].concat()
    }
}

/// A signature of `message` by the owner of `key`, made without the private key.
///
/// s = s₀ + k·2^256: a verifier that multiplies by the low 256 bits of s, but takes all of
/// it for t = r + s, lets s₀ and t be chosen apart. With t = 1 the point is s₀·G + P.
///
/// # Errors
/// [`CryptoError`] when the system gives no random number.
pub(crate) fn from_public_key(key: &PublicKey, message: &[u8]) -> Result<Pair, CryptoError> {
    let n = BigUint::from_bytes_be(&ORDER);
    let mut low: [u8; 32] = crypto::random()?;
    // Below n in any case.
    low[0] &= 0x7f;
    let x = crypto::first_coordinate(&PrivateKey::from_bytes(&low)?, key)?;
    let e = crypto::digest(key, message);
    let r = (BigUint::from_bytes_be(&e) + BigUint::from_bytes_be(&x)) % &n;
    let low = BigUint::from_bytes_be(&low);
    let shift = BigUint::from(2u8).pow(256);
    let rest = (BigUint::from(1u8) + &n + &n - &r - &low) % &n;
    // n is prime: the inverse by Fermat.
    let inverse = shift.modpow(&(&n - 2u8), &n);
    let k = rest * inverse % &n;
    Ok(Pair {
        r,
        s: low + k * shift,
    })
}

/// The bytes of a form, from the genuine r‖s.
///
/// # Errors
/// [`CryptoError::Sign`] when `genuine` is no r‖s.
pub(crate) fn bytes(
    form: Form,
    genuine: &[u8],
    key: &PublicKey,
    message: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let (r, s) = genuine.split_at_checked(32).ok_or(CryptoError::Sign)?;
    let (r, s) = (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s));
    let n = BigUint::from_bytes_be(&ORDER);
    let zero = BigUint::ZERO;
    let raw = |r: BigUint, s: BigUint| Pair { r, s }.raw();
    let der = |r: BigUint, s: BigUint| Pair { r, s }.der();
    Ok(match form {
        Form::ForgedDer => from_public_key(key, message)?.der(),
        Form::ForgedRaw => from_public_key(key, message)?.raw(),
        Form::ZeroR => raw(zero, s),
        Form::ZeroS => raw(r, zero),
        Form::RIsOrder => raw(n, s),
        Form::SIsOrder => raw(r, n),
        Form::SumIsOrder => {
            let s = n - &r;
            raw(r, s)
        }
        Form::AllOnes => vec![0xff; 64],
        Form::RPlusOrderDer => der(r + n, s),
        Form::SPlusOrderDer => der(r, s + n),
        Form::SPlusOrderRaw => raw(r, s + n),
        Form::Der => der(r, s),
        Form::DerLongLength => {
            let der = der(r, s);
            let (tag, rest) = der.split_at_checked(1).ok_or(CryptoError::Sign)?;
            [tag, &[0x81], rest].concat()
        }
        Form::DerPaddedInteger => {
            let s = [vec![0], integer_bytes(&s)].concat();
            let body = [integer(&r), vec![0x02, byte(s.len())], s].concat();
            [vec![0x30, byte(body.len())], body].concat()
        }
        Form::DerTrailing => [der(r, s), vec![0]].concat(),
        Form::DerIndefinite => {
            let body = [integer(&r), integer(&s)].concat();
            [vec![0x30, 0x80], body, vec![0, 0]].concat()
        }
        Form::Random => crypto::random::<64>()?.to_vec(),
        Form::Swapped => raw(s, r),
        Form::Negated => {
            let s = n - &s;
            raw(r, s)
        }
        Form::Truncated => genuine.iter().copied().take(63).collect(),
        Form::Trailing => [genuine, &[0]].concat(),
    })
}

/// Big-endian, padded to 32 bytes, longer where the number is.
fn aligned(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; 32usize.saturating_sub(bytes.len())], bytes].concat()
}

/// INTEGER (X.690, 8.3): minimal, a zero in front where the first bit is set.
fn integer(number: &BigUint) -> Vec<u8> {
    let bytes = integer_bytes(number);
    [vec![0x02, byte(bytes.len())], bytes].concat()
}

fn integer_bytes(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| *first >= 0x80) {
        bytes.insert(0, 0);
    }
    bytes
}

fn byte(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_but_the_genuine_numbers_is_refused_and_has_its_length() {
        let key = PrivateKey::from_bytes(&[0x21; 32]).unwrap();
        let public = key.public();
        let genuine = crypto::sign(&key, b"message").unwrap();
        for (form, length) in [
            (Form::ForgedRaw, 32 + 64),
            (Form::ZeroR, 64),
            (Form::ZeroS, 64),
            (Form::RIsOrder, 64),
            (Form::SIsOrder, 64),
            (Form::SumIsOrder, 64),
            (Form::AllOnes, 64),
            (Form::Random, 64),
            (Form::Swapped, 64),
            (Form::Negated, 64),
            (Form::Truncated, 63),
            (Form::Trailing, 65),
        ] {
            let bytes = bytes(form, &genuine, &public, b"message").unwrap();
            // k·2^256 may begin with zero bytes.
            assert!(
                bytes.len() == length || form == Form::ForgedRaw && bytes.len() > 90,
                "{form:?}"
            );
            assert!(!crypto::verify(&public, b"message", &bytes), "{form:?}");
        }
        let der = bytes(Form::Der, &genuine, &public, b"message").unwrap();
        assert_eq!((der[0], usize::from(der[1])), (0x30, der.len() - 2));
        for (form, more) in [
            (Form::DerLongLength, 1),
            (Form::DerPaddedInteger, 1),
            (Form::DerTrailing, 1),
            (Form::DerIndefinite, 2),
        ] {
            let other = bytes(form, &genuine, &public, b"message").unwrap();
            assert_eq!(other.len(), der.len() + more, "{form:?}");
            assert!(!crypto::verify(&public, b"message", &other), "{form:?}");
        }
        for number in genuine.chunks(32) {
            assert!(der.windows(32).any(|part| part == number), "{der:02x?}");
        }
    }

    #[test]
    fn numbers_plus_the_order_are_the_same_numbers_modulo_it() {
        let key = PrivateKey::from_bytes(&[0x21; 32]).unwrap();
        let genuine = crypto::sign(&key, b"message").unwrap();
        let n = BigUint::from_bytes_be(&ORDER);
        let raw = bytes(Form::SPlusOrderRaw, &genuine, &key.public(), b"message").unwrap();
        let s = BigUint::from_bytes_be(&raw[32..]);
        assert!(s > n);
        assert_eq!(s % n, BigUint::from_bytes_be(&genuine[32..]));
    }
}
