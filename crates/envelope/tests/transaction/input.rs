//! cainfo and encrypted input.

use chs_envelope::{
    sm::{Sm2PrivateKey, Sm4Key, decode_base64, encode_base64},
    transaction::{
        Coding, Input, InputError, InputSecurity, Need, SealedInput, TransactionRequest,
    },
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::json;

use crate::request::good;

const TEXT: &str = r#"{"setlinfo":{"psn_name":"测试","amt":12.50}}"#;

fn key() -> Sm2PrivateKey {
    Sm2PrivateKey::from_bytes(&[5; 32]).unwrap()
}

fn settings() -> InputSecurity {
    InputSecurity {
        signature: Need::Required,
        key: Some(Sm4Key::from_bytes(b"client-id-16byte").unwrap()),
        coding: Coding::Base64,
    }
}

fn seal(settings: &InputSecurity) -> SealedInput {
    settings
        .seal(TEXT, &key(), &mut ChaCha20Rng::seed_from_u64(3))
        .unwrap()
}

#[test]
fn every_setting_round_trips() {
    for signature in [Need::Off, Need::Required] {
        for (key4, coding) in [
            (None, Coding::Base64),
            (settings().key, Coding::Base64),
            (settings().key, Coding::Hex),
        ] {
            let settings = InputSecurity {
                signature,
                key: key4,
                coding,
            };
            let sealed = seal(&settings);
            assert_eq!(sealed.cainfo.is_empty(), signature == Need::Off);
            assert_eq!(sealed.enc_type == "SM4", settings.key.is_some());
            let mut message = good();
            message["cainfo"] = json!(sealed.cainfo);
            message["signtype"] = json!(sealed.signtype);
            message["enc_type"] = json!(sealed.enc_type);
            message["input"] = match &sealed.body {
                Input::Plain(text) => serde_json::from_str(text).unwrap(),
                Input::Sealed(text) => json!(text),
            };
            let (request, _) = TransactionRequest::parse(message.to_string().as_bytes()).unwrap();
            let public = key();
            let opened = settings
                .open(request.input(), request.get("cainfo"), public.public_key())
                .unwrap();
            assert_eq!(opened.text, TEXT);
            assert_eq!(opened.signed, signature == Need::Required);
        }
    }
}

/// The form of the one source, undone with other crates.
#[test]
fn read_by_others() {
    let sealed = seal(&settings());
    let Input::Sealed(text) = &sealed.body else {
        panic!("input is encrypted")
    };
    let theirs = sm_crypto::sm4::CryptSM4ECB::new(b"client-id-16byte");
    assert_eq!(
        theirs.decrypt_ecb(&decode_base64(text).unwrap()),
        TEXT.as_bytes()
    );
    assert_eq!(decode_base64(&sealed.cainfo).unwrap().len(), 64);
    let signature = libsm::sm2::signature::Signature::new(
        &decode_base64(&sealed.cainfo).unwrap()[..32],
        &decode_base64(&sealed.cainfo).unwrap()[32..],
    );
    let context = libsm::sm2::signature::SigCtx::new();
    let public = context.load_pubkey(&key().public_key().to_bytes()).unwrap();
    assert!(
        context
            .verify(TEXT.as_bytes(), &public, &signature)
            .unwrap()
    );
}

#[test]
fn one_error_for_what_comes_after_decryption() {
    let (settings, sealed) = (settings(), seal(&settings()));
    let Input::Sealed(text) = &sealed.body else {
        panic!("input is encrypted")
    };
    let bytes = decode_base64(text).unwrap();
    let key = key();
    let open = |bytes: &[u8], cainfo: &str| {
        settings.open(
            &Input::Sealed(encode_base64(bytes)),
            cainfo,
            key.public_key(),
        )
    };
    assert!(open(&bytes, &sealed.cainfo).is_ok());
    for bit in 0..bytes.len() * 8 {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&altered, &sealed.cainfo), Err(InputError::Refused));
    }
    assert_eq!(open(&bytes[..16], &sealed.cainfo), Err(InputError::Refused));
    assert_eq!(open(&bytes[..15], &sealed.cainfo), Err(InputError::Refused));
    let other = key
        .sign(&[b"other"], &mut ChaCha20Rng::seed_from_u64(4))
        .unwrap();
    for cainfo in [
        "x",
        "AAAA",
        &other.to_base64(),
        &sealed.cainfo.replace('=', ""),
    ] {
        assert_eq!(open(&bytes, cainfo), Err(InputError::Refused), "{cainfo}");
    }
    // Encrypted and signed properly, but no object.
    for text in ["[1]", "null", "{\"a\":1,\"a\":2}", "{"] {
        let sealed = settings
            .seal(text, &key, &mut ChaCha20Rng::seed_from_u64(5))
            .unwrap();
        assert_eq!(
            settings.open(&sealed.body, &sealed.cainfo, key.public_key()),
            Err(InputError::Refused)
        );
    }
}

#[test]
fn a_setting_is_not_optional() {
    let (settings, sealed, key) = (settings(), seal(&settings()), key());
    let public = key.public_key();
    let plain = Input::Plain(TEXT.to_owned());
    assert_eq!(
        settings.open(&plain, &sealed.cainfo, public),
        Err(InputError::NotEncrypted)
    );
    assert_eq!(
        settings.open(&sealed.body, "", public),
        Err(InputError::NotSigned)
    );
    let none = InputSecurity::none();
    assert_eq!(
        none.open(&sealed.body, "", public),
        Err(InputError::Encrypted)
    );
    assert!(
        none.open(&plain, "anything", public)
            .is_ok_and(|opened| !opened.signed)
    );
    assert!(!format!("{settings:?}").contains("client-id"));
}
