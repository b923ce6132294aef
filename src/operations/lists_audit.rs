//! 清单审核 (`lists.audit`): county or city passes or fails a submitted list.

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
pub struct Audit;

/// A decision on a list.
#[derive(Debug, Deserialize)]
pub struct AuditRequest {
    /// Settlement id.
    pub setl_id: String,
    /// Institution; needed only where several use the same setl_id.
    pub fixmedins_code: Option<String>,
    /// 2 passed, 3 failed.
    #[serde(deserialize_with = "super::whole")]
    pub stas_type: i16,
    /// Why.
    pub reason: String,
}

/// Answer of `lists.audit`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"fixmedins_code": "H61040100001", "setl_id": "S000000030000000",
    "setl_list_id": "0199c0a7d2f0768a9c1e5f3b8d7a6c54", "stas_type": "2"}))]
pub struct AuditAnswer {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Serial number of the list.
    pub setl_list_id: String,
    /// State of the list: 2 passed, 3 failed.
    pub stas_type: String,
}

impl Operation for Audit {
    const ID: &'static str = "lists.audit";
    const TITLE: &'static str = "清单审核 / audit of a settlement list";
    const PATH: &'static str = "/settlement-lists/audit";
    const ROLES: &'static [Role] = &[Role::County, Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370111")];
    type Request = AuditRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_id", "stas_type", "reason"],
            "properties": {
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "stas_type": {"enum": ["2", "3", 2, 3]},
                "reason": {"type": "string", "minLength": 1, "maxLength": 500},
            },
        })
    }

    fn parse(data: Value) -> Result<AuditRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &AuditRequest) -> Result<Value, Refusal> {
        service::lists_audit::run(session, request).await
    }
}

/// 清单审核 / audit of a settlement list
///
/// 把已提交的清单置为审核通过或不通过。Sets a submitted list to passed (2) or failed (3).
/// JSON Schema: `/schemas/lists.audit.json`.
#[utoipa::path(
    tag = "settlement-lists", operation_id = "lists.audit",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 AuditAnswer / sealed answer holding AuditAnswer", body = SealedAnswer<AuditAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/settlement-lists/audit")]
pub(crate) async fn handler(call: Call<Audit>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_decides_2_or_3() {
        let validator = jsonschema::validator_for(&Audit::schema()).unwrap();
        for (stas_type, valid) in [("2", true), ("3", true), ("1", false), ("0", false)] {
            let data = json!({"setl_id": "S1", "stas_type": stas_type, "reason": "x"});
            assert_eq!(validator.is_valid(&data), valid);
        }
    }
}
