//! 获取核定完成状态 (`bills.confirm-state`, transaction 9203).

use actix_web::{HttpResponse, post};
use serde_json::Value;

use super::bills_confirm::{Confirm, ConfirmAnswer, ConfirmRequest};
use super::{
    Operation, request,
    transaction::{Transaction, as_it_is, node},
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
pub struct ConfirmState;

impl Operation for ConfirmState {
    const ID: &'static str = "bills.confirm-state";
    const TITLE: &'static str = "获取核定完成状态 / state of the confirmation";
    const PATH: &'static str = "/bills/confirm-state";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::County, Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::query("9203", node, as_it_is)];
    type Request = ConfirmRequest;

    fn schema() -> Value {
        Confirm::schema()
    }

    fn parse(data: Value) -> Result<ConfirmRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &ConfirmRequest) -> Result<Value, Refusal> {
        service::bills_confirm::state(session, request).await
    }
}

/// 获取核定完成状态 / state of the confirmation
///
/// 查询该机构当月是否已全部确认和核定；状态写在 message 中。Whether the month of an institution is confirmed; the message says so.
/// JSON Schema: `/schemas/bills.confirm-state.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "bills.confirm-state",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 ConfirmAnswer / sealed answer holding ConfirmAnswer", body = SealedAnswer<ConfirmAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/bills/confirm-state")]
pub(crate) async fn handler(call: Call<ConfirmState>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_month_and_an_institution_are_named() {
        let validator = jsonschema::validator_for(&ConfirmState::schema()).unwrap();
        let good = json!({"clrYm": "202610", "clrOptins": "610400", "valiFlag": "1", "fixmedinsCode": "H1", "payLoc": "2"});
        assert!(validator.is_valid(&good));
        ConfirmState::parse(good).unwrap();
        assert!(!validator.is_valid(&json!({"clrYm": "202610"})));
    }
}
