//! 年度清算查询 (`clearing.query`): a year's clearing by fund, district, hospital or group.

use actix_web::{HttpResponse, post};
use chs_settlement::books::ClearingStage;
use serde::{Deserialize, Deserializer, Serialize};
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
pub struct Cleared;

/// A query.
#[derive(Debug, Deserialize)]
pub struct ClearedQuery {
    /// Year, yyyy.
    pub year: String,
    /// PRE_CLEARING or CLEARING.
    #[serde(deserialize_with = "stage")]
    pub stage: ClearingStage,
    /// Over what to add up.
    pub level: ClearedLevel,
    /// One institution only.
    pub fixmedins_code: Option<String>,
    /// One insurance type only.
    pub insutype: Option<String>,
    /// Page, from 1.
    #[serde(default = "first_page")]
    pub page_num: u32,
    /// Rows of a page.
    #[serde(default = "page_size")]
    pub page_size: u32,
}

/// A stage by its name.
pub(super) fn stage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ClearingStage, D::Error> {
    let name = String::deserialize(deserializer)?;
    ClearingStage::from_name(&name).ok_or_else(|| serde::de::Error::custom("no such stage"))
}

/// Over what a clearing is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClearedLevel {
    /// Funds alone.
    Fund,
    /// Divisions.
    District,
    /// Institutions.
    Hospital,
    /// Groups of institutions.
    Group,
}

fn first_page() -> u32 {
    1
}

fn page_size() -> u32 {
    100
}

/// Answer of `clearing.query`; amounts in yuan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"year": "2026", "stage": "CLEARING", "number": 1,
    "state": "INSTITUTION_CONFIRMING", "version": 1, "example": true, "digest": "5d0b…",
    "funds": [{"insutype": "310", "budget": 1000000, "reserve": 50000, "value": 98.7654,
        "due": 949998.5, "final": 949998.5, "transfer": 47500, "residue": 1.5}],
    "rows": [{"fixmedins_code": "H61040100001", "insutype": "310", "setl_psntime": 12,
        "payable": 80000, "due": 60000, "year": {"confirmation": "PENDING", "final": 60000,
        "paid": 57000, "transfer": 3000}}],
    "total": 1, "page_num": 1, "page_size": 100}))]
pub struct ClearedAnswer {
    /// Year.
    pub year: String,
    /// Stage.
    pub stage: &'static str,
    /// Number of the proposal.
    pub number: i32,
    /// State; PREPARING while institutions are being cleared.
    pub state: String,
    /// Number of its last event.
    pub version: i32,
    /// Whether a month was priced with values that are examples, not a settlement notice.
    pub example: bool,
    /// SM3 over funds and institutions; empty while it is being made.
    pub digest: String,
    /// The funds, for the city and finance.
    pub funds: Vec<FundView>,
    /// The rows of the page.
    pub rows: Vec<ClearedRow>,
    /// Rows there are.
    pub total: i64,
    /// Page.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
}

/// A fund: budget = reserve + cross_region + due + residue, and
/// budget − reserve − cross_region = final + kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct FundView {
    /// Insurance type.
    pub insutype: String,
    /// Budget of the year.
    #[schema(value_type = f64)]
    pub budget: Value,
    /// Kept in reserve.
    #[schema(value_type = f64)]
    pub reserve: Value,
    /// Spent on cases elsewhere.
    #[schema(value_type = f64)]
    pub cross_region: Value,
    /// Value of a point; absent where no case has points.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub value: Option<Value>,
    /// Σ due.
    #[schema(value_type = f64)]
    pub due: Value,
    /// Σ incentive.
    #[schema(value_type = f64)]
    pub incentive: Value,
    /// Σ withheld.
    #[schema(value_type = f64)]
    pub withheld: Value,
    /// Σ adjusted.
    #[schema(value_type = f64)]
    pub adjusted: Value,
    /// Σ final.
    #[serde(rename = "final")]
    #[schema(value_type = f64)]
    pub final_amount: Value,
    /// Σ transfer.
    #[schema(value_type = f64)]
    pub transfer: Value,
    /// What rounding, or under fixed amounts the budget, leaves over; never spread.
    #[schema(value_type = f64)]
    pub residue: Value,
    /// Residue, incentives and adjustments together.
    #[schema(value_type = f64)]
    pub kept: Value,
}

/// A row of a clearing. What the level does not tell is absent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClearedRow {
    /// Institution.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fixmedins_code: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixmedins_name: Option<String>,
    /// Insurance type.
    pub insutype: String,
    /// Division.
    pub admdvs: String,
    /// Group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub drg_code: String,
    /// Its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub drg_name: String,
    /// Cases.
    pub setl_psntime: i64,
    /// Points.
    #[schema(value_type = f64)]
    pub points: Value,
    /// Total cost.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// Paid by patients and other payers.
    #[schema(value_type = f64)]
    pub others: Value,
    /// What the cases are worth at the value of the year.
    #[schema(value_type = f64)]
    pub payable: Value,
    /// The fund's part: payable − others.
    #[schema(value_type = f64)]
    pub due: Value,
    /// The account, of an institution or a division.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<YearView>,
}

/// The account of a year: final = due + incentive − withheld + adjusted,
/// adjusted = special + tcm + new_technology + differences + settled − violations −
/// deductions, transfer = final − advances − paid − carried.
#[derive(Debug, Serialize, ToSchema)]
pub struct YearView {
    /// PENDING, CONFIRMED or DISPUTED, of an institution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<String>,
    /// SM3 over the institution's amounts and lines in all funds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Monthly batches.
    pub months: i64,
    /// Score of the assessment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub score: Option<Value>,
    /// What the fund would have paid by item: cost − others.
    #[schema(value_type = f64)]
    pub by_item: Value,
    /// Incentive (negative: given back).
    #[schema(value_type = f64)]
    pub incentive: Value,
    /// Deposit kept by the year's bills.
    #[schema(value_type = f64)]
    pub deposit: Value,
    /// Not released of it.
    #[schema(value_type = f64)]
    pub withheld: Value,
    /// Special cases bound to the months, part of payable.
    #[schema(value_type = f64)]
    pub special_bound: Value,
    /// Their number.
    pub special_cases: i64,
    /// Special cases beyond these.
    #[schema(value_type = f64)]
    pub special: Value,
    /// TCM incentive.
    #[schema(value_type = f64)]
    pub tcm: Value,
    /// New technology.
    #[schema(value_type = f64)]
    pub new_technology: Value,
    /// Corrections of frozen months.
    #[schema(value_type = f64)]
    pub differences: Value,
    /// What disputes were settled with.
    #[schema(value_type = f64)]
    pub settled: Value,
    /// Violations found at the clearing.
    #[schema(value_type = f64)]
    pub violations: Value,
    /// Deductions of the year's bills.
    #[schema(value_type = f64)]
    pub deductions: Value,
    /// Sum of the adjustments.
    #[schema(value_type = f64)]
    pub adjusted: Value,
    /// What the year comes to.
    #[serde(rename = "final")]
    #[schema(value_type = f64)]
    pub final_amount: Value,
    /// Advances set off in the year's bills.
    #[schema(value_type = f64)]
    pub advances: Value,
    /// Paid with the year's bills.
    #[schema(value_type = f64)]
    pub paid: Value,
    /// Settled with bills before (positive) and after (negative) the year.
    #[schema(value_type = f64)]
    pub carried: Value,
    /// To be transferred; negative is recovered.
    #[schema(value_type = f64)]
    pub transfer: Value,
}

impl Operation for Cleared {
    const ID: &'static str = "clearing.query";
    const TITLE: &'static str = "年度清算查询 / annual clearing";
    const PATH: &'static str = "/clearing/query";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::County, Role::City, Role::Finance];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370153")];
    type Request = ClearedQuery;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["year", "stage", "level"],
            "properties": {
                "year": {"type": "string", "pattern": "^[0-9]{4}$"},
                "stage": {"enum": ["PRE_CLEARING", "CLEARING"]},
                "level": {"enum": ["fund", "district", "hospital", "group"]},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "insutype": {"type": "string", "pattern": "^[0-9]{3,5}$"},
                "page_num": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                "page_size": {"type": "integer", "minimum": 1, "maximum": 1_000},
            },
        })
    }

    fn parse(data: Value) -> Result<ClearedQuery, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &ClearedQuery) -> Result<Value, Refusal> {
        service::clearing::query(session, request).await
    }
}

/// 年度清算查询 / annual clearing
///
/// 按险种基金、区县、机构或病组查询年度预清算与清算；医院只见本机构，且在公布之后。The clearing of a year by fund, division, institution or group; a hospital sees its own, once it is published.
/// JSON Schema: `/schemas/clearing.query.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "clearing.query",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 ClearedAnswer / sealed answer holding ClearedAnswer", body = SealedAnswer<ClearedAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/clearing/query")]
pub(crate) async fn handler(call: Call<Cleared>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_year_stage_and_level() {
        let validator = jsonschema::validator_for(&Cleared::schema()).unwrap();
        let good = json!({"year": "2026", "stage": "CLEARING", "level": "hospital"});
        assert!(validator.is_valid(&good));
        assert_eq!(Cleared::parse(good).unwrap().stage, ClearingStage::Clearing);
        assert!(
            !validator.is_valid(&json!({"year": "2026", "stage": "CLEARING", "level": "case"}))
        );
    }
}
