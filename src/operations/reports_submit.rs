//! 6 信息上报服务 (`reports.submit`): a hospital uploads its lists and moves their state;
//! the city's core reports settlement records.

use actix_web::{HttpResponse, post};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Operation, list_errors};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::FieldError,
    service::{self, assessment::Assessment},
};

/// The operation.
#[derive(Debug)]
pub struct Submit;

/// What is reported.
#[derive(Debug)]
pub enum SubmitRequest {
    /// 4101: a settlement list; `submit` sets it to state 1 in the same call.
    List {
        /// The list.
        list: Box<chs_model::SettlementList>,
        /// Whether it is submitted at once.
        submit: bool,
    },
    /// A kind that the contract knows and this release does not take.
    NotTaken,
    /// 2304: a settlement record.
    Settlement {
        /// Its `setlinfo` node.
        setlinfo: Value,
        /// The whole record as sent.
        record: Value,
    },
}

/// Answer of `reports.submit`.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubmitAnswer {
    /// Settlement id.
    pub setl_id: String,
    /// Serial number of the list (lists only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setl_list_id: Option<String>,
    /// State of the list: 0 not submitted, 1 submitted, 2 passed, 3 failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stas_type: Option<String>,
    /// How often the list was uploaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i32>,
    /// Outcome of post-event QC and grouping, after a submit.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
}

impl Operation for Submit {
    const ID: &'static str = "reports.submit";
    const TITLE: &'static str = "信息上报服务 / information reporting";
    const PATH: &'static str = "/reports";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::Core];
    type Request = SubmitRequest;

    fn schema() -> Value {
        let scalar = json!({"type": ["string", "number"], "maxLength": 4000});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["report", "input"],
            "properties": {
                "report": {"enum": ["4101", "4101A", "4102", "4401", "2304"]},
                "submit": {"type": "boolean"},
                "input": {"type": "object"},
            },
            "if": {"properties": {"report": {"const": "4101"}}},
            "then": {"properties": {"input": chs_model::schema::settlement_list()}},
            "else": {"if": {"properties": {"report": {"const": "2304"}}}, "then": {"properties": {"input": {
                "type": "object",
                "additionalProperties": false,
                "required": ["setlinfo"],
                "properties": {
                    "setlinfo": {
                        "type": "object",
                        "required": ["setl_id", "fixmedins_code", "medfee_sumamt"],
                        "properties": {
                            "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                            "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                        },
                        "additionalProperties": scalar,
                    },
                    "setldetail": {"type": "array", "maxItems": 100, "items": {
                        "type": "object", "additionalProperties": scalar,
                    }},
                },
            }}}},
        })
    }

    fn parse(mut data: Value) -> Result<SubmitRequest, Vec<FieldError>> {
        let input = data.get_mut("input").map(Value::take).unwrap_or_default();
        let report = data
            .get("report")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !["4101", "2304"].contains(&report) {
            return Ok(SubmitRequest::NotTaken);
        }
        if report == "2304" {
            let setlinfo = input.get("setlinfo").cloned().unwrap_or_default();
            return Ok(SubmitRequest::Settlement {
                setlinfo,
                record: input,
            });
        }
        let list =
            chs_model::SettlementList::parse(&input).map_err(|v| list_errors("/input", v))?;
        let submit = data.get("submit").and_then(Value::as_bool).unwrap_or(false);
        Ok(SubmitRequest::List {
            list: Box::new(list),
            submit,
        })
    }
}

/// 信息上报服务 / information reporting
///
/// 4101 结算清单（可同时提交）与 2304 结算记录。A 4101 list, submitted in the same call if
/// asked, or a 2304 settlement record; JSON Schema: `/schemas/reports.submit.json`.
#[utoipa::path(
    tag = "reports", operation_id = "reports.submit",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 SubmitAnswer / sealed answer holding SubmitAnswer", body = SealedAnswer<SubmitAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/reports")]
pub(crate) async fn handler(call: Call<Submit>) -> HttpResponse {
    let outcome = service::submit::run(&call.by.session, &call.request).await;
    call.respond(outcome).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_list_point_below_input() {
        let data = json!({"report": "4101", "input": {"setlinfo": {"gend": ["1"]}}});
        let errors = Submit::parse(data).unwrap_err();
        assert!(errors[0].pointer.starts_with("/input/setlinfo/gend"));
    }

    #[test]
    fn a_settlement_record_needs_its_keys() {
        let validator = jsonschema::validator_for(&Submit::schema()).unwrap();
        let whole = json!({"setl_id": "1", "fixmedins_code": "H1", "medfee_sumamt": "1.00"});
        assert!(validator.is_valid(&json!({"report": "2304", "input": {"setlinfo": whole}})));
        let part = json!({"setl_id": "1", "medfee_sumamt": "1.00"});
        assert!(!validator.is_valid(&json!({"report": "2304", "input": {"setlinfo": part}})));
    }
}
