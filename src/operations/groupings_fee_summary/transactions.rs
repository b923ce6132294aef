//! 3605 (a month's grouped cases), 3610 and 3611 (the comparison under pseudonyms), Hunan
//! V1.1.27. Their siblings for DIP (3606, 3608, 3609) are not offered: no DIP result is kept.

use serde_json::{Map, Value, json};

use super::super::transaction::{Edition, Transaction, only, query, rename, rows};

pub(super) const TRANSACTIONS: &[Transaction] = &[
    Transaction::own("370105"),
    Transaction::query("3605", cases, output_3605),
    Transaction::query("3610", institutions, output_3610),
    Transaction::query("3611", groups, output_3611),
];

fn cases(input: Value) -> Value {
    with(query(input), &[("level", json!("case"))])
}

fn institutions(input: Value) -> Value {
    let mut members = query(input);
    rename(&mut members, "setl_mon", "setl_ym");
    with(
        members,
        &[("level", json!("hospital")), ("compare", json!(true))],
    )
}

fn groups(input: Value) -> Value {
    let mut members = query(input);
    rename(&mut members, "setl_mon", "setl_ym");
    rename(&mut members, "dise_code", "drg_code");
    with(
        members,
        &[("level", json!("group")), ("compare", json!(true))],
    )
}

/// The members with those that the transaction's number says.
fn with(mut members: Map<String, Value>, fixed: &[(&str, Value)]) -> Value {
    for (name, value) in fixed {
        members.insert((*name).to_owned(), value.clone());
    }
    Value::Object(members)
}

fn output_3605(answer: Value, _: Edition) -> Value {
    rows(answer, |row| {
        rename(row, "pay_std_sum", "place_grp_pay_std");
        // Only results in force are answered.
        row.insert("vali_flag".to_owned(), json!("1"));
        only(row, &COLUMNS_3605);
    })
}

#[rustfmt::skip]
const COLUMNS_3605: [&str; 13] = [
    "setl_id", "drg_code", "drg_name", "adrg_code", "mdc_codg", "ccmcc", "grp_rslt", "grp_ver",
    "place_grp_pay_std", "setl_ym", "fixmedins_code", "grp_time", "vali_flag",
];

fn output_3610(answer: Value, _: Edition) -> Value {
    rows(answer, |row| {
        rename(row, "setl_ym", "setl_mon");
        only(
            row,
            &[
                "setl_mon",
                "fixmedins_code",
                "fixmedins_name",
                "grp_sum",
                "medfee_sumamt",
                "setl_psntime",
                "ave_medfee_sumamt",
                "admdvs",
            ],
        );
    })
}

fn output_3611(answer: Value, _: Edition) -> Value {
    rows(answer, |row| {
        rename(row, "setl_ym", "setl_mon");
        only(
            row,
            &[
                "setl_mon",
                "drg_code",
                "drg_name",
                "admdvs",
                "medfee_sumamt",
                "ave_medfee_sumamt",
                "setl_psntime",
            ],
        );
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::{Operation, groupings_fee_summary::FeeSummary};

    #[test]
    fn published_queries_become_queries_of_the_operation() {
        let validator = jsonschema::validator_for(&FeeSummary::schema()).unwrap();
        let page = |more: Value| {
            let mut data = json!({"page_num": "1", "page_size": "10"});
            let (members, Value::Object(more)) = (data.as_object_mut().unwrap(), more) else {
                panic!("an object");
            };
            members.extend(more);
            json!({"data": data})
        };
        for data in [
            cases(page(json!({"setl_ym": "202610", "setl_id": "S1"}))),
            institutions(page(json!({"setl_mon": "202610"}))),
            groups(page(
                json!({"setl_mon": "202610", "fixmedins_code": "p", "dise_code": "BR23"}),
            )),
        ] {
            assert!(validator.is_valid(&data), "{data}");
            FeeSummary::parse(data).unwrap();
        }
    }

    #[test]
    fn rows_have_the_names_of_the_tables() {
        let answer =
            json!({"rows": [{"setl_ym": "202610", "drg_code": "BR23", "pay_std_sum": 12.5}]});
        let case = output_3605(answer.clone(), Edition::default());
        assert_eq!(case["data"][0]["place_grp_pay_std"], 12.5);
        assert_eq!(case["data"][0]["vali_flag"], "1");
        let group = output_3611(answer, Edition::default());
        assert_eq!(group["data"][0]["setl_mon"], "202610");
    }
}
