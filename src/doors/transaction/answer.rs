//! How an answer leaves the transaction door, and how both directions look in OpenAPI.

use actix_web::{HttpResponse, http::header};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use chs_envelope::transaction::{InputSecurity, Stamp, TransactionResponse};
use rand::rngs::SysRng;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    app::App,
    caller::Caller,
    error::{ErrorCode, Refusal},
    serial::serial,
};

/// Fields of a refusal that `err_msg`, 200 characters long, names.
const NAMED_FIELDS: usize = 3;
/// Most characters of `warn_msg`.
const WARN_MSG_MAX: usize = 200;

/// A transaction message, as a caller sends it behind CSB or TIF headers.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"infno": "9001", "msgid": "H61040100001202611220800000001",
    "mdtrtarea_admvs": "610400", "insuplc_admdvs": "", "recer_sys_code": "YBXT", "infver": "V1.0",
    "opter_type": "1", "opter": "001", "opter_name": "操作员", "inf_time": "2026-11-22 08:00:00",
    "fixmedins_code": "H61040100001", "fixmedins_name": "测试医院甲（模拟）", "sign_no": "",
    "input": {"signIn": {"opter_no": "001", "mac": "00-00-5E-00-53-01", "ip": "192.0.2.1"}}}))]
#[allow(dead_code, reason = "documents the wire form; chs-envelope reads it")]
pub struct TransactionMessage {
    /// 交易编号 / number of the transaction.
    infno: String,
    /// 发送方报文ID，幂等键 / the sender's message id, the idempotency key.
    msgid: String,
    /// 就医地医保区划 / division of the institution.
    mdtrtarea_admvs: String,
    /// 参保地医保区划 / division of the insured person.
    insuplc_admdvs: Option<String>,
    /// 接收方系统代码 / system of the receiver.
    recer_sys_code: Option<String>,
    /// 设备编号 / device.
    dev_no: Option<String>,
    /// 设备安全信息 / security information of the device.
    dev_safe_info: Option<String>,
    /// 数字签名信息，SM2 对 input 的签名 / SM2 signature over input, where agreed.
    cainfo: Option<String>,
    /// 签名类型 / kind of signature.
    signtype: Option<String>,
    /// 接口版本号 / version of the interface.
    infver: String,
    /// 经办人类别 / kind of operator: 1, 2, 3.
    opter_type: String,
    /// 经办人 / operator.
    opter: String,
    /// 经办人姓名 / the operator's name.
    opter_name: String,
    /// 交易时间 / time, `yyyy-MM-dd HH:mm:ss`.
    inf_time: String,
    /// 定点医药机构编号 / institution.
    fixmedins_code: String,
    /// 定点医药机构名称 / its name.
    fixmedins_name: String,
    /// 签到流水号 / number of the sign-in.
    sign_no: Option<String>,
    /// 空或 SM4 / empty or SM4.
    enc_type: Option<String>,
    /// 交易输入；加密时为字符串 / input; a string when encrypted.
    #[schema(value_type = Object)]
    input: Value,
}

/// An answer of the transaction door.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"infcode": 0, "inf_refmsgid": "610400202611220800000000000001",
    "refmsg_time": "20261122080000000", "respond_time": "20261122080000012", "err_msg": "",
    "output": {"signinoutb": {"sign_time": "2026-11-22 08:00:00",
        "sign_no": "610400202611220800000000000002"}}}))]
#[allow(dead_code, reason = "documents the wire form; chs-envelope writes it")]
pub struct TransactionAnswer {
    /// 0 成功，-1 失败 / 0 success, -1 failure.
    infcode: i32,
    /// 接收方报文ID / the receiver's message id.
    inf_refmsgid: String,
    /// 接收报文时间 / when the message came, `yyyyMMddHHmmssSSS`.
    refmsg_time: String,
    /// 响应报文时间 / when it was answered.
    respond_time: String,
    /// 错误码、原因与字段 / code, cause and fields of a failure.
    err_msg: String,
    /// 报文提示，可能没有 / remarks on the message, if any.
    warn_msg: Option<String>,
    /// 平台对 output 的 SM2 签名 / the platform's SM2 signature over output, where agreed.
    cainfo: Option<String>,
    /// 空或 SM4 / empty or SM4.
    enctype: Option<String>,
    /// 空或 SM2 / empty or SM2.
    signtype: Option<String>,
    /// 交易输出；加密时为字符串 / output; a string when encrypted.
    #[schema(value_type = Object)]
    output: Value,
}

/// A refusal at the gateway headers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"code": 401, "message": "签名不一致!"}))]
pub struct GatewayRefusal {
    /// 401.
    code: u16,
    /// One of the four published messages.
    message: &'static str,
}

/// A refusal before the caller is verified: the published body where one is published,
/// else RFC 9457.
pub(super) fn before(refusal: &Refusal) -> HttpResponse {
    let row = refusal.code.row();
    match refusal.code {
        ErrorCode::GatewayHeaders
        | ErrorCode::GatewayTimestamp
        | ErrorCode::GatewayCaller
        | ErrorCode::GatewaySignature => {
            HttpResponse::build(refusal.code.status()).json(GatewayRefusal {
                code: row.status,
                message: row.zh,
            })
        }
        _ => refusal.problem(),
    }
}

/// What became of a message.
pub(super) struct Outcome {
    /// The output, or why there is none.
    pub(super) result: Result<Value, Refusal>,
    /// Remarks on the message.
    pub(super) remarks: Vec<String>,
    /// Whether a file leaves as itself.
    pub(super) streamed: bool,
}

/// The answer to a message of a verified caller. Causes that lie in the message are told by
/// `infcode` alone, as platforms do; rates and faults of ours by the HTTP status too, which
/// load balancers look at.
pub(super) fn answer(
    app: &App,
    caller: &Caller,
    security: &InputSecurity,
    received_at: DateTime<Utc>,
    outcome: &Outcome,
) -> HttpResponse {
    if let Ok(output) = &outcome.result
        && outcome.streamed
        && let Some(file) = file(output)
    {
        return file;
    }
    let mut response = match &outcome.result {
        Err(refusal)
            if refusal.code.status().is_server_error() || refusal.code.row().status == 429 =>
        {
            HttpResponse::build(refusal.code.status())
        }
        _ => HttpResponse::Ok(),
    };
    if let Some(seconds) = outcome
        .result
        .as_ref()
        .err()
        .and_then(|refusal| refusal.retry_after)
    {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    match message(app, security, received_at, outcome) {
        Ok(mut message) => {
            if app.config.transaction.warnings {
                let remarks = outcome.remarks.join("；");
                message.warn_msg = remarks.chars().take(WARN_MSG_MAX).collect();
            }
            response
                .content_type("application/json")
                .body(message.to_json(caller.transaction.infcode.into()))
        }
        // Fails only with the random source or the clock; what is agreed to leave signed
        // or encrypted cannot go out in the open.
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            Refusal::new(ErrorCode::Internal).problem()
        }
    }
}

/// A file as itself, its name in the header, as the published form has it.
fn file(output: &Value) -> Option<HttpResponse> {
    let text = |name: &str| output.get(name).and_then(Value::as_str);
    let content = STANDARD.decode(text("in")?).ok()?;
    let name = text("filename")?;
    // HIS software reads the plain form; a name beyond ASCII has the extended one only.
    let named = if name.is_ascii() {
        header::DispositionParam::Filename(name.to_owned())
    } else {
        header::DispositionParam::FilenameExt(header::ExtendedValue {
            charset: header::Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.as_bytes().to_vec(),
        })
    };
    let named = header::ContentDisposition {
        disposition: header::DispositionType::Attachment,
        parameters: vec![named],
    };
    Some(
        HttpResponse::Ok()
            .content_type("application/octet-stream")
            .insert_header(named)
            .body(content),
    )
}

fn message(
    app: &App,
    security: &InputSecurity,
    received_at: DateTime<Utc>,
    outcome: &Outcome,
) -> Result<TransactionResponse, Box<dyn std::error::Error>> {
    let stamp = Stamp {
        admdvs: &app.config.admdvs,
        received_millis: received_at.timestamp_millis(),
        answered_millis: (app.clock)().timestamp_millis(),
        serial: serial(),
    };
    let output = match &outcome.result {
        Ok(output) => output.to_string(),
        Err(refusal) => {
            let told = err_msg(refusal);
            return Ok(TransactionResponse::failure(&stamp, &told)?);
        }
    };
    let sealed = security.seal(&output, &*app.keys.signing, &mut SysRng)?;
    let mut answer = TransactionResponse::success(&stamp, output)?;
    answer.output = Some(sealed.body);
    answer.cainfo = sealed.cainfo;
    answer.enctype = sealed.enc_type.to_owned();
    answer.signtype = sealed.signtype.to_owned();
    Ok(answer)
}

/// Code, cause, and the first fields concerned, Chinese before English.
fn err_msg(refusal: &Refusal) -> String {
    let row = refusal.code.row();
    let fields: String = refusal
        .errors
        .iter()
        .take(NAMED_FIELDS)
        .map(|error| format!("；{} {}", error.pointer, error.message))
        .collect();
    format!("{} {}{fields} / {}", row.code, row.zh, row.en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_code_cause_and_field() {
        let pointer = "/input/data/setl_ym";
        let refusal = Refusal::field(ErrorCode::SchemaViolation, pointer, "不符合", "x");
        assert_eq!(
            err_msg(&refusal),
            "CHS-42202 业务数据不符合数据结构约定；/input/data/setl_ym 不符合 / the data does not fit its schema"
        );
    }
}
