//! Changes of mothers and newborns.

use serde_json::{Value, json};

use super::{Case, case, has, other, put, rows, second, simple_woman};

/// Adds diagnoses to the list of a woman who bears no child, with the weight of the
/// newborn.
fn birth(list: &mut Value, codes: &[&str], weight: Option<&str>) -> bool {
    let fits = simple_woman(list) && list["setlinfo"].get("nwb_bir_wt").is_none();
    if let Some(weight) = weight {
        list["setlinfo"]["nwb_bir_wt"] = json!(weight);
    }
    let more = codes.iter().map(|code| other(code));
    fits && rows(list, "diseinfo").is_some_and(|rows| {
        rows.extend(more);
        true
    })
}

/// A newborn of one weight, without a code that names it.
fn newborn(list: &Value) -> bool {
    let info = &list["setlinfo"];
    let days = info["nwb_age"].as_i64();
    days.is_some_and(|days| days <= 28)
        && info["nwb_bir_wt"].is_i64()
        && !list["diseinfo"].to_string().contains("\"P0")
}

fn grams(list: &Value) -> i64 {
    list["setlinfo"]["nwb_bir_wt"].as_i64().unwrap_or_default()
}

pub(super) fn of_births() -> Vec<Case> {
    vec![
        case("a birth as it should be", &[], |list| {
            birth(list, &["O80.000", "Z37.000x001"], Some("3000"))
        }),
        case("a birth without the weight", &["INT-058"], |list| {
            birth(list, &["O80.000", "Z37.000x001"], None)
        }),
        case("two weights of one newborn", &["CLI-025"], |list| {
            birth(list, &["O80.000", "Z37.000x001"], Some("3000,2900"))
        }),
        case("one weight of twins", &["CLI-025"], |list| {
            birth(list, &["O84.000", "Z37.200x003"], Some("3000"))
        }),
        case("a single delivery of twins", &["CLI-020"], |list| {
            birth(list, &["O80.000", "Z37.200x003"], Some("3000,2900"))
        }),
        case("a multiple delivery of one", &["CLI-021"], |list| {
            birth(list, &["O84.000", "Z37.000x001"], Some("3000"))
        }),
        case("a dead fetus born alive", &["CLI-022"], |list| {
            birth(list, &["O36.401", "O80.000", "Z37.000x001"], Some("3000"))
        }),
        case("an abortion with an outcome", &["CLI-023"], |list| {
            birth(list, &["O03.001", "Z37.100x002"], None)
        }),
        case(
            "a mother's list with a newborn's age",
            &["CLI-024", "TIM-006", "TIM-007"],
            |list| {
                list["setlinfo"]["nwb_age"] = json!(200);
                birth(list, &["O80.000", "Z37.000x001"], Some("3000"))
            },
        ),
        case("a normal delivery with forceps", &["CLI-027"], |list| {
            !has(list, "7")
                && birth(list, &["O80.000", "Z37.000x001"], Some("3000"))
                && second(list, &[("oprn_oprt_code", json!("72.0x00"))])
        }),
        case("an obstetric code at seventy", &["CLI-010"], |list| {
            let old = list["setlinfo"]["age"].as_i64() > Some(64);
            let woman = list["setlinfo"]["gend"] == "2";
            old && woman
                && rows(list, "diseinfo").is_some_and(|rows| {
                    rows.push(other("O26.000"));
                    true
                })
        }),
        case("a newborn heavier than its code", &["CLI-048"], |list| {
            newborn(list)
                && grams(list) >= 2500
                && rows(list, "diseinfo").is_some_and(|rows| {
                    rows.push(other("P07.101"));
                    true
                })
        }),
        case(
            "a mother's condition as principal",
            &["GRP-001", "LOG-008"],
            |list| newborn(list) && put(list, "diseinfo", 0, "diag_code", json!("P00.001")),
        ),
        case(
            "the outcome of delivery as principal",
            &["GRP-001", "LOG-016"],
            |list| {
                simple_woman(list) && put(list, "diseinfo", 0, "diag_code", json!("Z37.100x002"))
            },
        ),
        case(
            "an infant without any age",
            &["GRP-003", "INT-007"],
            |list| {
                let info = list["setlinfo"].as_object_mut().unwrap();
                info.insert("brdy".into(), json!(""));
                info.insert("age".into(), json!(0));
                info.shift_remove("nwb_adm_wt");
                info.shift_remove("nwb_age").is_some()
            },
        ),
        case(
            "a newborn of no age and no weight",
            &["FMT-016", "GRP-004", "TIM-006"],
            |list| {
                let info = list["setlinfo"].as_object_mut().unwrap();
                let weight = info.shift_remove("nwb_bir_wt").is_some();
                info.shift_remove("nwb_adm_wt");
                info.insert("nwb_age".into(), json!(-1));
                weight && !list["diseinfo"].to_string().contains("\"Z37")
            },
        ),
    ]
}
