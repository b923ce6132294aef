//! Malformed lists: wrong types, absurd values, too much of anything. Each is refused
//! with places or checked, never a panic.

use std::sync::LazyLock;

use chs_model::{Node, SettlementList};
use chs_quality::{CheckInput, Companions, Engine, Phase, Report};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{SchemeLike, clean};

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::builtin().expect("the shipped rules compile"));

/// Checks a list that parses in both phases.
fn checked(list: &Value) -> Result<Vec<Report>, usize> {
    let parsed = SettlementList::parse(list).map_err(|violations| violations.len())?;
    let tables = SchemeLike::default();
    let phases = [Phase::Pre, Phase::Post];
    let reports = phases.map(|phase| ENGINE.check(&CheckInput::new(&parsed, phase, &tables)));
    Ok(reports.into())
}

/// Any JSON, not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "[^\0]{0,20}".prop_map(Value::from),
        Just(Value::from("9999-99-99 99:99:99")),
        Just(Value::from("-99999999999999999999999999999.99")),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{0,8}", inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn anything_in_the_place_of_anything_is_answered(
        node in prop::sample::select(Node::ALL.to_vec()),
        member in 0..400_usize,
        value in any_json(),
        whole in any::<bool>(),
    ) {
        let mut list = clean();
        if whole {
            list[node.name()] = value;
        } else {
            let fields = node.fields();
            let field = fields[member % fields.len()].name();
            match &mut list[node.name()] {
                Value::Array(rows) if !rows.is_empty() => rows[0][field] = value,
                Value::Object(row) => drop(row.insert(field.to_owned(), value)),
                other => *other = json!([{ field: value }]),
            }
        }
        match checked(&list) {
            Err(violations) => prop_assert!(violations > 0),
            Ok(reports) => prop_assert_eq!(reports.len(), 2),
        }
    }

    #[test]
    fn anything_beside_a_list_is_taken_or_refused(value in any_json()) {
        let mut companions = Companions::default();
        let hospital = companions.hospital(&value);
        let page = companions.front_page(&value);
        let history = companions.put_json("HIST", &value);
        for outcome in [hospital, page, history] {
            if let Err(refused) = outcome {
                prop_assert!(!refused.to_string().is_empty());
            }
        }
        let list = SettlementList::parse(&clean()).expect("the clean list");
        let tables = SchemeLike::default();
        let input = CheckInput::new(&list, Phase::Post, &tables).with(&companions);
        let report = ENGINE.check(&input);
        prop_assert!(report.findings.iter().all(|one| one.pointer.starts_with('/')));
    }
}

#[test]
fn too_much_of_anything_is_refused_clearly() {
    let mut long = clean();
    long["setlinfo"]["psn_name"] = json!("甲".repeat(1 << 20));
    assert!(checked(&long).is_err(), "a value of a megabyte");
    let mut many = clean();
    many["diseinfo"] = Value::Array(vec![many["diseinfo"][1].clone(); 100_000]);
    match checked(&many) {
        Err(violations) => assert!(violations > 0),
        Ok(reports) => assert!(reports.iter().all(Report::has_errors)),
    }
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    assert!(
        serde_json::from_str::<Value>(&deep).is_err(),
        "too deep to read"
    );
}

#[test]
fn absurd_values_are_findings() {
    for (field, value) in [
        ("brdy", json!("0001-01-01")),
        ("adm_time", json!("9999-12-31 23:59")),
        ("dscg_time", json!("-2026-10-01")),
        ("age", json!("99999999999999999999")),
        ("act_ipt_days", json!(-2_147_483_648_i64)),
        ("vent_used_dura", json!("9999/23/59")),
        ("psn_cashpay", json!("79228162514264337593543950335")),
    ] {
        let mut list = clean();
        list["setlinfo"][field] = value.clone();
        match checked(&list) {
            Err(violations) => assert!(violations > 0, "{field} {value}"),
            Ok(reports) => assert!(reports.iter().any(Report::has_errors), "{field} {value}"),
        }
    }
}
