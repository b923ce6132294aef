//! Lines of a catalogue's files: the group that one speaks of, its cells, what is wrong in it.

use super::cell::{Span, Wrong};
use super::error::Fault;
use super::group::DipGroup;
use super::settings::Stage;
use super::table::Line;
use super::treatment::Treatment;
use chs_model::Money;
use rust_decimal::Decimal;

/// Columns of the files of groups; any further one is the area's own.
const COLUMNS: [&str; 18] = [
    "code",
    "name",
    "dx",
    "other_dx",
    "any_dx",
    "px",
    "px_scope",
    "age_days",
    "age_years",
    "birth_weight",
    "type",
    "class",
    "score",
    "mean_cost",
    "cases",
    "cv",
    "primary_care",
    "note",
];

/// The procedure cell of a line, an empty one by what it means in the stage's file.
pub(super) fn px_cell(stage: Stage, line: Line<'_>) -> &str {
    match (line.get("px"), stage) {
        ("", Stage::Merged | Stage::Core) => "-",
        ("", _) => "*",
        (cell, _) => cell,
    }
}

/// The group that a line speaks of.
pub(super) fn group(stage: Stage, line: Line<'_>) -> Result<DipGroup, Fault> {
    let code = line.get("code");
    if code.is_empty() {
        return Err(line.fault("病种编码为空", "the group's code is empty"));
    }
    let treatment = match line.get("type") {
        "" => None,
        cell => Some(Treatment::parse(cell).ok_or_else(|| bad(line, "type"))?),
    };
    let basic = match line.get("class") {
        "" | "core" | "核心" => false,
        "basic" | "基础" => true,
        _ => return Err(bad(line, "class")),
    };
    let primary_care = match line.get("primary_care") {
        "" | "0" | "no" | "否" => false,
        "1" | "yes" | "是" => true,
        _ => return Err(bad(line, "primary_care")),
    };
    Ok(DipGroup {
        code: code.to_owned(),
        name: line.get("name").to_owned(),
        stage,
        treatment,
        basic,
        score: decimal(line, "score")?,
        mean_cost: match line.get("mean_cost") {
            "" => None,
            cell => {
                let cost = Money::from_yuan_str(cell).ok();
                let cost = cost.filter(|cost| *cost >= Money::ZERO);
                Some(cost.ok_or_else(|| bad(line, "mean_cost"))?)
            }
        },
        cases: match line.get("cases") {
            "" => None,
            cell => Some(cell.parse().map_err(|_| bad(line, "cases"))?),
        },
        cv: decimal(line, "cv")?,
        primary_care,
        local: line.others(&COLUMNS),
        diagnoses: String::new(),
        procedures: String::new(),
        line: line.number,
    })
}

/// A number of at least 0.
fn decimal(line: Line<'_>, column: &str) -> Result<Option<Decimal>, Fault> {
    match line.get(column) {
        "" => Ok(None),
        cell => {
            let number = chs_model::parse_decimal(cell);
            let number = number.filter(|number| !number.is_sign_negative());
            number.map(Some).ok_or_else(|| bad(line, column))
        }
    }
}

pub(super) fn span(line: Line<'_>, column: &str) -> Result<Option<Span>, Fault> {
    match line.get(column) {
        "" => Ok(None),
        cell => Span::parse(cell).map(Some).ok_or_else(|| bad(line, column)),
    }
}

pub(super) fn bad(line: Line<'_>, column: &str) -> Fault {
    let cell = line.get(column);
    line.fault(
        format!("{column} 列的值有误：{cell:?}"),
        format!("bad value in {column}: {cell:?}"),
    )
}

pub(super) fn of(line: Line<'_>, (zh, en): Wrong) -> Fault {
    line.fault(zh, en)
}
