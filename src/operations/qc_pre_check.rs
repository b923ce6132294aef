//! 1 事前质控服务 (`qc.pre-check`): checks, groups and prices a list before it is settled.
//! The answer is advice: the list is not kept, the answer is, for repeats of the same call.

use actix_web::{HttpResponse, post};
use chs_envelope::canonical::Document;
use chs_quality::Companions;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Operation, settlement_list, transaction::Transaction};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service::{self, assessment::Assessment, second_look::SecondLook},
    session::Session,
};

/// The operation.
#[derive(Debug)]
pub struct PreCheck;

/// A list to be checked.
#[derive(Debug)]
pub struct PreCheckRequest {
    /// The full-layout list.
    pub list: chs_model::SettlementList,
    /// What only the hospital knows.
    pub hospital: Option<Companions>,
    /// What the caller wishes.
    pub options: PreCheckOptions,
}

/// Wishes of the caller; what is absent takes the gateway's default.
#[derive(Debug, Default, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreCheckOptions {
    /// Profile of the pooling area.
    pub profile: Option<String>,
    /// Grouping scheme instead of the profile's.
    pub scheme: Option<String>,
    /// Whether the answer carries the grouping trace.
    pub trace: bool,
    /// Whether the answer carries near misses: changes that would give another group.
    pub near_misses: bool,
    /// A second scheme, whose grouping the answer carries beside the first as
    /// `grouping_compare`: what a change of edition does to the list.
    pub compare_scheme: Option<String>,
}

/// Answer of `qc.pre-check`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"advisory": true, "qltctrl_rslt": "1", "findings": [{
        "rule_id": "QC-COD-004", "severity": "warning", "pointer": "/oprninfo/1/oprn_oprt_name",
        "message": "手术操作名称与编码的标准名称不一致",
        "message_en": "procedure name differs from the name of its code"}],
    "not_evaluated": [], "estimate": null, "estimate_reason": {"code": "other_scheme",
        "message": "该分组方案不是统筹区执行的方案，不予测算",
        "message_en": "the scheme is not one of the profile's; no estimate"},
    "versions": {"rules": {"id": "builtin", "digest": "…"},
        "scheme": {"id": "xianyang-2025", "digest": "…"},
        "profile": {"id": "xianyang", "digest": "…"}}}))]
pub struct PreCheckAnswer {
    /// Always true: a pre-check binds nobody.
    pub advisory: bool,
    /// The outcome.
    #[serde(flatten)]
    pub assessment: Assessment,
    /// What was asked for beside it.
    #[serde(flatten)]
    pub second_look: SecondLook,
}

impl Operation for PreCheck {
    const ID: &'static str = "qc.pre-check";
    const TITLE: &'static str = "事前质控服务 / pre-event quality control";
    const PATH: &'static str = "/qc/pre-check";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370101")];
    type Request = PreCheckRequest;

    fn schema() -> Value {
        let mut schema = chs_model::schema::settlement_list();
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("hospital".into(), json!({"type": "object"}));
            properties.insert(
                "options".into(),
                json!({
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "profile": {"type": "string", "maxLength": 40},
                        "scheme": {"type": "string", "maxLength": 40},
                        "trace": {"type": "boolean"},
                        "near_misses": {"type": "boolean"},
                        "compare_scheme": {"type": "string", "maxLength": 40},
                    },
                }),
            );
        }
        schema
    }

    fn parse(data: Value) -> Result<PreCheckRequest, Vec<FieldError>> {
        Self::read(Document::from_value(&data))
    }

    fn read(mut data: Document<'_>) -> Result<PreCheckRequest, Vec<FieldError>> {
        let hospital = match data.take("hospital") {
            None | Some(Document::Null) => None,
            Some(node) => Some(hospital(&node.into_value())?),
        };
        let options = data.take("options").map_or_else(
            || Ok(PreCheckOptions::default()),
            |options| {
                serde_json::from_value(options.into_value()).map_err(|error| {
                    vec![FieldError::new("/options", "选项不正确", error.to_string())]
                })
            },
        )?;
        Ok(PreCheckRequest {
            list: settlement_list::read("", &data)?,
            hospital,
            options,
        })
    }

    async fn run(session: &Session, request: &PreCheckRequest) -> Result<Value, Refusal> {
        service::pre_check::run(session, request).await
    }
}

/// Reads the `hospital` node.
fn hospital(node: &Value) -> Result<Companions, Vec<FieldError>> {
    let mut companions = Companions::default();
    let read = companions.hospital(node);
    read.map_err(|error| {
        vec![FieldError::new(
            "/hospital",
            "hospital 节点不正确",
            error.to_string(),
        )]
    })?;
    Ok(companions)
}

/// 事前质控服务 / pre-event quality control
///
/// 解密后的业务数据结构见 `/schemas/qc.pre-check.json`。The opened data is the full-layout
/// settlement list; its JSON Schema is `/schemas/qc.pre-check.json`.
#[utoipa::path(
    tag = "qc", operation_id = "qc.pre-check",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 PreCheckAnswer / sealed answer holding PreCheckAnswer", body = SealedAnswer<PreCheckAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/qc/pre-check")]
pub(crate) async fn handler(call: Call<PreCheck>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_hospital_are_taken_out_of_the_list() {
        let data = json!({"setlinfo": {"gend": "1"}, "options": {"trace": true}, "hospital": {}});
        let request = PreCheck::parse(data).unwrap();
        assert!(request.options.trace && request.hospital.is_some());
    }

    #[test]
    fn an_unknown_field_is_named_by_pointer() {
        let errors = PreCheck::parse(json!({"setlinfo": {"gendr": "1"}})).unwrap_err();
        assert_eq!(errors[0].pointer, "/setlinfo/gendr");
    }
}
