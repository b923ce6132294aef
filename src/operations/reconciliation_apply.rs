//! 对账申请 (`reconciliation.apply`): a hospital asks for the reconciliation of its month. The
//! nearest public transaction is 3203 (清算申请).

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
pub struct Apply;

/// An application.
#[derive(Debug, Deserialize)]
pub struct ApplyRequest {
    /// Month, yyyyMM.
    pub setl_ym: String,
    /// Number of cases.
    pub psntime: i64,
    /// Total cost, yuan.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub medfee_sumamt: chs_model::Money,
}

/// Answer of `reconciliation.apply`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"clr_appy_evt_id": "A0123456789ABCDEF0123456789ABC",
    "setl_ym": "202610", "state": "APPLIED", "stmt_rslt": "0"}))]
pub struct ApplyAnswer {
    /// Id of the application.
    pub clr_appy_evt_id: String,
    /// Month.
    pub setl_ym: String,
    /// APPLIED.
    pub state: &'static str,
    /// Result of the comparison: 0 equal (dictionary stmt_rslt); others are refused.
    pub stmt_rslt: &'static str,
}

impl Operation for Apply {
    const ID: &'static str = "reconciliation.apply";
    const TITLE: &'static str = "对账申请 / application for reconciliation";
    const PATH: &'static str = "/reconciliation/apply";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370131")];
    type Request = ApplyRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_ym", "psntime", "medfee_sumamt"],
            "properties": {
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "psntime": {"type": "integer", "minimum": 1},
                "medfee_sumamt": {"type": ["number", "string"], "pattern": "^-?[0-9]{1,12}(\\.[0-9]{1,2})?$"},
            },
        })
    }

    fn parse(data: Value) -> Result<ApplyRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &ApplyRequest) -> Result<Value, Refusal> {
        service::reconciliation::apply(session, request).await
    }
}

/// 对账申请 / application for reconciliation
///
/// 医院按人次与总费用申请对账，与中心不一致即拒绝（容差 0 分）。A hospital states cases and total cost of its month; a difference to ours refuses the application (tolerance 0 fen).
/// JSON Schema: `/schemas/reconciliation.apply.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "reconciliation.apply",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 ApplyAnswer / sealed answer holding ApplyAnswer", body = SealedAnswer<ApplyAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/reconciliation/apply")]
pub(crate) async fn handler(call: Call<Apply>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_counts_cases_and_costs() {
        let validator = jsonschema::validator_for(&Apply::schema()).unwrap();
        let good = json!({"setl_ym": "202610", "psntime": 2, "medfee_sumamt": 12.5});
        assert!(validator.is_valid(&good));
        Apply::parse(good).unwrap();
        assert!(
            !validator.is_valid(&json!({"setl_ym": "202610", "psntime": 0, "medfee_sumamt": 12.5}))
        );
        assert!(
            !validator
                .is_valid(&json!({"setl_ym": "202610", "psntime": 2, "medfee_sumamt": "1.234"}))
        );
    }
}
