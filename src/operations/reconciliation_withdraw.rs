//! 对账申请撤销 (`reconciliation.withdraw`), as transaction 3204 does for 3203.

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
pub struct Withdraw;

/// A withdrawal.
#[derive(Debug, Deserialize)]
pub struct WithdrawRequest {
    /// Id of the application.
    pub clr_appy_evt_id: String,
    /// Month, yyyyMM; absent (3204): that of the application.
    #[serde(default)]
    pub setl_ym: String,
}

/// Answer of `reconciliation.withdraw`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"clr_appy_evt_id": "A0123456789ABCDEF0123456789ABC", "state": "WITHDRAWN"}))]
pub struct WithdrawAnswer {
    /// Id of the application.
    pub clr_appy_evt_id: String,
    /// WITHDRAWN.
    pub state: &'static str,
}

/// 3204 names the application alone.
fn of_3204(input: Value) -> Value {
    Value::Object(transaction::query(input))
}

/// 3204 has no output.
fn nothing(_: Value, _: Edition) -> Value {
    json!({})
}

impl Operation for Withdraw {
    const ID: &'static str = "reconciliation.withdraw";
    const TITLE: &'static str = "对账申请撤销 / withdrawal of an application";
    const PATH: &'static str = "/reconciliation/withdraw";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370132"),
        Transaction::query("3204", of_3204, nothing),
    ];
    type Request = WithdrawRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["clr_appy_evt_id"],
            "properties": {
                "clr_appy_evt_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
            },
        })
    }

    fn parse(data: Value) -> Result<WithdrawRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &WithdrawRequest) -> Result<Value, Refusal> {
        service::reconciliation::withdraw(session, request).await
    }
}

/// 对账申请撤销 / withdrawal of an application
///
/// 县区受理之前，医院可撤销本月的对账申请。A hospital withdraws its application before the county decides.
/// JSON Schema: `/schemas/reconciliation.withdraw.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "reconciliation.withdraw",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 WithdrawAnswer / sealed answer holding WithdrawAnswer", body = SealedAnswer<WithdrawAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/reconciliation/withdraw")]
pub(crate) async fn handler(call: Call<Withdraw>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawal_names_its_application() {
        let validator = jsonschema::validator_for(&Withdraw::schema()).unwrap();
        let good = json!({"clr_appy_evt_id": "A1", "setl_ym": "202610"});
        assert!(validator.is_valid(&good));
        Withdraw::parse(good).unwrap();
        assert!(validator.is_valid(&of_3204(json!({"data": {"clr_appy_evt_id": "A1"}}))));
        assert!(!validator.is_valid(&json!({"setl_ym": "202610"})));
    }
}
