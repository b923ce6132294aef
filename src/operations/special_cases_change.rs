//! 特病单议撤回与申诉 (`special-cases.change`, transaction 3603).

use actix_web::{HttpResponse, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::special_cases_declare::{SpecialAnswer, as_3602};
use super::{
    Operation, request,
    transaction::{self, Transaction},
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
pub struct ChangeCase;

/// A change.
#[derive(Debug, Deserialize)]
pub struct ChangeRequest {
    /// Id of the case.
    pub appy_chk_setl_list_id: String,
    /// withdraw or appeal.
    pub action: Change,
    /// Why.
    pub exit_rea: Option<String>,
    /// Digest of the new documents, for an appeal.
    pub evidence: Option<String>,
}

/// What a hospital does about its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Take it back.
    Withdraw,
    /// Appeal against a rejection.
    Appeal,
}

/// 3603 as a withdrawal (vali_flag 0). Its other form would rewrite what was declared,
/// which no state allows: the schema refuses it, and an appeal has a number of its own.
fn of_3603(input: Value) -> Value {
    let mut asked = transaction::query(input);
    let action = match asked.get("vali_flag").and_then(Value::as_str) {
        Some("0") => "withdraw",
        _ => "modify",
    };
    asked.retain(|name, _| matches!(name.as_str(), "appy_chk_setl_list_id" | "exit_rea"));
    asked.insert("action".to_owned(), action.into());
    Value::Object(asked)
}

impl Operation for ChangeCase {
    const ID: &'static str = "special-cases.change";
    const TITLE: &'static str = "特病单议撤回与申诉 / withdrawal or appeal";
    const PATH: &'static str = "/special-cases/change";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370142"),
        Transaction::query("3603", of_3603, as_3602),
    ];
    type Request = ChangeRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["appy_chk_setl_list_id", "action"],
            "properties": {
                "appy_chk_setl_list_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "action": {"enum": ["withdraw", "appeal"]},
                "exit_rea": {"type": "string", "minLength": 1, "maxLength": 200},
                "evidence": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"},
            },
        })
    }

    fn parse(data: Value) -> Result<ChangeRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &ChangeRequest) -> Result<Value, Refusal> {
        service::special_cases::change(session, request).await
    }
}

/// 特病单议撤回与申诉 / withdrawal or appeal
///
/// 初审前可撤回；不通过后在期限内可凭新证据申诉一次。Withdrawn before screening; appealed once, in time and with new evidence, after a rejection.
/// JSON Schema: `/schemas/special-cases.change.json`.
#[utoipa::path(
    tag = "special-cases", operation_id = "special-cases.change",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 SpecialAnswer / sealed answer holding SpecialAnswer", body = SealedAnswer<SpecialAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/special-cases/change")]
pub(crate) async fn handler(call: Call<ChangeCase>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hospital_does_not_approve() {
        let validator = jsonschema::validator_for(&ChangeCase::schema()).unwrap();
        let good = json!({"appy_chk_setl_list_id": "S1", "action": "withdraw"});
        assert!(validator.is_valid(&good));
        ChangeCase::parse(good).unwrap();
        assert!(!validator.is_valid(&json!({"appy_chk_setl_list_id": "S1", "action": "approve"})));
    }

    #[test]
    fn transaction_3603_withdraws_and_rewrites_nothing() {
        let validator = jsonschema::validator_for(&ChangeCase::schema()).unwrap();
        let input = |vali_flag: &str| json!({"data": {"appy_chk_setl_list_id": "S1", "vali_flag": vali_flag, "memo": "x"}});
        let data = of_3603(input("0"));
        assert!(validator.is_valid(&data), "{data}");
        assert_eq!(ChangeCase::parse(data).unwrap().action, Change::Withdraw);
        assert!(!validator.is_valid(&of_3603(input("1"))));
    }
}
