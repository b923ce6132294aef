//! 异地账单查询 (`cross-region.bills`): the month's cases of patients insured elsewhere, in
//! bills of their own by insured area.

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
pub struct AreaBills;

/// A query.
#[derive(Debug, Deserialize)]
pub struct AreaBillsQuery {
    /// Month, yyyyMM.
    pub setl_ym: String,
    /// Bills or cases.
    pub level: AreaLevel,
    /// One institution only.
    pub fixmedins_code: Option<String>,
    /// One insured area only.
    pub insu_admdvs: Option<String>,
    /// One insurance type only.
    pub insutype: Option<String>,
    /// Page, from 1.
    #[serde(default = "first_page")]
    pub page_num: u32,
    /// Rows of a page.
    #[serde(default = "page_size")]
    pub page_size: u32,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AreaLevel {
    /// A bill.
    Bill,
    /// A case.
    Case,
}

fn first_page() -> u32 {
    1
}

fn page_size() -> u32 {
    100
}

/// Answer of `cross-region.bills`; amounts in yuan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"setl_ym": "202610", "example": true, "bills": [{
    "feeClrId": "B0123456789ABCDEF0123456789ABC", "fixmedins_code": "H61040100001",
    "admdvs": "610402", "insu_admdvs": "620100", "insutype": "310", "setl_psntime": 2,
    "medfee_sumamt": 30000, "others": 9000, "payable": 28000, "booked": 19000, "agreed": 10000,
    "undecided": 9000, "undecided_psntime": 1, "refused_psntime": 0}],
    "total": 1, "page_num": 1, "page_size": 100}))]
pub struct AreaBillsAnswer {
    /// Month.
    pub setl_ym: String,
    /// Whether the profile's values are examples, not a settlement notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<bool>,
    /// Bills of the page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bills: Vec<AreaBillView>,
    /// Cases of the page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<AreaCaseView>,
    /// Rows there are.
    pub total: i64,
    /// Page.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
}

/// The bill of an institution's month, insured area and insurance type:
/// booked = payable − others.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaBillView {
    /// Id of the bill.
    #[serde(rename = "feeClrId")]
    pub fee_clr_id: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixmedins_name: Option<String>,
    /// Its division.
    pub admdvs: String,
    /// Insured area.
    pub insu_admdvs: String,
    /// Insurance type.
    pub insutype: String,
    /// Cases.
    pub setl_psntime: i64,
    /// Total cost.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// Paid by patients and other payers.
    #[schema(value_type = f64)]
    pub others: Value,
    /// What the cases are worth at the value of the insured area.
    #[schema(value_type = f64)]
    pub payable: Value,
    /// The fund's part.
    #[schema(value_type = f64)]
    pub booked: Value,
    /// Agreed by the insured area.
    #[schema(value_type = f64)]
    pub agreed: Value,
    /// The fund's part of cases that are not decided.
    #[schema(value_type = f64)]
    pub undecided: Value,
    /// Their number.
    pub undecided_psntime: i64,
    /// Cases that were refused.
    pub refused_psntime: i64,
}

/// A case of such a bill.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaCaseView {
    /// Id of its bill.
    #[serde(rename = "feeClrId")]
    pub fee_clr_id: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Insured area.
    pub insu_admdvs: String,
    /// Insurance type.
    pub insutype: String,
    /// Division of the institution.
    pub admdvs: String,
    /// Day of settlement.
    pub setl_date: String,
    /// Group.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Payment method.
    pub method: String,
    /// Version of the parameters.
    pub param_ver: String,
    /// Weight of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub weight: Option<Value>,
    /// Points.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub points: Option<Value>,
    /// The calculation, line by line.
    #[schema(value_type = Vec<Object>)]
    pub ledger: Value,
    /// Total cost.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// Paid by the patient and other payers.
    #[schema(value_type = f64)]
    pub others: Value,
    /// What it is worth at the value of the insured area.
    #[schema(value_type = f64)]
    pub payable: Value,
    /// The fund's part.
    #[schema(value_type = f64)]
    pub booked: Value,
    /// FROZEN (on its way), ACKNOWLEDGED, NOT_TAKEN, ACCEPTED, ADJUSTED or REFUSED.
    pub state: String,
    /// Agreed by the insured area.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub agreed: Option<Value>,
    /// Why it was not taken, adjusted or refused.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// When it was decided, China time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
}

impl Operation for AreaBills {
    const ID: &'static str = "cross-region.bills";
    const TITLE: &'static str = "异地账单查询 / bills by insured area";
    const PATH: &'static str = "/cross-region/bills";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::County, Role::City, Role::Finance];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370161")];
    type Request = AreaBillsQuery;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_ym", "level"],
            "properties": {
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "level": {"enum": ["bill", "case"]},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "insu_admdvs": {"type": "string", "pattern": "^[0-9]{6}$"},
                "insutype": {"type": "string", "pattern": "^[0-9]{3,5}$"},
                "page_num": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                "page_size": {"type": "integer", "minimum": 1, "maximum": 1_000},
            },
        })
    }

    fn parse(data: Value) -> Result<AreaBillsQuery, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &AreaBillsQuery) -> Result<Value, Refusal> {
        service::cross_region::query(session, request).await
    }
}

/// 异地账单查询 / bills by insured area
///
/// 异地参保病例按就医地规则计价、按参保地单独出账；按账单或病例查询，含参保地的决定。Cases of patients insured elsewhere, priced by the rules of this place and billed by insured area, with what the insured areas decided.
/// JSON Schema: `/schemas/cross-region.bills.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "cross-region.bills",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 AreaBillsAnswer / sealed answer holding AreaBillsAnswer", body = SealedAnswer<AreaBillsAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/cross-region/bills")]
pub(crate) async fn handler(call: Call<AreaBills>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_month_and_level() {
        let validator = jsonschema::validator_for(&AreaBills::schema()).unwrap();
        let good = json!({"setl_ym": "202610", "level": "case", "insu_admdvs": "620100"});
        assert!(validator.is_valid(&good));
        assert_eq!(AreaBills::parse(good).unwrap().level, AreaLevel::Case);
        assert!(!validator.is_valid(&json!({"setl_ym": "202610"})));
        assert!(!validator.is_valid(&json!({"setl_ym": "202610", "level": "city"})));
    }
}
