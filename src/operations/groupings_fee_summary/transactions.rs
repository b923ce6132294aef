//! 3605 and 3606 (a month's grouped cases of DRG and of DIP), 3608 to 3611 (the comparison
//! under pseudonyms, DIP and DRG), Hunan V1.1.27.

use serde_json::{Map, Value, json};

use super::super::transaction::{Edition, Transaction, only, query, rename, rows};

pub(super) const TRANSACTIONS: &[Transaction] = &[
    Transaction::own("370105"),
    Transaction::query("3605", |input| cases(input, "drg"), output_3605),
    Transaction::query("3606", |input| cases(input, "dip"), output_3606),
    Transaction::query("3608", |input| institutions(input, "dip"), output_3610),
    Transaction::query("3609", |input| groups(input, "dip"), output_3609),
    Transaction::query("3610", |input| institutions(input, "drg"), output_3610),
    Transaction::query("3611", |input| groups(input, "drg"), output_3611),
];

fn cases(input: Value, grp_type: &str) -> Value {
    with(query(input), "case", grp_type)
}

fn institutions(input: Value, grp_type: &str) -> Value {
    let mut members = query(input);
    rename(&mut members, "setl_mon", "setl_ym");
    compared(members, "hospital", grp_type)
}

fn groups(input: Value, grp_type: &str) -> Value {
    let mut members = query(input);
    rename(&mut members, "setl_mon", "setl_ym");
    let code = match grp_type {
        "dip" => "dip_dise_grp_code",
        _ => "drg_code",
    };
    rename(&mut members, "dise_code", code);
    compared(members, "group", grp_type)
}

fn compared(mut members: Map<String, Value>, level: &str, grp_type: &str) -> Value {
    members.insert("compare".to_owned(), json!(true));
    with(members, level, grp_type)
}

/// The members with those that the transaction's number says.
fn with(mut members: Map<String, Value>, level: &str, grp_type: &str) -> Value {
    members.insert("level".to_owned(), json!(level));
    members.insert("grp_type".to_owned(), json!(grp_type));
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

fn output_3606(answer: Value, _: Edition) -> Value {
    rows(answer, |row| {
        // So it stands in the table.
        rename(row, "insutype_name", "Insutype_name");
        row.insert(
            "grp_stas_name".to_owned(),
            match row.get("grp_stas").and_then(Value::as_str) {
                Some("1") => json!("成功"),
                _ => json!("不成功"),
            },
        );
        cut(row);
        only(row, &COLUMNS_3606);
    })
}

#[rustfmt::skip]
const COLUMNS_3606: [&str; 29] = [
    "setl_id", "psn_no", "psn_name", "insutype", "setl_time", "clr_optins", "insu_admdvs",
    "fixmedins_code", "fixmedins_name", "fixmedins_lv", "nuld_flag", "grp_stas",
    "dip_dise_grp_code", "dip_dise_grp_name", "grp_diag_code", "grp_diag_name", "oprn_grp_code",
    "oprn_grp_name", "dise_list_type", "asst_list_flag", "asst_list_detl", "grp_dise_sco",
    "remarks", "Insutype_name", "grp_stas_name", "dise_list_type_name", "act_setl_sco",
    "sco_stas", "sco_stas_name",
];

fn output_3609(answer: Value, _: Edition) -> Value {
    rows(answer, |row| {
        rename(row, "setl_ym", "setl_mon");
        cut(row);
        only(
            row,
            &[
                "setl_mon",
                "dip_dise_grp_code",
                "dip_dise_grp_name",
                "grp_diag_code",
                "grp_diag_name",
                "oprn_grp_code",
                "oprn_grp_name",
                "admdvs",
                "medfee_sumamt",
                "ave_medfee_sumamt",
                "setl_psntime",
            ],
        );
    })
}

/// Texts of a catalogue within the published lengths.
fn cut(row: &mut Map<String, Value>) {
    for (name, most) in [
        ("dip_dise_grp_code", 200),
        ("dip_dise_grp_name", 500),
        ("grp_diag_code", 255),
        ("grp_diag_name", 255),
        ("oprn_grp_code", 500),
        ("oprn_grp_name", 500),
        ("asst_list_detl", 2000),
    ] {
        if let Some(Value::String(text)) = row.get_mut(name)
            && let Some((end, _)) = text.char_indices().nth(most)
        {
            text.truncate(end);
        }
    }
}

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
            cases(page(json!({"setl_ym": "202610", "setl_id": "S1"})), "drg"),
            cases(page(json!({"setl_ym": "202610"})), "dip"),
            institutions(page(json!({"setl_mon": "202610"})), "dip"),
            groups(
                page(json!({"setl_mon": "202610", "fixmedins_code": "p", "dise_code": "BR23"})),
                "drg",
            ),
            groups(
                page(
                    json!({"setl_mon": "202610", "fixmedins_code": "p", "dise_code": "K".repeat(200)}),
                ),
                "dip",
            ),
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
        let dip = json!({"rows": [{"setl_ym": "202610", "dip_dise_grp_code": "A", "grp_stas": "1",
            "insutype_name": "x", "oprn_grp_name": "术".repeat(501)}]});
        let case = output_3606(dip.clone(), Edition::default());
        let row = &case["data"][0];
        assert_eq!(
            (&row["Insutype_name"], &row["grp_stas_name"]),
            (&json!("x"), &json!("成功"))
        );
        assert_eq!(
            row["oprn_grp_name"]
                .as_str()
                .map(|text| text.chars().count()),
            Some(500)
        );
        let group = output_3609(dip, Edition::default());
        assert_eq!(group["data"][0]["setl_mon"], "202610");
        assert_eq!(group["data"][0]["dip_dise_grp_code"], "A");
    }
}
