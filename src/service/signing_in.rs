//! `session.sign-in` and `session.sign-out`: operators of a caller, a China day at a time.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chs_envelope::transaction::ref_msgid;
use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    operations::{
        sign_in::{SignInAnswer, SignInRequest},
        sign_out::{SignOutAnswer, SignOutRequest},
    },
    serial::serial,
    service::exactly_once::{Done, exactly_once},
    session::Session,
    store::{
        Tx,
        sign_ins::{self, SignIn},
    },
    wire,
};

/// Signs an operator in.
///
/// # Errors
/// Those of [`exactly_once`].
pub async fn sign_in(session: &Session, request: &SignInRequest) -> Result<Value, Refusal> {
    let at = session.meta.received_at;
    // 30 digits that begin with the division, like the published sample.
    let sign_no = ref_msgid(&session.app.config.admdvs, at.timestamp_millis(), serial())
        .map_err(Refusal::internal)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        let asked = SignIn {
            app_id: &session.caller.app_id,
            opter_no: &request.opter_no,
            day: china_day(at),
            sign_no: &sign_no,
            mac: &request.mac,
            ip: &request.ip,
            at,
        };
        let (sign_no, signed_in_at) = sign_ins::put(tx, &asked).await?;
        Ok(Done {
            subject: sign_no.clone(),
            answer: SignInAnswer {
                sign_time: wire::china_time(signed_in_at),
                sign_no,
            },
        })
    })
    .await
}

/// Signs an operator out.
///
/// # Errors
/// [`ErrorCode::SignInUnknown`], and those of [`exactly_once`].
pub async fn sign_out(session: &Session, request: &SignOutRequest) -> Result<Value, Refusal> {
    let at = session.meta.received_at;
    exactly_once(session, async |tx: &Tx<'_>| {
        let who = (
            session.caller.app_id.as_str(),
            request.opter_no.as_str(),
            request.sign_no.as_str(),
        );
        if !sign_ins::end(tx, who, china_day(at), at).await? {
            let row = ErrorCode::SignInUnknown.row();
            return Err(
                Refusal::field(ErrorCode::SignInUnknown, "/sign_no", row.zh, row.en).into(),
            );
        }
        Ok(Done {
            answer: SignOutAnswer {
                sign_time: wire::china_time(at),
            },
            subject: request.sign_no.clone(),
        })
    })
    .await
}

/// Whether a message's `sign_no` stands for an operator who is signed in now.
///
/// # Errors
/// [`ErrorCode::NotSignedIn`]; the database.
pub async fn check(session: &Session, sign_no: &str) -> Result<(), Refusal> {
    let day = china_day(session.meta.received_at);
    let signed_in = session
        .worker
        .store
        .is_signed_in(&session.caller.app_id, sign_no, day)
        .await
        .map_err(|error| Refusal {
            cause: Some(error.to_string()),
            retry_after: Some(2),
            ..Refusal::new(ErrorCode::DatabaseUnavailable)
        })?;
    if signed_in {
        Ok(())
    } else {
        Err(Refusal::new(ErrorCode::NotSignedIn))
    }
}

fn china_day(at: DateTime<Utc>) -> NaiveDate {
    (at + TimeDelta::hours(8)).date_naive()
}
