//! JSON Schemas of the operations, compiled once.

use std::collections::HashMap;

use jsonschema::Validator;
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
        Err(validator
            .iter_errors(data)
            .take(MOST_ERRORS)
            .map(|error| {
                FieldError::new(
                    error.instance_path().to_string(),
                    "不符合数据结构约定",
                    error.masked().to_string(),
                )
            })
            .collect())
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
