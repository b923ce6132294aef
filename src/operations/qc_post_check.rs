//! 2 事后质控服务 (`qc.post-check`): runs post-event QC on a stored list and keeps the result.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Operation, request, transaction::Transaction};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service::{self, assessment::Assessment},
    session::Session,
};

/// The operation.
#[derive(Debug)]
pub struct PostCheck;

/// A list to be checked again.
#[derive(Debug, Deserialize)]
pub struct PostCheckRequest {
    /// Settlement id.
    pub setl_id: String,
    /// Institution; a hospital's own without being said.
    pub fixmedins_code: Option<String>,
}

/// Answer of `qc.post-check`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"fixmedins_code": "H61040100001", "setl_id": "S000000030000000",
    "stas_type": "1", "qltctrl_rslt": "1", "findings": [], "not_evaluated": [],
    "grouping": {"status": "grouped", "reason": null, "mdc_codg": "MDCB", "adrg_code": "BR2",
        "drg_code": "BR23", "drg_name": "…", "ccmcc": "CC", "grp_ver": "xianyang-2025"},
    "estimate": null}))]
pub struct PostCheckAnswer {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// State of the list afterwards.
    pub stas_type: String,
    /// The outcome.
    #[serde(flatten)]
    pub assessment: Assessment,
}

impl Operation for PostCheck {
    const ID: &'static str = "qc.post-check";
    const TITLE: &'static str = "事后质控服务 / post-event quality control";
    const PATH: &'static str = "/qc/post-check";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370102")];
    type Request = PostCheckRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_id"],
            "properties": {
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<PostCheckRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &PostCheckRequest) -> Result<Value, Refusal> {
        service::post_check::run(session, request).await
    }
}

/// 事后质控服务 / post-event quality control
///
/// 对已存清单执行事后质控并保存结果；已提交且未上报分组结果的清单同时重新分组。Runs
/// post-event QC on a stored list; one that is submitted and whose group is not reported is
/// judged anew. JSON Schema: `/schemas/qc.post-check.json`.
#[utoipa::path(
    tag = "qc", operation_id = "qc.post-check",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 PostCheckAnswer / sealed answer holding PostCheckAnswer", body = SealedAnswer<PostCheckAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/qc/post-check")]
pub(crate) async fn handler(call: Call<PostCheck>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_named_by_its_settlement_id() {
        let request = PostCheck::parse(json!({"setl_id": "S1"})).unwrap();
        assert_eq!(
            (request.setl_id.as_str(), request.fixmedins_code),
            ("S1", None)
        );
    }
}
