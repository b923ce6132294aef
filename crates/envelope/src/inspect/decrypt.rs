//! Finding the plain data of a message, if need be with another key, another
//! padding or another way of writing.

use super::{
    Inspection, Misunderstanding as M,
    subject::{Kind, Subject},
};
use crate::{
    canonical::Document,
    sm::{Sm4Key, decode_base64, decode_hex, decode_upper_hex, encode_lower_hex, encode_upper_hex},
};

/// The data's JSON text, and how its sender departed from the convention.
pub(super) struct Plain {
    pub(super) text: String,
    pub(super) wrong: Vec<M>,
}

pub(super) fn plain(inspection: &Inspection<'_>, subject: &Subject<'_>) -> Option<Plain> {
    if let Some(text) = &subject.plain {
        let (text, wrong) = (text.clone(), vec![]);
        return Some(Plain { text, wrong });
    }
    let enc_data = subject.enc_data.as_deref()?;
    let mut best: Option<Plain> = None;
    for (bytes, coding) in codings(enc_data, subject.kind) {
        for (text, more) in opened(inspection, subject, &bytes) {
            let wrong = [coding.clone(), more].concat();
            if best
                .as_ref()
                .is_none_or(|best| wrong.len() < best.wrong.len())
            {
                best = Some(Plain { text, wrong });
            }
        }
    }
    best
}

fn codings(text: &str, kind: Kind) -> Vec<(Vec<u8>, Vec<M>)> {
    let base64_is_right = kind == Kind::Transaction;
    let upper = decode_upper_hex(text).map(|bytes| (bytes, vec![]));
    let lower = decode_hex(text).map(|bytes| (bytes, vec![M::LowerHex]));
    let base64 = decode_base64(text).map(|bytes| {
        let wrong = if base64_is_right {
            vec![]
        } else {
            vec![M::EncDataBase64]
        };
        (bytes, wrong)
    });
    [upper.or(lower), base64].into_iter().flatten().collect()
}

fn opened(
    inspection: &Inspection<'_>,
    subject: &Subject<'_>,
    bytes: &[u8],
) -> Vec<(String, Vec<M>)> {
    let mut all = Vec::new();
    if subject.gcm
        && let Some(key) = &inspection.sm4_key
    {
        let names = ["appId", "nonce", "requestId", "timestamp", "version"];
        let aad = names
            .map(|name| subject.member(name).unwrap_or_default())
            .join("|");
        let plain = key.gcm_open(aad.as_bytes(), bytes).ok();
        all.extend(plain.and_then(object_text).map(|text| (text, vec![])));
    }
    for (key, wrong) in keys(inspection, subject) {
        let Ok(blocks) = key.ecb_decrypt_blocks(bytes.to_vec()) else {
            continue;
        };
        if blocks.padding_ok {
            all.extend(object_text(blocks.bytes).map(|text| (text, wrong)));
        } else {
            let end = blocks.bytes.iter().rposition(|byte| *byte != 0);
            let cut = blocks
                .bytes
                .get(..end.map_or(0, |end| end + 1))
                .unwrap_or_default();
            let wrong = [wrong, vec![M::ZeroPadding]].concat();
            all.extend(object_text(cut.to_vec()).map(|text| (text, wrong)));
        }
    }
    all
}

fn object_text(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let object = Document::parse(text.as_bytes()).is_ok_and(|document| document.is_object());
    object.then_some(text)
}

/// The keys that may have been used for ECB, the right one first.
fn keys(inspection: &Inspection<'_>, subject: &Subject<'_>) -> Vec<(Sm4Key, Vec<M>)> {
    let first_16 = |bytes: &[u8]| Sm4Key::from_bytes(bytes.get(..16)?).ok();
    let mut keys = Vec::new();
    if subject.kind == Kind::Transaction {
        keys.extend(inspection.sm4_key.clone().map(|key| (key, vec![])));
    }
    let key1 = subject
        .member("appId")
        .and_then(|id| first_16(id.as_bytes()));
    let (Some(key1), Some(secret)) = (key1, &inspection.app_secret) else {
        return keys;
    };
    let e = key1.ecb_encrypt(secret.as_bytes());
    let candidates = [
        (first_16(encode_upper_hex(&e).as_bytes()), vec![]),
        (
            first_16(encode_lower_hex(&e).as_bytes()),
            vec![M::KeyLowerHex],
        ),
        (first_16(&e), vec![M::KeyFromHex]),
        (Some(key1), vec![M::KeyOne]),
        (first_16(secret.as_bytes()), vec![M::KeyOfSecret]),
    ];
    keys.extend(
        candidates
            .into_iter()
            .filter_map(|(key, wrong)| Some((key?, wrong))),
    );
    keys
}
