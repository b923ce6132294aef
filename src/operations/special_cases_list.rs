//! 特病单议列表 (`special-cases.list`, transaction 3601).

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
pub struct ListCases;

/// A query.
#[derive(Debug, Deserialize)]
pub struct ListRequest {
    /// Month, yyyyMM.
    pub setl_ym: Option<String>,
    /// Settlement id.
    pub setl_id: Option<String>,
    /// Id of the case.
    pub appy_chk_setl_list_id: Option<String>,
    /// Institution.
    pub fixmedins_code: Option<String>,
    /// Page, from 1.
    #[serde(default = "first_page")]
    pub page_num: u32,
    /// Rows of a page.
    #[serde(default = "page_size")]
    pub page_size: u32,
}

fn first_page() -> u32 {
    1
}

fn page_size() -> u32 {
    100
}

/// A case, in the names of 3601; amounts in yuan.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpecialRow {
    /// Id of the case.
    pub appy_chk_setl_list_id: String,
    /// Settlement id.
    pub setl_id: String,
    /// Month.
    pub setl_ym: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Its name, where it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixmedins_name: Option<String>,
    /// Type of the application.
    pub appy_exit_type: String,
    /// Why.
    pub exit_rea: String,
    /// Digest of the documents.
    pub evidence: String,
    /// Group.
    pub drg_codg: String,
    /// Its name.
    pub drg_name: String,
    /// Payment standard.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub pay_std_amt: Option<Value>,
    /// Total cost.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// What is asked for.
    #[schema(value_type = f64)]
    pub exit_fund_payamt: Value,
    /// What was approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub approved_amt: Option<Value>,
    /// State.
    pub state: String,
    /// Number of its last opinion.
    pub version: i32,
    /// 1, or 0 once withdrawn.
    pub vali_flag: String,
    /// When it was declared, China time.
    pub crte_time: String,
    /// When it was changed last, China time.
    pub updt_time: String,
}

/// Answer of `special-cases.list`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"rows": [], "page_num": 1, "page_size": 100}))]
pub struct ListAnswer {
    /// Rows of the page, the newest first.
    pub rows: Vec<SpecialRow>,
    /// Page, from 1.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
}

impl Operation for ListCases {
    const ID: &'static str = "special-cases.list";
    const TITLE: &'static str = "特病单议列表 / list of special cases";
    const PATH: &'static str = "/special-cases/list";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City, Role::Expert];
    const TRANSACTIONS: &'static [Transaction] = transactions::ALL;
    type Request = ListRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": [],
            "properties": {
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "appy_chk_setl_list_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "page_num": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                "page_size": {"type": "integer", "minimum": 1, "maximum": 1_000},
            },
        })
    }

    fn parse(data: Value) -> Result<ListRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &ListRequest) -> Result<Value, Refusal> {
        service::special_cases::list(session, request).await
    }
}

/// 特病单议列表 / list of special cases
///
/// 医院只见本机构，专家只见本人参加评审的申请。A hospital sees its own cases, an expert those of its panels.
/// JSON Schema: `/schemas/special-cases.list.json`.
#[utoipa::path(
    tag = "special-cases", operation_id = "special-cases.list",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 ListAnswer / sealed answer holding ListAnswer", body = SealedAnswer<ListAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/special-cases/list")]
pub(crate) async fn handler(call: Call<ListCases>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_may_be_left_out() {
        let validator = jsonschema::validator_for(&ListCases::schema()).unwrap();
        let good = json!({"setl_ym": "202610"});
        assert!(validator.is_valid(&good));
        ListCases::parse(good).unwrap();
        assert!(!validator.is_valid(&json!({"setl_ym": "2026"})));
    }
}
