//! 9 DRG 分组结果撤销 (`groupings.revoke`): the city takes back a reported result.

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
pub struct Revoke;

/// A result to be revoked.
#[derive(Debug, Deserialize)]
pub struct RevokeRequest {
    /// Settlement id.
    pub setl_id: String,
    /// Institution; needed only where several use the same setl_id.
    pub fixmedins_code: Option<String>,
    /// Sequence under which it was reported.
    pub sequence: i32,
    /// 1 list corrected, 2 wrong scheme, 3 objection upheld, 4 special review, 9 other.
    #[serde(deserialize_with = "super::whole")]
    pub reason_code: i16,
    /// The reason in words.
    pub reason: String,
}

/// Answer of `groupings.revoke`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"setl_id": "S000000030000000", "sequence": 1, "result": "REVOKED",
    "revoked": true, "revoked_at": "2026-11-22 08:00:00", "operator": "43AF047BBA47FC8A1AE8EFB232BDBBCB",
    "reason_code": "1", "reason": "清单更正"}))]
pub struct RevokeAnswer {
    /// Settlement id.
    pub setl_id: String,
    /// Sequence.
    pub sequence: i32,
    /// `REVOKED` (now or before: the same answer again), `NOT_REPORTED` or `FROZEN`.
    pub result: &'static str,
    /// Whether the result is revoked.
    pub revoked: bool,
    /// When, China time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
    /// Application id of who revoked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The reason it was revoked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The reason in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Operation for Revoke {
    const ID: &'static str = "groupings.revoke";
    const TITLE: &'static str = "DRG 分组结果撤销 / revocation of a reported grouping result";
    const PATH: &'static str = "/groupings/revoke";
    const ROLES: &'static [Role] = &[Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370109")];
    type Request = RevokeRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_id", "sequence", "reason_code", "reason"],
            "properties": {
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "sequence": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                "reason_code": {"enum": ["1", "2", "3", "4", "9", 1, 2, 3, 4, 9]},
                "reason": {"type": "string", "minLength": 1, "maxLength": 500},
            },
        })
    }

    fn parse(data: Value) -> Result<RevokeRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &RevokeRequest) -> Result<Value, Refusal> {
        service::grouping_revoke::run(session, request).await
    }
}

/// DRG 分组结果撤销 / revocation of a reported grouping result
///
/// 撤销未固化的已上报结果，重复撤销得到相同应答。Revokes a reported result while its case is
/// not frozen; a repeat gets the same answer. JSON Schema: `/schemas/groupings.revoke.json`.
#[utoipa::path(
    tag = "groupings", operation_id = "groupings.revoke",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 RevokeAnswer / sealed answer holding RevokeAnswer", body = SealedAnswer<RevokeAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/groupings/revoke")]
pub(crate) async fn handler(call: Call<Revoke>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_codes_come_as_text_or_number() {
        for code in [json!("3"), json!(3)] {
            let data = json!({"setl_id": "S1", "sequence": 1, "reason_code": code, "reason": "x"});
            assert!(
                jsonschema::validator_for(&Revoke::schema())
                    .unwrap()
                    .is_valid(&data)
            );
            assert_eq!(Revoke::parse(data).unwrap().reason_code, 3);
        }
    }
}
