//! The canonical text of `data`, written here a second time so that the suite does not
//! repeat a mistake of the gateway.
//!
//! Contract: keys sorted at every depth, no blanks, non-ASCII as characters; null, `""`,
//! `{}` and `[]` dropped at every depth, inside arrays too; native types kept, number
//! lexemes as sent; duplicate keys refused.

use std::{collections::HashSet, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Canonical text of a value, or `None` when nothing of it remains.
pub(crate) fn canonical(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(quoted(text)),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(canonical).collect();
            (!items.is_empty()).then(|| format!("[{}]", items.join(",")))
        }
        Value::Object(members) => {
            let mut kept: Vec<(&str, String)> = members
                .iter()
                .filter_map(|(key, value)| Some((key.as_str(), canonical(value)?)))
                .collect();
            kept.sort_by(|left, right| left.0.as_bytes().cmp(right.0.as_bytes()));
            let kept: Vec<String> = kept
                .into_iter()
                .map(|(key, value)| format!("{}:{value}", quoted(key)))
                .collect();
            (!kept.is_empty()).then(|| format!("{{{}}}", kept.join(",")))
        }
    }
}

/// Parses JSON text and refuses an object that names a key twice, at any depth.
///
/// # Errors
/// The parser's message, or which key stands twice.
pub(crate) fn parse_strict(text: &str) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    UniqueKeys.deserialize(&mut deserializer)?;
    deserializer.end()?;
    serde_json::from_str(text)
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// Walks a document and keeps nothing but the key names of the open objects.
struct UniqueKeys;

impl<'de> DeserializeSeed<'de> for UniqueKeys {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UniqueKeys {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if seen.contains(&key) {
                return Err(de::Error::custom(format!("duplicate key {key}")));
            }
            seen.insert(key);
            map.next_value_seed(UniqueKeys)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(UniqueKeys)?.is_some() {}
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<String> {
        canonical(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn sorts_by_ascii_drops_empties_and_keeps_lexemes() {
        assert_eq!(
            text(r#"{ "b" : 12.50, "a": {"y":"","x":[null,"",{},[],0]}, "B": "值", "e": null }"#),
            Some(r#"{"B":"值","a":{"x":[0]},"b":12.50}"#.to_owned())
        );
        assert_eq!(
            text(r#"{"big":12345678901234567890123.10}"#).unwrap(),
            r#"{"big":12345678901234567890123.10}"#
        );
    }

    #[test]
    fn nothing_left_is_nothing() {
        for json in ["null", "\"\"", "{}", "[]", "{\"a\":[{\"b\":\"\"}]}"] {
            assert_eq!(text(json), None, "{json}");
        }
    }

    #[test]
    fn duplicate_keys_are_refused_at_every_depth() {
        assert!(parse_strict(r#"{"a":1,"a":1}"#).is_err());
        assert!(parse_strict(r#"{"x":[{"a":1.50,"b":{"c":1,"c":2}}]}"#).is_err());
        assert!(parse_strict(r#"{"a":{"k":1},"b":{"k":1.50}} tail"#).is_err());
        assert!(parse_strict(r#"{"a":{"k":1},"b":{"k":1.50}}"#).is_ok());
    }
}
