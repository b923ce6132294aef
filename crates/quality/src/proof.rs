//! Proofs of a rule: changes to a clean list, with what must come of them.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::Value;

use crate::companions::{CompanionError, Companions};
use crate::tables::{AreaTables, TableError};

/// A change to a clean list, written beside the rule it proves.
///
/// Members are removed first, then set, then rows appended.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// JSON Pointers to remove.
    #[serde(default)]
    remove: Vec<String>,
    /// JSON Pointers and their new values.
    #[serde(default)]
    set: BTreeMap<String, Value>,
    /// Node names and a row to append to each.
    #[serde(default)]
    append: BTreeMap<String, Vec<Value>>,
    /// Documents beside the list.
    #[serde(default)]
    beside: BTreeMap<String, Value>,
    /// Tables of the area, as CSV.
    #[serde(default)]
    tables: BTreeMap<String, String>,
    /// Settings other than the defaults, TOML.
    settings: Option<String>,
    /// When the check is made, `yyyy-MM-dd HH:mm`.
    now: Option<String>,
    /// The weight that every regrouping answers.
    regrouped: Option<String>,
    /// Where the finding must point, if that is part of the proof.
    #[serde(default)]
    at: Vec<String>,
    /// Other error-level rules that follow from the same change.
    #[serde(default)]
    also: Vec<String>,
}

impl Proof {
    /// The clean list with the change made.
    ///
    /// # Errors
    /// The pointer or node that the list does not have.
    pub fn apply(&self, clean: &Value) -> Result<Value, String> {
        let mut list = clean.clone();
        for pointer in &self.remove {
            remove(&mut list, pointer).ok_or_else(|| pointer.clone())?;
        }
        for (pointer, value) in &self.set {
            set(&mut list, pointer, value.clone()).ok_or_else(|| pointer.clone())?;
        }
        for (node, rows) in &self.append {
            let known = list.as_object_mut().ok_or_else(|| node.clone())?;
            let entry = known
                .entry(node.as_str())
                .or_insert_with(|| Value::Array(Vec::new()));
            let all = entry.as_array_mut().ok_or_else(|| node.clone())?;
            all.extend(rows.iter().cloned());
        }
        Ok(list)
    }

    /// The documents that stand beside the list.
    ///
    /// # Errors
    /// Those of [`Companions::put_json`].
    pub fn companions(&self) -> Result<Companions, CompanionError> {
        let mut companions = Companions::default();
        for (name, value) in &self.beside {
            companions.put_json(name, value)?;
        }
        Ok(companions)
    }

    /// The tables of the area.
    ///
    /// # Errors
    /// Those of [`AreaTables::load_csv`].
    pub fn tables(&self) -> Result<AreaTables, TableError> {
        let mut tables = AreaTables::default();
        for (name, csv) in &self.tables {
            tables.load_csv(name, csv.as_bytes())?;
        }
        Ok(tables)
    }

    /// Settings other than the defaults, TOML.
    #[must_use]
    pub fn settings(&self) -> Option<&str> {
        self.settings.as_deref()
    }

    /// When the check is made.
    #[must_use]
    pub fn now(&self) -> Option<NaiveDateTime> {
        chs_model::parse_datetime(self.now.as_deref()?)
    }

    /// The weight that every regrouping answers.
    #[must_use]
    pub fn regrouped(&self) -> Option<&str> {
        self.regrouped.as_deref()
    }

    /// Where the findings must point; empty if that is not part of the proof.
    #[must_use]
    pub fn at(&self) -> &[String] {
        &self.at
    }

    /// Other error-level rules that follow from the same change.
    #[must_use]
    pub fn also(&self) -> &[String] {
        &self.also
    }
}

fn split(pointer: &str) -> Option<(&str, &str)> {
    pointer.rsplit_once('/')
}

fn remove(list: &mut Value, pointer: &str) -> Option<()> {
    let (parent, name) = split(pointer)?;
    match list.pointer_mut(parent)? {
        Value::Object(members) => members.shift_remove(name).map(drop),
        Value::Array(rows) => {
            let index: usize = name.parse().ok()?;
            (index < rows.len()).then(|| drop(rows.remove(index)))
        }
        _ => None,
    }
}

fn set(list: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let (parent, name) = split(pointer)?;
    match list.pointer_mut(parent)? {
        Value::Object(members) => {
            members.insert(name.to_owned(), value);
            Some(())
        }
        Value::Array(rows) => {
            let index: usize = name.parse().ok()?;
            *rows.get_mut(index)? = value;
            Some(())
        }
        _ => None,
    }
}
