//! The operations of the contract, one file each, always in the same order: types, doc,
//! handler, tests. [`Operation`] is a row of the table; `router` mounts them.

pub mod groupings_fee_summary;
pub mod groupings_report;
pub mod groupings_revoke;
pub mod groupings_verify;
pub mod items;
pub mod lists_audit;
pub mod lists_uploads;
pub mod objections_decide;
pub mod objections_submit;
pub mod publication_publish;
pub mod publication_query;
pub mod qc_post_check;
pub mod qc_pre_check;
pub mod qc_results;
pub mod reports_submit;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
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
    OperationRow::of::<qc_post_check::PostCheck>(),
    OperationRow::of::<qc_results::QcResults>(),
    OperationRow::of::<lists_uploads::Uploads>(),
    OperationRow::of::<groupings_fee_summary::FeeSummary>(),
    OperationRow::of::<reports_submit::Submit>(),
    OperationRow::of::<groupings_report::Report>(),
    OperationRow::of::<groupings_revoke::Revoke>(),
    OperationRow::of::<groupings_verify::Verify>(),
    OperationRow::of::<lists_audit::Audit>(),
    OperationRow::of::<publication_publish::Publish>(),
    OperationRow::of::<publication_query::Published>(),
    OperationRow::of::<objections_submit::Object>(),
    OperationRow::of::<objections_decide::Decide>(),
];

/// A request out of data that fits its schema.
pub(crate) fn request<R: DeserializeOwned>(data: Value) -> Result<R, Vec<FieldError>> {
    serde_json::from_value(data)
        .map_err(|error| vec![FieldError::new("", "请求不正确", error.to_string())])
}

/// A small whole number that callers send as text or as a number.
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i16, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(i16),
    }
    match Either::deserialize(deserializer)? {
        Either::Text(text) => text.parse().map_err(serde::de::Error::custom),
        Either::Number(number) => Ok(number),
    }
}

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
