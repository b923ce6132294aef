//! What is reported upward: sealed, and put down in the transaction that causes it. A job
//! delivers it (`service::delivery`).

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
                cases: cases(&subject, &data),
                subject,
            })
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    outbox::enqueue(tx, &messages, session.meta.received_at).await
}

/// The cases that a message is about: messages of one case are delivered in their order.
/// One that names no case stands for its subject.
fn cases(subject: &str, data: &Value) -> Vec<String> {
    let case = |one: &Value| {
        let text = |name: &str| one.get(name).and_then(Value::as_str);
        Some(format!("{}|{}", text("fixmedins_code")?, text("setl_id")?))
    };
    let items = data.get("items").and_then(Value::as_array);
    let mut cases: Vec<_> = items.into_iter().flatten().filter_map(case).collect();
    cases.extend(case(data));
    if cases.is_empty() {
        cases.push(subject.to_owned());
    }
    cases
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_and_a_revocation_of_one_case_meet() {
        let case = json!({"fixmedins_code": "H1", "setl_id": "S1"});
        let batch = json!({"batch_no": "B1", "items": [case, {"setl_id": "S2"}]});
        assert_eq!(cases("B1", &batch), ["H1|S1"]);
        assert_eq!(cases("S1", &case), ["H1|S1"]);
        assert_eq!(cases("M1", &json!({"setl_ym": "202610"})), ["M1"]);
    }
}
