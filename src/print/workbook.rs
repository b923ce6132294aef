//! A worksheet for each sheet: amounts are numbers, to be added up again.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::sheet::{Cell, Sheet, Table, Words};

/// Columns of a worksheet: those of the widest table.
const LAST: u16 = 8;

/// The workbook, as the bytes of an `.xlsx` file.
///
/// # Errors
/// A sheet that a workbook cannot hold.
pub fn draw(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // Equal answers make equal bytes.
    let undated = ExcelDateTime::parse_from_str("2000-01-01")?;
    book.set_properties(
        &DocProperties::new()
            .set_title("医疗保障基金月度结算单")
            .set_creation_datetime(&undated),
    );
    for sheet in sheets {
        let page = book.add_worksheet().set_name(&sheet.name)?;
        set_up(page, sheet)?;
        let formats = Formats::new();
        Drawing {
            page,
            formats,
            row: 0,
        }
        .sheet(sheet)?;
    }
    book.save_to_buffer()
}

/// A4 across, as wide as the paper, with page numbers; an example says so on every page.
fn set_up(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    page.set_paper_size(9);
    page.set_landscape();
    page.set_print_fit_to_pages(1, 0);
    page.set_footer("&L&A&R第 &P 页，共 &N 页 page &P of &N");
    if sheet.example {
        page.set_header("&C&\"-,Bold\"&14示例 EXAMPLE");
    }
    page.set_column_width(0, 22)?;
    page.set_column_width(1, 34)?;
    for column in 2..=LAST {
        page.set_column_width(column, 15)?;
    }
    Ok(())
}

struct Formats {
    title: Format,
    centre: Format,
    label: Format,
    head: Format,
    text: Format,
    plain: Format,
    note: Format,
}

impl Formats {
    fn new() -> Formats {
        let cell = || {
            Format::new()
                .set_border(FormatBorder::Thin)
                .set_font_size(10)
        };
        Formats {
            title: Format::new()
                .set_bold()
                .set_font_size(16)
                .set_align(FormatAlign::Center),
            centre: Format::new().set_align(FormatAlign::Center),
            label: Format::new().set_bold(),
            head: cell()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center),
            text: cell().set_text_wrap(),
            plain: cell(),
            note: Format::new().set_font_size(9).set_italic(),
        }
    }
}

struct Drawing<'p> {
    page: &'p mut Worksheet,
    formats: Formats,
    row: u32,
}

impl Drawing<'_> {
    fn sheet(mut self, sheet: &Sheet) -> Result<(), XlsxError> {
        self.across(&both(sheet.title), true)?;
        self.across(&sheet.subtitle, false)?;
        if sheet.example {
            self.across("示例 EXAMPLE", false)?;
        }
        self.row += 1;
        for (label, value) in &sheet.head {
            self.page
                .write_with_format(self.row, 0, both(*label), &self.formats.label)?;
            self.page.write(self.row, 1, value)?;
            self.row += 1;
        }
        self.row += 1;
        for amount in &sheet.amounts {
            let label = format!("{} {}", amount.sign, both(amount.label));
            let format = if amount.strong {
                &self.formats.head
            } else {
                &self.formats.text
            };
            let format = format.clone().set_align(FormatAlign::Left);
            self.page
                .merge_range(self.row, 0, self.row, 1, label.trim(), &format)?;
            self.cell(2, &amount.value, amount.strong)?;
            self.row += 1;
        }
        for table in &sheet.tables {
            self.row += 1;
            self.table(table)?;
        }
        self.row += 1;
        for note in &sheet.notes {
            self.page
                .write_with_format(self.row, 0, both(*note), &self.formats.note)?;
            self.row += 1;
        }
        self.row += 1;
        for pair in sheet.signatures.chunks(3) {
            for (column, signature) in [0, 1, 4].into_iter().zip(pair) {
                self.page
                    .write(self.row, column, format!("{}：", both(*signature)))?;
            }
            self.row += 2;
        }
        Ok(())
    }

    /// A line over all columns.
    fn across(&mut self, text: &str, title: bool) -> Result<(), XlsxError> {
        let format = if title {
            &self.formats.title
        } else {
            &self.formats.centre
        };
        self.page
            .merge_range(self.row, 0, self.row, LAST, text, format)?;
        self.row += 1;
        Ok(())
    }

    fn table(&mut self, table: &Table) -> Result<(), XlsxError> {
        let title = both(table.title);
        self.page
            .write_with_format(self.row, 0, title, &self.formats.label)?;
        self.row += 1;
        for (column, (words, _)) in (0..).zip(&table.columns) {
            let text = format!("{}\n{}", words.zh, words.en);
            self.page
                .write_with_format(self.row, column, text, &self.formats.head)?;
        }
        self.row += 1;
        for (cells, strong) in table.lines() {
            for (column, cell) in (0..).zip(cells) {
                self.cell(column, cell, strong)?;
            }
            self.row += 1;
        }
        Ok(())
    }

    fn cell(&mut self, column: u16, cell: &Cell, strong: bool) -> Result<(), XlsxError> {
        let row = self.row;
        let format = self.formats.plain.clone();
        let format = if strong { format.set_bold() } else { format };
        let (number, format) = match cell {
            Cell::Text(text) => {
                let format = self.formats.text.clone();
                let format = if strong { format.set_bold() } else { format };
                self.page.write_with_format(row, column, text, &format)?;
                return Ok(());
            }
            Cell::Blank => {
                self.page.write_blank(row, column, &format)?;
                return Ok(());
            }
            Cell::Count(count) => (Decimal::from(*count), format.set_num_format("#,##0")),
            Cell::Yuan(amount) => (amount.to_decimal(), format.set_num_format("#,##0.00")),
            Cell::Number(number) => (*number, format.set_num_format("#,##0.0000")),
        };
        let number = number.to_f64().unwrap_or_default();
        self.page
            .write_number_with_format(row, column, number, &format)?;
        Ok(())
    }
}

fn both(words: Words) -> String {
    format!("{} {}", words.zh, words.en)
}
