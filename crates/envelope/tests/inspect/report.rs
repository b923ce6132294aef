//! What the report shows, and what it does not.

use chs_envelope::{
    inspect::{InspectError, Inspection, Verdict},
    sealed::{
        AppCredentials, EncType, Envelope, Head, Outcome, Timestamp, seal_answer, seal_request,
    },
};
use proptest::prelude::*;
use serde_json::json;

use crate::maker::{
    APP_ID, CANONICAL, SECRET, enc_data, inspect, key, message, rng, sign, text, why,
};

#[test]
fn everything_is_shown_but_the_secret() {
    let signature = sign(text(CANONICAL).as_bytes());
    for report in [
        inspect(&message(&enc_data(), &signature.to_base64())),
        inspect(&message(&enc_data(), &sign(b"other").to_base64())),
        inspect(&message(&enc_data(), &sign(SECRET.as_bytes()).to_base64())),
    ] {
        let (shown, value) = (report.to_text(), report.to_json());
        for text in [shown, value.to_string(), format!("{report:?}")] {
            assert!(!text.contains(SECRET), "{text}");
        }
        assert_eq!(value["canonical"], CANONICAL);
        let masked = text(CANONICAL).replace(SECRET, "***");
        assert_eq!(value["signed_text"], json!(masked));
        let public = key();
        let public = public.public_key();
        assert_eq!(value["keys"][0]["z"], json!(hex::encode(public.z())));
        let e = public.digest(&[text(CANONICAL).as_bytes()]);
        assert_eq!(value["keys"][0]["e"], json!(hex::encode(e)));
        assert_eq!(value["user_id"], "1234567812345678");
    }
    let report = inspect(&message(&enc_data(), &signature.to_base64()));
    let value = report.to_json();
    assert_eq!(
        value["signature"]["hex"],
        json!(hex::encode(signature.as_bytes()))
    );
    assert_eq!(
        value["signature"]["der_hex"],
        json!(hex::encode(signature.to_der().unwrap()))
    );
    assert_eq!(value["verdict"], "verified");
    assert!(report.to_text().contains("验签通过"));
    let wrong = inspect(&message(
        &enc_data(),
        &sign(text("{}").as_bytes()).to_base64(),
    ));
    assert_eq!(wrong.verdict, Verdict::Unexplained);
    assert!(wrong.tried > 100, "{}", wrong.tried);

    let message = message(&enc_data(), &signature.to_base64());
    let open = Inspection::new(message.as_bytes(), vec![key().public_key().clone()])
        .with_app_secret(SECRET)
        .showing_secret(true)
        .run()
        .unwrap();
    assert!(open.to_text().contains(SECRET));
}

#[test]
fn answers_and_other_signatures() {
    let credentials = AppCredentials::new(APP_ID, SECRET).unwrap();
    let time = Timestamp::parse("20261122080000").unwrap();
    let nonce = "0123456789abcdef";
    let head = Head::new(&credentials, EncType::Sm4, time.clone(), nonce, "R-1").unwrap();
    let (key, mut rng) = (key(), rng());
    let data = json!({"findings": [], "n": 1});
    let request = seal_request(head, &data, &credentials, &key, &mut rng).unwrap();
    assert!(Envelope::parse(request.to_json().as_bytes()).is_ok());
    let outcome = Outcome::new("0", "成功", true).unwrap();
    let answer = seal_answer(
        request.head(),
        time,
        outcome,
        &data,
        &credentials,
        &key,
        &mut rng,
    )
    .unwrap();
    for text in [request.to_json(), answer.to_json()] {
        let report = inspect(&text);
        assert_eq!((report.verdict, report.refusal), (Verdict::Verified, None));
    }
    // A signature from elsewhere in the place of the message's own.
    let other = key.sign(&[b"other"], &mut rng).unwrap().to_base64();
    let text = request.to_json();
    let report = Inspection::new(text.as_bytes(), vec![key.public_key().clone()])
        .with_app_secret(SECRET)
        .with_signature(&other)
        .run()
        .unwrap();
    assert_eq!(report.verdict, Verdict::Unexplained);
}

/// The published sample with plain data, which no strict reader takes.
#[test]
fn the_specifications_form() {
    let data = r#"{"appUserId":"o8","userName":"测试"}"#;
    let signed = format!(
        "appId={APP_ID}&data={data}&encType=SM4&signType=SM2&timestamp=20200207175759\
         &transType=ec.gen.index&version=1.0.0&key={SECRET}"
    );
    let message = json!({
        "appId": APP_ID, "encType": "SM4", "signType": "SM2", "timestamp": "20200207175759",
        "version": "1.0.0", "transType": "ec.gen.index", "extra": "x",
        "data": {"userName": "测试", "appUserId": "o8"},
        "signData": sign(signed.as_bytes()).to_base64(),
    });
    let report = inspect(&message.to_string());
    assert_eq!(why(&report), [""; 0]);
    assert!(report.refusal.is_some());
}

#[test]
fn what_cannot_be_inspected() {
    let public = || vec![key().public_key().clone()];
    let run = |text: &str, keys| Inspection::new(text.as_bytes(), keys).run();
    assert!(matches!(run("{", public()), Err(InspectError::Json(_))));
    assert_eq!(run("[]", public()), Err(InspectError::NotAnObject));
    assert_eq!(run("{}", vec![]), Err(InspectError::NoKey));
    assert_eq!(run("{}", public()).unwrap().verdict, Verdict::NoSignature);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]
    #[test]
    fn no_message_panics(sign_data in "\\PC{0,90}", enc in "[0-9A-Fa-f]{0,64}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = inspect(&message(&enc, &sign_data));
        let _ = inspect(&message(&enc_data(), &hex::encode(&bytes)));
        let _ = Inspection::new(&bytes, vec![key().public_key().clone()]).run();
    }
}
