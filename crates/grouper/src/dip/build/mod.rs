//! A catalogue out of past cases.
//!
//! Combinations of subcategory and procedures with enough cases become core groups, the
//! rest comprehensive groups by category and kind of treatment. Every count is taken by
//! grouping the combinations with the engine itself, so a case of the history falls into
//! the group it was counted for. The result depends on the cases alone, not on their
//! order.

mod candidates;
mod history;
mod report;
mod write;

pub use history::{History, PastCase, Refusal, Tables};
pub use report::{BuildReport, YearFact};

use super::load::load_unfinished;
use super::{Catalogue, CatalogueSource, DipOutcome, Extras, Treatment, UnknownType};
use crate::case::Case;
use crate::efficacy::{Accumulator, Moments};
use candidates::{Core, candidates};
use history::Combination;
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::{BTreeMap, BTreeSet};
use write::{Comprehensive, Files};

/// How a catalogue is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildSettings {
    /// The catalogue's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// The first day of its force, `yyyy-MM-dd`.
    pub in_force_from: String,
    /// Cases that make a combination a core group.
    pub core_min: u64,
    /// Cases that make a category and kind of treatment a comprehensive group; fewer are
    /// counted by shorter prefixes of two characters, then one.
    pub comprehensive_min: u64,
    /// Weights of the years, oldest first; fewer years than weights take the last ones.
    pub weights: Vec<u32>,
    /// By how much of a ten-thousandth a related operation must raise the mean cost to
    /// count (2.0: 10 %, 1000).
    pub related_basis_points: u32,
    /// The score of the overall mean.
    pub score_scale: u32,
    /// What a procedure without a type counts as; [`UnknownType::Refuse`] leaves cases
    /// that need it ungrouped.
    pub unknown_type: UnknownType,
}

/// Why no catalogue can be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No case could be counted.
    #[error("没有可用的病例 / no case could be counted")]
    NoCases,
    /// More years than weights, or no weight above 0.
    #[error("{years} 个年份，{weights} 个权重 / {years} years for {weights} weights")]
    Years {
        /// The years found.
        years: usize,
        /// The weights given.
        weights: usize,
    },
    /// All costs are 0, or beyond what a decimal holds.
    #[error("总均费为 0 或超出范围 / the overall mean is 0 or out of range")]
    NoMean,
    /// No combination and no category has enough cases.
    #[error("没有组合达到最少例数 / nothing has enough cases for a group")]
    NoGroups,
    /// The catalogue does not load; such as a bad date in the settings.
    #[error(transparent)]
    Catalogue(#[from] super::CatalogueError),
}

/// A catalogue out of past cases.
#[derive(Debug)]
pub struct Built {
    /// The files.
    pub source: CatalogueSource,
    /// The same, loaded.
    pub catalogue: Catalogue,
    /// What was counted, by group.
    pub counted: BTreeMap<String, Moments>,
    /// What came of it.
    pub report: BuildReport,
}

/// Builds a catalogue.
///
/// # Errors
/// No cases, years that do not fit the weights, no mean, settings that do not load.
pub fn build(
    tables: &Tables,
    history: &History<'_>,
    settings: &BuildSettings,
) -> Result<Built, BuildError> {
    let years = Years::new(history, &settings.weights)?;
    let mut combinations: Vec<(Combination<'_>, &[(u16, Moments)])> = history
        .combinations
        .iter()
        .map(|(key, years)| (Combination::of(key), years.as_slice()))
        .collect();
    combinations.sort_unstable_by_key(|(c, _)| (c.diagnosis, c.principal, c.others_text()));
    let totals: Vec<_> = combinations
        .iter()
        .map(|(combination, years)| (*combination, total(years)))
        .collect();
    let files = Files { tables, settings };
    let mut cores = candidates(&totals, settings);
    let comprehensive = loop {
        let catalogue = load_unfinished(&files.provisional(&cores, &[])?)?;
        let weak = weakest(&catalogue, &cores, &totals, settings.core_min);
        if weak.is_empty() {
            break comprehensive(&catalogue, &totals, settings);
        }
        cores.retain(|core| !weak.contains(&write::core_code(core)));
    };
    let provisional = load_unfinished(&files.provisional(&cores, &comprehensive)?)?;
    let mut by_year: BTreeMap<String, BTreeMap<u16, Moments>> = BTreeMap::new();
    let mut ungrouped = 0;
    let mut efficacy = Accumulator::default();
    for (combination, years) in &combinations {
        let outcome = group(&provisional, *combination);
        if outcome.group.is_none() {
            ungrouped += total(years).cases();
            continue;
        }
        let counted = by_year.entry(outcome.code().to_owned()).or_default();
        for (year, moments) in *years {
            counted.entry(*year).or_default().merge(moments);
        }
        efficacy.add_moments(outcome.code(), &total(years));
    }
    if by_year.is_empty() {
        return Err(BuildError::NoGroups);
    }
    efficacy.add_ungrouped_cases(ungrouped);
    let overall = years.mean(&years.all).ok_or(BuildError::NoMean)?;
    if overall.is_zero() {
        return Err(BuildError::NoMean);
    }
    let figure = |code: &str| {
        let counted = by_year.get(code)?;
        let mean = years.mean(counted)?;
        let score = mean
            .checked_div(overall)?
            .checked_mul(settings.score_scale.into())?;
        Some(write::Figures {
            score: score.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero),
            mean: mean.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero),
            moments: total_of(counted.values()),
        })
    };
    let source = files.finished(&cores, &comprehensive, &figure)?;
    let report = BuildReport::new(history, &years, settings, &provisional, &efficacy, overall);
    Ok(Built {
        catalogue: Catalogue::load(&source)?,
        source,
        counted: by_year
            .iter()
            .map(|(code, counted)| (code.clone(), total_of(counted.values())))
            .collect(),
        report,
    })
}

/// The years of a history with their weights and all their cases.
struct Years {
    weights: BTreeMap<u16, u32>,
    all: BTreeMap<u16, Moments>,
}

impl Years {
    fn new(history: &History<'_>, weights: &[u32]) -> Result<Self, BuildError> {
        let mut all: BTreeMap<u16, Moments> = BTreeMap::new();
        for (year, moments) in history.combinations.values().flatten() {
            all.entry(*year).or_default().merge(moments);
        }
        if all.is_empty() {
            return Err(BuildError::NoCases);
        }
        let bad = BuildError::Years {
            years: all.len(),
            weights: weights.len(),
        };
        let first = weights.len().checked_sub(all.len()).ok_or(bad.clone())?;
        let of_years = weights.get(first..).unwrap_or_default();
        if of_years.contains(&0) {
            return Err(bad);
        }
        let weights = all.keys().copied().zip(of_years.iter().copied());
        Ok(Self {
            weights: weights.collect(),
            all,
        })
    }

    /// The mean of the years' means by the years' weights; years without cases do not
    /// count. Exact but for the last of a decimal's 28 digits.
    fn mean(&self, counted: &BTreeMap<u16, Moments>) -> Option<Decimal> {
        let (mut sum, mut weights) = (Decimal::ZERO, 0_u32);
        for (year, moments) in counted {
            let weight = *self.weights.get(year)?;
            let mean = moments.mean()?;
            sum = sum.checked_add(mean.checked_mul(weight.into())?)?;
            weights = weights.checked_add(weight)?;
        }
        sum.checked_div(weights.into())
    }
}

/// The codes of core groups that grouping leaves with too few cases. Only those with the
/// most procedures: their cases fall to smaller groups, which may then have enough.
fn weakest(
    catalogue: &Catalogue,
    cores: &BTreeSet<Core<'_>>,
    combinations: &[(Combination<'_>, Moments)],
    least: u64,
) -> BTreeSet<String> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (combination, moments) in combinations {
        let outcome = group(catalogue, *combination);
        *counts.entry(outcome.code()).or_default() += moments.cases();
    }
    let weak: Vec<(usize, String)> = cores
        .iter()
        .map(|core| (core.1.len(), write::core_code(core)))
        .filter(|(_, code)| counts.get(code.as_str()).copied().unwrap_or(0) < least)
        .collect();
    let most = weak.iter().map(|(parts, _)| *parts).max();
    weak.into_iter()
        .filter(|(parts, _)| Some(*parts) == most)
        .map(|(_, code)| code)
        .collect()
}

/// Comprehensive groups for what no core group takes.
fn comprehensive(
    catalogue: &Catalogue,
    combinations: &[(Combination<'_>, Moments)],
    settings: &BuildSettings,
) -> Vec<Comprehensive> {
    let mut rest: BTreeMap<(String, Treatment), u64> = BTreeMap::new();
    for (combination, moments) in combinations {
        let outcome = group(catalogue, *combination);
        let category = combination.diagnosis.get(..3);
        if let (None, Some(treatment), Some(category)) =
            (outcome.group, outcome.treatment, category)
        {
            *rest.entry((category.to_owned(), treatment)).or_default() += moments.cases();
        }
    }
    let mut groups = Vec::new();
    for length in [3, 2, 1] {
        let mut shorter: BTreeMap<(String, Treatment), u64> = BTreeMap::new();
        for ((prefix, treatment), cases) in rest {
            if cases >= settings.comprehensive_min {
                groups.push(Comprehensive { prefix, treatment });
            } else if let Some(prefix) = prefix.get(..length - 1).filter(|p| !p.is_empty()) {
                *shorter.entry((prefix.to_owned(), treatment)).or_default() += cases;
            }
        }
        rest = shorter;
    }
    groups.sort();
    groups
}

fn group<'c>(catalogue: &'c Catalogue, combination: Combination<'_>) -> DipOutcome<'c> {
    let case = Case {
        dx: vec![combination.diagnosis],
        px: combination.procedures().collect(),
        ..Case::default()
    };
    catalogue.group(&case, &Extras::default())
}

fn total(years: &[(u16, Moments)]) -> Moments {
    total_of(years.iter().map(|(_, moments)| moments))
}

fn total_of<'m>(moments: impl Iterator<Item = &'m Moments>) -> Moments {
    let mut total = Moments::default();
    moments.for_each(|moments| total.merge(moments));
    total
}
