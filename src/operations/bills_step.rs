//! 批次推进 (`bills.step`): moves a monthly batch along its states, each step by the role that
//! may take it.

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
pub struct Step;

/// A step.
#[derive(Debug, Deserialize)]
pub struct StepRequest {
    /// Institution.
    pub fixmedins_code: String,
    /// Month, yyyyMM.
    pub setl_ym: String,
    /// Insurance type.
    pub insutype: String,
    /// What is done.
    pub action: String,
    /// Version that the caller saw; another one refuses the step.
    pub version: Option<i32>,
    /// Amount, yuan: the bill's (equal), the difference (differ), the agreed one
    /// (resolve), the paid one (receive_payment).
    #[serde(default, deserialize_with = "crate::wire::some_amount")]
    pub amount: Option<chs_model::Money>,
    /// Request id of the core system (submit, resubmit, request_payment: a new one each
    /// time), receipt number (receive_payment), voucher number (close).
    pub reference: Option<String>,
    /// Digest of the document that the step rests on (resubmit, resolve).
    pub digest: Option<String>,
    /// Code of the reason (differ).
    pub reason_code: Option<String>,
    /// The reason (return, fail_payment; request_payment after three failures).
    pub reason: Option<String>,
    /// Person who acts, by the caller's own account (resolve).
    pub opter_id: Option<String>,
}

/// A batch after the step; amounts in yuan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"fixmedins_code": "H61040100001", "setl_ym": "202610", "insutype": "310",
    "feeClrId": "B0123456789ABCDEF0123456789ABC", "state": "RECONCILED", "version": 4,
    "due": 1234.5, "reconciled": 1234.5, "hash": "…"}))]
pub struct StepAnswer {
    /// Institution.
    pub fixmedins_code: String,
    /// Month.
    pub setl_ym: String,
    /// Insurance type.
    pub insutype: String,
    /// Id of the batch.
    #[serde(rename = "feeClrId")]
    pub fee_clr_id: String,
    /// State of the batch.
    pub state: String,
    /// Its version.
    pub version: i32,
    /// To be transferred by the bill.
    #[schema(value_type = f64)]
    pub due: Value,
    /// Reconciled amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub reconciled: Option<Value>,
    /// SM3 of the event, chained to the one before.
    pub hash: String,
}

impl Operation for Step {
    const ID: &'static str = "bills.step";
    const TITLE: &'static str = "批次推进 / a step of a batch";
    const PATH: &'static str = "/bills/step";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City, Role::Core, Role::Finance];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370135")];
    type Request = StepRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["fixmedins_code", "setl_ym", "insutype", "action"],
            "properties": {
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "insutype": {"type": "string", "pattern": "^[0-9]{3,5}$"},
                "action": {"enum": ["submit", "accept", "return", "resubmit", "reconcile", "equal", "differ", "resolve", "request_payment", "receive_payment", "fail_payment", "close"]},
                "version": {"type": "integer", "minimum": 0},
                "amount": {"type": ["number", "string"], "pattern": "^-?[0-9]{1,12}(\\.[0-9]{1,2})?$"},
                "reference": {"type": "string", "minLength": 1, "maxLength": 64},
                "digest": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"},
                "reason_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "reason": {"type": "string", "minLength": 1, "maxLength": 500},
                "opter_id": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<StepRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &StepRequest) -> Result<Value, Refusal> {
        service::bills_step::run(session, request).await
    }
}

/// 批次推进 / a step of a batch
///
/// 提交核心、受理、退回、对账、差异、双方签认、拨付申请、到账回执、关账。Submission, acceptance, return, reconciliation, difference, two signatures, payment request, receipt, closing.
/// JSON Schema: `/schemas/bills.step.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "bills.step",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 StepAnswer / sealed answer holding StepAnswer", body = SealedAnswer<StepAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/bills/step")]
pub(crate) async fn handler(call: Call<Step>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_a_closed_set() {
        let validator = jsonschema::validator_for(&Step::schema()).unwrap();
        let good = json!({"fixmedins_code": "H1", "setl_ym": "202610", "insutype": "310", "action": "equal", "amount": 1});
        assert!(validator.is_valid(&good));
        Step::parse(good).unwrap();
        assert!(!validator.is_valid(&json!({"fixmedins_code": "H1", "setl_ym": "202610", "insutype": "310", "action": "skip"})));
    }

    #[test]
    fn the_schema_and_the_state_table_know_the_same_actions() {
        let schema = Step::schema();
        let offered = schema["properties"]["action"]["enum"].as_array().unwrap();
        let known: Vec<Value> = chs_settlement::states::BatchAction::ALL
            .iter()
            .map(|action| json!(action.as_str()))
            .collect();
        assert_eq!(offered, &known);
    }
}
