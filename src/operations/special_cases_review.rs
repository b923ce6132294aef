//! 特病单议评审 (`special-cases.review`): screening and panel by the city, opinions by experts.

use actix_web::{HttpResponse, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::special_cases_declare::SpecialAnswer;
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
pub struct Review;

/// A step of the review.
#[derive(Debug, Deserialize)]
pub struct ReviewRequest {
    /// Id of the case.
    pub appy_chk_setl_list_id: String,
    /// What is done.
    pub action: ReviewAction,
    /// appIds of the experts (assign).
    pub experts: Option<Vec<String>>,
    /// Approved amount, yuan (approve).
    #[serde(default, deserialize_with = "crate::wire::some_amount")]
    pub amount: Option<chs_model::Money>,
    /// The words (experts: required).
    pub opnn: Option<String>,
}

/// What a reviewer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReviewAction {
    /// Screening passed.
    Screen,
    /// Screening refused.
    Refuse,
    /// Experts named.
    Assign,
    /// An expert approves.
    Approve,
    /// An expert rejects.
    Reject,
    /// The days for an appeal are over.
    Lapse,
}

impl Operation for Review {
    const ID: &'static str = "special-cases.review";
    const TITLE: &'static str = "特病单议评审 / review of a special case";
    const PATH: &'static str = "/special-cases/review";
    const ROLES: &'static [Role] = &[Role::City, Role::Expert];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370143")];
    type Request = ReviewRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["appy_chk_setl_list_id", "action"],
            "properties": {
                "appy_chk_setl_list_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "action": {"enum": ["screen", "refuse", "assign", "approve", "reject", "lapse"]},
                "experts": {"type": "array", "minItems": 1, "maxItems": 9, "items": {"type": "string", "minLength": 1, "maxLength": 64}},
                "amount": {"type": ["number", "string"], "pattern": "^-?[0-9]{1,12}(\\.[0-9]{1,2})?$"},
                "opnn": {"type": "string", "minLength": 1, "maxLength": 1000},
            },
        })
    }

    fn parse(data: Value) -> Result<ReviewRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &ReviewRequest) -> Result<Value, Refusal> {
        service::special_cases::review(session, request).await
    }
}

/// 特病单议评审 / review of a special case
///
/// 市级初审（screen、refuse）、指定专家（assign）、逾期终结（lapse）；专家 approve 或 reject，两名一致即定。The city screens, names the panel and ends what was not appealed; two experts that agree decide.
/// JSON Schema: `/schemas/special-cases.review.json`.
#[utoipa::path(
    tag = "special-cases", operation_id = "special-cases.review",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 SpecialAnswer / sealed answer holding SpecialAnswer", body = SealedAnswer<SpecialAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/special-cases/review")]
pub(crate) async fn handler(call: Call<Review>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_binds_by_hand() {
        let validator = jsonschema::validator_for(&Review::schema()).unwrap();
        let good =
            json!({"appy_chk_setl_list_id": "S1", "action": "assign", "experts": ["X", "Y"]});
        assert!(validator.is_valid(&good));
        Review::parse(good).unwrap();
        assert!(!validator.is_valid(&json!({"appy_chk_setl_list_id": "S1", "action": "bind"})));
    }
}
