//! 月度测算与出账 (`bills.run`): the city fixes the month's value of a point; bills then follow by
//! themselves.

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
pub struct Run;

/// A month with its budgets.
#[derive(Debug, Deserialize)]
pub struct RunRequest {
    /// Month, yyyyMM.
    pub setl_ym: String,
    /// Budget of each insurance type that has frozen cases.
    pub budgets: Vec<Budget>,
}

/// The budget of an insurance type; funds never mix.
#[derive(Debug, Deserialize)]
pub struct Budget {
    /// Insurance type.
    pub insutype: String,
    /// Budget of the month, yuan.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub budget: chs_model::Money,
}

/// Answer of `bills.run`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"setl_ym": "202610", "state": "VALUED", "profile": "fangchenggang",
    "example": true, "batches": 2, "pools": [{"insutype": "310", "budget": 100000, "value": 98.7654,
    "setl_psntime": 12, "points": 1234.5, "medfee_sumamt": 98765.4}]}))]
pub struct RunAnswer {
    /// Month.
    pub setl_ym: String,
    /// VALUED: bills are being made.
    pub state: &'static str,
    /// Profile that prices the month.
    pub profile: String,
    /// Whether its values are examples, not a settlement notice.
    pub example: bool,
    /// Batches to be billed.
    pub batches: i64,
    /// The funds.
    pub pools: Vec<PoolView>,
}

/// The fund of an insurance type; amounts in yuan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoolView {
    /// Insurance type.
    pub insutype: String,
    /// Budget of the month.
    #[schema(value_type = f64)]
    pub budget: Value,
    /// Value of a point; absent where no case has points.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub value: Option<Value>,
    /// Cases.
    pub setl_psntime: i64,
    /// Points.
    #[schema(value_type = f64)]
    pub points: Value,
    /// Total cost.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// What the cases are worth, once billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub payable: Option<Value>,
    /// What the bills leave of the budget, once billed; never spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub residue: Option<Value>,
}

impl Operation for Run {
    const ID: &'static str = "bills.run";
    const TITLE: &'static str = "月度测算与出账 / the run of a month";
    const PATH: &'static str = "/bills/run";
    const ROLES: &'static [Role] = &[Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370134")];
    type Request = RunRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_ym", "budgets"],
            "properties": {
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "budgets": {"type": "array", "minItems": 1, "maxItems": 50, "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["insutype", "budget"],
                    "properties": {
                        "insutype": {"type": "string", "pattern": "^[0-9]{3,5}$"},
                        "budget": {"type": ["number", "string"], "pattern": "^[0-9]{1,12}(\\.[0-9]{1,2})?$", "minimum": 0},
                    },
                }},
            },
        })
    }

    fn parse(data: Value) -> Result<RunRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &RunRequest) -> Result<Value, Refusal> {
        service::bills_run::run(session, request).await
    }
}

/// 月度测算与出账 / the run of a month
///
/// 全部申请处理完后，按险种预算确定点值，账单随后由作业逐批生成，中断后自动续作。Fixes the value of a point by insurance type; a job then makes the bills batch by batch and goes on after any interruption.
/// JSON Schema: `/schemas/bills.run.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "bills.run",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 RunAnswer / sealed answer holding RunAnswer", body = SealedAnswer<RunAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/bills/run")]
pub(crate) async fn handler(call: Call<Run>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_not_negative() {
        let validator = jsonschema::validator_for(&Run::schema()).unwrap();
        let good = json!({"setl_ym": "202610", "budgets": [{"insutype": "310", "budget": 1000}]});
        assert!(validator.is_valid(&good));
        Run::parse(good).unwrap();
        assert!(!validator.is_valid(
            &json!({"setl_ym": "202610", "budgets": [{"insutype": "310", "budget": -1}]})
        ));
        assert!(!validator.is_valid(&json!({"setl_ym": "202610", "budgets": []})));
    }
}
