//! 6 信息上报服务 (`reports.submit`): a hospital uploads its lists and moves their state;
//! the city's core reports settlement records.
//!
//! `input` is the input of the transaction that `report` names.

mod front_page;
mod transactions;

use std::sync::Arc;

use actix_web::{HttpResponse, post};
use chs_envelope::canonical::Document;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Operation, settlement_list, transaction::Transaction};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service::{self, assessment::Assessment},
    session::Session,
};

/// The operation.
#[derive(Debug)]
pub struct Submit;

/// What is reported.
#[derive(Debug)]
pub enum SubmitRequest {
    /// 4101, 4101A: a settlement list; `submit` sets it to state 1 in the same call.
    List {
        /// The list.
        list: Arc<chs_model::SettlementList>,
        /// Whether it is submitted at once.
        submit: bool,
        /// Whether it was reported as 4101A, without person and fees. A 4101 may come so too.
        thin: bool,
    },
    /// 4102: lists move to other states, all of them or none.
    States {
        /// The records of `stastinfo`.
        changes: Vec<StateChange>,
        /// JSON Pointer of `stastinfo`.
        at: &'static str,
    },
    /// 4401: the front page of a medical record.
    FrontPage {
        /// Its `baseinfo` node.
        baseinfo: Value,
        /// The whole page as sent.
        page: Value,
    },
    /// 2304: a settlement record.
    Settlement {
        /// Its `setlinfo` node.
        setlinfo: Value,
        /// The whole record as sent.
        record: Value,
    },
}

/// One record of 4102.
#[derive(Debug)]
pub struct StateChange {
    /// Person.
    pub psn_no: String,
    /// Settlement id.
    pub setl_id: String,
    /// 0 or 1.
    pub stas_type: i16,
}

/// Answer of `reports.submit`: one outcome, or for several records of 4102 one for each.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SubmitAnswer {
    /// One list, front page or settlement record.
    One(Box<SubmitOutcome>),
    /// Several records of 4102, in the order of the call.
    Many {
        /// An outcome for each.
        results: Vec<SubmitOutcome>,
    },
}

/// What became of one report.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({
    "setl_id": "S000000030000000", "setl_list_id": "0199c0a7d2f0768a9c1e5f3b8d7a6c54",
    "stas_type": "1", "revision": 1, "qltctrl_rslt": "1", "findings": [], "not_evaluated": [],
    "grouping": {"status": "grouped", "reason": null, "mdc_codg": "MDCB", "adrg_code": "BR2",
        "drg_code": "BR23", "drg_name": "脑缺血性疾患，伴并发症或合并症", "ccmcc": "CC",
        "grp_ver": "xianyang-2025"},
    "estimate": null, "estimate_reason": {"code": "no_cost", "message": "清单没有收费项目金额，也没有结算记录",
        "message_en": "the list carries no iteminfo amounts and no settlement record was reported"},
    "versions": {"rules": {"id": "1", "digest": "…"}, "scheme": {"id": "xianyang-2025", "digest": "…"},
        "profile": {"id": "xianyang", "digest": "…"}}
}))]
pub struct SubmitOutcome {
    /// Settlement id (lists and settlement records).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub setl_id: String,
    /// 就医流水号 (front pages only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mdtrt_sn: Option<String>,
    /// Serial number of the list (lists only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setl_list_id: Option<String>,
    /// State of the list: 0 not submitted, 1 submitted, 2 passed, 3 failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stas_type: Option<String>,
    /// How often the list or front page was uploaded.
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
    const TRANSACTIONS: &'static [Transaction] = transactions::TRANSACTIONS;
    type Request = SubmitRequest;

    fn schema() -> Value {
        let input = |report: Value, input: Value| {
            json!({
                "if": {"properties": {"report": report}},
                "then": {"properties": {"input": input}},
            })
        };
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
            "allOf": [
                input(json!({"enum": ["4101", "4101A"]}), chs_model::schema::settlement_list()),
                input(json!({"const": "4102"}), state_changes()),
                input(json!({"const": "4401"}), front_page::schema()),
                input(json!({"const": "2304"}), settlement_record()),
            ],
        })
    }

    fn parse(data: Value) -> Result<SubmitRequest, Vec<FieldError>> {
        Self::read(Document::from_value(&data))
    }

    fn read(mut data: Document<'_>) -> Result<SubmitRequest, Vec<FieldError>> {
        let input = data.take("input").unwrap_or(Document::Null);
        let report = data.get("report").and_then(Document::as_text);
        let part = |input: &Value, name: &str| input.get(name).cloned().unwrap_or_default();
        match report.unwrap_or_default() {
            "2304" => {
                let record = input.into_value();
                Ok(SubmitRequest::Settlement {
                    setlinfo: part(&record, "setlinfo"),
                    record,
                })
            }
            "4401" => {
                let page = input.into_value();
                Ok(SubmitRequest::FrontPage {
                    baseinfo: part(&page, "baseinfo"),
                    page,
                })
            }
            "4102" => changes(&input.into_value()),
            report => Ok(SubmitRequest::List {
                list: Arc::new(settlement_list::read("/input", &input)?),
                submit: data.get("submit") == Some(&Document::Bool(true)),
                thin: report == "4101A",
            }),
        }
    }

    async fn run(session: &Session, request: &SubmitRequest) -> Result<Value, Refusal> {
        service::submit::run(session, request).await
    }
}

/// Most records of one 4102.
const MOST_CHANGES: usize = 200;

/// `data.stastinfo` as published; `stastinfo` alone is taken too.
fn state_changes() -> Value {
    let records = json!({
        "type": "array", "minItems": 1, "maxItems": MOST_CHANGES,
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["psn_no", "setl_id", "stas_type"],
            "properties": {
                "psn_no": {"type": "string", "minLength": 1, "maxLength": 30},
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "stas_type": {"enum": ["0", "1", 0, 1]},
            },
        },
    });
    let node = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["stastinfo"],
        "properties": {"stastinfo": records},
    });
    json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1, "maxProperties": 1,
        "properties": {"data": node, "stastinfo": records},
    })
}

fn settlement_record() -> Value {
    let scalar = json!({"type": ["string", "number"], "maxLength": 4000});
    json!({
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
    })
}

fn changes(input: &Value) -> Result<SubmitRequest, Vec<FieldError>> {
    let (at, node) = match input.get("data") {
        Some(data) => ("/input/data/stastinfo", data),
        None => ("/input/stastinfo", input),
    };
    let records = node.get("stastinfo").and_then(Value::as_array);
    let mut seen = std::collections::HashSet::new();
    let (mut changes, mut errors) = (Vec::new(), Vec::new());
    for (index, record) in records.into_iter().flatten().enumerate() {
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let setl_id = text("setl_id").to_owned();
        if !seen.insert(setl_id.clone()) {
            errors.push(FieldError::new(
                format!("{at}/{index}/setl_id"),
                "同一结算ID出现多次",
                "the same setl_id stands twice",
            ));
        }
        let submitted = text("stas_type") == "1" || record.get("stas_type") == Some(&json!(1));
        changes.push(StateChange {
            psn_no: text("psn_no").to_owned(),
            setl_id,
            stas_type: i16::from(submitted),
        });
    }
    if errors.is_empty() {
        Ok(SubmitRequest::States { changes, at })
    } else {
        Err(errors)
    }
}

/// 信息上报服务 / information reporting
///
/// 4101、4101A 结算清单（可同时提交）、4102 状态修改、4401 病案首页与 2304 结算记录。A list
/// (4101, 4101A), submitted in the same call if asked; states of lists (4102); a front page
/// (4401); a settlement record (2304). JSON Schema: `/schemas/reports.submit.json`.
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
    call.carry_out().await
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
    fn one_list_moves_once_in_a_call() {
        let record = json!({"psn_no": "P1", "setl_id": "S1", "stas_type": "1"});
        let data = json!({"report": "4102", "input": {"data": {"stastinfo": [record, record]}}});
        let errors = Submit::parse(data).unwrap_err();
        assert_eq!(errors[0].pointer, "/input/data/stastinfo/1/setl_id");
        let data = json!({"report": "4102", "input": {"stastinfo": [record]}});
        let Ok(SubmitRequest::States { changes, .. }) = Submit::parse(data) else {
            panic!("states")
        };
        assert_eq!(changes[0].stas_type, 1);
    }

    #[test]
    fn a_hospital_asks_for_0_or_1() {
        let validator = jsonschema::validator_for(&Submit::schema()).unwrap();
        for (stas_type, valid) in [
            (json!("0"), true),
            (json!(1), true),
            (json!("2"), false),
            (json!(3), false),
        ] {
            let record = json!({"psn_no": "P1", "setl_id": "S1", "stas_type": stas_type});
            let data = json!({"report": "4102", "input": {"data": {"stastinfo": [record]}}});
            assert_eq!(validator.is_valid(&data), valid, "{data}");
        }
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
