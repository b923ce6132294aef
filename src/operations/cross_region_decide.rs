//! 异地病例决定 (`cross-region.decide`): the provincial remote settlement system hands on what
//! the insured areas decided.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Operation, items::MOST_ITEMS, request, transaction::Transaction};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service,
    session::Session,
};

/// The operation.
#[derive(Debug)]
pub struct Decide;

/// Decisions.
#[derive(Debug, Deserialize)]
pub struct DecideRequest {
    /// One for each case.
    pub items: Vec<DecisionItem>,
}

/// A decision on a case.
#[derive(Debug, Deserialize)]
pub struct DecisionItem {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// What was decided.
    pub decision: Decision,
    /// Agreed of the fund's part, yuan: needed for ADJUSTED.
    #[serde(default, deserialize_with = "crate::wire::some_amount")]
    pub amount: Option<chs_model::Money>,
    /// Why: needed for ADJUSTED and REFUSED.
    pub reason: Option<String>,
}

/// What the insured area decided on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Decision {
    /// The fund's part as it was sent.
    Accepted,
    /// A smaller part of it.
    Adjusted,
    /// Nothing.
    Refused,
}

impl Decision {
    /// Its name in messages and rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Decision::Accepted => "ACCEPTED",
            Decision::Adjusted => "ADJUSTED",
            Decision::Refused => "REFUSED",
        }
    }
}

/// Answer of `cross-region.decide`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"decided": 1, "items": [{"fixmedins_code": "H61040100001",
    "setl_id": "S000000030000000", "result": "DECIDED"}]}))]
pub struct CrossRegionDecided {
    /// Cases decided by this message.
    pub decided: usize,
    /// Each item's result.
    pub items: Vec<DecidedItem>,
}

/// What became of a decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedItem {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// `DECIDED`, `DUPLICATE` (it stands so already), `DECIDED_OTHERWISE`, `UNKNOWN`,
    /// `AMOUNT_MISMATCH` or `REASON_NEEDED`.
    pub result: &'static str,
}

impl Operation for Decide {
    const ID: &'static str = "cross-region.decide";
    const TITLE: &'static str = "异地病例决定 / decisions on cross-region cases";
    const PATH: &'static str = "/cross-region/decide";
    const ROLES: &'static [Role] = &[Role::Province];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370162")];
    type Request = DecideRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["items"],
            "properties": {
                "items": {"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["fixmedins_code", "setl_id", "decision"],
                    "properties": {
                        "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                        "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                        "decision": {"enum": ["ACCEPTED", "ADJUSTED", "REFUSED"]},
                        "amount": {"type": ["number", "string"], "pattern": "^-?[0-9]{1,12}(\\.[0-9]{1,2})?$"},
                        "reason": {"type": "string", "minLength": 1, "maxLength": 500},
                    },
                }},
            },
        })
    }

    fn parse(data: Value) -> Result<DecideRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &DecideRequest) -> Result<Value, Refusal> {
        service::cross_region::decide(session, request).await
    }
}

/// 异地病例决定 / decisions on cross-region cases
///
/// 省级异地结算系统转达参保地对异地病例的认可、调整或拒付，逐条答复，重复送达得到 DUPLICATE。The provincial system hands on what insured areas decided; each case is answered for itself, a repeat with DUPLICATE.
/// JSON Schema: `/schemas/cross-region.decide.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "cross-region.decide",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 CrossRegionDecided / sealed answer holding CrossRegionDecided", body = SealedAnswer<CrossRegionDecided>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/cross-region/decide")]
pub(crate) async fn handler(call: Call<Decide>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_a_closed_set() {
        let validator = jsonschema::validator_for(&Decide::schema()).unwrap();
        let item = |decision: &str| {
            json!({"items": [{"fixmedins_code": "H1", "setl_id": "S1", "decision": decision,
                "amount": "12.30", "reason": "x"}]})
        };
        for decision in ["ACCEPTED", "ADJUSTED", "REFUSED"] {
            assert!(validator.is_valid(&item(decision)));
            let request = Decide::parse(item(decision)).unwrap();
            assert_eq!(request.items[0].decision.as_str(), decision);
        }
        assert!(!validator.is_valid(&item("MAYBE")));
        assert!(!validator.is_valid(&json!({"items": []})));
    }
}
