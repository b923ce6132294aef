//! The columns of a CSV file of cases, by name.

use std::str;

use chs_grouper::{Case, Columns, Reason};
use csv::ByteRecord;

/// The columns that a case is read from.
pub(super) const CASE: [&str; 9] = [
    "sex",
    "age",
    "age_days",
    "birth_weight",
    "dept",
    "los",
    "discharge",
    "dx",
    "px",
];

/// A header: the names without the byte-order mark that spreadsheets write.
pub(super) struct Header {
    names: Vec<String>,
    /// Where the columns of [`CASE`] stand, as far as there are any.
    case: [Option<usize>; CASE.len()],
}

impl Header {
    /// Reads a header that must have the columns `needed`.
    ///
    /// # Errors
    /// Needed columns that are missing, or any that stand twice.
    pub(super) fn new(header: &ByteRecord, needed: &[&str]) -> Result<Self, String> {
        let names: Vec<String> = header
            .iter()
            .map(|name| {
                let name = name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name);
                String::from_utf8_lossy(name).trim().to_owned()
            })
            .collect();
        let count = |name: &str| names.iter().filter(|known| *known == name).count();
        let named = |wrong: fn(usize) -> bool| {
            let names = needed.iter().filter(|name| wrong(count(name)));
            names.copied().collect::<Vec<_>>().join(", ")
        };
        let missing = named(|count| count == 0);
        if !missing.is_empty() {
            return Err(format!("缺少列 / missing columns: {missing}"));
        }
        let double = named(|count| count > 1);
        if !double.is_empty() {
            return Err(format!("列重复 / columns that stand twice: {double}"));
        }
        let case = CASE.map(|name| names.iter().position(|known| known == name));
        Ok(Self { names, case })
    }

    /// The names.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Where a column stands.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// A cell as text; empty when there is no such column.
    ///
    /// # Errors
    /// The row does not fit the header, or the cell is not UTF-8.
    pub(super) fn cell<'r>(
        &self,
        row: &'r ByteRecord,
        place: Option<usize>,
    ) -> Result<&'r str, Reason> {
        if row.len() != self.names.len() {
            return Err(Reason::BadRow);
        }
        let bytes = place.and_then(|place| row.get(place)).unwrap_or_default();
        str::from_utf8(bytes).map_err(|_| Reason::BadRow)
    }

    /// The row as a case.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn case<'r>(&self, row: &'r ByteRecord) -> Result<Case<'r>, Reason> {
        let mut cells = [""; CASE.len()];
        for (cell, place) in cells.iter_mut().zip(self.case) {
            *cell = self.cell(row, place)?;
        }
        let [
            sex,
            age,
            age_days,
            birth_weight,
            dept,
            los,
            discharge,
            dx,
            px,
        ] = cells;
        Columns {
            sex,
            age,
            age_days,
            birth_weight,
            dept,
            los,
            discharge,
            dx,
            px,
        }
        .case()
    }
}
