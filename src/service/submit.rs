//! `reports.submit`: lists and their states, front pages, settlement records.

mod front_page;
mod settlement;
mod states;
mod upload;

use serde_json::Value;

use crate::{
    caller::{Caller, Role},
    error::{ErrorCode, Refusal},
    operations::reports_submit::SubmitRequest,
    service::{
        exactly_once::exactly_once,
        together::{Work, together},
    },
    session::Session,
    store::Tx,
};

/// Largest amount of one case, fen (a thousand million yuan): sums over a month stay exact.
pub(super) const MOST_FEN: i64 = 100_000_000_000;

/// Takes the report of the call.
///
/// # Errors
/// A kind that is not the caller's to report, another institution's data, a state that
/// does not allow the step, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &SubmitRequest) -> Result<Value, Refusal> {
    let role = session.caller.role;
    let settlement = matches!(request, SubmitRequest::Settlement { .. });
    // The core reports settlement records and nothing else; hospitals report all kinds.
    if role != Role::Hospital && !(role == Role::Core && settlement) {
        return Err(Refusal::new(ErrorCode::RoleNotAllowed));
    }
    match request {
        SubmitRequest::List { list, submit, thin } => {
            let keys = upload::ListKeys::of(list, &session.caller)?;
            if !*submit
                && let Some(upload) = upload::known_beforehand(session, list, *thin, &keys)?
                && let Some(answer) = together(session, Work::Upload(upload)).await?
            {
                return Ok(answer);
            }
            exactly_once(session, async |tx: &Tx<'_>| {
                upload::run(tx, session, list, *thin, &keys, *submit).await
            })
            .await
        }
        SubmitRequest::States { changes, at } => {
            exactly_once(session, async |tx: &Tx<'_>| {
                states::run(tx, session, changes, at).await
            })
            .await
        }
        SubmitRequest::FrontPage { baseinfo, page } => {
            let keys = front_page::PageKeys::of(baseinfo, &session.caller)?;
            exactly_once(session, async |tx: &Tx<'_>| {
                front_page::run(tx, session, &keys, page).await
            })
            .await
        }
        SubmitRequest::Settlement { setlinfo, record } => {
            let keys = settlement::RecordKeys::of(setlinfo, session)?;
            exactly_once(session, async |tx: &Tx<'_>| {
                settlement::run(tx, session, &keys, record).await
            })
            .await
        }
    }
}

/// The institution that a hospital calls for.
fn own_institution(caller: &Caller) -> Result<&str, Refusal> {
    caller
        .fixmedins_code
        .as_deref()
        .ok_or_else(|| Refusal::internal("a hospital caller without fixmedins_code"))
}

/// Refuses an id that could not be stored and audited: it is the caller's text, and a
/// longer one neither fits an index nor belongs in an audit record.
fn check_id(text: &str, pointer: &str) -> Result<(), Refusal> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if (1..=30).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(());
    }
    Err(Refusal::field(
        ErrorCode::SchemaViolation,
        pointer,
        "应为1至30位字母、数字、“-”或“_”",
        "must be 1 to 30 letters, digits, '-' or '_'",
    ))
}
