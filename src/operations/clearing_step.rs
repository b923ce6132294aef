//! 年度清算推进 (`clearing.step`): publication by a second person, each institution's
//! confirmation or dispute, approval, posting, locking.

use actix_web::{HttpResponse, post};
use chs_settlement::books::ClearingStage;
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
pub struct Step;

/// A step.
#[derive(Debug, Deserialize)]
pub struct StepRequest {
    /// Year, yyyy.
    pub year: String,
    /// PRE_CLEARING or CLEARING.
    #[serde(deserialize_with = "super::clearing_query::stage")]
    pub stage: ClearingStage,
    /// What is done.
    pub action: String,
    /// Institution (confirm, dispute: the caller's own; settle: whose dispute it is).
    pub fixmedins_code: Option<String>,
    /// Version that the caller saw; another one refuses the step.
    pub version: Option<i32>,
    /// Amount, yuan: the institution's transfer over all funds (confirm), what a dispute
    /// is settled with, in favour of the hospital (settle).
    #[serde(default, deserialize_with = "crate::wire::some_amount")]
    pub amount: Option<chs_model::Money>,
    /// Fund that the amount of a settled dispute belongs to.
    pub insutype: Option<String>,
    /// Digest of what is signed: of the clearing (publish, approve) or of the
    /// institution's statement (confirm).
    pub digest: Option<String>,
    /// Voucher number (post).
    pub reference: Option<String>,
    /// The reason (dispute, settle).
    pub reason: Option<String>,
    /// Person who acts, by the caller's own account.
    pub opter_id: String,
}

/// A clearing after the step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"year": "2026", "stage": "CLEARING", "number": 1,
    "state": "INSTITUTION_CONFIRMING", "version": 2, "pending": 1, "disputed": 0,
    "digest": "5d0b…", "hash": "83fa…"}))]
pub struct ClearingStepAnswer {
    /// Year.
    pub year: String,
    /// Stage.
    pub stage: &'static str,
    /// Number of the proposal.
    pub number: i32,
    /// State of the clearing.
    pub state: String,
    /// Its version.
    pub version: i32,
    /// Institutions that have not confirmed.
    pub pending: usize,
    /// Institutions with an open dispute.
    pub disputed: usize,
    /// SM3 over funds and institutions.
    pub digest: String,
    /// SM3 of the event, chained to the one before.
    pub hash: String,
}

impl Operation for Step {
    const ID: &'static str = "clearing.step";
    const TITLE: &'static str = "年度清算推进 / a step of an annual clearing";
    const PATH: &'static str = "/clearing/step";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City, Role::Finance];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370152")];
    type Request = StepRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["year", "stage", "action", "opter_id"],
            "properties": {
                "year": {"type": "string", "pattern": "^[0-9]{4}$"},
                "stage": {"enum": ["PRE_CLEARING", "CLEARING"]},
                "action": {"enum": ["publish", "dispute", "settle", "confirm", "approve", "post", "lock"]},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "version": {"type": "integer", "minimum": 0},
                "amount": {"type": ["number", "string"], "pattern": "^-?[0-9]{1,13}(\\.[0-9]{1,2})?$"},
                "insutype": {"type": "string", "pattern": "^[0-9]{3,5}$"},
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
        service::clearing::step(session, request).await
    }
}

/// 年度清算推进 / a step of an annual clearing
///
/// 第二人复核公布，各机构分别确认或提出争议，市级批准（第二人），基金财务记账与锁定。A second person publishes, every institution confirms or disputes by itself, a second person of the city approves, fund finance posts and locks.
/// JSON Schema: `/schemas/clearing.step.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "clearing.step",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 ClearingStepAnswer / sealed answer holding ClearingStepAnswer", body = SealedAnswer<ClearingStepAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/clearing/step")]
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
        let known: Vec<Value> = chs_settlement::states::ClearingAction::ALL
            .iter()
            .map(|action| json!(action.as_str()))
            .collect();
        assert_eq!(offered, &known);
    }

    #[test]
    fn a_step_names_its_person() {
        let validator = jsonschema::validator_for(&Step::schema()).unwrap();
        let good = json!({"year": "2026", "stage": "CLEARING", "action": "publish",
            "opter_id": "li"});
        assert!(validator.is_valid(&good));
        Step::parse(good).unwrap();
        assert!(
            !validator.is_valid(&json!({"year": "2026", "stage": "CLEARING", "action": "publish"}))
        );
    }
}
