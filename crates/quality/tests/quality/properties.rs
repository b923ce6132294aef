//! Whatever a list or a rule file holds, checking it ends with an answer.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chs_model::{Layout, Node, SettlementList};
use chs_quality::{CheckInput, Engine, Phase};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::support::SchemeLike;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::builtin().expect("the shipped rules compile"));

/// Values near what rules look at, and anything else.
fn value() -> impl Strategy<Value = Value> {
    let near = prop::sample::select(vec![
        "",
        " ",
        "0",
        "1",
        "2",
        "01",
        "9",
        "-1",
        "1e9",
        "0.5",
        "K35.300",
        "N40.x00",
        "O80.000",
        "A01.001+K77.0*",
        "+",
        "*",
        "M8000/3",
        "47.0100",
        "无",
        "2026-03-10",
        "2026-03-10 08:30",
        "0000-00-00",
        "9999-12-31",
        "1/13/24",
        "99999/99/99",
        "61040219810203101４",
        "610402198102031014",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
    ]);
    prop_oneof![
        4 => near.prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => "[^\0]{0,12}".prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn row(node: Node) -> impl Strategy<Value = Value> {
    let field = prop::sample::select(node.fields().to_vec());
    let members = prop::collection::vec((field, value()), 0..24);
    members.prop_map(|members| {
        let members = members.into_iter();
        let named = members.map(|(field, value)| (field.name().to_owned(), value));
        Value::Object(named.collect::<Map<_, _>>())
    })
}

fn list() -> impl Strategy<Value = Value> {
    let rows = |node| prop::collection::vec(row(node), 0..6).prop_map(Value::from);
    (
        row(Node::Setlinfo),
        rows(Node::Diseinfo),
        rows(Node::Oprninfo),
        rows(Node::Iteminfo),
        rows(Node::Icuinfo),
        rows(Node::Payinfo),
    )
        .prop_map(|(setlinfo, dx, op, items, icu, pay)| {
            serde_json::json!({
                "setlinfo": setlinfo, "diseinfo": dx, "oprninfo": op,
                "iteminfo": items, "icuinfo": icu, "payinfo": pay,
            })
        })
}

/// Conditions out of the words of the language in any order.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "and",
        "or",
        "xor",
        "not",
        "in",
        "where",
        "present",
        "means",
        "mod",
        "S.gend",
        "S.age",
        "S.brdy",
        "main.diag_code",
        "diag_code",
        "dx",
        "op",
        "any",
        "all",
        "count",
        "sum",
        "blank",
        "match",
        "len",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        "..",
        ".",
        "=",
        "!=",
        "<",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "1",
        "2.5",
        "01",
        "\"K35\"",
        "\"",
        "TAB.mcc",
        "TAB.icd10_yb",
        "cfg.los_factor",
        "TAB",
        "cfg",
        "true",
        "性",
        "iteminfo.amt",
        "repeated",
        "in(",
    ]);
    prop::collection::vec(word, 0..20).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_list_gets_an_answer(list in list()) {
        let parsed = SettlementList::parse(&list).expect("a list of the right shape");
        for phase in [Phase::Pre, Phase::Post] {
            let tables = SchemeLike::default();
            let input = CheckInput::new(&parsed, phase, &tables);
            for input in [input, input.in_layout(Layout::Provincial)] {
                let report = ENGINE.check(&input);
                let mut seen = BTreeSet::new();
                for finding in &report.findings {
                    prop_assert!(seen.insert((&finding.rule_id, &finding.pointer)), "{finding:?} twice");
                    let parent = finding.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
                    prop_assert!(list.pointer(parent).is_some(), "{finding:?}");
                    let value = list.pointer(&finding.pointer);
                    let blank = value.is_none_or(|value| value.is_null() || value.is_array()
                        || value.as_str().is_some_and(|text| text.trim().is_empty()));
                    prop_assert_eq!(finding.value.is_none(), blank, "{:?}", finding);
                }
                let undecided: BTreeSet<_> = report.not_evaluated.iter().map(|one| &one.rule_id).collect();
                prop_assert!(report.findings.iter().all(|finding| !undecided.contains(&finding.rule_id)));
            }
        }
    }

    #[test]
    fn any_condition_gets_an_answer(condition in prop_oneof![words(), "[^']{0,40}"]) {
        let file = format!(
            "category = \"format\"\n[[rule]]\nid = \"T\"\nphase = \"both\"\nseverity = \"info\"\n\
             fields = [\"setlinfo.gend\"]\ncondition = '''{condition}'''\nmessage = \"样例\"\n\
             message_en = \"sample\"\nsource = \"test\"\n"
        );
        if let Err(error) = Engine::from_toml(&[("t.toml", &file)]) {
            prop_assert!(error.line >= 1 && error.line <= file.lines().count() + 1);
            prop_assert!(error.column >= 1);
        }
    }
}
