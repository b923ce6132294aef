//! 月结数据确认和审核 (`bills.confirm`, transaction 9202): the month of an institution is confirmed
//! as it was billed.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

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
pub struct Confirm;

/// An institution's month, in the names of 9202.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmRequest {
    /// Month, yyyyMM.
    pub clr_ym: String,
    /// Office that clears (清算经办机构).
    pub clr_optins: String,
    /// 1: valid data; there is no other here.
    pub vali_flag: String,
    /// Institution.
    pub fixmedins_code: String,
    /// 2: the institution itself; other places are not billed here.
    pub pay_loc: String,
}

/// Answer of `bills.confirm` and `bills.confirm-state`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"wrapperResponse": {"code": 0, "type": "success", "message": "H61040100001 确认和核定成功 / confirmed"}}))]
pub struct ConfirmAnswer {
    /// The outcome.
    pub wrapper_response: WrapperResponse,
}

/// What 9202 and 9203 answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrapperResponse {
    /// 0.
    pub code: i32,
    /// success.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The state, in words.
    pub message: String,
}

impl Operation for Confirm {
    const ID: &'static str = "bills.confirm";
    const TITLE: &'static str = "月结数据确认和审核 / confirmation of a month";
    const PATH: &'static str = "/bills/confirm";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::query("9202", node, as_it_is)];
    type Request = ConfirmRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["clrYm", "clrOptins", "valiFlag", "fixmedinsCode", "payLoc"],
            "properties": {"clrYm": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                        "clrOptins": {"type": "string", "pattern": "^[0-9]{6}$"},
                        "valiFlag": {"type": "string", "minLength": 1, "maxLength": 3},
                        "fixmedinsCode": {"type": "string", "minLength": 1, "maxLength": 30},
                        "payLoc": {"type": "string", "minLength": 1, "maxLength": 6}},
        })
    }

    fn parse(data: Value) -> Result<ConfirmRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &ConfirmRequest) -> Result<Value, Refusal> {
        service::bills_confirm::confirm(session, request).await
    }
}

/// 月结数据确认和审核 / confirmation of a month
///
/// 确认该机构当月全部在对账中的批次，金额以账单为准。Confirms every batch of the month that is being reconciled, at the amount of its bill.
/// JSON Schema: `/schemas/bills.confirm.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "bills.confirm",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 ConfirmAnswer / sealed answer holding ConfirmAnswer", body = SealedAnswer<ConfirmAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/bills/confirm")]
pub(crate) async fn handler(call: Call<Confirm>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_and_an_institution_are_named() {
        let validator = jsonschema::validator_for(&Confirm::schema()).unwrap();
        let good = json!({"clrYm": "202610", "clrOptins": "610400", "valiFlag": "1", "fixmedinsCode": "H1", "payLoc": "2"});
        assert!(validator.is_valid(&good));
        Confirm::parse(good).unwrap();
        assert!(!validator.is_valid(&json!({"clrYm": "202610"})));
    }
}
