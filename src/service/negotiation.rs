//! Rounds of negotiation: the city proposes on the report of a simulation, every hospital
//! answers for itself, the city closes. Everything said stays, chained.

mod verify;

use chs_settlement::states::{PositionState, RoundAction, RoundState, StateError};
use serde_json::Value;

use crate::{
    caller::Role,
    error::{ErrorCode, Refusal},
    operations::{
        negotiation_open::{OpenRequest, RoundAnswer},
        negotiation_query::{NegotiatedAnswer, PositionView, RoundQuery, SaidView},
        negotiation_step::StepRequest,
    },
    service::{
        bills_step::{needed, state_role},
        exactly_once::{Done, exactly_once},
        reconciliation::refused,
        scope,
    },
    session::Session,
    store::{
        Tx, TxError,
        events::Event,
        negotiations::{self, Position, Round, RoundEvent},
    },
    wire,
};

pub use verify::{Verified, verify};

/// The action of the first event.
const OPEN: &str = "open";

/// Opens a round.
///
/// # Errors
/// A round of the year that is open, an institution that no caller is, and those of
/// [`exactly_once`].
pub async fn open(session: &Session, request: &OpenRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: opened(tx, session, request).await?,
            subject: format!("{} {OPEN}", request.year),
        })
    })
    .await
}

/// Takes a step of a round.
///
/// # Errors
/// No such round, a round that is closed, a role that has no such step, what the step
/// lacks, and those of [`exactly_once`].
pub async fn step(session: &Session, request: &StepRequest) -> Result<Value, Refusal> {
    let asked = request.fixmedins_code.as_deref();
    let institution = scope::institution(&session.caller, asked)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: stepped(tx, session, request, institution).await?,
            subject: format!("{} {} {}", request.year, request.number, request.action),
        })
    })
    .await
}

/// Answers a query.
///
/// # Errors
/// No such round, another institution's data, and those of [`exactly_once`].
pub async fn query(session: &Session, request: &RoundQuery) -> Result<Value, Refusal> {
    let asked = request.fixmedins_code.as_deref();
    let institution = scope::institution(&session.caller, asked)?;
    if let Some(code) = asked {
        scope::oversees(session, code, "/fixmedins_code")?;
    }
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: queried(tx, session, request, institution).await?,
            subject: request.year.clone(),
        })
    })
    .await
}

fn unknown(pointer: &str) -> Refusal {
    refused(ErrorCode::NegotiationUnknown, pointer)
}

async fn opened(
    tx: &Tx<'_>,
    session: &Session,
    request: &OpenRequest,
) -> Result<RoundAnswer, TxError> {
    let register = session.app.register.current();
    for (code, at) in request.institutions.iter().zip(0..) {
        if register.institution(code).is_none() {
            let pointer = format!("/institutions/{at}");
            return Err(refused(ErrorCode::NegotiationParty, &pointer).into());
        }
    }
    negotiations::hold(tx, &request.year).await?;
    let last = negotiations::found(tx, &request.year, None).await?;
    let open = RoundState::Open.as_str();
    if last.as_ref().is_some_and(|last| last.state == open) {
        return Err(refused(ErrorCode::NegotiationState, "/year").into());
    }
    let mut round = Round {
        year: request.year.clone(),
        number: last.map_or(0, |last| last.number) + 1,
        state: open.to_owned(),
        version: 0,
        subject: request.subject.clone(),
        digest: request.digest.to_lowercase(),
        reference: request.reference.clone().unwrap_or_default(),
        opened_at: session.meta.received_at,
    };
    negotiations::put(tx, &round, &request.institutions).await?;
    let said = Event {
        action: OPEN.to_owned(),
        to_state: open.to_owned(),
        reference: round.reference.clone(),
        digest: round.digest.clone(),
        reason: round.subject.clone(),
        opter_id: request.opter_id.clone(),
        ..by(session)
    };
    appended(tx, &mut round, "", said).await
}

async fn stepped(
    tx: &Tx<'_>,
    session: &Session,
    request: &StepRequest,
    institution: Option<&str>,
) -> Result<RoundAnswer, TxError> {
    negotiations::hold(tx, &request.year).await?;
    let round = negotiations::found(tx, &request.year, Some(request.number)).await?;
    let mut round = round.ok_or_else(|| unknown("/number"))?;
    let action = RoundAction::from_name(&request.action)
        .ok_or_else(|| refused(ErrorCode::SchemaViolation, "/action"))?;
    let from = RoundState::from_name(&round.state)
        .ok_or_else(|| Refusal::internal("a round in an unknown state"))?;
    let role = state_role(session.caller.role)
        .ok_or_else(|| refused(ErrorCode::RoleNotAllowed, "/action"))?;
    // Whoever is no party hears nothing of the round, not even how it stands.
    let whose = match session.caller.role {
        Role::Hospital => party(tx, &round, needed(institution, "/fixmedins_code")?).await?,
        _ => String::new(),
    };
    let to = from.after(action, role).map_err(|error| match error {
        StateError::NotFromHere { .. } => refused(ErrorCode::NegotiationState, "/action"),
        StateError::NotYours { .. } => refused(ErrorCode::RoleNotAllowed, "/action"),
    })?;
    if request
        .version
        .is_some_and(|version| version != round.version)
    {
        return Err(refused(ErrorCode::VersionConflict, "/version").into());
    }
    brought(request, &mut round, action)?;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let said = Event {
        action: request.action.clone(),
        from_state: from.as_str().to_owned(),
        to_state: to.as_str().to_owned(),
        reference: text(&request.reference),
        digest: text(&request.digest).to_lowercase(),
        reason: text(&request.reason),
        opter_id: request.opter_id.clone(),
        ..by(session)
    };
    let next = round.version + 1;
    match action.position() {
        Some(position) => {
            let stands = (position.as_str(), next);
            negotiations::set_position(tx, &round, Some(&whose), stands).await?;
        }
        None if action == RoundAction::Revise => {
            let pending = (PositionState::Pending.as_str(), 0);
            negotiations::set_position(tx, &round, None, pending).await?;
        }
        None => {}
    }
    appended(tx, &mut round, &whose, said).await
}

/// The institution, if the round is for it.
async fn party(tx: &Tx<'_>, round: &Round, code: &str) -> Result<String, TxError> {
    let own = negotiations::positions(tx, round, Some(code)).await?;
    match own.into_iter().next() {
        Some(position) => Ok(position.fixmedins_code),
        None => Err(unknown("/number").into()),
    }
}

/// What a step has to bring; a revision becomes the proposal.
fn brought(request: &StepRequest, round: &mut Round, action: RoundAction) -> Result<(), Refusal> {
    if action != RoundAction::Accept {
        needed(request.reason.as_ref(), "/reason")?;
    }
    match action {
        RoundAction::Accept => {
            let theirs = needed(request.digest.as_ref(), "/digest")?;
            if !theirs.eq_ignore_ascii_case(&round.digest) {
                return Err(refused(ErrorCode::DigestDiffers, "/digest"));
            }
        }
        RoundAction::Counter => {
            needed(request.digest.as_ref(), "/digest")?;
        }
        RoundAction::Revise => {
            let new = needed(request.digest.as_ref(), "/digest")?;
            round.digest = new.to_lowercase();
            if let Some(reference) = &request.reference {
                round.reference.clone_from(reference);
            }
        }
        RoundAction::Decline | RoundAction::Close => {}
    }
    Ok(())
}

/// An event of this call.
fn by(session: &Session) -> Event {
    Event {
        role: session.caller.role.as_str().to_owned(),
        app_id: session.caller.app_id.clone(),
        at: session.meta.received_at,
        ..Event::default()
    }
}

async fn appended(
    tx: &Tx<'_>,
    round: &mut Round,
    whose: &str,
    event: Event,
) -> Result<RoundAnswer, TxError> {
    let made = RoundEvent {
        fixmedins_code: whose.to_owned(),
        event,
    };
    let made = negotiations::append(tx, round, made).await?;
    let positions = negotiations::positions(tx, round, None).await?;
    let count = |state: PositionState| {
        let positions = positions.iter();
        positions
            .filter(|position| position.state == state.as_str())
            .count()
    };
    Ok(RoundAnswer {
        year: round.year.clone(),
        number: round.number,
        state: round.state.clone(),
        version: round.version,
        digest: round.digest.clone(),
        pending: count(PositionState::Pending),
        accepted: count(PositionState::Accepted),
        declined: count(PositionState::Declined),
        countered: count(PositionState::Countered),
        hash: made.event.hash,
    })
}

async fn queried(
    tx: &Tx<'_>,
    session: &Session,
    request: &RoundQuery,
    institution: Option<&str>,
) -> Result<NegotiatedAnswer, TxError> {
    let round = negotiations::found(tx, &request.year, request.number).await?;
    let round = round.ok_or_else(|| unknown("/year"))?;
    if session.caller.role == Role::Hospital {
        party(tx, &round, institution.unwrap_or_default()).await?;
    }
    let register = session.app.register.current();
    let division = scope::division(&session.caller);
    let sees = |position: &Position| {
        let registered = register.institution(&position.fixmedins_code);
        registered.is_some_and(|caller| caller.admdvs.starts_with(division))
            || session.caller.role != Role::County
    };
    let positions = negotiations::positions(tx, &round, institution).await?;
    let positions = positions.into_iter().filter(sees).map(|position| {
        let name = session.app.institution_name(&position.fixmedins_code);
        PositionView {
            fixmedins_name: name,
            fixmedins_code: position.fixmedins_code,
            state: position.state,
            answered: position.answered,
        }
    });
    let told = |made: &RoundEvent| {
        made.fixmedins_code.is_empty() || Some(made.fixmedins_code.as_str()) == institution
    };
    let events = negotiations::events(tx, &round).await?;
    Ok(NegotiatedAnswer {
        positions: positions.collect(),
        events: events.into_iter().filter(told).map(said_view).collect(),
        year: round.year,
        number: round.number,
        state: round.state,
        version: round.version,
        subject: round.subject,
        digest: round.digest,
        reference: round.reference,
        opened_at: wire::china_time(round.opened_at),
    })
}

fn said_view(made: RoundEvent) -> SaidView {
    let event = made.event;
    SaidView {
        number: event.number,
        fixmedins_code: made.fixmedins_code,
        action: event.action,
        digest: event.digest,
        reference: event.reference,
        reason: event.reason,
        opter_id: event.opter_id,
        at: wire::china_time(event.at),
        hash: event.hash,
    }
}
