//! A number as signed digits, each of which a table of multiples answers with one entry.

use ::sm2::{FieldBytes, Scalar, elliptic_curve::PrimeField};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

/// How many digits of `width` bits a number has: one bit more than the number itself, for
/// the carry out of its top digit.
pub(super) const fn count(width: u32) -> u32 {
    (Scalar::NUM_BITS + 1).div_ceil(width)
}

/// The digits of a number to the base 2^w, from the lowest on: a digit above 2^(w−1) is
/// written as itself less 2^w, and one more in the next, so that half the multiples are
/// enough for a table. Without end: past the number's top they are zero.
///
/// In constant time: neither a branch nor an address depends on the number.
pub(super) struct SignedDigits {
    /// The number, its lowest byte first.
    bytes: Zeroizing<FieldBytes>,
    /// The next byte to be taken.
    next: usize,
    /// Bits that were taken and not yet written as a digit.
    window: u32,
    bits: u32,
    carry: u32,
    width: u32,
}

/// One digit.
pub(super) struct Digit {
    /// At most 2^(w−1).
    pub(super) size: u32,
    pub(super) negative: Choice,
}

impl SignedDigits {
    /// `width` is at most 16.
    pub(super) fn new(number: &Scalar, width: u32) -> Self {
        let mut bytes = Zeroizing::new(number.to_repr());
        bytes.reverse();
        Self {
            bytes,
            next: 0,
            window: 0,
            bits: 0,
            carry: 0,
            width,
        }
    }
}

impl Iterator for SignedDigits {
    type Item = Digit;

    fn next(&mut self) -> Option<Digit> {
        let (full, half) = (1_u32 << self.width, 1_u32 << (self.width - 1));
        while self.bits < self.width {
            let byte = self.bytes.get(self.next).copied().unwrap_or(0);
            self.window |= u32::from(byte) << self.bits;
            self.bits += 8;
            self.next += 1;
        }
        let digit = (self.window & (full - 1)) + self.carry;
        self.window >>= self.width;
        self.bits -= self.width;
        // One where the digit is above the half, else zero.
        self.carry = (digit + half - 1) >> self.width;
        let negative = self.carry.ct_eq(&1);
        let size = u32::conditional_select(&digit, &full.wrapping_sub(digit), negative);
        Some(Digit { size, negative })
    }
}

/// Nothing, single bits, one less and their negatives: what a table is tried with.
#[cfg(test)]
pub(super) fn edge_numbers() -> impl Iterator<Item = Scalar> {
    let powers = std::iter::successors(Some(Scalar::ONE), |power| Some(power.double()));
    let around = |power: Scalar| [power, power - Scalar::ONE, -power];
    std::iter::once(Scalar::ZERO).chain(powers.take(256).flat_map(around))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use sm2::{U256, elliptic_curve::ops::Reduce};

    use super::*;

    /// The digits add up to the number, none is too large, and none is left over.
    fn check(number: Scalar) {
        for width in 2..=16 {
            let (mut sum, mut power) = (Scalar::ZERO, Scalar::ONE);
            let mut digits = SignedDigits::new(&number, width);
            for digit in digits.by_ref().take(count(width).try_into().unwrap()) {
                assert!(digit.size <= 1 << (width - 1), "width {width}");
                let part = power * Scalar::from(u64::from(digit.size));
                sum += Scalar::conditional_select(&part, &-part, digit.negative);
                (0..width).for_each(|_| power = power.double());
            }
            assert_eq!(sum, number, "width {width}");
            assert!(digits.take(4).all(|digit| digit.size == 0), "width {width}");
        }
    }

    #[test]
    fn edges() {
        edge_numbers().for_each(check);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_number(bytes: [u8; 32]) {
            check(<Scalar as Reduce<U256>>::reduce(&U256::from_be_slice(&bytes)));
        }
    }
}
