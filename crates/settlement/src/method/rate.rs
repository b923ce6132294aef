//! The DRG rate method (费率法): weight × rate × coefficient.
//!
//! Source: CHS-DRG technical practice; for high and low cases the NHSA's rules of
//! 按病组（DRG）付费 of 2024–2025 and what localities made of them.

use chs_model::Money;
use rust_decimal::Decimal;

use super::{Bands, Calculated, RoundingStep, cost_of, held};
use crate::fraction::Fraction;
use crate::ledger::{
    ACTUAL_COST, CAPPED, COEFFICIENT, EXCESS, HIGH_LIMIT, LOW_LIMIT, Ledger, SHARE, STANDARD,
    TOTAL_COST,
};
use crate::{CaseType, Unit, Unpriced};

/// Named in every estimate, so that a bill can be recalculated years later.
pub(super) const FORMULA: &str = "drg-rate-1";

/// Parameters of the rate method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateMethod {
    /// Yuan for one unit of weight, where no value of the month is given.
    pub rate: Decimal,
    /// Where rounding happens.
    pub rounding: RoundingStep,
    /// Low cases; `None` when the locality has no such rule.
    pub low: Option<Low>,
    /// High cases; `None` when the locality has no such rule.
    pub high: Option<High>,
}

/// Which cases are low, and what they are paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Low {
    /// `<` when true, `<=` when false.
    pub strict: bool,
    /// Multiple of the group's standard.
    pub bound: Decimal,
    /// What is paid.
    pub settle: LowSettle,
}

/// What a low case is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LowSettle {
    /// Its actual cost.
    ActualCost,
    /// The group's standard all the same.
    Standard,
}

/// Which cases are high, and what they are paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct High {
    /// `>` when true, `>=` when false.
    pub strict: bool,
    /// Multiples of the group's standard by weight.
    pub bands: Bands,
    /// What is paid.
    pub settle: HighSettle,
}

/// What a high case is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HighSettle {
    /// The standard and a share of the cost over the bound.
    StandardPlusExcess {
        /// Share between 0 (excluded) and 1.
        share: Decimal,
    },
    /// Its actual cost, by item.
    ActualCost,
    /// The standard, until a review decides.
    Standard,
    /// The bound times the standard and nothing above.
    Cap,
}

/// What the rate method has to know of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateCase {
    /// Weight of its group, greater than zero.
    pub weight: Decimal,
    /// Institution or level coefficient, greater than zero.
    pub coefficient: Decimal,
    /// Total cost.
    pub cost: Money,
}

impl RateMethod {
    /// What the case is paid at a rate.
    ///
    /// # Errors
    /// `out_of_range` for a negative cost or an amount that cannot be held.
    pub fn calculate(&self, rate: Decimal, case: &RateCase) -> Result<Calculated, Unpriced> {
        cost_of(case.cost)?;
        held(self.outcome(rate, case))
    }

    fn outcome(&self, rate: Decimal, case: &RateCase) -> Option<Calculated> {
        let mut ledger = Ledger::new();
        let weight = Fraction::from(case.weight);
        let exact = weight.times(rate).times(case.coefficient);
        let group_standard = exact.to_money()?;
        let standard = self.amount(exact)?;
        ledger.note(("权重", "weight"), case.weight, Unit::Weight)?;
        ledger.note(("费率", "rate"), rate, Unit::YuanPerWeight)?;
        ledger.note(COEFFICIENT, case.coefficient, Unit::Ratio)?;
        ledger.note(STANDARD, standard.clone(), Unit::Yuan)?;
        let spent = Fraction::from(case.cost);
        ledger.note(TOTAL_COST, spent.clone(), Unit::Yuan)?;
        let ratio = match spent.over(standard.clone()) {
            Some(ratio) => Some(ratio.shown()?),
            None => None,
        };

        let mut case_type = CaseType::Normal;
        let mut settle = "standard";
        let mut review = false;
        if let Some(low) = &self.low {
            let limit = standard.times(low.bound);
            ledger.note(LOW_LIMIT, limit.clone(), Unit::Yuan)?;
            if spent < limit || (!low.strict && spent == limit) {
                case_type = CaseType::Low;
                match low.settle {
                    LowSettle::ActualCost => {
                        settle = "actual_cost";
                        ledger.add(ACTUAL_COST, spent.clone())?;
                    }
                    LowSettle::Standard => ledger.add(STANDARD, standard.clone())?,
                }
            }
        }
        if let (Some(high), CaseType::Normal) = (&self.high, case_type) {
            // A group's points at scale 1 are its weight.
            let bound = high.bands.bound(&weight, &weight)?;
            let limit = standard.times(bound);
            ledger.note(HIGH_LIMIT, limit.clone(), Unit::Yuan)?;
            if spent > limit || (!high.strict && spent == limit) {
                case_type = CaseType::High;
                match high.settle {
                    HighSettle::StandardPlusExcess { share } => {
                        settle = "standard_plus_excess";
                        let excess = self.amount(spent.minus(limit).times(share))?;
                        ledger.note(SHARE, share, Unit::Ratio)?;
                        ledger.add(STANDARD, standard.clone())?;
                        ledger.add(EXCESS, excess)?;
                    }
                    HighSettle::ActualCost => {
                        settle = "actual_cost";
                        ledger.add(ACTUAL_COST, spent)?;
                    }
                    HighSettle::Standard => {
                        review = true;
                        ledger.add(STANDARD, standard.clone())?;
                    }
                    HighSettle::Cap => {
                        settle = "cap";
                        ledger.add(CAPPED, self.amount(limit)?)?;
                    }
                }
            }
        }
        if case_type == CaseType::Normal {
            ledger.add(STANDARD, standard)?;
        }
        let (pay_std, terms) = ledger.close()?;
        Some(Calculated {
            case_type,
            settle,
            review,
            ratio,
            points: None,
            group_standard,
            pay_std,
            terms,
        })
    }

    /// An amount as it goes on: in fen when each amount is rounded by itself.
    fn amount(&self, yuan: Fraction) -> Option<Fraction> {
        match self.rounding {
            RoundingStep::Amount => yuan.to_money().map(Fraction::from),
            RoundingStep::Payment => Some(yuan),
        }
    }
}
