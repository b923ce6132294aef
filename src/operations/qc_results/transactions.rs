//! 4104 and 3607, queries of QC results (Hunan V1.1.27 and XJ-K01-2021 V8.1). The table of
//! 4104 wraps its rows in no node; they stand under `data` as in 3607.

use serde_json::Value;

use super::super::transaction::{Edition, Transaction, query, rename, rows};

pub(super) const TRANSACTIONS: &[Transaction] = &[
    Transaction::own("370103"),
    Transaction::query("4104", asked, output_4104),
    Transaction::query("3607", asked, output_3607),
];

fn asked(input: Value) -> Value {
    Value::Object(query(input))
}

fn output_4104(answer: Value, _: Edition) -> Value {
    rows(answer, |row| rename(row, "detl_list", "detailinfo"))
}

fn output_3607(answer: Value, _: Edition) -> Value {
    rows(answer, |_| {})
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_have_the_name_of_each_table() {
        let answer = json!({"rows": [{"setl_id": "S1", "detl_list": [{"err_lv": "3"}]}]});
        let of_4104 = output_4104(answer.clone(), Edition::default());
        assert_eq!(of_4104["data"][0]["detailinfo"][0]["err_lv"], "3");
        let of_3607 = output_3607(answer, Edition::default());
        assert_eq!(of_3607["data"][0]["detl_list"][0]["err_lv"], "3");
    }
}
