//! Expectations on a JSON document: one pointer, one predicate.

use regex::Regex;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use crate::message::Finding;

/// One expectation; exactly one predicate is set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Check {
    /// JSON Pointer (RFC 6901) into the opened data or the plain body.
    pub(crate) pointer: String,
    /// Same type and value.
    equals: Option<toml::Value>,
    /// Same text, whether the answer writes it as a string, a number or a boolean.
    text: Option<String>,
    /// Same number, whether it is written `4299.4`, `4299.40` or `"4299.40"`.
    number: Option<String>,
    /// `object`, `array`, `string`, `number`, `boolean`, or `list`: an array, or nothing
    /// at all, because the canonical form drops an empty one.
    kind: Option<String>,
    /// Is there and is not null.
    #[serde(default)]
    present: bool,
    /// Is not there, or null.
    #[serde(default)]
    absent: bool,
    /// The text matches a regular expression.
    matches: Option<String>,
    /// An array with an element that has these members.
    contains: Option<toml::Table>,
    /// A list without an element that has these members.
    lacks: Option<toml::Table>,
    /// An array whose every element has these members.
    every: Option<toml::Table>,
    /// A number not below this one.
    at_least: Option<String>,
    /// Equal to a value of an earlier step.
    same_as: Option<SameAs>,
}

/// A value of an earlier step.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SameAs {
    /// Name of the step.
    step: String,
    /// JSON Pointer into its data.
    #[serde(default)]
    pointer: String,
    /// Members (JSON Pointers) that may differ.
    #[serde(default)]
    except: Vec<String>,
    /// The value is a number larger than the earlier one by this much.
    plus: Option<String>,
}

/// What a check may look up besides the document itself.
pub(crate) trait Lookup {
    /// Data of an earlier step.
    fn data(&self, step: &str) -> Option<&Value>;
    /// Fills in `${…}`.
    ///
    /// # Errors
    /// A text that names the unknown placeholder.
    fn fill(&self, text: &str) -> Result<String, String>;
}

impl Check {
    /// Whether exactly one predicate is set and its patterns and numbers are well formed.
    ///
    /// # Errors
    /// A text that says what is wrong.
    pub(crate) fn validate(&self) -> Result<(), String> {
        let set = [
            self.equals.is_some(),
            self.text.is_some(),
            self.number.is_some(),
            self.kind.is_some(),
            self.present,
            self.absent,
            self.matches.is_some(),
            self.contains.is_some(),
            self.lacks.is_some(),
            self.every.is_some(),
            self.at_least.is_some(),
            self.same_as.is_some(),
        ];
        if set.iter().filter(|set| **set).count() != 1 {
            return Err(format!("check {}: exactly one predicate", self.pointer));
        }
        if !self.pointer.is_empty() && !self.pointer.starts_with('/') {
            return Err(format!("check {}: not a JSON Pointer", self.pointer));
        }
        if let Some(pattern) = &self.matches {
            Regex::new(pattern).map_err(|error| error.to_string())?;
        }
        let kinds = ["object", "array", "string", "number", "boolean", "list"];
        if self
            .kind
            .as_ref()
            .is_some_and(|kind| !kinds.contains(&kind.as_str()))
        {
            return Err(format!("check {}: no such kind", self.pointer));
        }
        let plus = self.same_as.iter().filter_map(|same| same.plus.as_ref());
        for number in self.at_least.iter().chain(&self.number).chain(plus) {
            number
                .parse::<Decimal>()
                .map_err(|error| format!("{number}: {error}"))?;
        }
        Ok(())
    }

    /// Looks at a document.
    pub(crate) fn run(&self, document: &Value, lookup: &dyn Lookup) -> Finding {
        let found = document.pointer(&self.pointer).unwrap_or(&Value::Null);
        let (wanted, ok) = match self.judge(found, lookup) {
            Ok(result) => result,
            Err(reason) => (reason, false),
        };
        Finding::new(
            format!("{} {wanted}", shown_pointer(&self.pointer)),
            ok,
            || format!("expected {wanted}, found {}", short(found)),
        )
    }

    fn judge(&self, found: &Value, lookup: &dyn Lookup) -> Result<(String, bool), String> {
        if let Some(wanted) = &self.equals {
            let wanted = to_json(wanted, lookup)?;
            return Ok((format!("= {wanted}"), *found == wanted));
        }
        if let Some(wanted) = &self.text {
            let wanted = lookup.fill(wanted)?;
            return Ok((
                format!("reads {wanted}"),
                scalar_text(found).as_deref() == Some(&*wanted),
            ));
        }
        if let Some(number) = &self.number {
            let ok = decimal(found).is_some_and(|found| number.parse() == Ok(found));
            return Ok((format!("is the number {number}"), ok));
        }
        if let Some(kind) = &self.kind {
            let ok = if kind == "list" {
                is_list(found)
            } else {
                kind_of(found) == kind
            };
            return Ok((format!("is of kind {kind}"), ok));
        }
        if self.present {
            return Ok(("is present".to_owned(), !found.is_null()));
        }
        if self.absent {
            return Ok(("is absent".to_owned(), found.is_null()));
        }
        if let Some(pattern) = &self.matches {
            let regex = Regex::new(pattern).map_err(|error| error.to_string())?;
            let ok = scalar_text(found).is_some_and(|text| regex.is_match(&text));
            return Ok((format!("matches {pattern}"), ok));
        }
        if let Some(number) = &self.at_least {
            let ok = decimal(found)
                .zip(number.parse().ok())
                .is_some_and(|(found, least)| found >= least);
            return Ok((format!(">= {number}"), ok));
        }
        if let Some(same) = &self.same_as {
            return same.judge(found, lookup);
        }
        self.judge_array(found, lookup)
    }

    fn judge_array(&self, found: &Value, lookup: &dyn Lookup) -> Result<(String, bool), String> {
        let rows = found.as_array();
        let any = |members: &[(String, String)]| {
            rows.is_some_and(|rows| rows.iter().any(|row| has_members(row, members)))
        };
        if let Some(table) = &self.contains {
            let members = filled(table, lookup)?;
            return Ok((format!("contains {}", listed(&members)), any(&members)));
        }
        if let Some(table) = &self.lacks {
            let members = filled(table, lookup)?;
            return Ok((
                format!("lacks {}", listed(&members)),
                is_list(found) && !any(&members),
            ));
        }
        if let Some(table) = &self.every {
            let members = filled(table, lookup)?;
            let ok = rows.is_some_and(|rows| {
                !rows.is_empty() && rows.iter().all(|row| has_members(row, &members))
            });
            return Ok((format!("every row has {}", listed(&members)), ok));
        }
        Err("no predicate".to_owned())
    }
}

impl SameAs {
    fn judge(&self, found: &Value, lookup: &dyn Lookup) -> Result<(String, bool), String> {
        let name = format!("{}:{}", self.step, shown_pointer(&self.pointer));
        let data = lookup
            .data(&self.step)
            .ok_or_else(|| format!("as {name}, which has no data"))?;
        let earlier = data.pointer(&self.pointer).unwrap_or(&Value::Null);
        if let Some(plus) = &self.plus {
            let step: Decimal = plus.parse().map_err(|_| format!("{plus} is no number"))?;
            let ok = decimal(earlier)
                .and_then(|number| number.checked_add(step))
                .zip(decimal(found))
                .is_some_and(|(wanted, found)| wanted == found);
            return Ok((format!("= {name} ({}) + {plus}", short(earlier)), ok));
        }
        let ok = without(found, &self.except) == without(earlier, &self.except);
        Ok((format!("= {name}"), ok && !found.is_null()))
    }
}

/// The document without some members.
pub(crate) fn without(document: &Value, pointers: &[String]) -> Value {
    let mut document = document.clone();
    for pointer in pointers {
        if let Some((parent, name)) = pointer.rsplit_once('/')
            && let Some(Value::Object(members)) = document.pointer_mut(parent)
        {
            members.shift_remove(name);
        }
    }
    document
}

fn has_members(row: &Value, members: &[(String, String)]) -> bool {
    members.iter().all(|(name, wanted)| {
        let value = if name.starts_with('/') {
            row.pointer(name)
        } else {
            row.get(name)
        };
        value.and_then(scalar_text).as_ref() == Some(wanted)
    })
}

fn filled(table: &toml::Table, lookup: &dyn Lookup) -> Result<Vec<(String, String)>, String> {
    table
        .iter()
        .map(|(name, value)| {
            let text = match value {
                toml::Value::String(text) => lookup.fill(text)?,
                other => other.to_string(),
            };
            Ok((name.clone(), text))
        })
        .collect()
}

fn listed(members: &[(String, String)]) -> String {
    members
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A TOML value as JSON, its texts filled in.
///
/// # Errors
/// A text that names an unknown placeholder.
pub(crate) fn to_json(value: &toml::Value, lookup: &dyn Lookup) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => Value::String(lookup.fill(text)?),
        toml::Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| to_json(item, lookup))
                .collect::<Result<_, _>>()?,
        ),
        toml::Value::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, value)| Ok((key.clone(), to_json(value, lookup)?)))
                .collect::<Result<_, String>>()?,
        ),
        other => serde_json::to_value(other).map_err(|error| error.to_string())?,
    })
}

/// The text of a scalar, whatever JSON type carries it.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    scalar_text(value)?.parse().ok()
}

/// An array, or nothing: the canonical form drops empty arrays.
fn is_list(value: &Value) -> bool {
    value.is_array() || value.is_null()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn shown_pointer(pointer: &str) -> &str {
    if pointer.is_empty() {
        "(root)"
    } else {
        pointer
    }
}

/// A value in at most 300 characters.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Steps(Value);

    impl Lookup for Steps {
        fn data(&self, step: &str) -> Option<&Value> {
            (step == "first").then_some(&self.0)
        }

        fn fill(&self, text: &str) -> Result<String, String> {
            Ok(text.replace("${code}", "BR21"))
        }
    }

    fn holds(check: &str, document: &Value) -> bool {
        let check: Check = toml::from_str(check).unwrap();
        check.validate().unwrap();
        let first = json!({"n": 2, "fee": "10.50", "replayed": false, "id": "L1"});
        check.run(document, &Steps(first)).ok
    }

    #[test]
    fn each_predicate_holds_and_fails() {
        let document = json!({
            "a": true, "n": 3, "s": "3", "fee": 21.00, "nil": null,
            "rows": [{"code": "BR21", "n": 1}, {"code": "BR23", "n": 1}],
        });
        for (check, wanted) in [
            ("pointer='/a'\nequals=true", true),
            ("pointer='/a'\nequals=false", false),
            ("pointer='/s'\nequals=3", false),
            ("pointer='/s'\ntext='3'", true),
            ("pointer='/n'\ntext='3'", true),
            ("pointer='/rows'\ntext='3'", false),
            ("pointer='/rows'\nkind='array'", true),
            ("pointer='/n'\nkind='string'", false),
            ("pointer='/a'\npresent=true", true),
            ("pointer='/nil'\npresent=true", false),
            ("pointer='/nil'\nabsent=true", true),
            ("pointer='/none'\nabsent=true", true),
            ("pointer='/a'\nabsent=true", false),
            ("pointer='/rows/0/code'\nmatches='^B[A-Z][0-9]{2}$'", true),
            ("pointer='/rows/0/code'\nmatches='^C'", false),
            ("pointer='/rows'\ncontains={code='${code}'}", true),
            ("pointer='/rows'\ncontains={code='BR29'}", false),
            ("pointer='/rows'\ncontains={'/code'='BR23', n=1}", true),
            ("pointer='/rows'\nlacks={code='BR29'}", true),
            ("pointer='/rows'\nlacks={code='BR21'}", false),
            ("pointer='/none'\nlacks={code='BR21'}", true),
            ("pointer='/a'\nlacks={code='BR21'}", false),
            ("pointer='/none'\nkind='list'", true),
            ("pointer='/none'\nkind='array'", false),
            ("pointer='/fee'\nnumber='21'", true),
            ("pointer='/fee'\nnumber='21.01'", false),
            ("pointer='/rows'\nevery={n=1}", true),
            ("pointer='/rows'\nevery={code='BR21'}", false),
            ("pointer='/n'\nat_least='3'", true),
            ("pointer='/n'\nat_least='3.01'", false),
            ("pointer='/a'\nat_least='0'", false),
            (
                "pointer='/n'\nsame_as={step='first',pointer='/n',plus='1'}",
                true,
            ),
            (
                "pointer='/n'\nsame_as={step='first',pointer='/n',plus='2'}",
                false,
            ),
            (
                "pointer='/fee'\nsame_as={step='first',pointer='/fee',plus='10.50'}",
                true,
            ),
            ("pointer='/n'\nsame_as={step='second'}", false),
        ] {
            assert_eq!(holds(check, &document), wanted, "{check}");
        }
    }

    #[test]
    fn equality_with_an_earlier_answer_leaves_out_what_may_differ() {
        let check = "pointer=''\nsame_as={step='first',except=['/replayed']}";
        assert!(holds(
            check,
            &json!({"n": 2, "fee": "10.50", "id": "L1", "replayed": true})
        ));
        assert!(!holds(
            check,
            &json!({"n": 2, "fee": "10.50", "id": "L2", "replayed": true})
        ));
    }

    #[test]
    fn checks_without_one_predicate_are_refused() {
        for text in [
            "pointer='/a'",
            "pointer='/a'\npresent=true\nabsent=true",
            "pointer='a'\npresent=true",
            "pointer='/a'\nmatches='('",
            "pointer='/a'\nkind='row'",
            "pointer='/a'\nat_least='x'",
        ] {
            let check: Check = toml::from_str(text).unwrap();
            assert!(check.validate().is_err(), "{text}");
        }
    }
}
