//! A worksheet for each dimension, and one that says what was compared.

use chs_settlement::simulation::{Dimension, Key, Sums};
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use super::{COLUMNS, Cell, Report};
use crate::commands::ring::Fault;

/// Rows below which a worksheet ends; the format holds 1,048,576.
const MOST: usize = 1_000_000;

/// Titles of the columns, in the order of [`COLUMNS`].
const TITLES: [&str; COLUMNS.len()] = [
    "维度 by",
    "编码 code",
    "病组 group",
    "名称 name",
    "例数 cases",
    "未计例数 left out",
    "未计费用 cost left out",
    "总费用 cost",
    "实付 paid",
    "现行 present",
    "拟议 proposed",
    "现行权重/点数 units",
    "拟议权重/点数 units",
    "差额 difference",
    "差额（分）fen",
    "差额 %",
    "增 gained",
    "减 lost",
    "结果 change",
];

pub(super) fn draw(report: &Report<'_>) -> Result<Vec<u8>, Fault> {
    let mut book = Workbook::new();
    // Equal reports make equal bytes.
    let undated = ExcelDateTime::parse_from_str("2000-01-01")?;
    book.set_properties(
        &DocProperties::new()
            .set_title("付费方案模拟 simulation of payment")
            .set_creation_datetime(&undated),
    );
    about(book.add_worksheet().set_name("说明 about")?, report)?;
    for dimension in Dimension::ALL {
        let lines: Vec<(&Key, &Sums)> = report.pass.comparison.of(dimension).collect();
        if lines.is_empty() {
            continue;
        }
        if lines.len() > MOST {
            return Err("行数超出工作表，请用 CSV 或 JSON / too many lines for a worksheet: use CSV or JSON".into());
        }
        let sheet = book.add_worksheet().set_name(title(dimension))?;
        table(sheet, report, &lines)?;
    }
    Ok(book.save_to_buffer()?)
}

fn title(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Total => "合计 total",
        Dimension::Insutype => "险种 fund",
        Dimension::Level => "等级 level",
        Dimension::Hospital => "机构 hospital",
        Dimension::Group => "病组 group",
        Dimension::HospitalGroup => "机构病组 hospital-group",
    }
}

fn about(sheet: &mut Worksheet, report: &Report<'_>) -> Result<(), Fault> {
    let mut rows = vec![
        (
            "比较对象 against",
            report.pass.comparison.against().as_str().to_owned(),
        ),
        ("现行档案 present", named(report.present)),
    ];
    if let Some(proposed) = report.proposed {
        rows.push(("拟议档案 proposed", named(&proposed.profile)));
        if let Some(table) = &proposed.weights {
            rows.push(("拟议权重 SM3 weights", table.digest().to_owned()));
        }
        if let Some(table) = &proposed.coefficients {
            rows.push(("拟议机构系数 SM3 coefficients", table.digest().to_owned()));
        }
        if let Some(day) = proposed.on {
            rows.push(("视同结算日 as settled on", day.to_string()));
        }
    }
    if report.present.example() || report.proposed_is_example() {
        rows.push((
            "示例 EXAMPLE",
            "参数为示例，不作结算依据 / example parameters, no settlement notice".to_owned(),
        ));
    }
    rows.extend(report.summary().into_iter().map(|line| ("", line)));
    let bold = Format::new().set_bold();
    for ((label, text), row) in rows.into_iter().zip(0..) {
        sheet.write_string_with_format(row, 0, label, &bold)?;
        sheet.write_string(row, 1, text)?;
    }
    sheet.set_column_width(0, 28)?;
    sheet.set_column_width(1, 100)?;
    Ok(())
}

fn named(profile: &chs_settlement::Profile) -> String {
    format!(
        "{} {}（{}）",
        profile.id(),
        profile.title(),
        profile.digest()
    )
}

fn table(sheet: &mut Worksheet, report: &Report<'_>, lines: &[(&Key, &Sums)]) -> Result<(), Fault> {
    let bold = Format::new().set_bold().set_text_wrap();
    let amount = Format::new().set_num_format("#,##0.00");
    sheet.write_row_with_format(0, 0, TITLES, &bold)?;
    for ((key, sums), row) in lines.iter().zip(1..) {
        for (cell, column) in report.cells(key, sums)?.iter().zip(0..) {
            match cell {
                Cell::Text(text) => {
                    sheet.write_string(row, column, text)?;
                }
                Cell::Number(number) => {
                    let shown = number.to_f64().unwrap_or_default();
                    sheet.write_number_with_format(row, column, shown, &amount)?;
                }
                Cell::Count(count) => {
                    sheet.write_number(row, column, count.to_f64().unwrap_or_default())?;
                }
                Cell::Fen(fen) => {
                    sheet.write_number(row, column, fen.to_f64().unwrap_or_default())?;
                }
                Cell::Blank => {}
            }
        }
    }
    sheet.set_freeze_panes(1, 4)?;
    sheet.set_column_range_width(0, 2, 16)?;
    sheet.set_column_width(3, 40)?;
    sheet.set_column_range_width(4, 18, 16)?;
    Ok(())
}
