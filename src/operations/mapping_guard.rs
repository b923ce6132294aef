//! 医保对照校验 (`mapping.guard`): what a mapping lacks, and no edit of an
//! item while its mapping is active.

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

/// What is about to be done to the mapping of a hospital's item.
#[derive(Debug, Deserialize)]
pub struct MappingGuardRequest {
    /// What.
    pub action: MappingAction,
    /// The hospital's code of the item.
    pub medins_list_codg: String,
    /// Consumable, service or drug.
    pub kind: ItemKind,
    /// National code.
    #[serde(default)]
    pub nhsa_code: String,
    /// Material of a consumable.
    #[serde(default)]
    pub material: String,
    /// Specification of a consumable.
    #[serde(default)]
    pub spec: String,
    /// Whether the mapping is active.
    #[serde(default)]
    pub active: bool,
    /// Who of the insurance office stops the mapping.
    #[serde(default)]
    pub opter: String,
}

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MappingAction {
    /// The mapping confirmed.
    Confirm,
    /// The item of the hospital's catalogue edited.
    Edit,
    /// The mapping stopped, by the insurance office.
    Stop,
}

/// Kind of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// 耗材.
    Consumable,
    /// 诊疗服务项目.
    Service,
    /// 药品.
    Drug,
}

/// Answer of `mapping.guard`; an edit that is not allowed is refused instead.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"medins_list_codg": "H0001", "allowed": false, "missing": ["material"]}))]
pub struct MappingGuardAnswer {
    /// The hospital's code of the item.
    pub medins_list_codg: String,
    /// Whether it may be done.
    pub allowed: bool,
    /// What the mapping lacks before it can be confirmed.
    pub missing: Vec<&'static str>,
    /// Who stopped the mapping, where that was asked; it stands in the audit chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<String>,
    /// When, China time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<String>,
}

/// The operation.
#[derive(Debug)]
pub struct MappingGuard;

impl Operation for MappingGuard {
    const ID: &'static str = "mapping.guard";
    const TITLE: &'static str = "医保对照校验 / guard of mappings";
    const PATH: &'static str = "/hospital/mapping-guard";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370126")];
    type Request = MappingGuardRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["action", "medins_list_codg", "kind"],
            "properties": {
                "action": {"enum": ["confirm", "edit", "stop"]},
                "medins_list_codg": {"type": "string", "minLength": 1, "maxLength": 50},
                "kind": {"enum": ["consumable", "service", "drug"]},
                "nhsa_code": {"type": "string", "maxLength": 50},
                "material": {"type": "string", "maxLength": 200},
                "spec": {"type": "string", "maxLength": 200},
                "active": {"type": "boolean"},
                "opter": {"type": "string", "minLength": 1, "maxLength": 50},
            },
            "if": {"properties": {"action": {"const": "stop"}}},
            "then": {"required": ["opter"]},
        })
    }

    fn parse(data: Value) -> Result<MappingGuardRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &MappingGuardRequest) -> Result<Value, Refusal> {
        service::hospital_guards::mapping(session, request).await
    }
}

/// 医保对照校验 / guard of mappings
///
/// 对照确认所缺项目；对照有效时拒绝修改；停用留痕。What a mapping lacks before it is confirmed; no edit while it is active; who stopped it. JSON Schema: `/schemas/mapping.guard.json`.
#[utoipa::path(
    tag = "hospital", operation_id = "mapping.guard",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 MappingGuardAnswer / sealed answer holding MappingGuardAnswer", body = SealedAnswer<MappingGuardAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/hospital/mapping-guard")]
pub(crate) async fn handler(call: Call<MappingGuard>) -> HttpResponse {
    call.carry_out().await
}
