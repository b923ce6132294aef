//! 4104 and 3607, queries of QC results (Hunan V1.1.27 and XJ-K01-2021 V8.1). The table of
//! 4104 wraps its rows in no node; they stand under `data` as in 3607.
//!
//! V8.1 has no qltctrl_time, and in 4104 no grp_stas. Some of its names are printed without
//! an underscore (setlid, qltctrlrslt); the only text of it loses underscores elsewhere, so
//! the names of V1.1.27 are written for both.

use serde_json::{Map, Value};

use super::super::transaction::{Edition, Transaction, query, rename, rows};

pub(super) const TRANSACTIONS: &[Transaction] = &[
    Transaction::own("370103"),
    Transaction::query("4104", asked, output_4104),
    Transaction::query("3607", asked, output_3607),
];

fn asked(input: Value) -> Value {
    Value::Object(query(input))
}

type Row = Map<String, Value>;

fn output_4104(answer: Value, edition: Edition) -> Value {
    let provincial: fn(&mut Row) = |row| rename(row, "detl_list", "detailinfo");
    let national: fn(&mut Row) = |row| {
        rename(row, "detl_list", "detailinfo");
        row.shift_remove("qltctrl_time");
        row.shift_remove("grp_stas");
    };
    match edition {
        Edition::Provincial => rows(answer, provincial),
        Edition::National => rows(answer, national),
    }
}

fn output_3607(answer: Value, edition: Edition) -> Value {
    match edition {
        Edition::Provincial => rows(answer, |_| {}),
        Edition::National => rows(answer, |row| {
            row.shift_remove("qltctrl_time");
        }),
    }
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

    #[test]
    fn the_national_edition_has_fewer_columns() {
        let answer = json!({"rows": [{"setl_id": "S1", "qltctrl_time": "2026-11-01 08:00:00",
            "grp_stas": "1", "detl_list": []}]});
        let national = |output: fn(Value, Edition) -> Value| {
            let output = output(answer.clone(), Edition::National);
            output["data"][0].clone()
        };
        assert_eq!(
            national(output_4104),
            json!({"setl_id": "S1", "detailinfo": []})
        );
        assert_eq!(
            national(output_3607),
            json!({"setl_id": "S1", "grp_stas": "1", "detl_list": []})
        );
    }
}
