//! Changes of diagnoses, procedures and the person.

use serde_json::json;

use super::{Case, case, has, is, other, put, rows, second, simple_woman};

pub(super) fn of_rows() -> Vec<Case> {
    vec![
        case("a second principal", &["LOG-001"], |list| {
            rows(list, "diseinfo").is_some_and(|rows| {
                let mut row = other("B35.300");
                row["maindiag_flag"] = json!("1");
                rows.push(row);
                true
            })
        }),
        case("no principal", &["INT-060"], |list| {
            put(list, "diseinfo", 0, "maindiag_flag", json!("0"))
        }),
        case("no diagnoses", &["INT-059", "INT-060"], |list| {
            list["diseinfo"] = json!([]);
            !has(list, "7")
        }),
        case("an other diagnosis twice", &["LOG-002"], |list| {
            rows(list, "diseinfo").is_some_and(|rows| {
                rows.len() > 1 && {
                    rows.push(rows[1].clone());
                    true
                }
            })
        }),
        case("the principal as another", &["LOG-003"], |list| {
            rows(list, "diseinfo").is_some_and(|rows| {
                let mut row = rows[0].clone();
                row["maindiag_flag"] = json!("0");
                rows.push(row);
                true
            })
        }),
        case("a diagnosis without a name", &["INT-061"], |list| {
            put(list, "diseinfo", 0, "diag_name", json!(""))
        }),
        case("no condition on admission", &["INT-062"], |list| {
            put(list, "diseinfo", 0, "adm_cond_type", json!(""))
        }),
        case("another condition on admission", &["FMT-024"], |list| {
            put(list, "diseinfo", 0, "adm_cond_type", json!("5"))
        }),
        case("no kind of diagnosis", &["INT-063"], |list| {
            put(list, "diseinfo", 1, "diag_type", json!(""))
        }),
        case("another kind of diagnosis", &["FMT-043"], |list| {
            put(list, "diseinfo", 1, "diag_type", json!("4"))
        }),
        case("another principal flag", &["FMT-042"], |list| {
            put(list, "diseinfo", 1, "maindiag_flag", json!("2"))
        }),
        case("nothing was there on admission", &["LOG-024"], |list| {
            rows(list, "diseinfo").is_some_and(|rows| {
                rows.iter_mut()
                    .for_each(|row| row["adm_cond_type"] = json!("4"));
                true
            })
        }),
        case("two that exclude each other", &["LOG-027"], |list| {
            rows(list, "diseinfo").is_some_and(|rows| {
                rows.extend([other("K35.200"), other("K35.800")]);
                true
            })
        }),
        case("a disease of men", &["CLI-002"], |list| {
            is(list, "2")
                && rows(list, "diseinfo").is_some_and(|rows| {
                    rows.push(other("N40.x00"));
                    true
                })
        }),
        case("an operation of women", &["CLI-004"], |list| {
            is(list, "1") && second(list, &[("oprn_oprt_code", json!("68.3100"))])
        }),
        case("an operation of men", &["CLI-005"], |list| {
            is(list, "2") && second(list, &[("oprn_oprt_code", json!("60.2902"))])
        }),
        case("a delivery without an outcome", &["CLI-017"], |list| {
            simple_woman(list)
                && rows(list, "diseinfo").is_some_and(|rows| {
                    rows.push(other("O80.000"));
                    true
                })
        }),
        case("two outcomes of delivery", &["CLI-019"], |list| {
            simple_woman(list) && {
                list["setlinfo"]["nwb_bir_wt"] = json!("3000");
                rows(list, "diseinfo").is_some_and(|rows| {
                    rows.extend([other("Z37.000x001"), other("Z37.100")]);
                    true
                })
            }
        }),
        case("a section without a pregnancy", &["CLI-026"], |list| {
            simple_woman(list) && second(list, &[("oprn_oprt_code", json!("74.1x01"))])
        }),
        case("chemotherapy without a tumour", &["CLI-041"], |list| {
            let tumours = ["\"C", "\"D0", "\"D1", "\"D2", "\"D3", "\"D4"];
            let text = list["diseinfo"].to_string();
            let tumour = tumours.iter().any(|code| text.contains(code));
            !tumour && !has(list, "7") && put(list, "diseinfo", 0, "diag_code", json!("Z51.102"))
        }),
        case("long ventilation, short duration", &["CLI-032"], |list| {
            list["setlinfo"]["vent_used_dura"] = json!("0/1/0");
            !has(list, "96.7") && second(list, &[("oprn_oprt_code", json!("96.7201"))])
        }),
        case("short ventilation, no duration", &["CLI-033"], |list| {
            list["setlinfo"]["vent_used_dura"] = json!("0/0/0");
            !has(list, "96.7") && second(list, &[("oprn_oprt_code", json!("96.7101"))])
        }),
        case("an outpatient diagnosis of women", &["CLI-006"], |list| {
            list["setlinfo"]["wm_dise_code"] = json!("N80.000");
            is(list, "1")
        }),
        case("an outpatient diagnosis of men", &["CLI-006"], |list| {
            list["setlinfo"]["wm_dise_code"] = json!("N40.x00");
            is(list, "2")
        }),
        case("a disease of one sex, none stated", &["GRP-002"], |list| {
            let scheme = chs_grouper::Scheme::builtin("chs-drg-2.0").unwrap();
            let code = list["diseinfo"][0]["diag_code"]
                .as_str()
                .unwrap_or_default();
            let sexed = ["mdcm_principal", "mdcn_principal"];
            let sexed = sexed
                .iter()
                .any(|table| scheme.in_table(table, code) == Some(true));
            list["setlinfo"]["gend"] = json!("9");
            sexed
                && list["setlinfo"]["certno"]
                    .as_str()
                    .is_some_and(|number| number.len() == 18)
        }),
        case(
            "a pair of codes and its half",
            &["COD-001", "COD-011", "COD-012", "FMT-055"],
            |list| {
                rows(list, "diseinfo").is_some_and(|rows| {
                    rows.extend([other("A01.002+G01*"), other("G01*")]);
                    true
                })
            },
        ),
        case(
            "a clinical code of a diagnosis",
            &["COD-001", "COD-013"],
            |list| {
                rows(list, "diseinfo").is_some_and(|rows| {
                    rows.push(other("A01.000x002"));
                    true
                })
            },
        ),
        case(
            "a clinical code of an operation",
            &["COD-002", "COD-014"],
            |list| second(list, &[("oprn_oprt_code", json!("00.6600x008"))]),
        ),
        case(
            "an outpatient list without what it needs",
            &["INT-019", "INT-059", "INT-060", "INT-085"],
            |list| {
                let info = list["setlinfo"].as_object_mut().unwrap();
                info.shift_remove("adm_time");
                info.shift_remove("ipt_med_type");
                info.insert("opsp_diag_caty".into(), json!("A03"));
                let all = list.as_object_mut().unwrap();
                all.shift_remove("diseinfo");
                all.shift_remove("oprninfo");
                all.shift_remove("icuinfo").is_none()
                    && !list["setlinfo"].to_string().contains("nwb_")
            },
        ),
        case("a grey main operation", &["COD-017"], |list| {
            put(list, "oprninfo", 0, "oprn_oprt_code", json!("00.0100"))
        }),
        case("an operation without a name", &["INT-068"], |list| {
            put(list, "oprninfo", 0, "oprn_oprt_name", json!(""))
        }),
        case("an operation without a date", &["INT-069"], |list| {
            put(list, "oprninfo", 0, "oprn_oprt_date", json!(""))
        }),
        case("no main operation", &["INT-070"], |list| {
            put(list, "oprninfo", 0, "oprn_oprt_type", json!("2"))
        }),
        case("no surgeon", &["INT-071"], |list| {
            let scheme = chs_grouper::Scheme::builtin("chs-drg-2.0").unwrap();
            let code = list["oprninfo"][0]["oprn_oprt_code"]
                .as_str()
                .unwrap_or_default();
            scheme.in_table("ss_valid", code) == Some(true)
                && put(list, "oprninfo", 0, "oper_dr_code", json!(""))
        }),
        case("an anaesthesia of no kind", &["FMT-036"], |list| {
            put(list, "oprninfo", 0, "anst_way", json!("ZZ"))
        }),
        case(
            "another type of operation",
            &["FMT-044", "INT-070"],
            |list| put(list, "oprninfo", 0, "oprn_oprt_type", json!("3")),
        ),
        case("two main operations", &["LOG-005"], |list| {
            second(
                list,
                &[
                    ("oprn_oprt_code", json!("54.2100")),
                    ("oprn_oprt_type", json!("1")),
                ],
            )
        }),
        case("an operation twice", &["LOG-004"], |list| second(list, &[])),
        case(
            "an operation that is never the main one",
            &["LOG-039"],
            |list| put(list, "oprninfo", 0, "oprn_oprt_code", json!("00.4000")),
        ),
        case("operations that exclude each other", &["LOG-040"], |list| {
            second(list, &[("oprn_oprt_code", json!("07.6200"))])
                && second(list, &[("oprn_oprt_code", json!("07.1400"))])
        }),
        case(
            "an identity number with another checksum",
            &["FMT-006"],
            |list| {
                let number = list["setlinfo"]["certno"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                let last = if number.ends_with('1') { '2' } else { '1' };
                list["setlinfo"]["certno"] = json!(format!("{}{last}", &number[..17]));
                true
            },
        ),
        case(
            "an identity number of 17 digits",
            &["FMT-006", "FMT-007"],
            |list| {
                let number = list["setlinfo"]["certno"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                list["setlinfo"]["certno"] = json!(&number[..17]);
                true
            },
        ),
        case("blood of no kind", &["FMT-037"], |list| {
            let info = &mut list["setlinfo"];
            (info["bld_cat"], info["bld_amt"], info["bld_unt"]) =
                (json!("ZZ"), json!("2"), json!("1"));
            true
        }),
        case("no blood", &["FMT-038"], |list| {
            let info = &mut list["setlinfo"];
            (info["bld_cat"], info["bld_amt"], info["bld_unt"]) =
                (json!("1"), json!("0"), json!("1"));
            true
        }),
    ]
}
