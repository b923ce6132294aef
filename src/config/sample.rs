//! The sample configuration: every key with its description and its default, printed from
//! the schema, so that it cannot tell of a key that is not there.

use serde_json::{Map, Value};

use super::{Config, schema::schema};

const HEAD: &str = "\
# chs-gateway 配置示例：所列均为默认值，可只保留要改的键；以“# 键 = 值”给出的键没有默认值。
# 未知的键一律拒绝。每个键也可由环境变量给出，如 CHS_LIMITS__BODY_BYTES=1048576。
# 检查：chs-gateway check-config --config 文件；生产环境最少需要的键见 docs/DEPLOYMENT.md。
#
# Sample configuration: all values are the defaults, and keys that stay as they are can be
# left out; keys in the form '# key = value' have no default. Unknown keys are refused. Every
# key may come from the environment too.
";

/// Where a secret may come from: what is referred to carries no example of its own.
const SECRET: &str = "{ command = [\"/usr/local/bin/kms-read\", \"chs\"] }";

/// The sample, as TOML.
///
/// # Errors
/// As [`schema`].
pub fn sample() -> Result<String, serde_json::Error> {
    let schema = schema()?;
    let defaults = serde_json::to_value(Config::default())?;
    let mut out = HEAD.to_owned();
    let writer = Writer {
        definitions: schema.get("$defs").unwrap_or(&Value::Null),
    };
    writer.table(&mut out, "", &schema, Some(&defaults));
    Ok(out)
}

struct Writer<'a> {
    definitions: &'a Value,
}

impl Writer<'_> {
    /// Writes the keys of a table, then the tables in it. Without defaults the table itself
    /// is optional, and stands as a comment.
    fn table(&self, out: &mut String, path: &str, schema: &Value, defaults: Option<&Value>) {
        let none = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object);
        let properties = properties.unwrap_or(&none);
        let values = defaults.and_then(Value::as_object).unwrap_or(&none);
        // In the order of the types; what has no default comes last.
        let absent = properties.keys().filter(|key| !values.contains_key(*key));
        let (mut leaves, mut tables) = (Vec::new(), Vec::new());
        for key in values.keys().chain(absent) {
            let property = properties.get(key).unwrap_or(&Value::Null);
            let inner = self.table_of(property);
            match values.get(key) {
                Some(Value::Object(map)) => tables.push((key, property, map)),
                None if inner.is_some() => tables.push((key, property, &none)),
                value => leaves.push((key, property, value)),
            }
        }
        for (key, property, value) in leaves {
            out.push('\n');
            describe(out, property);
            let key = written_key(key);
            match value.filter(|value| !value.is_null()) {
                Some(value) => out.push_str(&format!("{key} = {}\n", written(value))),
                None => {
                    let example = told(property, "example");
                    let example = example.map_or_else(|| SECRET.to_owned(), written);
                    out.push_str(&format!("# {key} = {example}\n"));
                }
            }
        }
        for (key, property, map) in tables {
            let path = match path {
                "" => written_key(key),
                path => format!("{path}.{}", written_key(key)),
            };
            out.push('\n');
            describe(out, property);
            let optional = !values.contains_key(key);
            out.push_str(&format!("{}[{path}]\n", if optional { "# " } else { "" }));
            match self.table_of(property) {
                Some(inner) if optional => self.table(out, &path, inner, None),
                Some(inner) => {
                    let defaults = Value::Object(map.clone());
                    self.table(out, &path, inner, Some(&defaults));
                }
                None => {
                    for (key, value) in map {
                        out.push_str(&format!("{} = {}\n", written_key(key), written(value)));
                    }
                }
            }
        }
    }

    /// The schema of a table that a property refers to, itself or as one of alternatives.
    fn table_of(&self, property: &Value) -> Option<&Value> {
        let alternatives = property.get("oneOf").and_then(Value::as_array);
        let all = std::iter::once(property).chain(alternatives.into_iter().flatten());
        all.filter_map(|one| one.get("$ref").and_then(Value::as_str))
            .filter_map(|reference| self.definitions.get(reference.rsplit('/').next()?))
            .find(|definition| definition.get("properties").is_some())
    }
}

/// What the types say of a property; of an optional one it stands with the alternative that
/// is not null.
fn told<'a>(property: &'a Value, what: &str) -> Option<&'a Value> {
    let alternatives = property.get("oneOf").and_then(Value::as_array);
    let mut all = std::iter::once(property).chain(alternatives.into_iter().flatten());
    all.find_map(|one| one.get(what))
}

fn describe(out: &mut String, property: &Value) {
    let text = told(property, "description").and_then(Value::as_str);
    for line in text.unwrap_or_default().lines() {
        out.push_str(&format!("# {}\n", line.trim()));
    }
}

/// A key, in quotes where it has to be.
fn written_key(key: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !key.is_empty() && key.bytes().all(bare) {
        return key.to_owned();
    }
    toml::Value::String(key.to_owned()).to_string()
}

/// A value on one line.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(written).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                format!("{} = {}", written_key(key), written(value))
            };
            let members: Vec<_> = members.iter().map(member).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Serialized, Toml},
    };

    use super::*;

    /// The keys and tables that stand as comments, as if they were none.
    fn with_optional_keys(sample: &str) -> String {
        let is_key = |line: &str| {
            let name = line.split(" = ").next().unwrap_or_default();
            let name = name.trim_start_matches('[').trim_end_matches(']');
            let plain = |b: u8| b.is_ascii_lowercase() || b == b'_';
            (line.contains(" = ") || line.starts_with('['))
                && !name.is_empty()
                && name.bytes().all(plain)
        };
        let lines = sample.lines().map(|line| match line.strip_prefix("# ") {
            Some(key) if is_key(key) => key,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn read(text: &str) -> Config {
        let figment = Figment::from(Serialized::defaults(Config::default()));
        figment.merge(Toml::string(text)).extract().unwrap()
    }

    #[test]
    fn the_sample_is_the_defaults() {
        let read = read(&sample().unwrap());
        let as_json = |config: &Config| serde_json::to_value(config).unwrap();
        assert_eq!(as_json(&read), as_json(&Config::default()));
        read.check().unwrap();
    }

    #[test]
    fn the_sample_tells_of_every_key_and_fits_the_schema() {
        let text = with_optional_keys(&sample().unwrap());
        let config = read(&text);
        assert!(config.tls.is_some() && config.keys.platform_password.is_some());
        let keys: Value = toml::from_str(&text).unwrap();
        let schema = schema().unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&keys), "{text}");
        let mut missing = Vec::new();
        let mut look = |of: &Value, at: &Value, name: &str| {
            for (key, property) in of["properties"].as_object().unwrap() {
                if at.get(key).is_none() {
                    missing.push(format!("{name}/{key}"));
                }
                let text = told(property, "description").and_then(Value::as_str);
                let text = text.unwrap_or_default();
                assert!(!text.is_ascii(), "{name}/{key} is not told in Chinese");
            }
        };
        look(&schema, &keys, "");
        for (name, table) in keys.as_object().unwrap() {
            let writer = Writer {
                definitions: &schema["$defs"],
            };
            if let Some(inner) = writer.table_of(&schema["properties"][name]) {
                look(inner, table, name);
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }
}
