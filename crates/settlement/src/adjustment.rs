//! What comes after the method: policy exclusion, special-case decision, deduction for
//! a violation, in this order.

use chs_model::Money;
use rust_decimal::Decimal;

use crate::fraction::Fraction;
use crate::ledger::{ACTUAL_COST, Ledger};
use crate::{Estimate, Unit, Unpriced};

/// What a special-case review (特例单议) decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The payment by the method times a factor.
    Uplift(Decimal),
    /// An amount of its own.
    Amount(Money),
    /// Paid by item, at actual cost.
    ByItem,
    /// Rejected: the payment by the method stands.
    Rejected,
}

/// What changes the payment of one case after the method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Adjustment {
    /// Whether a policy takes the case out of the method: paid by item.
    pub excluded: bool,
    /// The review's decision.
    pub decision: Option<Decision>,
    /// Deducted for a violation, not negative.
    pub violation: Money,
}

impl Estimate {
    /// The estimate with an adjustment: the method's lines stay as notes, the new
    /// payment has lines of its own.
    ///
    /// # Errors
    /// `out_of_range` for a negative deduction or an amount that cannot be held.
    pub fn adjusted(&self, adjustment: &Adjustment) -> Result<Estimate, Unpriced> {
        if adjustment.violation < Money::ZERO {
            return Err(Unpriced::out_of_range());
        }
        self.with(adjustment).ok_or_else(Unpriced::out_of_range)
    }

    fn with(&self, adjustment: &Adjustment) -> Option<Estimate> {
        let mut ledger = Ledger::new();
        for term in &self.terms {
            ledger.note((term.name, term.name_en), term.value, term.unit)?;
        }
        let mut points = None;
        let settle = match (adjustment.excluded, adjustment.decision) {
            (true, _) => {
                ledger.add(ACTUAL_COST, self.medfee_sumamt)?;
                "excluded"
            }
            (false, Some(Decision::ByItem)) => {
                ledger.add(ACTUAL_COST, self.medfee_sumamt)?;
                "special_by_item"
            }
            (false, Some(Decision::Amount(amount))) => {
                ledger.add(("特例单议核定", "decided by special review"), amount)?;
                "special_amount"
            }
            (false, Some(Decision::Uplift(factor))) => {
                ledger.note(
                    ("特例单议系数", "factor of the review"),
                    factor,
                    Unit::Ratio,
                )?;
                let yuan = Fraction::from(self.pay_std).times(factor);
                ledger.add(("特例单议核定", "decided by special review"), yuan)?;
                "special_uplift"
            }
            (false, Some(Decision::Rejected) | None) => {
                points = self.points;
                ledger.add(("按规则支付", "paid by the method"), self.pay_std)?;
                self.settle
            }
        };
        if adjustment.violation > Money::ZERO {
            let deducted = Fraction::zero().minus(adjustment.violation);
            ledger.add(("违规扣减", "deducted for a violation"), deducted)?;
        }
        let (pay_std, terms) = ledger.close()?;
        Some(Estimate {
            settle,
            review: self.review && adjustment.decision.is_none() && !adjustment.excluded,
            points,
            pay_std,
            difference: pay_std.checked_sub(self.medfee_sumamt).ok()?,
            terms,
            ..self.clone()
        })
    }
}
