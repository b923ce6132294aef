//! What an import found and did, for people and for programs.

use crate::scheme::Lint;
use serde::Serialize;

/// Findings kept in full; a hostile workbook may hold a fault a cell.
const MAX_FINDINGS: usize = 20_000;

/// All that an import found and did.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// The scheme's id.
    pub id: String,
    /// Whether a scheme was made: no finding is an error.
    pub made: bool,
    /// SHA-256 of the scheme in its normal form, if made.
    pub digest: Option<String>,
    /// What the scheme holds.
    pub tally: Tally,
    /// The sheets as read.
    pub sheets: Vec<SheetReport>,
    /// Every amendment, applied or not.
    pub amendments: Vec<AmendmentResult>,
    /// What was found in the rows, in order of sheets and rows.
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub further_findings: usize,
    /// What looks wrong in the scheme as made.
    pub lint: Vec<Lint>,
}

/// How much a workbook's scheme holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Major diagnostic categories.
    pub mdc: usize,
    /// Rows of core groups, ambiguous and fallback rows included.
    pub adrg_rows: usize,
    /// Core groups, the ambiguous (QY) and fallback (X00) ones not counted.
    pub adrg: usize,
    /// Fallback core groups (X00).
    pub adrg_fallback: usize,
    /// Ambiguous core groups (QY).
    pub adrg_ambiguous: usize,
    /// Groups, the ambiguous (QY) and fallback (X000) ones not counted.
    pub drg: usize,
    /// Fallback groups (X000).
    pub drg_fallback: usize,
    /// Sets that rules may refer to.
    pub sets: usize,
    /// Codes in those sets, each once a set.
    pub set_codes: usize,
    /// Major complications.
    pub mcc: usize,
    /// Ordinary complications.
    pub cc: usize,
    /// Exclusion sets.
    pub exclusion_sets: usize,
    /// Codes in exclusion sets.
    pub exclusion_codes: usize,
}

/// What was read of one sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetReport {
    /// The sheet.
    pub sheet: &'static str,
    /// The row of the headings, from 1.
    pub header_row: u32,
    /// Rows below the headings that hold something.
    pub rows: usize,
    /// Blank rows between them, passed over.
    pub blank_rows: usize,
    /// Rows that repeat one before word for word, passed over and listed.
    pub duplicates: usize,
    /// Cells out of which line breaks, `_x000D_` or inner blanks were taken.
    pub unbroken_cells: usize,
    /// Cells whose full-width characters were read as ASCII ones.
    pub narrowed_cells: usize,
}

impl SheetReport {
    pub(super) fn new(sheet: &'static str) -> Self {
        Self {
            sheet,
            header_row: 0,
            rows: 0,
            blank_rows: 0,
            duplicates: 0,
            unbroken_cells: 0,
            narrowed_cells: 0,
        }
    }
}

/// One amendment and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AmendmentResult {
    /// Its name in the amendments file.
    pub id: String,
    /// Whether it was applied (or, for a remark, whether the fault is there).
    pub applied: bool,
    /// What was done or why it does not fit any more, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingLevel {
    /// The workbook does not say what is meant: no scheme is made.
    Error,
    /// The scheme is made as the workbook says; someone should look.
    Warning,
    /// Nothing depends on it.
    Remark,
}

/// What kind of thing was found in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A needed cell is empty.
    EmptyCell,
    /// A code stored as a number: the spreadsheet dropped its zeros.
    NumberForCode,
    /// A cell that should hold a number and does not.
    BadNumber,
    /// A cell with a value that the layout does not know.
    BadValue,
    /// A rule that does not follow the rule language.
    BadRule,
    /// A rule that names a set that the workbook lacks.
    UnknownSet,
    /// A row that repeats one before.
    Duplicate,
    /// A row that contradicts one before under the same code.
    Conflict,
    /// Two rows with the same place in the order; the earlier row goes first.
    RepeatedOrder,
    /// An order that does not begin with 1.
    OrderStart,
    /// A group's MDC is not the one of its core group.
    OtherMdc,
    /// A row that hangs on nothing.
    Orphan,
    /// Rows of ambiguous groups, which the engine gives by itself.
    AmbiguousGroup,
    /// A date, title or publisher that was not given.
    NotStated,
    /// Columns that the layout does not have, taken as the area's own.
    FurtherColumn,
    /// The scheme as a whole does not load.
    Refused,
}

impl FindingKind {
    /// How grave findings of the kind are.
    #[must_use]
    pub const fn level(self) -> FindingLevel {
        match self {
            Self::EmptyCell
            | Self::NumberForCode
            | Self::BadNumber
            | Self::BadValue
            | Self::BadRule
            | Self::UnknownSet
            | Self::Conflict
            | Self::Orphan
            | Self::Refused => FindingLevel::Error,
            Self::RepeatedOrder | Self::OtherMdc | Self::NotStated => FindingLevel::Warning,
            Self::Duplicate | Self::OrderStart | Self::AmbiguousGroup | Self::FurtherColumn => {
                FindingLevel::Remark
            }
        }
    }
}

/// Something found in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave.
    pub level: FindingLevel,
    /// What kind.
    pub kind: FindingKind,
    /// The sheet; empty when it concerns the whole workbook.
    pub sheet: &'static str,
    /// The row as the spreadsheet shows it, from 1; 0 when it concerns the sheet.
    pub row: u32,
    /// The code, set or text at fault.
    pub subject: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Where findings are collected, up to a number.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) list: Vec<Finding>,
    pub(super) further: usize,
    pub(super) errors: usize,
}

impl Findings {
    pub(super) fn add(
        &mut self,
        kind: FindingKind,
        (sheet, row): (&'static str, u32),
        subject: &str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        let level = kind.level();
        self.errors += usize::from(level == FindingLevel::Error);
        if self.list.len() >= MAX_FINDINGS {
            self.further += 1;
            return;
        }
        self.list.push(Finding {
            level,
            kind,
            sheet,
            row,
            subject: shortened(subject),
            zh: zh.into(),
            en: en.into(),
        });
    }
}

/// A text from outside, short enough to be printed.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
