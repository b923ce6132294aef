//! What follows from a list: principal codes, age, stay, cost.

#![allow(clippy::unwrap_used)]

use chs_model::fields::{diseinfo, oprninfo};
use chs_model::{Money, SettlementList};
use serde_json::{Value, json};

fn list(input: Value) -> SettlementList {
    SettlementList::parse(&input).unwrap()
}

fn diagnoses(list: &SettlementList) -> (Option<String>, Vec<String>) {
    let code = |row: &chs_model::Row| row.text(diseinfo::DIAG_CODE).unwrap_or_default().to_owned();
    (
        list.principal_diagnosis().map(code),
        list.other_diagnoses().map(code).collect(),
    )
}

#[test]
fn the_flag_makes_the_principal_diagnosis() {
    let flagged = list(json!({"diseinfo": [
        {"diag_type": "2", "diag_code": "A04.01", "maindiag_flag": "1"},
        {"diag_type": "1", "diag_code": "I10.x00x002", "maindiag_flag": "0"},
        {"diag_type": "1", "diag_code": "I63.900", "maindiag_flag": 1},
        {"diag_type": "1", "diag_code": " ", "maindiag_flag": "0"},
        {"diag_type": "1", "diag_code": "E11.900", "maindiag_flag": "1"},
    ]}));
    let (principal, others) = diagnoses(&flagged);
    assert_eq!(principal.as_deref(), Some("I63.900"));
    assert_eq!(others, ["I10.x00x002", "E11.900"]);
}

#[test]
fn without_a_flag_the_first_western_diagnosis_stands() {
    let unflagged = list(json!({"diseinfo": [
        {"diag_type": "3", "diag_code": "B01"},
        {"diag_code": "J18.900"},
        {"diag_type": "1", "diag_code": "I10.x00x002"},
    ]}));
    let (principal, others) = diagnoses(&unflagged);
    assert_eq!(principal.as_deref(), Some("J18.900"));
    assert_eq!(others, ["I10.x00x002"]);
    assert_eq!(diagnoses(&list(json!({}))), (None, Vec::new()));
}

#[test]
fn a_principal_row_without_code_is_not_replaced_by_another() {
    let blank = list(json!({"diseinfo": [
        {"diag_type": "1", "diag_code": "I10.x00x002", "maindiag_flag": "0"},
        {"diag_type": "1", "diag_code": "", "maindiag_flag": "1"},
    ]}));
    assert_eq!(
        diagnoses(&blank),
        (Some(String::new()), vec!["I10.x00x002".to_owned()])
    );
}

#[test]
fn procedures_without_code_are_skipped() {
    let operated = list(json!({"oprninfo": [
        {"oprn_oprt_type": "1", "oprn_oprt_code": ""},
        {"oprn_oprt_type": "2", "oprn_oprt_code": "88.7200"},
        {"oprn_oprt_type": "1", "oprn_oprt_code": "36.0700"},
    ]}));
    let code = |row: &chs_model::Row| row.text(oprninfo::OPRN_OPRT_CODE).unwrap().to_owned();
    assert_eq!(
        operated.principal_procedure().map(code).as_deref(),
        Some("36.0700")
    );
    assert_eq!(
        operated.other_procedures().map(code).collect::<Vec<_>>(),
        ["88.7200"]
    );
    let unmarked = list(json!({"oprninfo": [{"oprn_oprt_code": "88.7200"}]}));
    assert_eq!(
        unmarked.principal_procedure().map(code).as_deref(),
        Some("88.7200")
    );
}

#[test]
fn placeholders_for_no_operation_are_no_procedures() {
    for placeholder in ["无", "0000", "-", "—", " 无 "] {
        let none = list(json!({"oprninfo": [
            {"oprn_oprt_type": "1", "oprn_oprt_code": placeholder},
        ]}));
        assert_eq!(none.principal_procedure(), None, "{placeholder}");
        let beside = list(json!({"oprninfo": [
            {"oprn_oprt_type": "1", "oprn_oprt_code": placeholder},
            {"oprn_oprt_type": "2", "oprn_oprt_code": "88.7200"},
        ]}));
        assert_eq!(beside.coded_procedures().count(), 1, "{placeholder}");
        assert_eq!(beside.other_procedures().count(), 0, "{placeholder}");
    }
}

#[test]
fn a_birth_date_with_a_time_of_day_is_understood() {
    let newborn = list(json!({"setlinfo": {
        "brdy": "2026-09-28 23:50:00", "adm_time": "2026-10-01 08:00", "age": "7",
    }}));
    assert_eq!(
        (newborn.age_years(), newborn.age_days()),
        (Some(0), Some(3))
    );
}

#[test]
fn age_is_counted_at_admission() {
    let adult = list(
        json!({"setlinfo": {"brdy": "1960-10-02", "adm_time": "2026-10-01 08:00", "age": "99"}}),
    );
    assert_eq!(adult.age_years(), Some(65));
    let newborn = list(json!({"setlinfo": {"brdy": "2026-09-28", "adm_time": "2026-10-01 08:00"}}));
    assert_eq!(
        (newborn.age_years(), newborn.age_days()),
        (Some(0), Some(3))
    );
    let unborn = list(json!({"setlinfo": {"brdy": "2026-10-02", "adm_time": "2026-10-01 08:00"}}));
    assert_eq!((unborn.age_years(), unborn.age_days()), (None, None));
}

#[test]
fn declared_ages_serve_where_a_date_is_missing() {
    let declared = |setlinfo: Value| {
        let list = list(json!({"setlinfo": setlinfo}));
        (list.age_years(), list.age_days())
    };
    assert_eq!(declared(json!({"age": "61.5"})), (Some(61), None));
    assert_eq!(declared(json!({"age": ""})), (None, None));
    assert_eq!(declared(json!({"nwb_age": 12})), (Some(0), Some(12)));
    assert_eq!(declared(json!({"age_days": "12"})), (Some(0), Some(12)));
    assert_eq!(
        declared(json!({"age": "-1", "nwb_age": "70000"})),
        (None, None)
    );
}

#[test]
fn a_stay_is_at_least_one_day() {
    let stay = |adm: &str, dscg: &str| {
        list(json!({"setlinfo": {"adm_time": adm, "dscg_time": dscg, "act_ipt_days": "9"}}))
            .length_of_stay()
    };
    assert_eq!(stay("2026-06-12 23:00", "2026-06-15 01:00"), Some(3));
    assert_eq!(stay("2026-06-12 08:00", "2026-06-12 20:00"), Some(1));
    assert_eq!(stay("2026-06-12 08:00", "2026-06-11 20:00"), None);
    assert_eq!(stay("2026-06-12 08:00", ""), Some(9));
}

#[test]
fn the_total_is_the_sum_of_the_items() {
    let total = |amounts: Value| list(json!({"iteminfo": amounts})).total_cost();
    assert_eq!(
        total(json!([{"amt": "100.10"}, {"amt": 0.2}])),
        Some(Money::from_fen(10_030))
    );
    assert_eq!(total(json!([{"amt": "100.10"}, {}])), None);
    assert_eq!(total(json!([{"amt": "0.001"}])), None);
    assert_eq!(
        total(json!([{"amt": "92233720368547758.07"}, {"amt": "0.01"}])),
        None
    );
    assert_eq!(total(json!([])), None);
}
