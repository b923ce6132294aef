//! 特病单议意见与预结算 (`special-cases.opinions`, transaction 3604).

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation, request,
    transaction::{Transaction, as_it_is, node},
};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service,
    session::Session,
};

/// The operation.
#[derive(Debug)]
pub struct Opinions;

/// A query; at least one member.
#[derive(Debug, Deserialize)]
pub struct OpinionsRequest {
    /// Id of the case.
    pub appy_chk_setl_list_id: Option<String>,
    /// Settlement id; its newest case.
    pub setl_id: Option<String>,
}

/// Answer of `special-cases.opinions`, in the names of 3604.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"preSetl_invy_evt_list": [], "appy_chk_opnn_evt_list": []}))]
pub struct OpinionsAnswer {
    /// What the case is paid by its group and by the decision.
    #[serde(rename = "preSetl_invy_evt_list")]
    pub pre_settlement: Vec<PreSettlement>,
    /// What was said.
    #[serde(rename = "appy_chk_opnn_evt_list")]
    pub opinions: Vec<OpinionView>,
}

/// Amounts of the case, yuan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreSettlement {
    /// Id of the case.
    pub appy_chk_setl_list_id: String,
    /// Settlement id.
    pub setl_id: String,
    /// Payment standard of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub drg_fund_payamt: Option<Value>,
    /// Approved amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub exit_fund_payamt: Option<Value>,
    /// Type of the application.
    pub exit_type: String,
    /// Why.
    pub exit_rea: String,
    /// 1, or 0 once withdrawn.
    pub vali_flag: String,
}

/// An opinion.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpinionView {
    /// Id of the case.
    pub appy_chk_setl_list_id: String,
    /// Settlement id.
    pub setl_id: String,
    /// Running number.
    pub number: i32,
    /// Round of the panel; 2 after an appeal.
    pub round: i32,
    /// hospital, city, county, expert, or panel for its decision.
    pub role: String,
    /// The action; the national values are not published.
    pub drg_dip_exit_opnn_type: String,
    /// Amount that it is for, yuan.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub amount: Option<Value>,
    /// The words.
    pub opnn: String,
    /// When, China time.
    pub opnn_time: String,
    /// appId of who said it; an expert's is told to the city only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opnn_resper_id: Option<String>,
}

impl Operation for Opinions {
    const ID: &'static str = "special-cases.opinions";
    const TITLE: &'static str = "特病单议意见与预结算 / opinions on a special case";
    const PATH: &'static str = "/special-cases/opinions";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City, Role::Expert];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::query("3604", node, as_it_is)];
    type Request = OpinionsRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "minProperties": 1,
            "properties": {
                "appy_chk_setl_list_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<OpinionsRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &OpinionsRequest) -> Result<Value, Refusal> {
        service::special_cases::opinions(session, request).await
    }
}

/// 特病单议意见与预结算 / opinions on a special case
///
/// 按申请编号或结算ID查询；专家身份只有市级可见。By case or settlement id; who the experts are stays with the city.
/// JSON Schema: `/schemas/special-cases.opinions.json`.
#[utoipa::path(
    tag = "special-cases", operation_id = "special-cases.opinions",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 OpinionsAnswer / sealed answer holding OpinionsAnswer", body = SealedAnswer<OpinionsAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/special-cases/opinions")]
pub(crate) async fn handler(call: Call<Opinions>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_named() {
        let validator = jsonschema::validator_for(&Opinions::schema()).unwrap();
        let good = json!({"setl_id": "S1"});
        assert!(validator.is_valid(&good));
        Opinions::parse(good).unwrap();
        assert!(!validator.is_valid(&json!({})));
    }
}
