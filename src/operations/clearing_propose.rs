//! 年度清算编制 (`clearing.propose`): the city proposes a pre-clearing or the clearing of a year;
//! a second person publishes it.

use actix_web::{HttpResponse, post};
use chs_settlement::books::ClearingStage;
use rust_decimal::Decimal;
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
pub struct Propose;

/// A proposal.
#[derive(Debug, Deserialize)]
pub struct ProposeRequest {
    /// Year, yyyy.
    pub year: String,
    /// PRE_CLEARING or CLEARING.
    #[serde(deserialize_with = "super::clearing_query::stage")]
    pub stage: ClearingStage,
    /// Budget of each insurance type that has bills.
    pub budgets: Vec<YearBudget>,
    /// Scores of the assessment.
    #[serde(default)]
    pub assessments: Vec<Score>,
    /// Adjustments beside the bills.
    #[serde(default)]
    pub adjustments: Vec<YearAdjustment>,
    /// Person who proposes, by the caller's own account.
    pub opter_id: String,
}

/// The budget of an insurance type; funds never mix. Amounts in yuan.
#[derive(Debug, Deserialize)]
pub struct YearBudget {
    /// Insurance type.
    pub insutype: String,
    /// Budget of the year.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub budget: chs_model::Money,
    /// Kept in reserve.
    #[serde(default, deserialize_with = "crate::wire::amount")]
    pub reserve: chs_model::Money,
    /// Spent on cases elsewhere; what it leaves is for local cases.
    #[serde(default, deserialize_with = "crate::wire::amount")]
    pub cross_region: chs_model::Money,
}

/// An institution's score.
#[derive(Debug, Deserialize)]
pub struct Score {
    /// Institution.
    pub fixmedins_code: String,
    /// Score.
    #[serde(deserialize_with = "number")]
    pub score: Decimal,
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Decimal::from_str_exact(&text).map_err(serde::de::Error::custom)
}

/// An adjustment.
#[derive(Debug, Deserialize)]
pub struct YearAdjustment {
    /// Institution.
    pub fixmedins_code: String,
    /// Insurance type.
    pub insutype: String,
    /// What it is for.
    pub kind: AdjustmentKind,
    /// Amount, yuan: in favour of the hospital; of a violation what is deducted.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub amount: chs_model::Money,
}

/// What an adjustment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AdjustmentKind {
    /// Special cases beyond those bound to the months.
    Special,
    /// TCM incentive.
    Tcm,
    /// New technology.
    NewTechnology,
    /// Violations.
    Violation,
}

/// Answer of `clearing.propose`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"year": "2026", "stage": "CLEARING", "number": 1, "state": "PREPARING",
    "example": true, "hospitals": 2, "batches": 48, "left_out": 0, "values": [{"insutype": "310",
    "value": 98.7654}]}))]
pub struct ProposeAnswer {
    /// Year.
    pub year: String,
    /// Stage.
    pub stage: &'static str,
    /// Number of the proposal.
    pub number: i32,
    /// PREPARING: institutions are being cleared.
    pub state: &'static str,
    /// Whether a month was priced with values that are examples, not a settlement notice.
    pub example: bool,
    /// Institutions to be cleared.
    pub hospitals: usize,
    /// Monthly batches that entered.
    pub batches: i64,
    /// Batches and applications of the year that did not (pre-clearing only).
    pub left_out: i64,
    /// Value of a point by insurance type.
    pub values: Vec<YearValue>,
}

/// The value of a point.
#[derive(Debug, Serialize, ToSchema)]
pub struct YearValue {
    /// Insurance type.
    pub insutype: String,
    /// Value; absent where no case has points.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub value: Option<Value>,
}

impl Operation for Propose {
    const ID: &'static str = "clearing.propose";
    const TITLE: &'static str = "年度清算编制 / proposal of an annual clearing";
    const PATH: &'static str = "/clearing/propose";
    const ROLES: &'static [Role] = &[Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370151")];
    type Request = ProposeRequest;

    fn schema() -> Value {
        let amount = json!({"type": ["number", "string"],
            "pattern": "^[0-9]{1,13}(\\.[0-9]{1,2})?$", "minimum": 0});
        let signed = json!({"type": ["number", "string"],
            "pattern": "^-?[0-9]{1,12}(\\.[0-9]{1,2})?$"});
        let insutype = json!({"type": "string", "pattern": "^[0-9]{3,5}$"});
        let code = json!({"type": "string", "minLength": 1, "maxLength": 30});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["year", "stage", "budgets", "opter_id"],
            "properties": {
                "year": {"type": "string", "pattern": "^[0-9]{4}$"},
                "stage": {"enum": ["PRE_CLEARING", "CLEARING"]},
                "budgets": {"type": "array", "minItems": 1, "maxItems": 50, "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["insutype", "budget"],
                    "properties": {"insutype": insutype, "budget": amount, "reserve": amount,
                        "cross_region": amount},
                }},
                "assessments": {"type": "array", "maxItems": 10_000, "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["fixmedins_code", "score"],
                    "properties": {"fixmedins_code": code,
                        "score": {"type": ["number", "string"],
                            "pattern": "^[0-9]{1,4}(\\.[0-9]{1,4})?$", "minimum": 0, "maximum": 9999}},
                }},
                "adjustments": {"type": "array", "maxItems": 10_000, "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["fixmedins_code", "insutype", "kind", "amount"],
                    "properties": {"fixmedins_code": code, "insutype": insutype,
                        "kind": {"enum": ["SPECIAL", "TCM", "NEW_TECHNOLOGY", "VIOLATION"]},
                        "amount": signed},
                }},
                "opter_id": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<ProposeRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &ProposeRequest) -> Result<Value, Refusal> {
        service::clearing::propose(session, request).await
    }
}

/// 年度清算编制 / proposal of an annual clearing
///
/// 按险种年度预算、考核得分与调整项编制预清算或清算：只有已拨付或已关账的月结批次进入；逐机构计算由作业完成，中断后自动续作。Proposes a pre-clearing or clearing from the budgets of the year, scores and adjustments; only batches that are paid or closed enter, and a job clears institution by institution, going on after any interruption.
/// JSON Schema: `/schemas/clearing.propose.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "clearing.propose",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 ProposeAnswer / sealed answer holding ProposeAnswer", body = SealedAnswer<ProposeAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/clearing/propose")]
pub(crate) async fn handler(call: Call<Propose>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_names_its_budgets_and_its_person() {
        let validator = jsonschema::validator_for(&Propose::schema()).unwrap();
        let good = json!({"year": "2026", "stage": "PRE_CLEARING", "opter_id": "zhang",
            "budgets": [{"insutype": "310", "budget": "1000.00", "reserve": 50}],
            "assessments": [{"fixmedins_code": "H1", "score": 92.5}],
            "adjustments": [{"fixmedins_code": "H1", "insutype": "310", "kind": "NEW_TECHNOLOGY",
                "amount": -1}]});
        assert!(validator.is_valid(&good));
        let parsed = Propose::parse(good.clone()).unwrap();
        assert_eq!(parsed.budgets[0].reserve.fen(), 5_000);
        assert_eq!(parsed.adjustments[0].kind, AdjustmentKind::NewTechnology);
        for (member, value) in [
            ("budgets", json!([])),
            ("stage", json!("FINAL")),
            ("year", json!("202610")),
            ("budgets", json!([{"insutype": "310", "budget": -1}])),
        ] {
            let mut bad = good.clone();
            bad[member] = value;
            assert!(!validator.is_valid(&bad), "{bad}");
        }
    }
}
