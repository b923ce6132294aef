//! The text that is signed.

use std::fmt;

use zeroize::Zeroizing;

use super::AppCredentials;

/// Stands between the members and the secret.
const KEY: &str = "&key=";

/// The members of a message as `k=v`, sorted by ASCII and joined by `&`, then
/// `&key=` and appSecret. The secret is borrowed, never copied, so that the
/// text can be kept and shown without it.
pub struct SignedText<'a> {
    members: String,
    secret: &'a str,
}

impl<'a> SignedText<'a> {
    /// Builds the text. `signData`, `extra` and empty members are left out.
    /// Which of `data` and `encData` is signed depends on the convention, so
    /// the caller gives the right one.
    #[must_use]
    pub fn new(members: &[(&str, &str)], credentials: &'a AppCredentials) -> Self {
        let mut signed: Vec<&(&str, &str)> = members
            .iter()
            .filter(|(name, value)| !matches!(*name, "signData" | "extra") && !value.is_empty())
            .collect();
        signed.sort_unstable();
        let length = signed
            .iter()
            .map(|(name, value)| name.len() + value.len() + 2)
            .sum();
        let mut text = String::with_capacity(length);
        for (name, value) in signed {
            if !text.is_empty() {
                text.push('&');
            }
            text.push_str(name);
            text.push('=');
            text.push_str(value);
        }
        Self {
            members: text,
            secret: credentials.app_secret(),
        }
    }

    /// The text in the parts that [`crate::sm::Sm2PublicKey::verify`] and its
    /// kin take.
    #[must_use]
    pub fn parts(&self) -> [&[u8]; 3] {
        [
            self.members.as_bytes(),
            KEY.as_bytes(),
            self.secret.as_bytes(),
        ]
    }

    /// The text with `***` in the place of the secret.
    #[must_use]
    pub fn redacted(&self) -> String {
        [&self.members, KEY, "***"].concat()
    }

    /// The whole text, secret included.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new([&self.members, KEY, self.secret].concat())
    }
}

impl fmt::Debug for SignedText<'_> {
    // The members may hold patient data in plain form: no more than a length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedText({} bytes)", self.members.len())
    }
}
