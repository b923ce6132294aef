//! Which signatures a text may stand for.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::Misunderstanding as M;
use crate::sm::{Sm2Signature, decode_base64, decode_hex};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// A reading of the text, and what is wrong with it if this is the right one.
pub(super) type Reading = (Sm2Signature, Vec<M>);

/// Every reading, the agreed one first, no signature twice.
pub(super) fn readings(text: &str) -> Vec<Reading> {
    let mut all: Vec<Reading> = Vec::new();
    for (bytes, wrong) in byte_forms(text) {
        for (signature, more) in pairs(&bytes) {
            let wrong = [wrong.clone(), more].concat();
            match all.iter_mut().find(|(seen, _)| *seen == signature) {
                Some((_, seen)) if seen.len() > wrong.len() => *seen = wrong,
                Some(_) => {}
                None => all.push((signature, wrong)),
            }
        }
    }
    all.sort_by_key(|(_, wrong)| wrong.len());
    all
}

fn byte_forms(text: &str) -> Vec<(Vec<u8>, Vec<M>)> {
    let mut forms = Vec::new();
    let packed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let broken = if packed == text {
        vec![]
    } else {
        vec![M::LineBreaks]
    };
    let also = |more: &[M]| [broken.clone(), more.to_vec()].concat();
    if let Ok(bytes) = decode_hex(&packed) {
        forms.push((bytes, also(&[M::HexForm])));
    }
    let base64 =
        |alphabet: &alphabet::Alphabet| GeneralPurpose::new(alphabet, LENIENT).decode(&packed).ok();
    let standard = decode_base64(&packed).ok().map(|bytes| (bytes, vec![]));
    let unpadded = || base64(&alphabet::STANDARD).map(|bytes| (bytes, vec![M::Unpadded]));
    let url_safe = || base64(&alphabet::URL_SAFE).map(|bytes| (bytes, vec![M::UrlSafe]));
    if let Some((bytes, wrong)) = standard.or_else(unpadded).or_else(url_safe) {
        let inner = std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| decode_hex(text).ok());
        if let Some(inner) = inner {
            forms.push((inner, also(&[&wrong[..], &[M::Base64OfHex]].concat())));
        }
        forms.push((bytes, also(&wrong)));
    }
    forms
}

/// r and s in bytes, in either order.
fn pairs(bytes: &[u8]) -> Vec<Reading> {
    let mut pairs = Vec::new();
    if let Ok(signature) = Sm2Signature::from_bytes(bytes) {
        pairs.push((signature, vec![]));
    } else if let Ok(signature) = Sm2Signature::from_der(bytes) {
        pairs.push((signature, vec![M::DerForm]));
    } else if (40..64).contains(&bytes.len()) {
        // Where r ends is not known: every place that leaves both at most 32
        // bytes.
        for end in bytes.len().saturating_sub(32)..=32 {
            let (r, s) = bytes.split_at(end);
            let mut whole = [0; 64];
            let (left, right) = whole.split_at_mut(32);
            left.iter_mut()
                .rev()
                .zip(r.iter().rev())
                .for_each(|(to, from)| *to = *from);
            right
                .iter_mut()
                .rev()
                .zip(s.iter().rev())
                .for_each(|(to, from)| *to = *from);
            if let Ok(signature) = Sm2Signature::from_bytes(&whole) {
                pairs.push((signature, vec![M::ZerosCut]));
            }
        }
    }
    let swapped = |(signature, wrong): &Reading| {
        let (r, s) = signature.as_bytes().split_at(32);
        let swapped = Sm2Signature::from_bytes(&[s, r].concat()).ok()?;
        Some((swapped, [&wrong[..], &[M::Swapped]].concat()))
    };
    let swapped: Vec<_> = pairs.iter().filter_map(swapped).collect();
    pairs.extend(swapped);
    pairs
}
