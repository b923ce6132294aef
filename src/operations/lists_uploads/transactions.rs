//! 4103, one list by its settlement id (Hunan V1.1.27). Its nodes hold what was uploaded, in
//! the names of the upload; the table prints some of them otherwise and adds what only the
//! platform's own registers know.

use serde_json::{Value, json};

use super::super::transaction::{Edition, Transaction, query};

pub(super) const TRANSACTIONS: &[Transaction] = &[
    Transaction::own("370104"),
    Transaction::query("4103", asked, output_4103),
];

fn asked(input: Value) -> Value {
    Value::Object(query(input))
}

fn output_4103(mut answer: Value, _: Edition) -> Value {
    let mut nodes = answer.get_mut("list").map(Value::take).unwrap_or_default();
    if !nodes.is_object() {
        nodes = json!({});
    }
    let known = [
        ("setl_id", "setl_id"),
        ("setl_list_id", "setl_list_sn"),
        ("fixmedins_code", "fixmedins_code"),
        ("stas_type", "stas_type"),
        ("uploaded_at", "dcla_time"),
    ];
    if let Some(info) = nodes
        .as_object_mut()
        .map(|nodes| nodes.entry("setlinfo").or_insert_with(|| json!({})))
        .and_then(Value::as_object_mut)
    {
        for (ours, published) in known {
            if let Some(value) = answer.get_mut(ours) {
                info.insert(published.to_owned(), value.take());
            }
        }
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_in_its_nodes_with_serial_and_state() {
        let answer = json!({"setl_id": "S1", "setl_list_id": "L1", "stas_type": "1",
            "fixmedins_code": "H1", "uploaded_at": "2026-10-01 00:00:00",
            "list": {"setlinfo": {"gend": "1", "stas_type": "0"}, "diseinfo": []}});
        let output = output_4103(answer, Edition::default());
        assert_eq!(
            output["setlinfo"],
            json!({"gend": "1", "stas_type": "1", "setl_id": "S1", "setl_list_sn": "L1",
                "fixmedins_code": "H1", "dcla_time": "2026-10-01 00:00:00"})
        );
        assert!(output["diseinfo"].is_array());
    }
}
