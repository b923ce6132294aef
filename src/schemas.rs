//! JSON Schemas of the operations, compiled once.

mod documents;

use std::collections::HashMap;

use chs_envelope::canonical::Document;
use documents::Documents;
use jsonschema::{ValidationError, Validator, error::ValidationErrorKind, json::Json};
use serde_json::Value;

use crate::{error::FieldError, operations::TABLE};

/// At most so many violations are told at once.
const MOST_ERRORS: usize = 50;

/// Documents and validators by operation id.
pub struct Schemas(HashMap<&'static str, (Value, Validator<Documents>)>);

impl Schemas {
    /// Compiles the schema of every operation of the table.
    ///
    /// # Errors
    /// The text of a schema's own fault (a fault of ours, found at start).
    pub fn compile() -> Result<Schemas, String> {
        let mut schemas = HashMap::new();
        for row in TABLE {
            let document = (row.schema)();
            let validator = jsonschema::options_for::<Documents>()
                .build(&document)
                .map_err(|error| format!("{}: {error}", row.id))?;
            schemas.insert(row.id, (document, validator));
        }
        Ok(Schemas(schemas))
    }

    /// The schema of an operation.
    pub fn document(&self, operation: &str) -> Option<&Value> {
        self.0.get(operation).map(|(document, _)| document)
    }

    /// Checks data against the schema of an operation. Values are masked: a message of
    /// the validator would otherwise quote a patient's name.
    ///
    /// # Errors
    /// The fields that do not fit.
    pub fn check(&self, operation: &str, data: &Document<'_>) -> Result<(), Vec<FieldError>> {
        let Some((_, validator)) = self.0.get(operation) else {
            return Ok(());
        };
        fits(validator, data)
    }
}

/// Checks data against a compiled schema.
///
/// # Errors
/// The fields that do not fit, without their values.
pub fn fits<'a, F: Json>(
    validator: &'a Validator<F>,
    data: F::Node<'a>,
) -> Result<(), Vec<FieldError>> {
    if validator.is_valid(data.clone()) {
        return Ok(());
    }
    let mut fields = Vec::new();
    for error in validator.iter_errors(data).take(MOST_ERRORS) {
        explain(&error, &mut fields);
    }
    fields.truncate(MOST_ERRORS);
    Err(fields)
}

/// Takes out the members that the canonical text of a message leaves out as well: null and
/// empty text. HIS software writes them for everything that it has no value for, and a
/// signature that does not cover them cannot tell them from absent ones. Elements of arrays
/// stay, for their place means something; so do empty objects and arrays.
///
/// # Errors
/// The fields that hold U+0000, which no column of the database does.
pub fn tidy(data: &mut Document<'_>) -> Result<(), Vec<FieldError>> {
    drop_blanks(data);
    if !holds_nul(data) {
        return Ok(());
    }
    let mut fields = Vec::new();
    name_nul(data, &mut String::new(), &mut fields);
    if fields.is_empty() {
        // In the name of a member, which no schema knows.
        return Ok(());
    }
    Err(fields)
}

fn drop_blanks(data: &mut Document<'_>) {
    match data {
        Document::Object(members) => {
            members.retain(|(_, value)| !is_blank(value));
            members.iter_mut().for_each(|(_, value)| drop_blanks(value));
        }
        Document::Array(items) => items.iter_mut().for_each(drop_blanks),
        _ => {}
    }
}

fn is_blank(value: &Document<'_>) -> bool {
    *value == Document::Null || value.as_text() == Some("")
}

fn holds_nul(data: &Document<'_>) -> bool {
    match data {
        Document::Text(text) => text.as_bytes().contains(&0),
        Document::Array(items) => items.iter().any(holds_nul),
        Document::Object(members) => members
            .iter()
            .any(|(name, value)| name.as_bytes().contains(&0) || holds_nul(value)),
        _ => false,
    }
}

fn name_nul(data: &Document<'_>, at: &mut String, fields: &mut Vec<FieldError>) {
    let length = at.len();
    let mut below = |step: &str, value: &Document<'_>| {
        at.push('/');
        at.push_str(&step.replace('~', "~0").replace('/', "~1").replace('\0', ""));
        name_nul(value, at, fields);
        at.truncate(length);
    };
    match data {
        Document::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                below(&index.to_string(), item);
            }
        }
        Document::Object(members) => {
            for (name, value) in members {
                below(name, value);
            }
        }
        Document::Text(text) if text.contains('\0') && fields.len() < MOST_ERRORS => {
            let (zh, en) = ("含有空字符 U+0000", "holds the character U+0000");
            fields.push(FieldError::new(at.clone(), zh, en));
        }
        _ => {}
    }
}

/// Turns a violation into the fields it is about: an unknown or missing member is named
/// itself, not the object it stands in, and of alternatives the first one is explained.
fn explain(error: &ValidationError<'_>, fields: &mut Vec<FieldError>) {
    let at = error.instance_path().to_string();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            fields.extend(unexpected.iter().map(|name| {
                let name: String = name.chars().take(64).collect();
                let name = name.replace('~', "~0").replace('/', "~1");
                FieldError::new(format!("{at}/{name}"), "未约定的字段", "unknown field")
            }));
        }
        ValidationErrorKind::Required { property } => fields.push(FieldError::new(
            format!("{at}/{}", property.as_str().unwrap_or_default()),
            "缺少必填字段",
            "a required field is missing or empty",
        )),
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }
            if context.first().is_some_and(|branch| !branch.is_empty()) =>
        {
            for error in context.iter().take(1).flatten() {
                explain(error, fields);
            }
        }
        _ => fields.push(FieldError::new(
            at,
            "不符合数据结构约定",
            error.masked().to_string(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(operation: &str, data: &Value) -> Vec<FieldError> {
        let schemas = Schemas::compile().unwrap();
        let data = Document::from_value(data);
        schemas.check(operation, &data).unwrap_err()
    }

    #[test]
    fn a_nul_character_is_named_by_its_field() {
        let data = json!({"setl_ym": "202610", "level": "case", "drg_code": "A\0"});
        let errors = tidy(&mut Document::from_value(&data)).unwrap_err();
        assert_eq!(errors[0].pointer, "/drg_code");
    }

    #[test]
    fn blank_members_are_dropped_at_every_depth_and_elements_stay() {
        let data = json!({"a": "", "b": null, "c": {"d": "", "e": 0}, "f": [], "g": {},
            "h": ["", null, {"i": "", "j": false}, [{"k": null}]], "l": " "});
        let mut data = Document::from_value(&data);
        assert_eq!(tidy(&mut data), Ok(()));
        let wanted = json!({"c": {"e": 0}, "f": [], "g": {},
            "h": ["", null, {"j": false}, [{}]], "l": " "});
        assert_eq!(data.into_value(), wanted);
    }

    #[test]
    fn a_missing_member_is_named_itself() {
        let data = json!({"after": {"fixmedins_code": "H1"}, "setl_ym": "202610"});
        let errors = check("qc.results", &data);
        assert_eq!(errors[0].pointer, "/after/setl_id");
    }

    #[test]
    fn violations_are_named_without_their_values() {
        let data = json!({"setlinfo": {"psn_name": ["张三"]}});
        let errors = check("qc.pre-check", &data);
        assert_eq!(errors[0].pointer, "/setlinfo/psn_name");
        assert!(
            !errors[0].message_en.contains("张三"),
            "{}",
            errors[0].message_en
        );
    }
}
