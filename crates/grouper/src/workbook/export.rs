//! A scheme written in the official layout.

use super::layout::{self, Layout, title};
use super::{WorkbookError, tables};
use crate::scheme::{AdrgRow, Drg, Scheme};
use chs_model::icd;
use rust_decimal::Decimal;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use std::collections::{BTreeMap, HashSet};

/// Writes a scheme as a workbook in the official layout; importing it gives a scheme
/// with the same digest.
///
/// A local scheme is written whole, its base filled in, with the weight and the
/// area's own columns behind those of the layout.
///
/// # Errors
/// A text that no cell can hold.
pub fn export(scheme: &Scheme) -> Result<Vec<u8>, WorkbookError> {
    write(scheme).map_err(|error| WorkbookError::Unwritable(error.to_string()))
}

fn write(scheme: &Scheme) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // A date that the scheme says, not the clock's: the same scheme gives the same bytes.
    let created = ExcelDateTime::parse_from_str(scheme.in_force_from())
        .or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1))?;
    let properties = DocProperties::new()
        .set_title(scheme.title())
        .set_creation_datetime(&created);
    book.set_properties(&properties);
    mdcs(
        scheme,
        Table::new(&mut book, &layout::MDC, &[], Some(scheme.title()))?,
    )?;
    adrgs(scheme, &mut book)?;
    drgs(scheme, &mut book)?;
    sets(scheme, Table::new(&mut book, &layout::SETS, &[], None)?)?;
    let mut table = Table::new(&mut book, &layout::CC, &[], None)?;
    for (code, complication) in scheme.complications() {
        let exclusions = Some(complication.exclusion_set());
        let exclusions = exclusions.filter(|set| *set != layout::NO_EXCLUSIONS);
        let kind = if complication.is_major() { "MCC" } else { "CC" };
        table.row(&[
            code.into(),
            name(true, code).into(),
            exclusions.unwrap_or_default().into(),
            kind.into(),
        ])?;
    }
    let mut table = Table::new(&mut book, &layout::EXCLUSIONS, &[], None)?;
    for set in scheme.exclusion_set_names() {
        for code in members(scheme, set) {
            table.row(&[set.as_str().into(), code.into(), name(true, code).into()])?;
        }
    }
    book.save_to_buffer()
}

fn mdcs(scheme: &Scheme, mut table: Table<'_>) -> Result<(), XlsxError> {
    for (order, mdc) in (1..).zip(scheme.mdcs()) {
        let rule = mdc.rule().to_string();
        table.row(&[
            mdc.code().into(),
            mdc.name().into(),
            rule.as_str().into(),
            Value::Count(order),
        ])?;
    }
    Ok(())
}

fn adrgs(scheme: &Scheme, book: &mut Workbook) -> Result<(), XlsxError> {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let in_order = rows(scheme).all(|(_, row)| {
        let number = seen.entry(row.adrg()).or_default();
        *number += 1;
        *number == row.row()
    });
    let numbered = layout::ADRG.optional.iter().map(|heading| title(heading));
    let further: Vec<&str> = numbered.filter(|_| !in_order).collect();
    let mut table = Table::new(book, &layout::ADRG, &further, None)?;
    for (order, row) in rows(scheme) {
        let rule = row.rule().to_string();
        let mut cells = vec![
            row.adrg().into(),
            row.name().into(),
            rule.as_str().into(),
            row.mdc().into(),
            Value::Count(order),
        ];
        if !in_order {
            cells.push(Value::Count(row.row()));
        }
        table.row(&cells)?;
    }
    Ok(())
}

/// The rows of all MDCs, each with its place in its MDC.
fn rows(scheme: &Scheme) -> impl Iterator<Item = (u32, &AdrgRow)> {
    let mdcs = scheme.mdcs().iter();
    mdcs.flat_map(|mdc| (1..).zip(scheme.rows_of(mdc)))
}

fn drgs(scheme: &Scheme, book: &mut Workbook) -> Result<(), XlsxError> {
    let columns = local_columns(scheme.drgs());
    let weighed = scheme.drgs().iter().any(|drg| drg.weight().is_some());
    let weight = layout::DRG.optional.iter().map(|heading| title(heading));
    let mut further: Vec<&str> = weight.filter(|_| weighed || !columns.is_empty()).collect();
    further.extend(columns.iter().copied());
    let mut table = Table::new(book, &layout::DRG, &further, None)?;
    let mut written = HashSet::new();
    let mut order = 0;
    for (_, row) in rows(scheme) {
        if !written.insert(row.adrg()) {
            continue;
        }
        if tables::is_ambiguous(row.adrg()) {
            order += 1;
            table.row(&[
                row.adrg().into(),
                "歧义病组".into(),
                "1".into(),
                row.adrg().into(),
                row.mdc().into(),
                Value::Count(order),
            ])?;
        }
        for drg in scheme.drgs_of_row(row) {
            order += 1;
            let rule = drg.rule().to_string();
            let mut cells = vec![
                drg.code().into(),
                drg.name().into(),
                rule.as_str().into(),
                drg.adrg().into(),
                drg.mdc().into(),
                Value::Count(order),
                drg.weight().map_or(Value::Text(""), Value::Exact),
            ];
            cells.extend(columns.iter().map(|column| {
                let mut local = drg.local().iter();
                let found = local.find(|(known, _)| known == column);
                found.map_or("", |(_, text)| text.as_str()).into()
            }));
            table.row(&cells)?;
        }
    }
    Ok(())
}

/// The area's columns in an order that every group's own order agrees with.
fn local_columns(drgs: &[Drg]) -> Vec<&str> {
    let mut columns: Vec<&str> = Vec::new();
    for drg in drgs {
        let mut next = 0;
        for (column, _) in drg.local() {
            match columns.iter().position(|known| known == column) {
                Some(place) => next = place + 1,
                None => {
                    columns.insert(next, column);
                    next += 1;
                }
            }
        }
    }
    columns
}

fn sets(scheme: &Scheme, mut table: Table<'_>) -> Result<(), XlsxError> {
    for set in scheme.set_names() {
        let diagnoses = set.starts_with("DI");
        let kind = if diagnoses { "DI" } else { "OP" };
        for code in members(scheme, set) {
            let name = name(diagnoses, code);
            table.row(&[set.as_str().into(), code.into(), name.into(), kind.into()])?;
        }
    }
    Ok(())
}

/// The codes of a set; one empty code for an empty set, which keeps its name so.
fn members<'s>(scheme: &'s Scheme, set: &str) -> Vec<&'s str> {
    let codes = scheme.set_codes(set).unwrap_or_default();
    if codes.is_empty() { vec![""] } else { codes }
}

fn name(diagnosis: bool, code: &str) -> &'static str {
    let found = if diagnosis {
        icd::diagnosis(code)
    } else {
        icd::procedure(code)
    };
    found.map_or("", |known| known.name)
}

/// What a cell is given.
enum Value<'v> {
    Text(&'v str),
    Count(u32),
    Exact(Decimal),
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(text)
    }
}

/// A sheet being written.
struct Table<'b> {
    sheet: &'b mut Worksheet,
    next: u32,
}

impl<'b> Table<'b> {
    fn new(
        book: &'b mut Workbook,
        layout: &Layout,
        further: &[&str],
        heading: Option<&str>,
    ) -> Result<Self, XlsxError> {
        let sheet = book.add_worksheet();
        sheet.set_name(layout.sheet)?;
        let mut table = Self { sheet, next: 0 };
        if let Some(heading) = heading {
            table.row(&[heading.into()])?;
        }
        let needed = layout.needed.iter().map(|heading| title(heading));
        let titles = needed.chain(further.iter().copied());
        let titles: Vec<Value<'_>> = titles.map(Value::Text).collect();
        table.row(&titles)?;
        Ok(table)
    }

    fn row(&mut self, cells: &[Value<'_>]) -> Result<(), XlsxError> {
        for (column, value) in (0..).zip(cells) {
            match value {
                Value::Text("") => {}
                Value::Text(text) => {
                    self.sheet.write_string(self.next, column, *text)?;
                }
                Value::Count(count) => {
                    self.sheet.write_number(self.next, column, *count)?;
                }
                Value::Exact(number) => self.exact(column, *number)?,
            }
        }
        self.next += 1;
        Ok(())
    }

    /// A decimal as a number where a spreadsheet's number is that decimal, else as text.
    fn exact(&mut self, column: u16, number: Decimal) -> Result<(), XlsxError> {
        let text = number.normalize().to_string();
        match text.parse::<f64>() {
            Ok(float) if float.to_string() == text => {
                self.sheet.write_number(self.next, column, float)?;
            }
            _ => {
                self.sheet.write_string(self.next, column, &text)?;
            }
        }
        Ok(())
    }
}
