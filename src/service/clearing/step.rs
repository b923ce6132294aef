//! Steps of a clearing, with what each has to bring.

use chs_settlement::{
    books::ClearingStage,
    states::{ClearingAction, ClearingState, StateError},
};

use super::{Actor, books, rules::Rules};
use crate::{
    error::{ErrorCode, Refusal},
    operations::clearing_step::{ClearingStepAnswer, StepRequest},
    service::{
        bills_step::{needed, state_role},
        reconciliation::refused,
    },
    store::{
        Tx, TxError,
        clearing_books::{self, YearLine},
        clearing_events::{self, ClearingEvent},
        clearings::{self, Clearing, Confirmation},
        events::Event,
    },
};

const PENDING: &str = "PENDING";
const CONFIRMED: &str = "CONFIRMED";
const DISPUTED: &str = "DISPUTED";

/// Takes a step of the last clearing of a year and stage. `institution` is whose step it
/// is, or whom it is about.
pub(super) async fn stepped(
    tx: &Tx<'_>,
    request: &StepRequest,
    institution: Option<&str>,
    actor: &Actor<'_>,
) -> Result<ClearingStepAnswer, TxError> {
    clearings::hold(tx, &request.year).await?;
    let mut clearing = clearings::last(tx, &request.year, request.stage)
        .await?
        .ok_or_else(|| refused(ErrorCode::ClearingUnknown, "/year"))?;
    if request
        .version
        .is_some_and(|version| version != clearing.version)
    {
        return Err(refused(ErrorCode::VersionConflict, "/version").into());
    }
    let action = ClearingAction::from_name(&request.action)
        .ok_or_else(|| refused(ErrorCode::SchemaViolation, "/action"))?;
    let state = ClearingState::from_name(&clearing.state)
        .ok_or_else(|| Refusal::internal("a clearing in an unknown state"))?;
    let next = after(&clearing, state, action, actor)?;
    let whose = match action {
        ClearingAction::Confirm | ClearingAction::Dispute | ClearingAction::Settle => {
            let code = needed(institution, "/fixmedins_code")?;
            institutional(tx, request, &mut clearing, (action, code), actor).await?;
            code
        }
        _ => {
            signed(request, &clearing, action)?;
            ""
        }
    };
    let confirmations = clearings::confirmations(tx, &clearing.key).await?;
    let count = |state: &str| {
        confirmations
            .iter()
            .filter(|one| one.state == state)
            .count()
    };
    let (pending, disputed) = (count(PENDING), count(DISPUTED));
    // An institution's own step leads as far as those of the others allow.
    let to = match (whose, pending, disputed) {
        ("", ..) => next,
        (_, 0, 0) => ClearingState::InstitutionConfirmed,
        (_, _, 0) => ClearingState::InstitutionConfirming,
        _ => ClearingState::DisputePending,
    };
    let last = clearing_events::events(tx, &clearing.key).await?;
    let last_hash = last.last().map_or("", |last| last.event.hash.as_str());
    let made = ClearingEvent {
        fixmedins_code: whose.to_owned(),
        event: event(request, (state, to), actor),
    };
    let made = clearing_events::append(tx, &mut clearing, last_hash, made).await?;
    Ok(ClearingStepAnswer {
        year: clearing.key.year,
        stage: clearing.key.stage.as_str(),
        number: clearing.key.number,
        state: clearing.state,
        version: clearing.version,
        pending,
        disputed,
        digest: clearing.digest,
        hash: made.event.hash,
    })
}

/// The state that the table leads to. A dispute is its institution's: it does not keep the
/// others from confirming or disputing, only the whole from being confirmed.
fn after(
    clearing: &Clearing,
    state: ClearingState,
    action: ClearingAction,
    actor: &Actor<'_>,
) -> Result<ClearingState, Refusal> {
    let own = matches!(action, ClearingAction::Confirm | ClearingAction::Dispute);
    let from = match state {
        ClearingState::DisputePending if own => ClearingState::InstitutionConfirming,
        state => state,
    };
    let role =
        state_role(actor.role).ok_or_else(|| refused(ErrorCode::RoleNotAllowed, "/action"))?;
    let next = from.after(action, role).map_err(|error| match error {
        StateError::NotFromHere { .. } => refused(ErrorCode::ClearingState, "/action"),
        StateError::NotYours { .. } => refused(ErrorCode::RoleNotAllowed, "/action"),
    })?;
    // A forecast is confirmed, and moves nothing.
    let forecast = clearing.key.stage == ClearingStage::PreClearing;
    if !clearing.prepared || (forecast && action == ClearingAction::Approve) {
        return Err(refused(ErrorCode::ClearingState, "/action"));
    }
    Ok(next)
}

/// What steps over the whole have to bring.
fn signed(
    request: &StepRequest,
    clearing: &Clearing,
    action: ClearingAction,
) -> Result<(), Refusal> {
    match action {
        ClearingAction::Publish | ClearingAction::Approve => {
            if request.opter_id == clearing.opter_id {
                return Err(refused(ErrorCode::SecondPerson, "/opter_id"));
            }
            same_digest(request, &clearing.digest)
        }
        ClearingAction::Post => {
            needed(request.reference.as_ref(), "/reference")?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn same_digest(request: &StepRequest, ours: &str) -> Result<(), Refusal> {
    let theirs = needed(request.digest.as_ref(), "/digest")?;
    if theirs.eq_ignore_ascii_case(ours) {
        return Ok(());
    }
    Err(refused(ErrorCode::DigestDiffers, "/digest"))
}

/// An institution confirms or disputes; the city settles a dispute, after which the
/// institution confirms anew.
async fn institutional(
    tx: &Tx<'_>,
    request: &StepRequest,
    clearing: &mut Clearing,
    (action, code): (ClearingAction, &str),
    actor: &Actor<'_>,
) -> Result<(), TxError> {
    let confirmation = clearings::lock_confirmation(tx, &clearing.key, code).await?;
    let mut confirmation =
        confirmation.ok_or_else(|| refused(ErrorCode::ClearingParty, "/fixmedins_code"))?;
    let (from, to) = match action {
        ClearingAction::Confirm => (PENDING, CONFIRMED),
        ClearingAction::Dispute => (PENDING, DISPUTED),
        _ => (DISPUTED, PENDING),
    };
    if confirmation.state != from {
        return Err(refused(ErrorCode::ClearingState, "/fixmedins_code").into());
    }
    confirmation.state = to.to_owned();
    if action == ClearingAction::Confirm {
        agrees(tx, request, clearing, &confirmation).await?;
    } else {
        needed(request.reason.as_ref(), "/reason")?;
    }
    if let (ClearingAction::Settle, Some(amount)) = (action, request.amount) {
        give(tx, request, clearing, &mut confirmation, amount.fen()).await?;
    }
    clearings::set_confirmation(tx, &clearing.key, &confirmation).await?;
    if action == ClearingAction::Settle {
        let confirmations = clearings::confirmations(tx, &clearing.key).await?;
        books::total(tx, clearing, &confirmations, actor.at).await?;
    }
    Ok(())
}

/// Whether the institution signs its statement as it stands: digest and transfer, to the
/// fen.
async fn agrees(
    tx: &Tx<'_>,
    request: &StepRequest,
    clearing: &Clearing,
    confirmation: &Confirmation,
) -> Result<(), TxError> {
    same_digest(request, &confirmation.digest)?;
    let amount = needed(request.amount, "/amount")?.fen();
    let code = &confirmation.fixmedins_code;
    let rows = clearing_books::of_hospitals(tx, &clearing.key, &[code.as_str()]).await?;
    let mut transfers = rows.iter().map(|row| row.numbers.transfer_fen);
    let transfer = transfers.try_fold(0_i64, i64::checked_add);
    if transfer != Some(amount) {
        return Err(refused(ErrorCode::AmountMismatch, "/amount").into());
    }
    Ok(())
}

/// Gives a disputing institution an amount, and clears it anew.
async fn give(
    tx: &Tx<'_>,
    request: &StepRequest,
    clearing: &Clearing,
    confirmation: &mut Confirmation,
    amount_fen: i64,
) -> Result<(), TxError> {
    let key = &clearing.key;
    let insutype = needed(request.insutype.as_ref(), "/insutype")?;
    let code = [confirmation.fixmedins_code.as_str()];
    let funds = clearing_books::funds(tx, key).await?;
    let rules = Rules::read(&clearing.rules)?;
    let mut rows = clearing_books::of_hospitals(tx, key, &code).await?;
    let row = rows.iter_mut().find(|row| row.insutype == *insutype);
    let row = row.ok_or_else(|| refused(ErrorCode::ClearingParty, "/insutype"))?;
    let settled = row.numbers.settled_fen.checked_add(amount_fen);
    row.numbers.settled_fen =
        settled.ok_or_else(|| refused(ErrorCode::AmountMismatch, "/amount"))?;
    books::settle(&books::fund_rules(&rules, key, &funds, row)?, row)?;
    clearing_books::set_cleared(tx, key, std::slice::from_ref(row)).await?;
    let lines = clearing_books::lines_of(tx, key, &code).await?;
    let lines: Vec<YearLine> = lines.into_iter().map(|one| one.line).collect();
    confirmation.digest = books::digest(&rows, &lines);
    Ok(())
}

fn event(
    request: &StepRequest,
    (from, to): (ClearingState, ClearingState),
    actor: &Actor<'_>,
) -> Event {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Event {
        action: request.action.clone(),
        from_state: from.as_str().to_owned(),
        to_state: to.as_str().to_owned(),
        amount_fen: request.amount.map(|amount| amount.fen()),
        reference: text(&request.reference),
        digest: text(&request.digest).to_lowercase(),
        reason_code: text(&request.insutype),
        reason: text(&request.reason),
        opter_id: request.opter_id.clone(),
        role: actor.role.as_str().to_owned(),
        app_id: actor.app_id.to_owned(),
        at: actor.at,
        ..Event::default()
    }
}
