//! 4 结算清单上传情况查询 (`lists.uploads`): counts of a month's lists by state, or one list
//! with its content.

mod one_list;
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
    /// Counts of the settlements from this moment, `yyyy-MM-dd[ HH:mm:ss]`, China time.
    pub stt_begntime: Option<String>,
    /// To this moment; a day alone is meant to its end.
    pub stt_endtime: Option<String>,
    /// Counts of these medical categories only (dictionary med_type).
    #[serde(default)]
    pub med_type_list: Vec<String>,
    /// 1 counts settlements with a negative amount too, 0 does not.
    pub refd_setl_flag: Option<String>,
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
    /// Settlement month, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setl_ym: Option<String>,
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

/// A moment or a day.
const MOMENT: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?$";

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
            "anyOf": [
                {"required": ["setl_ym"]},
                {"required": ["setl_id"]},
                {"required": ["stt_begntime", "stt_endtime"]},
            ],
            "properties": {
                "stt_begntime": {"type": "string", "pattern": MOMENT},
                "stt_endtime": {"type": "string", "pattern": MOMENT},
                "med_type_list": {"type": "array", "maxItems": 50, "items": {
                    "type": "string", "minLength": 1, "maxLength": 6}},
                "refd_setl_flag": {"enum": ["0", "1"]},
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "psn_no": {"type": "string", "minLength": 1, "maxLength": 30},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<UploadsRequest, Vec<FieldError>> {
        let asked: UploadsRequest = request(data)?;
        for (name, text) in [
            ("/stt_begntime", &asked.stt_begntime),
            ("/stt_endtime", &asked.stt_endtime),
        ] {
            if text
                .as_ref()
                .is_some_and(|text| chs_model::parse_datetime(text).is_none())
            {
                return Err(vec![FieldError::new(name, "时间不存在", "no such moment")]);
            }
        }
        Ok(asked)
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
        let span = |to: &str| json!({"stt_begntime": "2026-10-01 00:00:00", "stt_endtime": to});
        assert!(validator.is_valid(&span("2026-10-31")));
        assert!(Uploads::parse(span("2026-10-31")).is_ok());
        assert!(!validator.is_valid(&span("10/31")));
        assert!(Uploads::parse(span("2026-02-30")).is_err());
    }
}
