//! One sheet, row by row, columns by heading.

use super::bounds::{Bounds, length, limit};
use super::cell::{self, Cell};
use super::layout::{Heading, Layout};
use super::report::SheetReport;
use super::{WorkbookError, layout};
use calamine::{Reader, Xlsx};
use std::io::Cursor;

pub(super) type Book<'b> = Xlsx<Cursor<&'b [u8]>>;

/// Rows before the headings that a sheet may have: titles, notes.
const MAX_TITLE_ROWS: usize = 20;

/// Columns that are looked at; the layout has seven, areas add some.
const MAX_COLUMNS: u32 = 200;

/// A sheet's rows below its headings.
pub(super) struct Sheet {
    pub(super) name: &'static str,
    /// Headings of columns that the layout does not have, in order.
    pub(super) further: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) report: SheetReport,
}

/// A row: the needed columns, the optional ones, then the further ones.
pub(super) struct Row {
    /// As the spreadsheet shows it, from 1.
    pub(super) number: u32,
    pub(super) cells: Vec<Option<Cell>>,
}

impl Row {
    pub(super) fn cell(&self, column: usize) -> Option<&Cell> {
        self.cells.get(column)?.as_ref()
    }
}

/// Where the layout's columns stand in the sheet.
struct Header {
    places: Vec<Option<u32>>,
    further: Vec<String>,
}

/// Reads a sheet of the layout.
pub(super) fn read(
    book: &mut Book<'_>,
    layout: &Layout,
    bounds: &Bounds,
) -> Result<Sheet, WorkbookError> {
    let name = find(book, layout)?;
    let mut reader = book.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut sheet = Sheet {
        name: layout.sheet,
        further: Vec::new(),
        rows: Vec::new(),
        report: SheetReport::new(layout.sheet),
    };
    let mut header: Option<Header> = None;
    let mut titles = 0;
    let mut closest: Vec<&str> = layout.needed.iter().map(|h| layout::title(h)).collect();
    let mut text = 0_u64;
    let mut rows = 0_u64;
    let mut current: Option<(u32, Vec<(u32, Cell)>)> = None;
    loop {
        let next = reader.next_cell().map_err(unreadable)?;
        let ended = next.is_none();
        let place = next.as_ref().map(calamine::Cell::get_position);
        if let Some((number, _)) = &current
            && place.map(|(row, _)| row) != Some(*number)
            && let Some((number, cells)) = current.take()
        {
            rows += 1;
            limit(rows, bounds.rows, "行数", "rows of a sheet")?;
            match &header {
                Some(header) => sheet.take(header, number, &cells),
                None => match read_header(layout, &cells) {
                    Ok(found) => {
                        sheet.report.header_row = number.saturating_add(1);
                        sheet.further.clone_from(&found.further);
                        header = Some(found);
                    }
                    Err(missing) => {
                        if missing.len() < closest.len() {
                            closest = missing;
                        }
                        titles += 1;
                        if titles > MAX_TITLE_ROWS {
                            break;
                        }
                    }
                },
            }
        }
        if ended {
            break;
        }
        if let (Some(cell), Some((row, column))) = (next, place)
            && column < MAX_COLUMNS
            && let Some(cell) = Cell::new(cell.get_value())
        {
            text += length(cell.size());
            limit(text, bounds.text_bytes, "文字字节数", "bytes of text")?;
            let (_, cells) = current.get_or_insert_with(|| (row, Vec::new()));
            cells.push((column, cell));
        }
    }
    if header.is_none() {
        return Err(WorkbookError::NoHeader {
            sheet: layout.sheet,
            missing: closest.join("、"),
        });
    }
    sheet.report.rows = sheet.rows.len();
    Ok(sheet)
}

impl Sheet {
    fn take(&mut self, header: &Header, number: u32, cells: &[(u32, Cell)]) {
        let at = |place: &Option<u32>| {
            let place = (*place)?;
            let found = cells.iter().find(|(column, _)| *column == place);
            found.map(|(_, cell)| cell.clone())
        };
        let cells: Vec<Option<Cell>> = header.places.iter().map(at).collect();
        let number = number.saturating_add(1);
        if let Some(last) = self.rows.last() {
            let gap = number.saturating_sub(last.number).saturating_sub(1);
            self.report.blank_rows += usize::try_from(gap).unwrap_or(0);
        }
        if cells.iter().any(Option::is_some) {
            self.rows.push(Row { number, cells });
        }
    }
}

/// The workbook's own name of the sheet.
fn find(book: &Book<'_>, layout: &Layout) -> Result<String, WorkbookError> {
    let names = book.sheet_names();
    let wanted = key(layout.sheet);
    let found = names.iter().find(|name| key(name) == wanted);
    found.cloned().ok_or_else(|| WorkbookError::NoSheet {
        sheet: layout.sheet,
        found: names
            .iter()
            .take(20)
            .cloned()
            .collect::<Vec<_>>()
            .join("、"),
    })
}

/// Takes a row for the headings if it has all that are needed; else those missing.
fn read_header(layout: &Layout, cells: &[(u32, Cell)]) -> Result<Header, Vec<&'static str>> {
    let texts = cells.iter().filter_map(|(column, cell)| match cell {
        Cell::Text(text) => Some((*column, text)),
        Cell::Number(_) | Cell::Other(_) => None,
    });
    let texts: Vec<(u32, &String)> = texts.collect();
    let place = |heading: Heading| {
        heading.iter().find_map(|spelling| {
            let wanted = key(spelling);
            let found = texts.iter().find(|(_, text)| key(text) == wanted);
            found.map(|(column, _)| *column)
        })
    };
    let missing: Vec<&str> = layout
        .needed
        .iter()
        .filter(|heading| place(heading).is_none())
        .map(|heading| layout::title(heading))
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let known = layout.needed.iter().chain(layout.optional);
    let mut places: Vec<Option<u32>> = known.map(|heading| place(heading)).collect();
    let mut further = Vec::new();
    for (column, text) in &texts {
        if !places.contains(&Some(*column)) {
            places.push(Some(*column));
            further.push(cell::name(text));
        }
    }
    Ok(Header { places, further })
}

/// Headings and sheet names compare without blanks, width and letter case.
fn key(text: &str) -> String {
    cell::code(text).text.to_uppercase()
}

pub(super) fn unreadable(error: impl std::fmt::Display) -> WorkbookError {
    WorkbookError::Unreadable(error.to_string())
}
