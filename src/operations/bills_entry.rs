//! 预拨、扣款与差异登记 (`bills.entry`): amounts beside the cases, which enter the next bill.

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
pub struct Enter;

/// An entry.
#[derive(Debug, Deserialize)]
pub struct EnterRequest {
    /// Institution.
    pub fixmedins_code: String,
    /// Insurance type.
    pub insutype: String,
    /// ADVANCE, DEDUCTION or DIFFERENCE.
    pub kind: Kind,
    /// Amount, yuan: advances and deductions above 0; a difference is positive in favour of
    /// the hospital.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub amount: chs_model::Money,
    /// Code of the reason.
    pub reason_code: String,
    /// The reason.
    pub reason: String,
    /// The frozen month that a difference corrects.
    pub setl_ym: Option<String>,
    /// The case that it corrects.
    pub setl_id: Option<String>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// Paid in advance, set off month by month.
    Advance,
    /// Against the hospital.
    Deduction,
    /// A correction of a frozen month.
    Difference,
}

/// Answer of `bills.entry`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"entry_id": "E0123456789ABCDEF0123456789ABC", "kind": "DIFFERENCE", "amount": -12.5}))]
pub struct EnterAnswer {
    /// Its id.
    pub entry_id: String,
    /// What it is.
    pub kind: &'static str,
    /// Amount, yuan.
    #[schema(value_type = f64)]
    pub amount: Value,
}

impl Operation for Enter {
    const ID: &'static str = "bills.entry";
    const TITLE: &'static str = "预拨、扣款与差异登记 / advances, deductions and differences";
    const PATH: &'static str = "/bills/entry";
    const ROLES: &'static [Role] = &[Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370136")];
    type Request = EnterRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["fixmedins_code", "insutype", "kind", "amount", "reason_code", "reason"],
            "properties": {
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "insutype": {"type": "string", "pattern": "^[0-9]{3,5}$"},
                "kind": {"enum": ["ADVANCE", "DEDUCTION", "DIFFERENCE"]},
                "amount": {"type": ["number", "string"], "pattern": "^-?[0-9]{1,12}(\\.[0-9]{1,2})?$"},
                "reason_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "reason": {"type": "string", "minLength": 1, "maxLength": 500},
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<EnterRequest, Vec<FieldError>> {
        let entry: EnterRequest = request(data)?;
        let fen = entry.amount.fen();
        let wrong = |pointer: &str, zh: &str, en: &str| Err(vec![FieldError::new(pointer, zh, en)]);
        match entry.kind {
            _ if fen == 0 => wrong("/amount", "金额不能为 0", "an entry has an amount"),
            Kind::Difference if entry.setl_ym.is_none() => wrong(
                "/setl_ym",
                "差异须注明所更正的月份",
                "a difference names the month that it corrects",
            ),
            Kind::Advance | Kind::Deduction if fen < 0 => wrong(
                "/amount",
                "预拨与扣款须大于 0",
                "advances and deductions are above 0",
            ),
            _ => Ok(entry),
        }
    }

    async fn run(session: &Session, request: &EnterRequest) -> Result<Value, Refusal> {
        service::bills_entry::run(session, request).await
    }
}

/// 预拨、扣款与差异登记 / advances, deductions and differences
///
/// 固化之后的更正只登记差异，进入下一次出账，不改动已固化的病例。After the freeze a correction is a difference entry in the next bill; frozen cases are never rewritten.
/// JSON Schema: `/schemas/bills.entry.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "bills.entry",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 EnterAnswer / sealed answer holding EnterAnswer", body = SealedAnswer<EnterAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/bills/entry")]
pub(crate) async fn handler(call: Call<Enter>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_its_month_and_other_entries_are_positive() {
        let entry = |kind: &str, amount: i64, month: bool| {
            let mut data = json!({"fixmedins_code": "H1", "insutype": "310", "kind": kind,
                "amount": amount, "reason_code": "01", "reason": "x"});
            if month {
                data["setl_ym"] = json!("202610");
            }
            let validator = jsonschema::validator_for(&Enter::schema()).unwrap();
            assert!(validator.is_valid(&data));
            Enter::parse(data).is_ok()
        };
        assert!(entry("DIFFERENCE", -5, true) && entry("ADVANCE", 5, false));
        assert!(!entry("DIFFERENCE", -5, false) && !entry("DEDUCTION", -5, false));
        assert!(!entry("ADVANCE", 0, false) && !entry("DIFFERENCE", 0, true));
    }
}
