//! The interface against the one that callers were given before (`openapi/previous/`):
//! what worked then must work now. After a release, copy `openapi/openapi.json` and
//! `schemas/` there.

use std::{fs, path::Path};

use serde_json::{Value, json};

/// What a caller of `before` would stumble over in `now`.
fn breaks(before: &Value, now: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, item) in members(&before["paths"]) {
        for (method, operation) in members(item) {
            let kept = &now["paths"][path][method];
            if kept.is_null() {
                found.push(format!("{method} {path} is gone"));
            } else if kept["operationId"] != operation["operationId"] {
                found.push(format!("{method} {path} has another operationId"));
            }
        }
    }
    let answers = &before["components"]["schemas"];
    for (name, schema) in members(answers) {
        // The envelope is one and the same, whatever the name of what lies within.
        let envelope = name.starts_with("SealedAnswer_");
        let name = if envelope { "SealedAnswer" } else { name };
        let kept = &now["components"]["schemas"][name];
        for (property, _) in members(&schema["properties"]) {
            if kept["properties"][property].is_null() {
                found.push(format!("{name}/{property} is no longer answered"));
            }
        }
        for property in texts(&schema["required"]) {
            if !texts(&kept["required"]).contains(&property) {
                found.push(format!("{name}/{property} may be missing now"));
            }
        }
    }
    found
}

/// What data that `before` took would be refused for by `now`.
fn refuses(at: &str, before: &Value, now: &Value, found: &mut Vec<String>) {
    for property in texts(&now["required"]) {
        if !texts(&before["required"]).contains(&property) {
            found.push(format!("{at}/{property} is required now"));
        }
    }
    for (name, schema) in members(&before["properties"]) {
        let kept = &now["properties"][name];
        let at = format!("{at}/{name}");
        if kept.is_null() && now["additionalProperties"] == json!(false) {
            found.push(format!("{at} is unknown now"));
        } else {
            refuses(&at, schema, kept, found);
        }
    }
    for (limit, smaller_is_stricter) in [
        ("maxLength", true),
        ("maxItems", true),
        ("maximum", true),
        ("minLength", false),
        ("minItems", false),
        ("minimum", false),
    ] {
        let (was, is) = (before[limit].as_f64(), now[limit].as_f64());
        let stricter = match (was, is) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(was), Some(is)) => (is < was) == smaller_is_stricter && is != was,
        };
        if stricter {
            found.push(format!("{at}: {limit} is stricter now"));
        }
    }
    if let Some(taken) = now["enum"].as_array() {
        for value in before["enum"].as_array().into_iter().flatten() {
            if !taken.contains(value) {
                found.push(format!("{at}: {value} is refused now"));
            }
        }
    }
    if before["pattern"] != now["pattern"] && now["pattern"].is_string() {
        found.push(format!("{at} has another pattern"));
    }
    for part in ["items", "not"] {
        if before[part].is_object() {
            refuses(&format!("{at}/{part}"), &before[part], &now[part], found);
        }
    }
    for (name, schema) in members(&before["$defs"]) {
        refuses(
            &format!("{at}/$defs/{name}"),
            schema,
            &now["$defs"][name],
            found,
        );
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn texts(value: &Value) -> Vec<&str> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}

fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn what_callers_were_given_still_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let previous = root.join("openapi/previous");
    let mut found = breaks(
        &json(&previous.join("openapi.json")),
        &json(&root.join("openapi/openapi.json")),
    );
    let mut schemas = 0;
    for entry in fs::read_dir(previous.join("schemas")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let now = json(&root.join("schemas").join(&name));
        refuses(&name, &json(&entry.path()), &now, &mut found);
        schemas += 1;
    }
    assert!(schemas >= 10, "schemas of the previous interface");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_broken_promise_is_found() {
    let document = |paths: Value, schema: Value| json!({"paths": paths, "components": {"schemas": {"A": schema}}});
    let before = document(
        json!({"/a": {"post": {"operationId": "a"}}, "/b": {"get": {"operationId": "b"}}}),
        json!({"properties": {"x": {}, "y": {}}, "required": ["x"]}),
    );
    let now = document(
        json!({"/a": {"post": {"operationId": "c"}}}),
        json!({"properties": {"x": {}}, "required": []}),
    );
    assert_eq!(
        breaks(&before, &now),
        [
            "post /a has another operationId",
            "get /b is gone",
            "A/y is no longer answered",
            "A/x may be missing now",
        ]
    );
    assert!(breaks(&before, &before).is_empty());

    let before = json!({"additionalProperties": false, "required": ["a"], "properties": {
        "a": {"maxLength": 30, "minLength": 1}, "b": {"enum": ["1", "2"]},
        "c": {"items": {"maximum": 9}}, "d": {}, "e": {"pattern": "^a$"}}});
    let now = json!({"additionalProperties": false, "required": ["a", "b"], "properties": {
        "a": {"maxLength": 20, "minLength": 0}, "b": {"enum": ["1"]},
        "c": {"items": {"maximum": 8}}, "e": {"pattern": "^b$"}}});
    let mut found = Vec::new();
    refuses("s", &before, &now, &mut found);
    assert_eq!(
        found,
        [
            "s/b is required now",
            "s/a: maxLength is stricter now",
            "s/b: \"2\" is refused now",
            "s/c/items: maximum is stricter now",
            "s/d is unknown now",
            "s/e has another pattern",
        ]
    );
    let mut found = Vec::new();
    refuses("s", &before, &before, &mut found);
    assert!(found.is_empty());
}
