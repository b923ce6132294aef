//! The signatures of an HTTP worker: those of its callers, which it verifies, and its own
//! under their answers. What is ready at the same moment shares what it costs.

use std::sync::Arc;

use chs_envelope::sm::{self, Signer, Sm2Signature, SmError, ToSign, ToVerify};
use rand::rngs::SysRng;

use super::at_once::AtOnce;
use crate::caller::CallerKey;

const MOST_SIGNED: usize = 64;

/// Beyond these little is gained, and with keys that have no table yet each takes five times
/// as long.
const MOST_VERIFIED: usize = 16;

/// What a worker has to verify and to sign.
pub struct Signatures {
    signer: Arc<dyn Signer>,
    signing: AtOnce<ToSign, Result<Sm2Signature, SmError>>,
    verifying: AtOnce<Claimed, Result<(), SmError>>,
}

/// A signature that is said to be a caller's.
struct Claimed {
    key: Arc<CallerKey>,
    e: [u8; 32],
    signature: Sm2Signature,
}

impl Signatures {
    /// Of this signer.
    pub fn new(signer: Arc<dyn Signer>) -> Signatures {
        Signatures {
            signer,
            signing: AtOnce::new("chs_signed_at_once", MOST_SIGNED),
            verifying: AtOnce::new("chs_verified_at_once", MOST_VERIFIED),
        }
    }

    /// Whether a message waits to be verified.
    pub fn is_verifying(&self) -> bool {
        self.verifying.holds_any()
    }

    /// Signs a digest that was reckoned with the signer's public key.
    ///
    /// # Errors
    /// The source of random numbers or the signer failed.
    pub async fn sign(&self, e: [u8; 32]) -> Result<Sm2Signature, SmError> {
        let digest = ToSign::new(e, &mut SysRng)?;
        let signed = self.signing.done(digest, |all| self.signer.sign_many(all));
        signed.await.unwrap_or(Err(SmError))
    }

    /// Verifies a signature over a digest that was reckoned with this key of the caller.
    ///
    /// # Errors
    /// It is not this key's.
    pub async fn verify(
        &self,
        key: &Arc<CallerKey>,
        e: [u8; 32],
        signature: Sm2Signature,
    ) -> Result<(), SmError> {
        let claimed = Claimed {
            key: Arc::clone(key),
            e,
            signature,
        };
        let verified = self.verifying.done(claimed, |all| {
            let each = all.iter().map(|one| ToVerify {
                key: &one.key.public_key,
                e: &one.e,
                signature: &one.signature,
            });
            sm::verify_many(&each.collect::<Vec<_>>())
        });
        verified.await.unwrap_or(Err(SmError))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use chs_envelope::sm::{Sm2PrivateKey, Sm2PublicKey};
    use futures_util::future::join_all;

    use super::*;

    /// A key that notes how many digests it is given at a time, and which it refuses.
    struct Noted {
        key: Sm2PrivateKey,
        batches: Mutex<Vec<usize>>,
        refused: Option<[u8; 32]>,
    }

    impl Signer for Noted {
        fn public_key(&self) -> &Sm2PublicKey {
            self.key.public_key()
        }

        fn sign_one(&self, digest: &ToSign) -> Result<Sm2Signature, SmError> {
            self.key.sign_one(digest)
        }

        fn sign_many(&self, digests: &[ToSign]) -> Vec<Result<Sm2Signature, SmError>> {
            self.batches.lock().unwrap().push(digests.len());
            if digests.iter().any(|digest| Some(digest.e) == self.refused) {
                return digests.iter().map(|_| Err(SmError)).collect();
            }
            self.key.sign_many(digests)
        }
    }

    fn noted(refused: Option<[u8; 32]>) -> (Arc<Noted>, Signatures) {
        let noted = Arc::new(Noted {
            key: Sm2PrivateKey::generate(&mut SysRng).unwrap(),
            batches: Mutex::default(),
            refused,
        });
        let signatures = Signatures::new(noted.clone());
        (noted, signatures)
    }

    #[actix_web::test]
    async fn what_is_ready_together_is_signed_together() {
        let (noted, signatures) = noted(None);
        let digests: Vec<[u8; 32]> = (0..30).map(|n| [n; 32]).collect();
        let signed = join_all(digests.iter().map(|e| signatures.sign(*e))).await;
        for (e, signed) in digests.iter().zip(signed) {
            let verified = noted.public_key().verify_digest(e, &signed.unwrap());
            assert_eq!(verified, Ok(()));
        }
        assert_eq!(*noted.batches.lock().unwrap(), [30]);
    }

    #[actix_web::test]
    async fn an_error_reaches_all_it_concerns_and_nobody_later() {
        let (_, signatures) = noted(Some([3; 32]));
        let signed = join_all((0..5).map(|n| signatures.sign([n; 32]))).await;
        assert_eq!(signed, vec![Err(SmError); 5]);
        assert!(signatures.sign([1; 32]).await.is_ok());
    }
}
