//! 公示 (`publication.publish`): the city publishes a month's grouping results and opens the
//! window for objections.

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
pub struct Publish;

/// A month to be published.
#[derive(Debug, Deserialize)]
pub struct PublishRequest {
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// Days of the window for objections.
    pub days: u16,
}

/// Answer of `publication.publish`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"setl_ym": "202610", "round": 1, "opened_at": "2026-11-22 08:00:00",
    "closes_at": "2026-11-27 08:00:00", "setl_psntime": 1200}))]
pub struct PublishAnswer {
    /// Settlement month.
    pub setl_ym: String,
    /// How often the month was published.
    pub round: i32,
    /// When the window opened, China time.
    pub opened_at: String,
    /// When it closes, China time.
    pub closes_at: String,
    /// Cases published.
    pub setl_psntime: i64,
}

impl Operation for Publish {
    const ID: &'static str = "publication.publish";
    const TITLE: &'static str = "分组结果公示 / publication of grouping results";
    const PATH: &'static str = "/publication/publish";
    const ROLES: &'static [Role] = &[Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370112")];
    type Request = PublishRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_ym", "days"],
            "properties": {
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "days": {"type": "integer", "minimum": 1, "maximum": 60},
            },
        })
    }

    fn parse(data: Value) -> Result<PublishRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &PublishRequest) -> Result<Value, Refusal> {
        service::publication::publish(session, request).await
    }
}

/// 分组结果公示 / publication of grouping results
///
/// 公示一个结算月的分组结果并开启异议期。Publishes a month's results and opens the window for objections.
/// JSON Schema: `/schemas/publication.publish.json`.
#[utoipa::path(
    tag = "publication", operation_id = "publication.publish",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 PublishAnswer / sealed answer holding PublishAnswer", body = SealedAnswer<PublishAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/publication/publish")]
pub(crate) async fn handler(call: Call<Publish>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_days() {
        let validator = jsonschema::validator_for(&Publish::schema()).unwrap();
        assert!(validator.is_valid(&json!({"setl_ym": "202610", "days": 5})));
        assert!(!validator.is_valid(&json!({"setl_ym": "202610", "days": 0})));
    }
}
