//! The output of 4103, one list, in the names that its table prints (Hunan V1.1.27 and
//! XJ-K01-2021 V8.1): a list is stored in the names of its upload, 4101.
//!
//! Numbers of rows, fund splits and the agency's names are known to the platform's own
//! registers only and are left out. Where V8.1 seems to have lost underscores, V1.1.27's
//! names are written for both.

use serde_json::{Map, Value, json};

use super::super::transaction::{Edition, rename};

type Members = Map<String, Value>;

/// Names of `setlinfo` that V1.1.27 prints in another way than 4101 does; V8.1 keeps them.
const PROVINCIAL_HEAD: [(&str, &str); 9] = [
    ("adm_dept_code", "adm_dept_codg"),
    ("adm_way", "adm_way_code"),
    ("dscg_dept_code", "dscg_dept_codg"),
    ("nwb_age", "age_daus"),
    ("opsp_mdtrt_date", "opsp_mdtrt_time"),
    ("poscode", "emp_poscode"),
    ("refldept_dept", "refl_caty"),
    ("tcm_dise_code", "otp_tcm_diag_dise_code"),
    ("wm_dise_code", "otp_wm_diag_dise_code"),
];

/// Amounts of `iteminfo`, likewise.
const PROVINCIAL_ITEM: [(&str, &str); 5] = [
    ("amt", "item_sumamt"),
    ("claa_sumfee", "item_claa_sumfee"),
    ("clab_amt", "item_clab_amt"),
    ("fulamt_ownpay_amt", "item_fulamt_ownpay_amt"),
    ("oth_amt", "item_ownpay_amt"),
];

/// Times of a course in days, hours and minutes: one text in 4101 (`1/2/30`), three numbers
/// in 4103 of both editions.
const COURSES: [(&str, [&str; 3]); 3] = [
    (
        "vent_used_dura",
        ["vent_used_days", "vent_used_h_cnt", "vent_used_m_cnt"],
    ),
    (
        "pwcry_bfadm_coma_dura",
        ["bfadm_coma_days", "bfadm_coma_h_cnt", "bfadm_coma_m_cnt"],
    ),
    (
        "pwcry_afadm_coma_dura",
        ["afadm_coma_days", "afadm_coma_h_cnt", "afadm_coma_m_cnt"],
    ),
];

/// What each row of a node repeats of the head.
const KEYS: [&str; 3] = ["setl_id", "psn_no", "mdtrt_id"];

/// The nodes of 4103 of an answer of `lists.uploads` about one list.
pub(super) fn output(mut answer: Value, edition: Edition) -> Value {
    let mut nodes = match answer.get_mut("list").map(Value::take) {
        Some(Value::Object(nodes)) => nodes,
        _ => Members::new(),
    };
    let mut head = match nodes.shift_remove("setlinfo") {
        Some(Value::Object(head)) => head,
        _ => Members::new(),
    };
    stored(&mut head, &mut answer);
    courses(&mut head);
    if edition == Edition::Provincial {
        renamed(&mut head, &PROVINCIAL_HEAD);
    }
    for (name, rows) in &mut nodes {
        let rows = rows.as_array_mut().into_iter().flatten();
        for row in rows.filter_map(Value::as_object_mut) {
            if name == "iteminfo" {
                rename(row, "med_chrgitm", "med_chrgitm_type");
                if edition == Edition::Provincial {
                    renamed(row, &PROVINCIAL_ITEM);
                }
            }
            // The table of transfusions has none of them.
            for key in KEYS.into_iter().filter(|_| name != "bldinfo") {
                if let Some(value) = head.get(key) {
                    row.insert(key.to_owned(), value.clone());
                }
            }
        }
    }
    let mut output = Members::new();
    output.insert("setlinfo".to_owned(), Value::Object(head));
    output.append(&mut nodes);
    Value::Object(output)
}

/// What the gateway knows better than the upload.
fn stored(head: &mut Members, answer: &mut Value) {
    let known = [
        ("setl_id", "setl_id"),
        ("setl_list_id", "setl_list_sn"),
        ("fixmedins_code", "fixmedins_code"),
        ("stas_type", "stas_type"),
        ("uploaded_at", "dcla_time"),
    ];
    for (ours, published) in known {
        if let Some(value) = answer.get_mut(ours) {
            head.insert(published.to_owned(), value.take());
        }
    }
}

fn renamed(members: &mut Members, names: &[(&str, &str)]) {
    for (uploaded, published) in names {
        rename(members, uploaded, published);
    }
}

/// A text that is no such time stays as it was uploaded.
fn courses(head: &mut Members) {
    for (uploaded, published) in COURSES {
        let text = head.get(uploaded).and_then(Value::as_str);
        let Some(parts) = text.and_then(days_hours_minutes) else {
            continue;
        };
        head.shift_remove(uploaded);
        for (name, part) in published.into_iter().zip(parts) {
            head.insert(name.to_owned(), json!(part));
        }
    }
}

fn days_hours_minutes(text: &str) -> Option<[u32; 3]> {
    let mut parts = text.split('/').map(|part| part.trim().parse().ok());
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Value {
        json!({"setl_id": "S1", "setl_list_id": "L1", "stas_type": "1",
            "fixmedins_code": "H1", "uploaded_at": "2026-10-01 00:00:00",
            "list": {
                "setlinfo": {"gend": "1", "stas_type": "0", "psn_no": "P1", "adm_way": "1",
                    "vent_used_dura": "1/2/30", "pwcry_bfadm_coma_dura": "3小时"},
                "diseinfo": [],
                "iteminfo": [{"med_chrgitm": "01", "amt": 1}],
                "bldinfo": [{"bld_cat": "1"}]}})
    }

    #[test]
    fn a_list_comes_back_in_the_names_of_v1_1_27() {
        assert_eq!(
            output(answer(), Edition::Provincial),
            json!({
                "setlinfo": {"gend": "1", "stas_type": "1", "psn_no": "P1",
                    "pwcry_bfadm_coma_dura": "3小时", "setl_id": "S1", "setl_list_sn": "L1",
                    "fixmedins_code": "H1", "dcla_time": "2026-10-01 00:00:00",
                    "vent_used_days": 1, "vent_used_h_cnt": 2, "vent_used_m_cnt": 30,
                    "adm_way_code": "1"},
                "diseinfo": [],
                "iteminfo": [{"med_chrgitm_type": "01", "item_sumamt": 1, "setl_id": "S1",
                    "psn_no": "P1"}],
                "bldinfo": [{"bld_cat": "1"}]})
        );
    }

    #[test]
    fn v8_1_keeps_the_names_of_the_upload() {
        let output = output(answer(), Edition::National);
        assert_eq!(output["setlinfo"]["adm_way"], "1");
        assert_eq!(output["setlinfo"]["vent_used_h_cnt"], 2);
        assert_eq!(
            output["iteminfo"],
            json!([{"amt": 1, "med_chrgitm_type": "01", "setl_id": "S1", "psn_no": "P1"}])
        );
    }

    #[test]
    fn a_time_has_three_parts() {
        for text in ["", "1", "1/2", "1/2/3/4", "1/-2/3", "a/b/c", "1.5/0/0"] {
            assert_eq!(days_hours_minutes(text), None, "{text}");
        }
        assert_eq!(days_hours_minutes("0/0/0"), Some([0, 0, 0]));
    }
}
