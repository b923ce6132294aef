//! Lists as long as those of long stays: the made-up ones have three kilobytes.

use serde_json::Value;

/// Repeats the rows of operations and diagnoses until the list's text has `bytes` bytes. It
/// passes the schema and can be stored; quality control would find fault with it.
pub(super) fn lengthened(mut list: Value, bytes: usize) -> Value {
    let mut length = list.to_string().len();
    for node in ["oprninfo", "diseinfo"] {
        let Some(rows) = list.get_mut(node).and_then(Value::as_array_mut) else {
            continue;
        };
        let (own, most) = (rows.clone(), rows.len().max(1) * MOST_REPEATS);
        for row in own.into_iter().cycle().take(most) {
            if length >= bytes {
                return list;
            }
            length += row.to_string().len() + 1;
            rows.push(row);
        }
    }
    list
}

/// So that a list whose rows are few does not grow for ever.
const MOST_REPEATS: usize = 200;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_grows_by_its_own_rows() {
        let list = json!({"setlinfo": {}, "diseinfo": [{"diag_code": "I10.x00"}], "oprninfo": []});
        let long = lengthened(list.clone(), 1_000);
        let length = long.to_string().len();
        assert!((1_000..1_030).contains(&length), "{length}");
        assert_eq!(lengthened(list.clone(), 10), list);
        assert_eq!(lengthened(json!({}), 1_000), json!({}));
    }
}
