//! Sealing and signing.

use rand_core::TryCryptoRng;
use serde_json::Value;

use super::{
    AnswerEnvelope, AppCredentials, EncType, Envelope, Head, Outcome, Timestamp,
    envelope::signed_text,
};
use crate::{
    canonical::Document,
    sm::{Signer, Sm2PublicKey, Sm2Signature, SmError, ToSign, encode_upper_hex},
};

/// Why a message cannot be sealed: always the sender's own mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The data is not a JSON object.
    #[error("data 应为 JSON 对象 data must be a JSON object")]
    NotAnObject,
    /// `SM4-GCM` without a key of the application's own.
    #[error("该应用没有 SM4-GCM 密钥 the application has no SM4-GCM key")]
    NoGcmKey,
    /// The head was made for another application.
    #[error("appId 与密钥不符 the head belongs to another appId")]
    OtherApp,
    /// The generator of random numbers failed.
    #[error(transparent)]
    Crypto(#[from] SmError),
}

/// Seals and signs a request. The canonical text of `data` is what is sealed,
/// as the published convention has it.
///
/// # Errors
/// As [`SealError`] says.
pub fn seal_request<S: Signer + ?Sized, R: TryCryptoRng + ?Sized>(
    head: Head,
    data: &Value,
    credentials: &AppCredentials,
    sender: &S,
    rng: &mut R,
) -> Result<Envelope, SealError> {
    let document = object(data)?;
    let canonical = document.canonical(credentials.scalars());
    let public = sender.public_key();
    let sealed = seal(head, &canonical, &canonical, None, credentials, public, rng)?;
    let signature = sender.sign_one(&ToSign::new(sealed.e, rng)?)?;
    Ok(sealed.signed(signature))
}

/// Seals and signs the answer to `request`, with the platform's key: the same
/// appId, nonce, requestId and encType, a time of its own.
///
/// All of `data` is sealed, `null` and empty members included, so that
/// `findings: []` reaches the caller as such; the signed text follows the
/// canonical rules all the same, and the receiver drops the empty members
/// before it verifies, as it must anyway.
///
/// # Errors
/// As [`SealError`] says.
pub fn seal_answer<S: Signer + ?Sized, R: TryCryptoRng + ?Sized>(
    request: &Head,
    timestamp: Timestamp,
    outcome: Outcome,
    data: &Value,
    credentials: &AppCredentials,
    platform: &S,
    rng: &mut R,
) -> Result<AnswerEnvelope, SealError> {
    let public = platform.public_key();
    let unsigned = unsigned_answer(request, timestamp, outcome, data, credentials, public, rng)?;
    let signature = platform.sign_one(&ToSign::new(*unsigned.digest(), rng)?)?;
    Ok(unsigned.signed(signature))
}

/// The first half of [`seal_answer`]: the answer sealed, not yet signed. For a platform that
/// gathers answers and has them signed together ([`Signer::sign_many`]). `platform` is the
/// public key of the signer.
///
/// # Errors
/// As [`SealError`] says.
pub fn unsigned_answer<R: TryCryptoRng + ?Sized>(
    request: &Head,
    timestamp: Timestamp,
    outcome: Outcome,
    data: &Value,
    credentials: &AppCredentials,
    platform: &Sm2PublicKey,
    rng: &mut R,
) -> Result<UnsignedAnswer, SealError> {
    let document = object(data)?;
    let canonical = document.canonical(credentials.scalars());
    let head = request.answered_at(timestamp);
    let plaintext = document.compact();
    let sealed = seal(
        head,
        &plaintext,
        &canonical,
        Some(&outcome),
        credentials,
        platform,
        rng,
    )?;
    Ok(UnsignedAnswer { sealed, outcome })
}

/// A sealed answer that waits for its signature.
pub struct UnsignedAnswer {
    sealed: Sealed,
    outcome: Outcome,
}

impl UnsignedAnswer {
    /// The digest e that is to be signed.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.sealed.e
    }

    /// The answer with its signature, which has to be the platform's over
    /// [`Self::digest`]: it is not looked at here.
    #[must_use]
    pub fn signed(self, signature: Sm2Signature) -> AnswerEnvelope {
        AnswerEnvelope::new(self.sealed.signed(signature), self.outcome)
    }
}

/// A message but for its signature.
struct Sealed {
    head: Head,
    enc_data: String,
    /// The digest that is to be signed.
    e: [u8; 32],
}

impl Sealed {
    fn signed(self, signature: Sm2Signature) -> Envelope {
        Envelope::new(self.head, self.enc_data, signature)
    }
}

fn object(data: &Value) -> Result<Document<'_>, SealError> {
    if data.is_object() {
        Ok(Document::from_value(data))
    } else {
        Err(SealError::NotAnObject)
    }
}

fn seal<R: TryCryptoRng + ?Sized>(
    head: Head,
    plaintext: &str,
    canonical: &str,
    outcome: Option<&Outcome>,
    credentials: &AppCredentials,
    key: &Sm2PublicKey,
    rng: &mut R,
) -> Result<Sealed, SealError> {
    if head.app_id() != credentials.app_id() {
        return Err(SealError::OtherApp);
    }
    let sealed = match head.enc_type() {
        EncType::Sm4 => credentials.key2().ecb_encrypt(plaintext.as_bytes()),
        EncType::Sm4Gcm => {
            let key = credentials.gcm_key().ok_or(SealError::NoGcmKey)?;
            key.gcm_seal(head.aad().as_bytes(), plaintext.as_bytes(), rng)?
        }
    };
    let enc_data = encode_upper_hex(&sealed);
    let text = signed_text(&head, canonical, &enc_data, outcome, credentials);
    let e = key.digest(&text.parts());
    Ok(Sealed { head, enc_data, e })
}
