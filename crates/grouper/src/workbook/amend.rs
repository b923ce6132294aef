//! Amendments at work on the tables.

use super::amendments::{Amendment, Amendments, Change};
use super::report::AmendmentResult;
use super::tables::{Sets, Tables};
use crate::rule::Rule;
use chs_model::icd;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Codes that amendments name for numbers, by sheet and number.
#[derive(Debug, Default)]
pub(super) struct NumericCodes {
    codes: BTreeMap<(String, String), (String, usize)>,
}

impl NumericCodes {
    pub(super) fn new(amendments: &Amendments) -> Self {
        let named = amendments.amendments.iter();
        let named = named.filter_map(|amendment| match &amendment.change {
            Change::NumericCode {
                sheet,
                number,
                code,
            } => Some(((sheet.clone(), number.clone()), (code.clone(), 0))),
            _ => None,
        });
        Self {
            codes: named.collect(),
        }
    }

    /// The code an amendment names for a number, counted as used.
    pub(super) fn code(&mut self, sheet: &str, number: &str) -> Option<String> {
        let key = (sheet.to_owned(), number.to_owned());
        let (code, used) = self.codes.get_mut(&key)?;
        *used += 1;
        Some(code.clone())
    }

    fn used(&self, sheet: &str, number: &str) -> usize {
        let key = (sheet.to_owned(), number.to_owned());
        self.codes.get(&key).map_or(0, |(_, used)| *used)
    }

    /// Codes of the code systems that read as the number.
    pub(super) fn candidates(number: f64) -> Vec<&'static str> {
        const MOST: usize = 5;
        let codes = icd::procedures().iter().chain(icd::diagnoses());
        let equal = codes.filter(|known| known.code.parse() == Ok(number));
        equal.take(MOST).map(|known| known.code).collect()
    }
}

/// Applies the amendments in their order.
pub(super) fn apply(
    amendments: &Amendments,
    numeric: &NumericCodes,
    tables: &mut Tables,
) -> Vec<AmendmentResult> {
    let results = amendments.amendments.iter().map(|amendment| {
        let outcome = change(&amendment.change, numeric, tables);
        let applied = outcome.is_ok();
        let (zh, en) = outcome.unwrap_or_else(|why| why);
        AmendmentResult {
            id: amendment.id.clone(),
            applied,
            zh: sentence(amendment, &zh),
            en,
        }
    });
    results.collect()
}

fn sentence(amendment: &Amendment, zh: &str) -> String {
    if amendment.why.is_empty() {
        zh.to_owned()
    } else {
        format!("{zh}；{}", amendment.why)
    }
}

/// What was done, or why nothing was: Chinese and English.
type Done = Result<(String, String), (String, String)>;

fn change(change: &Change, numeric: &NumericCodes, tables: &mut Tables) -> Done {
    match change {
        Change::AdrgOrder { adrg, from, to } => adrg_order(tables, adrg, from, to),
        Change::Codes { set, add, remove } => {
            let sets = if tables.sets.contains_key(set) {
                &mut tables.sets
            } else {
                &mut tables.exclusions
            };
            codes(sets, set, add, remove)
        }
        Change::Rule { code, from, to } => rule(tables, code, from, to),
        Change::NumericCode {
            sheet,
            number,
            code,
        } => match numeric.used(sheet, number) {
            0 => Err((
                format!("不再适用：{sheet} 中没有数字 {number}"),
                format!("no longer fits: {sheet} has no number {number}"),
            )),
            used => Ok((
                format!("{sheet} 中 {used} 处数字 {number} 读作编码 {code}"),
                format!("{used} times the number {number} in {sheet} read as the code {code}"),
            )),
        },
        Change::OrderStart { mdc, first } => {
            let orders = tables.adrgs.iter().filter(|row| row.mdc == *mdc);
            match orders.map(|row| row.order).min() {
                Some(found) if first.parse() == Ok(found) => Ok((
                    format!("{mdc} 的排序自 {first} 起，未作改动"),
                    format!("{mdc}'s order begins with {first}; nothing is changed"),
                )),
                found => {
                    let found = found.map_or_else(|| "-".to_owned(), |order| order.to_string());
                    Err((
                        format!("不再适用：{mdc} 的排序自 {found} 起"),
                        format!("no longer fits: {mdc}'s order begins with {found}"),
                    ))
                }
            }
        }
    }
}

fn adrg_order(tables: &mut Tables, adrg: &str, from: &str, to: &str) -> Done {
    let mut rows = tables.adrgs.iter_mut().filter(|row| row.code == adrg);
    let (Some(row), None) = (rows.next(), rows.next()) else {
        return Err((
            format!("不再适用：{adrg} 不是恰好一行"),
            format!("no longer fits: {adrg} has not exactly one row"),
        ));
    };
    let (Ok(expected), Ok(wanted)) = (from.parse::<Decimal>(), to.parse::<Decimal>()) else {
        return Err((
            "from、to 应为数".to_owned(),
            "from and to must be numbers".to_owned(),
        ));
    };
    if row.order != expected {
        let found = row.order;
        return Err((
            format!("不再适用：{adrg} 的排序为 {found}，不是 {from}"),
            format!("no longer fits: the order of {adrg} is {found}, not {from}"),
        ));
    }
    row.order = wanted;
    Ok((
        format!(
            "ADRG 第 {} 行：{adrg} 的排序由 {from} 改为 {to}",
            row.number
        ),
        format!(
            "ADRG row {}: the order of {adrg} is {to} instead of {from}",
            row.number
        ),
    ))
}

fn codes(sets: &mut Sets, set: &str, add: &[String], remove: &[String]) -> Done {
    let Some(codes) = sets.get_mut(set) else {
        return Err((
            format!("不再适用：没有集合 {set}"),
            format!("no longer fits: there is no set {set}"),
        ));
    };
    // All or nothing: half an amendment would be one that nobody wrote.
    let there: Vec<&String> = add
        .iter()
        .filter(|code| codes.contains_key(*code))
        .collect();
    let gone: Vec<&String> = remove
        .iter()
        .filter(|code| !codes.contains_key(*code))
        .collect();
    if !there.is_empty() || !gone.is_empty() {
        let list = |codes: Vec<&String>| {
            let codes: Vec<&str> = codes.into_iter().map(String::as_str).collect();
            codes.join(" ")
        };
        let (there, gone) = (list(there), list(gone));
        return Err((
            format!("不再适用：{set} 已有 [{there}]，已无 [{gone}]"),
            format!("no longer fits: {set} has [{there}] already, lacks [{gone}] already"),
        ));
    }
    for code in add {
        codes.insert(code.clone(), 0);
    }
    for code in remove {
        codes.remove(code);
    }
    let (added, removed) = (add.join(" "), remove.join(" "));
    Ok((
        format!("{set} 增加 [{added}]，删除 [{removed}]"),
        format!("{set}: added [{added}], removed [{removed}]"),
    ))
}

fn rule(tables: &mut Tables, code: &str, from: &str, to: &str) -> Done {
    let (Ok(expected), Ok(wanted)) = (Rule::parse(from), Rule::parse(to)) else {
        return Err((
            "from、to 应为规则".to_owned(),
            "from and to must be rules".to_owned(),
        ));
    };
    let mdcs = tables.mdcs.iter_mut().map(|row| (&row.code, &mut row.rule));
    let adrgs = tables
        .adrgs
        .iter_mut()
        .map(|row| (&row.code, &mut row.rule));
    let drgs = tables.drgs.iter_mut().map(|row| (&row.code, &mut row.rule));
    let mut rules = mdcs.chain(adrgs).chain(drgs);
    match rules.find(|(known, rule)| *known == code && **rule == expected) {
        None => Err((
            format!("不再适用：{code} 没有规则 {from}"),
            format!("no longer fits: {code} has no rule {from}"),
        )),
        Some((_, rule)) => {
            *rule = wanted;
            Ok((
                format!("{code} 的规则由 {from} 改为 {to}"),
                format!("the rule of {code} is {to} instead of {from}"),
            ))
        }
    }
}
