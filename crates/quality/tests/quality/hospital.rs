//! The test vectors of the hospital-side requirements, H1 to H13.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use chs_quality::hospital::{
    CatalogueItem, CatalogueQuery, CategoryChange, ChangeKind, Coverage, DecoctionMark,
    DischargeState, WardStay, catalogue_diff, category_change, decoction_mark, discharge,
    emergency_lines, fee_change, mapping_edit, mapping_gaps,
};
use chs_quality::{CheckInput, Companions, Config, Engine, Phase};
use serde_json::{Value, json};

use crate::support::{SchemeLike, clean, parsed};

fn time(text: &str) -> NaiveDateTime {
    chs_model::parse_datetime(text).expect("a time")
}

/// Ids of the findings of a list with what stands beside it.
fn found(list: &Value, hospital: &Value, settings: &str) -> Vec<String> {
    let config = Config::builtin().expect("the shipped settings");
    let config = config.with(settings).expect("known settings");
    let engine = Engine::builtin_with(&config).expect("the shipped rules compile");
    let mut companions = Companions::default();
    companions.hospital(hospital).expect("a hospital node");
    if let Some(settlement) = hospital.get("settlement") {
        companions
            .put_json("settlement", settlement)
            .expect("a record");
    }
    let (list, tables) = (parsed(list), SchemeLike::default());
    let report = engine.check(&CheckInput::new(&list, Phase::Pre, &tables).with(&companions));
    report
        .findings
        .iter()
        .map(|finding| finding.rule_id.to_string())
        .collect()
}

fn has(list: &Value, hospital: &Value, rule: &str) -> bool {
    found(list, hospital, "").iter().any(|id| id == rule)
}

#[test]
fn h1_and_h2_admission_is_ward_entry() {
    let mut list = clean();
    list["setlinfo"]["adm_time"] = json!("2026-03-10 09:12");
    let hospital = json!({"ward_entry_time": "2026-03-10 10:05"});
    assert!(has(&list, &hospital, "QC-TIM-028"));
    let entry = time("2026-03-10 10:05");
    assert_eq!(
        discharge(None, entry).map_err(|refused| refused.code),
        Err("ADM_TIME_NOT_CHANGED")
    );
    list["setlinfo"]["adm_time"] = json!("2026-03-10 10:05");
    assert!(!has(&list, &hospital, "QC-TIM-028"));
    assert_eq!(discharge(Some(time("2026-03-10 10:05:40")), entry), Ok(()));
}

#[test]
fn h3_a_diagnosis_of_the_record_is_missing() {
    let record = ["K35.300", "E11.900", "I10.x00x002", "J18.900"];
    let hospital = json!({"diagnoses": record.map(|code| json!({"code": code}))});
    assert!(has(&clean(), &hospital, "QC-INT-089"));
    let five = ["A", "B", "C", "D", "E"];
    let coverage = Coverage::of(five, ["A", "B", "C", "D"]);
    assert_eq!(coverage.rate().normalize().to_string(), "0.8");
    assert_eq!(coverage.missing, ["E"]);
    assert_eq!(Coverage::of([], []).rate().to_string(), "1");
}

#[test]
fn h4_and_h5_operations_by_the_interface_of_the_area() {
    let codes = ["47.0100", "54.2100", "54.5100x005"];
    let rows = codes.map(|code| json!({"code": code, "role": "other"}));
    let hospital = json!({"operations": rows});
    assert!(has(&clean(), &hospital, "QC-INT-090"));
    let hospital = json!({"operations": [{"code": "54.5100x005", "role": "main"}, {"code": "47.0100", "role": "other"}]});
    let single = found(&clean(), &hospital, "multi_op_interface = false");
    assert!(single.contains(&"QC-INT-091".to_owned()));
    assert!(!single.contains(&"QC-INT-090".to_owned()));
}

#[test]
fn h6_the_stay_in_three_forms() {
    let stay =
        WardStay::between(time("2025-06-12 10:00"), time("2025-06-15 09:00")).expect("a stay");
    assert_eq!(
        (stay.minutes, stay.written().as_str(), stay.days),
        (4260, "2/23/0", 3)
    );
    assert_eq!(
        WardStay::between(time("2025-06-12 10:00"), time("2025-06-12 09:59")),
        None
    );
    let mut list = clean();
    list["setlinfo"]["act_ipt_days"] = json!(7);
    assert!(has(&list, &json!({}), "QC-TIM-009"));
}

#[test]
fn h7_and_h8_fees_after_discharge() {
    let hospital = |state: &str| {
        json!({
            "discharge_state": state,
            "discharge_done_time": "2026-03-16 10:00",
            "fee_lines": [{"change_time": "2026-03-16 10:05"}],
        })
    };
    assert!(has(&clean(), &hospital("done"), "QC-FEE-031"));
    assert!(!has(&clean(), &hospital("cancelled"), "QC-FEE-031"));
    let asked = time("2026-03-16 10:05");
    let refused = fee_change(DischargeState::Done, asked);
    assert_eq!(
        refused.map_err(|refused| refused.code),
        Err("DISCHARGE_NOT_CANCELLED")
    );
    assert_eq!(
        fee_change(DischargeState::Cancelled(time("2026-03-16 10:04")), asked),
        Ok(())
    );
    assert!(fee_change(DischargeState::Cancelled(time("2026-03-16 10:06")), asked).is_err());
}

#[test]
fn h9_the_three_days_of_admission() {
    let days = |in_house: &str| json!({"inhouse_dip_adm_time": in_house, "settlement": {"adm_time": "2026-03-10"}});
    assert!(has(&clean(), &days("2026-03-09"), "QC-TIM-030"));
    assert!(!has(&clean(), &days("2026-03-10"), "QC-TIM-030"));
}

#[test]
fn h10_emergency_lines_end_before_ward_entry() {
    let lines = ["09:59", "10:05", "10:06"].map(|at| time(&format!("2025-03-01 {at}")));
    assert_eq!(emergency_lines(&lines, time("2025-03-01 10:05")), [0]);
}

#[test]
fn h11_filters_of_the_catalogue_difference_all_hold() {
    let item = |code: &str, approval: &str, maker: &str| CatalogueItem {
        nhsa_code: code.into(),
        reg_name: "样例".into(),
        approval_no: approval.into(),
        manufacturer: maker.into(),
        spec: String::new(),
        valid_from: None,
        valid_to: None,
    };
    let earlier = [
        item("A1", "X", "Y"),
        item("A2", "X", "Y"),
        item("A9", "X", "Y"),
    ];
    let later = [
        item("A1", "X", "甲Y"),
        item("A2", "X", "Y"),
        item("A3", "X", "Z"),
        item("A4", "W", "Y"),
    ];
    let used: BTreeSet<&str> = ["A1", "A2", "A3", "A4", "A9"].into();
    let today = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
    let changes = catalogue_diff(&earlier, &later, &used, today);
    let kinds: Vec<_> = changes
        .iter()
        .map(|one| (one.item.nhsa_code.as_str(), one.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("A1", ChangeKind::Changed),
            ("A3", ChangeKind::Added),
            ("A4", ChangeKind::Added),
            ("A9", ChangeKind::Expired)
        ]
    );
    let query = CatalogueQuery {
        approval_no: Some("X"),
        manufacturer: Some("Y"),
        ..Default::default()
    };
    let fitting = changes.iter().filter(|one| query.fits(one.item));
    assert_eq!(
        fitting
            .map(|one| one.item.nhsa_code.as_str())
            .collect::<Vec<_>>(),
        ["A1", "A9"]
    );
    assert!(
        changes
            .iter()
            .all(|one| CatalogueQuery::default().fits(one.item))
    );
}

#[test]
fn h12_h13_and_the_other_guards() {
    assert_eq!(
        mapping_edit(true).map_err(|refused| refused.code),
        Err("MAPPING_ACTIVE")
    );
    assert_eq!(mapping_edit(false), Ok(()));
    assert_eq!(mapping_gaps(true, "C01", "", "4.0mm"), ["material"]);
    assert_eq!(mapping_gaps(false, " ", "", ""), ["nhsa_code"]);
    assert_eq!(decoction_mark("无"), None);
    assert_eq!(decoction_mark(""), None);
    assert_eq!(decoction_mark("符合"), Some(DecoctionMark::Reimbursed));
    assert_eq!(
        decoction_mark("不符合(自费)"),
        Some(DecoctionMark::SelfPaid)
    );
    let change = CategoryChange {
        from: "1",
        to: "2",
        settled: false,
        uploaded: false,
        planned_hours: 24,
        most_hours: 24,
    };
    assert_eq!(category_change(change), Ok(()));
    let refused =
        |change: CategoryChange<'_>| category_change(change).map_err(|refused| refused.code);
    assert_eq!(
        refused(CategoryChange {
            settled: true,
            ..change
        }),
        Err("STAY_SETTLED")
    );
    assert_eq!(
        refused(CategoryChange {
            uploaded: true,
            ..change
        }),
        Err("LIST_UPLOADED")
    );
    assert_eq!(
        refused(CategoryChange {
            from: "2",
            ..change
        }),
        Err("CATEGORY_NOT_ALLOWED")
    );
    let long = CategoryChange {
        planned_hours: 49,
        most_hours: 72,
        ..change
    };
    assert_eq!(refused(long), Err("PLANNED_STAY_TOO_LONG"));
}
