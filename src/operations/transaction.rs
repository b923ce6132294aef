//! Transactions: how an operation is asked at the transaction door.
//!
//! Each operation states the numbers (infno) that it answers: its own, whose input and
//! output are the operation's data as they are, and published ones, whose input becomes
//! data and whose answer becomes output in the names of the published tables.

use serde_json::{Map, Value, json};

/// Which published edition of the interface standard a caller speaks.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    serde::Serialize,
    serde::Deserialize,
    clap::ValueEnum,
)]
pub enum Edition {
    /// The provincial edition of XJ-K01-2020 (Hunan V1.1.27).
    #[default]
    #[serde(rename = "v1.1.27")]
    #[value(name = "v1.1.27")]
    Provincial,
    /// The national edition XJ-K01-2021 V8.1.
    #[serde(rename = "v8.1")]
    #[value(name = "v8.1")]
    National,
}

/// One transaction of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Transaction {
    /// Number, e.g. `4101A`.
    pub infno: &'static str,
    /// Where the data stands in the message: what a pointer into the data is written behind.
    pub at: &'static str,
    /// The transaction's input as the operation's data.
    pub data: fn(Value) -> Value,
    /// The operation's answer as the transaction's output.
    pub output: fn(Value, Edition) -> Value,
    /// Whether the answer is a file, its content in the member `in`.
    pub file: bool,
}

impl Transaction {
    /// A number of our own: input and output are the operation's data.
    pub const fn own(infno: &'static str) -> Transaction {
        Transaction {
            infno,
            at: "/input",
            data: |input| input,
            output: |answer, _| answer,
            file: false,
        }
    }

    /// A published query, asked by the node `data` of its input.
    pub(super) const fn query(
        infno: &'static str,
        data: fn(Value) -> Value,
        output: fn(Value, Edition) -> Value,
    ) -> Transaction {
        Transaction {
            infno,
            at: "/input/data",
            data,
            output,
            file: false,
        }
    }
}

/// Names that editions and integrations spell otherwise, and the spelling used here.
const SPELLINGS: [(&str, &str); 4] = [
    ("errlv", "err_lv"),
    ("pagesize", "page_size"),
    ("pagenum", "page_num"),
    ("setlid", "setl_id"),
];

/// The members of a query: those of the node `data`, or of the input where that node is
/// left out. Empty members are dropped, other spellings mended, and page numbers, which
/// come as text too, become numbers.
pub(super) fn query(input: Value) -> Map<String, Value> {
    let node = match input {
        Value::Object(mut members) if members.len() == 1 => match members.shift_remove("data") {
            Some(node) => node,
            None => Value::Object(members),
        },
        other => other,
    };
    let Value::Object(node) = node else {
        // What is no object has no member; the operation's schema names what is missing.
        return Map::new();
    };
    let empty = |value: &Value| value.is_null() || value.as_str() == Some("");
    node.into_iter()
        .filter(|(_, value)| !empty(value))
        .map(|(name, value)| {
            let name = SPELLINGS
                .iter()
                .find(|(other, _)| *other == name)
                .map_or(name, |(_, ours)| (*ours).to_owned());
            let value = match (&*name, &value) {
                ("page_num" | "page_size", Value::String(text)) => {
                    text.trim().parse::<u32>().map_or(value, Value::from)
                }
                _ => value,
            };
            (name, value)
        })
        .collect()
}

/// The node `data` of an input, for tables whose names are the operation's own; members
/// that are empty are left out.
pub(super) fn node(input: Value) -> Value {
    Value::Object(query(input))
}

/// An answer that already stands in the names of the published table.
pub(super) fn as_it_is(answer: Value, _: Edition) -> Value {
    answer
}

/// Gives a member another name.
pub(super) fn rename(members: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = members.shift_remove(from) {
        members.insert(to.to_owned(), value);
    }
}

/// The rows of an answer as the node `data` of an output, each by `row`.
pub(super) fn rows(mut answer: Value, row: fn(&mut Map<String, Value>)) -> Value {
    let mut rows = answer.get_mut("rows").map(Value::take).unwrap_or_default();
    for members in rows.as_array_mut().into_iter().flatten() {
        if let Some(members) = members.as_object_mut() {
            row(members);
        }
    }
    json!({"data": if rows.is_array() { rows } else { json!([]) }})
}

/// A row that holds the named members only, in this order; a missing one is empty.
pub(super) fn only(members: &mut Map<String, Value>, names: &[&str]) {
    *members = names
        .iter()
        .map(|name| {
            let value = members.shift_remove(*name);
            ((*name).to_owned(), value.unwrap_or_else(|| json!("")))
        })
        .collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_with_and_without_its_node() {
        let asked = json!({"setl_ym": "202610", "pagesize": "20", "page_num": 1, "errlv": "", "psn_no": null});
        let wanted = json!({"setl_ym": "202610", "page_size": 20, "page_num": 1});
        assert_eq!(Value::Object(query(json!({"data": asked}))), wanted);
        assert_eq!(Value::Object(query(asked)), wanted);
        for other in [json!({"data": []}), json!([1]), json!("text")] {
            assert!(query(other).is_empty());
        }
        let malformed = Value::Object(query(json!({"data": {"page_num": "x"}})));
        assert_eq!(
            malformed,
            json!({"page_num": "x"}),
            "left for the schema to refuse"
        );
    }

    #[test]
    fn rows_stand_under_data() {
        let output = rows(json!({"rows": [{"a": 1, "b": 2}], "total": 1}), |row| {
            only(row, &["b", "c"]);
        });
        assert_eq!(output, json!({"data": [{"b": 2, "c": ""}]}));
        assert_eq!(rows(json!({}), |_| {}), json!({"data": []}));
    }
}
