//! 4101, 4101A, 4102, 4401 and the settlement record of 2304 (Hunan V1.1.27 and XJ-K01-2021
//! V8.1). The node and its length differ among sources for the serial number of a list: it
//! stands under `data` as published, at the length it has in 4103.

use serde_json::{Value, json};

use super::super::transaction::{Edition, Transaction};

pub(super) const TRANSACTIONS: &[Transaction] = &[
    Transaction::own("370106"),
    report("4101", |input| list("4101", input), serial),
    report("4101A", |input| list("4101A", input), serial),
    report("4102", |input| other("4102", input), nothing),
    report("4401", |input| other("4401", input), nothing),
    report("2304", |input| other("2304", input), settled),
];

/// The data's own pointers already begin with `/input`.
const fn report(
    infno: &'static str,
    data: fn(Value) -> Value,
    output: fn(Value, Edition) -> Value,
) -> Transaction {
    Transaction {
        infno,
        at: "",
        data,
        output,
        file: false,
    }
}

/// A list. One that says `stas_type` 1 is submitted in the same call.
fn list(report: &str, input: Value) -> Value {
    let submitted = |state: &Value| *state == json!("1") || *state == json!(1);
    let submit = input.pointer("/setlinfo/stas_type").is_some_and(submitted);
    json!({"report": report, "input": input, "submit": submit})
}

fn other(report: &str, input: Value) -> Value {
    json!({"report": report, "input": input})
}

fn serial(answer: Value, _: Edition) -> Value {
    json!({"data": {"setl_list_id": answer.get("setl_list_id")}})
}

fn settled(answer: Value, _: Edition) -> Value {
    json!({"setlinfo": {"setl_id": answer.get("setl_id")}})
}

/// 4102 and 4401 have no output node.
fn nothing(_: Value, _: Edition) -> Value {
    json!({})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::{Operation, reports_submit::Submit};

    #[test]
    fn a_list_is_submitted_when_it_says_so() {
        for (state, submit) in [(json!("1"), true), (json!(1), true), (json!("0"), false)] {
            let data = list("4101", json!({"setlinfo": {"stas_type": state}}));
            assert_eq!(data["submit"], submit);
        }
        assert_eq!(list("4101A", json!({}))["submit"], false);
    }

    #[test]
    fn every_transaction_is_a_report_of_the_operation() {
        let validator = jsonschema::validator_for(&Submit::schema()).unwrap();
        let record = json!({"psn_no": "P1", "setl_id": "S1", "stas_type": "1"});
        for (infno, input) in [
            ("4101", json!({"setlinfo": {}})),
            ("4102", json!({"data": {"stastinfo": [record]}})),
            (
                "2304",
                json!({"setlinfo": {"setl_id": "S1", "fixmedins_code": "H1", "medfee_sumamt": "1"}}),
            ),
        ] {
            let transaction = TRANSACTIONS.iter().find(|one| one.infno == infno).unwrap();
            let data = (transaction.data)(input);
            assert!(validator.is_valid(&data), "{data}");
        }
    }
}
