//! JSON Schema of the configuration file, out of the types that read it.

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::Config;

/// The JSON Schema (2020-12) of the configuration file: every key with its description and
/// its default; what is not there takes the default, what is unknown is refused.
///
/// # Errors
/// A type whose schema is no JSON, which would be a fault of ours.
pub fn schema() -> Result<Value, serde_json::Error> {
    let mut named = Vec::new();
    Config::schemas(&mut named);
    let mut definitions = Map::new();
    for (name, schema) in named {
        definitions.insert(name, serde_json::to_value(schema)?);
    }
    let mut root = serde_json::to_value(Config::schema())?;
    let defaults = serde_json::to_value(Config::default())?;
    with_defaults(&mut root, &defaults, &mut definitions);
    let mut document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:chs-gateway:config",
    });
    if let (Some(all), Value::Object(root)) = (document.as_object_mut(), root) {
        all.extend(root);
        all.insert("$defs".to_owned(), Value::Object(definitions));
    }
    let text = document
        .to_string()
        .replace("#/components/schemas/", "#/$defs/");
    serde_json::from_str(&text)
}

/// Writes the defaults beside the properties of an object, and requires none of them: every
/// key that has a default may be left out.
fn with_defaults(schema: &mut Value, defaults: &Value, definitions: &mut Map<String, Value>) {
    let (Some(schema), Some(defaults)) = (schema.as_object_mut(), defaults.as_object()) else {
        return;
    };
    schema.remove("required");
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (key, property) in properties {
        let Some(default) = defaults.get(key).filter(|default| !default.is_null()) else {
            continue;
        };
        let table = definition(property).filter(|_| default.is_object());
        if let Some((name, mut table)) = table.and_then(|name| definitions.remove_entry(&name)) {
            with_defaults(&mut table, default, definitions);
            definitions.insert(name, table);
        } else if let Some(property) = property.as_object_mut() {
            property.insert("default".to_owned(), default.clone());
        }
    }
}

/// The definition that a property refers to.
fn definition(property: &Value) -> Option<String> {
    let reference = property.get("$ref").and_then(Value::as_str)?;
    reference.rsplit('/').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_fit_and_unknown_keys_do_not() {
        let schema = schema().unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let defaults = serde_json::to_value(Config::default()).unwrap();
        let faults: Vec<_> = validator
            .iter_errors(&defaults)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:?}");
        for (wrong, why) in [
            (json!({"limits": {"body_byte": 3}}), "an unknown key"),
            (json!({"environment": "test"}), "an unknown environment"),
            (json!({"tls": {"certificate": "a.pem"}}), "no private key"),
            (json!({"limits": {"window_seconds": "300"}}), "a text"),
        ] {
            assert!(!validator.is_valid(&wrong), "{why}: {wrong}");
        }
        assert!(validator.is_valid(&json!({"limits": {"window_seconds": 60}})));
    }
}
