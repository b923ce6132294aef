//! How a sender may have come from its data to a digest.

use zeroize::Zeroizing;

use super::{
    Inspection, Misunderstanding as M,
    style::{Quote, Style},
    subject::{Kind, Subject},
};
use crate::{
    canonical::{Document, Scalars},
    sm::{DEFAULT_USER_ID, Sm2PublicKey, encode_lower_hex, sm3},
};

/// What is known of the message, gathered for many tries.
pub(super) struct Makings<'a> {
    pub(super) inspection: &'a Inspection<'a>,
    pub(super) subject: &'a Subject<'a>,
    /// The data's JSON text, if it could be read.
    pub(super) plain: Option<&'a str>,
}

impl Makings<'_> {
    /// The canonical text of the data, or for a transaction its text as sent.
    pub(super) fn canonical(&self) -> Option<String> {
        self.data(&[])
    }

    /// The data as a sender with these misunderstandings writes it.
    fn data(&self, wrong: &[M]) -> Option<String> {
        let plain = self.plain?;
        let document = Document::parse(plain.as_bytes()).ok()?;
        let mut style = Style::default();
        if self.inspection.scalars == Scalars::Text {
            style.quote = Quote::All;
        }
        // A transaction signs its input as sent, so that any style at all is a
        // departure.
        let mut as_sent = self.subject.kind == Kind::Transaction;
        for one in wrong {
            match one {
                M::Unsorted => as_sent = true,
                M::CanonicalSigned => as_sent = false,
                M::KeysByCase => style.ignore_case = true,
                M::ScalarsAsText => style.quote = Quote::All,
                M::TopScalarsAsText => style.quote = Quote::Top,
                M::ScalarsNative => style.quote = Quote::None,
                M::NullsKept => style.keep_null = true,
                M::EmptyTextKept => style.keep_empty_text = true,
                M::EmptyContainersKept => style.keep_empty_containers = true,
                M::AllEmptyKept => {
                    style.keep_null = true;
                    style.keep_empty_text = true;
                    style.keep_empty_containers = true;
                }
                M::UnicodeEscaped => style.escape_unicode = true,
                M::SlashEscaped => style.escape_slash = true,
                M::Blanks => style.blanks = true,
                M::NumbersRewritten => style.rewrite_numbers = true,
                _ => {}
            }
        }
        Some(if as_sent {
            plain.to_owned()
        } else {
            style.write(&document)
        })
    }

    /// The text that such a sender signs; `secret` stands for appSecret, so
    /// that the text can be shown without it. `None` when the data is needed
    /// and could not be read.
    pub(super) fn text(&self, wrong: &[M], secret: &str) -> Option<Zeroizing<String>> {
        let has = |one| wrong.contains(&one);
        let end = if has(M::TrailingNewline) { "\n" } else { "" };
        if self.subject.kind == Kind::Transaction {
            return Some(Zeroizing::new(self.data(wrong)? + end));
        }
        let mut members: Vec<(&str, &str)> = self
            .subject
            .members
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .filter(|(_, text)| !text.is_empty())
            .filter(|(name, _)| !(has(M::NonceLeftOut) && matches!(*name, "nonce" | "requestId")))
            .collect();
        let sealed_signed = (self.subject.gcm || has(M::EncDataSigned)) && !has(M::DataSigned);
        let data = if sealed_signed {
            None
        } else {
            Some(self.data(wrong)?)
        };
        match &data {
            None => members.push(("encData", self.subject.enc_data.as_deref()?)),
            Some(data) if data == "{}" => {}
            Some(data) => members.push(("data", data)),
        }
        members.sort_unstable();
        if has(M::KeysByCase) {
            members.sort_by_key(|(name, _)| name.to_lowercase());
        }
        let members: Vec<String> = members
            .iter()
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        let members = members.join("&");
        let key = if has(M::SecretLeftOut) {
            String::new()
        } else if has(M::SecretEmpty) {
            "&key=".to_owned()
        } else {
            format!("&key={secret}")
        };
        Some(Zeroizing::new(members + &key + end))
    }

    /// e, as such a sender reckons it with this key.
    pub(super) fn digest(&self, wrong: &[M], key: &Sm2PublicKey) -> Option<[u8; 32]> {
        let secret = self.inspection.app_secret.as_deref();
        let text = self.text(wrong, secret.map_or("", |secret| secret))?;
        let mut message = text.as_bytes().to_vec();
        let user_id = self.user_id(wrong);
        let key = match user_id {
            None => key.clone(),
            Some(id) => key.with_user_id(&id).ok()?,
        };
        let hash = sm3(&[&message]);
        for one in wrong {
            match one {
                M::HashedTwice => message = hash.as_bytes().to_vec(),
                M::HashedTwiceHex => message = hash.to_hex().into_bytes(),
                M::MessageAsHex => message = encode_lower_hex(&message).into_bytes(),
                _ => {}
            }
        }
        let mut e = key.digest(&[&message]);
        if wrong.contains(&M::NoZ) {
            e = *sm3(&[&message]).as_bytes();
        }
        if wrong.contains(&M::DigestHashedAgain) {
            e = *sm3(&[&e]).as_bytes();
        }
        Some(e)
    }

    fn user_id(&self, wrong: &[M]) -> Option<String> {
        let secret = self.inspection.app_secret.as_deref();
        wrong.iter().find_map(|one| match one {
            M::UserIdEmpty => Some(String::new()),
            M::UserIdDefault => Some(DEFAULT_USER_ID.to_owned()),
            M::UserIdSecret => secret.map(|secret| secret.to_owned()),
            M::UserIdAppId => self.subject.member("appId").map(ToOwned::to_owned),
            _ => None,
        })
    }
}
