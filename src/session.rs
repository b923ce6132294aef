//! One verified call: who calls, through which message, and what it may reach. Doors make
//! sessions, services work with them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chs_envelope::sm::Signer;

use crate::{
    app::App, call_data::CallData, caller::Caller, doors::signatures::Signatures,
    service::together::Together, store::Store,
};

/// What an HTTP worker has of its own.
pub struct Worker {
    /// The database, over connections of this worker.
    pub store: Store,
    /// Calls of this worker that share a transaction.
    pub together: Together,
    /// Messages of this worker that are verified together, answers that are signed together.
    pub signatures: Signatures,
}

impl Worker {
    /// A worker over these connections, whose answers are signed by `signer`.
    pub fn new(store: Store, signer: Arc<dyn Signer>) -> Worker {
        Worker {
            store,
            together: Together::default(),
            signatures: Signatures::new(signer),
        }
    }
}

/// A verified caller with its message.
#[derive(Clone)]
pub struct Session {
    /// The gateway.
    pub app: Arc<App>,
    /// The HTTP worker that handles the call.
    pub worker: Arc<Worker>,
    /// Who calls.
    pub caller: Arc<Caller>,
    /// Ids of the message, and what it is known by.
    pub meta: CallMeta,
}

/// What a verified call brings besides its payload.
#[derive(Debug, Clone)]
pub struct CallMeta {
    /// Operation id.
    pub operation: &'static str,
    /// Idempotency key: requestId, or behind `msgid/` a transaction's msgid.
    pub request_id: String,
    /// What the message may be sent with only once.
    pub nonce: String,
    /// When the nonce may be forgotten: a message of that age is refused for its age.
    pub nonce_expires_at: DateTime<Utc>,
    /// What a repeat is known by.
    pub data: Arc<CallData>,
    /// When the message was received.
    pub received_at: DateTime<Utc>,
}
