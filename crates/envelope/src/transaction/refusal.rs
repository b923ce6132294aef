//! What a CSB gateway answers when it refuses a request at its headers: not
//! the transaction's envelope (Hunan V1.1.27 §4.5).

use serde_json::json;

use super::CsbError;

/// The published body, `{"code":401,"message":…}`, sent with HTTP status 401.
#[must_use]
pub fn refusal_body(error: &CsbError) -> String {
    let message = match error {
        CsbError::Header(_) => "缺少服务网关的请求头!",
        CsbError::Timestamp(_) | CsbError::Stale { .. } => "签名时间戳超时!",
        CsbError::UnknownCaller => "非法用户!",
        CsbError::Signature => "签名不一致!",
    };
    json!({"code": 401, "message": message}).to_string()
}
