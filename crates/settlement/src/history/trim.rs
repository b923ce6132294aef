//! Trimming: which past cases a mean is made of.

use chs_model::Money;
use rust_decimal::Decimal;

use super::YearCosts;
use crate::fraction::Fraction;

/// A rule of trimming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trim {
    /// Every case counts.
    None,
    /// Costs below the lower or above the upper percentile drop out (2.5 and 97.5 in
    /// the DIP 3.0 tool); percentiles by nearest rank.
    Percentiles {
        /// Lower, in percent.
        lower: Decimal,
        /// Upper, in percent.
        upper: Decimal,
    },
    /// Costs below `low` or above `high` times the untrimmed mean drop out.
    Multiples {
        /// Least multiple kept.
        low: Decimal,
        /// Greatest multiple kept.
        high: Decimal,
    },
}

/// What trimming left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trimmed {
    /// Kept cases and their cost.
    pub kept: YearCosts,
    /// Cases that dropped out.
    pub dropped: u64,
    /// Least and greatest cost that the rule keeps; `None` where it sets no bounds or keeps
    /// nothing.
    pub bounds: Option<(Money, Money)>,
}

impl Trim {
    /// Trims a group's costs of a year; sorts them. `None` when their sum is out of range.
    #[must_use]
    pub fn apply(&self, costs: &mut [Money]) -> Option<Trimmed> {
        costs.sort_unstable();
        let bounds = match *self {
            Trim::None => None,
            Trim::Percentiles { lower, upper } => rank(costs, lower).zip(rank(costs, upper)),
            Trim::Multiples { low, high } => {
                let sum: i128 = costs.iter().map(|cost| i128::from(cost.fen())).sum();
                let sum = Fraction::from(Decimal::try_from_i128_with_scale(sum, 2).ok()?);
                let mean = sum.over(Decimal::from(costs.len()));
                mean.and_then(|mean| {
                    let (low, high) = (mean.times(low), mean.times(high));
                    let kept = |cost: &&Money| {
                        let cost = Fraction::from(**cost);
                        cost >= low && cost <= high
                    };
                    let first = costs.iter().find(kept).copied();
                    first.zip(costs.iter().rev().find(kept).copied())
                })
            }
        };
        let kept = costs.iter().filter(|cost| match (bounds, self) {
            (Some((low, high)), _) => **cost >= low && **cost <= high,
            (None, Trim::None) => true,
            (None, _) => false,
        });
        let mut sum = YearCosts::default();
        for cost in kept {
            sum.cases += 1;
            sum.cost = sum.cost.checked_add(*cost).ok()?;
        }
        let all = u64::try_from(costs.len()).ok()?;
        Some(Trimmed {
            kept: sum,
            dropped: all.checked_sub(sum.cases)?,
            bounds,
        })
    }
}

/// The nearest-rank percentile of sorted costs: element ⌈p/100 × n⌉, the first at least.
fn rank(sorted: &[Money], percent: Decimal) -> Option<Money> {
    let n = Decimal::from(sorted.len());
    let rank = percent
        .checked_mul(n)?
        .checked_div(Decimal::ONE_HUNDRED)?
        .ceil();
    let at = usize::try_from(rank).ok()?.saturating_sub(1);
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied()
}
