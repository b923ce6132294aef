//! Mutated messages: one bit, one byte or one member of what is signed or sealed, and
//! everything the form forbids. Each is refused, none with a 5xx, and no row is written.
//!
//! `TEST_MUTATIONS` sets how many (600 by default; the long run takes 10,000).

use chs_gateway::commands::call::{Client, unique};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Map, Value, json};

use crate::harness::{Gateway, lists, now, submit};

#[actix_web::test]
async fn no_mutated_message_passes() {
    let count: usize = std::env::var("TEST_MUTATIONS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(600);
    let gateway = Gateway::start_with(|config| config.limits.address_per_second = 1_000_000).await;
    let mut rng = StdRng::seed_from_u64(20_261_122);
    let lists = lists(20, 4);
    let ecb = gateway.client("hospital-a");
    let mut caller = gateway.caller("hospital-a");
    caller.enc_type = "SM4-GCM".into();
    let gcm = Client::new(&caller).unwrap();

    // One accepted message: its nonce is the used one.
    let used = unique();
    let message = ecb
        .seal(&submit(&lists[0]).to_string(), "used", &used, now())
        .unwrap()
        .to_json();
    assert_eq!(gateway.send(&ecb, "/reports", message).await.code, "0");
    let tables = [
        "nonces",
        "idempotency",
        "settlement_lists",
        "qc_results",
        "groupings",
    ];
    let mut before = Vec::new();
    for table in tables {
        before.push(gateway.count(table).await);
    }

    for number in 0..count {
        let client = if rng.random_bool(0.5) { &ecb } else { &gcm };
        let data = submit(&lists[rng.random_range(0..lists.len())]).to_string();
        let mutation = rng.random_range(0..10_u8);
        let (message, mutation) = match mutation {
            0 => (
                client
                    .seal(&data, &unique(), &used, now())
                    .unwrap()
                    .to_json(),
                "used nonce",
            ),
            1 => (
                client
                    .seal(&data, &unique(), &unique(), now() - 400_000)
                    .unwrap()
                    .to_json(),
                "stale",
            ),
            _ => {
                let sealed = client
                    .seal(&data, &unique(), &unique(), now())
                    .unwrap()
                    .to_json();
                mutate(&sealed, &mut rng)
            }
        };
        let answer = gateway.send(client, "/reports", message).await;
        assert!(
            (400..500).contains(&answer.status) && answer.code.starts_with("CHS-4"),
            "{number} {mutation}: {} {}",
            answer.status,
            answer.code
        );
    }
    for (table, rows) in tables.into_iter().zip(before) {
        assert_eq!(gateway.count(table).await, rows, "{table}");
    }
    gateway.stop().await;
}

fn mutate(sealed: &str, rng: &mut StdRng) -> (String, &'static str) {
    let mut message: Map<String, Value> = serde_json::from_str(sealed).unwrap();
    let members = [
        "appId",
        "encType",
        "signType",
        "timestamp",
        "version",
        "nonce",
        "requestId",
        "encData",
        "signData",
    ];
    let member = members[rng.random_range(0..members.len())];
    let text = message[member].as_str().unwrap().to_owned();
    let what = match rng.random_range(0..7_u8) {
        0 => {
            // One bit of one character; what is no text any more becomes another character.
            let mut bytes = text.into_bytes();
            let at = rng.random_range(0..bytes.len());
            bytes[at] ^= 1 << rng.random_range(0..7_u8);
            message[member] = json!(String::from_utf8_lossy(&bytes));
            "bit"
        }
        1 => {
            let mut text = text;
            text.pop();
            message[member] = json!(text);
            "shortened"
        }
        2 => {
            message[member] = json!(format!("{text}0"));
            "lengthened"
        }
        3 => {
            message.shift_remove(member);
            "removed"
        }
        4 => {
            message[member] = json!("");
            "empty"
        }
        5 => {
            message.insert(format!("x{}", rng.random_range(0..9)), json!("1"));
            "unknown"
        }
        _ => {
            let lower = message["encData"].as_str().unwrap().to_lowercase();
            message["encData"] = json!(lower);
            "lower-case hex"
        }
    };
    (Value::Object(message).to_string(), what)
}
