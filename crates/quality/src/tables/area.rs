//! Tables that a pooling area supplies, each a CSV with a header line.
//!
//! The columns of each are listed in `tables/names.toml` and in [`area_table_help`];
//! the first is the code that the table is asked by. A table may carry `valid_from`
//! and `valid_to` (yyyy-MM-dd, both included, blank for open): then a question that
//! names a day is answered by the entry in force on it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use chrono::NaiveDate;
use thiserror::Error;

use super::registry::{AreaTable, Registry};
use super::{Attribute, Tables};

/// Why a table file is refused, with the line it is about.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{table}:{line}: {zh}；{en}")]
pub struct TableError {
    /// Name of the table.
    pub table: String,
    /// Line from 1.
    pub line: u64,
    /// The reason, Chinese.
    pub zh: String,
    /// The reason, English.
    pub en: String,
}

/// The tables that an area has loaded.
///
/// ```
/// use chs_quality::{AreaTables, Tables};
///
/// let mut tables = AreaTables::default();
/// let doctors = "code,fixmedins_code\nD610401000001,H61040100001\n";
/// assert_eq!(tables.load_csv("doctor", doctors.as_bytes()), Ok(1));
/// assert_eq!(tables.contains("doctor", "D610401000001"), Some(true));
/// assert_eq!(tables.contains("fixmedins", "H61040100001"), None, "not loaded");
/// let refused = tables.load_csv("doctor", "code\n".as_bytes()).map_err(|error| error.line);
/// assert_eq!(refused, Err(1), "a column is missing");
/// ```
#[derive(Debug, Clone, Default)]
pub struct AreaTables {
    tables: BTreeMap<String, Loaded>,
}

#[derive(Debug, Clone, Default)]
struct Loaded {
    columns: Vec<String>,
    rows: HashMap<Box<str>, Vec<Row>>,
}

#[derive(Debug, Clone)]
struct Row {
    cells: Box<[Box<str>]>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl AreaTables {
    /// Loads one table from CSV in UTF-8, in place of an earlier one of the name, and
    /// answers the number of rows. A file with one fault is refused whole.
    ///
    /// # Errors
    /// An unknown table, a missing column, a blank or double code, a date that is none.
    pub fn load_csv(&mut self, name: &str, csv: &[u8]) -> Result<usize, TableError> {
        let refuse = |line: u64, zh: String, en: String| TableError {
            table: name.to_owned(),
            line,
            zh,
            en,
        };
        let known = Registry::builtin()
            .ok()
            .and_then(|registry| registry.area().get(name))
            .ok_or_else(|| {
                let zh = format!("没有名为 {name} 的地方表");
                refuse(0, zh, format!("there is no area table {name}"))
            })?;
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(csv);
        let unreadable = |error: csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            refuse(
                line,
                format!("无法读取：{error}"),
                format!("cannot be read: {error}"),
            )
        };
        let header = reader.headers().map_err(unreadable)?.clone();
        let header: Vec<String> = header
            .iter()
            .map(|column| column.trim_start_matches('\u{feff}').to_owned())
            .collect();
        let places = places(known, &header).map_err(|column| {
            refuse(
                1,
                format!("缺少列 {column}"),
                format!("column {column} is missing"),
            )
        })?;
        let mut loaded = Loaded {
            columns: known.columns.clone(),
            rows: HashMap::new(),
        };
        let mut count = 0;
        for record in reader.records() {
            let record = record.map_err(unreadable)?;
            let line = record.position().map_or(0, csv::Position::line);
            let (code, row) =
                row(known, &places, &record).map_err(|(zh, en)| refuse(line, zh, en))?;
            let same = loaded.rows.entry(code).or_default();
            if same.iter().any(|other| other.overlaps(&row)) {
                return Err(refuse(
                    line,
                    "同一代码重复或有效期重叠".into(),
                    "the code stands twice, or its periods overlap".into(),
                ));
            }
            same.push(row);
            count += 1;
        }
        self.tables.insert(name.to_owned(), loaded);
        Ok(count)
    }

    /// The tables that are loaded, with the number of their codes.
    pub fn loaded(&self) -> impl Iterator<Item = (&str, usize)> {
        let tables = self.tables.iter();
        tables.map(|(name, table)| (name.as_str(), table.rows.len()))
    }
}

impl Row {
    fn overlaps(&self, other: &Row) -> bool {
        let before = |to: Option<NaiveDate>, from: Option<NaiveDate>| {
            to.zip(from).is_some_and(|(to, from)| to < from)
        };
        !before(self.to, other.from) && !before(other.to, self.from)
    }

    fn is_in_force(&self, on: Option<NaiveDate>) -> bool {
        on.is_none_or(|on| {
            self.from.is_none_or(|from| from <= on) && self.to.is_none_or(|to| on <= to)
        })
    }
}

/// Where in the file each column of the table stands; the periods may be left out.
fn places(known: &AreaTable, header: &[String]) -> Result<Vec<Option<usize>>, String> {
    let columns = known.columns.iter().map(|column| {
        let at = header.iter().position(|given| given == column);
        if at.is_none() && !column.starts_with("valid_") {
            return Err(column.clone());
        }
        Ok(at)
    });
    columns.collect()
}

fn row(
    known: &AreaTable,
    places: &[Option<usize>],
    record: &csv::StringRecord,
) -> Result<(Box<str>, Row), (String, String)> {
    let cells = places.iter().map(|place| {
        let cell = place.and_then(|place| record.get(place));
        cell.unwrap_or_default().into()
    });
    let cells: Box<[Box<str>]> = cells.collect();
    let date = |name: &str| {
        let cell = known
            .columns
            .iter()
            .position(|column| column == name)
            .and_then(|at| cells.get(at))
            .filter(|cell| !cell.is_empty());
        cell.map(|cell| {
            chs_model::parse_date(cell).ok_or_else(|| {
                (
                    format!("{name} 不是日期（yyyy-MM-dd）"),
                    format!("{name} is no date (yyyy-MM-dd)"),
                )
            })
        })
        .transpose()
    };
    let (from, to) = (date("valid_from")?, date("valid_to")?);
    match cells.first() {
        Some(code) if !code.is_empty() => Ok((code.clone(), Row { cells, from, to })),
        _ => Err(("代码为空".to_owned(), "the code is blank".to_owned())),
    }
}

impl Tables for AreaTables {
    fn contains(&self, table: &str, code: &str) -> Option<bool> {
        Some(self.tables.get(table)?.rows.contains_key(code))
    }

    fn attribute<'t>(
        &'t self,
        table: &str,
        code: &str,
        on: Option<NaiveDate>,
        attribute: &str,
    ) -> Attribute<'t> {
        let Some(table) = self.tables.get(table) else {
            return Attribute::NotLoaded;
        };
        let column = table.columns.iter().position(|column| column == attribute);
        let rows = table.rows.get(code).into_iter().flatten();
        let mut rows = rows.filter(|row| row.is_in_force(on));
        let cell = rows
            .next()
            .zip(column)
            .and_then(|(row, at)| row.cells.get(at));
        cell.filter(|cell| !cell.is_empty())
            .map_or(Attribute::None, |cell| Attribute::Is(cell))
    }
}

/// The area tables with their columns, as a Markdown table for the documentation.
#[must_use]
pub fn area_table_help() -> String {
    let mut text = String::from("| TAB. | Columns of the CSV | Holds |\n|---|---|---|\n");
    if let Ok(registry) = Registry::builtin() {
        for (name, table) in registry.area() {
            let columns = table.columns.join(", ");
            // writing to a String cannot fail
            let _ = writeln!(text, "| {name} | {columns} | {} |", table.meaning);
        }
    }
    text
}
