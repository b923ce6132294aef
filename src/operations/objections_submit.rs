//! 异议提出 (`objections.submit`): a hospital objects to the published group of its case.

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

/// The operation.
#[derive(Debug)]
pub struct Object;

/// An objection.
#[derive(Debug, Deserialize)]
pub struct ObjectRequest {
    /// Settlement id.
    pub setl_id: String,
    /// The group that is wanted.
    pub wanted_drg_code: Option<String>,
    /// Why.
    pub reason: String,
}

/// Answer of `objections.submit`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"setl_id": "S000000030000000", "number": 1, "state": "OPEN",
    "drg_code": "BR23", "raised_at": "2026-11-23 09:00:00"}))]
pub struct ObjectAnswer {
    /// Settlement id.
    pub setl_id: String,
    /// Running number of the case's objections.
    pub number: i32,
    /// OPEN.
    pub state: &'static str,
    /// The published group.
    pub drg_code: String,
    /// When, China time.
    pub raised_at: String,
}

impl Operation for Object {
    const ID: &'static str = "objections.submit";
    const TITLE: &'static str = "异议提出 / objection to a published result";
    const PATH: &'static str = "/objections/submit";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370114")];
    type Request = ObjectRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_id", "reason"],
            "properties": {
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "wanted_drg_code": {"type": "string", "minLength": 1, "maxLength": 50},
                "reason": {"type": "string", "minLength": 1, "maxLength": 500},
            },
        })
    }

    fn parse(data: Value) -> Result<ObjectRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &ObjectRequest) -> Result<Value, Refusal> {
        service::objections::submit(session, request).await
    }
}

/// 异议提出 / objection to a published result
///
/// 医疗机构在公示期内对本机构病例的分组结果提出异议。A hospital objects to a published group within the window.
/// JSON Schema: `/schemas/objections.submit.json`.
#[utoipa::path(
    tag = "publication", operation_id = "objections.submit",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 ObjectAnswer / sealed answer holding ObjectAnswer", body = SealedAnswer<ObjectAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/objections/submit")]
pub(crate) async fn handler(call: Call<Object>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_objection_has_a_reason() {
        let validator = jsonschema::validator_for(&Object::schema()).unwrap();
        assert!(validator.is_valid(&json!({"setl_id": "S1", "reason": "x"})));
        assert!(!validator.is_valid(&json!({"setl_id": "S1", "reason": ""})));
    }
}
