//! The annual clearing: proposed by one person of the city, made by a job, many
//! institutions at a time, published by a second person, confirmed by every institution, approved,
//! posted and locked.

mod books;
mod chunks;
mod propose;
mod query;
mod rules;
mod step;
mod verify;

use chrono::{DateTime, Utc};
use chs_settlement::books::ClearingStage;
use serde_json::Value;

use crate::{
    audit::{self, Entry},
    caller::Role,
    config::Settlement,
    error::Refusal,
    operations::{
        clearing_propose::{ProposeAnswer, ProposeRequest},
        clearing_query::ClearedQuery,
        clearing_step::{ClearingStepAnswer, StepRequest},
    },
    service::{
        exactly_once::{Done, exactly_once},
        scope,
    },
    session::Session,
    store::{Store, Tx},
};

pub use books::{Progress, run};
pub use verify::{Verified, verify};

/// Who acts, through a door or at the bureau's own machine.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// Role.
    pub role: Role,
    /// Caller.
    pub app_id: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

impl<'a> Actor<'a> {
    fn of(session: &'a Session) -> Actor<'a> {
        Actor {
            role: session.caller.role,
            app_id: &session.caller.app_id,
            at: session.meta.received_at,
        }
    }
}

/// Takes the proposal of the call.
///
/// # Errors
/// A clearing that is published, a batch of the year that is not paid, a fund without a
/// budget, an institution without bills or score, and those of [`exactly_once`].
pub async fn propose(session: &Session, request: &ProposeRequest) -> Result<Value, Refusal> {
    let settings = &session.app.config.settlement;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: propose::proposed(tx, settings, request, &Actor::of(session)).await?,
            subject: format!("{} {}", request.year, request.stage.as_str()),
        })
    })
    .await
}

/// Takes the step of the call.
///
/// # Errors
/// No such clearing, a state or role that has no such step, what the step lacks, and those
/// of [`exactly_once`].
pub async fn step(session: &Session, request: &StepRequest) -> Result<Value, Refusal> {
    let asked = request.fixmedins_code.as_deref();
    let institution = scope::institution(&session.caller, asked)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        let actor = Actor::of(session);
        Ok(Done {
            answer: step::stepped(tx, request, institution, &actor).await?,
            subject: format!(
                "{} {} {}",
                request.year,
                request.stage.as_str(),
                request.action
            ),
        })
    })
    .await
}

/// Answers the query of the call.
///
/// # Errors
/// No such clearing, another institution's data, and those of [`exactly_once`].
pub async fn query(session: &Session, request: &ClearedQuery) -> Result<Value, Refusal> {
    let asked = request.fixmedins_code.as_deref();
    let institution = scope::institution(&session.caller, asked)?;
    if let Some(code) = asked {
        scope::oversees(session, code, "/fixmedins_code")?;
    }
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: query::answer(tx, session, request, institution).await?,
            subject: format!("{} {}", request.year, request.stage.as_str()),
        })
    })
    .await
}

/// The city's proposal at the bureau's own machine.
///
/// # Errors
/// As [`propose`].
pub async fn propose_here(
    store: &Store,
    settings: &Settlement,
    request: &ProposeRequest,
    at: DateTime<Utc>,
) -> Result<ProposeAnswer, Refusal> {
    let subject = format!("{} {}", request.year, request.stage.as_str());
    store
        .run_tx("clearing.propose", async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, &subject).await?;
            let answer = propose::proposed(tx, settings, request, &operator(at)).await?;
            audit::append(tx, lane, entry("clearing.propose", &subject), at);
            Ok(answer)
        })
        .await
}

/// The city's step at the bureau's own machine.
///
/// # Errors
/// As [`step`].
pub async fn step_here(
    store: &Store,
    request: &StepRequest,
    at: DateTime<Utc>,
) -> Result<ClearingStepAnswer, Refusal> {
    let subject = format!(
        "{} {} {}",
        request.year,
        request.stage.as_str(),
        request.action
    );
    let institution = request.fixmedins_code.as_deref();
    store
        .run_tx("clearing.step", async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, &subject).await?;
            let answer = step::stepped(tx, request, institution, &operator(at)).await?;
            audit::append(tx, lane, entry("clearing.step", &subject), at);
            Ok(answer)
        })
        .await
}

/// What stands, for the bureau's own machine: state, digest and funds as `clearing.query`
/// tells them.
///
/// # Errors
/// No such clearing, the database.
pub async fn shown(store: &Store, year: &str, stage: ClearingStage) -> Result<Value, Refusal> {
    store
        .run_tx("clearing.show", async |tx: &Tx<'_>| {
            query::shown(tx, year, stage).await
        })
        .await
}

/// Who sits at the bureau's own machine acts for the city.
fn operator(at: DateTime<Utc>) -> Actor<'static> {
    Actor {
        role: Role::City,
        app_id: "operator",
        at,
    }
}

fn entry<'a>(operation: &'a str, subject: &'a str) -> Entry<'a> {
    Entry {
        app_id: "operator",
        role: "operator",
        operation,
        request_id: subject,
        subject,
        outcome: "done",
    }
}
