//! What both doors do with a verified message: role, schema and request before the work,
//! a trace of certain refusals after it.

use std::{io, sync::Arc};

use actix_web::{HttpRequest, error::PayloadError, web};
use chs_envelope::canonical::Document;
use serde_json::Value;

use crate::{
    app::App,
    error::{ErrorCode, Refusal},
    operations::Operation,
    schemas,
    service::exactly_once,
    session::{Session, Worker},
};

/// The body of a request, read whole.
pub(super) fn whole(body: Result<web::Bytes, actix_web::Error>) -> Result<web::Bytes, Refusal> {
    body.map_err(|error| match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => Refusal::new(ErrorCode::BodyTooLarge),
        Some(PayloadError::Io(error)) if error.kind() == io::ErrorKind::TimedOut => {
            Refusal::new(ErrorCode::BodyTooSlow)
        }
        _ => Refusal::new(ErrorCode::MessageNotJson),
    })
}

/// The worker that handles the request.
pub(super) fn worker(request: &HttpRequest, app: &App) -> Arc<Worker> {
    request.app_data::<web::Data<Worker>>().map_or_else(
        || {
            let signer = Arc::clone(&app.keys.signing);
            Arc::new(Worker::new(app.store.clone(), signer))
        },
        |worker| Arc::clone(worker),
    )
}

/// Data as it came in.
pub(crate) struct Sent<'a> {
    /// The data.
    pub data: Document<'a>,
    /// Whether it was read from its own canonical text, so that there is nothing to tidy.
    pub is_canonical: bool,
}

/// Turns data into a request of the operation, if the caller's role may ask for it and the
/// data, without its blank members, fits the schema.
///
/// # Errors
/// [`ErrorCode::RoleNotAllowed`], [`ErrorCode::SchemaViolation`].
pub(crate) fn admit<O: Operation>(
    session: &Session,
    sent: Sent<'_>,
) -> Result<O::Request, Refusal> {
    if !O::ROLES.contains(&session.caller.role) {
        return Err(Refusal::new(ErrorCode::RoleNotAllowed));
    }
    let mut data = sent.data;
    let violated = |errors| Refusal::new(ErrorCode::SchemaViolation).with_errors(errors);
    if !sent.is_canonical {
        schemas::tidy(&mut data).map_err(violated)?;
    }
    session.app.schemas.check(O::ID, &data).map_err(violated)?;
    O::read(data).map_err(violated)
}

/// Audits a refusal that must leave a trace. What cannot be audited must not look settled:
/// then the caller hears of that fault instead.
pub(super) async fn audited(
    session: &Session,
    outcome: Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    let Err(refusal) = outcome else {
        return outcome;
    };
    if !matches!(
        refusal.code,
        ErrorCode::RoleNotAllowed | ErrorCode::ForeignData
    ) {
        return Err(refusal);
    }
    Err(exactly_once::record_refusal(session, refusal.code)
        .await
        .err()
        .unwrap_or(refusal))
}
