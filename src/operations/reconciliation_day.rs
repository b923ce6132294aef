//! 日对账 (`reconciliation.day`, transaction 3211): a day's settlements against the centre's.
//! Known from one regional platform only; `files.by_day` switches it off.

use actix_web::{HttpResponse, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation,
    reconciliation_totals::day,
    request,
    transaction::{Edition, Transaction, node, only},
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
pub struct Day;

/// The days and the file.
#[derive(Debug, Deserialize)]
pub struct DayRequest {
    /// First day of settlement.
    #[serde(deserialize_with = "day")]
    pub clr_begin_ymd: NaiveDate,
    /// Last day of settlement.
    #[serde(deserialize_with = "day")]
    pub clr_end_ymd: NaiveDate,
    /// The detail file.
    pub file_qury_no: String,
}

/// Answer of `reconciliation.day`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"task_key": "T0123456789ABCDEF0123456789ABC"}))]
pub struct DayAnswer {
    /// What its outcome is asked by.
    pub task_key: String,
}

fn as_3211(mut answer: Value, _: Edition) -> Value {
    if let Some(members) = answer.as_object_mut() {
        only(members, &["task_key"]);
    }
    answer
}

impl Operation for Day {
    const ID: &'static str = "reconciliation.day";
    const TITLE: &'static str = "日对账 / reconciliation by day";
    const PATH: &'static str = "/reconciliation/day";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370184"),
        Transaction::query("3211", node, as_3211),
    ];
    type Request = DayRequest;

    fn schema() -> Value {
        let day = json!({"type": "string", "format": "date",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["clr_begin_ymd", "clr_end_ymd", "file_qury_no"],
            "properties": {
                "clr_begin_ymd": day,
                "clr_end_ymd": day,
                "file_qury_no": {"type": "string", "minLength": 1, "maxLength": 30},
                "upload_file_name": {"type": "string", "maxLength": 200},
            },
        })
    }

    fn parse(data: Value) -> Result<DayRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &DayRequest) -> Result<Value, Refusal> {
        service::reconciliation_day::run(session, request).await
    }
}

/// 日对账 / reconciliation by day
///
/// 以发送方报文ID 逐笔比对；立即完成，结果以对账任务查询号查询。Settlements by the msgid they were sent under; done at once, the outcome is asked for by task_key.
/// JSON Schema: `/schemas/reconciliation.day.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "reconciliation.day",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 DayAnswer / sealed answer holding DayAnswer", body = SealedAnswer<DayAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/reconciliation/day")]
pub(crate) async fn handler(call: Call<Day>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_3211_fits_the_schema() {
        let validator = jsonschema::validator_for(&Day::schema()).unwrap();
        let asked = node(json!({"data": {"clr_begin_ymd": "2026-10-01",
            "clr_end_ymd": "2026-10-01", "file_qury_no": "F1", "upload_file_name": ""}}));
        assert!(validator.is_valid(&asked), "{asked}");
        Day::parse(asked).unwrap();
        assert!(!validator.is_valid(&json!({"clr_begin_ymd": "2026-10-01"})));
    }
}
