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
    /// Where `data` ends, if nothing but `appId` stands before it.
    data_end: Option<usize>,
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
        let data_at = match signed.get(..2) {
            Some([("appId", _), ("data", _)]) => Some(1),
            _ => None,
        };
        let mut data_end = None;
        for (place, (name, value)) in signed.into_iter().enumerate() {
            if !text.is_empty() {
                text.push('&');
            }
            text.push_str(name);
            text.push('=');
            text.push_str(value);
            if data_at == Some(place) {
                data_end = Some(text.len());
            }
        }
        Self {
            members: text,
            data_end,
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

    /// The text up to the end of `data`, if it begins with `appId` and `data`, and the parts
    /// behind.
    pub(super) fn parts_at_data(&self) -> Option<(&[u8], [&[u8]; 3])> {
        let (beginning, rest) = self.members.split_at_checked(self.data_end?)?;
        let [_, key, secret] = self.parts();
        Some((beginning.as_bytes(), [rest.as_bytes(), key, secret]))
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
