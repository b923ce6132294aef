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
