//! The members that a JSON Schema describes, one after the other, each with its path.

use serde_json::Value;

/// A member, or a heading over those that follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Path, `rows[].setl_id`; the text of a heading.
    pub(super) path: String,
    /// Whether it is a heading.
    pub(super) heading: bool,
    /// Type in Chinese.
    pub(super) kind: &'static str,
    /// Whether it has to be there.
    pub(super) required: bool,
    /// Title or description.
    pub(super) meaning: String,
    /// Values, lengths and bounds.
    pub(super) limits: String,
}

impl Member {
    /// The name at the end of the path.
    pub(super) fn name(&self) -> &str {
        let path = self.path.trim_end_matches("[]");
        path.rsplit_once('.').map_or(path, |(_, name)| name)
    }
}

/// Schemas nested deeper are not told member by member.
const DEEPEST: usize = 6;

/// The parts of a settlement list, which have a chapter of their own.
const LIST: &str = "urn:chs-gateway:settlement-list";

/// The members of a schema; references lead into `root`.
pub(super) fn members(schema: &Value, root: &Value) -> Vec<Member> {
    let mut walk = Walk {
        root,
        list_apart: true,
        members: Vec::new(),
    };
    walk.schema(schema, "", 0);
    walk.members
}

/// The members of the settlement list itself.
pub(super) fn of_list(list: &Value) -> Vec<Member> {
    let mut walk = Walk {
        root: list,
        list_apart: false,
        members: Vec::new(),
    };
    walk.schema(list, "", 0);
    walk.members
}

struct Walk<'r> {
    root: &'r Value,
    list_apart: bool,
    members: Vec<Member>,
}

impl<'r> Walk<'r> {
    fn heading(&mut self, text: String) {
        self.members.push(Member {
            path: text,
            heading: true,
            kind: "",
            required: false,
            meaning: String::new(),
            limits: String::new(),
        });
    }

    /// What a schema comes to, past references and the alternative null.
    fn resolved<'s>(&self, schema: &'s Value) -> &'s Value
    where
        'r: 's,
    {
        let mut schema = schema;
        for _ in 0..DEEPEST {
            let target = part(schema, "$ref")
                .as_str()
                .map(|path| path.trim_start_matches('#'));
            if let Some(found) = target.and_then(|path| self.root.pointer(path)) {
                schema = found;
                continue;
            }
            let mut others = alternatives(schema).into_iter().flatten().filter(not_null);
            match (others.next(), others.next()) {
                (Some(only), None) => schema = only,
                _ => break,
            }
        }
        schema
    }

    /// The members below a path.
    fn schema(&mut self, schema: &'r Value, path: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let schema = self.resolved(schema);
        if self.list_apart && depth > 0 && part(schema, "$id") == LIST {
            self.heading("结算清单，见第 4 节 / the settlement list, chapter 4".to_owned());
            return;
        }
        if let Some(items) = schema.get("items") {
            self.schema(items, &format!("{path}[]"), depth + 1);
        }
        for one in part(schema, "allOf").as_array().into_iter().flatten() {
            let Some(then) = one.get("then") else {
                self.schema(one, path, depth + 1);
                continue;
            };
            let conditions = within(one, &["if", "properties"]).as_object();
            for (name, condition) in conditions.into_iter().flatten() {
                let values = limits(condition);
                self.heading(format!("{name} 为 is {values} 时"));
            }
            self.schema(then, path, depth + 1);
        }
        let forms: Vec<&Value> = alternatives(schema)
            .into_iter()
            .flatten()
            .filter(|form| form.get("$ref").is_some() || form.get("properties").is_some())
            .collect();
        for (number, form) in (1..).zip(&forms) {
            self.heading(format!("形式 form {number}"));
            self.schema(form, path, depth + 1);
        }
        let required = |name: &str| {
            let names = part(schema, "required").as_array().into_iter().flatten();
            names.into_iter().any(|one| one == name)
        };
        for (name, member) in part(schema, "properties").as_object().into_iter().flatten() {
            let below = match path {
                "" => name.clone(),
                path => format!("{path}.{name}"),
            };
            let inner = self.resolved(member);
            let title = [member, inner].into_iter().find_map(|schema| {
                let title = part(schema, "title").as_str();
                title.or_else(|| part(schema, "description").as_str())
            });
            let of_list = self.list_apart
                && part(self.root, "$id") == LIST
                && member.to_string().contains("#/$defs/");
            let meaning = if of_list {
                "见第 4 节 chapter 4"
            } else {
                title.unwrap_or_default()
            };
            self.members.push(Member {
                path: below.clone(),
                heading: false,
                kind: kind(inner),
                required: required(name),
                meaning: meaning.to_owned(),
                limits: limits(inner),
            });
            if !of_list {
                self.schema(member, &below, depth + 1);
            }
        }
    }
}

/// A member of a value, or null.
pub(super) fn part<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or(&Value::Null)
}

/// What the names lead to, one below the other, or null.
pub(super) fn within<'v>(value: &'v Value, names: &[&str]) -> &'v Value {
    names.iter().fold(value, |value, name| part(value, name))
}

fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    let alternatives = schema.get("anyOf").or_else(|| schema.get("oneOf"));
    alternatives.and_then(Value::as_array)
}

fn not_null(schema: &&Value) -> bool {
    part(schema, "type") != "null"
}

fn kind(schema: &Value) -> &'static str {
    let kinds: Vec<&str> = match part(schema, "type") {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    match kinds.into_iter().find(|kind| *kind != "null") {
        Some("string") => "字符 text",
        Some("integer") => "整数 integer",
        Some("number") => "数值 number",
        Some("boolean") => "布尔 boolean",
        Some("array") => "数组 array",
        Some("object") => "对象 object",
        _ if schema.get("enum").is_some() => "字符 text",
        _ => "",
    }
}

fn limits(schema: &Value) -> String {
    let mut limits = Vec::new();
    if let Some(value) = part(schema, "const").as_str() {
        limits.push(value.to_owned());
    }
    if let Some(values) = part(schema, "enum").as_array() {
        let values: Vec<String> = values
            .iter()
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .collect();
        limits.push(values.join("、"));
    }
    for (name, sign) in [
        ("pattern", ""),
        ("minLength", "长度 length ≥ "),
        ("maxLength", "长度 length ≤ "),
        ("minimum", "≥ "),
        ("maximum", "≤ "),
        ("maxItems", "行 rows ≤ "),
    ] {
        if let Some(limit) = schema.get(name) {
            let text = limit
                .as_str()
                .map_or_else(|| limit.to_string(), str::to_owned);
            limits.push(format!("{sign}{text}"));
        }
    }
    limits.join("；")
}
