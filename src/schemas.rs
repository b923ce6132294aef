//! JSON Schemas of the operations, compiled once.

use std::collections::HashMap;

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use serde_json::Value;

use crate::{error::FieldError, operations::TABLE};

/// At most so many violations are told at once.
const MOST_ERRORS: usize = 50;

/// Documents and validators by operation id.
pub struct Schemas(HashMap<&'static str, (Value, Validator)>);

impl Schemas {
    /// Compiles the schema of every operation of the table.
    ///
    /// # Errors
    /// The text of a schema's own fault (a fault of ours, found at start).
    pub fn compile() -> Result<Schemas, String> {
        let mut schemas = HashMap::new();
        for row in TABLE {
            let document = (row.schema)();
            let validator = jsonschema::validator_for(&document)
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
    pub fn check(&self, operation: &str, data: &Value) -> Result<(), Vec<FieldError>> {
        let Some((_, validator)) = self.0.get(operation) else {
            return Ok(());
        };
        // No column of the database holds U+0000; the field is named instead.
        if holds_nul(data) {
            let mut fields = Vec::new();
            name_nul(data, &mut String::new(), &mut fields);
            if !fields.is_empty() {
                return Err(fields);
            }
        }
        fits(validator, data)
    }
}

/// Checks data against a compiled schema.
///
/// # Errors
/// The fields that do not fit, without their values.
pub fn fits(validator: &Validator, data: &Value) -> Result<(), Vec<FieldError>> {
    if validator.is_valid(data) {
        return Ok(());
    }
    let mut fields = Vec::new();
    for error in validator.iter_errors(data).take(MOST_ERRORS) {
        explain(&error, &mut fields);
    }
    fields.truncate(MOST_ERRORS);
    Err(fields)
}

fn holds_nul(data: &Value) -> bool {
    match data {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

fn name_nul(data: &Value, at: &mut String, fields: &mut Vec<FieldError>) {
    let length = at.len();
    let mut below = |step: &str, value: &Value| {
        at.push('/');
        at.push_str(&step.replace('~', "~0").replace('/', "~1").replace('\0', ""));
        name_nul(value, at, fields);
        at.truncate(length);
    };
    match data {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                below(&index.to_string(), item);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                below(name, value);
            }
        }
        Value::String(text) if text.contains('\0') && fields.len() < MOST_ERRORS => {
            let (zh, en) = ("含有空字符 U+0000", "holds the character U+0000");
            fields.push(FieldError::new(at.clone(), zh, en));
        }
        _ => {}
    }
}

/// Turns a violation into the fields it is about: an unknown member is named itself, not
/// the object it stands in, and of alternatives the first one is explained.
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

    #[test]
    fn a_nul_character_is_named_by_its_field() {
        let schemas = Schemas::compile().unwrap();
        let data = json!({"setl_ym": "202610", "level": "case", "drg_code": "A\0"});
        let errors = schemas.check("groupings.fee-summary", &data).unwrap_err();
        assert_eq!(errors[0].pointer, "/drg_code");
    }

    #[test]
    fn violations_are_named_without_their_values() {
        let schemas = Schemas::compile().unwrap();
        let data = json!({"setlinfo": {"psn_name": ["张三"]}});
        let errors = schemas.check("qc.pre-check", &data).unwrap_err();
        assert_eq!(errors[0].pointer, "/setlinfo/psn_name");
        assert!(
            !errors[0].message_en.contains("张三"),
            "{}",
            errors[0].message_en
        );
    }
}
