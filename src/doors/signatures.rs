//! Signatures that are made together.
//!
//! Several signatures at once cost less than the same one after the other
//! ([`Signer::sign_many`]), so what a worker has ready at the same moment, often the calls of
//! one transaction, is signed at once. A digest waits in its worker's queue while the rest of
//! what the worker has ready goes on, and perhaps comes to wait there too. Then the first
//! that finds itself unsigned signs for all.
//!
//! Nobody waits for a clock, nor for another caller: one that hangs up leaves its place to
//! whoever signs next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chs_envelope::sm::{Signer, Sm2Signature, SmError, ToSign};
use rand::rngs::SysRng;
use tokio::sync::oneshot::{self, error::TryRecvError};

/// Most signatures at once: together they hold up the worker for a millisecond or two.
const MOST: usize = 64;

/// What a worker has to sign.
pub struct Signatures {
    signer: Arc<dyn Signer>,
    waiting: Mutex<Vec<Waiting>>,
}

struct Waiting {
    digest: ToSign,
    tell: oneshot::Sender<Result<Sm2Signature, SmError>>,
}

impl Signatures {
    /// Of this signer.
    pub fn new(signer: Arc<dyn Signer>) -> Signatures {
        Signatures {
            signer,
            waiting: Mutex::default(),
        }
    }

    /// Signs a digest that was reckoned with the signer's public key.
    ///
    /// # Errors
    /// The source of random numbers or the signer failed.
    pub async fn sign(&self, e: [u8; 32]) -> Result<Sm2Signature, SmError> {
        let digest = ToSign::new(e, &mut SysRng)?;
        let (tell, mut told) = oneshot::channel();
        self.waiting().push(Waiting { digest, tell });
        // What the worker has ready comes first, and may join.
        tokio::task::yield_now().await;
        loop {
            match told.try_recv() {
                Ok(signed) => return signed,
                // Whoever was signing it broke off.
                Err(TryRecvError::Closed) => return Err(SmError),
                Err(TryRecvError::Empty) if self.sign_waiting() => {}
                // Taken out by somebody who is still at it.
                Err(TryRecvError::Empty) => return told.await.unwrap_or(Err(SmError)),
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signs what waits longest; whether anything did.
    fn sign_waiting(&self) -> bool {
        let taken: Vec<Waiting> = {
            let mut waiting = self.waiting();
            let count = waiting.len().min(MOST);
            waiting.drain(..count).collect()
        };
        let any = !taken.is_empty();
        // A caller that hung up needs no signature.
        let wanted = taken.into_iter().filter(|one| !one.tell.is_closed());
        let (digests, tell): (Vec<ToSign>, Vec<_>) =
            wanted.map(|one| (one.digest, one.tell)).unzip();
        for (tell, signed) in tell.into_iter().zip(self.signer.sign_many(&digests)) {
            let _ = tell.send(signed);
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use chs_envelope::sm::{Sm2PrivateKey, Sm2PublicKey};
    use futures_util::{FutureExt, future::join_all};

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
        let digests: Vec<[u8; 32]> = (0..150).map(|n| [n; 32]).collect();
        let signed = join_all(digests.iter().map(|e| signatures.sign(*e))).await;
        for (e, signed) in digests.iter().zip(signed) {
            let verified = noted.public_key().verify_digest(e, &signed.unwrap());
            assert_eq!(verified, Ok(()));
        }
        assert_eq!(*noted.batches.lock().unwrap(), [64, 64, 22]);
        // One that is alone waits for nobody.
        let signed = signatures.sign([200; 32]).await.unwrap();
        let verified = noted.public_key().verify_digest(&[200; 32], &signed);
        assert_eq!(verified, Ok(()));
        assert_eq!(*noted.batches.lock().unwrap(), [64, 64, 22, 1]);
    }

    #[actix_web::test]
    async fn an_error_reaches_all_it_concerns_and_nobody_later() {
        let (_, signatures) = noted(Some([3; 32]));
        let signed = join_all((0..5).map(|n| signatures.sign([n; 32]))).await;
        assert_eq!(signed, vec![Err(SmError); 5]);
        assert!(signatures.sign([1; 32]).await.is_ok());
    }

    #[actix_web::test]
    async fn a_caller_that_hangs_up_harms_nobody() {
        let (noted, signatures) = noted(None);
        let mut gone = Box::pin(signatures.sign([1; 32]));
        assert!(gone.as_mut().now_or_never().is_none(), "it waits");
        drop(gone);
        let signed = join_all((2..5).map(|n| signatures.sign([n; 32]))).await;
        assert!(signed.iter().all(Result::is_ok));
        assert_eq!(*noted.batches.lock().unwrap(), [3]);
    }
}
