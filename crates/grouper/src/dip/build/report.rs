//! What came of building a catalogue.

use super::history::Refusal;
use super::{BuildSettings, History, Years};
use crate::dip::{Catalogue, Stage};
use crate::efficacy::{Accumulator, CvShare};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// One year of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearFact {
    /// The year.
    pub year: u16,
    /// Its weight.
    pub weight: u32,
    /// Its cases that were counted.
    pub cases: u64,
    /// Their mean cost in yuan.
    pub mean: Option<Decimal>,
}

/// What came of building a catalogue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BuildReport {
    /// The catalogue's id.
    pub id: String,
    /// The years, oldest first.
    pub years: Vec<YearFact>,
    /// Cases that could be counted, without the excluded ones.
    pub cases: u64,
    /// Cases whose principal diagnosis is not grouped.
    pub excluded: u64,
    /// Cases that could not be counted, by cause.
    pub refused: BTreeMap<Refusal, u64>,
    /// Different combinations of diagnosis and procedures.
    pub combinations: usize,
    /// Cases that make a combination a core group.
    pub core_min: u64,
    /// Core groups.
    pub core_groups: usize,
    /// Cases in core groups.
    pub core_cases: u64,
    /// Comprehensive groups.
    pub comprehensive_groups: usize,
    /// Cases in comprehensive groups.
    pub comprehensive_cases: u64,
    /// Grouped by counted cases (入组率).
    pub grouping_rate: Option<f64>,
    /// The overall mean by the years' weights, in yuan.
    pub overall_mean: Decimal,
    /// Share of the variation of costs that lies between groups.
    pub riv: Option<f64>,
    /// Groups with a CV below limits.
    pub cv_below: Vec<CvShare>,
}

impl BuildReport {
    pub(super) fn new(
        history: &History<'_>,
        years: &Years,
        settings: &BuildSettings,
        catalogue: &Catalogue,
        efficacy: &Accumulator,
        overall: Decimal,
    ) -> Self {
        let cents =
            |mean: Decimal| mean.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        let figures = efficacy.report(&[0.7, 1.0]);
        let of = |stage: Stage| {
            let of_stage = |code: &str| {
                let group = catalogue.find(code);
                group.is_some_and(|group| group.stage() == stage)
            };
            let counted = efficacy.groups().filter(|(code, _)| of_stage(code));
            counted.fold((0, 0), |(groups, cases), (_, moments)| {
                (groups + 1, cases + moments.cases())
            })
        };
        let (core_groups, core_cases) = of(Stage::Core);
        let (comprehensive_groups, comprehensive_cases) = of(Stage::Comprehensive);
        let facts = years.all.iter().map(|(year, moments)| YearFact {
            year: *year,
            weight: years.weights.get(year).copied().unwrap_or(0),
            cases: moments.cases(),
            mean: moments.mean().map(cents),
        });
        Self {
            id: settings.id.clone(),
            years: facts.collect(),
            cases: figures.cases,
            excluded: history.excluded,
            refused: history.refused.clone(),
            combinations: history.combination_count(),
            core_min: settings.core_min,
            core_groups,
            core_cases,
            comprehensive_groups,
            comprehensive_cases,
            grouping_rate: figures.grouping_rate,
            overall_mean: cents(overall),
            riv: figures.riv,
            cv_below: figures.cv_below,
        }
    }
}

impl fmt::Display for BuildReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: Option<f64>| {
            share.map_or_else(|| "—".to_owned(), |share| format!("{:.2} %", share * 100.0))
        };
        for year in &self.years {
            let mean = year.mean.unwrap_or_default();
            writeln!(
                f,
                "{} 年：权重 {}，病例 {}，均费 {mean} 元 / weight, cases, mean cost",
                year.year, year.weight, year.cases
            )?;
        }
        writeln!(f, "计入病例 cases counted: {}", self.cases)?;
        writeln!(f, "诊断不入组 excluded by diagnosis: {}", self.excluded)?;
        for (refusal, cases) in &self.refused {
            writeln!(
                f,
                "未计入 not counted: {} {} / {}",
                cases,
                refusal.zh(),
                refusal.en()
            )?;
        }
        writeln!(f, "组合 combinations: {}", self.combinations)?;
        writeln!(
            f,
            "核心病种 core groups (≥ {} 例 cases): {}，病例 cases {}",
            self.core_min, self.core_groups, self.core_cases
        )?;
        writeln!(
            f,
            "综合病种 comprehensive groups: {}，病例 cases {}",
            self.comprehensive_groups, self.comprehensive_cases
        )?;
        writeln!(f, "入组率 grouping rate: {}", percent(self.grouping_rate))?;
        writeln!(
            f,
            "加权总均费 overall mean, weighted: {} 元",
            self.overall_mean
        )?;
        writeln!(f, "RIV: {}", percent(self.riv))?;
        for below in &self.cv_below {
            writeln!(
                f,
                "CV < {}：{} 组 groups（{}）",
                below.limit,
                below.groups,
                percent(below.share)
            )?;
        }
        Ok(())
    }
}
