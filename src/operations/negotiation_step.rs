//! 协商轮次推进 (`negotiation.step`): a hospital accepts, declines or proposes something
//! else; the city revises its proposal or closes the round.

use actix_web::{HttpResponse, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Operation, negotiation_open::RoundAnswer, request, transaction::Transaction};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service,
    session::Session,
};

/// The operation.
#[derive(Debug)]
pub struct Step;

/// A step.
#[derive(Debug, Deserialize)]
pub struct StepRequest {
    /// Year, yyyy.
    pub year: String,
    /// Number of the round.
    pub number: i32,
    /// What is done.
    pub action: String,
    /// Institution that answers: the caller's own.
    pub fixmedins_code: Option<String>,
    /// Version that the caller saw; another one refuses the step.
    pub version: Option<i32>,
    /// SM3 of the proposal that is accepted as it stands (accept), of the hospital's own
    /// (counter), of the city's new one (revise).
    pub digest: Option<String>,
    /// Number of the document.
    pub reference: Option<String>,
    /// The reason (decline, counter, revise, close).
    pub reason: Option<String>,
    /// Person who acts, by the caller's own account.
    pub opter_id: String,
}

impl Operation for Step {
    const ID: &'static str = "negotiation.step";
    const TITLE: &'static str = "协商轮次推进 / a step of a negotiation round";
    const PATH: &'static str = "/negotiation/step";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370192")];
    type Request = StepRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["year", "number", "action", "opter_id"],
            "properties": {
                "year": {"type": "string", "pattern": "^[0-9]{4}$"},
                "number": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                "action": {"enum": ["revise", "accept", "decline", "counter", "close"]},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "version": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
                "digest": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"},
                "reference": {"type": "string", "minLength": 1, "maxLength": 64},
                "reason": {"type": "string", "minLength": 1, "maxLength": 500},
                "opter_id": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<StepRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &StepRequest) -> Result<Value, Refusal> {
        service::negotiation::step(session, request).await
    }
}

/// 协商轮次推进 / a step of a negotiation round
///
/// 医院对现有方案接受（摘要须相符）、不接受或另提方案，结束前可再次答复，前次答复仍在记录中；市级修改方案（各机构须重新答复）或结束轮次。A hospital accepts the proposal as it stands (the digest must be its), declines it or proposes something else, and may answer anew until the end; the city revises, after which all answer anew, or closes.
/// JSON Schema: `/schemas/negotiation.step.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "negotiation.step",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 RoundAnswer / sealed answer holding RoundAnswer", body = SealedAnswer<RoundAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/negotiation/step")]
pub(crate) async fn handler(call: Call<Step>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_and_the_state_table_know_the_same_actions() {
        let schema = Step::schema();
        let offered = schema["properties"]["action"]["enum"].as_array().unwrap();
        let known: Vec<Value> = chs_settlement::states::RoundAction::ALL
            .iter()
            .map(|action| json!(action.as_str()))
            .collect();
        assert_eq!(offered, &known);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let good = json!({"year": "2027", "number": 1, "action": "decline", "reason": "R",
            "opter_id": "li"});
        assert!(validator.is_valid(&good));
        Step::parse(good).unwrap();
    }
}
