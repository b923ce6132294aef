//! Families: one case written once and repeated for every row of a table.
//!
//! A family names its rows (`rows`, or `table`: a file under `tables/`) and may go over a
//! list column of each row as well (`each`). `${row.NAME}` stands for a column, `${each}`
//! for the element of the list or `${each.NAME}` for a member of it; alone in a text it
//! keeps its type. The case's id is the family's, then `-` and the row's `key`, then `-`
//! and the element's key.

use serde::Deserialize;
use toml::{Table, Value};

use crate::{case::Case, embedded};

/// A case and the rows it is repeated for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    id: String,
    slug: String,
    title: String,
    title_en: String,
    clauses: Vec<String>,
    /// Rows written in the case file.
    #[serde(default)]
    rows: Vec<Table>,
    /// File under `tables/` without `.toml`, whose `[[row]]`s are taken.
    table: Option<String>,
    /// Columns that a row must have to be taken.
    #[serde(default)]
    only: Vec<String>,
    /// Column with a list to go over; rows without it are left out.
    each: Option<String>,
    #[serde(rename = "step")]
    steps: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    row: Vec<Table>,
}

impl Family {
    /// The cases of all rows.
    ///
    /// # Errors
    /// A text that names the family, the row and what is wrong.
    pub(crate) fn cases(&self) -> Result<Vec<Case>, String> {
        let at = |reason: String| format!("{}: {reason}", self.id);
        let mut cases = Vec::new();
        for row in self.all_rows().map_err(at)? {
            if self.only.iter().any(|column| !row.contains_key(column)) {
                continue;
            }
            let key = key_of(&row).ok_or_else(|| at("a row without key".to_owned()))?;
            let items = match &self.each {
                None => vec![None],
                Some(column) => match row.get(column) {
                    None => continue,
                    Some(Value::Array(items)) => items.iter().map(Some).collect(),
                    Some(_) => return Err(at(format!("{key}: {column} is no list"))),
                },
            };
            for item in items {
                cases.push(self.case(&row, key, item).map_err(at)?);
            }
        }
        if cases.is_empty() {
            return Err(at("no rows".to_owned()));
        }
        Ok(cases)
    }

    fn all_rows(&self) -> Result<Vec<Table>, String> {
        let mut rows = self.rows.clone();
        if let Some(name) = &self.table {
            let text = embedded::text::<embedded::Tables>(&format!("{name}.toml"))
                .ok_or_else(|| format!("no table {name}"))?;
            let file: TableFile =
                toml::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
            rows.extend(file.row);
        }
        Ok(rows)
    }

    fn case(&self, row: &Table, key: &str, item: Option<&Value>) -> Result<Case, String> {
        let mut id = format!("{}-{key}", self.id);
        if let Some(item) = item {
            let key = match item {
                Value::Table(table) => key_of(table),
                other => other.as_str(),
            };
            id = format!("{id}-{}", key.ok_or("an element without key")?);
        }
        let filled = |text: &str| fill(text, row, item);
        let strings = |texts: &[String]| -> Result<Value, String> {
            let texts: Result<Vec<Value>, String> = texts.iter().map(|text| filled(text)).collect();
            Ok(Value::Array(texts?))
        };
        let steps: Result<Vec<Value>, String> = self
            .steps
            .iter()
            .map(|step| fill_value(step, row, item))
            .collect();
        let case = Table::from_iter([
            ("id".to_owned(), Value::String(id.clone())),
            ("slug".to_owned(), filled(&self.slug)?),
            ("title".to_owned(), filled(&self.title)?),
            ("title_en".to_owned(), filled(&self.title_en)?),
            ("clauses".to_owned(), strings(&self.clauses)?),
            ("step".to_owned(), Value::Array(steps?)),
        ]);
        Case::deserialize(Value::Table(case)).map_err(|error| format!("{id}: {error}"))
    }
}

fn key_of(row: &Table) -> Option<&str> {
    row.get("key").and_then(Value::as_str)
}

fn fill_value(value: &Value, row: &Table, item: Option<&Value>) -> Result<Value, String> {
    match value {
        Value::String(text) => fill(text, row, item),
        Value::Array(items) => items
            .iter()
            .map(|value| fill_value(value, row, item))
            .collect::<Result<Vec<Value>, String>>()
            .map(Value::Array),
        Value::Table(members) => members
            .iter()
            .map(|(name, value)| Ok((name.clone(), fill_value(value, row, item)?)))
            .collect::<Result<Table, String>>()
            .map(Value::Table),
        other => Ok(other.clone()),
    }
}

/// Fills in `${row.…}` and `${each…}`; other placeholders are left for the run.
fn fill(text: &str, row: &Table, item: Option<&Value>) -> Result<Value, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, tail) = after.split_once('}').ok_or("placeholder without end")?;
        out.push_str(before);
        match looked_up(name, row, item)? {
            None => out.push_str(&format!("${{{name}}}")),
            Some(value) if before.is_empty() && tail.is_empty() && out.is_empty() => {
                return Ok(value.clone());
            }
            Some(Value::String(value)) => out.push_str(value),
            Some(value) => out.push_str(&value.to_string()),
        }
        rest = tail;
    }
    out.push_str(rest);
    Ok(Value::String(out))
}

/// What a placeholder of a family stands for; `None` for those of the run.
fn looked_up<'a>(
    name: &str,
    row: &'a Table,
    item: Option<&'a Value>,
) -> Result<Option<&'a Value>, String> {
    let unknown = || format!("unknown placeholder ${{{name}}}");
    if let Some(column) = name.strip_prefix("row.") {
        return row.get(column).map(Some).ok_or_else(unknown);
    }
    if name == "each" {
        return item.map(Some).ok_or_else(unknown);
    }
    match name.strip_prefix("each.") {
        None => Ok(None),
        Some(member) => item
            .and_then(|item| item.get(member))
            .map(Some)
            .ok_or_else(unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(text: &str) -> Result<Vec<Case>, String> {
        toml::from_str::<Family>(text).unwrap().cases()
    }

    const TEXT: &str = "id='SEC-X'\nslug='x-${row.key}-${each.key}'\ntitle='${row.zh}'\ntitle_en='t'\n\
        clauses=['C-${row.key}']\neach='bad'\n\
        rows=[{key='a',zh='甲',path='p',bad=[{key='one',pointer='/n',set=1},{key='two',pointer='/m',set='s'}]},{key='b',zh='乙'}]\n\
        [[step]]\nname='s'\nsealed.caller='hospital-a'\nsealed.path='${row.path}'\nsealed.body='{\"id\":\"${case}\"}'\n\
        sealed.edit=[{pointer='${each.pointer}',set='${each.set}'}]\nexpect.refusal='schema'\n";

    #[test]
    fn a_family_is_a_case_for_each_row_and_element() {
        let cases = family(TEXT).unwrap();
        let ids: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(ids, ["SEC-X-a-one", "SEC-X-a-two"]);
        let case = &cases[0];
        assert_eq!(
            (case.slug.as_str(), case.title.as_str(), &case.clauses),
            ("x-a-one", "甲", &vec!["C-a".to_owned()])
        );
        let call = case.steps[0].sealed.as_ref().unwrap();
        assert_eq!(
            (call.path.as_str(), call.body.as_str()),
            ("p", "{\"id\":\"${case}\"}")
        );
        assert_eq!(call.edit[0].set, Some(Value::Integer(1)));
    }

    #[test]
    fn what_cannot_be_filled_in_is_named() {
        let wrong = |from: &str, to: &str| family(&TEXT.replace(from, to)).unwrap_err();
        assert!(wrong("${row.path}", "${row.none}").contains("${row.none}"));
        assert!(wrong("${each.set}", "${each.none}").contains("${each.none}"));
        assert!(wrong("each='bad'", "each='none'").contains("no rows"));
        assert!(wrong("each='bad'", "each='zh'").contains("no list"));
        assert!(wrong("key='one',", "").contains("without key"));
        assert!(wrong("slug=", "table='none'\nslug=").contains("no table none"));
    }
}
