//! 住院类别变更 (`category.change`): may an ordinary stay become day surgery.

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

/// A change of the insurance category.
#[derive(Debug, Deserialize)]
pub struct CategoryChangeRequest {
    /// Visit.
    pub mdtrt_id: String,
    /// `ipt_med_type` now.
    pub ipt_med_type: String,
    /// `ipt_med_type` wanted.
    pub new_ipt_med_type: String,
    /// Whether the stay is settled.
    pub settled: bool,
    /// Whether its list is uploaded.
    pub uploaded: bool,
    /// Planned hours of the stay.
    pub planned_hours: u32,
}

/// Answer of `category.change`; a change that is not allowed is refused instead.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"mdtrt_id": "M0001", "ipt_med_type": "2"}))]
pub struct CategoryChangeAnswer {
    /// Visit.
    pub mdtrt_id: String,
    /// `ipt_med_type` after the change.
    pub ipt_med_type: String,
}

/// The operation.
#[derive(Debug)]
pub struct CategoryChange;

impl Operation for CategoryChange {
    const ID: &'static str = "category.change";
    const TITLE: &'static str = "住院类别变更 / change of category";
    const PATH: &'static str = "/hospital/category-change";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370124")];
    type Request = CategoryChangeRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["mdtrt_id", "ipt_med_type", "new_ipt_med_type", "settled", "uploaded", "planned_hours"],
            "properties": {
                "mdtrt_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "ipt_med_type": {"enum": ["1", "2"]},
                "new_ipt_med_type": {"enum": ["1", "2"]},
                "settled": {"type": "boolean"},
                "uploaded": {"type": "boolean"},
                "planned_hours": {"type": "integer", "minimum": 0, "maximum": 9999},
            },
        })
    }

    fn parse(data: Value) -> Result<CategoryChangeRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &CategoryChangeRequest) -> Result<Value, Refusal> {
        service::hospital_guards::category(session, request).await
    }
}

/// 住院类别变更 / change of category
///
/// 普通住院变更为日间手术的校验。Whether an ordinary stay may become day surgery. JSON Schema: `/schemas/category.change.json`.
#[utoipa::path(
    tag = "hospital", operation_id = "category.change",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 CategoryChangeAnswer / sealed answer holding CategoryChangeAnswer", body = SealedAnswer<CategoryChangeAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/hospital/category-change")]
pub(crate) async fn handler(call: Call<CategoryChange>) -> HttpResponse {
    call.carry_out().await
}
