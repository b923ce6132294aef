//! The result as CSV, JSON or a workbook. Equal inputs make equal bytes.

mod workbook;

use std::path::Path;

use chs_model::{Money, dictionary};
use chs_settlement::{
    Profile,
    simulation::{Dimension, Key, Sums},
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Pass, job::Proposed, neutral::Neutral};
use crate::{commands::ring::Fault, scheme_source::Installed, wire};

/// How the result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Csv,
    Json,
    Workbook,
}

impl Form {
    /// By the ending of the output; CSV without one.
    ///
    /// # Errors
    /// Another ending.
    pub(super) fn of(path: Option<&Path>) -> Result<Form, String> {
        let Some(path) = path else {
            return Ok(Form::Csv);
        };
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Ok(Form::Csv),
            Some("json") => Ok(Form::Json),
            Some("xlsx") => Ok(Form::Workbook),
            _ => Err(
                "--out 须以 .csv、.json 或 .xlsx 结尾 / --out has to end in .csv, .json or .xlsx"
                    .to_owned(),
            ),
        }
    }
}

/// The columns of a line.
const COLUMNS: [&str; 19] = [
    "by",
    "code",
    "drg_code",
    "name",
    "cases",
    "left_out",
    "left_out_cost",
    "medfee_sumamt",
    "paid",
    "present",
    "proposed",
    "present_units",
    "proposed_units",
    "difference",
    "difference_fen",
    "percent",
    "gained",
    "lost",
    "change",
];

/// A cell of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Text(String),
    Count(u64),
    Fen(i64),
    Number(Decimal),
    Blank,
}

impl Cell {
    fn yuan(amount: Option<Money>) -> Cell {
        amount.map_or(Cell::Blank, |amount| Cell::Number(amount.to_decimal()))
    }

    fn text(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Count(count) => count.to_string(),
            Cell::Fen(fen) => fen.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Blank => String::new(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Cell::Text(text) => json!(text),
            Cell::Count(count) => json!(count),
            Cell::Fen(fen) => json!(fen),
            Cell::Number(number) => wire::decimal(*number),
            Cell::Blank => Value::Null,
        }
    }
}

/// All that a report tells.
pub(super) struct Report<'r> {
    pub(super) present: &'r Profile,
    pub(super) proposed: Option<&'r Proposed>,
    pub(super) neutral: Option<&'r Neutral>,
    pub(super) installed: &'r Installed,
    pub(super) pass: &'r Pass,
}

impl Report<'_> {
    /// The report in a form.
    ///
    /// # Errors
    /// A workbook that cannot hold it, an amount that cannot be held.
    pub(super) fn bytes(&self, form: Form) -> Result<Vec<u8>, Fault> {
        match form {
            Form::Csv => self.csv(),
            Form::Json => {
                let mut bytes = serde_json::to_vec_pretty(&self.json()?)?;
                bytes.push(b'\n');
                Ok(bytes)
            }
            Form::Workbook => workbook::draw(self),
        }
    }

    pub(super) fn proposed_is_example(&self) -> bool {
        self.proposed
            .is_some_and(|proposed| proposed.profile.example())
    }

    fn csv(&self) -> Result<Vec<u8>, Fault> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS)?;
        for (key, sums) in self.pass.comparison.lines() {
            writer.write_record(self.cells(key, sums)?.map(|cell| cell.text()))?;
        }
        writer.flush()?;
        writer
            .into_inner()
            .map_err(|error| error.to_string().into())
    }

    fn json(&self) -> Result<Value, Fault> {
        let pass = self.pass;
        let mut lines = Vec::new();
        for (key, sums) in pass.comparison.lines() {
            let cells = self.cells(key, sums)?;
            let members = COLUMNS.iter().zip(&cells);
            let line = members.filter(|(_, cell)| **cell != Cell::Blank);
            let line = line.map(|(name, cell)| ((*name).to_owned(), cell.json()));
            lines.push(Value::Object(line.collect()));
        }
        let left_out = pass.comparison.left_out().iter();
        let left_out: Vec<Value> = left_out
            .map(|(reason, sums)| {
                json!({"reason": reason, "cases": sums.left_out,
                    "medfee_sumamt": wire::yuan(sums.left_out_cost)})
            })
            .collect();
        Ok(json!({
            "report": "simulation",
            "against": pass.comparison.against().as_str(),
            "example": self.present.example() || self.proposed_is_example(),
            "present": about(self.present),
            "proposed": self.proposed.map(|proposed| json!({
                "profile": about(&proposed.profile),
                "weights": proposed.weights.as_ref().map(|table| table.digest()),
                "coefficients": proposed.coefficients.as_ref().map(|table| table.digest()),
                "on": proposed.on.map(|day| day.to_string()),
            })),
            "neutral": self.neutral.map(|neutral| json!({
                "passes": neutral.passes,
                "values": neutral.values.iter().map(|value| json!({
                    "version": value.version, "insutype": value.insutype,
                    "holds_for": value.holds_for, "before": wire::decimal(value.before),
                    "after": wire::decimal(value.after),
                })).collect::<Vec<_>>(),
            })),
            "rows": pass.rows,
            "invalid": pass.invalid,
            "left_out": left_out,
            "lines": lines,
        }))
    }

    /// A line's cells, in the order of [`COLUMNS`].
    fn cells(&self, key: &Key, sums: &Sums) -> Result<[Cell; COLUMNS.len()], Fault> {
        let difference = sums
            .difference()
            .ok_or("差额超出范围 / a difference cannot be held")?;
        let proposed = self.proposed.is_some();
        let units = |units: Decimal| Cell::Number(units.normalize());
        let some = |there: bool, cell: Cell| if there { cell } else { Cell::Blank };
        let paid = sums.paid_cases > 0 && sums.paid_cases == sums.cases;
        let text = |text: &str| some(!text.is_empty(), Cell::Text(text.to_owned()));
        Ok([
            Cell::Text(key.dimension.as_str().to_owned()),
            text(&key.code),
            text(&key.second),
            text(&self.name(key)),
            Cell::Count(sums.cases),
            Cell::Count(sums.left_out),
            Cell::yuan(Some(sums.left_out_cost)),
            Cell::yuan(Some(sums.cost)),
            Cell::yuan(paid.then_some(sums.paid)),
            Cell::yuan(Some(sums.present)),
            Cell::yuan(proposed.then_some(sums.proposed)),
            units(sums.present_units),
            some(proposed, units(sums.proposed_units)),
            Cell::yuan(Some(difference)),
            Cell::Fen(difference.fen()),
            sums.percent().map_or(Cell::Blank, Cell::Number),
            Cell::Count(sums.gained),
            Cell::Count(sums.lost),
            Cell::Text(change(difference).to_owned()),
        ])
    }

    /// The name of a fund or group, where there is one.
    fn name(&self, key: &Key) -> String {
        let group = match key.dimension {
            Dimension::Insutype => {
                let names = dictionary::get("insutype");
                let name = names.and_then(|names| names.name(&key.code));
                return name.unwrap_or_default().to_owned();
            }
            Dimension::Group => &key.code,
            Dimension::HospitalGroup => &key.second,
            Dimension::Total | Dimension::Level | Dimension::Hospital => return String::new(),
        };
        let mut schemes = self.present.schemes().iter();
        schemes
            .find_map(|period| {
                let scheme = self.installed.get(&period.id).ok()?;
                Some(scheme.drg(group)?.name().to_owned())
            })
            .unwrap_or_default()
    }

    /// The result in a few lines, Chinese with English beside it.
    pub(super) fn summary(&self) -> Vec<String> {
        let comparison = &self.pass.comparison;
        let total = comparison.total();
        let mut lines = vec![format!(
            "{} 行 rows，无效 invalid {}，比较 compared {} 例 cases，未计 left out {}",
            self.pass.rows, self.pass.invalid, total.cases, total.left_out
        )];
        let signed = |sums: &Sums| {
            let difference = sums.difference().unwrap_or_default();
            let percent = sums.percent();
            let percent = percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"));
            format!(
                "{} → {}，差额 difference {difference}（{percent}）",
                sums.before, sums.after
            )
        };
        for (key, sums) in comparison.of(Dimension::Insutype) {
            lines.push(format!("险种 fund {}：{}", key.code, signed(sums)));
        }
        lines.push(format!("合计 total：{}", signed(&total)));
        let count = |wanted: &str| {
            let hospitals = comparison.of(Dimension::Hospital);
            let changes = hospitals.filter_map(|(_, sums)| Some(change(sums.difference()?)));
            changes.filter(|change| *change == wanted).count()
        };
        if comparison.of(Dimension::Hospital).next().is_some() {
            lines.push(format!(
                "机构 hospitals：增 gain {}，减 loss {}，平 none {}",
                count("gain"),
                count("loss"),
                count("none")
            ));
        }
        for (reason, sums) in comparison.left_out() {
            lines.push(format!(
                "未计 left out，{reason}：{} 例 cases，费用 cost {}",
                sums.left_out, sums.left_out_cost
            ));
        }
        for value in self.neutral.iter().flat_map(|neutral| &neutral.values) {
            lines.push(format!(
                "预算中性 neutral {} {} {}：{} → {}",
                value.version, value.insutype, value.holds_for, value.before, value.after
            ));
        }
        lines
    }
}

fn about(profile: &Profile) -> Value {
    json!({"id": profile.id(), "title": profile.title(), "digest": profile.digest(),
        "example": profile.example()})
}

/// Whether a line wins.
fn change(difference: Money) -> &'static str {
    match difference.fen().signum() {
        1 => "gain",
        -1 => "loss",
        _ => "none",
    }
}
