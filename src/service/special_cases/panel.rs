//! The panel: who sits on it, and what it says.

use chs_settlement::states::{Role as StateRole, SpecialAction, SpecialState};

use super::{moved, said, state_of};
use crate::{
    caller::Role,
    error::{ErrorCode, Refusal},
    operations::special_cases_review::ReviewRequest,
    service::reconciliation::refused,
    session::Session,
    store::{
        Tx, TxError,
        special_cases::{self as stored, Opinion, SpecialCase},
    },
};

const EXPERT: &str = "expert";

/// Names experts: the panel of a screened case, or more of them where a panel that sits
/// cannot agree, or a new panel after an appeal.
pub(super) async fn assign(
    tx: &Tx<'_>,
    session: &Session,
    request: &ReviewRequest,
    case: &mut SpecialCase,
    role: StateRole,
) -> Result<(), TxError> {
    if role != StateRole::City {
        return Err(refused(ErrorCode::RoleNotAllowed, "/action").into());
    }
    let named = experts(session, request)?;
    let seats = seats(tx, case).await?;
    let sitting = seats.iter().filter(|seat| seat.round == case.round);
    let before: Vec<&str> = seats
        .iter()
        .filter(|seat| seat.round < case.round)
        .map(|seat| seat.app_id.as_str())
        .collect();
    let panel: Vec<(&str, &str)> = sitting
        .map(|seat| (seat.app_id.as_str(), seat.institution.as_str()))
        .chain(
            named
                .iter()
                .map(|(app_id, of)| (app_id.as_str(), of.as_str())),
        )
        .collect();
    if !SpecialState::panel_fits(&case.fixmedins_code, &panel, &before) {
        return Err(refused(ErrorCode::PanelUnfit, "/experts").into());
    }
    match state_of(case)? {
        SpecialState::ExpertReview | SpecialState::Appealed => {
            said(
                tx,
                session,
                case,
                (SpecialAction::Assign.as_str(), None),
                "",
            )
            .await?;
        }
        _ => moved(tx, session, case, (SpecialAction::Assign, role), "").await?,
    }
    for (app_id, institution) in named {
        case.version += 1;
        let seat = Opinion {
            number: case.version,
            round: case.round,
            role: EXPERT.to_owned(),
            app_id,
            institution,
            action: String::new(),
            amount_fen: None,
            opnn: String::new(),
            at: session.meta.received_at,
        };
        stored::put_opinion(tx, case, &seat).await?;
    }
    stored::put(tx, case).await
}

/// The named experts with their institutions; each is a registered caller.
fn experts(session: &Session, request: &ReviewRequest) -> Result<Vec<(String, String)>, Refusal> {
    let named = request.experts.as_deref().unwrap_or_default();
    if named.is_empty() {
        return Err(refused(ErrorCode::StepIncomplete, "/experts"));
    }
    let register = session.app.register.current();
    named
        .iter()
        .map(|app_id| {
            let caller = register.find(app_id);
            let caller = caller.filter(|caller| caller.role == Role::Expert);
            let institution = caller.and_then(|caller| caller.fixmedins_code.clone());
            let institution =
                institution.ok_or_else(|| refused(ErrorCode::PanelUnfit, "/experts"))?;
            Ok((app_id.clone(), institution))
        })
        .collect()
}

async fn seats(tx: &Tx<'_>, case: &SpecialCase) -> Result<Vec<Opinion>, TxError> {
    let mut seats = stored::opinions(tx, case).await?;
    seats.retain(|opinion| opinion.role == EXPERT);
    Ok(seats)
}

/// Takes an expert's word; two that agree decide.
pub(super) async fn speak(
    tx: &Tx<'_>,
    session: &Session,
    request: &ReviewRequest,
    case: &mut SpecialCase,
    (action, role): (SpecialAction, StateRole),
) -> Result<(), TxError> {
    let in_review = matches!(
        state_of(case)?,
        SpecialState::ExpertReview | SpecialState::Appealed
    );
    if role != StateRole::Expert {
        return Err(refused(ErrorCode::RoleNotAllowed, "/action").into());
    }
    if !in_review {
        return Err(refused(ErrorCode::SpecialCaseState, "/action").into());
    }
    let amount_fen = match (action, request.amount) {
        (SpecialAction::Approve, Some(amount)) if amount.fen() >= 0 => Some(amount.fen()),
        (SpecialAction::Approve, _) => {
            return Err(refused(ErrorCode::StepIncomplete, "/amount").into());
        }
        _ => None,
    };
    let opnn = request.opnn.clone();
    let opnn = opnn.ok_or_else(|| refused(ErrorCode::StepIncomplete, "/opnn"))?;
    let mut seats = seats(tx, case).await?;
    seats.retain(|seat| seat.round == case.round);
    let own = |seat: &&mut Opinion| seat.app_id == session.caller.app_id;
    // Who has no seat learns nothing of the case.
    let unknown = || refused(ErrorCode::SpecialCaseUnknown, "/appy_chk_setl_list_id");
    let seat = seats.iter_mut().find(own).ok_or_else(unknown)?;
    if !seat.action.is_empty() {
        return Err(refused(ErrorCode::SpecialCaseState, "/action").into());
    }
    action.as_str().clone_into(&mut seat.action);
    seat.amount_fen = amount_fen;
    seat.opnn = opnn;
    seat.at = session.meta.received_at;
    stored::put_opinion(tx, case, seat).await?;
    let agreeing = seats
        .iter()
        .filter(|seat| seat.action == action.as_str() && seat.amount_fen == amount_fen);
    if agreeing.count() < 2 {
        case.updt_time = session.meta.received_at;
        return stored::put(tx, case).await;
    }
    case.approved_fen = amount_fen;
    moved(tx, session, case, (action, role), "").await
}
