//! Multiples of a point, written down once, so that multiplying it by a
//! public number is additions alone.
//!
//! Variable time: for verification only, where every number is public. Signing
//! takes the rows alone, and goes through them its own way (`base_multiple`).

use std::sync::LazyLock;

use ::sm2::{
    AffinePoint, ProjectivePoint, Scalar,
    elliptic_curve::{CurveGroup, Group},
};

use super::signed_digits::{self, SignedDigits};

/// Bits of a number that one addition deals with, for the base point: 13,312
/// entries, 960 KB, once in a process. What is wider leaves the processor's
/// own cache.
const BASE_WIDTH: u32 = 10;

/// The same for a public key: 1,376 entries, 99 KB, once for each key in the
/// cache.
const KEY_WIDTH: u32 = 6;

pub(super) struct PointTable {
    width: u32,
    rows: Box<[Row]>,
}

/// The multiples that one digit of a number chooses from.
pub(super) type Row = Box<[AffinePoint]>;

static BASE: LazyLock<PointTable> =
    LazyLock::new(|| PointTable::new(ProjectivePoint::GENERATOR, BASE_WIDTH));

impl PointTable {
    /// The table of the curve's base point.
    pub(super) fn base() -> &'static Self {
        &BASE
    }

    /// The table of a public key.
    pub(super) fn of_key(point: &AffinePoint) -> Self {
        Self::new((*point).into(), KEY_WIDTH)
    }

    fn new(point: ProjectivePoint, width: u32) -> Self {
        let rows = rows(point, width);
        Self { width, rows }
    }

    /// `sum` + `number`·P.
    pub(super) fn add_multiple(&self, sum: ProjectivePoint, number: &Scalar) -> ProjectivePoint {
        let mut sum = sum;
        for (row, digit) in self.rows.iter().zip(SignedDigits::new(number, self.width)) {
            let place = usize::try_from(digit.size)
                .ok()
                .and_then(|size| size.checked_sub(1));
            if let Some(entry) = place.and_then(|place| row.get(place)) {
                if bool::from(digit.negative) {
                    sum -= entry;
                } else {
                    sum += entry;
                }
            }
        }
        sum
    }
}

/// Row i holds j·2^(w·i)·P for j in 1..=2^(w−1). The digits of a number are
/// signed, so that half the multiples are enough.
pub(super) fn rows(point: ProjectivePoint, width: u32) -> Box<[Row]> {
    let half = 1_usize << (width - 1);
    let mut start = point;
    (0..signed_digits::count(width))
        .map(|_| {
            let multiples: Vec<ProjectivePoint> =
                std::iter::successors(Some(start), |last| Some(last + &start))
                    .take(half)
                    .collect();
            // 2^w times where this row began is twice its last entry.
            start = multiples.last().unwrap_or(&start).double();
            let mut row = vec![AffinePoint::IDENTITY; half];
            ProjectivePoint::batch_normalize(&multiples, &mut row);
            row.into_boxed_slice()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use sm2::{U256, elliptic_curve::ops::Reduce};

    use super::*;
    use crate::sm::signed_digits::edge_numbers;

    fn check(number: Scalar) {
        let point = ProjectivePoint::GENERATOR * Scalar::from(0x5eed_u64);
        let key = PointTable::of_key(&point.to_affine());
        let start = ProjectivePoint::GENERATOR.double();
        assert_eq!(key.add_multiple(start, &number), start + point * number);
        let base = PointTable::base().add_multiple(start, &number);
        assert_eq!(base, start + ProjectivePoint::GENERATOR * number);
    }

    /// Numbers whose digits are all the same, whose carries run to the top,
    /// and the ends of the range.
    #[test]
    fn edges() {
        edge_numbers().for_each(check);
        for byte in [0, 0x55, 0xaa, 0x84, 0x42, 0x21, 0x10, 0x7f, 0xfe] {
            check(<Scalar as Reduce<U256>>::reduce(&U256::from_be_slice(
                &[byte; 32],
            )));
        }
    }

    #[test]
    fn adding_up_to_the_identity() {
        let base = PointTable::base();
        let minus = base.add_multiple(ProjectivePoint::GENERATOR, &-Scalar::ONE);
        assert!(bool::from(minus.is_identity()));
        let nothing = base.add_multiple(ProjectivePoint::IDENTITY, &Scalar::ZERO);
        assert!(bool::from(nothing.is_identity()));
    }

    #[test]
    fn sizes() {
        let entries = |table: &PointTable| table.rows.iter().map(|row| row.len()).sum::<usize>();
        assert_eq!(entries(PointTable::base()), 13_312);
        assert_eq!(entries(&PointTable::of_key(&AffinePoint::GENERATOR)), 1_376);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_number(bytes: [u8; 32]) {
            check(<Scalar as Reduce<U256>>::reduce(&U256::from_be_slice(&bytes)));
        }
    }
}
