//! The sealed door: signed and encrypted JSON.
//!
//! [`Call`] is the only way in. Extracting it reads the body once and takes the steps of
//! the contract in order: form → caller → freshness → open and verify → rate → role →
//! schema. Until the caller is verified a refusal leaves as RFC 9457; from then on it is
//! sealed and signed like any answer.

mod answer;

use std::{pin::Pin, sync::Arc, time::Instant};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload, error::InternalError, web,
};
use chrono::{DateTime, TimeDelta, Utc};
use chs_envelope::sealed::{self, EncType, Envelope, EnvelopeError, OpenedText, Plaintext};
use serde_json::Value;

pub use answer::{SealedAnswer, SealedMessage};

use crate::{
    app::App,
    call_data::CallData,
    caller::{Caller, CallerKey},
    doors::{
        admission::{self, Sent},
        call_log::Line,
        limits,
        signatures::Signatures,
    },
    error::{ErrorCode, Refusal},
    operations::Operation,
    session::{CallMeta, Session, Worker},
};

/// A verified call of operation `O`.
pub struct Call<O: Operation> {
    /// Who calls, through which message.
    pub by: Verified,
    /// What is asked.
    pub request: O::Request,
}

/// A session and the message it came by; whatever happens from here on is answered sealed.
pub struct Verified {
    /// Who calls, and what it may reach.
    pub session: Session,
    /// The keys that opened the message; the answer is sealed with the same.
    key: Arc<CallerKey>,
    envelope: Envelope,
    line: Line,
}

impl<O: Operation> Call<O> {
    /// Carries out the call, seals and signs the outcome, and writes the call's log line.
    pub async fn carry_out(self) -> HttpResponse {
        let outcome = O::run(&self.by.session, &self.request).await;
        self.by.respond(outcome).await
    }
}

impl<O: Operation> FromRequest for Call<O> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let line = Line::new(O::ID, limits::request_id(request), Instant::now());
        let body = web::Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let refused = |response| InternalError::from_response("refused", response).into();
            let opened = open(O::ID, &request, body.await, |app, worker, opened, sent| {
                let session = Session {
                    worker,
                    app,
                    caller: opened.caller,
                    meta: opened.meta,
                };
                let asked = understand::<O>(&session, sent);
                (session, opened.key, asked)
            });
            let opened = opened.await;
            let (envelope, (session, key, asked)) = match opened {
                Ok(opened) => opened,
                Err(refusal) => {
                    line.finish(Err(&refusal));
                    return Err(refused(refusal.problem()));
                }
            };
            let by = Verified {
                line: line.by(&session.caller, &session.meta.request_id),
                key,
                envelope,
                session,
            };
            match asked {
                Ok(request) => Ok(Call { by, request }),
                Err(refusal) => Err(refused(by.respond(Err(refusal)).await)),
            }
        })
    }
}

/// Whose message was opened.
struct Opened {
    caller: Arc<Caller>,
    key: Arc<CallerKey>,
    meta: CallMeta,
}

/// Everything up to the verified caller, whose data is then read where it stands: `read`
/// borrows the opened text, which is gone when this returns.
async fn open<T>(
    operation: &'static str,
    request: &HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
    read: impl FnOnce(Arc<App>, Arc<Worker>, Opened, Sent<'_>) -> T,
) -> Result<(Envelope, T), Refusal> {
    let app = request
        .app_data::<web::Data<App>>()
        .map(|app| app.clone().into_inner())
        .ok_or_else(|| Refusal::internal("no app"))?;
    if request.content_type() != "application/json" {
        return Err(Refusal::new(ErrorCode::MediaType));
    }
    let received_at = (app.clock)();
    // The body is gone before the message waits to be verified.
    let envelope = {
        let body = admission::whole(body)?;
        Envelope::parse(&body).map_err(|error| form_refusal(&error))?
    };
    let caller = app
        .register
        .current()
        .find(envelope.head().app_id())
        .cloned()
        .ok_or_else(|| Refusal::new(ErrorCode::CallerUnknown))?;
    if !caller.may_call_from(limits::address(request, &app)) {
        return Err(Refusal::new(ErrorCode::AddressNotAllowed));
    }
    let window = app.config.limits.window_seconds;
    let expires_in = TimeDelta::seconds(i64::from(window)) * 2;
    if !envelope
        .head()
        .timestamp()
        .is_fresh(received_at.timestamp_millis(), window)
    {
        return Err(Refusal::new(ErrorCode::TimestampOutsideWindow));
    }
    let worker = admission::worker(request, &app);
    let of_caller = Arc::clone(&caller);
    let read = |key: &Arc<CallerKey>, opened: OpenedText<'_>| {
        let is_canonical = opened.is_canonical();
        let meta = CallMeta {
            operation,
            request_id: envelope.head().request_id().to_owned(),
            nonce: envelope.head().nonce().to_owned(),
            nonce_expires_at: received_at + expires_in,
            data: Arc::new(CallData::sealed(&opened.digest, opened.canonical)),
            received_at,
        };
        let key = Arc::clone(key);
        let sent = Sent {
            data: opened.data,
            is_canonical,
        };
        read(app, Arc::clone(&worker), Opened { caller, key, meta }, sent)
    };
    let signatures = &worker.signatures;
    let read = open_with_any_key(&envelope, &of_caller, received_at, signatures, read).await?;
    Ok((envelope, read))
}

/// Opens and verifies with the keys that hold now, and reads with the one that does. While
/// a caller changes its keys two sets hold, and the message does not say which one made it:
/// the newest is tried first.
async fn open_with_any_key<T>(
    envelope: &Envelope,
    caller: &Caller,
    now: DateTime<Utc>,
    signatures: &Signatures,
    read: impl FnOnce(&Arc<CallerKey>, OpenedText<'_>) -> T,
) -> Result<T, Refusal> {
    let mut refused = ErrorCode::CallerWithoutKey;
    for key in caller.keys_at(now) {
        if envelope.head().enc_type() == EncType::Sm4Gcm && !key.credentials.has_gcm_key() {
            refused = ErrorCode::EncTypeNotAllowed;
            continue;
        }
        let mut plaintext = Plaintext::default();
        let (credentials, sender) = (&key.credentials, &key.public_key);
        let Ok(unverified) = sealed::read_into(envelope, credentials, sender, &mut plaintext)
        else {
            refused = ErrorCode::CannotOpen;
            continue;
        };
        let claimed = unverified.to_verify();
        let verified = signatures.verify(key, *claimed.e, *claimed.signature).await;
        match unverified.settle(verified) {
            Ok(opened) => return Ok(read(key, opened)),
            Err(_) => refused = ErrorCode::CannotOpen,
        }
    }
    Err(Refusal::new(refused))
}

/// Rate, role, schema, request.
fn understand<O: Operation>(session: &Session, sent: Sent<'_>) -> Result<O::Request, Refusal> {
    session.app.limiter.take_caller(&session.caller)?;
    admission::admit::<O>(session, sent)
}

impl Verified {
    async fn respond(self, outcome: Result<Value, Refusal>) -> HttpResponse {
        let outcome = admission::audited(&self.session, outcome).await;
        self.line.finish(outcome.as_ref().map(|_| ()));
        answer::seal(&self.session, &self.key, &self.envelope, &outcome).await
    }
}

/// Faults of form may be explained: they say nothing about keys.
fn form_refusal(error: &EnvelopeError) -> Refusal {
    let code = match error {
        EnvelopeError::Json(_) | EnvelopeError::NotAnObject => ErrorCode::MessageNotJson,
        EnvelopeError::Unknown { .. } => ErrorCode::MemberUnknown,
        EnvelopeError::Empty { .. } => ErrorCode::MemberEmpty,
        EnvelopeError::Duplicate { .. } => ErrorCode::MemberDuplicate,
        EnvelopeError::Missing { .. } => ErrorCode::MemberMissing,
        EnvelopeError::WrongType { .. }
        | EnvelopeError::Malformed { .. }
        | EnvelopeError::ExtraTooLong => ErrorCode::MemberFormat,
    };
    let (zh, en) = match error {
        EnvelopeError::Malformed { zh, en, .. } | EnvelopeError::WrongType { zh, en, .. } => {
            (*zh, *en)
        }
        _ => (code.row().zh, code.row().en),
    };
    match error.member() {
        None => Refusal::new(code),
        Some(_) => Refusal::field(code, error.pointer(), zh, en),
    }
}
