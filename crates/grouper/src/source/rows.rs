//! `mdc.csv`, `adrg.csv` and `drg.csv`: rows with rules, by header.

use crate::scheme::SchemeError;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A row of `mdc.csv`.
#[derive(Debug, Clone)]
pub(crate) struct MdcRow {
    pub(crate) order: Decimal,
    pub(crate) name: String,
    pub(crate) rule: String,
}

/// A row of `adrg.csv`; a core group may have several, numbered by `row`.
#[derive(Debug, Clone)]
pub(crate) struct AdrgRow {
    pub(crate) mdc: String,
    /// Place among the rows of the MDC. A local scheme may write 11.1 to put a
    /// row between the base's 11 and 12 without renumbering the others.
    pub(crate) order: Decimal,
    pub(crate) rule: String,
    /// The core group's Chinese name, where the scheme publishes one.
    pub(crate) name: String,
}

/// A row of `drg.csv`.
#[derive(Debug, Clone)]
pub(crate) struct DrgRow {
    pub(crate) adrg: String,
    /// Place among the groups of the ADRG; without one, by code.
    pub(crate) order: Option<Decimal>,
    pub(crate) rule: String,
    pub(crate) name: String,
}

/// A kind of row: how it is keyed and read.
pub(super) trait Keyed: Sized {
    const FILE: &'static str;
    type Key: Ord + Clone + std::fmt::Debug;

    fn key(cells: &Cells<'_>) -> Result<Self::Key, SchemeError>;
    fn read(cells: &Cells<'_>) -> Result<Self, SchemeError>;
}

impl Keyed for MdcRow {
    const FILE: &'static str = "mdc.csv";
    type Key = String;

    fn key(cells: &Cells<'_>) -> Result<String, SchemeError> {
        cells.filled("mdc")
    }

    fn read(cells: &Cells<'_>) -> Result<Self, SchemeError> {
        Ok(Self {
            order: cells.number("order")?,
            name: cells.filled("name")?,
            rule: cells.text("rule")?.to_owned(),
        })
    }
}

impl Keyed for AdrgRow {
    const FILE: &'static str = "adrg.csv";
    type Key = (String, u32);

    fn key(cells: &Cells<'_>) -> Result<(String, u32), SchemeError> {
        let row = cells.text("row")?.parse();
        let row = row.map_err(|_| cells.error("row 应为整数", "row must be a whole number"))?;
        Ok((cells.filled("adrg")?, row))
    }

    fn read(cells: &Cells<'_>) -> Result<Self, SchemeError> {
        Ok(Self {
            mdc: cells.filled("mdc")?,
            order: cells.number("order")?,
            rule: cells.text("rule")?.to_owned(),
            name: cells.optional("name").unwrap_or_default().to_owned(),
        })
    }
}

impl Keyed for DrgRow {
    const FILE: &'static str = "drg.csv";
    type Key = String;

    fn key(cells: &Cells<'_>) -> Result<String, SchemeError> {
        cells.filled("drg")
    }

    fn read(cells: &Cells<'_>) -> Result<Self, SchemeError> {
        let order = cells.optional("order").filter(|text| !text.is_empty());
        Ok(Self {
            adrg: cells.filled("adrg")?,
            order: order.map(|_| cells.number("order")).transpose()?,
            rule: cells.text("rule")?.to_owned(),
            name: cells.filled("name")?,
        })
    }
}

/// Reads a file of rows into `rows`, which holds the base's.
///
/// Without a column `change` every row is new; with one, each row says what it
/// does, and a row that does not fit the base is refused: a local scheme whose
/// base has moved on must be looked at, not merged by luck.
pub(super) fn read<R: Keyed>(
    text: &str,
    rows: &mut BTreeMap<R::Key, R>,
) -> Result<(), SchemeError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| broken(R::FILE, &error))?;
    let header = header.clone();
    for record in reader.records() {
        let record = record.map_err(|error| broken(R::FILE, &error))?;
        let cells = Cells {
            file: R::FILE,
            header: &header,
            record: &record,
        };
        let key = R::key(&cells)?;
        match (cells.optional("change").unwrap_or("+"), rows.entry(key)) {
            ("+", Entry::Vacant(entry)) => {
                entry.insert(R::read(&cells)?);
            }
            ("~", Entry::Occupied(mut entry)) => {
                entry.insert(R::read(&cells)?);
            }
            ("-", Entry::Occupied(entry)) => {
                entry.remove();
            }
            ("+", Entry::Occupied(_)) => {
                return Err(cells.error("此行已存在", "the row exists already"));
            }
            ("~" | "-", Entry::Vacant(_)) => {
                return Err(cells.error("基础方案没有此行", "the base has no such row"));
            }
            _ => return Err(cells.error("change 应为 +、~ 或 -", "change must be +, ~ or -")),
        }
    }
    Ok(())
}

/// A record by column name.
pub(super) struct Cells<'a> {
    pub(super) file: &'static str,
    pub(super) header: &'a csv::StringRecord,
    pub(super) record: &'a csv::StringRecord,
}

impl<'a> Cells<'a> {
    pub(super) fn optional(&self, column: &str) -> Option<&'a str> {
        let place = self.header.iter().position(|name| name == column)?;
        self.record.get(place).map(str::trim)
    }

    fn text(&self, column: &str) -> Result<&'a str, SchemeError> {
        self.optional(column).ok_or_else(|| {
            self.error(
                format!("缺少列 {column}"),
                format!("the column {column} is missing"),
            )
        })
    }

    pub(super) fn filled(&self, column: &str) -> Result<String, SchemeError> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Err(self.error(format!("{column} 为空"), format!("{column} is empty")));
        }
        Ok(text.to_owned())
    }

    pub(super) fn number(&self, column: &str) -> Result<Decimal, SchemeError> {
        self.text(column)?.parse().map_err(|_| {
            self.error(
                format!("{column} 应为数"),
                format!("{column} must be a number"),
            )
        })
    }

    pub(super) fn error(&self, zh: impl Into<String>, en: impl Into<String>) -> SchemeError {
        let line = self.record.position().map_or(0, csv::Position::line);
        SchemeError::source(self.file, line, zh, en)
    }
}

pub(super) fn broken(file: &str, error: &csv::Error) -> SchemeError {
    let line = error.position().map_or(0, csv::Position::line);
    SchemeError::source(file, line, "不是规范的 CSV", error.to_string())
}
