//! Another implementation of SM2 and SM4 talks to the gateway: the `sm-crypto` crate
//! signs and encrypts (it never verifies or decrypts; see the README).

use base64::{Engine, engine::general_purpose::STANDARD};
use chs_gateway::commands::call::unique;
use serde_json::{Value, json};

use crate::harness::Gateway;

#[actix_web::test]
async fn a_message_made_by_sm_crypto_is_accepted() {
    let gateway = Gateway::start().await;
    let caller = gateway.caller("hospital-a");
    let hex_of = |text: &str| hex::encode(STANDARD.decode(text).unwrap());
    let data = r#"{"level":"hospital","setl_ym":"202610"}"#;
    let (nonce, request_id) = (unique(), unique());
    let timestamp = (chrono::Utc::now() + chrono::TimeDelta::hours(8))
        .format("%Y%m%d%H%M%S")
        .to_string();
    let text = format!(
        "appId={}&data={data}&encType=SM4&nonce={nonce}&requestId={request_id}&signType=SM2\
         &timestamp={timestamp}&version=1.0.0&key={}",
        caller.app_id, caller.app_secret
    );
    let private_key = hex_of(&caller.private_key);
    let der = sm_crypto::sm2::Sign::new(&private_key).sign_der(text.as_bytes(), true);
    let signature = chs_envelope::sm::Sm2Signature::from_der(&der)
        .unwrap()
        .to_base64();
    let key1 = &caller.app_id.as_bytes()[..16];
    let ecb = |key: &[u8], plain: &str| {
        hex::encode_upper(sm_crypto::sm4::CryptSM4ECB::new(key).encrypt_ecb(plain.as_bytes()))
    };
    let key2 = ecb(key1, &caller.app_secret);
    let enc_data = ecb(&key2.as_bytes()[..16], data);
    let message: Value = json!({
        "appId": caller.app_id, "encType": "SM4", "signType": "SM2", "timestamp": timestamp,
        "version": "1.0.0", "nonce": nonce, "requestId": request_id,
        "encData": enc_data, "signData": signature,
    });
    let client = gateway.client("hospital-a");
    let answer = gateway
        .send(&client, "/groupings/fee-summary", message.to_string())
        .await;
    assert_eq!(
        (answer.code.as_str(), answer.sealed),
        ("0", true),
        "{:?}",
        answer.data
    );
    gateway.stop().await;
}
