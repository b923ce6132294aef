//! Changes of times and ages.

use serde_json::{Value, json};

use super::{Case, adult, case, intensive, put, rows};
use crate::list_mutations::moved;

pub(super) fn of_times() -> Vec<Case> {
    let dscg = |days: i64| {
        move |list: &mut Value| {
            let at = list["setlinfo"]["dscg_time"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            list["setlinfo"]["dscg_time"] = json!(moved(&at, days * 1440));
            list["setlinfo"]["act_ipt_days"] != 1 && list["icuinfo"].is_null()
        }
    };
    vec![
        case("admission without a time of day", &["FMT-004"], |list| {
            let at = list["setlinfo"]["adm_time"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            list["setlinfo"]["adm_time"] = json!(&at[..10]);
            true
        }),
        case("discharge a day later", &["TIM-009"], dscg(1)),
        case(
            "discharge in the future",
            &["TIM-009", "TIM-026"],
            dscg(4000),
        ),
        case(
            "discharge before admission",
            &["TIM-001", "TIM-009"],
            move |list| list["oprninfo"].is_null() && dscg(-400)(list),
        ),
        case(
            "birth after admission",
            &["TIM-002", "TIM-003", "TIM-005"],
            |list| {
                list["setlinfo"]["brdy"] = json!("2027-01-01");
                adult(list)
                    && list["setlinfo"].get("nwb_age").is_none()
                    && !list["diseinfo"].to_string().contains("\"O")
            },
        ),
        case("another birth date", &["TIM-003", "TIM-005"], |list| {
            let birth = list["setlinfo"]["brdy"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let year: i32 = birth[..4].parse().unwrap_or_default();
            list["setlinfo"]["brdy"] = json!(format!("{}{}", year - 1, &birth[4..]));
            adult(list) && !birth.ends_with("02-29")
        }),
        case("a year older", &["TIM-005"], |list| {
            let age = list["setlinfo"]["age"].as_i64().unwrap_or_default();
            list["setlinfo"]["age"] = json!(age + 1);
            adult(list)
        }),
        case("no age", &["INT-052", "INT-054"], |list| {
            let fits = adult(list);
            list["setlinfo"]
                .as_object_mut()
                .unwrap()
                .shift_remove("age");
            fits
        }),
        case("age in days of an adult", &["TIM-006", "TIM-007"], |list| {
            list["setlinfo"]["nwb_age"] = json!(200);
            adult(list) && !list["diseinfo"].to_string().contains("\"Z37")
        }),
        case(
            "age in days beyond a year",
            &["FMT-016", "TIM-006", "TIM-007"],
            |list| {
                list["setlinfo"]["nwb_age"] = json!(366);
                adult(list) && !list["diseinfo"].to_string().contains("\"Z37")
            },
        ),
        case(
            "a newborn of an adult's age",
            &["INT-055", "INT-056", "INT-057", "TIM-006", "TIM-007"],
            |list| {
                list["setlinfo"]["nwb_age"] = json!(5);
                adult(list) && !list["diseinfo"].to_string().contains("\"Z37")
            },
        ),
        case(
            "an infant without age in days",
            &["INT-052", "INT-053"],
            |list| {
                list["setlinfo"]
                    .as_object_mut()
                    .unwrap()
                    .shift_remove("nwb_age")
                    .is_some()
                    && list["setlinfo"].get("age").is_none()
            },
        ),
        case("a day more in hospital", &["TIM-009"], |list| {
            let days = list["setlinfo"]["act_ipt_days"]
                .as_i64()
                .unwrap_or_default();
            list["setlinfo"]["act_ipt_days"] = json!(days + 1);
            true
        }),
        case("settlement ends before it begins", &["TIM-023"], |list| {
            list["setlinfo"]["setl_begn_date"] = json!("2026-11-02");
            list["setlinfo"]["setl_end_date"] = json!("2026-11-01");
            true
        }),
        case("operation before admission", &["TIM-011"], |list| {
            put(list, "oprninfo", 0, "oprn_oprt_date", json!("2020-01-01"))
        }),
        case("operation ends before it begins", &["TIM-012"], |list| {
            put(
                list,
                "oprninfo",
                0,
                "oprn_oprt_begntime",
                json!("2026-10-20 10:00:00"),
            ) && put(
                list,
                "oprninfo",
                0,
                "oprn_oprt_endtime",
                json!("2026-10-20 09:00:00"),
            )
        }),
        case("anaesthesia ends before it begins", &["TIM-013"], |list| {
            put(
                list,
                "oprninfo",
                0,
                "anst_begntime",
                json!("2026-10-20 10:00:00"),
            ) && put(
                list,
                "oprninfo",
                0,
                "anst_endtime",
                json!("2026-10-20 09:00:00"),
            )
        }),
        case("intensive care as it should be", &[], |list| {
            intensive(list, 10, 70, "0/1/0", "4")
        }),
        case("intensive care backwards", &["TIM-016"], |list| {
            intensive(list, 70, 40, "0/0/20", "4")
        }),
        case("intensive care before admission", &["TIM-017"], |list| {
            intensive(list, -30, 30, "0/1/0", "4")
        }),
        case("another duration of intensive care", &["TIM-018"], |list| {
            intensive(list, 10, 70, "0/3/0", "4")
        }),
        case("intensive care of no kind", &["FMT-039"], |list| {
            intensive(list, 10, 70, "0/1/0", "Z")
        }),
        case("a duration of another form", &["FMT-023"], |list| {
            intensive(list, 10, 70, "1小时", "4")
        }),
        case("intensive care without its kind", &["INT-079"], |list| {
            intensive(list, 10, 70, "0/1/0", "")
        }),
        case("intensive care twice at once", &["TIM-019"], |list| {
            intensive(list, 10, 70, "0/1/0", "4")
                && rows(list, "icuinfo").is_some_and(|rows| {
                    rows.push(rows[0].clone());
                    true
                })
        }),
    ]
}
