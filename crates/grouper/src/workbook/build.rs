//! Tables to a scheme's source form.

use super::amendments::Statement;
use super::layout;
use super::report::{FindingKind, Findings, Tally};
use super::tables::{Adrg, Drg, Sets, Tables, is_ambiguous, is_fallback};
use crate::rule::Rule;
use crate::scheme::SchemeError;
use crate::source::SchemeSource;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Looks at what no row says alone: order, ownership, sets that rules name.
pub(super) fn check(tables: &mut Tables, findings: &mut Findings) {
    check_sets(tables, findings);
    check_owners(tables, findings);
    check_order(tables, findings);
    let before = tables.drgs.len();
    tables.drgs.retain(|drg| !is_ambiguous(&drg.adrg));
    let ambiguous = before - tables.drgs.len();
    if ambiguous > 0 {
        findings.add(
            FindingKind::AmbiguousGroup,
            (layout::DRG.sheet, 0),
            "QY",
            format!("{ambiguous} 行歧义病组由分组引擎自行给出，不入方案"),
            format!("{ambiguous} rows of ambiguous groups, which the engine gives by itself"),
        );
    }
}

fn check_sets(tables: &Tables, findings: &mut Findings) {
    let mut look = |sheet, number, code: &str, rule: &Rule| {
        let names: BTreeSet<&str> = rule.set_names().into_iter().collect();
        for name in names {
            if !tables.sets.contains_key(name) {
                findings.add(
                    FindingKind::UnknownSet,
                    (sheet, number),
                    code,
                    format!("规则引用的集合 {name} 不存在"),
                    format!("the rule names the set {name}, which does not exist"),
                );
            }
        }
    };
    for mdc in &tables.mdcs {
        look(layout::MDC.sheet, mdc.number, &mdc.code, &mdc.rule);
    }
    for adrg in &tables.adrgs {
        look(layout::ADRG.sheet, adrg.number, &adrg.code, &adrg.rule);
    }
    for drg in &tables.drgs {
        look(layout::DRG.sheet, drg.number, &drg.code, &drg.rule);
    }
}

fn check_owners(tables: &Tables, findings: &mut Findings) {
    let mdcs: BTreeSet<&str> = tables.mdcs.iter().map(|mdc| mdc.code.as_str()).collect();
    let homes = tables.adrgs.iter();
    let homes: BTreeMap<&str, &str> = homes
        .map(|adrg| (adrg.code.as_str(), adrg.mdc.as_str()))
        .collect();
    for adrg in &tables.adrgs {
        if !mdcs.contains(adrg.mdc.as_str()) {
            let place = (layout::ADRG.sheet, adrg.number);
            orphan(findings, place, &adrg.code, &adrg.mdc);
        }
    }
    for drg in &tables.drgs {
        let place = (layout::DRG.sheet, drg.number);
        match homes.get(drg.adrg.as_str()) {
            None => orphan(findings, place, &drg.code, &drg.adrg),
            Some(home) if *home != drg.mdc => findings.add(
                FindingKind::OtherMdc,
                place,
                &drg.code,
                format!(
                    "所属 MDC 写作 {}，其 ADRG 属于 {home}；以 ADRG 为准",
                    drg.mdc
                ),
                format!(
                    "its MDC is {}, its core group's {home}, which counts",
                    drg.mdc
                ),
            ),
            Some(_) => {}
        }
    }
}

fn orphan(findings: &mut Findings, place: (&'static str, u32), code: &str, owner: &str) {
    findings.add(
        FindingKind::Orphan,
        place,
        code,
        format!("所属的 {owner} 不存在"),
        format!("it belongs to {owner}, which does not exist"),
    );
}

/// Sorts each table by its order; rows in the same place keep that of the sheet.
fn check_order(tables: &mut Tables, findings: &mut Findings) {
    tables.mdcs.sort_by_key(|mdc| (mdc.order, mdc.number));
    tables.adrgs.sort_by(|a, b| {
        let key = |row: &Adrg| (row.order, row.number);
        a.mdc.cmp(&b.mdc).then(key(a).cmp(&key(b)))
    });
    tables.drgs.sort_by(|a, b| {
        let key = |row: &Drg| (row.order, row.number);
        a.adrg.cmp(&b.adrg).then(key(a).cmp(&key(b)))
    });
    let mdcs = tables.mdcs.iter();
    repeated(
        layout::MDC.sheet,
        mdcs.map(|mdc| (mdc.number, "", mdc.code.as_str(), mdc.order)),
        findings,
    );
    let adrgs = tables.adrgs.iter();
    repeated(
        layout::ADRG.sheet,
        adrgs.map(|row| (row.number, row.mdc.as_str(), row.code.as_str(), row.order)),
        findings,
    );
    let drgs = tables.drgs.iter();
    repeated(
        layout::DRG.sheet,
        drgs.map(|drg| (drg.number, drg.adrg.as_str(), drg.code.as_str(), drg.order)),
        findings,
    );
    let mut owner = "";
    for row in &tables.adrgs {
        if row.mdc != owner && row.order != Decimal::ONE {
            findings.add(
                FindingKind::OrderStart,
                (layout::ADRG.sheet, row.number),
                &row.mdc,
                format!("排序自 {} 起，先后不受影响", row.order),
                format!("the order begins with {}; the sequence stands", row.order),
            );
        }
        owner = &row.mdc;
    }
}

/// Reports neighbours with the same owner and order.
fn repeated<'t>(
    sheet: &'static str,
    rows: impl Iterator<Item = (u32, &'t str, &'t str, Decimal)>,
    findings: &mut Findings,
) {
    let mut before: Option<(u32, &str, Decimal)> = None;
    for (number, owner, code, order) in rows {
        if let Some((first, last_owner, last_order)) = before
            && (last_owner, last_order) == (owner, order)
        {
            findings.add(
                FindingKind::RepeatedOrder,
                (sheet, number),
                code,
                format!("排序 {order} 与第 {first} 行相同，先出现者在前"),
                format!("the order {order} is that of row {first}: the earlier row goes first"),
            );
        }
        before = Some((number, owner, order));
    }
}

/// How much the tables hold.
pub(super) fn tally(tables: &Tables) -> Tally {
    let adrgs: BTreeSet<&str> = tables.adrgs.iter().map(|row| row.code.as_str()).collect();
    let count = |kind: fn(&str) -> bool| adrgs.iter().filter(|code| kind(code)).count();
    let (fallback, ambiguous) = (count(is_fallback), count(is_ambiguous));
    let drg_fallback = tables
        .drgs
        .iter()
        .filter(|drg| is_fallback(&drg.adrg))
        .count();
    let mcc = tables.complications.values().filter(|c| c.major).count();
    Tally {
        mdc: tables.mdcs.len(),
        adrg_rows: tables.adrgs.len(),
        adrg: adrgs.len() - fallback - ambiguous,
        adrg_fallback: fallback,
        adrg_ambiguous: ambiguous,
        drg: tables.drgs.len() - drg_fallback,
        drg_fallback,
        sets: tables.sets.len(),
        set_codes: tables.sets.values().map(BTreeMap::len).sum(),
        mcc,
        cc: tables.complications.len() - mcc,
        exclusion_sets: tables.exclusions.len(),
        exclusion_codes: tables.exclusions.values().map(BTreeMap::len).sum(),
    }
}

/// The scheme's files.
pub(super) fn source(
    id: &str,
    statement: &Statement,
    tables: &Tables,
    inferred: &[String],
) -> Result<SchemeSource, SchemeError> {
    SchemeSource::new([
        ("scheme.toml", manifest(id, statement, tables, inferred)),
        ("mdc.csv", mdc_csv(tables)?),
        ("adrg.csv", adrg_csv(tables)?),
        ("drg.csv", drg_csv(tables)?),
        ("weights.csv", weights_csv(tables)?),
        ("sets.txt", sets_txt(&tables.sets)),
        ("exclusions.txt", sets_txt(&tables.exclusions)),
        ("cc.txt", cc_txt(tables)),
    ])
}

fn manifest(id: &str, statement: &Statement, tables: &Tables, inferred: &[String]) -> String {
    let tally = tally(tables);
    let mut text = String::new();
    let statements = [
        ("id", Some(id)),
        ("title", statement.title.as_deref()),
        ("publisher", statement.publisher.as_deref()),
        ("source", statement.source.as_deref()),
        ("in_force_from", statement.in_force_from.as_deref()),
    ];
    for (key, value) in statements {
        let value = toml::Value::String(value.unwrap_or_default().to_owned());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{key} = {value}");
    }
    if !inferred.is_empty() {
        let _ = writeln!(text, "inferred = {}", toml::Value::from(inferred.to_vec()));
    }
    // The loader counts every core group and group but the ambiguous ones.
    let _ = write!(
        text,
        "\n[counts]\nmdc = {}\nadrg = {}\ndrg = {}\nmcc = {}\ncc = {}\nsets = {}\n",
        tally.mdc,
        tally.adrg + tally.adrg_fallback,
        tally.drg + tally.drg_fallback,
        tally.mcc,
        tally.cc,
        tally.sets,
    );
    text
}

fn mdc_csv(tables: &Tables) -> Result<String, SchemeError> {
    let rows = (1_usize..).zip(&tables.mdcs).map(|(order, mdc)| {
        vec![
            mdc.code.clone(),
            order.to_string(),
            mdc.name.clone(),
            mdc.rule.to_string(),
        ]
    });
    csv_text("mdc.csv", &["mdc", "order", "name", "rule"], rows)
}

fn adrg_csv(tables: &Tables) -> Result<String, SchemeError> {
    let place: BTreeMap<&str, usize> = tables
        .mdcs
        .iter()
        .enumerate()
        .map(|(place, mdc)| (mdc.code.as_str(), place))
        .collect();
    let mut sorted: Vec<&Adrg> = tables.adrgs.iter().collect();
    // Stable: the rows of an MDC keep the order they were sorted into.
    sorted.sort_by_key(|row| place.get(row.mdc.as_str()).copied());
    let (mut orders, mut numbers) = (BTreeMap::new(), BTreeMap::new());
    let rows = sorted.into_iter().map(|row| {
        let order = orders.entry(row.mdc.as_str()).or_insert(0_u32);
        let number = numbers.entry(row.code.as_str()).or_insert(0_u32);
        (*order, *number) = (*order + 1, *number + 1);
        vec![
            row.code.clone(),
            row.row.unwrap_or(*number).to_string(),
            row.mdc.clone(),
            order.to_string(),
            row.rule.to_string(),
            row.name.clone(),
        ]
    });
    let header = ["adrg", "row", "mdc", "order", "rule", "name"];
    csv_text("adrg.csv", &header, rows)
}

fn drg_csv(tables: &Tables) -> Result<String, SchemeError> {
    // Groups are tried in order of their codes unless the file says otherwise.
    let by_code = tables
        .drgs
        .is_sorted_by(|a, b| a.adrg != b.adrg || a.code < b.code);
    let mut header = vec!["drg", "adrg", "rule", "name"];
    if !by_code {
        header.push("order");
    }
    let rows = (1_usize..).zip(&tables.drgs).map(|(order, drg)| {
        let mut row = vec![
            drg.code.clone(),
            drg.adrg.clone(),
            drg.rule.to_string(),
            drg.name.clone(),
        ];
        if !by_code {
            row.push(order.to_string());
        }
        row
    });
    csv_text("drg.csv", &header, rows)
}

fn weights_csv(tables: &Tables) -> Result<String, SchemeError> {
    let weighed: Vec<&Drg> = tables
        .drgs
        .iter()
        .filter(|drg| drg.weight.is_some() || drg.local.iter().any(|text| !text.is_empty()))
        .collect();
    if weighed.is_empty() {
        return Ok(String::new());
    }
    let mut header = vec!["drg", "weight"];
    header.extend(tables.local_columns.iter().map(String::as_str));
    let rows = weighed.into_iter().map(|drg| {
        let weight = drg.weight.map(|weight| weight.to_string());
        let mut row = vec![drg.code.clone(), weight.unwrap_or_default()];
        row.extend(drg.local.iter().cloned());
        row
    });
    csv_text("weights.csv", &header, rows)
}

fn csv_text(
    file: &str,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<String, SchemeError> {
    let failed =
        |error: &dyn std::fmt::Display| SchemeError::source(file, 0, "无法写出", error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|e| failed(&e))?;
    for row in rows {
        writer.write_record(&row).map_err(|e| failed(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(&e))?;
    String::from_utf8(bytes).map_err(|e| failed(&e))
}

fn sets_txt(sets: &Sets) -> String {
    let mut text = String::new();
    for (name, codes) in sets {
        section(&mut text, name, codes.keys().map(String::as_str));
    }
    text
}

fn cc_txt(tables: &Tables) -> String {
    let mut kinds: BTreeMap<(bool, &str), Vec<&str>> = BTreeMap::new();
    for (code, complication) in &tables.complications {
        let key = (!complication.major, complication.exclusions.as_str());
        kinds.entry(key).or_default().push(code);
    }
    let mut text = String::new();
    for ((ordinary, exclusions), codes) in kinds {
        let kind = if ordinary { "CC" } else { "MCC" };
        section(
            &mut text,
            &format!("{kind} {exclusions}"),
            codes.into_iter(),
        );
    }
    text
}

/// A heading and its codes, a line a category or as many lines as it takes.
fn section<'t>(text: &mut String, heading: &str, codes: impl Iterator<Item = &'t str>) {
    const WIDTH: usize = 116;
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(text, "[{heading}]");
    let (mut width, mut category) = (0, "");
    for code in codes {
        let next = code.get(..3).unwrap_or(code);
        if width > 0 && (next != category || width + 1 + code.len() > WIDTH) {
            text.push('\n');
            width = 0;
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(code);
        width += code.len();
        category = next;
    }
    if width > 0 {
        text.push('\n');
    }
}
