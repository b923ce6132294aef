//! What is reported upward: sealed, and put down in the transaction that causes it.

use serde_json::Value;

use crate::{
    error::Refusal,
    keys::SealedAs,
    session::Session,
    store::{
        Tx, TxError,
        outbox::{self, Outgoing},
    },
};

/// Enqueues messages of one operation, each with what it is about and its data.
///
/// # Errors
/// The random source, the database.
pub async fn enqueue(
    tx: &Tx<'_>,
    session: &Session,
    operation: &'static str,
    messages: Vec<(String, Value)>,
) -> Result<(), TxError> {
    if messages.is_empty() {
        return Ok(());
    }
    let master = &session.app.keys.master;
    let messages = messages
        .into_iter()
        .map(|(subject, data)| {
            let message_id = uuid::Uuid::now_v7().simple().to_string();
            let place = SealedAs::Outgoing(&message_id);
            let payload = master.seal(place, data.to_string().as_bytes());
            Ok(Outgoing {
                payload: payload.map_err(Refusal::internal)?,
                message_id,
                operation,
                subject,
            })
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    outbox::enqueue(tx, &messages, session.meta.received_at).await
}
