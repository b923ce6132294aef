//! From past cases to a publication: every figure of it.

use std::collections::BTreeMap;

use chs_grouper::Scheme;
use chs_model::Money;
use chs_settlement::{
    Level, formula,
    history::{CoefficientRule, GroupHistory, Table, Trim, Trimmed, YearCosts, table},
};
use rust_decimal::Decimal;

use super::history::{Costs, History, LEVELS};
use crate::commands::{group_values::GroupValues, ring::Fault};

/// What the area chose.
pub(super) struct Method {
    pub(super) scale: u32,
    pub(super) decimals: u32,
    pub(super) year_weights: Vec<u32>,
    pub(super) trim: Trim,
    pub(super) coefficients: Option<CoefficientRule>,
}

/// What is in force.
pub(super) struct Old {
    pub(super) scheme: Option<&'static Scheme>,
    pub(super) values: Option<GroupValues>,
}

impl Old {
    fn name(&self, group: &str) -> String {
        let drg = self.scheme.and_then(|scheme| scheme.drg(group));
        drg.map_or_else(String::new, |drg| drg.name().to_owned())
    }

    /// Weight in force, or the score where scores are made.
    fn value(&self, group: &str, score: bool) -> Option<Decimal> {
        let told = self.values.as_ref().and_then(|values| values.get(group));
        let told = told.and_then(|value| if score { value.score } else { value.weight });
        let drg = self
            .scheme
            .filter(|_| !score)
            .and_then(|scheme| scheme.drg(group));
        told.or_else(|| drg.and_then(|drg| drg.weight()))
    }

    fn coefficient(&self, group: &str, level: Level) -> Option<Decimal> {
        let values = self.values.as_ref()?;
        values.get(group)?.coefficient(level)
    }

    /// Groups in force, in order.
    fn groups(&self) -> Vec<String> {
        let scheme = self.scheme.iter().flat_map(|scheme| scheme.drgs());
        let scheme = scheme.map(|drg| drg.code().to_owned());
        let values = self.values.iter().flat_map(GroupValues::groups);
        let mut groups: Vec<String> = scheme.chain(values.map(str::to_owned)).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }
}

/// A group of the publication.
pub(super) struct GroupLine {
    pub(super) code: String,
    pub(super) name: String,
    /// Kept cases of each year, oldest first.
    pub(super) cases: Vec<u64>,
    /// Cases that trimming dropped, all years.
    pub(super) dropped: u64,
    /// Weighted mean cost.
    pub(super) mean: Decimal,
    /// Mean of the group ÷ mean of all, four decimals, before normalisation.
    pub(super) quotient: Option<Decimal>,
    pub(super) value: Decimal,
    pub(super) old: Option<Decimal>,
    pub(super) levels: Vec<LevelLine>,
}

/// A group at a level.
pub(super) struct LevelLine {
    pub(super) level: Level,
    pub(super) cases: u64,
    pub(super) mean: Money,
    pub(super) group_mean: Money,
    pub(super) coefficient: Decimal,
    pub(super) old: Option<Decimal>,
}

/// All that is printed.
pub(super) struct Publication {
    pub(super) method: Method,
    /// Years, oldest first.
    pub(super) years: Vec<i32>,
    pub(super) lines: Vec<GroupLine>,
    pub(super) table: Table,
    /// Cases kept and dropped, all years of the method.
    pub(super) kept: u64,
    pub(super) dropped: u64,
    /// Cases of QY and 0000.
    pub(super) outside: u64,
    /// Cases of other years.
    pub(super) other_years: u64,
    pub(super) invalid: u64,
    /// Groups in force without a case.
    pub(super) without_cases: Vec<String>,
    /// Title and digest of the scheme in force.
    pub(super) scheme: Option<(String, String)>,
    /// Digest of the table in force.
    pub(super) old_digest: Option<String>,
}

/// One group after trimming.
struct Kept {
    years: Vec<YearCosts>,
    dropped: u64,
    /// Kept cases of the last year by level.
    last: [YearCosts; LEVELS.len()],
}

/// Computes a publication.
///
/// # Errors
/// No case to go by, a value out of range.
pub(super) fn computed(
    mut history: History,
    method: Method,
    old: &Old,
) -> Result<Publication, Fault> {
    let latest = history.groups.values().flat_map(BTreeMap::keys).max();
    let latest = *latest.ok_or("没有可用的历史病例 / there are no past cases to go by")?;
    let count = i32::try_from(method.year_weights.len())?;
    let years: Vec<i32> = (latest - count + 1..=latest).collect();
    let mut other_years = 0;
    let mut groups = Vec::new();
    let mut kept = Vec::new();
    for (code, by_year) in &mut history.groups {
        let others = by_year.iter().filter(|(year, _)| !years.contains(year));
        let others = others.flat_map(|(_, costs)| costs).map(Vec::len);
        other_years += u64::try_from(others.sum::<usize>())?;
        let one = trimmed(by_year, &years, method.trim)?;
        groups.push(GroupHistory {
            code: code.clone(),
            years: one.years.clone(),
        });
        kept.push(one);
    }
    let table = table(&groups, &method.year_weights, method.scale, method.decimals)?;
    let of_group: BTreeMap<&str, &Kept> = groups
        .iter()
        .map(|group| group.code.as_str())
        .zip(&kept)
        .collect();
    let mut lines = Vec::new();
    for line in &table.lines {
        let Some(kept) = of_group.get(line.code.as_str()) else {
            continue;
        };
        lines.push(GroupLine {
            code: line.code.clone(),
            name: old.name(&line.code),
            cases: kept.years.iter().map(|year| year.cases).collect(),
            dropped: kept.dropped,
            mean: line.mean,
            quotient: formula::quotient(line.mean, table.mean, 4),
            value: line.value,
            old: old.value(&line.code, method.scale > 1),
            levels: levels(method.coefficients.as_ref(), kept, old, &line.code)?,
        });
    }
    let priced = |code: &String| !table.lines.iter().any(|line| line.code == *code);
    let without_cases = old.groups().into_iter().filter(priced).collect();
    let all = kept.iter().flat_map(|kept| &kept.years);
    Ok(Publication {
        kept: all.map(|year| year.cases).sum(),
        dropped: kept.iter().map(|kept| kept.dropped).sum(),
        outside: history.outside,
        other_years,
        invalid: history.invalid,
        without_cases,
        scheme: old.scheme.map(|scheme| {
            (
                format!("{} {}", scheme.id(), scheme.title()),
                scheme.digest().to_owned(),
            )
        }),
        old_digest: old.values.as_ref().map(|values| values.digest().to_owned()),
        method,
        years,
        lines,
        table,
    })
}

/// Trims a group year by year.
fn trimmed(by_year: &mut BTreeMap<i32, Costs>, years: &[i32], trim: Trim) -> Result<Kept, Fault> {
    let held = || "费用合计超出范围 / a sum of costs cannot be held";
    let mut kept = Kept {
        years: Vec::with_capacity(years.len()),
        dropped: 0,
        last: [YearCosts::default(); LEVELS.len()],
    };
    for year in years {
        let costs = by_year.remove(year).unwrap_or_default();
        let mut all: Vec<Money> = costs.iter().flatten().copied().collect();
        let one = trim.apply(&mut all).ok_or_else(held)?;
        for (level, costs) in kept.last.iter_mut().zip(&costs) {
            *level = of_level(costs, &one).ok_or_else(held)?;
        }
        kept.dropped += one.dropped;
        kept.years.push(one.kept);
    }
    Ok(kept)
}

/// The cases of a level among those kept.
fn of_level(costs: &[Money], trimmed: &Trimmed) -> Option<YearCosts> {
    let mut sum = YearCosts::default();
    let all = trimmed.dropped == 0;
    for cost in costs {
        let inside = trimmed
            .bounds
            .is_some_and(|(least, most)| least <= *cost && *cost <= most);
        if all || inside {
            sum.cases += 1;
            sum.cost = sum.cost.checked_add(*cost).ok()?;
        }
    }
    Some(sum)
}

fn levels(
    rule: Option<&CoefficientRule>,
    kept: &Kept,
    old: &Old,
    group: &str,
) -> Result<Vec<LevelLine>, Fault> {
    let (Some(rule), Some(last)) = (rule, kept.years.last()) else {
        return Ok(Vec::new());
    };
    let mut lines = Vec::new();
    for (level, costs) in LEVELS.iter().zip(&kept.last) {
        let Some(level) = *level else { continue };
        let Some((mean, group_mean)) = mean(*costs).zip(mean(*last)) else {
            continue;
        };
        let Some(coefficient) = rule.coefficient(mean, group_mean) else {
            continue;
        };
        lines.push(LevelLine {
            level,
            cases: costs.cases,
            mean,
            group_mean,
            coefficient,
            old: old.coefficient(group, level),
        });
    }
    Ok(lines)
}

/// Mean cost in fen; `None` without a case.
fn mean(costs: YearCosts) -> Option<Money> {
    let mean = formula::quotient(costs.cost.to_decimal(), Decimal::from(costs.cases), 2)?;
    Money::from_yuan(mean).ok()
}
