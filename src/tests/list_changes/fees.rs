//! Changes of amounts.

use serde_json::json;

use super::{Case, case, put};

pub(super) fn of_fees() -> Vec<Case> {
    vec![
        case("no fee items", &["FEE-006", "INT-075"], |list| {
            list["iteminfo"] = json!([]);
            list["setlinfo"]["psn_ownpay"].as_f64() > Some(0.02)
        }),
        case("a fee item without its amount", &["INT-076"], |list| {
            put(list, "iteminfo", 0, "amt", json!(""))
        }),
        case("no fund payment", &["INT-077"], |list| {
            list["payinfo"] = json!([]);
            true
        }),
        case("a fund payment without its amount", &["INT-078"], |list| {
            put(list, "payinfo", 0, "fund_payamt", json!(""))
        }),
        case("a fee item of no kind", &["FMT-040"], |list| {
            put(list, "iteminfo", 0, "med_chrgitm", json!("15"))
        }),
        case("a fund of no kind", &["FMT-041"], |list| {
            put(list, "payinfo", 0, "fund_pay_type", json!("999"))
        }),
        case("an amount that is none", &["FMT-050"], |list| {
            put(list, "payinfo", 0, "fund_payamt", json!("百元"))
        }),
        case("a negative amount", &["FEE-002", "FMT-051"], |list| {
            put(list, "iteminfo", 0, "amt", json!(-5))
        }),
        case("an item that is not its parts", &["FEE-002"], |list| {
            let amount = list["iteminfo"][0]["amt"].as_f64().unwrap_or_default();
            put(
                list,
                "iteminfo",
                0,
                "amt",
                json!(format!("{:.2}", amount + 1.0)),
            )
        }),
        case("more cash than the patient's share", &["FEE-004"], |list| {
            let cash = list["setlinfo"]["psn_cashpay"].as_f64().unwrap_or_default();
            list["setlinfo"]["psn_cashpay"] = json!(format!("{:.2}", cash + 1.0));
            true
        }),
        case(
            "own expense beyond that of the items",
            &["FEE-006"],
            |list| {
                let amount = |name: &str| list["setlinfo"][name].as_f64().unwrap_or_default();
                let (own, shared) = (amount("psn_ownpay") + 1.0, amount("psn_selfpay") - 1.0);
                list["setlinfo"]["psn_ownpay"] = json!(format!("{own:.2}"));
                list["setlinfo"]["psn_selfpay"] = json!(format!("{shared:.2}"));
                shared > 0.0
            },
        ),
    ]
}
