//! A publication as Markdown or CSV: old and new beside each other, the method, the figures.

use std::{fmt::Write, path::Path};

use chs_settlement::{formula, history::Trim};
use rust_decimal::Decimal;

use super::computed::{GroupLine, LevelLine, Publication};
use crate::commands::ring::Fault;

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Markdown,
    Csv,
}

impl Form {
    /// By the ending of the output.
    ///
    /// # Errors
    /// Another ending.
    pub(super) fn of(path: &Path) -> Result<Form, String> {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("md") => Ok(Form::Markdown),
            Some("csv") => Ok(Form::Csv),
            _ => Err("--out 须以 .md 或 .csv 结尾 / --out has to end in .md or .csv".to_owned()),
        }
    }
}

/// The publication as Markdown.
pub(super) fn markdown(publication: &Publication, title: &str) -> String {
    let mut text = format!("# {title}\n\n");
    method(&mut text, publication);
    figures(&mut text, publication);
    let value = name(publication);
    let years: Vec<String> = publication.years.iter().map(i32::to_string).collect();
    push(
        &mut text,
        &format!(
            "\n## 病组 / groups\n\n\
             | 编码 code | 名称 name | 例数 cases {} | 剔除 dropped | 加权均费 mean | ÷ 总均费 quotient | 现行{value} old | 新{value} new | 变动 change | 变动 % |\n\
             |---|---|---|---|---|---|---|---|---|---|",
            years.join("/")
        ),
    );
    for line in &publication.lines {
        let cases: Vec<String> = line.cases.iter().map(u64::to_string).collect();
        let (change, percent) = change(line);
        push(
            &mut text,
            &format!(
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                line.code,
                line.name.replace('|', "\\|"),
                cases.join("/"),
                line.dropped,
                line.mean,
                some(line.quotient),
                some(line.old),
                line.value,
                some(change),
                some(percent)
            ),
        );
    }
    coefficients(&mut text, publication);
    if !publication.without_cases.is_empty() {
        push(
            &mut text,
            &format!(
                "\n## 无病例，沿用现行值 / without a case: the value in force stays\n\n{}",
                publication.without_cases.join("、")
            ),
        );
    }
    text
}

fn push(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}

fn name(publication: &Publication) -> &'static str {
    if publication.method.scale > 1 {
        "分值"
    } else {
        "权重"
    }
}

fn method(text: &mut String, publication: &Publication) {
    let method = &publication.method;
    let value = name(publication);
    let weights: Vec<String> = method.year_weights.iter().map(u32::to_string).collect();
    push(
        text,
        &format!(
            "## 方法 / method\n\n\
             - 各组各年先剔除：{}。*Trimmed by group and year.*\n\
             - 均费 = Σ 权数 × 年均费 ÷ Σ 权数，权数 {}（{} 年，由远及近；无病例的年份连同权数去掉）。*Weighted mean of the years; a year without a case drops out with its weight.*\n\
             - {value} = 病组均费 ÷ 总均费 × {} × 归一化系数，取 {} 位小数（四舍五入，远离零）。*Value = mean of the group ÷ mean of all × scale × normalisation, rounded half away from zero.*\n\
             - 归一化系数使 Σ 例数 × {value} = 例数 × {}（最后一年的例数）。*Normalised on the cases of the last year.*\n\
             - QY 与 0000 不参与。*Ambiguous and ungrouped cases do not take part.*",
            trimming(method.trim),
            weights.join(":"),
            publication.years.len(),
            method.scale,
            method.decimals,
            method.scale
        ),
    );
    if let Some(rule) = &method.coefficients {
        push(
            text,
            &format!(
                "- 等级系数 = {} × 病组该等级均费 ÷ 病组均费 + (1 − {}) × 1，限于 {} 至 {}，取 4 位小数；最后一年，剔除后。*Coefficient of a level: share of the quotient, the rest is 1, kept in its limits.*",
                rule.blend, rule.blend, rule.least, rule.greatest
            ),
        );
    }
    push(
        text,
        "- 依据：CHS-DRG 技术规范（权重、费率）、国家医保 DIP 技术规范（分值、三年 1:2:7）的通行做法；剔除、权数、系数的取值由统筹区选定。*Basis: CHS-DRG technical practice and the NHSA's DIP specification; the values chosen are the area's own.*\n",
    );
}

fn trimming(trim: Trim) -> String {
    match trim {
        Trim::None => "不剔除 none".to_owned(),
        Trim::Percentiles { lower, upper } => {
            format!("第 {lower} 至第 {upper} 百分位之外（最近秩）outside these percentiles")
        }
        Trim::Multiples { low, high } => {
            format!("低于 {low} 倍或高于 {high} 倍均费 outside these multiples of the mean")
        }
    }
}

fn figures(text: &mut String, publication: &Publication) {
    let table = &publication.table;
    let years: Vec<String> = publication.years.iter().map(i32::to_string).collect();
    let value = name(publication);
    push(
        text,
        "## 数据 / figures\n\n| 项目 | item | 值 value |\n|---|---|---|",
    );
    let mut rows = vec![
        ("年度", "years", years.join("、")),
        ("计入例数", "cases kept", publication.kept.to_string()),
        ("剔除例数", "cases dropped", publication.dropped.to_string()),
        (
            "QY、0000 例数",
            "cases outside",
            publication.outside.to_string(),
        ),
        (
            "其他年度例数",
            "cases of other years",
            publication.other_years.to_string(),
        ),
        ("无效行", "invalid rows", publication.invalid.to_string()),
        (
            "最后一年例数",
            "cases of the last year",
            table.cases.to_string(),
        ),
        ("总加权均费", "weighted mean of all", table.mean.to_string()),
        (
            "归一化系数",
            "normalisation",
            table.normalisation.to_string(),
        ),
        (
            "Σ 例数 × 值",
            "Σ cases × value",
            table.weighted_cases.to_string(),
        ),
        ("取整所余", "left by rounding", table.residue.to_string()),
        ("病组数", "groups", publication.lines.len().to_string()),
    ];
    if let Some((scheme, digest)) = &publication.scheme {
        rows.push((
            "现行方案",
            "scheme in force",
            format!("{scheme}（{digest}）"),
        ));
    }
    if let Some(digest) = &publication.old_digest {
        rows.push(("现行值表 SM3", "table in force", digest.clone()));
    }
    rows.push((
        "增 / 减 / 平 / 新",
        "up / down / same / new",
        moved(publication),
    ));
    for (zh, en, figure) in rows {
        push(text, &format!("| {zh} | {en} | {figure} |"));
    }
    push(
        text,
        &format!(
            "\n{value}之外的数字均为统计，不作支付。*Figures beside the values are statistics.*"
        ),
    );
}

/// How many groups go up, down, stay, are new.
fn moved(publication: &Publication) -> String {
    let count = |wanted: fn(Option<Decimal>) -> bool| {
        let changes = publication.lines.iter().map(|line| change(line).0);
        changes.filter(|change| wanted(*change)).count()
    };
    format!(
        "{} / {} / {} / {}",
        count(|change| change.is_some_and(|change| change > Decimal::ZERO)),
        count(|change| change.is_some_and(|change| change < Decimal::ZERO)),
        count(|change| change.is_some_and(|change| change.is_zero())),
        count(|change| change.is_none())
    )
}

fn coefficients(text: &mut String, publication: &Publication) {
    if publication.lines.iter().all(|line| line.levels.is_empty()) {
        return;
    }
    push(
        text,
        "\n## 等级系数 / coefficients of levels\n\n\
         | 编码 code | 等级 level | 例数 cases | 该等级均费 mean | 病组均费 group mean | 现行 old | 新 new |\n\
         |---|---|---|---|---|---|---|",
    );
    for line in &publication.lines {
        for level in &line.levels {
            let LevelLine {
                cases,
                mean,
                group_mean,
                coefficient,
                old,
                ..
            } = level;
            push(
                text,
                &format!(
                    "| {} | {} | {cases} | {mean} | {group_mean} | {} | {coefficient} |",
                    line.code,
                    level.level.name(),
                    some(*old)
                ),
            );
        }
    }
}

/// New less old, and in percent of the old one.
fn change(line: &GroupLine) -> (Option<Decimal>, Option<Decimal>) {
    let change = line.old.and_then(|old| line.value.checked_sub(old));
    let percent = line.old.zip(change).and_then(|(old, change)| {
        formula::quotient(change.checked_mul(Decimal::ONE_HUNDRED)?, old, 2)
    });
    (change, percent)
}

fn some(value: Option<Decimal>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

/// The publication as CSV, in the columns that `simulate --weights` reads.
///
/// # Errors
/// None in practice: it is written to memory.
pub(super) fn csv(publication: &Publication) -> Result<Vec<u8>, Fault> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let value = if publication.method.scale > 1 {
        "score"
    } else {
        "weight"
    };
    writer.write_record([
        "drg_code",
        "drg_name",
        value,
        "old",
        "change",
        "percent",
        "cases",
        "last_year_cases",
        "dropped",
        "weighted_mean",
        "quotient",
        "primary",
        "secondary",
        "tertiary",
    ])?;
    let blank = |value: Option<Decimal>| value.map_or_else(String::new, |value| value.to_string());
    for line in &publication.lines {
        let (change, percent) = change(line);
        let level = |name: &str| {
            let found = line.levels.iter().find(|level| level.level.name() == name);
            blank(found.map(|level| level.coefficient))
        };
        writer.write_record([
            line.code.clone(),
            line.name.clone(),
            line.value.to_string(),
            blank(line.old),
            blank(change),
            blank(percent),
            line.cases.iter().sum::<u64>().to_string(),
            line.cases.last().copied().unwrap_or_default().to_string(),
            line.dropped.to_string(),
            line.mean.to_string(),
            blank(line.quotient),
            level("一级"),
            level("二级"),
            level("三级"),
        ])?;
    }
    writer.flush()?;
    writer
        .into_inner()
        .map_err(|error| error.to_string().into())
}
