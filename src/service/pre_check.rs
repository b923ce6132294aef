//! `qc.pre-check`: judge a list; nothing is kept but the call and its answer.

use serde_json::Value;

use crate::{
    error::Refusal,
    operations::qc_pre_check::{PreCheckAnswer, PreCheckRequest},
    service::{
        assessment::{self, Basis, Phase},
        exactly_once::{Done, exactly_once},
        second_look,
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
    let options = &request.options;
    let basis = Basis {
        profile: options.profile.as_deref(),
        scheme: options.scheme.as_deref(),
        hosp_lv: caller.hosp_lv.as_deref(),
        today: session.meta.received_at,
        trace: options.trace,
        companions: request.hospital.as_ref(),
        layout: None,
        medfee: None,
    };
    let catalogue = app.catalogue.current();
    exactly_once(session, async |_: &Tx<'_>| {
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
    })
    .await
}
