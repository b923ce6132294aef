//! `objections.submit` and `objections.decide`.

use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    operations::{
        objections_decide::{DecideAnswer, DecideRequest},
        objections_submit::{ObjectAnswer, ObjectRequest},
    },
    service::{
        exactly_once::{Done, exactly_once},
        one_list, scope,
    },
    session::Session,
    store::{
        Tx, TxError,
        publications::{self, NewObjection},
    },
    wire,
};

/// Takes the objection of the call.
///
/// # Errors
/// No such list, a frozen one, a closed window, an objection that is open already, and
/// those of [`exactly_once`].
pub async fn submit(session: &Session, request: &ObjectRequest) -> Result<Value, Refusal> {
    let institution = scope::institution(&session.caller, None)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: object(tx, session, request, institution).await?,
            subject: request.setl_id.clone(),
        })
    })
    .await
}

async fn object(
    tx: &Tx<'_>,
    session: &Session,
    request: &ObjectRequest,
    institution: Option<&str>,
) -> Result<ObjectAnswer, TxError> {
    let list = one_list::locked(tx, &request.setl_id, institution).await?;
    let list = list.ok_or_else(|| refused(ErrorCode::ListUnknown))?;
    if list.frozen {
        return Err(refused(ErrorCode::ListFrozen).into());
    }
    let now = session.meta.received_at;
    let round = publications::last(tx, &list.setl_ym).await?;
    let round = round.filter(|round| now < round.closes_at);
    let round = round.ok_or_else(|| refused(ErrorCode::WindowClosed))?;
    let drg_code = publications::published_group(tx, &list, round.opened_at).await?;
    let drg_code = drg_code.ok_or_else(|| refused(ErrorCode::WindowClosed))?;
    let last = publications::last_objection(tx, &list).await?;
    if last.as_ref().is_some_and(|(_, state)| state == "OPEN") {
        return Err(refused(ErrorCode::ObjectionState).into());
    }
    let number = last.map_or(0, |(number, _)| number) + 1;
    publications::put_objection(
        tx,
        &list,
        &NewObjection {
            number,
            round: round.round,
            drg_code: &drg_code,
            wanted_drg_code: request.wanted_drg_code.as_deref(),
            reason: &request.reason,
            raised_at: now,
        },
    )
    .await?;
    Ok(ObjectAnswer {
        setl_id: list.setl_id,
        number,
        state: "OPEN",
        drg_code,
        raised_at: wire::china_time(now),
    })
}

/// Keeps the decision of the call.
///
/// # Errors
/// No such list or objection, one that is decided, and those of [`exactly_once`].
pub async fn decide(session: &Session, request: &DecideRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: decided(tx, session, request).await?,
            subject: request.setl_id.clone(),
        })
    })
    .await
}

async fn decided(
    tx: &Tx<'_>,
    session: &Session,
    request: &DecideRequest,
) -> Result<DecideAnswer, TxError> {
    let code = request.fixmedins_code.as_deref();
    let list = one_list::locked(tx, &request.setl_id, code).await?;
    let list = list.ok_or_else(|| refused(ErrorCode::ListUnknown))?;
    let last = publications::last_objection(tx, &list).await?;
    let (number, state) = last.ok_or_else(|| refused(ErrorCode::ObjectionUnknown))?;
    if state != "OPEN" {
        return Err(refused(ErrorCode::ObjectionState).into());
    }
    let now = session.meta.received_at;
    let decision = (request.decision.as_str(), request.opinion.as_str());
    let by = (now, session.caller.app_id.as_str());
    publications::decide(tx, &list, number, decision, by).await?;
    Ok(DecideAnswer {
        fixmedins_code: list.fixmedins_code,
        setl_id: list.setl_id,
        number,
        state: request.decision.clone(),
        decided_at: wire::china_time(now),
    })
}

fn refused(code: ErrorCode) -> Refusal {
    Refusal::field(code, "/setl_id", code.row().zh, code.row().en)
}
