//! One verified call: who calls, through which message, and what it may reach. Doors make
//! sessions, services work with them.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    app::App,
    caller::{Caller, CallerKey},
    store::Store,
};

/// A verified caller with its message.
pub struct Session {
    /// The gateway.
    pub app: Arc<App>,
    /// The database, over connections of this HTTP worker.
    pub store: Store,
    /// Who calls.
    pub caller: Arc<Caller>,
    /// The keys that opened the message; the answer is sealed with the same.
    pub key: Arc<CallerKey>,
    /// Ids and digest of the message.
    pub meta: CallMeta,
}

/// What a verified call brings besides its payload.
#[derive(Debug)]
pub struct CallMeta {
    /// Operation id.
    pub operation: &'static str,
    /// requestId of the message.
    pub request_id: String,
    /// nonce of the message.
    pub nonce: String,
    /// SM3 of the canonical data, lower-case hex.
    pub digest: String,
    /// When the message was received.
    pub received_at: DateTime<Utc>,
}
