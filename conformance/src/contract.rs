//! The table of operations (`tables/operations.toml`) against the interface that the gateway
//! publishes: every operation stands in it and meets every kind of refusal.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use toml::Table;

use crate::{case::load_all, embedded};

/// Paths of operations, with their ids, of the published interface.
fn published() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = fs::read_to_string(root.join("openapi/openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .filter_map(|(path, methods)| {
            let id = methods.get("post")?["operationId"].as_str().unwrap();
            // The transaction door takes all of them at one address.
            let path = path.strip_prefix("/api/v1/").or_else(|| {
                assert!(id.starts_with("transaction."), "{path}");
                None
            })?;
            Some((path.to_owned(), id.to_owned()))
        })
        .collect()
}

fn rows() -> Vec<Table> {
    let text = embedded::text::<embedded::Tables>("operations.toml").unwrap();
    let file: Table = toml::from_str(&text).unwrap();
    let rows = file["row"].as_array().unwrap();
    rows.iter()
        .map(|row| row.as_table().unwrap().clone())
        .collect()
}

#[test]
fn every_operation_of_the_interface_stands_in_the_table() {
    let table: BTreeMap<String, String> = rows()
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            (text("path"), text("operation"))
        })
        .collect();
    assert_eq!(table, published());
}

#[test]
fn every_operation_meets_every_kind_of_refusal() {
    let ids: Vec<String> = load_all()
        .unwrap()
        .into_iter()
        .map(|case| case.id)
        .collect();
    for row in rows() {
        let key = row["key"].as_str().unwrap();
        let met = |family: &str| {
            let (whole, part) = (format!("{family}-{key}"), format!("{family}-{key}-"));
            ids.iter().any(|id| *id == whole || id.starts_with(&part))
        };
        for kind in [
            &["SEC-ROLE"][..],
            &["HOS-TYPE"],
            &["HOS-BIG"],
            &["HOS-CUT"],
            &["HOS-UNK"],
            &["SEC-BIT"],
            &["SEC-OLD"],
        ] {
            assert!(kind.iter().any(|family| met(family)), "{key}: {kind:?}");
        }
        // The two that do not fit every operation; the table says why.
        for (kind, column) in [
            (["SEC-AGAIN", "SEC-USED"], "unclaimed"),
            (["SEC-INST", "SEC-THEIR"], "unscoped"),
        ] {
            let reason = row.get(column).and_then(toml::Value::as_str);
            let is_met = kind.iter().any(|family| met(family));
            assert_eq!(is_met, reason.is_none(), "{key}: {kind:?}");
            assert!(reason.is_none_or(|reason| reason.contains(" / ")), "{key}");
        }
    }
}
