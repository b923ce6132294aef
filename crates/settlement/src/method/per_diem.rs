//! Per-diem payment (床日付费): days × rate of a day × factor of the tier.
//!
//! Named by the areas for nursing, psychiatric, rehabilitation and long-stay cases;
//! the tiers are parameters, no published text was found.

use chs_model::Money;
use rust_decimal::Decimal;

use super::{Calculated, cost_of, held};
use crate::fraction::Fraction;
use crate::ledger::{Ledger, TOTAL_COST};
use crate::{CaseType, Unit, Unpriced};

pub(super) const FORMULA: &str = "per-diem-1";

/// Parameters of the per-diem method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerDiemMethod {
    /// Yuan for one day, where no value of the month is given.
    pub rate: Decimal,
    /// Whether each day is paid by its own tier, or all days by the last one's.
    pub each_day: bool,
    /// Tiers in ascending order, the last one open.
    pub tiers: Vec<Tier>,
}

/// Days of a stay that share a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// Last day of the tier; `None` for the last one.
    pub days_up_to: Option<u32>,
    /// Factor on the rate.
    pub factor: Decimal,
}

impl PerDiemMethod {
    /// What a stay is paid at a rate.
    ///
    /// # Errors
    /// `out_of_range` for a negative cost or an amount that cannot be held.
    pub fn calculate(&self, rate: Decimal, days: u32, cost: Money) -> Result<Calculated, Unpriced> {
        cost_of(cost)?;
        held(self.outcome(rate, days, cost))
    }

    fn outcome(&self, rate: Decimal, days: u32, cost: Money) -> Option<Calculated> {
        let mut ledger = Ledger::new();
        ledger.note(("住院天数", "days of stay"), days, Unit::Days)?;
        ledger.note(("床日标准", "rate of a day"), rate, Unit::YuanPerDay)?;
        ledger.note(TOTAL_COST, cost, Unit::Yuan)?;
        let mut before = 0;
        for tier in &self.tiers {
            let last = tier.days_up_to.unwrap_or(days).min(days);
            let ends_here = tier.days_up_to.is_none_or(|limit| days <= limit);
            let counted = match (self.each_day, ends_here) {
                (true, _) => last.saturating_sub(before),
                (false, true) => days,
                (false, false) => 0,
            };
            if counted > 0 {
                ledger.note(("床日系数", "factor of the tier"), tier.factor, Unit::Ratio)?;
                let yuan = Fraction::from(rate).times(tier.factor).times(counted);
                ledger.add(("床日支付", "paid by the day"), yuan)?;
            }
            if ends_here {
                break;
            }
            before = last;
        }
        let (pay_std, terms) = ledger.close()?;
        Some(Calculated {
            case_type: CaseType::Normal,
            settle: "per_diem",
            review: false,
            ratio: None,
            points: None,
            group_standard: pay_std,
            pay_std,
            terms,
        })
    }
}
