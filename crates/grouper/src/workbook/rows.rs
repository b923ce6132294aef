//! Rows of the sheets as typed rows, faults as findings.

use super::cell::{self, Cell, Clean};
use super::report::{FindingKind, Findings, SheetReport, shortened};
use super::sheet::{Row, Sheet};
use super::tables::{Adrg, Complication, Drg, Mdc, Sets, Tables};
use super::{amend::NumericCodes, layout};
use crate::rule::Rule;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Reads the cells of one sheet.
pub(super) struct Cells<'r> {
    pub(super) report: &'r mut SheetReport,
    pub(super) findings: &'r mut Findings,
    pub(super) numeric: &'r mut NumericCodes,
}

impl Cells<'_> {
    fn add(&mut self, kind: FindingKind, row: &Row, subject: &str, zh: &str, en: &str) {
        let place = (self.report.sheet, row.number);
        self.findings.add(kind, place, subject, zh, en);
    }

    fn cleaned(&mut self, clean: Clean) -> String {
        self.report.unbroken_cells += usize::from(clean.unbroken);
        self.report.narrowed_cells += usize::from(clean.narrowed);
        clean.text
    }

    /// A code or a set's name that must be there.
    fn code(&mut self, row: &Row, column: usize) -> Option<String> {
        match row.cell(column) {
            None => {
                let (zh, en) = ("必填的单元格为空", "a needed cell is empty");
                self.add(
                    FindingKind::EmptyCell,
                    row,
                    &format!("#{}", column + 1),
                    zh,
                    en,
                );
                None
            }
            Some(Cell::Text(raw)) => {
                let text = self.cleaned(cell::code(raw));
                if is_code(&text) {
                    return Some(text);
                }
                let (zh, en) = ("不能作为编码", "cannot be a code");
                self.add(FindingKind::BadValue, row, &text, zh, en);
                None
            }
            Some(Cell::Number(number)) => self.numeric_code(row, *number),
            Some(Cell::Other(text)) => {
                let (zh, en) = ("应为文本", "should be text");
                self.add(FindingKind::BadValue, row, text, zh, en);
                None
            }
        }
    }

    /// A code that the spreadsheet took for a number: only an amendment can say
    /// which code it was.
    fn numeric_code(&mut self, row: &Row, number: f64) -> Option<String> {
        let text = number.to_string();
        if let Some(code) = self.numeric.code(self.report.sheet, &text) {
            return Some(code);
        }
        let candidates = NumericCodes::candidates(number).join(" ");
        let (zh, en) = if candidates.is_empty() {
            (
                "编码被存为数字，原文未知".to_owned(),
                "a code stored as a number: its text is not known".to_owned(),
            )
        } else {
            (
                format!("编码被存为数字，编码库中与之相等的有 {candidates}；须由修订文件指明"),
                format!(
                    "a code stored as a number; equal codes are {candidates}; an amendment must name it"
                ),
            )
        };
        self.add(FindingKind::NumberForCode, row, &text, &zh, &en);
        None
    }

    /// A rule; an empty cell is one that always holds.
    fn rule(&mut self, row: &Row, column: usize) -> Option<Rule> {
        let text = match row.cell(column) {
            None => return Some(Rule::True),
            Some(Cell::Text(raw)) => self.cleaned(cell::rule(raw)),
            Some(Cell::Number(number)) => number.to_string(),
            Some(Cell::Other(text)) => text.clone(),
        };
        match Rule::parse(&text) {
            Ok(rule) => Some(rule),
            Err(error) => {
                let place = (self.report.sheet, row.number);
                let error = shortened(&error.to_string());
                self.findings.add(
                    FindingKind::BadRule,
                    place,
                    &text,
                    format!("规则有误：{error}"),
                    format!("not a rule: {error}"),
                );
                None
            }
        }
    }

    fn name(&mut self, row: &Row, column: usize) -> String {
        text_of(row.cell(column))
    }

    fn number(&mut self, row: &Row, column: usize) -> Option<Decimal> {
        let text = match row.cell(column) {
            None => String::new(),
            Some(Cell::Text(raw)) => self.cleaned(cell::code(raw)),
            Some(Cell::Number(number)) => number.to_string(),
            Some(Cell::Other(text)) => text.clone(),
        };
        let number = text.parse().ok();
        if number.is_none() {
            let (zh, en) = ("应为数", "should be a number");
            self.add(FindingKind::BadNumber, row, &text, zh, en);
        }
        number
    }

    fn duplicate(&mut self, row: &Row, subject: &str, first: u32) {
        self.report.duplicates += 1;
        let (zh, en) = (
            format!("与第 {first} 行重复，已略过"),
            format!("repeats row {first}, passed over"),
        );
        self.add(FindingKind::Duplicate, row, subject, &zh, &en);
    }

    fn conflict(&mut self, row: &Row, subject: &str, first: u32) {
        let (zh, en) = (
            format!("与第 {first} 行编码相同而内容不同"),
            format!("the same code as row {first}, with other content"),
        );
        self.add(FindingKind::Conflict, row, subject, &zh, &en);
    }

    pub(super) fn mdcs(&mut self, sheet: &Sheet, tables: &mut Tables) {
        for row in &sheet.rows {
            let (code, rule, order) = (self.code(row, 0), self.rule(row, 2), self.number(row, 3));
            let name = self.name(row, 1);
            let (Some(code), Some(rule), Some(order)) = (code, rule, order) else {
                continue;
            };
            let mdc = Mdc {
                number: row.number,
                name: or_code(name, &code),
                code,
                rule,
                order,
            };
            match tables.mdcs.iter().find(|known| known.code == mdc.code) {
                None => tables.mdcs.push(mdc),
                Some(known) if known.rule == mdc.rule && known.order == mdc.order => {
                    self.duplicate(row, &mdc.code, known.number);
                }
                Some(known) => self.conflict(row, &mdc.code, known.number),
            }
        }
    }

    pub(super) fn adrgs(&mut self, sheet: &Sheet, tables: &mut Tables) {
        let mut known: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for row in &sheet.rows {
            let (code, rule, mdc) = (self.code(row, 0), self.rule(row, 2), self.code(row, 3));
            let (name, order) = (self.name(row, 1), self.number(row, 4));
            let number = row.cell(5).and_then(|_| self.number(row, 5));
            let (Some(code), Some(rule), Some(mdc), Some(order)) = (code, rule, mdc, order) else {
                continue;
            };
            let places = known.entry(code.clone()).or_default();
            let mut earlier = places.iter().filter_map(|at| tables.adrgs.get(*at));
            if let Some(same) = earlier.find(|other| other.rule == rule && other.mdc == mdc) {
                self.duplicate(row, &code, same.number);
                continue;
            }
            places.push(tables.adrgs.len());
            tables.adrgs.push(Adrg {
                number: row.number,
                code,
                name,
                rule,
                mdc,
                order,
                row: number.and_then(|number| number.to_string().parse().ok()),
            });
        }
    }

    pub(super) fn drgs(&mut self, sheet: &Sheet, tables: &mut Tables) {
        let first_local = layout::DRG.needed.len() + layout::DRG.optional.len();
        tables.local_columns.clone_from(&sheet.further);
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for row in &sheet.rows {
            let (code, rule) = (self.code(row, 0), self.rule(row, 2));
            let (adrg, mdc) = (self.code(row, 3), self.code(row, 4));
            let (name, order) = (self.name(row, 1), self.number(row, 5));
            let weight = row.cell(6).and_then(|_| self.number(row, 6));
            let (Some(code), Some(rule), Some(adrg)) = (code, rule, adrg) else {
                continue;
            };
            let (Some(mdc), Some(order)) = (mdc, order) else {
                continue;
            };
            let local = row.cells.iter().skip(first_local);
            let drg = Drg {
                number: row.number,
                name: or_code(name, &code),
                code,
                rule,
                adrg,
                mdc,
                order,
                weight,
                local: local.map(|cell| text_of(cell.as_ref())).collect(),
            };
            match known.entry(drg.code.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(tables.drgs.len());
                    tables.drgs.push(drg);
                }
                Entry::Occupied(entry) => {
                    let Some(first) = tables.drgs.get(*entry.get()) else {
                        continue;
                    };
                    if first.rule == drg.rule
                        && first.adrg == drg.adrg
                        && first.weight == drg.weight
                    {
                        self.duplicate(row, &drg.code, first.number);
                    } else {
                        self.conflict(row, &drg.code, first.number);
                    }
                }
            }
        }
    }

    /// Sets and exclusion sets. A row with a set and no code says that the set is
    /// there and empty.
    pub(super) fn sets(&mut self, sheet: &Sheet, sets: &mut Sets, is_name: fn(&str) -> bool) {
        for row in &sheet.rows {
            let Some(set) = self.code(row, 0) else {
                continue;
            };
            if !is_name(&set) {
                let (zh, en) = ("不是集合编号", "not the name of a set");
                self.add(FindingKind::BadValue, row, &set, zh, en);
                continue;
            }
            if row.cell(1).is_none() && row.cell(2).is_none() {
                sets.entry(set).or_default();
                continue;
            }
            let Some(code) = self.code(row, 1) else {
                continue;
            };
            let known = sets.entry(set.clone()).or_default();
            match known.get(&code) {
                None => {
                    known.insert(code, row.number);
                }
                Some(first) => {
                    let first = *first;
                    self.duplicate(row, &format!("{set} {code}"), first);
                }
            }
        }
    }

    pub(super) fn complications(&mut self, sheet: &Sheet, tables: &mut Tables) {
        for row in &sheet.rows {
            let Some(code) = self.code(row, 0) else {
                continue;
            };
            let exclusions = match row.cell(2) {
                None => Some(layout::NO_EXCLUSIONS.to_owned()),
                Some(_) => self.code(row, 2),
            };
            let (Some(exclusions), Some(kind)) = (exclusions, self.code(row, 3)) else {
                continue;
            };
            let major = match kind.as_str() {
                "MCC" => true,
                "CC" => false,
                other => {
                    let (zh, en) = ("类型应为 MCC 或 CC", "the type must be MCC or CC");
                    self.add(FindingKind::BadValue, row, other, zh, en);
                    continue;
                }
            };
            if exclusions != layout::NO_EXCLUSIONS && !is_set_name(&exclusions) {
                let (zh, en) = ("不是排除表编号", "not the name of an exclusion set");
                self.add(FindingKind::BadValue, row, &exclusions, zh, en);
                continue;
            }
            let found = Complication {
                number: row.number,
                major,
                exclusions,
            };
            match tables.complications.get(&code) {
                None => {
                    tables.complications.insert(code, found);
                }
                Some(first) => {
                    let same = (first.major, &first.exclusions) == (found.major, &found.exclusions);
                    let first = first.number;
                    if same {
                        self.duplicate(row, &code, first);
                    } else {
                        self.conflict(row, &code, first);
                    }
                }
            }
        }
    }
}

/// A text cell as it is, a number as it prints.
fn text_of(cell: Option<&Cell>) -> String {
    match cell {
        None => String::new(),
        Some(Cell::Text(raw)) => cell::name(raw),
        Some(Cell::Number(number)) => number.to_string(),
        Some(Cell::Other(text)) => text.clone(),
    }
}

/// A group whose name the workbook leaves empty is called by its code.
fn or_code(name: String, code: &str) -> String {
    if name.is_empty() {
        code.to_owned()
    } else {
        name
    }
}

/// What can stand in the scheme's files as a code.
fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.starts_with(['[', '#'])
}

/// What can stand in a heading of the scheme's files.
fn is_set_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !matches!(text, "MCC" | "CC" | "removed")
}

/// A set that rules refer to: of diagnoses (DI) or of procedures (OP).
pub(super) fn is_rule_set(text: &str) -> bool {
    is_set_name(text) && (text.starts_with("DI") || text.starts_with("OP"))
}

/// A set of principal diagnoses that exclude a complication.
pub(super) fn is_exclusion_set(text: &str) -> bool {
    is_set_name(text) && !is_rule_set(text)
}
