//! 出院办理校验 (`discharge.guard`): no discharge before the admission time was
//! changed to that of ward entry.

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

/// A discharge about to be done.
#[derive(Debug, Deserialize)]
pub struct DischargeGuardRequest {
    /// Visit.
    pub mdtrt_id: String,
    /// When the ward received the patient, China time.
    #[serde(deserialize_with = "super::moment")]
    pub ward_entry_time: NaiveDateTime,
    /// The change of the admission, if there was one.
    #[serde(default)]
    pub adm_change: AdmChange,
}

/// A change of the admission (transaction 2403).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AdmChange {
    /// Whether it was done.
    pub done: bool,
    /// The admission time it set.
    #[serde(deserialize_with = "super::moment_or_none")]
    pub new_time: Option<NaiveDateTime>,
}

/// Answer of `discharge.guard`; a discharge that is not allowed is refused instead.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"mdtrt_id": "M0001", "allowed": true}))]
pub struct DischargeGuardAnswer {
    /// Visit.
    pub mdtrt_id: String,
    /// Always true.
    pub allowed: bool,
}

/// The operation.
#[derive(Debug)]
pub struct DischargeGuard;

impl Operation for DischargeGuard {
    const ID: &'static str = "discharge.guard";
    const TITLE: &'static str = "出院办理校验 / guard of discharge";
    const PATH: &'static str = "/hospital/discharge-guard";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370122")];
    type Request = DischargeGuardRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["mdtrt_id", "ward_entry_time"],
            "properties": {
                "mdtrt_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "ward_entry_time": {"type": "string", "maxLength": 30},
                "adm_change": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["done"],
                    "properties": {
                        "done": {"type": "boolean"},
                        "new_time": {"type": "string", "maxLength": 30},
                    },
                },
            },
        })
    }

    fn parse(data: Value) -> Result<DischargeGuardRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &DischargeGuardRequest) -> Result<Value, Refusal> {
        service::hospital_guards::discharge(session, request).await
    }
}

/// 出院办理校验 / guard of discharge
///
/// 入院时间未变更为入科时间的，拒绝出院办理。Discharge is refused until the admission time is that of ward entry. JSON Schema: `/schemas/discharge.guard.json`.
#[utoipa::path(
    tag = "hospital", operation_id = "discharge.guard",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 DischargeGuardAnswer / sealed answer holding DischargeGuardAnswer", body = SealedAnswer<DischargeGuardAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/hospital/discharge-guard")]
pub(crate) async fn handler(call: Call<DischargeGuard>) -> HttpResponse {
    call.carry_out().await
}
