//! How an answer leaves the sealed door, and how both directions look in OpenAPI.

use actix_web::{HttpResponse, http::StatusCode, http::header};
use chs_envelope::sealed::{self, Envelope, Outcome, Timestamp};
use rand::rngs::SysRng;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    caller::CallerKey,
    error::{ErrorCode, Refusal},
    session::Session,
};

/// A sealed message, as a caller sends it.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[allow(dead_code, reason = "documents the wire form; chs-envelope reads it")]
pub struct SealedMessage {
    /// 应用标识 / application id, 32 hex digits.
    app_id: String,
    /// `SM4` 或 `SM4-GCM`。
    enc_type: String,
    /// `SM2`。
    sign_type: String,
    /// `yyyyMMddHHmmss`（北京时间）或 13 位毫秒 / China time, or epoch milliseconds.
    timestamp: String,
    /// `1.0.0`。
    version: String,
    /// 16–64 个字符，一次有效 / 16 to 64 characters, used once.
    nonce: String,
    /// 1–64 个字符，幂等键 / 1 to 64 characters, the idempotency key.
    request_id: String,
    /// 密文，大写十六进制 / ciphertext, upper-case hex.
    enc_data: String,
    /// 签名 r‖s，Base64 / signature, Base64 of r‖s.
    sign_data: String,
    /// 不签名、不使用，至多 1 KB / never signed, never used, at most 1 KB.
    extra: Option<String>,
}

/// A sealed answer; `encData` opens to `A`, or to the body of a refusal.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[allow(dead_code, reason = "documents the wire form; chs-envelope writes it")]
pub struct SealedAnswer<A: ToSchema> {
    /// 应用标识 / application id.
    app_id: String,
    /// `0` 成功，否则为错误码 / `0`, or a code of the error table.
    code: String,
    /// 与请求一致 / as in the request.
    enc_type: String,
    /// 密文 / ciphertext.
    enc_data: String,
    /// 中文 / English.
    message: String,
    /// 与请求一致 / as in the request.
    nonce: String,
    /// 与请求一致 / as in the request.
    request_id: String,
    /// 平台签名 / the platform's signature.
    sign_data: String,
    /// `SM2`。
    sign_type: String,
    /// 签名原文中写作 `true` 或 `false` / `true` or `false` in the signed text.
    success: bool,
    /// 北京时间 / China time.
    timestamp: String,
    /// `1.0.0`。
    version: String,
    /// 仅说明 encData 解密后的内容，不在报文中出现 / documents what encData opens to; never on the wire.
    data: Option<A>,
}

/// Seals an outcome in the encType of the request, signed by the platform.
pub(super) async fn seal(
    session: &Session,
    key: &CallerKey,
    request: &Envelope,
    outcome: &Result<Value, Refusal>,
) -> HttpResponse {
    let (status, retry_after) = match outcome {
        Ok(_) => (StatusCode::OK, None),
        Err(refusal) => (refusal.code.status(), refusal.retry_after),
    };
    match sealed_body(session, key, request, outcome).await {
        Ok(body) => {
            let mut response = HttpResponse::build(status);
            if let Some(seconds) = retry_after {
                response.insert_header((header::RETRY_AFTER, seconds.to_string()));
            }
            response.content_type("application/json").body(body)
        }
        // Sealing fails only when the random source or the signer does; the answer cannot go
        // out in the open, so the caller gets the plain fault.
        Err(error) => {
            tracing::error!(%error, "an answer could not be sealed");
            Refusal::new(ErrorCode::Internal).problem()
        }
    }
}

async fn sealed_body(
    session: &Session,
    key: &CallerKey,
    request: &Envelope,
    outcome: &Result<Value, Refusal>,
) -> Result<String, Box<dyn std::error::Error>> {
    let refused;
    let (code, message, data) = match outcome {
        Ok(data) => ("0", "成功 / success".to_owned(), data),
        Err(refusal) => {
            refused = serde_json::to_value(refusal.body())?;
            (refusal.code.code(), refusal.code.message(), &refused)
        }
    };
    let now = Timestamp::from_millis((session.app.clock)().timestamp_millis())
        .ok_or("the clock is out of range")?;
    let answer = sealed::unsigned_answer(
        request.head(),
        now,
        Outcome::new(code, &message, outcome.is_ok())?,
        data,
        &key.credentials,
        session.app.keys.signing.public_key(),
        &mut SysRng,
    )?;
    let signature = session.worker.signatures.sign(*answer.digest()).await?;
    Ok(answer.signed(signature).to_json())
}
