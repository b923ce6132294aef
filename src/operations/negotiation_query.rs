//! 协商轮次查询 (`negotiation.query`): a round, where the institutions stand, and what was
//! said.

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
pub struct Negotiated;

/// A query.
#[derive(Debug, Deserialize)]
pub struct RoundQuery {
    /// Year, yyyy.
    pub year: String,
    /// Number of the round; the last one by default.
    pub number: Option<i32>,
    /// One institution, with what it said.
    pub fixmedins_code: Option<String>,
}

/// Answer of `negotiation.query`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"year": "2027", "number": 1, "state": "OPEN", "version": 2,
    "subject": "2027 年病组权重调整", "digest": "5d0b…", "opened_at": "2026-11-22 09:00:00",
    "positions": [{"fixmedins_code": "H61040100001", "state": "ACCEPTED", "answered": 2}],
    "events": [{"number": 1, "action": "open", "digest": "5d0b…", "reason": "2027 年病组权重调整",
        "opter_id": "zhang", "at": "2026-11-22 09:00:00", "hash": "83fa…"}]}))]
pub struct NegotiatedAnswer {
    /// Year.
    pub year: String,
    /// Number of the round.
    pub number: i32,
    /// OPEN or CLOSED.
    pub state: String,
    /// Number of its last event.
    pub version: i32,
    /// What is proposed.
    pub subject: String,
    /// SM3 of the proposal as it stands.
    pub digest: String,
    /// Number of the document.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// When it was opened, China time.
    pub opened_at: String,
    /// Where the institutions stand that the caller may see.
    pub positions: Vec<PositionView>,
    /// What the city said, and the institution asked for, the first first.
    pub events: Vec<SaidView>,
}

/// Where an institution stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct PositionView {
    /// Institution.
    pub fixmedins_code: String,
    /// Its name, where it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixmedins_name: Option<String>,
    /// PENDING, ACCEPTED, DECLINED or COUNTERED.
    pub state: String,
    /// Number of the event that answered; 0 while there is none.
    pub answered: i32,
}

/// What was said.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaidView {
    /// Running number in the round.
    pub number: i32,
    /// Institution, of an answer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fixmedins_code: String,
    /// open, revise, accept, decline, counter or close.
    pub action: String,
    /// SM3 of what it is about.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// Number of the document.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// The reason, or what is proposed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Person who acted.
    pub opter_id: String,
    /// When, China time.
    pub at: String,
    /// SM3 of the event, chained to the one before.
    pub hash: String,
}

impl Operation for Negotiated {
    const ID: &'static str = "negotiation.query";
    const TITLE: &'static str = "协商轮次查询 / negotiation round";
    const PATH: &'static str = "/negotiation/query";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::County, Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370193")];
    type Request = RoundQuery;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["year"],
            "properties": {
                "year": {"type": "string", "pattern": "^[0-9]{4}$"},
                "number": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<RoundQuery, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &RoundQuery) -> Result<Value, Refusal> {
        service::negotiation::query(session, request).await
    }
}

/// 协商轮次查询 / negotiation round
///
/// 方案、各机构答复与记录；医院只见本机构的答复，县级只见本县机构。The proposal, where the institutions stand and what was said; a hospital sees its own answers, a county its institutions.
/// JSON Schema: `/schemas/negotiation.query.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "negotiation.query",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 NegotiatedAnswer / sealed answer holding NegotiatedAnswer", body = SealedAnswer<NegotiatedAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/negotiation/query")]
pub(crate) async fn handler(call: Call<Negotiated>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_a_year() {
        let validator = jsonschema::validator_for(&Negotiated::schema()).unwrap();
        let good = json!({"year": "2027"});
        assert!(validator.is_valid(&good));
        assert_eq!(Negotiated::parse(good).unwrap().number, None);
        assert!(!validator.is_valid(&json!({"number": 1})));
    }
}
