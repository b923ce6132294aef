//! V0 to V6. V3 and V4 need a given nonce k and stand beside the code of SM2,
//! as do the vectors of GB/T 32905, 32907, 32918.5 and RFC 8998.

use chs_envelope::{
    canonical::{Document, Scalars},
    sealed::{AppCredentials, DataDigest, Envelope, SignedText, open},
    sm::{Sm2Signature, sm3},
};
use serde_json::json;

use crate::fixtures::{APP_ID, APP_SECRET, caller, credentials};

fn sealed(plaintext: &str) -> String {
    hex::encode_upper(credentials().key2().ecb_encrypt(plaintext.as_bytes()))
}

#[test]
fn v0_key_derivation() {
    assert_eq!(
        *credentials().key2().expose_hex(),
        "38363342354634304337304237314541"
    );
}

#[test]
fn v1_sample_of_the_specification() {
    let data = concat!(
        r#"{"appId":"43AF047BBA47FC8A1AE8EFB232BDBBCB","appUserId":"o8z4C5avQXqC0aWFPf1Mzu6D7WCQ_bd","#,
        r#""idNo":"350181199011193519","idType":"01","phoneNumber":"13763873033","userName":"测试"}"#,
    );
    let canonical = Document::parse(data.as_bytes())
        .unwrap()
        .canonical(Scalars::Native);
    assert_eq!(canonical, data);
    let credentials = credentials();
    let text = SignedText::new(
        &[
            ("version", "1.0.0"),
            ("timestamp", "20200207175759"),
            ("signType", "SM2"),
            ("encType", "SM4"),
            ("data", &canonical),
            ("appId", APP_ID),
            ("transType", ""),
            ("signData", "left out"),
            ("extra", "left out"),
        ],
        &credentials,
    );
    let expected = format!(
        "appId={APP_ID}&data={data}&encType=SM4&signType=SM2&timestamp=20200207175759\
         &version=1.0.0&key={APP_SECRET}"
    );
    assert_eq!(*text.expose(), expected);
    assert_eq!(text.parts().concat(), expected.as_bytes());
    assert!(text.redacted().ends_with("&version=1.0.0&key=***"));
    assert!(!format!("{text:?}").contains("测试"));
    assert_eq!(
        sm3(&text.parts()).to_hex(),
        "e71c3c0b3fe0fc3540856803190a3bcf0d4d809a2067a305abd495af4ceb1a60"
    );
    assert_eq!(
        sealed(&canonical),
        concat!(
            "64A9C5A7AB3AEA5FC01DE87025F999521C08D25DA13BD715D7E036A7D7C1DBCB6AB7914898A23A99C97E",
            "BEFE5277247AD7D0DD9B18F4DCC71A2C280C5143F25B857C795E6BA9F399652C3A4264FC2CBBA7E06B08",
            "E151362301659FC3F377348019010E5EA11342846470277652953B35C2CA95C9975090885AB286BB736B",
            "A3BB98F3540962552F40C8350926B93CD21CB7A624E6C4E41E349627E7B36B5C1B5F2A3E846EEB254C6D",
            "CD536A5D25825E8E0A4E1A6424F4D8B4116AEF8D0699C425",
        )
    );
    // The key pair is not published: the signature's form is all there is.
    let signature =
        "URVQNdVNn5mz2EhKZhLTlXNwAWTSncFoSe8Ilx7jhn81eABJ46sdRRN1ZiAiQjPUTixG9bwqEhiJupHRGmyO5w==";
    let parsed = Sm2Signature::from_base64(signature).unwrap();
    assert_eq!(parsed.to_base64(), signature);
    assert!(parsed.to_der().is_ok(), "r and s are in range");
}

#[test]
fn v2_nested_data() {
    let data = json!({
        "number": 123, "boolTrue": true, "boolFalse": false, "chinese": "高平市人民医院",
        "nested": {"b": 2, "a": 1, "deep": {"z": "", "y": [1, "", null, {"k": "值"}]}},
        "emptyString": "", "nullValue": null, "emptyDict": {}, "emptyList": [],
    });
    let canonical = Document::from_value(&data).canonical(Scalars::Native);
    assert_eq!(
        canonical,
        concat!(
            r#"{"boolFalse":false,"boolTrue":true,"chinese":"高平市人民医院","#,
            r#""nested":{"a":1,"b":2,"deep":{"y":[1,{"k":"值"}]}},"number":123}"#,
        )
    );
    assert_eq!(
        sealed(&canonical),
        concat!(
            "F8B6D0EE9B2BBD4C15FB93D134536C51F1D611E1709EBBD7C55DA0E66CA8CA15799897233519F644B0B8",
            "87A3499BDE42342F95ACA31A7481661752DA66259506A807ACB78800CDE6128D813451AE8B120567A945",
            "4E19C20859172CB3EC677B2B3EF8062D261F382FA553D13C9336C0F23190EEC5C8A5CB0298B03C37A37B",
            "173788D1656BDA4A973DCC3B4154158592C7",
        )
    );
}

#[test]
fn v5_other_application() {
    let credentials = AppCredentials::new(
        "0F0822652EB7CB91A644E638FBE9941E",
        "30BFE2B0C715E516E5EDF21E289DA826",
    )
    .unwrap();
    assert_eq!(
        *credentials.key2().expose_hex(),
        hex::encode_upper("1819F24C758EB2EB")
    );
    let sealed = credentials.key2().ecb_encrypt(b"a");
    assert_eq!(
        hex::encode_upper(sealed),
        "C212E76D030FD8B4790096B02EFA9EEC"
    );
}

#[test]
fn v6_whole_message() {
    let message = json!({
        "appId": APP_ID,
        "encType": "SM4",
        "signType": "SM2",
        "timestamp": "20261122080000",
        "version": "1.0.0",
        "nonce": "3f6c1b5ad2e84c7f9a10",
        "requestId": "H61040000001202611220001",
        "encData": concat!(
            "AD85B4B0282E4E5AA31A0D49B77B1B98EFD309BB55FA89951E4376BE8C7F3D7586E7F0D10596197ADA10",
            "BAD0968902FB64366D8074CD8C1DF87F00CD4DC03040",
        ),
        "signData":
            "JzYSGmmoRTjCTE3S7zF1j8j+q7gzO4zcj5cU9GACLYNti1NvwBzzlKMgjOTmlGBHxvdrK8d8nKcAhXjwnyQBDA==",
    });
    let envelope = Envelope::parse(message.to_string().as_bytes()).unwrap();
    let (credentials, caller) = (credentials(), caller());
    let opened = open(&envelope, &credentials, caller.public_key()).unwrap();
    let data = r#"{"amt":12.50,"setlinfo":{"gend":"1","psn_name":"测试"}}"#;
    assert_eq!(opened.canonical, data);
    assert_eq!(opened.data.to_string(), data, "12.50 keeps its lexeme");
    let digest = DataDigest::new(caller.public_key(), APP_ID, data);
    assert_eq!(opened.digest, digest);
    assert_eq!(sealed(data), envelope.enc_data());
    let text = envelope.signed_text(data, &credentials);
    assert_eq!(
        *text.expose(),
        format!(
            "appId={APP_ID}&data={data}&encType=SM4&nonce=3f6c1b5ad2e84c7f9a10\
             &requestId=H61040000001202611220001&signType=SM2&timestamp=20261122080000\
             &version=1.0.0&key={APP_SECRET}"
        )
    );
    assert_eq!(
        hex::encode(caller.public_key().digest(&text.parts())),
        "224a15a8db1b2da060481bac60b976d987a07cda253450cd4033062731ed9310"
    );
}
