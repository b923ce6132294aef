//! 住院审核视图 (`stay.audit-view`): what the audit screen of a stay
//! shows of the list and of the hospital record beside it.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Operation, request, settlement_list, transaction::Transaction};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service,
    session::Session,
};
use chrono::NaiveDateTime;
use chs_envelope::canonical::Document;
use chs_model::SettlementList;

/// A stay: its list in the full layout and the hospital record.
#[derive(Debug)]
pub struct StayAuditViewRequest {
    /// The list.
    pub list: SettlementList,
    /// The `hospital` node.
    pub hospital: HospitalRecord,
}

/// What the view reads of the `hospital` node.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HospitalRecord {
    /// When the ward received the patient, China time.
    #[serde(deserialize_with = "super::moment_or_none")]
    pub ward_entry_time: Option<NaiveDateTime>,
    /// When the patient left the last ward, China time.
    #[serde(deserialize_with = "super::moment_or_none")]
    pub ward_exit_time: Option<NaiveDateTime>,
    /// Diagnoses of the record.
    pub diagnoses: Vec<Coded>,
    /// Procedures of the record.
    pub operations: Vec<Coded>,
    /// Fee lines.
    pub fee_lines: Vec<FeeLine>,
}

/// A coded row of the record.
#[derive(Debug, Deserialize)]
pub struct Coded {
    /// Code of the 医保 edition.
    pub code: String,
}

/// A fee line of the record.
#[derive(Debug, Deserialize)]
pub struct FeeLine {
    /// When the fee arose, China time.
    #[serde(default, deserialize_with = "super::moment_or_none")]
    pub fee_ocur_time: Option<NaiveDateTime>,
}

/// Answer of `stay.audit-view`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"mdtrt_id": "M0001", "operations": [{"oprn_oprt_code": "47.0100",
        "oprn_oprt_name": "腹腔镜下阑尾切除术", "role": "main"}],
    "main_oprn_code": "47.0100", "main_oprn_name": "腹腔镜下阑尾切除术",
    "other_oprn_codes": [], "other_oprn_names": [], "ward_entry_time": "2026-03-10 09:30:00",
    "ward_stay": {"minutes": 7200, "dura": "5/0/0", "days": 5},
    "diagnosis_coverage": {"uploaded": 3, "required": 3, "rate": 1, "missing": []},
    "operation_coverage": {"uploaded": 1, "required": 1, "rate": 1, "missing": []},
    "emergency_lines": [0], "remarks": []}))]
pub struct StayAuditViewAnswer {
    /// Visit.
    pub mdtrt_id: String,
    /// Procedures, the main one first.
    pub operations: Vec<OperationView>,
    /// Code of the main procedure.
    pub main_oprn_code: Option<String>,
    /// Name of the main procedure.
    pub main_oprn_name: Option<String>,
    /// Codes of the others.
    pub other_oprn_codes: Vec<String>,
    /// Names of the others.
    pub other_oprn_names: Vec<String>,
    /// When the ward received the patient.
    pub ward_entry_time: Option<String>,
    /// The stay in the wards, where entry and exit are known and in order.
    pub ward_stay: Option<WardStayView>,
    /// How far the diagnoses of the record stand in the list.
    pub diagnosis_coverage: CoverageView,
    /// How far its procedures do.
    pub operation_coverage: CoverageView,
    /// Fee lines of the emergency stay, by their place from 0: those before ward entry.
    pub emergency_lines: Vec<usize>,
    /// What is wrong with the view itself.
    pub remarks: Vec<FieldError>,
}

/// A procedure with its role.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationView {
    /// Code.
    pub oprn_oprt_code: String,
    /// Name.
    pub oprn_oprt_name: String,
    /// `main` or `other`.
    pub role: &'static str,
}

/// The stay in the wards in three forms.
#[derive(Debug, Serialize, ToSchema)]
pub struct WardStayView {
    /// Minutes.
    pub minutes: i64,
    /// `d/h/m`.
    pub dura: String,
    /// Calendar days, those of entry and exit counting once (卫医政发〔2011〕84号).
    pub days: i64,
}

/// How far the codes of the record stand in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageView {
    /// Codes of the record that the list has.
    pub uploaded: usize,
    /// Codes of the record.
    pub required: usize,
    /// Uploaded over required.
    #[schema(value_type = f64)]
    pub rate: Value,
    /// Codes that the list lacks.
    pub missing: Vec<String>,
}

/// The operation.
#[derive(Debug)]
pub struct StayAuditView;

impl Operation for StayAuditView {
    const ID: &'static str = "stay.audit-view";
    const TITLE: &'static str = "住院审核视图 / view of a stay for auditing";
    const PATH: &'static str = "/hospital/stay-audit-view";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370121")];
    type Request = StayAuditViewRequest;

    fn schema() -> Value {
        let mut schema = chs_model::schema::settlement_list();
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("hospital".into(), json!({"type": "object"}));
        }
        schema
    }

    fn parse(data: Value) -> Result<StayAuditViewRequest, Vec<FieldError>> {
        Self::read(Document::from_value(&data))
    }

    fn read(mut data: Document<'_>) -> Result<StayAuditViewRequest, Vec<FieldError>> {
        let hospital = match data.take("hospital") {
            None | Some(Document::Null) => HospitalRecord::default(),
            Some(node) => request(node.into_value())?,
        };
        let list = settlement_list::read("", &data)?;
        Ok(StayAuditViewRequest { list, hospital })
    }

    async fn run(session: &Session, request: &StayAuditViewRequest) -> Result<Value, Refusal> {
        service::stay_audit_view::run(session, request).await
    }
}

/// 住院审核视图 / view of a stay for auditing
///
/// 主要手术与其他手术、入科时间、病区住院时长（三种写法）、诊断与手术上传率、急诊费用行。Main and other procedures, ward entry, the ward stay in three forms, coverage, emergency lines. JSON Schema: `/schemas/stay.audit-view.json`.
#[utoipa::path(
    tag = "hospital", operation_id = "stay.audit-view",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 StayAuditViewAnswer / sealed answer holding StayAuditViewAnswer", body = SealedAnswer<StayAuditViewAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/hospital/stay-audit-view")]
pub(crate) async fn handler(call: Call<StayAuditView>) -> HttpResponse {
    call.carry_out().await
}
