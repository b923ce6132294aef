//! 协商轮次发起 (`negotiation.open`): the city proposes a change on the report of its
//! simulation, and names the hospitals that answer.

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
pub struct Open;

/// A new round.
#[derive(Debug, Deserialize)]
pub struct OpenRequest {
    /// Year that the change is for, yyyy.
    pub year: String,
    /// What is proposed, in a sentence.
    pub subject: String,
    /// SM3 of the report of its simulation, as `chs-gateway simulate` prints it.
    pub digest: String,
    /// Number of the document.
    pub reference: Option<String>,
    /// The institutions that answer.
    pub institutions: Vec<String>,
    /// Person who acts, by the caller's own account.
    pub opter_id: String,
}

/// A round after an event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"year": "2027", "number": 1, "state": "OPEN", "version": 1,
    "digest": "5d0b…", "pending": 13, "accepted": 0, "declined": 0, "countered": 0,
    "hash": "83fa…"}))]
pub struct RoundAnswer {
    /// Year.
    pub year: String,
    /// Number of the round in the year.
    pub number: i32,
    /// OPEN or CLOSED.
    pub state: String,
    /// Number of its last event.
    pub version: i32,
    /// SM3 of the proposal as it stands.
    pub digest: String,
    /// Institutions that have not answered it.
    pub pending: usize,
    /// Institutions that accept it.
    pub accepted: usize,
    /// Institutions that decline it.
    pub declined: usize,
    /// Institutions that propose something else.
    pub countered: usize,
    /// SM3 of the event, chained to the one before.
    pub hash: String,
}

impl Operation for Open {
    const ID: &'static str = "negotiation.open";
    const TITLE: &'static str = "协商轮次发起 / opening a negotiation round";
    const PATH: &'static str = "/negotiation/open";
    const ROLES: &'static [Role] = &[Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370191")];
    type Request = OpenRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["year", "subject", "digest", "institutions", "opter_id"],
            "properties": {
                "year": {"type": "string", "pattern": "^[0-9]{4}$"},
                "subject": {"type": "string", "minLength": 1, "maxLength": 500},
                "digest": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"},
                "reference": {"type": "string", "minLength": 1, "maxLength": 64},
                "institutions": {"type": "array", "minItems": 1, "maxItems": 5_000,
                    "uniqueItems": true,
                    "items": {"type": "string", "minLength": 1, "maxLength": 30}},
                "opter_id": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<OpenRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &OpenRequest) -> Result<Value, Refusal> {
        service::negotiation::open(session, request).await
    }
}

/// 协商轮次发起 / opening a negotiation round
///
/// 市级提出病组、权重、系数或参数的调整，以模拟报告的摘要为据，列明须答复的机构；一个年度同时只有一个未结束的轮次。The city proposes a change on the digest of its simulation's report and names the institutions that answer; one round of a year is open at a time.
/// JSON Schema: `/schemas/negotiation.open.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "negotiation.open",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 RoundAnswer / sealed answer holding RoundAnswer", body = SealedAnswer<RoundAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/negotiation/open")]
pub(crate) async fn handler(call: Call<Open>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_rests_on_a_report_and_names_each_institution_once() {
        let validator = jsonschema::validator_for(&Open::schema()).unwrap();
        let good = json!({"year": "2027", "subject": "权重调整", "digest": "5d".repeat(32),
            "institutions": ["H1", "H2"], "opter_id": "zhang"});
        assert!(validator.is_valid(&good));
        assert_eq!(Open::parse(good.clone()).unwrap().institutions.len(), 2);
        for (name, value) in [
            ("institutions", json!([])),
            ("institutions", json!(["H1", "H1"])),
            ("digest", json!("5d")),
            ("subject", json!("")),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert!(!validator.is_valid(&bad), "{name}");
        }
    }
}
