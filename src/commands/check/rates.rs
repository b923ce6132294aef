//! Rates over many lists: by hospital, department, coder and month, as CSV or workbook.

use std::{collections::BTreeMap, path::Path};

use chs_model::{Field, SettlementList, fields::setlinfo};
use chs_quality::{Engine, Report, Severity, Tally};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use rust_xlsxwriter::{Workbook, XlsxError};

/// What lists are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    All,
    Hospital,
    Department,
    Coder,
    Month,
}

impl By {
    const fn name(self) -> &'static str {
        match self {
            By::All => "全部 all",
            By::Hospital => "机构 hospital",
            By::Department => "科室 department",
            By::Coder => "填报人 coder",
            By::Month => "月份 month",
        }
    }
}

/// The columns of the rates.
const RATES: [&str; 7] = [
    "by",
    "key",
    "lists",
    "pass_rate",
    "completeness",
    "mean_score",
    "top_findings",
];
/// The columns of the findings.
const FINDINGS: [&str; 6] = [
    "rule_id",
    "severity",
    "message",
    "message_en",
    "lists",
    "hit_rate",
];

/// What is counted while lists are checked.
#[derive(Debug, Default)]
pub(super) struct Rates(BTreeMap<(By, String), Sum>);

#[derive(Debug, Default)]
struct Sum {
    tally: Tally,
    scores: Decimal,
}

impl Rates {
    /// Counts a list under everything it is told apart by.
    pub(super) fn add(&mut self, engine: &Engine, list: &SettlementList, report: &Report) {
        let score = engine.score(report).score;
        let mut one = Tally::default();
        one.add(engine, report);
        let info = list.setlinfo();
        let text = |field: Field| info.text(field).unwrap_or_default().trim().to_owned();
        let month = info.datetime(setlinfo::DSCG_TIME);
        let month = month.map(|time| time.format("%Y-%m").to_string());
        for key in [
            (By::All, String::new()),
            (By::Hospital, text(setlinfo::FIXMEDINS_CODE)),
            (By::Department, text(setlinfo::DSCG_CATY)),
            (By::Coder, text(setlinfo::MEDINS_FILL_PSN)),
            (By::Month, month.unwrap_or_default()),
        ] {
            let sum = self.0.entry(key).or_default();
            sum.tally.merge(&one);
            sum.scores += score;
        }
    }

    /// Adds what another thread counted.
    pub(super) fn merge(&mut self, other: Rates) {
        for (key, theirs) in other.0 {
            let mine = self.0.entry(key).or_default();
            mine.tally.merge(&theirs.tally);
            mine.scores += theirs.scores;
        }
    }

    /// Writes a workbook with two sheets for a name that ends in `.xlsx`, else a CSV of the
    /// rates and beside it `<name>.findings.csv`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn write(
        &self,
        path: &Path,
        engine: &Engine,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let (rates, findings) = (self.rates(), self.findings(engine));
        if path.extension().is_some_and(|ending| ending == "xlsx") {
            workbook(path, &rates, &findings)?;
            return Ok(());
        }
        csv_file(path, &RATES, &rates)?;
        csv_file(&path.with_extension("findings.csv"), &FINDINGS, &findings)?;
        Ok(())
    }

    fn rates(&self) -> Vec<Vec<String>> {
        let rows = self.0.iter().map(|((by, key), sum)| {
            let tally = &sum.tally;
            let mean = sum.scores.checked_div(Decimal::from(tally.lists()));
            let top = tally.top(5).into_iter();
            let top: Vec<String> = top.map(|(id, count)| format!("{id}×{count}")).collect();
            vec![
                by.name().to_owned(),
                key.clone(),
                tally.lists().to_string(),
                rate(tally.pass_rate()),
                rate(tally.completeness()),
                mean.map_or_else(String::new, |mean| mean.round_dp(2).to_string()),
                top.join(" "),
            ]
        });
        rows.collect()
    }

    fn findings(&self, engine: &Engine) -> Vec<Vec<String>> {
        let Some(all) = self.0.get(&(By::All, String::new())) else {
            return Vec::new();
        };
        let top = all.tally.top(usize::MAX).into_iter();
        let rows = top.map(|(id, count)| {
            let rule = engine.rules().iter().find(|rule| rule.id() == id);
            let severity = match rule.map(chs_quality::Rule::severity) {
                Some(Severity::Error) => "error",
                Some(Severity::Warning) => "warning",
                Some(Severity::Info) => "info",
                None => "",
            };
            vec![
                id.to_owned(),
                severity.to_owned(),
                rule.map_or("", |rule| rule.message()).to_owned(),
                rule.map_or("", |rule| rule.message_en()).to_owned(),
                count.to_string(),
                rate(all.tally.hit_rate(id)),
            ]
        });
        rows.collect()
    }
}

/// A rate to four decimals; blank where nothing could be decided.
fn rate(rate: Option<Decimal>) -> String {
    rate.map_or_else(String::new, |rate| rate.round_dp(4).normalize().to_string())
}

fn csv_file(path: &Path, header: &[&str], rows: &[Vec<String>]) -> csv::Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    Ok(writer.flush()?)
}

fn workbook(path: &Path, rates: &[Vec<String>], findings: &[Vec<String>]) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    for (name, header, rows) in [
        ("合格率 rates", &RATES[..], rates),
        ("问题 findings", &FINDINGS[..], findings),
    ] {
        let sheet = book.add_worksheet().set_name(name)?;
        sheet.write_row(0, 0, header.iter().copied())?;
        for (number, row) in (1..).zip(rows) {
            for (column, cell) in (0..).zip(row) {
                // what reads as a number is one, but for the keys of the second column
                let number_cell = cell.parse::<Decimal>().ok().filter(|_| column > 1);
                match number_cell.and_then(|value| value.to_f64()) {
                    Some(value) => sheet.write_number(number, column, value)?,
                    None => sheet.write_string(number, column, cell)?,
                };
            }
        }
        sheet.autofit();
    }
    book.save(path)
}

#[cfg(test)]
mod tests {
    use chs_quality::{CheckInput, NoTables, Phase};
    use serde_json::json;

    use super::*;

    #[test]
    fn rates_by_everything_that_lists_are_told_apart_by() {
        let engine = Engine::builtin().unwrap();
        let mut rates = Rates::default();
        for (code, department) in [("H61040100001", "A03"), ("H61040100001", "A04")] {
            let list = json!({"setlinfo": {"fixmedins_code": code, "dscg_caty": department,
                "dscg_time": "2026-10-09 08:00", "gend": "3"}});
            let list = SettlementList::parse(&list).unwrap();
            let report = engine.check(&CheckInput::new(&list, Phase::Pre, &NoTables));
            rates.add(&engine, &list, &report);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rates.csv");
        rates.write(&path, &engine).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("机构 hospital,H61040100001,2,0,"), "{text}");
        assert!(text.contains("科室 department,A04,1,0,"), "{text}");
        assert!(text.contains("月份 month,2026-10,2,0,"), "{text}");
        let findings = std::fs::read_to_string(path.with_extension("findings.csv")).unwrap();
        assert!(findings.contains("QC-FMT-001,error,"), "{findings}");
        let book = folder.path().join("rates.xlsx");
        rates.write(&book, &engine).unwrap();
        assert_eq!(&std::fs::read(book).unwrap()[..2], b"PK");
    }
}
