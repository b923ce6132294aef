//! The changes of `list_mutations`, each with the rules that it must raise.

mod births;
mod fees;
mod rows;
mod times;
mod values;

use serde_json::{Value, json};

use crate::list_mutations::moved;
pub(crate) use values::required;
use values::{MAINS, OTHERS, PROCEDURES, VALUES};

/// A change, and the ids (without `QC-`) that it raises.
pub(crate) struct Case {
    pub(crate) name: String,
    /// Makes the change; false where the list does not lend itself to it.
    pub(crate) change: Box<dyn Fn(&mut Value) -> bool>,
    pub(crate) rules: Vec<&'static str>,
}

fn case(name: &str, rules: &[&'static str], change: impl Fn(&mut Value) -> bool + 'static) -> Case {
    Case {
        name: name.to_owned(),
        change: Box::new(change),
        rules: rules.to_vec(),
    }
}

fn adult(list: &Value) -> bool {
    let text = |value: &Value| value.to_string().trim_matches('"').parse().unwrap_or(0);
    (20..65).contains(&text(&list["setlinfo"]["age"]))
}

fn is(list: &Value, gend: &str) -> bool {
    list["setlinfo"]["gend"] == gend
}

fn rows<'l>(list: &'l mut Value, node: &str) -> Option<&'l mut Vec<Value>> {
    list.get_mut(node)?
        .as_array_mut()
        .filter(|rows| !rows.is_empty())
}

/// Sets a member of a row.
fn put(list: &mut Value, node: &str, row: usize, member: &str, value: Value) -> bool {
    let found = rows(list, node).and_then(|rows| rows.get_mut(row));
    found.is_some_and(|row| {
        row[member] = value;
        true
    })
}

fn other(code: &str) -> Value {
    json!({"diag_type": "1", "diag_code": code, "diag_name": "样例", "adm_cond_type": "1", "maindiag_flag": "0"})
}

/// A second procedure like the first, but for what is named.
fn second(list: &mut Value, members: &[(&str, Value)]) -> bool {
    let Some(rows) = rows(list, "oprninfo") else {
        return false;
    };
    let mut row = rows[0].clone();
    row["oprn_oprt_type"] = json!("2");
    for (name, value) in members {
        row[*name] = value.clone();
    }
    rows.push(row);
    true
}

/// An hour-long stay in intensive care, by minutes after admission.
fn intensive(list: &mut Value, from: i64, to: i64, dura: &str, kind: &str) -> bool {
    if list
        .get("icuinfo")
        .and_then(Value::as_array)
        .is_some_and(|rows| !rows.is_empty())
    {
        return false;
    }
    let begun = list["setlinfo"]["adm_time"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    list["icuinfo"] = json!([{
        "scs_cutd_ward_type": kind, "scs_cutd_inpool_time": moved(&begun, from),
        "scs_cutd_exit_time": moved(&begun, to), "scs_cutd_sum_dura": dura,
    }]);
    true
}

fn simple_woman(list: &Value) -> bool {
    let text = list["diseinfo"].to_string();
    adult(list) && is(list, "2") && !text.contains("\"O") && !text.contains("\"Z3")
}

/// All changes.
pub(crate) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for (field, value, rules) in VALUES {
        let name = format!("{field} = {value}");
        all.push(case(&name, rules, move |list| {
            let ventilated = list["setlinfo"].get("vent_used_dura").is_some();
            let newborn = list["setlinfo"].get("nwb_age").is_some();
            let days = list["setlinfo"]["act_ipt_days"].as_i64();
            list["setlinfo"][field] = json!(value);
            adult_shape(list)
                && !ventilated
                && !newborn
                && (days > Some(3) || !value.contains("/25/"))
        }));
    }
    for (code, rules) in MAINS {
        all.push(case(&format!("main {code}"), rules, move |list| {
            let delivers = list["diseinfo"].to_string().contains("\"O") || has(list, "7");
            let same = list["diseinfo"].to_string().matches(code).count() > 0 && !code.is_empty();
            !delivers && !same && adult(list) && put(list, "diseinfo", 0, "diag_code", json!(code))
        }));
    }
    for (code, rules) in OTHERS {
        all.push(case(&format!("other {code}"), rules, move |list| {
            let fits = adult(list) && (code != "O03.900" || is(list, "1"));
            let twice = list["diseinfo"].to_string().contains(code);
            fits && !twice
                && rows(list, "diseinfo").is_some_and(|rows| {
                    rows.push(other(code));
                    true
                })
        }));
    }
    for (code, rules) in PROCEDURES {
        all.push(case(&format!("procedure {code}"), rules, move |list| {
            list["setlinfo"].get("vent_used_dura").is_none()
                && !list["oprninfo"].to_string().contains(code)
                && second(list, &[("oprn_oprt_code", json!(code))])
        }));
    }
    all.extend(births::of_births());
    all.extend(rows::of_rows());
    all.extend(times::of_times());
    all.extend(fees::of_fees());
    all
}

/// Whether the list has a procedure whose code begins so.
fn has(list: &Value, beginning: &str) -> bool {
    let rows = list.get("oprninfo").and_then(Value::as_array);
    let mut codes = rows
        .into_iter()
        .flatten()
        .filter_map(|row| row["oprn_oprt_code"].as_str());
    codes.any(|code| code.starts_with(beginning))
}

/// Grown up by the birth date, whatever the age now says.
fn adult_shape(list: &Value) -> bool {
    let sexed = list["diseinfo"].to_string();
    let birth = list["setlinfo"]["brdy"].as_str().unwrap_or_default();
    // sex is asked for by deliveries and by the diseases of one sex
    let plain = [
        "\"O", "\"N4", "\"N5", "\"N7", "\"N8", "\"N9", "\"C5", "\"C6", "\"D2", "\"D0", "\"D4",
    ];
    (birth < "2005" || birth.len() == 8) && !plain.iter().any(|code| sexed.contains(code))
}
