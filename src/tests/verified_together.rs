//! Messages that are verified together are believed or refused each for itself.

use chs_gateway::commands::call::unique;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Gateway, now};

#[actix_web::test]
async fn messages_with_wrong_signatures_among_right_ones() {
    // One worker, so that they wait in one queue.
    let gateway = Gateway::start_with(|config| config.workers = 1).await;
    let (ours, theirs) = (gateway.client("hospital-a"), gateway.client("hospital-b"));
    let query = json!({"setl_ym": "202610", "level": "hospital"}).to_string();
    let sealed = |client: &chs_gateway::commands::call::Client| -> Value {
        let message = client.seal(&query, &unique(), &unique(), now()).unwrap();
        serde_json::from_str(&message.to_json()).unwrap()
    };
    let messages: Vec<(Value, bool)> = (0..60)
        .map(|number| {
            let mut message = sealed(&ours);
            match number % 5 {
                // Another caller's signature, and one over another message of the same caller.
                1 => message["signData"] = sealed(&theirs)["signData"].take(),
                3 => message["signData"] = sealed(&ours)["signData"].take(),
                // Sealed text that cannot be read.
                4 => message["encData"] = Value::from("0".repeat(64)),
                _ => return (message, true),
            }
            (message, false)
        })
        .collect();
    let calls = messages
        .iter()
        .map(|(message, _)| gateway.send(&ours, "/groupings/fee-summary", message.to_string()));
    let answers = join_all(calls).await;
    for ((_, right), answer) in messages.iter().zip(answers) {
        let wanted = if *right {
            (200, "0")
        } else {
            (401, "CHS-40102")
        };
        assert_eq!((answer.status, answer.code.as_str()), wanted);
    }
    gateway.stop().await;
}
