//! 对账申请 (`reconciliation.apply`): a hospital asks for the reconciliation of its month. The
//! nearest public transaction is 3203 (清算申请).

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation, request,
    transaction::{self, Edition, Transaction},
};
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

/// 3203 as an application. The clearing type is kept for the schema, which takes inpatient
/// stays; what the fund owes is known at the freeze, so the declared sums are not compared.
fn of_3203(input: Value) -> Value {
    let mut asked = transaction::query(input);
    transaction::rename(&mut asked, "setlym", "setl_ym");
    if let Some(Value::String(text)) = asked.get("psntime")
        && let Ok(count) = text.trim().parse::<i64>()
    {
        asked.insert("psntime".to_owned(), count.into());
    }
    asked.retain(|name, _| {
        matches!(
            name.as_str(),
            "setl_ym" | "psntime" | "medfee_sumamt" | "clr_type"
        )
    });
    Value::Object(asked)
}

fn as_3203(answer: Value, _: Edition) -> Value {
    json!({"result": {"clr_appy_evt_id": answer.get("clr_appy_evt_id")}})
}

impl Operation for Apply {
    const ID: &'static str = "reconciliation.apply";
    const TITLE: &'static str = "对账申请 / application for reconciliation";
    const PATH: &'static str = "/reconciliation/apply";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370131"),
        Transaction::query("3203", of_3203, as_3203),
    ];
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
                "clr_type": {"const": "21", "description": "清算类别：住院 / clearing type: inpatient"},
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
    fn transaction_3203_is_an_application_for_inpatient_stays() {
        let validator = jsonschema::validator_for(&Apply::schema()).unwrap();
        let input = |clr_type: &str| {
            json!({"data": {"clr_type": clr_type, "setlym": "202610", "psntime": "12",
                "medfee_sumamt": "123.45", "med_sumfee": 123.45, "fund_appy_sum": 100,
                "cash_payamt": 23.45, "acct_pay": 0, "begndate": "2026-10-01",
                "enddate": "2026-10-31"}})
        };
        let data = of_3203(input("21"));
        assert!(validator.is_valid(&data), "{data}");
        assert_eq!(Apply::parse(data).unwrap().psntime, 12);
        assert!(!validator.is_valid(&of_3203(input("11"))));
        let output = as_3203(json!({"clr_appy_evt_id": "A1"}), Edition::default());
        assert_eq!(output, json!({"result": {"clr_appy_evt_id": "A1"}}));
    }

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
