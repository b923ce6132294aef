//! Misunderstandings of the signed text, the digest and the signature's form.

use chs_envelope::{
    canonical::Scalars,
    inspect::Inspection,
    sm::{Sm2PrivateKey, sm3},
};

use crate::maker::{
    APP_ID, CANONICAL, SECRET, base64, enc_data, inspect, key, message, rng, sign, text, why,
    why_form, why_text,
};

#[test]
fn a_good_message_verifies() {
    assert_eq!(why_text(&text(CANONICAL)), [""; 0]);
}

#[test]
fn canonical_text() {
    let escaped = r#"{"Z":12.50,"a":7,"b":{"k":true},"n":"\u6d4b/\u8bd5"}"#;
    for (data, id) in [
        (
            r#"{"a":7,"b":{"k":true},"n":"测/试","Z":12.50}"#,
            "keys-by-case",
        ),
        (
            r#"{"Z":"12.50","a":"7","b":{"k":"true"},"n":"测/试"}"#,
            "scalars-as-text",
        ),
        (
            r#"{"Z":"12.50","a":"7","b":{"k":true},"n":"测/试"}"#,
            "top-scalars-as-text",
        ),
        (
            r#"{"Z":12.50,"a":7,"b":{"k":true,"x":null},"n":"测/试"}"#,
            "nulls-kept",
        ),
        (
            r#"{"Z":12.50,"a":7,"b":{"k":true,"u":""},"n":"测/试"}"#,
            "empty-text-kept",
        ),
        (
            r#"{"Z":12.50,"a":7,"b":{"e":{},"k":true},"n":"测/试"}"#,
            "empty-containers-kept",
        ),
        (
            r#"{"Z":12.50,"a":7,"b":{"e":{},"k":true,"u":"","x":null},"n":"测/试"}"#,
            "all-empty-kept",
        ),
        (escaped, "unicode-escaped"),
        (
            r#"{"Z":12.50,"a":7,"b":{"k":true},"n":"测\/试"}"#,
            "slash-escaped",
        ),
        (
            r#"{"Z": 12.50, "a": 7, "b": {"k": true}, "n": "测/试"}"#,
            "blanks",
        ),
        (
            r#"{"Z":12.5,"a":7,"b":{"k":true},"n":"测/试"}"#,
            "numbers-rewritten",
        ),
        (crate::maker::DATA, "unsorted"),
    ] {
        assert_eq!(why_text(&text(data)), [id]);
    }
}

#[test]
fn signed_text() {
    let good = text(CANONICAL);
    let key = format!("&key={SECRET}");
    let data = format!("data={CANONICAL}");
    for (text, id) in [
        (good.replace(&key, ""), "secret-left-out"),
        (good.replace(SECRET, ""), "secret-empty"),
        (good.clone() + "\n", "trailing-newline"),
        (
            good.replace(&data, "")
                .replace("&&", "&")
                .replace("&encType", &format!("&encData={}&encType", enc_data())),
            "enc-data-signed",
        ),
        (
            good.replace("&nonce=0123456789abcdef&requestId=R-1", ""),
            "nonce-left-out",
        ),
        (hex::encode(&good), "message-as-hex"),
        (sm3(&[good.as_bytes()]).to_hex(), "hashed-twice-hex"),
    ] {
        assert_eq!(why_text(&text), [id]);
    }
    let hash = sm3(&[good.as_bytes()]);
    let twice = message(&enc_data(), &sign(hash.as_bytes()).to_base64());
    assert_eq!(why(&inspect(&twice)), ["hashed-twice"]);
}

#[test]
fn digests_and_user_ids() {
    let (key, good) = (key(), text(CANONICAL));
    let explain = |e: [u8; 32]| {
        let signature = key.sign_digest(&e, &mut rng()).unwrap();
        why(&inspect(&message(&enc_data(), &signature.to_base64())))
    };
    let e = key.public_key().digest(&[good.as_bytes()]);
    assert_eq!(explain(*sm3(&[good.as_bytes()]).as_bytes()), ["no-z"]);
    assert_eq!(explain(*sm3(&[&e]).as_bytes()), ["digest-hashed-again"]);
    for (id, name) in [
        ("", "user-id-empty"),
        (SECRET, "user-id-secret"),
        (APP_ID, "user-id-app-id"),
    ] {
        let other = key.with_user_id(id).unwrap();
        assert_eq!(
            explain(other.public_key().digest(&[good.as_bytes()])),
            [name]
        );
    }
    // Another id is agreed, and the sender took the standard's.
    let agreed = key.public_key().with_user_id("agreed").unwrap();
    let message = message(&enc_data(), &sign(good.as_bytes()).to_base64());
    let report = Inspection::new(message.as_bytes(), vec![agreed])
        .with_app_secret(SECRET)
        .run();
    assert_eq!(why(&report.unwrap()), ["user-id-default"]);
}

#[test]
fn forms_of_the_signature() {
    let good = sign(text(CANONICAL).as_bytes());
    let (r, s) = good.as_bytes().split_at(32);
    let (plain, hex_form) = (good.to_base64(), hex::encode(good.as_bytes()));
    let mut broken = plain.clone();
    broken.insert_str(64, "\r\n");
    for (form, ids) in [
        (plain.clone(), vec![]),
        (base64(&good.to_der().unwrap()), vec!["der-form"]),
        (
            hex::encode(good.to_der().unwrap()),
            vec!["der-form", "hex-form"],
        ),
        (hex_form.clone(), vec!["hex-form"]),
        (hex_form.to_uppercase(), vec!["hex-form"]),
        (base64(hex_form.as_bytes()), vec!["base64-of-hex"]),
        (base64(&[s, r].concat()), vec!["swapped"]),
        (
            plain.trim_end_matches('=').to_owned(),
            vec!["unpadded-base64"],
        ),
        (broken, vec!["line-breaks"]),
        (plain.clone() + "\n", vec!["line-breaks"]),
    ] {
        assert_eq!(why_form(&form), ids, "{form}");
    }
    let url_safe = plain.replace('+', "-").replace('/', "_");
    assert_ne!(url_safe, plain, "the signature shows the difference");
    assert_eq!(why_form(&url_safe), ["url-safe-base64"]);
}

/// Signatures whose r or s begins with a zero byte, the zero cut off.
#[test]
fn zeros_cut() {
    let (key, good, mut rng) = (key(), text(CANONICAL), rng());
    let (mut short_r, mut short_s) = (0, 0);
    while short_r < 2 || short_s < 2 {
        let signature = key.sign(&[good.as_bytes()], &mut rng).unwrap();
        let (r, s) = signature.as_bytes().split_at(32);
        if r[0] != 0 && s[0] != 0 {
            continue;
        }
        short_r += u32::from(r[0] == 0);
        short_s += u32::from(s[0] == 0);
        let cut = |half: &[u8]| {
            let start = half.iter().position(|byte| *byte != 0).unwrap();
            half[start..].to_vec()
        };
        let short = [cut(r), cut(s)].concat();
        assert_eq!(why_form(&base64(&short)), ["zeros-cut"]);
        assert_eq!(why_form(&hex::encode(&short)), ["hex-form", "zeros-cut"]);
        // As it should be, nothing is to be explained.
        assert_eq!(why_form(&signature.to_base64()), [""; 0]);
    }
}

/// Two at once, of the text and of the form.
#[test]
fn pairs() {
    let two = r#"{"Z":"12.50","a":"7","b":{"k":"true","x":null},"n":"测/试"}"#;
    assert_eq!(why_text(&text(two)), ["nulls-kept", "scalars-as-text"]);
    let lines = r#"{"a": 7, "b": {"k": true}, "n": "测/试", "Z": 12.50}"#;
    assert_eq!(why_text(&text(lines)), ["blanks", "keys-by-case"]);
    let left_out = text(r#"{"Z":12.50,"a":7,"b":{"k":true},"n":"\u6d4b/\u8bd5"}"#)
        .replace(&format!("&key={SECRET}"), "");
    assert_eq!(why_text(&left_out), ["secret-left-out", "unicode-escaped"]);
    let empty_id = key().with_user_id("").unwrap();
    let signature = empty_id
        .sign(&[text(CANONICAL).as_bytes()], &mut rng())
        .unwrap();
    let der = base64(&signature.to_der().unwrap());
    assert_eq!(why_form(&der), ["der-form", "user-id-empty"]);
}

#[test]
fn another_key_and_another_agreement() {
    let other = Sm2PrivateKey::from_bytes(&[0x44; 32]).unwrap();
    let signature = other
        .sign(&[text(CANONICAL).as_bytes()], &mut rng())
        .unwrap();
    let message_of_other = message(&enc_data(), &signature.to_base64());
    let keys = vec![key().public_key().clone(), other.public_key().clone()];
    let report = Inspection::new(message_of_other.as_bytes(), keys)
        .with_app_secret(SECRET)
        .run()
        .unwrap();
    assert_eq!(why(&report), ["other-key"]);
    // The caller is set to strings and sends native scalars.
    let native = message(&enc_data(), &sign(text(CANONICAL).as_bytes()).to_base64());
    let report = Inspection::new(native.as_bytes(), vec![key().public_key().clone()])
        .with_app_secret(SECRET)
        .with_scalars(Scalars::Text)
        .run()
        .unwrap();
    assert_eq!(why(&report), ["scalars-native"]);
}
