//! `qc.pre-check`: judge a list and keep nothing of it but the call itself.

use serde_json::Value;

use crate::{
    doors::sealed::Call,
    error::Refusal,
    operations::qc_pre_check::{PreCheck, PreCheckAnswer},
    service::{
        assessment::{self, Basis, Phase},
        exactly_once::{Done, exactly_once},
    },
    store::Tx,
};

/// Judges the list of the call.
///
/// # Errors
/// An unknown scheme or profile, and those of [`exactly_once`].
pub async fn run(call: &Call<PreCheck>) -> Result<Value, Refusal> {
    let (app, caller, request) = (&*call.by.app, &*call.by.caller, &call.request);
    let options = &request.options;
    let basis = Basis {
        profile: options.profile.as_deref(),
        scheme: options.scheme.as_deref(),
        hosp_lv: caller.hosp_lv.as_deref(),
        today: call.by.meta.received_at,
        trace: options.trace,
    };
    exactly_once(&call.by, async |_: &Tx<'_>| {
        let assessment = assessment::assess(
            &app.catalogue,
            &app.config,
            Phase::Pre,
            &request.list,
            &basis,
        )?;
        Ok(Done {
            answer: PreCheckAnswer {
                advisory: true,
                assessment,
            },
            subject: assessment::subject(&request.list),
        })
    })
    .await
}
