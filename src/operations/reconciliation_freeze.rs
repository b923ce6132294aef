//! 受理、校验与固化 (`reconciliation.freeze`): the county accepts a hospital's application, checks
//! its month and freezes it with its special cases bound, or returns it.

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
pub struct Freeze;

/// A decision on an application.
#[derive(Debug, Deserialize)]
pub struct FreezeRequest {
    /// Institution.
    pub fixmedins_code: String,
    /// Month, yyyyMM.
    pub setl_ym: String,
    /// FREEZE or RETURN.
    pub decision: String,
    /// Why it is returned.
    pub reason: Option<String>,
}

/// Answer of `reconciliation.freeze`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"clr_appy_evt_id": "A0123456789ABCDEF0123456789ABC",
    "fixmedins_code": "H61040100001", "setl_ym": "202610", "state": "FROZEN", "example": true,
    "batches": [{"insutype": "310", "feeClrId": "B0123456789ABCDEF0123456789ABC",
        "setl_psntime": 2, "medfee_sumamt": 12345.6}],
    "left_out": [], "special_bound": [], "special_over_quota": []}))]
pub struct FreezeAnswer {
    /// Id of the application.
    pub clr_appy_evt_id: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Month.
    pub setl_ym: String,
    /// FROZEN or RETURNED.
    pub state: &'static str,
    /// Whether the profile's values are examples, not a settlement notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<bool>,
    /// A batch for each insurance type.
    pub batches: Vec<FrozenBatch>,
    /// Cases of patients insured elsewhere, by insured area: they stand in bills of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cross_region: Vec<FrozenAway>,
    /// Cases that stay out, and why.
    pub left_out: Vec<LeftOut>,
    /// Special cases bound to the month.
    pub special_bound: Vec<String>,
    /// Approved special cases beyond the quota, frozen at their ordinary price.
    pub special_over_quota: Vec<String>,
}

/// A new batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct FrozenBatch {
    /// Insurance type.
    pub insutype: String,
    /// Id of the batch, as 9201 tells it.
    #[serde(rename = "feeClrId")]
    pub fee_clr_id: String,
    /// Cases.
    pub setl_psntime: i64,
    /// Total cost, yuan.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
}

/// Cases of an insured area.
#[derive(Debug, Serialize, ToSchema)]
pub struct FrozenAway {
    /// Insured area.
    pub insu_admdvs: String,
    /// Insurance type.
    pub insutype: String,
    /// Cases.
    pub setl_psntime: i64,
    /// Total cost, yuan.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
}

/// A case that was not frozen.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOut {
    /// Settlement id.
    pub setl_id: String,
    /// Stable code of the reason.
    pub code: String,
    /// The reason, in Chinese.
    pub message: String,
    /// The reason, in English.
    pub message_en: String,
}

impl Operation for Freeze {
    const ID: &'static str = "reconciliation.freeze";
    const TITLE: &'static str = "受理、校验与固化 / acceptance, check and freeze";
    const PATH: &'static str = "/reconciliation/freeze";
    const ROLES: &'static [Role] = &[Role::County, Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370133")];
    type Request = FreezeRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["fixmedins_code", "setl_ym", "decision"],
            "properties": {
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "decision": {"enum": ["FREEZE", "RETURN"]},
                "reason": {"type": "string", "minLength": 1, "maxLength": 500},
            },
        })
    }

    fn parse(data: Value) -> Result<FreezeRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &FreezeRequest) -> Result<Value, Refusal> {
        service::freeze::run(session, request).await
    }
}

/// 受理、校验与固化 / acceptance, check and freeze
///
/// 公示期已结束、无未决异议与特病单议时，固化该机构当月病例并生成批次；没有价格的病例不固化，逐条说明。Freezes an institution's month once the window is over and nothing is open; cases without a price stay out, each with its reason.
/// JSON Schema: `/schemas/reconciliation.freeze.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "reconciliation.freeze",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 FreezeAnswer / sealed answer holding FreezeAnswer", body = SealedAnswer<FreezeAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/reconciliation/freeze")]
pub(crate) async fn handler(call: Call<Freeze>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_one_of_two() {
        let validator = jsonschema::validator_for(&Freeze::schema()).unwrap();
        let good = json!({"fixmedins_code": "H1", "setl_ym": "202610", "decision": "FREEZE"});
        assert!(validator.is_valid(&good));
        Freeze::parse(good).unwrap();
        assert!(
            !validator.is_valid(
                &json!({"fixmedins_code": "H1", "setl_ym": "202610", "decision": "DROP"})
            )
        );
    }
}
