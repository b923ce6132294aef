//! 10 分组结果上传验证 (`groupings.verify`): province and nation (and the city itself) have
//! reported results checked by regrouping the stored list.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation,
    items::{self, Item},
    transaction::Transaction,
};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service::{self, checkup::Grouping},
    session::Session,
};

/// The operation.
#[derive(Debug)]
pub struct Verify;

/// Results to be verified.
#[derive(Debug)]
pub struct VerifyRequest {
    /// The results.
    pub items: Vec<Item<VerifyItem>>,
}

/// One result to be verified.
#[derive(Debug, Clone, Deserialize)]
pub struct VerifyItem {
    /// Settlement id.
    pub setl_id: String,
    /// Institution.
    pub fixmedins_code: String,
    /// The group that is claimed.
    pub drg_code: String,
    /// Scheme under which it is claimed.
    pub grp_ver: String,
    /// Digest of the list that the verifier has.
    pub input_digest: Option<String>,
    /// Whether a mismatch is to be explained by its trace.
    #[serde(default)]
    pub trace: bool,
}

/// Answer of `groupings.verify`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [
    {"setl_id": "S1", "fixmedins_code": "H61040100001", "result": "MATCH", "state": "VERIFIED",
        "drg_code": "BR23"},
    {"setl_id": "S2", "fixmedins_code": "H61040100001", "result": "ALTERED", "state": "VERIFY_FAILED",
        "drg_code": "BR23", "reported_digest": "…", "stored_digest": "…"}]}))]
pub struct VerifyAnswer {
    /// An answer for each item, in their order.
    pub items: Vec<VerifiedItem>,
}

/// What became of one item.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct VerifiedItem {
    /// Settlement id.
    pub setl_id: String,
    /// Institution.
    pub fixmedins_code: String,
    /// MATCH, MISMATCH, ALTERED, REVOKED, UNKNOWN, SCHEME_NOT_INSTALLED or ITEM_INVALID.
    pub result: &'static str,
    /// State of the case's official result afterwards: REPORTED, VERIFIED, VERIFY_FAILED,
    /// REVOKED or FROZEN; absent for what was not reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The group that was claimed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub drg_code: String,
    /// The group that was reported under this scheme, where it is another one than claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_drg_code: Option<String>,
    /// The group that the gateway finds, for a mismatch; with its trace if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub regrouped: Option<Grouping>,
    /// Digest of the list as it was reported (or as the verifier has it), when ALTERED.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_digest: Option<String>,
    /// Digest of the stored list, when ALTERED.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_digest: Option<String>,
    /// The fields of an ITEM_INVALID.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

fn item_schema() -> Value {
    let key = |most: u32| json!({"type": "string", "minLength": 1, "maxLength": most});
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["setl_id", "fixmedins_code", "drg_code", "grp_ver"],
        "properties": {
            "setl_id": key(30),
            "fixmedins_code": key(30),
            "drg_code": key(50),
            "grp_ver": key(50),
            "input_digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "trace": {"type": "boolean"},
        },
    })
}

impl Operation for Verify {
    const ID: &'static str = "groupings.verify";
    const TITLE: &'static str = "分组结果上传验证 / verification of reported grouping results";
    const PATH: &'static str = "/groupings/verify";
    const ROLES: &'static [Role] = &[Role::Province, Role::Nation, Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370110")];
    type Request = VerifyRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["items"],
            "properties": {
                "items": items::schema(&item_schema()),
                "trace": {"type": "boolean", "description": "适用于所有条目 / for all items"},
            },
        })
    }

    fn parse(data: Value) -> Result<VerifyRequest, Vec<FieldError>> {
        let items = data.get("items").unwrap_or(&Value::Null);
        let mut items: Vec<Item<VerifyItem>> = items::parse(items, &item_schema())?;
        if data.get("trace") == Some(&Value::Bool(true)) {
            for item in items.iter_mut().flatten() {
                item.trace = true;
            }
        }
        Ok(VerifyRequest { items })
    }

    async fn run(session: &Session, request: &VerifyRequest) -> Result<Value, Refusal> {
        service::grouping_verify::run(session, request).await
    }
}

/// 分组结果上传验证 / verification of reported grouping results
///
/// 按所述方案对已存清单重新分组，逐条答复。Regroups the stored lists under the stated
/// schemes, at most 1,000 a message. JSON Schema: `/schemas/groupings.verify.json`.
#[utoipa::path(
    tag = "groupings", operation_id = "groupings.verify",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 VerifyAnswer / sealed answer holding VerifyAnswer", body = SealedAnswer<VerifyAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/groupings/verify")]
pub(crate) async fn handler(call: Call<Verify>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_may_be_asked_for_all_items_at_once() {
        let item = json!({"setl_id": "S1", "fixmedins_code": "H1", "drg_code": "BR21",
            "grp_ver": "chs-drg-2.0"});
        let request = Verify::parse(json!({"items": [item], "trace": true})).unwrap();
        assert!(request.items[0].as_ref().unwrap().trace);
    }
}
