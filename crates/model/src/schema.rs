//! JSON Schema of the list, made from the field table.

use serde_json::{Map, Value, json};

use crate::list::{MAX_ROWS, MAX_TEXT};
use crate::node::Node;

/// The JSON Schema (draft 2020-12) of a full-layout list: shapes and types only.
///
/// Nothing is required, every field may be a string, a number or null, every known
/// spelling is allowed and nothing else.
#[must_use]
pub fn settlement_list() -> Value {
    let mut nodes = Map::new();
    let mut definitions = Map::new();
    for node in Node::ALL {
        definitions.insert(node.name().to_owned(), row(node));
        let reference = json!({ "$ref": format!("#/$defs/{}", node.name()) });
        let shape = match node {
            Node::Setlinfo => json!({ "anyOf": [reference, { "type": "null" }] }),
            _ => json!({ "type": ["array", "null"], "maxItems": MAX_ROWS, "items": reference }),
        };
        nodes.insert(node.name().to_owned(), shape);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:chs-gateway:settlement-list",
        "title": "医疗保障基金结算清单 / settlement list (4101, all layouts)",
        "type": "object",
        "additionalProperties": false,
        "properties": nodes,
        "$defs": definitions,
    })
}

fn row(node: Node) -> Value {
    let mut properties = Map::new();
    for field in node.fields() {
        let def = field.def();
        for name in std::iter::once(&def.name).chain(def.aliases) {
            let shape = json!({
                "title": def.cn_name,
                "type": ["string", "number", "null"],
                "maxLength": MAX_TEXT,
            });
            properties.insert((*name).to_owned(), shape);
        }
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use serde_json::json;

    use super::settlement_list;
    use crate::SettlementList;

    #[test]
    fn it_is_a_valid_schema() {
        assert!(jsonschema::meta::is_valid(&settlement_list()));
        let diagnosis = &settlement_list()["$defs"]["diseinfo"];
        insta::assert_snapshot!(serde_json::to_string_pretty(diagnosis).unwrap());
    }

    #[test]
    fn it_agrees_with_the_parser() {
        let schema = jsonschema::validator_for(&settlement_list()).unwrap();
        for input in [
            json!({}),
            json!({"setlinfo": null, "diseinfo": null}),
            json!({"setlinfo": {"gend": "1", "age": 61.5, "nwb_admtype": null}}),
            json!({"diseinfo": [{"diag_code": "I10.x00x002"}], "iteminfo": [{"amt": 12.50}]}),
            json!([]),
            json!({"other": 1}),
            json!({"setlinfo": []}),
            json!({"setlinfo": {"gend": true}}),
            json!({"setlinfo": {"gend": {"code": "1"}}}),
            json!({"diseinfo": {}}),
            json!({"diseinfo": ["A00.000"]}),
            json!({"diseinfo": [{"gend": "1"}]}),
            json!({"setlinfo": {"psn_name": "名".repeat(2_000)}}),
            json!({"setlinfo": {"psn_name": "名".repeat(2_001)}}),
            json!({"diseinfo": vec![json!({}); 500]}),
            json!({"diseinfo": vec![json!({}); 501]}),
        ] {
            assert_eq!(
                schema.is_valid(&input),
                SettlementList::parse(&input).is_ok(),
                "{input}"
            );
        }
    }
}
