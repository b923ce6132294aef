//! 日对账结果 (`reconciliation.day-result`, transaction 3212): the outcome of 3211.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation, request,
    transaction::{Transaction, as_it_is, node},
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
pub struct DayResult;

/// Which reconciliation.
#[derive(Debug, Deserialize)]
pub struct DayResultRequest {
    /// Answered by 3211.
    pub task_key: String,
}

/// Answer of `reconciliation.day-result`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"check_state": "0|1|0", "task_status": "3",
    "file_qury_no2": "F0123456789ABCDEF0123456789ABC"}))]
pub struct DayResultAnswer {
    /// 1 without a difference; else a flag each for other amounts, centre only, hospital only.
    pub check_state: String,
    /// 3: finished.
    pub task_status: &'static str,
    /// File of records whose amounts differ.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file_qury_no1: String,
    /// File of records that only the centre has.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file_qury_no2: String,
    /// File of records that only the hospital has.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file_qury_no3: String,
}

impl Operation for DayResult {
    const ID: &'static str = "reconciliation.day-result";
    const TITLE: &'static str = "日对账结果查询 / outcome of a reconciliation by day";
    const PATH: &'static str = "/reconciliation/day-result";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370185"),
        Transaction::query("3212", node, as_it_is),
    ];
    type Request = DayResultRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["task_key"],
            "properties": {"task_key": {"type": "string", "minLength": 1, "maxLength": 30}},
        })
    }

    fn parse(data: Value) -> Result<DayResultRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &DayResultRequest) -> Result<Value, Refusal> {
        service::reconciliation_day::outcome(session, request).await
    }
}

/// 日对账结果查询 / outcome of a reconciliation by day
///
/// 有差异时为三位标志与各自的差异文件。Where there are differences, a flag for each kind and a file with them.
/// JSON Schema: `/schemas/reconciliation.day-result.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "reconciliation.day-result",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 DayResultAnswer / sealed answer holding DayResultAnswer", body = SealedAnswer<DayResultAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/reconciliation/day-result")]
pub(crate) async fn handler(call: Call<DayResult>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_3212_names_its_task() {
        let validator = jsonschema::validator_for(&DayResult::schema()).unwrap();
        assert!(validator.is_valid(&node(json!({"data": {"task_key": "T1"}}))));
        assert!(!validator.is_valid(&json!({})));
    }
}
