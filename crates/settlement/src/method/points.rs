//! Points and scores: the DRG points method (点数法) and DIP (病种分值法).
//!
//! Both settle a number of points for a case and pay points × value of a point. A
//! DRG's base points are weight × scale, a DIP combination's are its score. Source:
//! NHSA, DIP technical specification (score × C/M below half of the mean,
//! × (C/M − 2 + 1) above twice) and the local variants that docs/PAYMENT.md lists.

use chs_model::Money;
use rust_decimal::Decimal;

use super::points_outliers::{Extreme, PointsHigh, PointsLow};
use super::{Calculated, RoundingStep, cost_of, held};
use crate::fraction::Fraction;
use crate::ledger::{COEFFICIENT, Ledger, STANDARD, TOTAL_COST};
use crate::{CaseType, Unit, Unpriced};

/// What the base of a case's points is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointsKind {
    /// A DRG's weight times a declared whole scale (1, 100, 1000).
    Drg {
        /// Points of a group of weight 1.
        scale: u32,
    },
    /// A DIP combination's score.
    Dip,
}

impl PointsKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            PointsKind::Drg { .. } => "drg_points",
            PointsKind::Dip => "dip_scores",
        }
    }

    pub(super) fn formula(self) -> &'static str {
        match self {
            PointsKind::Drg { .. } => "drg-points-1",
            PointsKind::Dip => "dip-scores-1",
        }
    }
}

/// What a cost multiple divides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// The group's mean cost of the same grade last year.
    Mean,
    /// The case's own payment standard.
    Standard,
}

/// What happens when no mean cost is known, or it is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingMean {
    /// No price, with the reason.
    Unpriced,
    /// The mean that the base implies: weight × city mean, or score × value of a point.
    Implied,
    /// Paid as a normal case.
    Normal,
    /// Paid at actual cost.
    ActualCost,
    /// Paid nothing, and said so.
    Nothing,
}

/// What a DIP combination with a score of zero is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroScore {
    /// No price, with the reason.
    Unpriced,
    /// Its actual cost.
    ActualCost,
}

/// Parameters of the points methods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointsMethod {
    /// DRG points with their scale, or DIP scores.
    pub kind: PointsKind,
    /// City mean cost of all grouped cases (A), in yuan.
    pub city_mean: Option<Decimal>,
    /// What multiples divide by.
    pub reference: Reference,
    /// Factor on a given mean cost (Xiaogan); 1 elsewhere.
    pub mean_factor: Decimal,
    /// When there is no mean cost.
    pub missing_mean: MissingMean,
    /// When the score is zero.
    pub zero_score: ZeroScore,
    /// Whether a primary-care factor replaces the institution coefficient.
    pub primary_care: bool,
    /// Factor of a case in a blank group (空白病种), paid score × C/M × factor with no
    /// coefficient; `None` when the locality has no such rule.
    pub blank: Option<Decimal>,
    /// Decimals that the settled points are rounded to; `None` keeps them exact.
    pub points_decimals: Option<u32>,
    /// Where money is rounded.
    pub rounding: RoundingStep,
    /// Low cases.
    pub low: Option<PointsLow>,
    /// High cases.
    pub high: Option<PointsHigh>,
    /// Cases for expert review.
    pub extreme: Option<Extreme>,
}

/// What the points methods have to know of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointsCase {
    /// Weight of its DRG, or score of its DIP combination.
    pub base: Decimal,
    /// Institution coefficient (h).
    pub coefficient: Decimal,
    /// Auxiliary-catalogue coefficient (a); 1 without one.
    pub auxiliary: Decimal,
    /// The disease's own factor, for primary-care diseases.
    pub primary_factor: Option<Decimal>,
    /// Mean cost of the group (M), in yuan.
    pub mean: Option<Decimal>,
    /// Whether it fell to a blank group.
    pub blank: bool,
    /// Value of a point, in yuan.
    pub value: Decimal,
    /// Total cost.
    pub cost: Money,
}

/// The quantities that the rules of high and low cases are written in.
pub(super) struct Figures {
    /// B: base points or score.
    pub(super) base: Fraction,
    /// h.
    pub(super) coefficient: Fraction,
    /// a.
    pub(super) auxiliary: Fraction,
    /// V.
    pub(super) value: Fraction,
    /// C.
    pub(super) cost: Fraction,
    /// P = B × h × a.
    pub(super) points: Fraction,
    /// P × V, rounded when each amount is.
    pub(super) standard: Fraction,
    /// C ÷ A × scale, for the rules written in the city mean.
    pub(super) city_points: Option<Fraction>,
    /// RW or score, for bands by weight.
    pub(super) weight: Fraction,
}

/// Points to be paid at their value, or an amount whatever a point is worth.
pub(super) enum Settled {
    Points(Fraction),
    Amount,
}

impl PointsMethod {
    /// What the case is paid.
    ///
    /// # Errors
    /// `no_weight` or `no_score`, `no_mean`, `out_of_range`.
    pub fn calculate(&self, case: &PointsCase) -> Result<Calculated, Unpriced> {
        let cost = Fraction::from(cost_of(case.cost)?);
        let mut ledger = Ledger::new();
        if case.base <= Decimal::ZERO {
            return match (self.kind, self.zero_score) {
                (PointsKind::Dip, ZeroScore::ActualCost) if case.base.is_zero() => {
                    held(actual_cost(ledger, &cost, "zero_score"))
                }
                _ => Err(Unpriced::no_base(self.kind.name())),
            };
        }
        let figures = held(self.figures(&mut ledger, case, &cost))?;
        let reference = match self.reference_cost(case, &figures) {
            Some(reference) => Some(reference),
            None => match self.missing_mean {
                MissingMean::Normal => None,
                MissingMean::ActualCost => {
                    return held(actual_cost(ledger, &cost, "missing_mean"));
                }
                MissingMean::Nothing => {
                    let zero = Settled::Points(Fraction::zero());
                    let parts = (CaseType::Normal, "missing_mean", false, None);
                    return held(self.close(ledger, &figures, parts, zero));
                }
                MissingMean::Unpriced | MissingMean::Implied => return Err(Unpriced::no_mean()),
            },
        };
        held(self.outcome(ledger, case, &figures, reference))
    }

    fn figures(&self, ledger: &mut Ledger, case: &PointsCase, cost: &Fraction) -> Option<Figures> {
        let weight = Fraction::from(case.base);
        let base = match self.kind {
            PointsKind::Drg { scale } => {
                ledger.note(("权重", "weight"), weight.clone(), Unit::Weight)?;
                ledger.note(("点数比例", "point scale"), scale, Unit::Ratio)?;
                let base = weight.times(scale);
                ledger.note(("基准点数", "base points"), base.clone(), Unit::Points)?;
                base
            }
            PointsKind::Dip => {
                ledger.note(("病种分值", "score"), weight.clone(), Unit::Points)?;
                weight.clone()
            }
        };
        let coefficient = match case.primary_factor {
            Some(factor) if self.primary_care => {
                ledger.note(("基层病种系数", "primary-care factor"), factor, Unit::Ratio)?;
                factor
            }
            _ => {
                ledger.note(COEFFICIENT, case.coefficient, Unit::Ratio)?;
                case.coefficient
            }
        };
        if case.auxiliary != Decimal::ONE {
            let name = ("辅助目录系数", "auxiliary coefficient");
            ledger.note(name, case.auxiliary, Unit::Ratio)?;
        }
        ledger.note(("点值", "value of a point"), case.value, Unit::YuanPerPoint)?;
        let points = base.times(coefficient).times(case.auxiliary);
        let exact = points.times(case.value);
        let standard = self.amount(exact)?;
        ledger.note(STANDARD, standard.clone(), Unit::Yuan)?;
        ledger.note(TOTAL_COST, cost.clone(), Unit::Yuan)?;
        let scale = match self.kind {
            PointsKind::Drg { scale } => scale,
            PointsKind::Dip => 1,
        };
        let city_points = self
            .city_mean
            .and_then(|mean| Some(cost.over(mean)?.times(scale)));
        Some(Figures {
            base,
            coefficient: coefficient.into(),
            auxiliary: case.auxiliary.into(),
            value: case.value.into(),
            cost: cost.clone(),
            points,
            standard,
            city_points,
            weight,
        })
    }

    /// What the multiple divides by; `None` when it is not known or zero.
    fn reference_cost(&self, case: &PointsCase, figures: &Figures) -> Option<Fraction> {
        let reference = match (self.reference, case.mean) {
            (Reference::Standard, _) => figures.standard.clone(),
            (Reference::Mean, Some(mean)) if mean > Decimal::ZERO => {
                Fraction::from(mean).times(self.mean_factor)
            }
            (Reference::Mean, _) => {
                if self.missing_mean != MissingMean::Implied {
                    return None;
                }
                let implied = match (self.kind, self.city_mean) {
                    (PointsKind::Drg { .. }, city_mean) => figures.weight.times(city_mean?),
                    (PointsKind::Dip, _) => figures.base.times(figures.value.clone()),
                };
                implied.times(self.mean_factor)
            }
        };
        (reference > Fraction::zero()).then_some(reference)
    }

    fn outcome(
        &self,
        mut ledger: Ledger,
        case: &PointsCase,
        figures: &Figures,
        reference: Option<Fraction>,
    ) -> Option<Calculated> {
        let Some(reference) = reference else {
            let settled = self.pay_standard(&mut ledger, figures)?;
            let parts = (CaseType::Normal, "standard", false, None);
            return self.close(ledger, figures, parts, settled);
        };
        let ratio = figures.cost.over(reference.clone())?;
        if self.reference == Reference::Mean {
            ledger.note(
                ("病组均费", "mean cost of the group"),
                reference.clone(),
                Unit::Yuan,
            )?;
        }
        ledger.note(("费用倍率", "cost multiple"), ratio.clone(), Unit::Ratio)?;
        if let (true, Some(factor)) = (case.blank, self.blank) {
            ledger.note(
                ("空白病种系数", "factor of blank groups"),
                factor,
                Unit::Ratio,
            )?;
            let points = figures.base.times(ratio.clone()).times(factor);
            self.pay_points(
                &mut ledger,
                ("空白病种支付", "paid as a blank group"),
                figures,
                &points,
            )?;
            let parts = (CaseType::Normal, "blank_group", false, Some(&ratio));
            return self.close(ledger, figures, parts, Settled::Points(points));
        }
        if let Some(low) = &self.low {
            let limit = low.limit(&reference, &figures.coefficient);
            if low.takes(&mut ledger, &figures.cost, &limit)? {
                let settled = self.settle_low(&mut ledger, low, figures, &ratio)?;
                let parts = (CaseType::Low, low.settle.name(), false, Some(&ratio));
                return self.close(ledger, figures, parts, settled);
            }
        }
        if let Some(extreme) = &self.extreme
            && extreme.takes(&mut ledger, &figures.cost, &reference)?
        {
            let (settle, settled) =
                self.settle_extreme(&mut ledger, extreme, figures, &ratio, &reference)?;
            let parts = (CaseType::Extreme, settle, true, Some(&ratio));
            return self.close(ledger, figures, parts, settled);
        }
        if let Some(high) = &self.high {
            let bound = high.bands.bound(&figures.weight, &figures.base)?;
            let limit = reference.times(bound);
            if high.takes(&mut ledger, &figures.cost, &limit)? {
                let settled =
                    self.settle_high(&mut ledger, high, figures, &ratio, bound, &limit)?;
                let parts = (
                    CaseType::High,
                    high.settle.name(),
                    high.awaits_review(),
                    Some(&ratio),
                );
                return self.close(ledger, figures, parts, settled);
            }
        }
        let settled = self.pay_standard(&mut ledger, figures)?;
        let parts = (CaseType::Normal, "standard", false, Some(&ratio));
        self.close(ledger, figures, parts, settled)
    }

    /// The payment: settled points, rounded where the locality rounds them, at their
    /// value; or the sum of the lines.
    fn close(
        &self,
        mut ledger: Ledger,
        figures: &Figures,
        (case_type, settle, review, ratio): (CaseType, &'static str, bool, Option<&Fraction>),
        settled: Settled,
    ) -> Option<Calculated> {
        let (points, (pay_std, terms)) = match settled {
            Settled::Amount => (None, ledger.close()?),
            Settled::Points(exact) => {
                let points = match self.points_decimals {
                    Some(decimals) => exact.round(decimals)?,
                    None => exact.shown()?,
                };
                ledger.note(("结算点数", "points settled"), points, Unit::Points)?;
                let closed = match (self.rounding, self.points_decimals) {
                    (RoundingStep::Amount, _) => ledger.close()?,
                    (RoundingStep::Payment, Some(_)) => {
                        ledger.close_at(figures.value.times(points).to_money()?)?
                    }
                    (RoundingStep::Payment, None) => {
                        ledger.close_at(exact.times(figures.value.clone()).to_money()?)?
                    }
                };
                (Some(points), closed)
            }
        };
        Some(Calculated {
            case_type,
            settle,
            review,
            ratio: match ratio {
                Some(ratio) => Some(ratio.shown()?),
                None => None,
            },
            points,
            group_standard: figures.standard.to_money()?,
            pay_std,
            terms,
        })
    }

    pub(super) fn pay_standard(&self, ledger: &mut Ledger, figures: &Figures) -> Option<Settled> {
        ledger.add(STANDARD, figures.standard.clone())?;
        Some(Settled::Points(figures.points.clone()))
    }

    /// A summand of points at their value.
    pub(super) fn pay_points(
        &self,
        ledger: &mut Ledger,
        name: (&'static str, &'static str),
        figures: &Figures,
        points: &Fraction,
    ) -> Option<()> {
        ledger.add(name, self.amount(points.times(figures.value.clone()))?)
    }

    /// An amount as it goes on: in fen when each amount is rounded by itself.
    pub(super) fn amount(&self, yuan: Fraction) -> Option<Fraction> {
        match self.rounding {
            RoundingStep::Amount => yuan.to_money().map(Fraction::from),
            RoundingStep::Payment => Some(yuan),
        }
    }
}

/// Paid at cost because a base or a mean is missing and the locality says so.
fn actual_cost(mut ledger: Ledger, cost: &Fraction, settle: &'static str) -> Option<Calculated> {
    ledger.add(crate::ledger::ACTUAL_COST, cost.clone())?;
    let (pay_std, terms) = ledger.close()?;
    Some(Calculated {
        case_type: CaseType::Normal,
        settle,
        review: false,
        ratio: None,
        points: None,
        group_standard: Money::ZERO,
        pay_std,
        terms,
    })
}
