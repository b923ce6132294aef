//! Low, high and extreme cases of the points methods.
//!
//! In the formulas: B base points or score, h institution coefficient, a auxiliary
//! coefficient, P = B·h·a, V value of a point, C cost, M reference cost, ρ = C/M,
//! A city mean, K scale, f = V·K/A.

use rust_decimal::Decimal;

use super::Bands;
use super::points::{Figures, PointsMethod, Settled};
use crate::Unit;
use crate::fraction::Fraction;
use crate::ledger::{
    ACTUAL_COST, CAPPED, EXCESS, EXTREME_LIMIT, HIGH_LIMIT, LOW_LIMIT, Ledger, SHARE, STANDARD,
};

/// Where the institution coefficient stands in the term of an outlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoefficientPlace {
    /// In the bracket, in the place of the 1: B·(ρ − bound + h)·a; for a low case
    /// B·ρ·a. It multiplies nothing else.
    Inside,
    /// Around the bracket: B·(ρ − bound + 1)·h·a; for a low case B·ρ·h·a.
    Outside,
}

/// Which cases are low, and what they are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointsLow {
    /// `<` when true, `<=` when false.
    pub strict: bool,
    /// Multiple of the reference cost.
    pub bound: Decimal,
    /// Whether the limit is M × bound × min(1, h).
    pub lower_of: bool,
    /// What is paid.
    pub settle: PointsLowSettle,
}

/// What a low case is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointsLowSettle {
    /// Its actual cost, whatever a point is worth.
    ActualCost,
    /// The standard all the same.
    Standard,
    /// C/A × K points, without the coefficient: C × f.
    PointsNoFactor,
    /// B × ρ, with the coefficient or without.
    Ratio(CoefficientPlace),
}

impl PointsLowSettle {
    pub(super) fn name(self) -> &'static str {
        match self {
            PointsLowSettle::ActualCost => "actual_cost",
            PointsLowSettle::Standard => "standard",
            PointsLowSettle::PointsNoFactor => "points_no_factor",
            PointsLowSettle::Ratio(_) => "ratio",
        }
    }
}

impl PointsLow {
    pub(super) fn limit(&self, reference: &Fraction, coefficient: &Fraction) -> Fraction {
        let limit = reference.times(self.bound);
        if self.lower_of && *coefficient < Fraction::one() {
            limit.times(coefficient.clone())
        } else {
            limit
        }
    }

    pub(super) fn takes(
        &self,
        ledger: &mut Ledger,
        cost: &Fraction,
        limit: &Fraction,
    ) -> Option<bool> {
        ledger.note(LOW_LIMIT, limit.clone(), Unit::Yuan)?;
        Some(cost < limit || (!self.strict && cost == limit))
    }
}

/// Which cases are high, and what they are paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointsHigh {
    /// `>` when true, `>=` when false.
    pub strict: bool,
    /// Multiples of the reference cost by weight or base points.
    pub bands: Bands,
    /// What is paid.
    pub settle: PointsHighSettle,
}

/// What a high case is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointsHighSettle {
    /// The multiple over the bound earns points too.
    LinearAdd(CoefficientPlace),
    /// (C/A − (bound − 1)·RW·h) × K points.
    Deduct,
    /// The bound times the standard and nothing above.
    Cap,
    /// The standard, until a review decides.
    Standard,
    /// Its actual cost, by item.
    ActualCost,
    /// The standard and a share of the cost over the bound.
    StandardPlusExcess {
        /// Share between 0 (excluded) and 1.
        share: Decimal,
    },
}

impl PointsHighSettle {
    pub(super) fn name(self) -> &'static str {
        match self {
            PointsHighSettle::LinearAdd(_) => "linear_add",
            PointsHighSettle::Deduct => "deduct",
            PointsHighSettle::Cap => "cap",
            PointsHighSettle::Standard => "standard",
            PointsHighSettle::ActualCost => "actual_cost",
            PointsHighSettle::StandardPlusExcess { .. } => "standard_plus_excess",
        }
    }
}

impl PointsHigh {
    pub(super) fn takes(
        &self,
        ledger: &mut Ledger,
        cost: &Fraction,
        limit: &Fraction,
    ) -> Option<bool> {
        ledger.note(HIGH_LIMIT, limit.clone(), Unit::Yuan)?;
        Some(cost > limit || (!self.strict && cost == limit))
    }

    pub(super) fn awaits_review(&self) -> bool {
        self.settle == PointsHighSettle::Standard
    }
}

/// Cases that an expert review decides on, and what they are paid until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extreme {
    /// `>` when true, `>=` when false.
    pub strict: bool,
    /// Multiple of the reference cost.
    pub bound: Decimal,
    /// What is paid until the review.
    pub settle: ExtremeSettle,
}

/// What an extreme case is paid until the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtremeSettle {
    /// As a high case.
    AsHigh,
    /// The standard.
    Standard,
    /// Its actual cost.
    ActualCost,
}

impl Extreme {
    pub(super) fn takes(
        &self,
        ledger: &mut Ledger,
        cost: &Fraction,
        reference: &Fraction,
    ) -> Option<bool> {
        let limit = reference.times(self.bound);
        ledger.note(EXTREME_LIMIT, limit.clone(), Unit::Yuan)?;
        Some(*cost > limit || (!self.strict && *cost == limit))
    }
}

impl PointsMethod {
    pub(super) fn settle_low(
        &self,
        ledger: &mut Ledger,
        low: &PointsLow,
        figures: &Figures,
        ratio: &Fraction,
    ) -> Option<Settled> {
        let points = match low.settle {
            PointsLowSettle::ActualCost => return pay_cost(ledger, figures),
            PointsLowSettle::Standard => return self.pay_standard(ledger, figures),
            PointsLowSettle::PointsNoFactor => figures.city_points.clone()?,
            PointsLowSettle::Ratio(place) => {
                let points = figures
                    .base
                    .times(ratio.clone())
                    .times(figures.auxiliary.clone());
                match place {
                    CoefficientPlace::Inside => points,
                    CoefficientPlace::Outside => points.times(figures.coefficient.clone()),
                }
            }
        };
        self.pay_points(
            ledger,
            ("低倍率支付", "paid as a low case"),
            figures,
            &points,
        )?;
        Some(Settled::Points(points))
    }

    pub(super) fn settle_high(
        &self,
        ledger: &mut Ledger,
        high: &PointsHigh,
        figures: &Figures,
        ratio: &Fraction,
        bound: Decimal,
        limit: &Fraction,
    ) -> Option<Settled> {
        match high.settle {
            PointsHighSettle::LinearAdd(place) => {
                let over = ratio.minus(bound);
                let mut more = figures.base.times(over).times(figures.auxiliary.clone());
                if place == CoefficientPlace::Outside {
                    more = more.times(figures.coefficient.clone());
                }
                ledger.add(STANDARD, figures.standard.clone())?;
                self.pay_points(ledger, EXCESS, figures, &more)?;
                Some(Settled::Points(figures.points.plus(more)))
            }
            PointsHighSettle::Deduct => {
                let deducted = figures
                    .base
                    .times(bound)
                    .minus(figures.base.clone())
                    .times(figures.coefficient.clone());
                let points = figures.city_points.clone()?.minus(deducted);
                self.pay_points(
                    ledger,
                    ("高倍率支付", "paid as a high case"),
                    figures,
                    &points,
                )?;
                Some(Settled::Points(points))
            }
            PointsHighSettle::Cap => {
                ledger.add(CAPPED, self.amount(figures.standard.times(bound))?)?;
                Some(Settled::Points(figures.points.times(bound)))
            }
            PointsHighSettle::Standard => self.pay_standard(ledger, figures),
            PointsHighSettle::ActualCost => pay_cost(ledger, figures),
            PointsHighSettle::StandardPlusExcess { share } => {
                ledger.note(SHARE, share, Unit::Ratio)?;
                ledger.add(STANDARD, figures.standard.clone())?;
                let excess = figures.cost.minus(limit.clone()).times(share);
                ledger.add(EXCESS, self.amount(excess)?)?;
                Some(Settled::Amount)
            }
        }
    }

    pub(super) fn settle_extreme(
        &self,
        ledger: &mut Ledger,
        extreme: &Extreme,
        figures: &Figures,
        ratio: &Fraction,
        reference: &Fraction,
    ) -> Option<(&'static str, Settled)> {
        match (extreme.settle, &self.high) {
            (ExtremeSettle::AsHigh, Some(high)) => {
                let bound = high.bands.bound(&figures.weight, &figures.base)?;
                let limit = reference.times(bound);
                let settled = self.settle_high(ledger, high, figures, ratio, bound, &limit)?;
                Some((high.settle.name(), settled))
            }
            (ExtremeSettle::AsHigh, None) | (ExtremeSettle::Standard, _) => {
                Some(("standard", self.pay_standard(ledger, figures)?))
            }
            (ExtremeSettle::ActualCost, _) => Some(("actual_cost", pay_cost(ledger, figures)?)),
        }
    }
}

fn pay_cost(ledger: &mut Ledger, figures: &Figures) -> Option<Settled> {
    ledger.add(ACTUAL_COST, figures.cost.clone())?;
    Some(Settled::Amount)
}
