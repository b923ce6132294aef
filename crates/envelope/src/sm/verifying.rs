//! Verification of SM3withSM2 signatures (GB/T 32918.2, 7.1), steps B1 and B2 and B5 to B7.
//!
//! Everything here is public, so nothing needs constant time.

use ::sm2::{
    AffinePoint, FieldBytes, ProjectivePoint, Scalar, Sm2, U256,
    elliptic_curve::{
        Curve, CurveGroup, Group, PrimeField,
        bigint::CheckedAdd,
        ops::{MulVartime, Reduce},
        point::{AffineCoordinates, DecompressPoint},
    },
};
use subtle::Choice;

use super::{Sm2PublicKey, Sm2Signature, SmError, key_tables, point_table::PointTable};

/// A signature over a digest, and whose it is said to be.
#[derive(Debug, Clone, Copy)]
pub struct ToVerify<'a> {
    /// The key.
    pub key: &'a Sm2PublicKey,
    /// e of GB/T 32918.2, 7.1: [`Sm2PublicKey::digest`] with this key.
    pub e: &'a [u8; 32],
    /// The signature.
    pub signature: &'a Sm2Signature,
}

/// Verifies several signatures: as many answers, in their order, each as
/// [`Sm2PublicKey::verify_digest`] would give it, for less than one after the other.
#[must_use]
pub fn verify_many(all: &[ToVerify<'_>]) -> Vec<Result<(), SmError>> {
    let checks: Vec<Option<Check>> = all.iter().map(Check::of).collect();
    let points: Vec<ProjectivePoint> = checks.iter().flatten().map(|check| check.point).collect();
    // A single point is judged without its coordinates; several share what they cost.
    if let [_] = *points {
        let judged = checks.iter().map(|check| check.as_ref()?.alone());
        return judged.map(|right| right.ok_or(SmError)).collect();
    }
    let mut affine = vec![AffinePoint::IDENTITY; points.len()];
    ProjectivePoint::batch_normalize(&points, &mut affine);
    let mut affine = affine.iter();
    let judged = checks
        .iter()
        .map(|check| check.as_ref()?.with(affine.next()?));
    judged.map(|right| right.ok_or(SmError)).collect()
}

/// What is left to compare: whether the x of a point, taken modulo n, is a number.
struct Check {
    point: ProjectivePoint,
    x: Scalar,
}

impl Check {
    /// Nothing for a signature that no comparison can save.
    fn of(one: &ToVerify<'_>) -> Option<Self> {
        // What has been parsed has 1 ≤ r, s < n.
        let signature = one.signature.parse().ok()?;
        let (r, s) = (signature.r(), signature.s());
        let t = *r + *s;
        if bool::from(t.is_zero()) {
            return None;
        }
        let of_key = multiple(one.key, &t);
        let point = PointTable::base().add_multiple(of_key, &s);
        let x = *r - Scalar::reduce(&FieldBytes::from(*one.e));
        (!bool::from(point.is_identity())).then_some(Self { point, x })
    }

    /// With the point's coordinates.
    fn with(&self, point: &AffinePoint) -> Option<()> {
        (Scalar::reduce(&point.x()) == self.x).then_some(())
    }

    /// By the two points that have this x. To find those costs less than the x of one point
    /// alone, which the library keeps as a fraction: a square root, not an inversion.
    fn alone(&self) -> Option<()> {
        // The coordinates go up to p, a little above n, so that x may stand for x + n as well.
        let x = self.x.to_repr();
        let beyond = U256::from_be_slice(&x).checked_add(&Sm2::ORDER);
        let beyond = beyond
            .into_option()
            .map(|x| FieldBytes::from(x.to_be_bytes()));
        let found = std::iter::once(x).chain(beyond).any(|x| {
            let even = AffinePoint::decompress(&x, Choice::from(0)).into_option();
            even.map(ProjectivePoint::from)
                .is_some_and(|even| self.point == even || self.point == -even)
        });
        found.then_some(())
    }
}

fn multiple(key: &Sm2PublicKey, t: &Scalar) -> ProjectivePoint {
    let point = key.point();
    match key_tables::table_of(key.z(), point) {
        Some(table) => table.add_multiple(ProjectivePoint::IDENTITY, t),
        None => ProjectivePoint::from(*point).mul_vartime(t),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;
    use crate::sm::Sm2PrivateKey;

    fn key(d: u8) -> Sm2PrivateKey {
        Sm2PrivateKey::from_bytes(&[d; 32]).unwrap()
    }

    #[test]
    fn none_at_all() {
        assert_eq!(verify_many(&[]), []);
    }

    /// Signatures that fail before there is a point, between two that hold.
    #[test]
    fn one_that_has_no_point_leaves_the_others_their_own() {
        let (key, e) = (key(7), [1; 32]);
        let good = key
            .sign_digest(&e, &mut ChaCha20Rng::seed_from_u64(1))
            .unwrap();
        let none = Sm2Signature::from_bytes(&[0; 64]).unwrap();
        for signatures in [
            &[none][..],
            &[none, good],
            &[good, none],
            &[none, none],
            &[good, none, good, none, good],
        ] {
            let all: Vec<ToVerify<'_>> = signatures
                .iter()
                .map(|signature| ToVerify {
                    key: key.public_key(),
                    e: &e,
                    signature,
                })
                .collect();
            let wanted: Vec<_> = signatures
                .iter()
                .map(|one| if *one == good { Ok(()) } else { Err(SmError) })
                .collect();
            assert_eq!(verify_many(&all), wanted);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Right ones, wrong ones, and ones of another key, in any order.
        #[test]
        fn many_as_one_by_one(
            drawn in prop::collection::vec((1_u8..4, 1_u8..4, any::<[u8; 32]>(), 0_usize..70), 0..12),
            seed: u64,
        ) {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let made: Vec<_> = drawn
                .iter()
                .map(|(signer, said, e, broken)| {
                    let signed = key(*signer).sign_digest(e, &mut rng).unwrap();
                    let mut bytes = *signed.as_bytes();
                    if let Some(byte) = bytes.get_mut(*broken) {
                        *byte ^= 1;
                    }
                    (key(*said), e, Sm2Signature::from_bytes(&bytes).unwrap(), signer == said && *broken >= 64)
                })
                .collect();
            let all: Vec<ToVerify<'_>> = made
                .iter()
                .map(|(key, e, signature, _)| ToVerify { key: key.public_key(), e, signature })
                .collect();
            let together = verify_many(&all);
            prop_assert_eq!(together.len(), all.len());
            for ((one, judged), (.., right)) in all.iter().zip(together).zip(&made) {
                prop_assert_eq!(judged.is_ok(), *right);
                prop_assert_eq!(one.key.verify_digest(one.e, one.signature), judged);
            }
        }
    }
}
