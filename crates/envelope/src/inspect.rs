//! Why does this signature not verify? Takes a message apart, shows what the
//! other side should have signed, and tries the known misunderstandings of
//! the published conventions, singly and in pairs.
//!
//! A diagnosis for people with the keys in hand: it tells apart what
//! [`crate::sealed::open`] must not, so never answer a stranger with it.
//!
//! ```
//! use chs_envelope::{inspect::{Inspection, Verdict}, sm::Sm2PrivateKey};
//! # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//! # let mut rng = ChaCha20Rng::seed_from_u64(1);
//! let key = Sm2PrivateKey::generate(&mut rng)?;
//! // The sender forgot `&key=appSecret`.
//! let signature = key.sign(&[b"data={\"a\":1}&version=1.0.0"], &mut rng)?;
//! let message = format!(
//!     r#"{{"version":"1.0.0","data":{{"a":1}},"signData":"{}"}}"#,
//!     signature.to_base64()
//! );
//! let report = Inspection::new(message.as_bytes(), vec![key.public_key().clone()])
//!     .with_app_secret("a-secret-of-this-example")
//!     .run()?;
//! let Verdict::Explained(why) = &report.verdict else { panic!() };
//! assert_eq!(why[0].id(), "secret-left-out");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decrypt;
mod making;
mod misunderstanding;
mod report;
mod search;
mod signature_form;
mod style;
mod subject;

use zeroize::Zeroizing;

pub use misunderstanding::Misunderstanding;
pub use report::{KeyFacts, Report, SignatureFacts, Verdict};
pub use subject::InspectError;

use crate::{
    canonical::Scalars,
    sm::{Sm2PublicKey, Sm4Key},
};

/// A message with what is needed to understand it.
pub struct Inspection<'a> {
    message: &'a [u8],
    keys: Vec<Sm2PublicKey>,
    app_secret: Option<Zeroizing<String>>,
    sm4_key: Option<Sm4Key>,
    scalars: Scalars,
    signature: Option<String>,
    show_secret: bool,
}

impl<'a> Inspection<'a> {
    /// Inspects `message` against the sender's public key, the first of
    /// `keys`, with the user id it is agreed to use. The others are tried as
    /// keys that may have been taken by mistake.
    #[must_use]
    pub const fn new(message: &'a [u8], keys: Vec<Sm2PublicKey>) -> Self {
        Self {
            message,
            keys,
            app_secret: None,
            sm4_key: None,
            scalars: Scalars::Native,
            signature: None,
            show_secret: false,
        }
    }

    /// Adds appSecret, which is signed and gives the key of `SM4`.
    #[must_use]
    pub fn with_app_secret(mut self, secret: &str) -> Self {
        self.app_secret = Some(Zeroizing::new(secret.to_owned()));
        self
    }

    /// Adds the SM4 key of `SM4-GCM`, or of a transaction's encrypted input.
    #[must_use]
    pub fn with_sm4_key(mut self, key: Sm4Key) -> Self {
        self.sm4_key = Some(key);
        self
    }

    /// Sets how numbers and booleans enter the canonical text by agreement.
    #[must_use]
    pub const fn with_scalars(mut self, scalars: Scalars) -> Self {
        self.scalars = scalars;
        self
    }

    /// Takes this signature in the place of the message's own.
    #[must_use]
    pub fn with_signature(mut self, text: &str) -> Self {
        self.signature = Some(text.to_owned());
        self
    }

    /// Shows appSecret in the signed text instead of `***`.
    #[must_use]
    pub const fn showing_secret(mut self, show: bool) -> Self {
        self.show_secret = show;
        self
    }

    /// Looks into everything.
    ///
    /// # Errors
    /// When the message is not a JSON object, or there is no key.
    pub fn run(&self) -> Result<Report, InspectError> {
        search::run(self)
    }
}
