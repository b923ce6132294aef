//! 费用变动校验 (`fee.guard`): no fee is changed or recalled while discharge stands.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Operation, request, transaction::Transaction};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service,
    session::Session,
};
use chrono::NaiveDateTime;

/// A fee about to be changed or recalled.
#[derive(Debug, Deserialize)]
pub struct FeeGuardRequest {
    /// Visit.
    pub mdtrt_id: String,
    /// Where discharge stands.
    pub discharge_state: Discharge,
    /// When it was cancelled, China time; needed where it was.
    #[serde(default, deserialize_with = "super::moment_or_none")]
    pub discharge_cancel_time: Option<NaiveDateTime>,
    /// When the fee is changed, China time; now if it is left out.
    #[serde(default, deserialize_with = "super::moment_or_none")]
    pub change_time: Option<NaiveDateTime>,
}

/// Where discharge stands.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Discharge {
    /// Not done.
    Open,
    /// Done.
    Done,
    /// Done and cancelled.
    Cancelled,
}

/// Answer of `fee.guard`; a change that is not allowed is refused instead.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"mdtrt_id": "M0001", "allowed": true}))]
pub struct FeeGuardAnswer {
    /// Visit.
    pub mdtrt_id: String,
    /// Always true.
    pub allowed: bool,
}

/// The operation.
#[derive(Debug)]
pub struct FeeGuard;

impl Operation for FeeGuard {
    const ID: &'static str = "fee.guard";
    const TITLE: &'static str = "费用变动校验 / guard of fee changes";
    const PATH: &'static str = "/hospital/fee-guard";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370123")];
    type Request = FeeGuardRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["mdtrt_id", "discharge_state"],
            "properties": {
                "mdtrt_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "discharge_state": {"enum": ["open", "done", "cancelled"]},
                "discharge_cancel_time": {"type": "string", "maxLength": 30},
                "change_time": {"type": "string", "maxLength": 30},
            },
            "if": {"properties": {"discharge_state": {"const": "cancelled"}}},
            "then": {"required": ["discharge_cancel_time"]},
        })
    }

    fn parse(data: Value) -> Result<FeeGuardRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &FeeGuardRequest) -> Result<Value, Refusal> {
        service::hospital_guards::fee(session, request).await
    }
}

/// 费用变动校验 / guard of fee changes
///
/// 已办理医保出院而未撤销的，拒绝费用变动或召回。A fee is not changed or recalled while discharge stands. JSON Schema: `/schemas/fee.guard.json`.
#[utoipa::path(
    tag = "hospital", operation_id = "fee.guard",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 FeeGuardAnswer / sealed answer holding FeeGuardAnswer", body = SealedAnswer<FeeGuardAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/hospital/fee-guard")]
pub(crate) async fn handler(call: Call<FeeGuard>) -> HttpResponse {
    call.carry_out().await
}
