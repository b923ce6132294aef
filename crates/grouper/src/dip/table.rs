//! CSV files of a catalogue: cells by the name of their column, with their line.

use super::error::Fault;
use csv::StringRecord;

/// A file's header and records.
pub(crate) struct Table {
    file: &'static str,
    header: Vec<String>,
    records: Vec<StringRecord>,
}

/// One record.
#[derive(Clone, Copy)]
pub(crate) struct Line<'t> {
    table: &'t Table,
    record: &'t StringRecord,
    /// The line in the file, from 1.
    pub(crate) number: u64,
}

impl Table {
    /// Reads a file. An empty text has no columns and no records.
    pub(crate) fn read(file: &'static str, text: &str, required: &[&str]) -> Result<Self, Fault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let bad = |error: &csv::Error| {
            let line = error.position().map_or(0, csv::Position::line);
            Fault::new(file, line, "CSV 格式有误", format!("not CSV: {error}"))
        };
        let header = reader.headers().map_err(|error| bad(&error))?;
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        let records = reader.records().collect::<Result<Vec<_>, _>>();
        let records = records.map_err(|error| bad(&error))?;
        for (place, name) in header.iter().enumerate() {
            if header.iter().take(place).any(|before| before == name) {
                return Err(Fault::new(
                    file,
                    1,
                    format!("列 {name} 重复"),
                    format!("the column {name} stands twice"),
                ));
            }
        }
        let lacks = |name: &&&str| !header.iter().any(|known| known == **name);
        if let Some(name) = required.iter().find(lacks)
            && !(header.is_empty() && records.is_empty())
        {
            return Err(Fault::new(
                file,
                1,
                format!("缺少列 {name}"),
                format!("the column {name} is missing"),
            ));
        }
        Ok(Self {
            file,
            header,
            records,
        })
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.records.iter().map(|record| Line {
            table: self,
            record,
            number: record.position().map_or(0, csv::Position::line),
        })
    }
}

impl<'t> Line<'t> {
    /// The trimmed cell of a column; empty when there is no such column.
    pub(crate) fn get(&self, column: &str) -> &'t str {
        let place = self.table.header.iter().position(|name| name == column);
        let cell = place.and_then(|place| self.record.get(place));
        cell.unwrap_or_default()
    }

    /// Column names and cells that are none of `known` and not empty.
    pub(crate) fn others(&self, known: &[&str]) -> Vec<(String, String)> {
        let cells = self.table.header.iter().zip(self.record);
        let cells =
            cells.filter(|(name, cell)| !known.contains(&name.as_str()) && !cell.is_empty());
        cells
            .map(|(name, cell)| (name.clone(), cell.to_owned()))
            .collect()
    }

    pub(crate) fn fault(&self, zh: impl Into<String>, en: impl Into<String>) -> Fault {
        Fault::new(self.table.file, self.number, zh, en)
    }
}
