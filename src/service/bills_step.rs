//! `bills.step`: moves a batch along its states, with what each step has to bring.

use chs_settlement::states::{BatchAction, BatchState, Role as StateRole, StateError};
use serde_json::Value;

use crate::{
    caller::Role,
    error::{ErrorCode, Refusal},
    operations::bills_step::{StepAnswer, StepRequest},
    service::{
        exactly_once::{Done, exactly_once},
        reconciliation::refused,
        scope,
        settlement_ids::{self, Named},
    },
    session::Session,
    store::{
        Tx, TxError,
        events::Event,
        monthly_batches::{self, Batch},
        monthly_bills::{self, Entry, EntryKind},
        settlement_months::{self, MonthState},
    },
    wire,
};

/// Takes the step of the call.
///
/// # Errors
/// No such batch, a month without bills, a state or role that has no such step, what the
/// step lacks, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &StepRequest) -> Result<Value, Refusal> {
    scope::institution(&session.caller, Some(&request.fixmedins_code))?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: stepped(tx, session, request).await?,
            subject: format!(
                "{} {} {} {}",
                request.setl_ym, request.fixmedins_code, request.insutype, request.action
            ),
        })
    })
    .await
}

/// The role of the state tables that a caller has.
pub(super) fn state_role(role: Role) -> Option<StateRole> {
    Some(match role {
        Role::Hospital => StateRole::Hospital,
        Role::County => StateRole::County,
        Role::City => StateRole::City,
        Role::Expert => StateRole::Expert,
        Role::Finance => StateRole::Finance,
        Role::Core => StateRole::Core,
        _ => return None,
    })
}

async fn stepped(
    tx: &Tx<'_>,
    session: &Session,
    request: &StepRequest,
) -> Result<StepAnswer, TxError> {
    let month = settlement_months::found(tx, &request.setl_ym).await?;
    let (code, insutype) = (&request.fixmedins_code, Some(request.insutype.as_str()));
    let batches = monthly_batches::lock(tx, code, &request.setl_ym, insutype).await?;
    let batch = batches.into_iter().next();
    let mut batch = batch.ok_or_else(|| refused(ErrorCode::BatchUnknown, "/insutype"))?;
    if month.is_none_or(|month| month.state != MonthState::Billed) {
        return Err(refused(ErrorCode::MonthState, "/setl_ym").into());
    }
    if request
        .version
        .is_some_and(|version| version != batch.version)
    {
        return Err(refused(ErrorCode::VersionConflict, "/version").into());
    }
    let event = step(tx, session, request, &mut batch).await?;
    let due = batch
        .due_fen
        .ok_or_else(|| Refusal::internal("a billed batch without a bill"))?;
    Ok(StepAnswer {
        fixmedins_code: batch.key.fixmedins_code,
        setl_ym: batch.key.setl_ym,
        insutype: batch.key.insutype,
        fee_clr_id: batch.batch_id,
        state: batch.state,
        version: batch.version,
        due: wire::yuan_of_fen(due),
        reconciled: batch.reconciled_fen.map(wire::yuan_of_fen),
        hash: event.hash,
    })
}

/// Takes a step of a locked batch of a billed month.
pub(super) async fn step(
    tx: &Tx<'_>,
    session: &Session,
    request: &StepRequest,
    batch: &mut Batch,
) -> Result<Event, TxError> {
    let action = BatchAction::from_name(&request.action)
        .ok_or_else(|| refused(ErrorCode::SchemaViolation, "/action"))?;
    let state = BatchState::from_name(&batch.state)
        .ok_or_else(|| Refusal::internal("a batch in an unknown state"))?;
    let role = state_role(session.caller.role)
        .ok_or_else(|| refused(ErrorCode::RoleNotAllowed, "/action"))?;
    let mut to = state.after(action, role).map_err(|error| match error {
        StateError::NotFromHere { .. } => refused(ErrorCode::MonthState, "/action"),
        StateError::NotYours { .. } => refused(ErrorCode::RoleNotAllowed, "/action"),
    })?;
    let events = monthly_batches::events(tx, &batch.key).await?;
    let amount = request.amount.map(|amount| amount.fen());
    match action {
        BatchAction::Submit | BatchAction::Accept | BatchAction::Reconcile => {}
        BatchAction::Return => {
            needed(request.reason.as_ref(), "/reason")?;
        }
        BatchAction::Resubmit => {
            needed(request.digest.as_ref(), "/digest")?;
        }
        BatchAction::Equal => {
            same(amount, batch.due_fen)?;
            batch.reconciled_fen = batch.due_fen;
        }
        BatchAction::Differ => {
            let differs = needed(amount, "/amount")? != 0;
            needed(request.reason_code.as_ref(), "/reason_code")?;
            if !differs {
                return Err(refused(ErrorCode::AmountMismatch, "/amount").into());
            }
        }
        BatchAction::Resolve => {
            if !signed_by_both(session, request, &events)? {
                // The first signature: the second one moves the batch.
                to = state;
            } else {
                agree(tx, session, batch, needed(amount, "/amount")?).await?;
            }
        }
        BatchAction::RequestPayment => {
            let failures = u32::try_from(batch.failures).map_err(Refusal::internal)?;
            if failures >= BatchState::MOST_PAYMENT_FAILURES {
                // A person decides from here on, and says why.
                needed(request.reason.as_ref(), "/reason")?;
            }
        }
        BatchAction::ReceivePayment => same(amount, batch.reconciled_fen)?,
        BatchAction::FailPayment => {
            needed(request.reason.as_ref(), "/reason")?;
            batch.failures += 1;
        }
        BatchAction::Close => {}
    }
    check_reference(action, request, &events)?;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let last_hash = events.last().map_or("", |event| event.hash.as_str());
    let event = Event {
        action: request.action.clone(),
        from_state: state.as_str().to_owned(),
        to_state: to.as_str().to_owned(),
        amount_fen: amount,
        reference: text(&request.reference),
        digest: text(&request.digest).to_lowercase(),
        reason_code: text(&request.reason_code),
        reason: text(&request.reason),
        opter_id: text(&request.opter_id),
        role: session.caller.role.as_str().to_owned(),
        app_id: session.caller.app_id.clone(),
        at: session.meta.received_at,
        ..Event::default()
    };
    monthly_batches::append(tx, batch, last_hash, event).await
}

pub(super) fn needed<T>(value: Option<T>, pointer: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| refused(ErrorCode::StepIncomplete, pointer))
}

/// Both sides' amount, tolerance 0 fen.
fn same(theirs: Option<i64>, ours: Option<i64>) -> Result<(), Refusal> {
    let theirs = needed(theirs, "/amount")?;
    if Some(theirs) == ours {
        return Ok(());
    }
    Err(refused(ErrorCode::AmountMismatch, "/amount"))
}

/// Steps towards or by the core carry its request id, a receipt or a voucher; a request id
/// is used once.
fn check_reference(
    action: BatchAction,
    request: &StepRequest,
    events: &[Event],
) -> Result<(), Refusal> {
    const REQUESTS: [BatchAction; 3] = [
        BatchAction::Submit,
        BatchAction::Resubmit,
        BatchAction::RequestPayment,
    ];
    let is_request = REQUESTS.contains(&action);
    if !is_request && !matches!(action, BatchAction::ReceivePayment | BatchAction::Close) {
        return Ok(());
    }
    let reference = needed(request.reference.as_ref(), "/reference")?;
    let used = events.iter().any(|event| {
        let requested = REQUESTS.iter().any(|known| known.as_str() == event.action);
        requested && event.reference == *reference
    });
    if is_request && used {
        return Err(refused(ErrorCode::CoreRequestUsed, "/reference"));
    }
    Ok(())
}

/// Whether this signature and the other side's last one since the difference settle it:
/// the same amount and digest, by two people.
fn signed_by_both(
    session: &Session,
    request: &StepRequest,
    events: &[Event],
) -> Result<bool, Refusal> {
    let amount = needed(request.amount, "/amount")?.fen();
    let digest = needed(request.digest.as_ref(), "/digest")?.to_lowercase();
    let opter_id = needed(request.opter_id.as_ref(), "/opter_id")?;
    if amount < 0 {
        return Err(refused(ErrorCode::AmountMismatch, "/amount"));
    }
    let role = session.caller.role.as_str();
    let other = events
        .iter()
        .rev()
        .take_while(|event| event.action != BatchAction::Differ.as_str())
        .find(|event| event.action == BatchAction::Resolve.as_str() && event.role != role);
    let Some(other) = other else {
        return Ok(false);
    };
    let agreed = other.amount_fen == Some(amount) && other.digest == digest;
    if agreed && other.opter_id != *opter_id && other.app_id != session.caller.app_id {
        return Ok(true);
    }
    Err(refused(ErrorCode::SignaturesDiffer, "/amount"))
}

/// The agreed amount stands; what it differs from the bill by stands beside the cases.
async fn agree(
    tx: &Tx<'_>,
    session: &Session,
    batch: &mut Batch,
    amount_fen: i64,
) -> Result<(), TxError> {
    let key = &batch.key;
    let due = batch.due_fen.unwrap_or_default();
    let difference = amount_fen.checked_sub(due);
    let difference = difference.ok_or_else(|| refused(ErrorCode::AmountMismatch, "/amount"))?;
    if difference != 0 {
        let version = batch.version.to_string();
        let parts = [
            "agreed",
            &key.fixmedins_code,
            &key.setl_ym,
            &key.insutype,
            &version,
        ];
        let entry = Entry {
            fixmedins_code: &key.fixmedins_code,
            entry_id: &settlement_ids::of(Named::Entry, &parts),
            insutype: &key.insutype,
            kind: EntryKind::Difference,
            amount_fen: difference,
            reason_code: "agreed",
            reason: "对账差异，双方签认 / a difference that both sides signed",
            of_setl_ym: Some(&key.setl_ym),
            setl_id: None,
            // It is paid with this batch, not with the next bill.
            billed_ym: Some(&key.setl_ym),
        };
        let by = (session.meta.received_at, session.caller.app_id.as_str());
        monthly_bills::put_entry(tx, &entry, by).await?;
    }
    batch.reconciled_fen = Some(amount_fen);
    Ok(())
}
