//! Which tables there are. A name that is not here refuses the rule file.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

use chs_model::dictionary::{self, Dictionary};
use serde::Deserialize;

use super::{AgeBands, CodeRanges, CodeSystem, Combinations, bands, combinations};

/// A table ready to be asked.
#[derive(Debug, Clone)]
pub(crate) enum Table {
    System(CodeSystem),
    Ranges(Arc<CodeRanges>),
    Codes(Arc<HashSet<Box<str>>>),
    Dictionary(&'static Dictionary),
    Combinations(Arc<Combinations>),
    Ages(Arc<AgeBands>),
    Entries(Arc<Entries>),
    External(External),
}

/// A table that is answered by [`crate::Tables`] under its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct External {
    pub(crate) name: &'static str,
    /// What a rule that lacks it says it needs: every check says so of many tables.
    pub(crate) shown: &'static str,
}

/// The name alone, which is what the digest of a rule set goes by.
impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

/// Attributes by code.
pub(crate) type Entries = BTreeMap<Box<str>, BTreeMap<Box<str>, Box<str>>>;

/// The names of all tables.
#[derive(Debug)]
pub(crate) struct Registry {
    tables: BTreeMap<String, Table>,
    /// Names of the tables that are answered by the caller, and how they are shown.
    external: BTreeMap<String, String>,
    area: BTreeMap<String, AreaTable>,
}

/// `tables/names.toml`: tables that live elsewhere.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    /// Table name to dictionary id.
    dictionary: BTreeMap<String, String>,
    /// Derived from the active scheme; name to meaning.
    scheme: BTreeMap<String, String>,
    /// Supplied by the pooling area.
    area: BTreeMap<String, AreaTable>,
}

/// A table that a pooling area supplies as CSV.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AreaTable {
    /// What it holds.
    pub(crate) meaning: String,
    /// Its columns; the first is the code it is asked by.
    pub(crate) columns: Vec<String>,
}

/// A table carried by this crate.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Carried {
    /// The publication the table comes from; kept for the reader of the file.
    #[serde(rename = "source")]
    _source: String,
    #[serde(default)]
    ranges: Vec<String>,
    #[serde(default)]
    codes: Vec<Box<str>>,
    #[serde(default)]
    combinations: Vec<combinations::Written>,
    #[serde(default)]
    ages: Vec<bands::Written>,
    #[serde(default)]
    entries: Entries,
}

const CARRIED: &[&str] = &[
    include_str!("../../tables/sex.toml"),
    include_str!("../../tables/sex_by_code.toml"),
    include_str!("../../tables/age.toml"),
    include_str!("../../tables/combinations.toml"),
    include_str!("../../tables/procedures.toml"),
    include_str!("../../tables/newborn.toml"),
    include_str!("../../tables/states.toml"),
];

static BUILTIN: LazyLock<Result<Registry, String>> =
    LazyLock::new(|| Registry::load(include_str!("../../tables/names.toml"), CARRIED));

/// The table files of this crate, for the digest.
pub(crate) fn carried_tables() -> &'static [&'static str] {
    CARRIED
}

impl Registry {
    /// The tables of this crate.
    ///
    /// # Errors
    /// The fault of a table file; a test keeps the shipped ones free of any.
    pub(crate) fn builtin() -> Result<&'static Self, String> {
        BUILTIN.as_ref().map_err(Clone::clone)
    }

    fn load(names: &str, carried: &[&str]) -> Result<Self, String> {
        let names: Names = toml::from_str(names).map_err(|error| error.to_string())?;
        let mut tables = BTreeMap::new();
        for (name, id) in names.dictionary {
            let found = dictionary::get(&id).ok_or_else(|| format!("no dictionary {id}"))?;
            tables.insert(name, Table::Dictionary(found));
        }
        let area = names.area.keys().cloned();
        let external = names.scheme.keys().cloned().chain(area).map(|name| {
            let shown = format!("table {name}");
            (name, shown)
        });
        let external = external.collect();
        for text in carried {
            let file: BTreeMap<String, Carried> =
                toml::from_str(text).map_err(|error| error.to_string())?;
            for (name, table) in file {
                tables.insert(name, table.into_table()?);
            }
        }
        Ok(Self {
            tables,
            external,
            area: names.area,
        })
    }

    /// The tables that a pooling area supplies.
    pub(crate) fn area(&self) -> &BTreeMap<String, AreaTable> {
        &self.area
    }

    /// The table of this name.
    pub(crate) fn find(&'static self, name: &str) -> Option<Table> {
        CodeSystem::from_name(name)
            .map(Table::System)
            .or_else(|| self.tables.get(name).cloned())
            .or_else(|| self.external(name).map(Table::External))
    }

    fn external(&'static self, name: &str) -> Option<External> {
        let (name, shown) = self.external.get_key_value(name)?;
        Some(External { name, shown })
    }
}

impl Carried {
    fn into_table(self) -> Result<Table, String> {
        if !self.combinations.is_empty() {
            return Ok(Table::Combinations(Arc::new(Combinations::build(
                self.combinations,
            )?)));
        }
        if !self.ages.is_empty() {
            return Ok(Table::Ages(Arc::new(AgeBands::build(self.ages)?)));
        }
        if !self.entries.is_empty() {
            return Ok(Table::Entries(Arc::new(self.entries)));
        }
        if self.ranges.is_empty() {
            return Ok(Table::Codes(Arc::new(self.codes.into_iter().collect())));
        }
        let ranges = CodeRanges::parse(&self.ranges.join(","))?;
        Ok(Table::Ranges(Arc::new(ranges)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::{Registry, Table};

    #[test]
    fn the_shipped_tables_load() {
        let registry = Registry::builtin().unwrap();
        assert!(matches!(
            registry.find("mdc_principal"),
            Some(Table::External(_))
        ));
        assert!(matches!(
            registry.find("nationality56"),
            Some(Table::Dictionary(_))
        ));
        assert!(registry.find("no_such_table").is_none());
        let Some(Table::Ranges(female)) = registry.find("female_only_dx") else {
            panic!("female_only_dx is a table of ranges");
        };
        assert!(female.contains("O80.000") && female.contains("A18.100x019+N77.1*"));
        assert!(!female.contains("C50.900"));
    }
}
