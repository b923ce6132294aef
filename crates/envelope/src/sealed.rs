//! The sealed message: JSON whose business data is encrypted with SM4 and
//! whose members are signed with SM2.
//!
//! A request has the members `appId`, `encType`, `signType`, `timestamp`,
//! `version`, `nonce`, `requestId`, `encData`, `signData`, all non-empty
//! strings. An answer has `code` and `message` (strings) and `success` (a
//! JSON boolean, signed as the text `true` or `false`) besides. `extra` may be
//! added by anyone: it is never signed and never used.
//!
//! How a receiver goes about it:
//!
//! 1. [`Envelope::parse`] looks at the form alone and explains every refusal.
//! 2. The caller's keys are found by [`Head::app_id`], and
//!    [`Timestamp::is_fresh`] is asked with the receiver's own clock.
//! 3. [`open`] decrypts and verifies. All its failures are one [`OpenError`]. Receivers of
//!    many messages [`read_into`] first and verify several at a time.
//! 4. Only now is anything written down: the nonce, the requestId with
//!    [`Opened::digest`], the business.
//!
//! Two conventions of sealing, chosen by the sender ([`EncType`]):
//!
//! - `SM4`: the published convention of the mobile payment centre. The signed
//!   text holds the plain `data`, so the receiver must open first. A wrong
//!   padding, wrong JSON and a wrong signature get the same error after the
//!   same work.
//! - `SM4-GCM`: the signed text holds `encData`, so the receiver verifies
//!   first and opens only what a known sender has signed.

mod answer;
mod credentials;
mod data_digest;
mod envelope;
mod error;
mod form;
mod head;
mod open;
mod seal;
mod signed_text;
mod timestamp;
mod unverified;

pub use answer::{AnswerEnvelope, Outcome};
pub use credentials::{AppCredentials, CredentialsError};
pub use data_digest::DataDigest;
pub use envelope::Envelope;
pub use error::EnvelopeError;
pub use form::EXTRA_MAX;
pub use head::{EncType, Head, SIGN_TYPE, VERSION, fresh_nonce};
pub use open::{OpenError, Opened, OpenedAnswer, OpenedText, open, open_answer};
pub use seal::{SealError, UnsignedAnswer, seal_answer, seal_request, unsigned_answer};
pub use signed_text::SignedText;
pub use timestamp::Timestamp;
pub use unverified::{Plaintext, Unverified, read_into};
