//! 签到 (`session.sign-in`, transaction 9001): an operator signs in for the day.

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
pub struct SignIn;

/// Who signs in where.
#[derive(Debug, Deserialize)]
pub struct SignInRequest {
    /// Operator.
    pub opter_no: String,
    /// MAC address of the terminal.
    pub mac: String,
    /// Its IP address.
    pub ip: String,
}

/// Answer of `session.sign-in`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"sign_time": "2026-11-22 08:00:00", "sign_no": "610400202611220800000000000001"}))]
pub struct SignInAnswer {
    /// When, China time.
    pub sign_time: String,
    /// Number that later messages of the day carry.
    pub sign_no: String,
}

impl Operation for SignIn {
    const ID: &'static str = "session.sign-in";
    const TITLE: &'static str = "签到 / sign in";
    const PATH: &'static str = "/session/sign-in";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction {
        infno: "9001",
        at: "/input/signIn",
        data,
        output,
        file: false,
    }];
    type Request = SignInRequest;

    fn schema() -> Value {
        let text = json!({"type": "string", "minLength": 1, "maxLength": 20});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["opter_no", "mac", "ip"],
            "properties": {
                "opter_no": text,
                // An IPv6 address has up to 45 characters; the published 20 hold IPv4 only.
                "mac": text, "ip": {"type": "string", "minLength": 1, "maxLength": 45},
            },
        })
    }

    fn parse(data: Value) -> Result<SignInRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &SignInRequest) -> Result<Value, Refusal> {
        service::signing_in::sign_in(session, request).await
    }
}

fn data(mut input: Value) -> Value {
    input.get_mut("signIn").map(Value::take).unwrap_or_default()
}

fn output(mut answer: Value, _: Edition) -> Value {
    if let Some(members) = answer.as_object_mut() {
        only(members, &["sign_time", "sign_no"]);
    }
    json!({"signinoutb": answer})
}

/// 签到 / sign in
///
/// 操作员当日签到，得到签到流水号；当日已签到的操作员得到同一流水号。An operator signs in
/// for the day; one who is signed in gets the same number. JSON Schema:
/// `/schemas/session.sign-in.json`.
#[utoipa::path(
    tag = "session", operation_id = "session.sign-in",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 SignInAnswer / sealed answer holding SignInAnswer", body = SealedAnswer<SignInAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/session/sign-in")]
pub(crate) async fn handler(call: Call<SignIn>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transaction_has_nodes_of_its_own() {
        let validator = jsonschema::validator_for(&SignIn::schema()).unwrap();
        let asked = json!({"opter_no": "1", "mac": "00-00", "ip": "192.0.2.1"});
        assert!(validator.is_valid(&data(json!({"signIn": asked}))));
        assert!(!validator.is_valid(&data(json!({"signin": asked}))));
        let answer = json!({"sign_time": "2026-11-22 08:00:00", "sign_no": "1", "replayed": true});
        assert_eq!(
            output(answer, Edition::default()),
            json!({"signinoutb": {"sign_time": "2026-11-22 08:00:00", "sign_no": "1"}})
        );
    }
}
