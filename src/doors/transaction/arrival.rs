//! A message from its arrival to its answer.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use chs_envelope::{
    canonical::{Document, Scalars},
    sm::sm3,
    transaction::{InputSecurity, Need, TransactionRequest},
};
use serde_json::{Value, json};

use super::{
    answer::{self, Outcome},
    body::{self, Body},
    gateway::{self, Identity},
    refusals::{form_refusal, input_refusal},
};
use crate::{
    app::App,
    call_data::CallData,
    caller::{Role, transaction_settings::ApiName},
    config::{SignNo, TransactionDoor},
    doors::{admission, call_log::Line},
    error::{ErrorCode, Refusal},
    operations::{OperationRow, TABLE, transaction::Transaction},
    service::signing_in,
    session::{CallMeta, Session, Worker},
};

/// A message of a verified caller, not read yet.
pub(super) struct Arrival {
    app: Arc<App>,
    worker: Arc<Worker>,
    identity: Identity,
    security: InputSecurity,
    body: web::Bytes,
    /// Sent beside the message.
    file: Option<web::Bytes>,
    received_at: DateTime<Utc>,
}

/// A message that has been read: what it asks for, and by whom.
struct Asked {
    message: TransactionRequest,
    row: &'static OperationRow,
    transaction: &'static Transaction,
    session: Session,
    input: Value,
}

impl Arrival {
    pub(super) async fn of(request: &HttpRequest, body: Body) -> Result<Arrival, Refusal> {
        let app = request
            .app_data::<web::Data<App>>()
            .map(|app| app.clone().into_inner())
            .ok_or_else(|| Refusal::internal("no app"))?;
        let body = body.whole()?;
        let received_at = (app.clock)();
        let identity = gateway::identify(request, &app, received_at)?;
        let (body, file) = body::parts(request, body).await?;
        Ok(Arrival {
            worker: admission::worker(request, &app),
            security: security(&identity)?,
            app,
            identity,
            body,
            file,
            received_at,
        })
    }

    pub(super) async fn settle(self, named: Option<&str>, mut line: Line) -> HttpResponse {
        let mut outcome = Outcome {
            result: Ok(json!({})),
            remarks: Vec::new(),
            streamed: false,
        };
        outcome.result = match self.read(named, &mut outcome.remarks) {
            Err(refusal) => Err(refusal),
            Ok(asked) => {
                let (caller, meta) = (&asked.session.caller, &asked.session.meta);
                line = line.of(asked.row.id).by(caller, &meta.request_id);
                outcome.streamed = asked.transaction.file && self.streams();
                asked.carry_out(&mut outcome.remarks).await
            }
        };
        line.finish(outcome.result.as_ref().map(|_| ()));
        let caller = &self.identity.caller;
        answer::answer(
            &self.app,
            caller,
            &self.security,
            self.received_at,
            &outcome,
        )
    }

    /// Whether a file leaves as itself: not where answers are agreed to be signed or encrypted.
    fn streams(&self) -> bool {
        let settings = &self.identity.caller.transaction;
        self.app.config.files.streamed && !settings.sign_input && !settings.encrypt_input
    }

    /// Rate, form, transaction, input.
    fn read(&self, named: Option<&str>, remarks: &mut Vec<String>) -> Result<Asked, Refusal> {
        let caller = &self.identity.caller;
        self.app.limiter.take_caller(caller)?;
        let (message, warnings) =
            TransactionRequest::parse(&self.body).map_err(|error| form_refusal(&error))?;
        remarks.extend(warnings.iter().map(ToString::to_string));
        let door = &self.app.config.transaction;
        self.check_head(&message, named, door)?;
        let (row, transaction) = find(message.infno(), door).ok_or_else(|| {
            let row = ErrorCode::TransactionUnknown.row();
            Refusal::field(ErrorCode::TransactionUnknown, "/infno", row.zh, row.en)
        })?;
        let opened = self
            .security
            .open(
                message.input(),
                message.get("cainfo"),
                &self.identity.key.public_key,
            )
            .map_err(input_refusal)?;
        // What was opened has been read once already; it cannot fail here.
        let document = Document::parse(opened.text.as_bytes()).map_err(Refusal::internal)?;
        let canonical = document.canonical(Scalars::Native);
        let digest = match &self.file {
            None => sm3(&[transaction.infno.as_bytes(), b"\n", canonical.as_bytes()]),
            Some(file) => {
                let file = sm3(&[file]).to_hex();
                let infno = transaction.infno.as_bytes();
                sm3(&[infno, b"\n", canonical.as_bytes(), b"\n", file.as_bytes()])
            }
        };
        let msgid = message.msgid();
        let window = TimeDelta::seconds(i64::from(self.identity.window_seconds));
        let session = Session {
            app: Arc::clone(&self.app),
            worker: Arc::clone(&self.worker),
            caller: Arc::clone(caller),
            meta: CallMeta {
                operation: row.id,
                // A requestId of the sealed door holds no slash, so the two never meet.
                request_id: format!("msgid/{msgid}"),
                nonce: self.identity.nonce(msgid),
                nonce_expires_at: self.received_at + window * 2,
                data: Arc::new(CallData::transaction(&digest)),
                received_at: self.received_at,
            },
        };
        Ok(Asked {
            input: with_file(document.into_value(), self.file.as_ref()),
            message,
            row,
            transaction,
            session,
        })
    }

    /// What headers, path and settings say of the message.
    fn check_head(
        &self,
        message: &TransactionRequest,
        named: Option<&str>,
        door: &TransactionDoor,
    ) -> Result<(), Refusal> {
        let infno = message.infno();
        let api_name = match self.identity.caller.transaction.api_name {
            ApiName::Infno => self.identity.api_name(),
            ApiName::Any => None,
        };
        if [named, api_name]
            .into_iter()
            .flatten()
            .any(|name| name != infno)
        {
            let row = ErrorCode::TransactionMismatch.row();
            return Err(Refusal::field(
                ErrorCode::TransactionMismatch,
                "/infno",
                row.zh,
                row.en,
            ));
        }
        for (name, taken) in [
            ("infver", &door.infver),
            ("recer_sys_code", &door.recer_sys_code),
        ] {
            let value = message.get(name);
            if !taken.is_empty() && !taken.iter().any(|one| one == value) {
                let row = ErrorCode::ValueNotAgreed.row();
                return Err(Refusal::field(
                    ErrorCode::ValueNotAgreed,
                    format!("/{name}"),
                    row.zh,
                    row.en,
                ));
            }
        }
        Ok(())
    }
}

impl Asked {
    async fn carry_out(self, remarks: &mut Vec<String>) -> Result<Value, Refusal> {
        let Asked {
            message,
            row,
            transaction,
            session,
            input,
        } = self;
        let outcome = match allowed(&session, &message, transaction).await {
            Ok(()) => (row.carry_out)(&session, (transaction.data)(input))
                .await
                .map_err(|refusal| behind(transaction.at, refusal)),
            Err(refusal) => Err(refusal),
        };
        let answer = admission::audited(&session, outcome).await?;
        if answer.get("replayed") == Some(&Value::Bool(true)) {
            remarks.push("重复报文，返回首次应答 / repeated message: the first answer".to_owned());
        }
        Ok((transaction.output)(
            answer,
            session.caller.transaction.edition,
        ))
    }
}

/// The input of a file upload with the file that came beside it, as if it had come inside.
fn with_file(mut input: Value, file: Option<&web::Bytes>) -> Value {
    if let Some(file) = file {
        let node = match input.get("fsUploadIn") {
            Some(_) => input.get_mut("fsUploadIn"),
            None => Some(&mut input),
        };
        if let Some(members) = node.and_then(Value::as_object_mut) {
            members.insert("in".to_owned(), STANDARD.encode(file).into());
        }
    }
    input
}

/// A refusal of the operation, its pointers into the data made pointers into the message.
fn behind(at: &str, mut refusal: Refusal) -> Refusal {
    for error in &mut refusal.errors {
        error.pointer = match refusal.code {
            // At this door the idempotency key has another name.
            ErrorCode::RequestIdReused => "/msgid".to_owned(),
            _ => format!("{at}{}", error.pointer),
        };
    }
    refusal
}

/// Institution and sign-in.
async fn allowed(
    session: &Session,
    message: &TransactionRequest,
    transaction: &Transaction,
) -> Result<(), Refusal> {
    let caller = &session.caller;
    let own = caller.fixmedins_code.as_deref();
    if caller.role == Role::Hospital && own != Some(message.get("fixmedins_code")) {
        let row = ErrorCode::ForeignData.row();
        return Err(Refusal::field(
            ErrorCode::ForeignData,
            "/fixmedins_code",
            row.zh,
            row.en,
        ));
    }
    let sign_no = message.get("sign_no");
    match session.app.config.transaction.sign_no {
        SignNo::Ignored => Ok(()),
        // Whoever signs in has no number yet; whoever signs out names it in the input.
        _ if matches!(transaction.infno, "9001" | "9002") => Ok(()),
        _ if sign_no.is_empty() => Err(Refusal::new(ErrorCode::NotSignedIn)),
        SignNo::Present => Ok(()),
        SignNo::Live => signing_in::check(session, sign_no).await,
    }
}

/// The transaction that is called by this number here, with its operation.
fn find(
    infno: &str,
    door: &TransactionDoor,
) -> Option<(&'static OperationRow, &'static Transaction)> {
    TABLE.iter().find_map(|row| {
        let transaction = row
            .transactions
            .iter()
            .find(|transaction| door.infno(transaction.infno) == infno)?;
        Some((row, transaction))
    })
}

/// How input and output of this caller are protected.
fn security(identity: &Identity) -> Result<InputSecurity, Refusal> {
    let settings = &identity.caller.transaction;
    let key = identity.key.input_key.clone();
    if settings.encrypt_input && key.is_none() {
        return Err(Refusal::new(ErrorCode::CallerWithoutKey));
    }
    Ok(InputSecurity {
        signature: if settings.sign_input {
            Need::Required
        } else {
            Need::Off
        },
        key: key.filter(|_| settings.encrypt_input),
        coding: settings.sealed_text.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_to_operations_and_own_ones_may_be_others_here() {
        let door = TransactionDoor {
            infnos: [("370101".to_owned(), "610101".to_owned())].into(),
            ..TransactionDoor::default()
        };
        let id = |infno| find(infno, &door).map(|(row, _)| row.id);
        assert_eq!(id("610101"), Some("qc.pre-check"));
        assert_eq!(id("370101"), None);
        assert_eq!(id("3607"), Some("qc.results"));
        assert_eq!(id("3606"), Some("groupings.fee-summary"));
        assert_eq!(id("3101"), None, "not offered");
    }
}
