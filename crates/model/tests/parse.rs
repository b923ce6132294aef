//! Reading a list: shapes, pointers, spellings, lexemes, guards.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use chs_model::fields::{bldinfo, iteminfo, setlinfo};
use chs_model::{MAX_ROWS, MAX_TEXT, Node, SettlementList, Violation, ViolationKind};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn faults(input: &Value) -> Vec<Violation> {
    SettlementList::parse(input).unwrap_err()
}

fn fault(input: &Value) -> (String, ViolationKind) {
    let faults = faults(input);
    assert_eq!(faults.len(), 1, "{faults:?}");
    (faults[0].pointer.clone(), faults[0].kind)
}

#[test]
fn a_list_may_lack_anything() {
    let list = SettlementList::parse(&json!({})).unwrap();
    assert!(list.setlinfo().is_blank(setlinfo::GEND));
    for node in Node::ALL {
        assert_eq!(list.rows(node).len(), usize::from(node == Node::Setlinfo));
    }
    let nulls = json!({"setlinfo": {"gend": null}, "diseinfo": null});
    assert_eq!(SettlementList::parse(&nulls).unwrap(), list);
}

#[test]
fn unknown_members_are_named_by_escaped_pointers() {
    let input = json!({
        "setlinfo": {"a/b~c": "1"},
        "diseinfo": [{}, {"gend": "1"}],
        "hospital": {},
    });
    let found: Vec<_> = faults(&input)
        .into_iter()
        .map(|fault| (fault.pointer, fault.kind))
        .collect();
    let unknown = |pointer: &str| (pointer.to_owned(), ViolationKind::UnknownMember);
    assert_eq!(
        found,
        [
            unknown("/setlinfo/a~1b~0c"),
            unknown("/diseinfo/1/gend"),
            unknown("/hospital"),
        ]
    );
}

#[test]
fn every_wrong_type_has_its_pointer() {
    let wrong = |pointer: &str| (pointer.to_owned(), ViolationKind::WrongType);
    let nested = |pointer: &str| (pointer.to_owned(), ViolationKind::NotScalar);
    assert_eq!(fault(&json!([])), wrong(""));
    assert_eq!(fault(&json!({"setlinfo": []})), wrong("/setlinfo"));
    assert_eq!(fault(&json!({"diseinfo": {}})), wrong("/diseinfo"));
    assert_eq!(
        fault(&json!({"diseinfo": [{}, "A00.000"]})),
        wrong("/diseinfo/1")
    );
    assert_eq!(
        fault(&json!({"setlinfo": {"gend": true}})),
        wrong("/setlinfo/gend")
    );
    assert_eq!(
        fault(&json!({"setlinfo": {"gend": {"code": "1"}}})),
        nested("/setlinfo/gend")
    );
    assert_eq!(
        fault(&json!({"iteminfo": [{"amt": [1]}]})),
        nested("/iteminfo/0/amt")
    );
}

#[test]
fn both_spellings_are_read_and_one_is_written() {
    let input = json!({
        "setlinfo": {"nwb_admtype": "1", "adm_dept_codg": "K01"},
        "bldinfo": [{"setl_list_bld_id": "B1"}],
    });
    let list = SettlementList::parse(&input).unwrap();
    assert_eq!(list.setlinfo().text(setlinfo::NWB_ADM_TYPE), Some("1"));
    assert_eq!(
        list.setlinfo().pointer(setlinfo::NWB_ADM_TYPE),
        "/setlinfo/nwb_admtype"
    );
    assert_eq!(
        list.setlinfo().pointer(setlinfo::NWB_BIR_WT),
        "/setlinfo/nwb_bir_wt"
    );
    let blood = &list.rows(Node::Bldinfo)[0];
    assert_eq!(
        blood.pointer(bldinfo::SETL_LIST_BLD_ID),
        "/bldinfo/0/setl_list_bld_id"
    );
    assert_eq!(
        list.to_json(),
        json!({
            "setlinfo": {"nwb_adm_type": "1", "adm_dept_code": "K01"},
            "bldinfo": [{"setl_List_bld_Id": "B1"}],
        })
    );
    assert_eq!(SettlementList::parse(&list.to_json()).unwrap(), list);
    let twice = json!({"setlinfo": {"nwb_adm_type": "1", "nwb_admtype": "1"}});
    assert_eq!(
        fault(&twice),
        ("/setlinfo/nwb_admtype".to_owned(), ViolationKind::Duplicate)
    );
}

#[test]
fn lexemes_are_kept_as_sent() {
    let input: Value =
        serde_json::from_str(r#"{"iteminfo": [{"amt": 12.50}, {"amt": "12.50"}, {"amt": 100.0}]}"#)
            .unwrap();
    let list = SettlementList::parse(&input).unwrap();
    let texts: Vec<_> = list
        .rows(Node::Iteminfo)
        .iter()
        .map(|row| row.text(iteminfo::AMT).unwrap())
        .collect();
    assert_eq!(texts, ["12.50", "12.50", "100.0"]);
    let written = serde_json::to_string(&list.to_json()).unwrap();
    assert_eq!(
        written,
        r#"{"setlinfo":{},"iteminfo":[{"amt":12.50},{"amt":"12.50"},{"amt":100.0}]}"#
    );
}

#[test]
fn values_are_read_by_kind() {
    let input = json!({"setlinfo": {"age": " 61.5 ", "brdy": "1965-03-01", "adm_time": "2026-10-01 08:30", "gend": "  "}});
    let list = SettlementList::parse(&input).unwrap();
    let row = list.setlinfo();
    assert_eq!(row.decimal(setlinfo::AGE).unwrap().to_string(), "61.5");
    assert_eq!(row.date(setlinfo::BRDY).unwrap().to_string(), "1965-03-01");
    assert_eq!(
        row.datetime(setlinfo::ADM_TIME).unwrap().to_string(),
        "2026-10-01 08:30:00"
    );
    assert!(row.is_blank(setlinfo::GEND));
    assert_eq!(row.text(setlinfo::GEND), Some("  "));
    assert_eq!(row.text(iteminfo::AMT), None, "a field of another node");
    assert_eq!(row.values().count(), 4);
}

#[test]
fn size_and_character_guards() {
    let long = "长".repeat(MAX_TEXT);
    assert!(SettlementList::parse(&json!({"setlinfo": {"curr_addr": long}})).is_ok());
    let longer = "长".repeat(MAX_TEXT + 1);
    let input = json!({"setlinfo": {"curr_addr": longer}});
    assert_eq!(
        fault(&input),
        ("/setlinfo/curr_addr".to_owned(), ViolationKind::TooLong)
    );
    let digits: Value = serde_json::from_str(&format!(
        r#"{{"setlinfo":{{"age":{}}}}}"#,
        "1".repeat(MAX_TEXT + 1)
    ))
    .unwrap();
    assert_eq!(fault(&digits).1, ViolationKind::TooLong);
    assert!(SettlementList::parse(&json!({"diseinfo": vec![json!({}); MAX_ROWS]})).is_ok());
    let rows = json!({"diseinfo": vec![json!({}); MAX_ROWS + 1]});
    assert_eq!(
        fault(&rows),
        ("/diseinfo".to_owned(), ViolationKind::TooManyRows)
    );
    let null = json!({"setlinfo": {"psn_name": "测\u{0}试"}});
    assert_eq!(
        fault(&null),
        (
            "/setlinfo/psn_name".to_owned(),
            ViolationKind::ForbiddenCharacter
        )
    );
}

#[test]
fn a_hostile_message_makes_a_short_answer() {
    let members: Map<String, Value> = (0..5_000).map(|i| (format!("x{i}"), json!(1))).collect();
    assert_eq!(faults(&json!({"setlinfo": members})).len(), 100);
}

#[test]
fn messages_never_quote_the_value() {
    for fault in faults(&json!({"setlinfo": {"certno": ["secret"], "psn_name": "secret\u{0}"}})) {
        assert!(
            !fault.zh.contains("secret") && !fault.en.contains("secret"),
            "{fault:?}"
        );
    }
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[^\u{0}]{0,12}".prop_map(Value::String),
        any::<i64>().prop_map(Value::from),
        "(0|[1-9][0-9]{0,8})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?"
            .prop_map(|lexeme| serde_json::from_str(&lexeme).unwrap()),
    ]
}

fn row(node: Node) -> impl Strategy<Value = Value> {
    let names: Vec<&'static str> = node.fields().iter().map(|field| field.name()).collect();
    prop::collection::hash_map(prop::sample::select(names), scalar(), 0..8)
        .prop_map(|members| {
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        })
        .prop_map(Value::Object)
}

fn list() -> impl Strategy<Value = Value> {
    let rows = |node| prop::collection::vec(row(node), 0..4);
    (row(Node::Setlinfo), rows(Node::Diseinfo), rows(Node::Iteminfo), rows(Node::Oprninfo), rows(Node::Bldinfo))
        .prop_map(|(setlinfo, diseinfo, iteminfo, oprninfo, bldinfo)| {
            json!({"setlinfo": setlinfo, "diseinfo": diseinfo, "iteminfo": iteminfo, "oprninfo": oprninfo, "bldinfo": bldinfo})
        })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        scalar()
    ];
    let key = prop_oneof![
        Just("setlinfo".to_owned()),
        Just("diseinfo".to_owned()),
        Just("gend".to_owned()),
        "\\PC{0,4}"
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(input in list()) {
        let list = SettlementList::parse(&input).unwrap();
        let written = list.to_json();
        let again = SettlementList::parse(&written).unwrap();
        prop_assert_eq!(&again, &list);
        prop_assert_eq!(&again.to_json(), &written);
        prop_assert_eq!(list.to_text(), written.to_string());
    }

    #[test]
    fn any_json_is_read_or_refused_with_pointers_that_lead_into_it(input in any_json()) {
        match SettlementList::parse(&input) {
            Ok(list) => {
                let _ = (list.age_years(), list.age_days(), list.length_of_stay(), list.total_cost());
                let written = list.to_json();
                prop_assert_eq!(&SettlementList::parse(&written).unwrap(), &list);
                prop_assert_eq!(list.to_text(), written.to_string());
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    prop_assert!(input.pointer(&fault.pointer).is_some(), "{}", fault.pointer);
                }
            }
        }
    }
}
