//! SM3withSM2 signing (GB/T 32918.2, 6.1), several digests at a time.
//!
//! In constant time: the secrets k, d and the inverse go through the library's
//! constant-time operations and through `base_multiple` alone. Only r, s and what they rule
//! out, all published or never used, decide a branch.

use ::sm2::{
    AffinePoint, FieldBytes, ProjectivePoint, Scalar, Sm2, U256,
    elliptic_curve::{Curve, CurveGroup, PrimeField, ops::Reduce, point::AffineCoordinates},
};
use ::sm3::Sm3;
use rand_core::TryCryptoRng;
use rfc6979::KGenerator;
use zeroize::Zeroizing;

use super::Sm2PrivateKey;
use crate::sm::{
    Signer, Sm2PublicKey, Sm2Signature, SmError, ToSign, base_multiple::base_multiple,
};

impl Sm2PrivateKey {
    /// Signs the message, given in parts. The nonce k comes from RFC 6979
    /// with 32 bytes of `rng` mixed in, so that neither a broken generator
    /// nor a fault during a repeated signature gives the key away.
    ///
    /// # Errors
    /// When the generator fails.
    pub fn sign<R: TryCryptoRng + ?Sized>(
        &self,
        message: &[&[u8]],
        rng: &mut R,
    ) -> Result<Sm2Signature, SmError> {
        self.sign_digest(&self.public.digest(message), rng)
    }

    /// As [`Self::sign`] with e already known.
    ///
    /// # Errors
    /// When the generator fails.
    pub fn sign_digest<R: TryCryptoRng + ?Sized>(
        &self,
        e: &[u8; 32],
        rng: &mut R,
    ) -> Result<Sm2Signature, SmError> {
        self.sign_one(&ToSign::new(*e, rng)?)
    }

    /// One try for each digest, with the nonce that comes after `refused` others.
    ///
    /// What costs most besides the multiplication is an inversion for the affine form of
    /// k·G. All digests share one: the library's inversion of many numbers multiplies them
    /// up and inverts the product, and takes the same steps whatever the numbers are; only
    /// how many there are shows, which is no secret.
    fn try_to_sign(&self, digests: &[ToSign], refused: usize) -> Vec<Option<Sm2Signature>> {
        let e: Vec<Scalar> = digests
            .iter()
            .map(|digest| Scalar::reduce(&FieldBytes::from(digest.e)))
            .collect();
        let nonces = digests.iter().zip(&e);
        let nonces: Zeroizing<Vec<Scalar>> = Zeroizing::new(
            nonces
                .map(|(digest, e)| self.nonce(e, &digest.fresh, refused))
                .collect(),
        );
        let points: Zeroizing<Vec<ProjectivePoint>> =
            Zeroizing::new(nonces.iter().map(base_multiple).collect());
        let mut affine = vec![AffinePoint::IDENTITY; points.len()];
        ProjectivePoint::batch_normalize(&points, &mut affine);
        let each = e.iter().zip(nonces.iter()).zip(&affine);
        each.map(|((e, k), point)| self.signature(*e, k, point))
            .collect()
    }

    /// The nonce of RFC 6979 for e, with the random bytes mixed in, after `refused` others.
    fn nonce(&self, e: &Scalar, fresh: &[u8; 32], refused: usize) -> Scalar {
        let d = Zeroizing::new(self.secrets.d.to_bytes());
        let mut nonces = KGenerator::<Sm3, U256>::new(&d, &e.to_repr(), fresh, &Sm2::ORDER);
        let mut bytes = Zeroizing::new(FieldBytes::default());
        for _ in 0..=refused {
            nonces.fill_next_k(&mut bytes);
        }
        // Below n already.
        Scalar::reduce(&*bytes)
    }

    /// Steps A5 to A7 for the digest `e`, the nonce `k` and the point k·G; `None` where the
    /// standard asks for another nonce.
    pub(super) fn signature(
        &self,
        e: Scalar,
        k: &Scalar,
        point: &AffinePoint,
    ) -> Option<Sm2Signature> {
        let r = e + Scalar::reduce(&point.x());
        // (1+d)⁻¹·(k − r·d), written with one multiplication.
        let s = self.secrets.inverse * (r + k) - r;
        let unusable = r.is_zero() | (r + k).is_zero() | s.is_zero();
        if bool::from(unusable) {
            return None;
        }
        let mut bytes = [0; 64];
        let (left, right) = bytes.split_at_mut(32);
        left.copy_from_slice(&r.to_repr());
        right.copy_from_slice(&s.to_repr());
        Sm2Signature::from_bytes(&bytes).ok()
    }
}

impl Signer for Sm2PrivateKey {
    fn public_key(&self) -> &Sm2PublicKey {
        &self.public
    }

    fn sign_one(&self, digest: &ToSign) -> Result<Sm2Signature, SmError> {
        let signed = self.sign_many(std::slice::from_ref(digest));
        signed.into_iter().next().unwrap_or(Err(SmError))
    }

    fn sign_many(&self, digests: &[ToSign]) -> Vec<Result<Sm2Signature, SmError>> {
        let signed = self.try_to_sign(digests, 0).into_iter().zip(digests);
        // A nonce is refused once in 2^255 times: two refusals mean a broken machine.
        let signed = signed.map(|(signed, digest)| {
            signed.or_else(|| self.try_to_sign(std::slice::from_ref(digest), 1).pop()?)
        });
        signed.map(|signed| signed.ok_or(SmError)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use ::sm2::elliptic_curve::{Group, ops::Reduce};
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;

    fn to_sign(digests: &[[u8; 32]], seed: u64) -> Vec<ToSign> {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let each = digests.iter().map(|e| ToSign::new(*e, &mut rng));
        each.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn none_at_all() {
        let key = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
        assert!(key.sign_many(&[]).is_empty());
    }

    /// What a refused nonce leads to: the next one of the generator, which signs as well.
    #[test]
    fn another_nonce() {
        let key = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
        let digests = to_sign(&[[1; 32], [2; 32]], 1);
        let (first, second) = (key.try_to_sign(&digests, 0), key.try_to_sign(&digests, 1));
        for (digest, (first, second)) in digests.iter().zip(first.iter().zip(&second)) {
            assert_ne!(first, second);
            for signature in [first, second] {
                let verified = key.public.verify_digest(&digest.e, &signature.unwrap());
                assert_eq!(verified, Ok(()));
            }
        }
    }

    /// Step A5 refuses r = 0 and r + k = n, step A6 refuses s = 0.
    #[test]
    fn refused_nonces() {
        let key = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
        let k = Scalar::from(0x5eed_u64);
        let point = ProjectivePoint::mul_by_generator(&k).to_affine();
        let x: Scalar = Reduce::reduce(&point.x());
        let of_r = |r: Scalar| key.signature(r - x, &k, &point);
        assert_eq!(of_r(Scalar::ZERO), None);
        assert_eq!(of_r(-k), None);
        // s = 0 where k = r·d.
        let r = k * key.secrets.d.invert().unwrap();
        assert_eq!(of_r(r), None);
        assert!(of_r(r + Scalar::ONE).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// The nonce and the signature of each are those that it has alone.
        #[test]
        fn many_as_one_by_one(
            d in 1_u8..=255,
            digests in prop::collection::vec(any::<[u8; 32]>(), 0..20),
            seed: u64,
        ) {
            let key = Sm2PrivateKey::from_bytes(&[d; 32]);
            prop_assume!(key.is_ok());
            let key = key.unwrap();
            let digests = to_sign(&digests, seed);
            let together = key.sign_many(&digests);
            prop_assert_eq!(together.len(), digests.len());
            for (digest, signed) in digests.iter().zip(together) {
                let signed = signed.unwrap();
                prop_assert_eq!(key.sign_one(digest), Ok(signed));
                prop_assert_eq!(key.public.verify_digest(&digest.e, &signed), Ok(()));
            }
        }
    }
}
