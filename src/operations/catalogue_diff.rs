//! 医保目录差异 (`catalogue.diff`): changes between two releases of the national
//! catalogue among the codes that a hospital uses.

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
use chrono::NaiveDate;

/// A page of the difference.
#[derive(Debug, Deserialize)]
pub struct CatalogueDiffRequest {
    /// National codes that the hospital uses or maps.
    pub used: Vec<String>,
    /// Beginning of the code.
    pub nhsa_code: Option<String>,
    /// Part of the registered name.
    pub reg_name: Option<String>,
    /// The whole approval number.
    pub approval_no: Option<String>,
    /// Part of the manufacturer.
    pub manufacturer: Option<String>,
    /// Page from 1.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
}

/// Answer of `catalogue.diff`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"rows": [{"change": "changed", "nhsa_code": "XA01ABD075A002010100483",
    "reg_name": "样例药品", "approval_no": "样例准字H00000000", "manufacturer": "样例药业",
    "spec": "10mg×20", "valid_from": "2026-01-01", "valid_to": null}],
    "total": 1, "page_num": 1, "page_size": 100}))]
pub struct CatalogueDiffAnswer {
    /// The changes of the page, by code.
    pub rows: Vec<CatalogueRow>,
    /// Changes that fit the filters.
    pub total: usize,
    /// Page from 1.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
}

/// A changed item, as the later release has it, or the earlier where it has it no more.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogueRow {
    /// `added`, `changed` or `expired`.
    pub change: &'static str,
    /// National code.
    pub nhsa_code: String,
    /// Registered name.
    pub reg_name: String,
    /// Approval number.
    pub approval_no: String,
    /// Manufacturer.
    pub manufacturer: String,
    /// Specification.
    pub spec: String,
    /// First day in force.
    #[schema(value_type = Option<String>)]
    pub valid_from: Option<NaiveDate>,
    /// Last day in force.
    #[schema(value_type = Option<String>)]
    pub valid_to: Option<NaiveDate>,
}

/// The operation.
#[derive(Debug)]
pub struct CatalogueDiff;

impl Operation for CatalogueDiff {
    const ID: &'static str = "catalogue.diff";
    const TITLE: &'static str = "医保目录差异 / difference of the catalogue";
    const PATH: &'static str = "/hospital/catalogue-diff";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370125")];
    type Request = CatalogueDiffRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["used", "page_num", "page_size"],
            "properties": {
                "used": {
                    "type": "array",
                    "maxItems": 50_000,
                    "items": {"type": "string", "minLength": 1, "maxLength": 50},
                },
                "nhsa_code": {"type": "string", "minLength": 1, "maxLength": 50},
                "reg_name": {"type": "string", "minLength": 1, "maxLength": 200},
                "approval_no": {"type": "string", "minLength": 1, "maxLength": 100},
                "manufacturer": {"type": "string", "minLength": 1, "maxLength": 200},
                "page_num": {"type": "integer", "minimum": 1, "maximum": 100_000},
                "page_size": {"type": "integer", "minimum": 1, "maximum": 200},
            },
        })
    }

    fn parse(data: Value) -> Result<CatalogueDiffRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &CatalogueDiffRequest) -> Result<Value, Refusal> {
        service::catalogue_diff::run(session, request).await
    }
}

/// 医保目录差异 / difference of the catalogue
///
/// 两期国家医保目录中涉及本院所用编码的差异，条件并且、必须分页。Changes between two releases of the national catalogue among the codes the hospital uses; filters combined, always paged. JSON Schema: `/schemas/catalogue.diff.json`.
#[utoipa::path(
    tag = "hospital", operation_id = "catalogue.diff",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 CatalogueDiffAnswer / sealed answer holding CatalogueDiffAnswer", body = SealedAnswer<CatalogueDiffAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/hospital/catalogue-diff")]
pub(crate) async fn handler(call: Call<CatalogueDiff>) -> HttpResponse {
    call.carry_out().await
}
