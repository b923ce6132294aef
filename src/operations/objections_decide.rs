//! 异议处理 (`objections.decide`): the city upholds or rejects an open objection.

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
pub struct Decide;

/// A decision.
#[derive(Debug, Deserialize)]
pub struct DecideRequest {
    /// Settlement id.
    pub setl_id: String,
    /// Institution; needed only where several use the same setl_id.
    pub fixmedins_code: Option<String>,
    /// UPHELD or REJECTED.
    pub decision: String,
    /// Why.
    pub opinion: String,
}

/// Answer of `objections.decide`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"fixmedins_code": "H61040100001", "setl_id": "S000000030000000",
    "number": 1, "state": "UPHELD", "decided_at": "2026-11-25 09:00:00"}))]
pub struct DecideAnswer {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Running number of the case's objections.
    pub number: i32,
    /// UPHELD or REJECTED.
    pub state: String,
    /// When, China time.
    pub decided_at: String,
}

impl Operation for Decide {
    const ID: &'static str = "objections.decide";
    const TITLE: &'static str = "异议处理 / decision on an objection";
    const PATH: &'static str = "/objections/decide";
    const ROLES: &'static [Role] = &[Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370115")];
    type Request = DecideRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_id", "decision", "opinion"],
            "properties": {
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "decision": {"enum": ["UPHELD", "REJECTED"]},
                "opinion": {"type": "string", "minLength": 1, "maxLength": 500},
            },
        })
    }

    fn parse(data: Value) -> Result<DecideRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &DecideRequest) -> Result<Value, Refusal> {
        service::objections::decide(session, request).await
    }
}

/// 异议处理 / decision on an objection
///
/// 市级处理未决异议；支持的异议随后按清单更正或撤销重报办理。The city decides an open objection; one that is upheld is carried out by a corrected list or a revocation.
/// JSON Schema: `/schemas/objections.decide.json`.
#[utoipa::path(
    tag = "publication", operation_id = "objections.decide",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 DecideAnswer / sealed answer holding DecideAnswer", body = SealedAnswer<DecideAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/objections/decide")]
pub(crate) async fn handler(call: Call<Decide>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_one_of_two() {
        let validator = jsonschema::validator_for(&Decide::schema()).unwrap();
        for (decision, valid) in [("UPHELD", true), ("REJECTED", true), ("OPEN", false)] {
            let data = json!({"setl_id": "S1", "decision": decision, "opinion": "x"});
            assert_eq!(validator.is_valid(&data), valid);
        }
    }
}
