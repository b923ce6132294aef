//! 4 结算清单上传情况查询 (`lists.uploads`): counts of a month's lists by state, or one list
//! with its content.

mod transactions;

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
pub struct Uploads;

/// A query: a month, or one list.
#[derive(Debug, Deserialize)]
pub struct UploadsRequest {
    /// Settlement month, yyyyMM: counts.
    pub setl_ym: Option<String>,
    /// Settlement id: this one list.
    pub setl_id: Option<String>,
    /// Person of the list; must be the list's if given.
    pub psn_no: Option<String>,
    /// Institution.
    pub fixmedins_code: Option<String>,
}

/// Answer of `lists.uploads`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum UploadsAnswer {
    /// Counts of a month.
    Counts(UploadCounts),
    /// One list.
    One(Box<UploadedList>),
}

/// Counts of a month, in the names of transaction 4105 (edition V8.1).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"setl_ym": "202610", "not_submit_cnt": 3, "submitted_cnt": 120,
    "pass_cnt": 40, "not_pass_cnt": 2, "hospital_submit_cnt": 165, "need_upload_cnt": 170}))]
pub struct UploadCounts {
    /// Settlement month.
    pub setl_ym: String,
    /// The institution, if the counts are one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixmedins_code: Option<String>,
    /// State 0.
    pub not_submit_cnt: i64,
    /// State 1.
    pub submitted_cnt: i64,
    /// State 2.
    pub pass_cnt: i64,
    /// State 3.
    pub not_pass_cnt: i64,
    /// Lists uploaded: the four together.
    pub hospital_submit_cnt: i64,
    /// Lists due: settlement records of the core, and lists that have none.
    pub need_upload_cnt: i64,
}

/// One list, in the nodes of transaction 4103.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadedList {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Serial number of the list.
    pub setl_list_id: String,
    /// Settlement month.
    pub setl_ym: String,
    /// State.
    pub stas_type: String,
    /// How often it was uploaded.
    pub revision: i32,
    /// When it was uploaded last, China time.
    pub uploaded_at: String,
    /// Whether its monthly batch is frozen.
    pub frozen: bool,
    /// Digest of what grouping looks at, as `groupings.report` wants it.
    pub input_digest: String,
    /// The list as it was uploaded.
    #[schema(value_type = Object)]
    pub list: Value,
}

impl Operation for Uploads {
    const ID: &'static str = "lists.uploads";
    const TITLE: &'static str = "结算清单上传情况查询 / uploads of settlement lists";
    const PATH: &'static str = "/settlement-lists/uploads";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City];
    const TRANSACTIONS: &'static [Transaction] = transactions::TRANSACTIONS;
    type Request = UploadsRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "anyOf": [{"required": ["setl_ym"]}, {"required": ["setl_id"]}],
            "properties": {
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "psn_no": {"type": "string", "minLength": 1, "maxLength": 30},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<UploadsRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &UploadsRequest) -> Result<Value, Refusal> {
        service::lists_uploads::run(session, request).await
    }
}

/// 结算清单上传情况查询 / uploads of settlement lists
///
/// 按状态统计一个结算月的清单，或按结算ID取回一份清单。Counts of a month by state, or one
/// list by its setl_id. JSON Schema: `/schemas/lists.uploads.json`.
#[utoipa::path(
    tag = "settlement-lists", operation_id = "lists.uploads",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 UploadsAnswer / sealed answer holding UploadsAnswer", body = SealedAnswer<UploadsAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/settlement-lists/uploads")]
pub(crate) async fn handler(call: Call<Uploads>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_or_a_list_is_asked_for() {
        let validator = jsonschema::validator_for(&Uploads::schema()).unwrap();
        assert!(validator.is_valid(&json!({"setl_ym": "202610"})));
        assert!(validator.is_valid(&json!({"setl_id": "S1"})));
        assert!(!validator.is_valid(&json!({"fixmedins_code": "H1"})));
    }
}
