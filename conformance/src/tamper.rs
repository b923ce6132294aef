//! Hostile and clumsy changes of a message that was signed and sealed correctly.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    caller::Caller,
    canonical,
    case::Tamper,
    crypto,
    expect::{Lookup, to_json},
    forgery,
    message::Sealed,
    template,
};

/// What is finally sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wire {
    /// Bytes of the body.
    pub(crate) body: Vec<u8>,
    /// Media type.
    pub(crate) content_type: String,
}

/// Applies the changes and writes the message down.
///
/// # Errors
/// A text that says which change cannot be made; a fault of the case, not of the target.
pub(crate) fn apply(
    mut sealed: Sealed,
    data: &Value,
    caller: &Caller,
    changes: &[Tamper],
    lookup: &dyn Lookup,
) -> Result<Wire, String> {
    let mut content_type = "application/json".to_owned();
    let mut size = None;
    for change in changes {
        match change {
            Tamper::FlipBit { member, bit } => {
                let value = text_of(&mut sealed, member)?;
                *value = Value::String(flip(member, value, *bit)?);
            }
            Tamper::LowerHex => {
                let value = text_of(&mut sealed, "encData")?;
                *value = Value::String(value.as_str().unwrap_or_default().to_lowercase());
            }
            Tamper::Reseal { edit } => {
                let mut other = data.clone();
                template::apply(&mut other, edit, lookup)?;
                let plain = canonical::canonical(&other).unwrap_or_default();
                let again = hex::encode_upper(crypto::ecb_encrypt(&caller.key2, plain.as_bytes()));
                *text_of(&mut sealed, "encData")? = Value::String(again);
            }
            Tamper::ResealText { text } => {
                let text = lookup.fill(text)?;
                let again = crypto::ecb_encrypt(&caller.key2, text.as_bytes());
                *text_of(&mut sealed, "encData")? = Value::String(hex::encode_upper(again));
            }
            Tamper::Padding { last } => {
                let plain = canonical::canonical(data).unwrap_or_default();
                let again = padded_otherwise(&caller.key2, plain.as_bytes(), *last);
                *text_of(&mut sealed, "encData")? = Value::String(hex::encode_upper(again));
            }
            Tamper::Signature { form } => {
                let key = caller.private_key.public();
                let text = sealed.signed_text.clone();
                let value = text_of(&mut sealed, "signData")?;
                let genuine = STANDARD.decode(value.as_str().unwrap_or_default());
                let bytes = genuine
                    .map_err(|error| error.to_string())
                    .and_then(|genuine| {
                        forgery::bytes(*form, &genuine, &key, text.as_bytes())
                            .map_err(|error| error.to_string())
                    })?;
                *value = Value::String(STANDARD.encode(bytes));
            }
            Tamper::Set { member, value } => {
                let value = to_json(value, lookup)?;
                match sealed.member_mut(member) {
                    Some(old) => *old = value,
                    None => sealed.members.push((member.clone(), value)),
                }
            }
            Tamper::Remove { member } => sealed.members.retain(|(name, _)| name != member),
            Tamper::Duplicate { member } => {
                let value = text_of(&mut sealed, member)?.clone();
                sealed.members.push((member.clone(), value));
            }
            Tamper::PadBytes { bytes } | Tamper::Cut { bytes } => size = Some(*bytes),
            Tamper::ContentType { value } => content_type.clone_from(value),
        }
    }
    let mut body = sealed.to_json().into_bytes();
    if let Some(size) = size {
        body.resize(size, b' ');
    }
    Ok(Wire { body, content_type })
}

fn text_of<'a>(sealed: &'a mut Sealed, member: &str) -> Result<&'a mut Value, String> {
    sealed
        .member_mut(member)
        .ok_or_else(|| format!("the message has no {member}"))
}

/// SM4-ECB of a text whose padding ends in another byte than PKCS#7 asks for.
fn padded_otherwise(key: &[u8; crypto::BLOCK], plain: &[u8], last: u8) -> Vec<u8> {
    let missing = crypto::BLOCK - plain.len() % crypto::BLOCK;
    let mut padded = plain.to_vec();
    padded.resize(
        plain.len() + missing,
        u8::try_from(missing).unwrap_or(u8::MAX),
    );
    if let Some(end) = padded.last_mut() {
        *end = last;
    }
    let mut sealed = crypto::ecb_encrypt(key, &padded);
    // The library pads once more: that block is left out.
    sealed.truncate(padded.len());
    sealed
}

/// Flips one bit of the bytes behind a hex (encData) or Base64 (signData) text.
fn flip(member: &str, value: &Value, bit: i64) -> Result<String, String> {
    let text = value.as_str().unwrap_or_default();
    let is_hex = member == "encData";
    let bytes = if is_hex {
        hex::decode(text).ok()
    } else {
        STANDARD.decode(text).ok()
    };
    let mut bytes = bytes.ok_or_else(|| format!("{member} is neither hex nor Base64"))?;
    let bits = i64::try_from(bytes.len())
        .unwrap_or(i64::MAX)
        .saturating_mul(8);
    let at = if bit < 0 { bits + bit } else { bit };
    let byte = usize::try_from(at / 8)
        .ok()
        .and_then(|index| bytes.get_mut(index));
    *byte.ok_or_else(|| format!("{member} has no bit {bit}"))? ^= 1 << (at % 8);
    Ok(if is_hex {
        hex::encode_upper(&bytes)
    } else {
        STANDARD.encode(&bytes)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        caller::tests::caller,
        message::{self, Request},
        template::Scope,
    };

    fn sent(changes: &str) -> (Value, Wire) {
        let caller = caller();
        let request = Request {
            app_id: &caller.app_id,
            enc_type: message::SM4,
            timestamp: "20261122080000",
            nonce: "3f6c1b5ad2e84c7f9a10",
            request_id: "R-1",
            data: "{\"a\":1}",
            plain: "{\"a\":1}",
        };
        let sealed = message::seal(&caller, &caller.private_key, &request).unwrap();
        let before: Value = serde_json::from_str(&sealed.to_json()).unwrap();
        let changes: std::collections::HashMap<String, Vec<Tamper>> =
            toml::from_str(changes).unwrap();
        let steps = std::collections::HashMap::new();
        let scope = Scope {
            run: "r",
            case: "c",
            caller: None,
            steps: &steps,
        };
        (
            before,
            apply(sealed, &json!({"a": 1}), &caller, &changes["t"], &scope).unwrap(),
        )
    }

    fn bits_between(left: &[u8], right: &[u8]) -> u32 {
        assert_eq!(left.len(), right.len());
        left.iter()
            .zip(right)
            .map(|(left, right)| (left ^ right).count_ones())
            .sum()
    }

    #[test]
    fn a_flipped_bit_is_one_bit() {
        for bit in [0, 7, 100, -1] {
            let (before, wire) = sent(&format!("t=[{{flip-bit={{member='encData',bit={bit}}}}}]"));
            let after: Value = serde_json::from_slice(&wire.body).unwrap();
            let bytes = |value: &Value| hex::decode(value["encData"].as_str().unwrap()).unwrap();
            assert_eq!(bits_between(&bytes(&before), &bytes(&after)), 1);
            let (before, wire) = sent(&format!("t=[{{flip-bit={{member='signData',bit={bit}}}}}]"));
            let after: Value = serde_json::from_slice(&wire.body).unwrap();
            let bytes = |value: &Value| {
                STANDARD
                    .decode(value["signData"].as_str().unwrap())
                    .unwrap()
            };
            assert_eq!(bits_between(&bytes(&before), &bytes(&after)), 1);
        }
    }

    #[test]
    fn members_are_set_removed_doubled_and_resealed() {
        let (before, wire) = sent(
            "t=['lower-hex',{set={member='debug',value='1'}},{remove={member='nonce'}},{duplicate={member='version'}}]",
        );
        let text = String::from_utf8(wire.body.clone()).unwrap();
        assert_eq!(text.matches("\"version\"").count(), 2);
        assert!(text.contains("\"debug\":\"1\"") && !text.contains("\"nonce\""));
        assert!(text.contains(&before["encData"].as_str().unwrap().to_lowercase()));
        let (before, wire) = sent("t=[{reseal={edit=[{pointer='/a',set=2}]}}]");
        let after: Value = serde_json::from_slice(&wire.body).unwrap();
        let opened = crypto::ecb_decrypt(
            &caller().key2,
            &hex::decode(after["encData"].as_str().unwrap()).unwrap(),
        );
        assert_eq!(opened.unwrap(), b"{\"a\":2}");
        assert_eq!(before["signData"], after["signData"]);
    }

    #[test]
    fn other_texts_and_paddings_go_under_the_right_key() {
        let (before, wire) = sent("t=[{reseal-text={text='{\"a\":1,\"a\":1}'}}]");
        let after: Value = serde_json::from_slice(&wire.body).unwrap();
        let bytes = |value: &Value| hex::decode(value["encData"].as_str().unwrap()).unwrap();
        assert_eq!(
            crypto::ecb_decrypt(&caller().key2, &bytes(&after)).unwrap(),
            b"{\"a\":1,\"a\":1}"
        );
        assert_eq!(before["signData"], after["signData"]);
        // Seven bytes of text are followed by nine of padding.
        let (_, wire) = sent("t=[{padding={last=9}}]");
        let same: Value = serde_json::from_slice(&wire.body).unwrap();
        assert_eq!(bytes(&same), bytes(&before));
        let (_, wire) = sent("t=[{padding={last=17}}]");
        let wrong: Value = serde_json::from_slice(&wire.body).unwrap();
        assert_eq!(bytes(&wrong).len(), 16);
        assert!(crypto::ecb_decrypt(&caller().key2, &bytes(&wrong)).is_err());
    }

    #[test]
    fn a_signature_takes_another_form_and_nothing_else_changes() {
        let (before, wire) = sent("t=[{signature={form='s-is-order'}}]");
        let after: Value = serde_json::from_slice(&wire.body).unwrap();
        let bytes = STANDARD
            .decode(after["signData"].as_str().unwrap())
            .unwrap();
        assert!(hex::encode(&bytes).ends_with("7203df6b21c6052b53bbf40939d54123"));
        assert_eq!(after["encData"], before["encData"]);
    }

    #[test]
    fn bodies_are_padded_cut_and_mislabelled() {
        let (before, wire) =
            sent("t=[{pad-bytes={bytes=5000}},{content-type={value='text/plain'}}]");
        assert_eq!(
            (wire.body.len(), wire.content_type.as_str()),
            (5000, "text/plain")
        );
        assert_eq!(serde_json::from_slice::<Value>(&wire.body).unwrap(), before);
        let (_, wire) = sent("t=[{cut={bytes=40}}]");
        assert!(wire.body.len() == 40 && serde_json::from_slice::<Value>(&wire.body).is_err());
    }
}
