//! Published and derived examples, reproduced to the printed decimal. Those printed
//! wrong at their source are computed right and must differ.
//!
//! `worked_examples.csv` carries the public ones; a further collection beside the
//! repository is read when it is there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod worked;

use std::collections::BTreeMap;
use std::path::Path;

use rust_decimal::{Decimal, RoundingStrategy};
use worked::{Values, evaluate};

const EXAMPLES: &str = include_str!("worked_examples.csv");

struct Example {
    id: String,
    method: String,
    inputs: Values,
    printed: Values,
    printed_wrong: bool,
}

fn pairs(text: &str) -> Values {
    text.split("; ")
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn carried() -> Vec<Example> {
    csv::Reader::from_reader(EXAMPLES.as_bytes())
        .records()
        .map(|row| {
            let row = row.unwrap();
            Example {
                id: row[0].to_owned(),
                method: row[1].to_owned(),
                inputs: pairs(&row[2]),
                printed: pairs(&row[3]),
                printed_wrong: &row[4] == "true",
            }
        })
        .collect()
}

/// The collection beside the repository; `None` when it is not there.
fn beside() -> Option<Vec<Example>> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/payment/worked_examples.json");
    let text = std::fs::read_to_string(path).ok()?;
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let values = |value: &serde_json::Value| -> Values {
        let map = value.as_object().unwrap().iter();
        map.map(|(key, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (key.clone(), text)
        })
        .collect()
    };
    let part = |name: &str, printed: &str| -> Vec<Example> {
        json[name]
            .as_array()
            .unwrap()
            .iter()
            .map(|example| Example {
                id: example["id"].as_str().unwrap().to_owned(),
                method: example["method"].as_str().unwrap().to_owned(),
                inputs: values(&example["inputs"]),
                printed: values(&example[printed]),
                printed_wrong: example["bad_source"].as_bool().unwrap_or(false),
            })
            .collect()
    };
    let mut all = part("examples", "expected");
    all.extend(part("derived_vectors", "outputs"));
    Some(all)
}

/// Whether the computed value, rounded to the printed decimals, is the printed one.
fn reproduces(printed: &str, computed: &str) -> bool {
    let (Ok(wanted), Ok(had)) = (printed.parse::<Decimal>(), computed.parse::<Decimal>()) else {
        return printed == computed;
    };
    let rounding = RoundingStrategy::MidpointAwayFromZero;
    had.round_dp_with_strategy(wanted.scale(), rounding) == wanted
}

fn check(examples: &[Example]) {
    let mut batches = Vec::new();
    let (mut equal, mut different, mut stated) = (0, BTreeMap::new(), 0);
    println!(
        "{:<17} {:<28} {:<22} {:>14} {:>26}  result",
        "id", "method", "value", "printed", "computed"
    );
    for example in examples {
        let computed = evaluate(&example.method, &example.inputs, &mut batches)
            .unwrap_or_else(|| panic!("{}: no formula for {}", example.id, example.method));
        for (name, printed) in &example.printed {
            // Its base is not stated by the source and it follows from no other figure.
            let (value, result) = if name == "self_pay_share_pct" {
                stated += 1;
                ("-", "stated by the source only")
            } else {
                let value = computed
                    .get(name)
                    .unwrap_or_else(|| panic!("{}: {name} is not computed", example.id));
                let same = reproduces(printed, value);
                if same {
                    equal += 1;
                } else {
                    different.insert(example.id.as_str(), (printed.as_str(), value.clone()));
                }
                (value.as_str(), if same { "equal" } else { "DIFFERENT" })
            };
            println!(
                "{:<17} {:<28} {name:<22} {printed:>14} {value:>26}  {result}",
                example.id, example.method
            );
        }
    }
    println!(
        "{equal} equal, {} different, {stated} stated by the source only",
        different.len()
    );
    let wrong: Vec<&str> = examples
        .iter()
        .filter(|example| example.printed_wrong)
        .map(|example| example.id.as_str())
        .collect();
    assert_eq!(different.keys().copied().collect::<Vec<_>>(), wrong);
    assert!(equal > 0);
}

#[test]
fn the_carried_examples_are_reproduced() {
    let examples = carried();
    assert_eq!(examples.len(), 32);
    check(&examples);
}

#[test]
fn the_two_printed_wrong_are_computed_right() {
    let right: BTreeMap<&str, (&str, &str)> = BTreeMap::from([
        ("DE-004", ("revenue", "6367.48")),
        ("US-002", ("ime_pct", "12.67")),
    ]);
    let wrong: Vec<Example> = carried().into_iter().filter(|e| e.printed_wrong).collect();
    assert_eq!(wrong.len(), right.len());
    for example in wrong {
        let (name, expected) = right[example.id.as_str()];
        let computed = evaluate(&example.method, &example.inputs, &mut Vec::new()).unwrap();
        assert!(reproduces(expected, &computed[name]), "{}", example.id);
        assert!(
            !reproduces(&example.printed[name], &computed[name]),
            "{}",
            example.id
        );
    }
}

#[test]
fn the_collection_beside_the_repository_is_reproduced() {
    match beside() {
        Some(examples) => check(&examples),
        None => println!("not there: ../shared/payment/worked_examples.json"),
    }
}
