//! `qc.pre-check`: judge a list; nothing is kept but the call and its answer.

use serde_json::Value;

use crate::{
    error::Refusal,
    operations::qc_pre_check::{PreCheckAnswer, PreCheckRequest},
    service::{
        assessment::{self, Basis, Phase},
        exactly_once::{Done, exactly_once},
        month_values::{self, MonthValues},
        second_look,
        together::{Work, together},
    },
    session::Session,
    store::Tx,
};

/// Judges the list of the call.
///
/// # Errors
/// An unknown scheme or profile, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &PreCheckRequest) -> Result<Value, Refusal> {
    let (app, caller) = (&*session.app, &*session.caller);
    let (options, now) = (&request.options, session.meta.received_at);
    let catalogue = app.catalogue.current();
    // Months are settled by the gateway's own profile alone.
    let own = options
        .profile
        .as_ref()
        .is_none_or(|id| *id == app.config.profile);
    let profile = catalogue.profile(&app.config.profile).filter(|_| own);
    let judge = |values: &MonthValues| -> Result<Done<PreCheckAnswer>, Refusal> {
        let basis = Basis {
            profile: options.profile.as_deref(),
            scheme: options.scheme.as_deref(),
            hosp_lv: caller.hosp_lv.as_deref(),
            fixmedins_code: caller.fixmedins_code.as_deref(),
            today: now,
            trace: options.trace,
            companions: request.hospital.as_ref(),
            layout: None,
            medfee: None,
            value: values.get(&request.list, now),
        };
        let assessment =
            assessment::assess(&catalogue, &app.config, Phase::Pre, &request.list, &basis)?;
        let scheme = &assessment.versions.scheme.id;
        let second_look = second_look::look(&catalogue, scheme, &request.list, options)?;
        Ok(Done {
            answer: PreCheckAnswer {
                advisory: true,
                assessment,
                second_look,
            },
            subject: assessment::subject(&request.list),
        })
    };
    // A refusal is left to the call alone: a repeat may have an answer all the same.
    if !month_values::are_stored(profile)
        && let Ok(done) = judge(&MonthValues::default())
        && let Some(answer) = together(session, Work::Answer(done.into_json()?)).await?
    {
        return Ok(answer);
    }
    exactly_once(session, async |tx: &Tx<'_>| {
        let values = month_values::of(tx, profile, &[&request.list], now).await?;
        Ok(judge(&values)?)
    })
    .await
}
