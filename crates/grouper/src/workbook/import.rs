//! From a workbook's bytes to a scheme's source.

use super::amend::{self, NumericCodes};
use super::amendments::{Amendments, Statement};
use super::bounds::Bounds;
use super::build;
use super::report::{FindingKind, Findings, ImportReport};
use super::rows::{Cells, is_exclusion_set, is_rule_set};
use super::sheet::{self, Book, Sheet, unreadable};
use super::tables::Tables;
use super::{WorkbookError, layout};
use crate::scheme::{Scheme, SchemeError};
use crate::source::SchemeSource;
use std::io::Cursor;

/// What an import is told beside the workbook.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The scheme's id: lower-case letters, digits, dots, hyphens.
    pub id: String,
    /// Title, publisher, source and date; what is not given here is taken from the
    /// amendments, and what they do not give either is reported as not stated.
    pub statement: Statement,
    /// Named corrections to known faults.
    pub amendments: Amendments,
    /// What the workbook may cost.
    pub bounds: Bounds,
}

/// What an import gives.
#[derive(Debug)]
pub struct Imported {
    /// The scheme's files; `None` when a finding is an error.
    pub source: Option<SchemeSource>,
    /// What was found and done.
    pub report: ImportReport,
}

/// Reads a workbook in the official layout.
///
/// # Errors
/// A workbook that cannot be read at all: not .xlsx, beyond the bounds, or without
/// the sheets and headings of the layout. Faults in rows are findings of the report.
pub fn import(bytes: &[u8], options: &ImportOptions) -> Result<Imported, WorkbookError> {
    if !is_id(&options.id) {
        return Err(WorkbookError::BadId(options.id.clone()));
    }
    options.bounds.check(bytes)?;
    let mut book: Book<'_> = calamine::open_workbook_from_rs(Cursor::new(bytes))
        .map_err(|error: calamine::XlsxError| unreadable(error))?;
    let mut numeric = NumericCodes::new(&options.amendments);
    let mut findings = Findings::default();
    let mut tables = Tables::default();
    let mut sheets = Vec::new();
    let mut take = |layout, take: &mut dyn FnMut(&mut Cells<'_>, &Sheet)| {
        let mut sheet = sheet::read(&mut book, layout, &options.bounds)?;
        let mut report = sheet.report.clone();
        let mut cells = Cells {
            report: &mut report,
            findings: &mut findings,
            numeric: &mut numeric,
        };
        take(&mut cells, &sheet);
        if !sheet.further.is_empty() {
            let columns = sheet.further.join("、");
            let place = (sheet.name, report.header_row);
            findings.add(
                FindingKind::FurtherColumn,
                place,
                &columns,
                "版式之外的列",
                "columns beyond the layout",
            );
        }
        sheet.rows.clear();
        sheets.push(report);
        Ok::<(), WorkbookError>(())
    };
    take(&layout::MDC, &mut |cells, sheet| {
        cells.mdcs(sheet, &mut tables)
    })?;
    take(&layout::ADRG, &mut |cells, sheet| {
        cells.adrgs(sheet, &mut tables)
    })?;
    take(&layout::DRG, &mut |cells, sheet| {
        cells.drgs(sheet, &mut tables)
    })?;
    take(&layout::SETS, &mut |cells, sheet| {
        cells.sets(sheet, &mut tables.sets, is_rule_set);
    })?;
    take(&layout::CC, &mut |cells, sheet| {
        cells.complications(sheet, &mut tables);
    })?;
    take(&layout::EXCLUSIONS, &mut |cells, sheet| {
        cells.sets(sheet, &mut tables.exclusions, is_exclusion_set);
    })?;
    let amendments = amend::apply(&options.amendments, &numeric, &mut tables);
    build::check(&mut tables, &mut findings);
    let statement = stated(options, &mut findings);
    let source = build::source(&options.id, &statement, &tables, &inferred(&findings));
    let (source, scheme) = match source.and_then(|source| made(source, findings.errors)) {
        Ok(made) => made,
        Err(error) => {
            refuse(&mut findings, &error);
            (None, None)
        }
    };
    Ok(Imported {
        report: ImportReport {
            id: options.id.clone(),
            made: source.is_some(),
            digest: scheme.as_ref().map(|scheme| scheme.digest().to_owned()),
            tally: build::tally(&tables),
            sheets,
            amendments,
            findings: findings.list,
            further_findings: findings.further,
            lint: scheme.as_ref().map(Scheme::lint).unwrap_or_default(),
        },
        source,
    })
}

type Made = (Option<SchemeSource>, Option<Scheme>);

/// Loads the source, so that what is handed out is known to load.
fn made(source: SchemeSource, errors: usize) -> Result<Made, SchemeError> {
    if errors > 0 {
        return Ok((None, None));
    }
    let scheme = Scheme::load(std::slice::from_ref(&source))?;
    Ok((Some(source), Some(scheme)))
}

fn refuse(findings: &mut Findings, error: &SchemeError) {
    let text = error.to_string();
    findings.add(
        FindingKind::Refused,
        ("", 0),
        "",
        format!("方案无法装载：{text}"),
        format!("the scheme does not load: {text}"),
    );
}

/// The keys of `scheme.toml` that nobody stated, as far as it lets one say so.
fn inferred(findings: &Findings) -> Vec<String> {
    let keys = findings.list.iter();
    let keys = keys.filter(|finding| finding.kind == FindingKind::NotStated);
    let keys = keys.map(|finding| finding.subject.clone());
    keys.filter(|key| matches!(key.as_str(), "source" | "in_force_from"))
        .collect()
}

/// The statement with every part filled in; what nobody stated is reported.
fn stated(options: &ImportOptions, findings: &mut Findings) -> Statement {
    let mut take = |name, given: &Option<String>, amended: &Option<String>, otherwise: &str| {
        let known = given.clone().or_else(|| amended.clone());
        if known.is_none() {
            findings.add(
                FindingKind::NotStated,
                ("", 0),
                name,
                format!("未注明，暂写“{otherwise}”"),
                format!("not stated, for now {otherwise:?}"),
            );
        }
        Some(known.unwrap_or_else(|| otherwise.to_owned()))
    };
    let (given, amended) = (&options.statement, &options.amendments.scheme);
    Statement {
        title: take("title", &given.title, &amended.title, &options.id),
        publisher: take("publisher", &given.publisher, &amended.publisher, "未注明"),
        source: take("source", &given.source, &amended.source, "未注明"),
        // Not in force until someone says when.
        in_force_from: take(
            "in_force_from",
            &given.in_force_from,
            &amended.in_force_from,
            "9999-12-31",
        ),
    }
}

/// What can be a scheme's id and its folder's name.
fn is_id(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    id.len() <= 64
        && id.bytes().next().is_some_and(fits)
        && id
            .bytes()
            .all(|byte| fits(byte) || matches!(byte, b'.' | b'-'))
}
