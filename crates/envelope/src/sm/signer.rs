//! Whoever can sign: a key in memory, an HSM, a signing server.

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::{Sm2PublicKey, Sm2Signature, SmError};

/// A digest that waits for its signature.
pub struct ToSign {
    /// e of GB/T 32918.2, 6.1: [`Sm2PublicKey::digest`].
    pub e: [u8; 32],
    /// 32 random bytes of this signature's own; a device that draws its own nonce leaves
    /// them aside.
    pub fresh: Zeroizing<[u8; 32]>,
}

impl ToSign {
    /// The digest e, with bytes of `rng`.
    ///
    /// # Errors
    /// When the generator fails.
    pub fn new<R: TryCryptoRng + ?Sized>(e: [u8; 32], rng: &mut R) -> Result<Self, SmError> {
        let mut fresh = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(fresh.as_mut_slice())
            .map_err(|_| SmError)?;
        Ok(Self { e, fresh })
    }
}

/// A holder of an SM2 private key.
///
/// The digest e is reckoned on this side, so that an implementation needs no
/// more than the one call of a cryptographic device that signs a digest with
/// a key inside it (GM/T 0018, `SDF_InternalSign_ECC`). It should verify what
/// a device gives back before it hands it on.
pub trait Signer: Send + Sync {
    /// The public key, with the user id under which messages are signed.
    fn public_key(&self) -> &Sm2PublicKey;

    /// Signs one digest.
    ///
    /// # Errors
    /// When the device or server refuses or fails.
    fn sign_one(&self, digest: &ToSign) -> Result<Sm2Signature, SmError>;

    /// Signs several digests: as many answers, in their order, each as [`Self::sign_one`]
    /// would give it. For signers to which several at once cost less, such as
    /// [`super::Sm2PrivateKey`]; the others leave it as it is, one after the other.
    fn sign_many(&self, digests: &[ToSign]) -> Vec<Result<Sm2Signature, SmError>> {
        digests.iter().map(|digest| self.sign_one(digest)).collect()
    }
}

/// Signs a message, given in parts, with any signer.
///
/// # Errors
/// When the generator or the signer fails.
pub fn sign_with<S: Signer + ?Sized, R: TryCryptoRng + ?Sized>(
    signer: &S,
    message: &[&[u8]],
    rng: &mut R,
) -> Result<Sm2Signature, SmError> {
    let e = signer.public_key().digest(message);
    signer.sign_one(&ToSign::new(e, rng)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;
    use crate::sm::Sm2PrivateKey;

    /// A signing server: the key is elsewhere, and here is what it answers.
    struct Server(Sm2PrivateKey);

    impl Signer for Server {
        fn public_key(&self) -> &Sm2PublicKey {
            self.0.public_key()
        }

        fn sign_one(&self, digest: &ToSign) -> Result<Sm2Signature, SmError> {
            let mut own = ChaCha20Rng::seed_from_u64(5);
            let signature = self.0.sign_digest(&digest.e, &mut own)?;
            self.public_key().verify_digest(&digest.e, &signature)?;
            Ok(signature)
        }
    }

    #[test]
    fn any_signer_signs() {
        let key = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
        let same = Sm2PrivateKey::from_bytes(&[7; 32]).unwrap();
        let server: Box<dyn Signer> = Box::new(Server(key));
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let signature = sign_with(server.as_ref(), &[b"te", b"xt"], &mut rng).unwrap();
        assert_eq!(server.public_key().verify(&[b"text"], &signature), Ok(()));
        let digests = [[1; 32], [2; 32]].map(|e| ToSign::new(e, &mut rng).unwrap());
        let signed = server.sign_many(&digests);
        assert_eq!(signed.len(), 2);
        for (digest, signed) in digests.iter().zip(signed) {
            let verified = server
                .public_key()
                .verify_digest(&digest.e, &signed.unwrap());
            assert_eq!(verified, Ok(()));
        }
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let in_memory = sign_with(&same, &[b"text"], &mut rng).unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        assert_eq!(same.sign(&[b"text"], &mut rng), Ok(in_memory));
    }
}
