//! Lists as long as those of long stays: the made-up ones have three kilobytes.

use serde_json::Value;

/// What a list is lengthened by: rows of operations and diagnoses of other lists. A list's own
/// rows once more would not do, for what repeats itself is packed away before it is stored.
#[derive(Debug, Default)]
pub(super) struct LongStays {
    rows: Vec<(&'static str, Value)>,
    next: usize,
}

impl LongStays {
    /// With the rows of these lists.
    pub(super) fn of(lists: impl Iterator<Item = Value>) -> LongStays {
        let mut rows = Vec::new();
        for mut list in lists {
            for node in ["oprninfo", "diseinfo"] {
                if let Some(Value::Array(own)) = list.get_mut(node).map(Value::take) {
                    rows.extend(own.into_iter().map(|row| (node, row)));
                }
            }
        }
        LongStays { rows, next: 0 }
    }

    /// The list with so many rows more that its text has `bytes` bytes, other ones than the
    /// list before got; fewer where there are not enough. It passes the schema and can be
    /// stored; quality control would find fault with it.
    pub(super) fn lengthened(&mut self, mut list: Value, bytes: usize) -> Value {
        let mut length = list.to_string().len();
        for _ in 0..self.rows.len() {
            if length >= bytes {
                break;
            }
            let taken = self.rows.get(self.next % self.rows.len());
            self.next += 1;
            let Some((node, row)) = taken else { break };
            if let Some(Value::Array(rows)) = list.get_mut(node) {
                length += row.to_string().len() + 1;
                rows.push(row.clone());
            }
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    fn list(diagnoses: &[String]) -> Value {
        let diagnoses: Vec<Value> = diagnoses
            .iter()
            .map(|code| json!({"diag_code": code}))
            .collect();
        json!({"setlinfo": {}, "diseinfo": diagnoses, "oprninfo": []})
    }

    #[test]
    fn lists_grow_by_rows_that_differ() {
        let codes: Vec<String> = (100..200).map(|n| format!("I10.x00{n}")).collect();
        let mut stays = LongStays::of(codes.chunks(10).map(list));
        let short = list(&["A01.000".to_owned()]);
        let (one, two) = (
            stays.lengthened(short.clone(), 1_000),
            stays.lengthened(short.clone(), 1_000),
        );
        let mut seen = BTreeSet::new();
        for long in [one, two] {
            let length = long.to_string().len();
            assert!((1_000..1_030).contains(&length), "{length}");
            let rows = long.get("diseinfo").and_then(Value::as_array).unwrap();
            assert!(rows.iter().skip(1).all(|row| seen.insert(row.to_string())));
        }
        assert_eq!(stays.lengthened(short.clone(), 10), short);
    }

    #[test]
    fn a_list_that_cannot_grow_stays_as_it_is() {
        let mut stays = LongStays::of([list(&["A01.000".to_owned()])].into_iter());
        assert_eq!(stays.lengthened(json!({}), 1_000), json!({}));
        assert_eq!(LongStays::default().lengthened(json!({}), 1_000), json!({}));
    }
}
