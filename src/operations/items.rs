//! Items of a message that are judged one by one: a malformed one is answered for itself
//! and never rejects its neighbours.

use jsonschema::Validator;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{error::FieldError, schemas};

/// Most items of a message.
pub(crate) const MOST_ITEMS: usize = 1_000;

/// An item, or what is wrong with it, with the id it carries if any.
pub(crate) type Item<T> = Result<T, BadItem>;

/// An item that does not have the form of one.
#[derive(Debug)]
pub struct BadItem {
    /// Its setl_id, as far as it has one.
    pub setl_id: String,
    /// What is wrong.
    pub errors: Vec<FieldError>,
}

/// Schema of the items of a message: any object passes, so that a malformed one is found
/// by [`parse`]; the form of a good one is told beside it.
pub(crate) fn schema(item: &Value) -> Value {
    json!({
        "type": "array", "minItems": 1, "maxItems": MOST_ITEMS,
        "items": {
            "type": "object",
            "description": "逐条校验，不合格者逐条答复 / each is judged by itself",
            "anyOf": [item, true],
        },
    })
}

/// Reads the items of a message.
///
/// # Errors
/// A fault of ours in the schema of an item.
pub(crate) fn parse<T: DeserializeOwned>(
    items: &Value,
    schema: &Value,
) -> Result<Vec<Item<T>>, Vec<FieldError>> {
    let validator = jsonschema::validator_for(schema)
        .map_err(|error| vec![FieldError::new("", "数据结构有误", error.to_string())])?;
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    let read = |(index, item): (usize, &Value)| {
        item_of(item, &validator).map_err(|mut errors| {
            for error in &mut errors {
                error.pointer = format!("/items/{index}{}", error.pointer);
            }
            let setl_id = item.get("setl_id").and_then(Value::as_str);
            BadItem {
                setl_id: setl_id.unwrap_or_default().chars().take(30).collect(),
                errors,
            }
        })
    };
    Ok(items.iter().enumerate().map(read).collect())
}

fn item_of<T: DeserializeOwned>(item: &Value, validator: &Validator) -> Result<T, Vec<FieldError>> {
    schemas::fits(validator, item)?;
    serde_json::from_value(item.clone())
        .map_err(|error| vec![FieldError::new("", "内容不正确", error.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_item_keeps_its_place_and_its_neighbours() {
        let schema = json!({"type": "object", "required": ["setl_id"],
            "properties": {"setl_id": {"type": "string"}, "n": {"type": "integer"}}});
        let items = json!([{"setl_id": "A"}, {"setl_id": "B", "n": "x"}, {"setl_id": "C"}]);
        let read: Vec<Item<Value>> = parse(&items, &schema).unwrap();
        assert!(read[0].is_ok() && read[2].is_ok());
        let bad = read[1].as_ref().unwrap_err();
        assert_eq!(
            (bad.setl_id.as_str(), bad.errors[0].pointer.as_str()),
            ("B", "/items/1/n")
        );
    }
}
