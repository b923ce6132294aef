//! k·G for a secret k: from a table of multiples of the base point, in constant time.
//!
//! No branch and no address depends on the number. Every entry of a row is read, and
//! `subtle` keeps the one that is meant. It is added by the library's complete mixed
//! formula (Renes, Costello and Batina 2016, algorithm 5), which needs no case apart for a
//! sum that is the identity, or the entry itself; the one case that the formula leaves out,
//! an entry that is the identity, the library settles by a selection after the same work,
//! not by a branch. A zero digit therefore adds the identity like any other entry.

use std::sync::LazyLock;

use ::sm2::{AffinePoint, ProjectivePoint, Scalar};
use subtle::{ConditionallySelectable, ConstantTimeEq};

use super::{
    point_table::{Row, rows},
    signed_digits::{Digit, SignedDigits},
};

/// Bits of a number that one addition deals with: 43 rows of 32 entries, 99 KB, once in a
/// process. With 5 there are more additions, with 7 reading the rows costs what they save.
const WIDTH: u32 = 6;

static ROWS: LazyLock<Box<[Row]>> = LazyLock::new(|| rows(ProjectivePoint::GENERATOR, WIDTH));

/// `number`·G.
pub(super) fn base_multiple(number: &Scalar) -> ProjectivePoint {
    ROWS.iter()
        .zip(SignedDigits::new(number, WIDTH))
        .fold(ProjectivePoint::IDENTITY, |sum, (row, digit)| {
            sum + entry(row, &digit)
        })
}

/// The multiple of the row's point that a digit stands for.
fn entry(row: &Row, digit: &Digit) -> AffinePoint {
    let mut entry = AffinePoint::IDENTITY;
    for (size, multiple) in (1_u32..).zip(row) {
        entry.conditional_assign(multiple, size.ct_eq(&digit.size));
    }
    AffinePoint::conditional_select(&entry, &-entry, digit.negative)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sm2::{
        U256,
        elliptic_curve::{Group, ops::Reduce},
    };

    use super::*;
    use crate::sm::signed_digits::edge_numbers;

    fn check(number: Scalar) {
        let theirs = ProjectivePoint::mul_by_generator(&number);
        assert_eq!(base_multiple(&number), theirs);
    }

    fn reduced(bytes: &[u8; 32]) -> Scalar {
        <Scalar as Reduce<U256>>::reduce(&U256::from_be_slice(bytes))
    }

    /// The ends of the range, single bits, carries that run to the top.
    #[test]
    fn edges() {
        edge_numbers().for_each(check);
        assert!(bool::from(base_multiple(&Scalar::ZERO).is_identity()));
    }

    /// Every digit from −31 to 32, in every row.
    #[test]
    fn all_digits_the_same() {
        let rows = std::iter::successors(Some(Scalar::ONE), |power| {
            Some(power * &Scalar::from(64_u64))
        });
        // A digit in the top row would be more than a number holds.
        let ones: Scalar = rows.take(ROWS.len() - 1).sum();
        for digit in 0..=63_u64 {
            check(ones * Scalar::from(digit));
        }
        for byte in 0..=u8::MAX {
            check(reduced(&[byte; 32]));
        }
    }

    #[test]
    fn size() {
        assert_eq!(ROWS.iter().map(|row| row.len()).sum::<usize>(), 1_376);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn any_number(bytes: [u8; 32]) {
            check(reduced(&bytes));
        }
    }
}
