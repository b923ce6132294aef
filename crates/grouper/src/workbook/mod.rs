//! The NHSA's configuration workbook (分组方案配置信息, .xlsx): read into a
//! scheme's source form, and written from a scheme.
//!
//! Source: 按病组（DRG）付费 3.0 版分组方案配置信息 (医保发〔2026〕22号). Its six sheets
//! are `MDC`, `ADRG`, `DRG`, `集合`, `CC` and `排除表`; columns are found by their
//! headings, so that an empty first column or a title row does no harm.
//!
//! A workbook is input from outside: its unpacked size, rows and texts are bounded
//! before anything is kept, and what is wrong in a row becomes a [`Finding`] with
//! sheet and row. Nothing is mended but by named [`Amendments`], each of which the
//! report lists.

mod amend;
mod amendments;
mod bounds;
mod build;
mod cell;
mod export;
mod import;
mod layout;
mod references;
mod report;
mod rows;
mod sheet;
mod tables;

pub use amendments::{Amendment, Amendments, AmendmentsError, Change, Statement};
pub use bounds::Bounds;
pub use export::export;
pub use import::{ImportOptions, Imported, import};
pub use report::{
    AmendmentResult, Finding, FindingKind, FindingLevel, ImportReport, SheetReport, Tally,
};

/// Why a workbook cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkbookError {
    /// Not an .xlsx file, or a damaged one.
    #[error("无法读取为 .xlsx 工作簿 / cannot be read as an .xlsx workbook: {0}")]
    Unreadable(String),
    /// Larger than any edition: refused before it is unpacked.
    #[error("工作簿超过上限：{zh} {limit} / the workbook exceeds a limit: {en} {limit}")]
    TooLarge {
        /// What is limited, in Chinese.
        zh: &'static str,
        /// What is limited, in English.
        en: &'static str,
        /// The limit.
        limit: u64,
    },
    /// A sheet of the layout is not there.
    #[error("缺少工作表 {sheet}，现有 {found} / no sheet {sheet}; there are {found}")]
    NoSheet {
        /// The missing sheet.
        sheet: &'static str,
        /// The sheets there are.
        found: String,
    },
    /// No row of the sheet holds the headings of the layout.
    #[error("工作表 {sheet} 缺少列 {missing} / the sheet {sheet} lacks the columns {missing}")]
    NoHeader {
        /// The sheet.
        sheet: &'static str,
        /// The headings that are missing.
        missing: String,
    },
    /// The id cannot name a scheme (and its folder).
    #[error(
        "方案编号应由小写字母、数字、点和连字符组成 / a scheme's id is made of a-z, 0-9, dots and hyphens: {0}"
    )]
    BadId(String),
    /// The workbook could not be written.
    #[error("无法写出工作簿 / the workbook cannot be written: {0}")]
    Unwritable(String),
}
