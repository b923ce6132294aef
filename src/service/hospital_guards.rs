//! What a hospital's screens ask before discharge, fees, categories and mappings change.
//! What is not allowed is refused with 409 and the reason's code in `errors[].rule`;
//! every call stands in the audit chain.

use chrono::TimeDelta;
use chs_quality::hospital::{
    self, CategoryChange, DischargeState, GuardRefusal, category_change, mapping_edit, mapping_gaps,
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    error::{ErrorCode, FieldError, Refusal},
    operations::{
        category_change::{CategoryChangeAnswer, CategoryChangeRequest},
        discharge_guard::{DischargeGuardAnswer, DischargeGuardRequest},
        fee_guard::{Discharge, FeeGuardAnswer, FeeGuardRequest},
        mapping_guard::{ItemKind, MappingAction, MappingGuardAnswer, MappingGuardRequest},
    },
    service::exactly_once::{Done, exactly_once},
    session::Session,
    store::Tx,
    wire,
};

/// May the patient be discharged.
///
/// # Errors
/// [`ErrorCode::DischargeBlocked`], and those of [`exactly_once`].
pub async fn discharge(
    session: &Session,
    request: &DischargeGuardRequest,
) -> Result<Value, Refusal> {
    let change = &request.adm_change;
    let changed_to = change.new_time.filter(|_| change.done);
    let outcome = hospital::discharge(changed_to, request.ward_entry_time);
    answered(session, &request.mdtrt_id, outcome, "/adm_change", || {
        DischargeGuardAnswer {
            mdtrt_id: request.mdtrt_id.clone(),
            allowed: true,
        }
    })
    .await
}

/// May a fee be changed or recalled.
///
/// # Errors
/// [`ErrorCode::FeeBlocked`], and those of [`exactly_once`].
pub async fn fee(session: &Session, request: &FeeGuardRequest) -> Result<Value, Refusal> {
    let now = (session.meta.received_at + TimeDelta::hours(8)).naive_utc();
    let at = request.change_time.unwrap_or(now);
    let state = match (request.discharge_state, request.discharge_cancel_time) {
        (Discharge::Open, _) => DischargeState::Open,
        (Discharge::Cancelled, Some(cancelled)) => DischargeState::Cancelled(cancelled),
        (Discharge::Done | Discharge::Cancelled, _) => DischargeState::Done,
    };
    let outcome = hospital::fee_change(state, at);
    let pointer = "/discharge_state";
    answered(session, &request.mdtrt_id, outcome, pointer, || {
        FeeGuardAnswer {
            mdtrt_id: request.mdtrt_id.clone(),
            allowed: true,
        }
    })
    .await
}

/// May an ordinary stay become day surgery.
///
/// # Errors
/// The four refusals of a category, and those of [`exactly_once`].
pub async fn category(
    session: &Session,
    request: &CategoryChangeRequest,
) -> Result<Value, Refusal> {
    let outcome = category_change(CategoryChange {
        from: &request.ipt_med_type,
        to: &request.new_ipt_med_type,
        settled: request.settled,
        uploaded: request.uploaded,
        planned_hours: request.planned_hours,
        most_hours: session.app.config.quality.day_surgery_hours,
    });
    answered(session, &request.mdtrt_id, outcome, "", || {
        CategoryChangeAnswer {
            mdtrt_id: request.mdtrt_id.clone(),
            ipt_med_type: request.new_ipt_med_type.clone(),
        }
    })
    .await
}

/// May a mapping be confirmed, its item edited; and who stopped it.
///
/// # Errors
/// [`ErrorCode::MappingActive`], and those of [`exactly_once`].
pub async fn mapping(session: &Session, request: &MappingGuardRequest) -> Result<Value, Refusal> {
    let outcome = match request.action {
        MappingAction::Edit => mapping_edit(request.active),
        MappingAction::Confirm | MappingAction::Stop => Ok(()),
    };
    let stops = request.action == MappingAction::Stop;
    let missing = match request.action {
        MappingAction::Confirm => mapping_gaps(
            request.kind == ItemKind::Consumable,
            &request.nhsa_code,
            &request.material,
            &request.spec,
        ),
        MappingAction::Edit | MappingAction::Stop => Vec::new(),
    };
    let subject = if stops {
        format!("{} {}", request.medins_list_codg, request.opter)
    } else {
        request.medins_list_codg.clone()
    };
    answered(session, &subject, outcome, "/active", || {
        MappingGuardAnswer {
            medins_list_codg: request.medins_list_codg.clone(),
            allowed: missing.is_empty(),
            missing: missing.clone(),
            stopped_by: stops.then(|| request.opter.clone()),
            stopped_at: stops.then(|| wire::china_time(session.meta.received_at)),
        }
    })
    .await
}

/// Answers a call whose guard let it through.
async fn answered<A: Serialize>(
    session: &Session,
    subject: &str,
    outcome: Result<(), GuardRefusal>,
    pointer: &str,
    answer: impl Fn() -> A,
) -> Result<Value, Refusal> {
    outcome.map_err(|refused| refusal(refused, pointer))?;
    exactly_once(session, async |_: &Tx<'_>| {
        Ok(Done {
            answer: answer(),
            subject: subject.chars().take(64).collect(),
        })
    })
    .await
}

fn refusal(refused: GuardRefusal, pointer: &str) -> Refusal {
    let code = match refused.code {
        "ADM_TIME_NOT_CHANGED" => ErrorCode::DischargeBlocked,
        "DISCHARGE_NOT_CANCELLED" => ErrorCode::FeeBlocked,
        "STAY_SETTLED" => ErrorCode::StaySettled,
        "LIST_UPLOADED" => ErrorCode::ListUploaded,
        "CATEGORY_NOT_ALLOWED" => ErrorCode::CategoryNotAllowed,
        "PLANNED_STAY_TOO_LONG" => ErrorCode::PlannedStayTooLong,
        "MAPPING_ACTIVE" => ErrorCode::MappingActive,
        other => return Refusal::internal(format!("a guard refuses with {other}")),
    };
    let mut field = FieldError::new(pointer, refused.zh, refused.en);
    field.rule = Some(refused.code.to_owned());
    let mut refusal = Refusal::new(code);
    refusal.errors = vec![field];
    refusal
}
