//! 特病单议申报 (`special-cases.declare`, transaction 3602).

use actix_web::{HttpResponse, post};
use chs_envelope::sm;
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
pub struct Declare;

/// A declaration, in the names of 3602.
#[derive(Debug, Deserialize)]
pub struct DeclareRequest {
    /// Settlement id.
    pub setl_id: String,
    /// Type of the application; the national values (EXIT_TYPE) are not published.
    pub appy_exit_type: String,
    /// Why.
    pub exit_rea: String,
    /// What is asked for, yuan.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub exit_fund_payamt: chs_model::Money,
    /// Digest (SM3 or SHA-256) of the documents; the documents stay with the hospital.
    pub evidence: String,
}

/// A special case after a step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"code": "0", "message": "", "setl_id": "S000000030000000",
    "appy_chk_setl_list_id": "S0123456789ABCDEF0123456789ABC", "state": "DECLARED", "version": 1,
    "vali_flag": "1"}))]
pub struct SpecialAnswer {
    /// 0 done, as 3602 and 3603 answer.
    pub code: &'static str,
    /// Empty.
    pub message: &'static str,
    /// Id of the case.
    pub appy_chk_setl_list_id: String,
    /// Settlement id.
    pub setl_id: String,
    /// State.
    pub state: String,
    /// Number of its last opinion.
    pub version: i32,
    /// 1, or 0 once withdrawn.
    pub vali_flag: String,
}

/// 3602 as a declaration. It carries no documents, so the evidence is the SM3 of what it
/// does carry: an appeal still needs another one.
fn of_3602(input: Value) -> Value {
    let asked = transaction::query(input);
    let text = Value::Object(asked.clone()).to_string();
    let mut data = asked;
    data.retain(|name, _| {
        matches!(
            name.as_str(),
            "setl_id" | "appy_exit_type" | "exit_rea" | "exit_fund_payamt"
        )
    });
    let evidence = sm::sm3(&[text.as_bytes()]).to_hex();
    data.insert("evidence".to_owned(), evidence.into());
    Value::Object(data)
}

/// 3602 and 3603 answer whether it was done.
pub(super) fn as_3602(mut answer: Value, _: Edition) -> Value {
    if let Some(members) = answer.as_object_mut() {
        transaction::only(members, &["code", "message", "type"]);
    }
    json!({"data": answer})
}

impl Operation for Declare {
    const ID: &'static str = "special-cases.declare";
    const TITLE: &'static str = "特病单议申报 / declaration of a special case";
    const PATH: &'static str = "/special-cases/declare";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370141"),
        Transaction::query("3602", of_3602, as_3602),
    ];
    type Request = DeclareRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_id", "appy_exit_type", "exit_rea", "exit_fund_payamt", "evidence"],
            "properties": {
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "appy_exit_type": {"type": "string", "minLength": 1, "maxLength": 50},
                "exit_rea": {"type": "string", "minLength": 1, "maxLength": 200},
                "exit_fund_payamt": {"type": ["number", "string"], "pattern": "^-?[0-9]{1,12}(\\.[0-9]{1,2})?$"},
                "evidence": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"},
            },
        })
    }

    fn parse(data: Value) -> Result<DeclareRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &DeclareRequest) -> Result<Value, Refusal> {
        service::special_cases::declare(session, request).await
    }
}

/// 特病单议申报 / declaration of a special case
///
/// 医院在限额内申报一份已分组、未固化的清单。A hospital declares a grouped list that is not frozen, within the quota.
/// JSON Schema: `/schemas/special-cases.declare.json`.
#[utoipa::path(
    tag = "special-cases", operation_id = "special-cases.declare",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 SpecialAnswer / sealed answer holding SpecialAnswer", body = SealedAnswer<SpecialAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/special-cases/declare")]
pub(crate) async fn handler(call: Call<Declare>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_3602_declares_with_its_own_digest() {
        let validator = jsonschema::validator_for(&Declare::schema()).unwrap();
        let input = |reason: &str| {
            json!({"data": {"setl_id": "S1", "appy_exit_type": "1", "exit_rea": reason,
                "exit_fund_payamt": "12000.00", "psn_name": "测试", "drg_codg": "BR25"}})
        };
        let data = of_3602(input("x"));
        assert!(validator.is_valid(&data), "{data}");
        assert_ne!(data["evidence"], of_3602(input("y"))["evidence"]);
        let output = as_3602(
            json!({"code": "0", "message": "", "state": "DECLARED"}),
            Edition::default(),
        );
        assert_eq!(
            output,
            json!({"data": {"code": "0", "message": "", "type": ""}})
        );
    }

    #[test]
    fn a_declaration_has_evidence() {
        let validator = jsonschema::validator_for(&Declare::schema()).unwrap();
        let good = json!({"setl_id": "S1", "appy_exit_type": "1", "exit_rea": "x", "exit_fund_payamt": 5, "evidence": "ab".repeat(32)});
        assert!(validator.is_valid(&good));
        Declare::parse(good).unwrap();
        assert!(!validator.is_valid(
            &json!({"setl_id": "S1", "appy_exit_type": "1", "exit_rea": "x", "exit_fund_payamt": 5})
        ));
    }
}
