//! Weights, rates, points and scores from past cases, with every figure that led to
//! them, for publication.
//!
//! Source: CHS-DRG technical practice (weight = mean of the group ÷ mean of all grouped
//! cases, normalised so that Σ cases × weight = cases; rate = expected cost ÷ Σ cases ×
//! weight) and the NHSA's DIP specification (score = mean of the combination ÷ mean of
//! all × 1000, means of three years weighted 1 : 2 : 7, oldest first).

mod trim;

pub use trim::{Trim, Trimmed};

use chs_model::Money;
use rust_decimal::Decimal;

use crate::fraction::Fraction;

/// Weights of three years, oldest first.
pub const THREE_YEARS: [u32; 3] = [1, 2, 7];

/// Cases and cost of a group in one year, after trimming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct YearCosts {
    /// Cases.
    pub cases: u64,
    /// Their cost together.
    pub cost: Money,
}

/// A group's past, oldest year first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupHistory {
    /// Its code.
    pub code: String,
    /// Its years.
    pub years: Vec<YearCosts>,
}

/// What became of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLine {
    /// Its code.
    pub code: String,
    /// Cases of the last year.
    pub cases: u64,
    /// Weighted mean cost, two decimals.
    pub mean: Decimal,
    /// Weight or score.
    pub value: Decimal,
}

/// A table of weights or scores, with what it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Groups in the order given.
    pub lines: Vec<GroupLine>,
    /// Groups without a case in any year; they get no value.
    pub without_cases: Vec<String>,
    /// Weighted mean cost of all cases, two decimals.
    pub mean: Decimal,
    /// What makes Σ cases × value = cases × scale out of the plain quotients, twelve
    /// decimals: value = group mean ÷ mean × scale × this.
    pub normalisation: Decimal,
    /// Cases of the last year.
    pub cases: u64,
    /// Σ cases × value.
    pub weighted_cases: Decimal,
    /// Σ cases × value − cases × scale: what rounding the values left.
    pub residue: Decimal,
}

/// Why no table can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// No case in the last year, or no cost at all.
    #[error("没有可用的历史病例 / there are no past cases to go by")]
    NoCases,
    /// A group has more or fewer years than there are year weights.
    #[error("年数与年度权重不符 / the years do not match the weights of years")]
    Years,
    /// Beyond what a decimal holds.
    #[error("数值超出范围 / a value is out of range")]
    OutOfRange,
}

/// The mean of several years; years without cases drop out with their weight. `None`
/// without any case.
fn weighted_mean(years: &[YearCosts], weights: &[u32]) -> Option<Fraction> {
    let mut sum = Fraction::zero();
    let mut of = 0_u32;
    for (year, weight) in years.iter().zip(weights) {
        if year.cases > 0 {
            let mean = Fraction::from(year.cost).over(Decimal::from(year.cases))?;
            sum = sum.plus(mean.times(*weight));
            of = of.checked_add(*weight)?;
        }
    }
    sum.over(of)
}

/// Weights (scale 1) or scores (scale 1000): mean of the group ÷ mean of all × scale,
/// then normalised so that Σ cases × value = cases × scale, then rounded to so many
/// decimals.
///
/// # Errors
/// No cases, years that do not match, or a value out of range.
pub fn table(
    groups: &[GroupHistory],
    year_weights: &[u32],
    scale: u32,
    decimals: u32,
) -> Result<Table, HistoryError> {
    let held = |value: Option<Decimal>| value.ok_or(HistoryError::OutOfRange);
    let mut all = vec![YearCosts::default(); year_weights.len()];
    let mut means = Vec::with_capacity(groups.len());
    let mut without_cases = Vec::new();
    for group in groups {
        if group.years.len() != year_weights.len() {
            return Err(HistoryError::Years);
        }
        for (sum, year) in all.iter_mut().zip(&group.years) {
            sum.cases += year.cases;
            let cost = sum.cost.checked_add(year.cost);
            sum.cost = cost.map_err(|_| HistoryError::OutOfRange)?;
        }
        let last = group.years.last().map_or(0, |year| year.cases);
        match weighted_mean(&group.years, year_weights) {
            Some(mean) => means.push((group.code.clone(), last, mean)),
            None => without_cases.push(group.code.clone()),
        }
    }
    let mean = weighted_mean(&all, year_weights).ok_or(HistoryError::NoCases)?;
    let cases = all.last().map_or(0, |year| year.cases);
    let raw_sum = means
        .iter()
        .fold(Fraction::zero(), |sum, (_, cases, mean)| {
            sum.plus(mean.times(Decimal::from(*cases))).reduced()
        });
    // value = group mean × scale × cases ÷ Σ cases × group mean: the overall mean cancels.
    let factor = Fraction::from(Decimal::from(cases))
        .times(scale)
        .over(raw_sum);
    let factor = factor
        .filter(|factor| !factor.is_zero())
        .ok_or(HistoryError::NoCases)?;
    let normalisation = factor.times(mean.clone()).over(scale);
    let mut lines = Vec::with_capacity(means.len());
    let mut weighted = Fraction::zero();
    for (code, cases, mean) in means {
        let value = held(mean.times(factor.clone()).round(decimals))?;
        weighted = weighted
            .plus(Fraction::from(value).times(Decimal::from(cases)))
            .reduced();
        lines.push(GroupLine {
            code,
            cases,
            mean: held(mean.round(2))?,
            value,
        });
    }
    let whole = Fraction::from(Decimal::from(cases)).times(scale);
    Ok(Table {
        lines,
        without_cases,
        mean: held(mean.round(2))?,
        normalisation: held(normalisation.and_then(|factor| factor.shown()))?,
        cases,
        residue: held(weighted.minus(whole).shown())?,
        weighted_cases: held(weighted.shown())?,
    })
}

/// The budget-neutral rate or value of a point: expected cost ÷ Σ expected cases ×
/// weight; expected cost is the fund's budget ÷ its expected share. `None` for a share or
/// sum of zero.
#[must_use]
pub fn neutral_value(
    budget: Money,
    fund_share: Decimal,
    weighted_cases: Decimal,
    decimals: u32,
) -> Option<Decimal> {
    Fraction::from(budget)
        .over(fund_share)?
        .over(weighted_cases)?
        .round(decimals)
}

/// A level's coefficient: mean of the level ÷ mean of the area, blended with 1 by a
/// share, kept between two limits; four decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoefficientRule {
    /// Share of the quotient; the rest is 1.
    pub blend: Decimal,
    /// Least coefficient.
    pub least: Decimal,
    /// Greatest coefficient.
    pub greatest: Decimal,
}

impl CoefficientRule {
    /// The coefficient; `None` for an area mean of zero.
    #[must_use]
    pub fn coefficient(&self, level: Money, area: Money) -> Option<Decimal> {
        let quotient = Fraction::from(level).over(area)?;
        let own = quotient.times(self.blend);
        let rest = Fraction::one().minus(self.blend);
        let rounded = own.plus(rest).round(4)?;
        Some(rounded.max(self.least).min(self.greatest))
    }
}

/// Share of a cost kind (drugs, consumables) of a combination against all: the drug or
/// consumable score, four decimals. `None` for a mean of zero.
#[must_use]
pub fn part_score(combination: YearCosts, all: YearCosts) -> Option<Decimal> {
    let mean = |year: YearCosts| Fraction::from(year.cost).over(Decimal::from(year.cases));
    mean(combination)?.over(mean(all)?)?.round(4)
}

#[cfg(test)]
mod tests;
