//! An SM2 signature and its two published forms.

use std::fmt;

use ::sm2::dsa::Signature;

use super::SmError;

/// Longest DER form: two integers of 33 bytes, each with a two-byte header,
/// in a sequence with a two-byte header.
const DER_MAX: usize = 72;

/// An SM2 signature as r‖s, 64 bytes. Whether r and s lie in 1..n is part of
/// verification, so that a wrong signature has one answer only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sm2Signature([u8; 64]);

impl Sm2Signature {
    /// Takes r‖s, exactly 64 bytes.
    ///
    /// # Errors
    /// On any other length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SmError> {
        Ok(Self(bytes.try_into().map_err(|_| SmError)?))
    }

    /// Reads the form of `signData`: 88 characters of Base64.
    ///
    /// # Errors
    /// On another length or text that is not strict Base64.
    pub fn from_base64(text: &str) -> Result<Self, SmError> {
        Self::from_bytes(&super::decode_base64(text)?)
    }

    /// Reads the ASN.1 DER form (GB/T 35276) strictly: shortest lengths and
    /// integers, nothing behind them, 1 ≤ r, s < n.
    ///
    /// # Errors
    /// On every other encoding.
    pub fn from_der(der: &[u8]) -> Result<Self, SmError> {
        if der.len() > DER_MAX {
            return Err(SmError);
        }
        let signature = Signature::from_der(der).map_err(|_| SmError)?;
        let parsed = Self(signature.to_bytes().into());
        // One value has one encoding: whatever the reader let pass, only what
        // we would write ourselves is taken.
        if parsed.to_der()? == der {
            Ok(parsed)
        } else {
            Err(SmError)
        }
    }

    /// r‖s.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// The form of `signData`.
    #[must_use]
    pub fn to_base64(&self) -> String {
        super::encode_base64(&self.0)
    }

    /// The ASN.1 DER form, at most 72 bytes.
    ///
    /// # Errors
    /// When r or s is outside 1..n.
    pub fn to_der(&self) -> Result<Vec<u8>, SmError> {
        Ok(self.parse()?.to_der().to_vec())
    }

    /// The library's form, which exists only for 1 ≤ r, s < n.
    pub(super) fn parse(&self) -> Result<Signature, SmError> {
        Signature::from_slice(&self.0).map_err(|_| SmError)
    }
}

impl fmt::Debug for Sm2Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sm2Signature({})", self.to_base64())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// GB/T 32918.5 example: r begins with F5 and s with B1, so both integers
    /// carry a leading zero in DER.
    fn example() -> Sm2Signature {
        let r = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3";
        let s = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";
        Sm2Signature::from_bytes(&super::super::decode_hex(&format!("{r}{s}")).unwrap()).unwrap()
    }

    #[test]
    fn both_forms_round_trip() {
        let signature = example();
        let der = signature.to_der().unwrap();
        assert_eq!(der.len(), DER_MAX);
        assert_eq!(Sm2Signature::from_der(&der), Ok(signature));
        assert_eq!(
            Sm2Signature::from_base64(&signature.to_base64()),
            Ok(signature)
        );
    }

    #[test]
    fn only_64_bytes() {
        for length in [0, 63, 65, 96] {
            assert_eq!(Sm2Signature::from_bytes(&vec![1; length]), Err(SmError));
        }
    }

    /// Non-canonical encodings of a good signature (crypto report, case D).
    #[test]
    fn der_is_strict() {
        let good = example().to_der().unwrap();
        let mut trailing = good.clone();
        trailing.push(0);
        let mut trailing_inside = trailing.clone();
        trailing_inside[1] += 1;
        let mut long_length = vec![0x30, 0x81, good[1]];
        long_length.extend_from_slice(&good[2..]);
        let mut padded = vec![0x30, good[1] + 1, 0x02, 0x22, 0x00];
        padded.extend_from_slice(&good[4..]);
        let mut negative = vec![0x30, good[1] - 1, 0x02, 0x20];
        negative.extend_from_slice(&good[5..]);
        for bad in [
            trailing,
            trailing_inside,
            long_length,
            padded,
            negative,
            good[..71].to_vec(),
        ] {
            assert_eq!(Sm2Signature::from_der(&bad), Err(SmError), "{bad:02x?}");
        }
        let small = Sm2Signature::from_der(&[0x30, 6, 2, 1, 1, 2, 1, 1]).unwrap();
        assert_eq!((small.as_bytes()[31], small.as_bytes()[63]), (1, 1));
        assert_eq!(
            Sm2Signature::from_der(&[0x30, 6, 2, 1, 0, 2, 1, 1]),
            Err(SmError)
        );
        assert_eq!(
            Sm2Signature::from_der(&[0x30, 8, 2, 2, 0, 1, 2, 2, 0, 1]),
            Err(SmError)
        );
    }
}
