//! 公示结果查询 (`publication.query`): what is published of a month, with its objections.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Operation, qc_results::After, request, transaction::Transaction};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service,
    session::Session,
};

/// The operation.
#[derive(Debug)]
pub struct Published;

/// A query.
#[derive(Debug, Deserialize)]
pub struct PublishedRequest {
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// Institution; a hospital's own without being said.
    pub fixmedins_code: Option<String>,
    /// Cases with an objection only.
    #[serde(default)]
    pub objected: bool,
    /// Rows of a page.
    #[serde(default = "page_size")]
    pub page_size: u32,
    /// Goes on behind this row (`next` of the page before).
    pub after: Option<After>,
}

fn page_size() -> u32 {
    100
}

/// Answer of `publication.query`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"setl_ym": "202610", "round": 1, "opened_at": "2026-11-22 08:00:00",
    "closes_at": "2026-11-27 08:00:00", "open": true, "rows": [{"fixmedins_code": "H61040100001",
        "setl_id": "S000000030000000", "drg_code": "BR23", "drg_name": "…", "grp_ver": "xianyang-2025",
        "medfee_sumamt": 8953.57, "pay_std": 7421.05, "objection": {"number": 1, "state": "OPEN",
            "reason": "主要手术未计入", "raised_at": "2026-11-23 09:00:00"}}]}))]
pub struct PublishedAnswer {
    /// Settlement month.
    pub setl_ym: String,
    /// Round of publication; absent, like the times, before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<i32>,
    /// When the window opened, China time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<String>,
    /// When it closes, China time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<String>,
    /// Whether objections are taken now.
    pub open: bool,
    /// Published cases, by institution and settlement id.
    pub rows: Vec<PublishedRow>,
    /// Where the next page begins, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<After>,
}

/// A published case; amounts in yuan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedRow {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Group.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Scheme.
    pub grp_ver: String,
    /// Total cost.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// Estimated payment standard.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub pay_std: Option<Value>,
    /// The last objection to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objection: Option<ObjectionView>,
}

/// An objection.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectionView {
    /// Running number of the case's objections.
    pub number: i32,
    /// OPEN, UPHELD or REJECTED.
    pub state: String,
    /// Why the hospital objects.
    pub reason: String,
    /// The group it wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted_drg_code: Option<String>,
    /// When, China time.
    pub raised_at: String,
    /// The city's opinion, once decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opinion: Option<String>,
}

impl Operation for Published {
    const ID: &'static str = "publication.query";
    const TITLE: &'static str = "公示结果查询 / query of published results";
    const PATH: &'static str = "/publication/query";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370113")];
    type Request = PublishedRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_ym"],
            "properties": {
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "objected": {"type": "boolean"},
                "page_size": {"type": "integer", "minimum": 1, "maximum": 1_000},
                "after": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["fixmedins_code", "setl_id"],
                    "properties": {
                        "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                        "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                    },
                },
            },
        })
    }

    fn parse(data: Value) -> Result<PublishedRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &PublishedRequest) -> Result<Value, Refusal> {
        service::publication::query(session, request).await
    }
}

/// 公示结果查询 / query of published results
///
/// 分页返回一个结算月公示的病例及其异议。Published cases of a month with their objections.
/// JSON Schema: `/schemas/publication.query.json`.
#[utoipa::path(
    tag = "publication", operation_id = "publication.query",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 PublishedAnswer / sealed answer holding PublishedAnswer", body = SealedAnswer<PublishedAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/publication/query")]
pub(crate) async fn handler(call: Call<Published>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_takes_its_defaults() {
        let query = Published::parse(json!({"setl_ym": "202610"})).unwrap();
        assert_eq!((query.page_size, query.objected), (100, false));
    }
}
