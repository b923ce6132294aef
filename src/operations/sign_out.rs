//! 签退 (`session.sign-out`, transaction 9002): an operator signs out of all terminals.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation, request,
    transaction::{Edition, Transaction, only},
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
pub struct SignOut;

/// Who signs out.
#[derive(Debug, Deserialize)]
pub struct SignOutRequest {
    /// Number of the sign-in.
    pub sign_no: String,
    /// Operator.
    pub opter_no: String,
}

/// Answer of `session.sign-out`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"sign_time": "2026-11-22 18:00:00"}))]
pub struct SignOutAnswer {
    /// When, China time.
    pub sign_time: String,
}

impl Operation for SignOut {
    const ID: &'static str = "session.sign-out";
    const TITLE: &'static str = "签退 / sign out";
    const PATH: &'static str = "/session/sign-out";
    const ROLES: &'static [Role] = &[Role::Hospital];
    // The node and the one field of the output have the same name; it is written once.
    const TRANSACTIONS: &'static [Transaction] = &[Transaction {
        infno: "9002",
        at: "/input/signOut",
        data,
        output,
        file: false,
    }];
    type Request = SignOutRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["sign_no", "opter_no"],
            "properties": {
                "sign_no": {"type": "string", "minLength": 1, "maxLength": 32},
                "opter_no": {"type": "string", "minLength": 1, "maxLength": 20},
            },
        })
    }

    fn parse(data: Value) -> Result<SignOutRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &SignOutRequest) -> Result<Value, Refusal> {
        service::signing_in::sign_out(session, request).await
    }
}

fn data(mut input: Value) -> Value {
    input
        .get_mut("signOut")
        .map(Value::take)
        .unwrap_or_default()
}

fn output(mut answer: Value, _: Edition) -> Value {
    if let Some(members) = answer.as_object_mut() {
        only(members, &["sign_time"]);
    }
    answer
}

/// 签退 / sign out
///
/// 当日签到的操作员从所有终端签退。An operator who signed in today signs out of all
/// terminals. JSON Schema: `/schemas/session.sign-out.json`.
#[utoipa::path(
    tag = "session", operation_id = "session.sign-out",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 SignOutAnswer / sealed answer holding SignOutAnswer", body = SealedAnswer<SignOutAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/session/sign-out")]
pub(crate) async fn handler(call: Call<SignOut>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_out_names_its_sign_in() {
        let asked = data(json!({"signOut": {"sign_no": "1", "opter_no": "2"}}));
        let request = SignOut::parse(asked).unwrap();
        assert_eq!((&*request.sign_no, &*request.opter_no), ("1", "2"));
    }
}
