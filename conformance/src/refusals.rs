//! The table of refusals: what the target must say for each cause.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::embedded;

/// How a refusal is dressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    /// RFC 9457, before the caller is verified.
    Plain,
    /// Sealed and signed, afterwards.
    Sealed,
}

/// One cause.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) status: u16,
    /// The target's code; empty when any will do.
    pub(crate) code: String,
    /// Dress.
    pub(crate) form: Form,
}

/// All causes by name.
pub(crate) type Refusals = BTreeMap<String, Refusal>;

/// The embedded table, with the rows of `other` (another implementation's table) put over it.
///
/// # Errors
/// A text for the user when a table is not valid TOML of this shape.
pub(crate) fn load(other: Option<&str>) -> Result<Refusals, String> {
    let mut table: Refusals =
        toml::from_str(embedded::REFUSALS).map_err(|error| error.to_string())?;
    if let Some(text) = other {
        let rows: Refusals = toml::from_str(text).map_err(|error| error.to_string())?;
        table.extend(rows);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_table_overrides_row_by_row() {
        let table = load(Some("[stale]\nstatus = 401\ncode = \"\"\nform = \"plain\"")).unwrap();
        assert_eq!(table["stale"].code, "");
        assert_eq!(table["role"].status, 403);
        assert!(load(Some("[stale]\nstatus = 401")).is_err());
    }

    #[test]
    fn one_code_has_one_cause() {
        let table = load(None).unwrap();
        let codes: std::collections::HashSet<_> = table.values().map(|row| &row.code).collect();
        assert_eq!(codes.len(), table.len());
    }
}
