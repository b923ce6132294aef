//! From JSON to documents. What the schema does not name is left out: these messages
//! carry far more than conditions ask for.

use serde_json::{Map, Value};
use thiserror::Error;

use super::schema::{DocumentId, find_document, schema};
use super::{Companions, Record};

/// Longest value taken, in bytes: a longer one is no value that a rule can speak of.
const MAX_VALUE: usize = 8_000;
/// Most rows taken of one document.
const MAX_ROWS: usize = 100_000;

/// Why a document is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CompanionError {
    /// No document of this name.
    #[error("没有名为 {0} 的文档；there is no document {0}")]
    Unknown(String),
    /// Not an object, or not an array of objects.
    #[error("{0} 应为对象或对象数组；{0} must be an object or an array of objects")]
    Shape(String),
    /// More rows than are taken.
    #[error("{0} 最多 {MAX_ROWS} 行；{0} has at most {MAX_ROWS} rows")]
    TooManyRows(String),
}

impl Companions {
    /// Puts a document in place: an object, or an array of them for one of rows.
    /// Members that no condition can name are left out.
    ///
    /// # Errors
    /// An unknown name, another shape, too many rows.
    pub fn put_json(&mut self, document: &str, value: &Value) -> Result<(), CompanionError> {
        let id =
            find_document(document).ok_or_else(|| CompanionError::Unknown(document.to_owned()))?;
        let shape = || CompanionError::Shape(document.to_owned());
        let rows = if id.definition().rows {
            let rows = value.as_array().ok_or_else(shape)?;
            if rows.len() > MAX_ROWS {
                return Err(CompanionError::TooManyRows(document.to_owned()));
            }
            let rows = rows.iter().enumerate();
            rows.map(|(index, row)| Ok(record(id, index, row.as_object().ok_or_else(shape)?)))
                .collect::<Result<_, _>>()?
        } else {
            vec![record(id, 0, value.as_object().ok_or_else(shape)?)]
        };
        self.put(id, rows);
        Ok(())
    }

    /// The `hospital` node of a pre-check: the record itself and the rows in it, where
    /// `fee_lines` are the fee lines (`feedetail`).
    ///
    /// # Errors
    /// As [`Companions::put_json`].
    pub fn hospital(&mut self, node: &Value) -> Result<(), CompanionError> {
        self.with_rows("HIS", node)?;
        match node.get("fee_lines") {
            Some(lines) => self.put_json("feedetail", lines),
            None => Ok(()),
        }
    }

    /// The input of transaction 4401: `baseinfo` and the rows of `diseinfo` and `oprninfo`.
    ///
    /// # Errors
    /// As [`Companions::put_json`].
    pub fn front_page(&mut self, input: &Value) -> Result<(), CompanionError> {
        let base = input.get("baseinfo").unwrap_or(&Value::Null);
        self.put_json("baseinfo", base)?;
        for node in ["diseinfo", "oprninfo"] {
            let rows = input.get(node).cloned();
            let rows = rows.filter(|rows| !rows.is_null());
            let rows = rows.unwrap_or_else(|| Value::Array(Vec::new()));
            self.put_json(&format!("baseinfo.{node}"), &rows)?;
        }
        Ok(())
    }

    fn with_rows(&mut self, document: &str, node: &Value) -> Result<(), CompanionError> {
        self.put_json(document, node)?;
        for part in schema() {
            let member = part.name.strip_prefix(document);
            let member = member.and_then(|rest| rest.strip_prefix('.'));
            match member.and_then(|member| node.get(member)) {
                Some(Value::Null) | None => {}
                Some(rows) => self.put_json(&part.name, rows)?,
            }
        }
        Ok(())
    }
}

fn record(document: DocumentId, index: usize, object: &Map<String, Value>) -> Record {
    let members = &document.definition().members;
    let cells = members.iter().map(|(name, _)| {
        let text = match member(object, name)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => return None,
        };
        (text.len() <= MAX_VALUE).then(|| text.into_boxed_str())
    });
    Record {
        document,
        index,
        cells: cells.collect(),
    }
}

/// A member, in a nested object where its name has a dot.
fn member<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    match name.split_once('.') {
        None => object.get(name),
        Some((outer, inner)) => member(object.get(outer)?.as_object()?, inner),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::super::{Companions, find_document, find_member};
    use super::CompanionError;

    #[test]
    fn nested_members_and_rows() {
        let mut beside = Companions::default();
        let node = json!({
            "adm_change": {"done": true, "new_time": "2025-03-01 10:05"},
            "operations": [{"code": "47.0100"}],
            "fee_lines": [{"cnt": 2, "unknown": {}}],
        });
        beside.hospital(&node).unwrap();
        let id = find_document("HIS").unwrap();
        let done = find_member(id, "adm_change.done").unwrap();
        assert_eq!(beside.record(id).unwrap().text(done), Some("true"));
        let lines = find_document("feedetail").unwrap();
        assert_eq!(beside.rows(lines).unwrap().len(), 1);
        let vouchers = find_document("HIS.vouchers").unwrap();
        assert_eq!(
            beside.rows(vouchers),
            Some(&[][..]),
            "none are named, there are none"
        );
        let diagnoses = find_document("HIS.diagnoses").unwrap();
        assert_eq!(
            beside.rows(diagnoses),
            None,
            "it is not known whether there are any"
        );
    }

    #[test]
    fn other_shapes_are_refused() {
        let mut beside = Companions::default();
        assert_eq!(
            beside.put_json("HIS", &json!([])),
            Err(CompanionError::Shape("HIS".into()))
        );
        assert_eq!(
            beside.hospital(&json!({"operations": [1]})),
            Err(CompanionError::Shape("HIS.operations".into()))
        );
        assert!(beside.put_json("nothing", &json!({})).is_err());
    }
}
