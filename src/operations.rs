//! The operations of the contract, one file each, always in the same order: types, doc,
//! handler, tests. [`Operation`] is a row of the table; `router` mounts them.

pub mod groupings_fee_summary;
pub mod qc_pre_check;
pub mod reports_submit;

use serde_json::Value;

use crate::{caller::Role, error::FieldError};

/// One interface of the gateway.
pub trait Operation: Sized + 'static {
    /// Operation id, e.g. `qc.pre-check`.
    const ID: &'static str;
    /// Name of the service, Chinese first.
    const TITLE: &'static str;
    /// Path below `/api/v1`.
    const PATH: &'static str;
    /// Roles that may call it.
    const ROLES: &'static [Role];
    /// What the opened data becomes.
    type Request;

    /// JSON Schema (2020-12) of the opened data: types and shapes.
    fn schema() -> Value;

    /// Turns data that fits the schema into a request.
    ///
    /// # Errors
    /// The fields that the schema let through but the request cannot take.
    fn parse(data: Value) -> Result<Self::Request, Vec<FieldError>>;
}

/// A row of the table, without types.
#[derive(Debug, Clone, Copy)]
pub struct OperationRow {
    /// Operation id.
    pub id: &'static str,
    /// Name of the service.
    pub title: &'static str,
    /// Path below `/api/v1`.
    pub path: &'static str,
    /// Roles that may call it.
    pub roles: &'static [Role],
    /// JSON Schema of the opened data.
    pub schema: fn() -> Value,
}

impl OperationRow {
    const fn of<O: Operation>() -> OperationRow {
        OperationRow {
            id: O::ID,
            title: O::TITLE,
            path: O::PATH,
            roles: O::ROLES,
            schema: O::schema,
        }
    }
}

/// The table of operations: what is not here is not offered.
pub const TABLE: &[OperationRow] = &[
    OperationRow::of::<qc_pre_check::PreCheck>(),
    OperationRow::of::<groupings_fee_summary::FeeSummary>(),
    OperationRow::of::<reports_submit::Submit>(),
];

/// The violations of a list as field errors, below `prefix`.
pub(crate) fn list_errors(prefix: &str, violations: Vec<chs_model::Violation>) -> Vec<FieldError> {
    violations
        .into_iter()
        .map(|v| FieldError::new(format!("{prefix}{}", v.pointer), v.zh, v.en))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_compiles_and_no_id_or_path_stands_twice() {
        let mut seen = std::collections::HashSet::new();
        for row in TABLE {
            assert!(seen.insert(row.id) && seen.insert(row.path), "{}", row.id);
            jsonschema::validator_for(&(row.schema)()).unwrap();
        }
    }
}
