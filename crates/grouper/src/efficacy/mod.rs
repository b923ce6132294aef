//! How well a grouping explains costs: grouping rate, variation within groups (CV), and
//! the share of the variation that lies between them (RIV).
//!
//! `RIV = 1 − Σ_g Σ(x − mean_g)² / Σ(x − mean)²` over the grouped cases;
//! `CV_g` is the sample standard deviation of the group's costs by their mean. These are
//! statistics to be reported; nothing is paid by them.

mod moments;

pub use moments::{CostError, MAX_COST_FEN, Moments};

use chs_model::Money;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use std::collections::BTreeMap;

/// Counts cases by group. Merging accumulators gives what one pass would have given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accumulator {
    groups: BTreeMap<Box<str>, Moments>,
    ungrouped: u64,
    refused: u64,
}

impl Accumulator {
    /// Counts a grouped case.
    ///
    /// # Errors
    /// The cost cannot be counted; the case counts as refused.
    pub fn add(&mut self, group: &str, cost: Money) -> Result<(), CostError> {
        let mut one = Moments::default();
        if let Err(error) = one.add(cost) {
            self.refused += 1;
            return Err(error);
        }
        self.add_moments(group, &one);
        Ok(())
    }

    /// Counts cases of one group that are counted already.
    pub fn add_moments(&mut self, group: &str, moments: &Moments) {
        match self.groups.get_mut(group) {
            Some(known) => known.merge(moments),
            None => {
                self.groups.insert(group.into(), *moments);
            }
        }
    }

    /// Counts a case that is in no group.
    pub fn add_ungrouped(&mut self) {
        self.add_ungrouped_cases(1);
    }

    /// Counts several cases that are in no group.
    pub fn add_ungrouped_cases(&mut self, cases: u64) {
        self.ungrouped += cases;
    }

    /// Counts a case that cannot be used at all: its data or its cost is invalid.
    pub fn add_refused(&mut self) {
        self.refused += 1;
    }

    /// Counts the other's cases too.
    pub fn merge(&mut self, other: &Self) {
        for (group, moments) in &other.groups {
            self.add_moments(group, moments);
        }
        self.ungrouped += other.ungrouped;
        self.refused += other.refused;
    }

    /// The groups and what was counted in them, by code.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &Moments)> {
        let groups = self.groups.iter();
        groups.map(|(group, moments)| (group.as_ref(), moments))
    }

    /// What it comes to. `limits` are the CVs below which groups are counted.
    #[must_use]
    pub fn report(&self, limits: &[f64]) -> Efficacy {
        let mut all = Moments::default();
        let mut within = 0.0;
        let mut groups = Vec::with_capacity(self.groups.len());
        for (group, moments) in &self.groups {
            all.merge(moments);
            within += moments.squares_within();
            groups.push(GroupEfficacy {
                group: group.to_string(),
                cases: moments.cases(),
                mean: yuan(moments),
                cv: moments.cv(),
            });
        }
        let total = all.squares_within();
        let cvs: Vec<f64> = groups.iter().filter_map(|group| group.cv).collect();
        let below = |limit: f64| cvs.iter().filter(|cv| **cv < limit).count();
        Efficacy {
            cases: all.cases() + self.ungrouped,
            grouped: all.cases(),
            refused: self.refused,
            grouping_rate: share(all.cases(), all.cases() + self.ungrouped),
            group_count: groups.len(),
            mean: yuan(&all),
            cv: all.cv(),
            riv: (total > 0.0).then(|| 1.0 - within / total),
            groups_with_cv: cvs.len(),
            cv_below: limits
                .iter()
                .map(|limit| CvShare {
                    limit: *limit,
                    groups: below(*limit),
                    share: share(count(below(*limit)), count(cvs.len())),
                })
                .collect(),
            groups,
        }
    }
}

/// How well a grouping explains costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Efficacy {
    /// Cases that could be used: grouped and ungrouped ones.
    pub cases: u64,
    /// Cases in a group.
    pub grouped: u64,
    /// Cases that could not be used: invalid data or cost.
    pub refused: u64,
    /// Grouped by usable cases (入组率).
    pub grouping_rate: Option<f64>,
    /// Groups with at least one case.
    pub group_count: usize,
    /// Mean cost of the grouped cases in yuan, rounded to the fen.
    pub mean: Option<Decimal>,
    /// CV of all grouped cases together.
    pub cv: Option<f64>,
    /// Share of the variation that lies between groups; `None` where costs do not vary.
    pub riv: Option<f64>,
    /// Groups whose CV is defined: two cases and a mean above 0.
    pub groups_with_cv: usize,
    /// Of those, the ones below each limit.
    pub cv_below: Vec<CvShare>,
    /// The groups, by code.
    pub groups: Vec<GroupEfficacy>,
}

/// How many groups have a CV below a limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CvShare {
    /// The limit.
    pub limit: f64,
    /// Groups below it.
    pub groups: usize,
    /// Their share of the groups whose CV is defined.
    pub share: Option<f64>,
}

/// One group's costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupEfficacy {
    /// Its code.
    pub group: String,
    /// Its cases.
    pub cases: u64,
    /// Their mean cost in yuan, rounded to the fen.
    pub mean: Option<Decimal>,
    /// Their CV; `None` below two cases or where the mean is 0.
    pub cv: Option<f64>,
}

fn yuan(moments: &Moments) -> Option<Decimal> {
    let mean = moments.mean()?;
    Some(mean.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| moments::float(part.into()) / moments::float(whole.into()))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_worked_example() {
        let mut cases = Accumulator::default();
        // A: 1, 3 (mean 2, squares 2). B: 10, 14 (mean 12, squares 8). C: 7 alone.
        // All: mean 7, squares 36 + 16 + 9 + 49 + 0 = 110; within 10.
        for (group, yuan) in [("A", 1), ("B", 10), ("A", 3), ("C", 7), ("B", 14)] {
            cases
                .add(group, Money::from_fen(yuan * 100))
                .expect("a cost");
        }
        cases.add_ungrouped();
        assert!(cases.add("A", Money::from_fen(-1)).is_err());
        let report = cases.report(&[1.0, 0.5]);
        assert_eq!((report.cases, report.grouped, report.refused), (6, 5, 1));
        assert_eq!(report.grouping_rate, Some(5.0 / 6.0));
        assert_eq!(report.mean, Some(Decimal::new(700, 2)));
        assert!((report.riv.expect("a RIV") - (1.0 - 10.0 / 110.0)).abs() < 1e-15);
        // CV of A: √2/2 = 0.707; of B: √8/12 = 0.236; C has none.
        assert_eq!(report.groups_with_cv, 2);
        let below: Vec<_> = report.cv_below.iter().map(|share| share.groups).collect();
        assert_eq!(below, [2, 1]);
        assert_eq!(report.cv_below[1].share, Some(0.5));
        assert_eq!(report.groups[2].cv, None);
    }

    #[test]
    fn nothing_and_equal_costs_have_no_riv() {
        let mut cases = Accumulator::default();
        assert_eq!(cases.report(&[]).riv, None);
        assert_eq!(cases.report(&[]).grouping_rate, None);
        cases.add("A", Money::from_fen(5)).expect("a cost");
        cases.add("B", Money::from_fen(5)).expect("a cost");
        assert_eq!(cases.report(&[]).riv, None);
    }

    proptest! {
        #[test]
        fn merging_is_one_pass(cases in prop::collection::vec((0_usize..5, 0_i64..1_000_000), 0..80), cut in 0_usize..80) {
            let codes = ["A", "B", "C", "D", "E"];
            let counted = |cases: &[(usize, i64)]| {
                let mut counted = Accumulator::default();
                for (group, fen) in cases {
                    if *group == 4 {
                        counted.add_ungrouped();
                    } else {
                        counted.add(codes[*group], Money::from_fen(*fen)).expect("a cost");
                    }
                }
                counted
            };
            let (first, second) = cases.split_at(cut.min(cases.len()));
            let mut merged = counted(second);
            merged.merge(&counted(first));
            prop_assert_eq!(&merged, &counted(&cases));
            let report = merged.report(&[1.0]);
            prop_assert!(report.riv.is_none_or(|riv| (-1e-9..=1.0).contains(&riv)));
        }
    }
}
