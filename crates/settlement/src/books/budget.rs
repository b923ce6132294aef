//! The yearly budget of one fund: growth, reserve, local and cross-region part, months.

use chs_model::Money;
use rust_decimal::Decimal;

use super::{BookError, held};
use crate::fraction::Fraction;

/// What a year's budget is made from. Employees' and residents' funds have one each;
/// outpatient, chronic-disease, large-sum and civil-servant money stays outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnnualBudget {
    /// Last year's spending that the method covers.
    pub base: Money,
    /// Growth, such as 0.05.
    pub growth: Decimal,
    /// Share kept in reserve (调节金), 0 to 1.
    pub reserve: Decimal,
    /// Last year's actual spending on cases inside the area.
    pub local_last_year: Money,
    /// Last year's actual spending on cases elsewhere.
    pub cross_region_last_year: Money,
}

/// total = reserve + cross-region + local, and local = Σ months + residue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetPlan {
    /// The whole budget.
    pub total: Money,
    /// Kept in reserve.
    pub reserve: Money,
    /// For cases elsewhere.
    pub cross_region: Money,
    /// For cases inside the area.
    pub local: Money,
    /// Local budget of each month.
    pub months: [Money; 12],
    /// What twelve equal parts leave over.
    pub residue: Money,
}

impl AnnualBudget {
    /// The plan at the beginning of the year.
    ///
    /// # Errors
    /// A share outside 0 to 1, no spending last year, or out of range.
    pub fn plan(&self) -> Result<BudgetPlan, BookError> {
        if self.reserve < Decimal::ZERO || self.reserve > Decimal::ONE {
            return Err(BookError::BadShare);
        }
        let grown = Fraction::one().plus(self.growth).times(self.base);
        self.divide(held(grown.to_money())?)
    }

    /// The plan again when the actual cross-region spending is known: the local part is
    /// what that leaves.
    ///
    /// # Errors
    /// As [`AnnualBudget::plan`].
    pub fn resettle(
        &self,
        plan: &BudgetPlan,
        cross_region: Money,
    ) -> Result<BudgetPlan, BookError> {
        let both = held(plan.local.checked_add(plan.cross_region).ok())?;
        let local = held(both.checked_sub(cross_region).ok())?;
        months(BudgetPlan {
            cross_region,
            local,
            ..plan.clone()
        })
    }

    fn divide(&self, total: Money) -> Result<BudgetPlan, BookError> {
        let reserve = held(total.checked_mul(self.reserve).ok())?;
        let rest = held(total.checked_sub(reserve).ok())?;
        let (parts, _) = split(rest, &[self.cross_region_last_year, self.local_last_year])?;
        let cross_region = parts.first().copied().unwrap_or(Money::ZERO);
        months(BudgetPlan {
            total,
            reserve,
            cross_region,
            // The fen that the ratio does not divide stays with the area's own cases.
            local: held(rest.checked_sub(cross_region).ok())?,
            months: [Money::ZERO; 12],
            residue: Money::ZERO,
        })
    }
}

fn months(mut plan: BudgetPlan) -> Result<BudgetPlan, BookError> {
    let month = Money::from_fen(plan.local.fen() / 12);
    plan.months = [month; 12];
    let spread = held(month.fen().checked_mul(12))?;
    plan.residue = held(plan.local.checked_sub(Money::from_fen(spread)).ok())?;
    Ok(plan)
}

/// An amount split in proportion, each part rounded towards zero, and the residue:
/// amount = Σ parts + residue.
///
/// # Errors
/// Negative parts, parts that are all zero, or out of range.
pub fn split(amount: Money, parts: &[Money]) -> Result<(Vec<Money>, Money), BookError> {
    if parts.iter().any(|part| *part < Money::ZERO) {
        return Err(BookError::BadShare);
    }
    let whole: i128 = parts.iter().map(|part| i128::from(part.fen())).sum();
    if whole == 0 {
        return Err(BookError::BadShare);
    }
    let mut residue = amount;
    let mut shares = Vec::with_capacity(parts.len());
    for part in parts {
        let fen = held(i128::from(amount.fen()).checked_mul(part.fen().into()))? / whole;
        let share = Money::from_fen(held(i64::try_from(fen).ok())?);
        residue = held(residue.checked_sub(share).ok())?;
        shares.push(share);
    }
    Ok((shares, residue))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_year_is_divided_to_the_fen() {
        let budget = AnnualBudget {
            base: Money::from_fen(100_000_000),
            growth: Decimal::new(5, 2),
            reserve: Decimal::new(5, 2),
            local_last_year: Money::from_fen(2),
            cross_region_last_year: Money::from_fen(1),
        };
        let plan = budget.plan().unwrap();
        assert_eq!(plan.total.fen(), 105_000_000);
        assert_eq!(plan.reserve.fen(), 5_250_000);
        assert_eq!(plan.cross_region.fen(), 33_250_000);
        assert_eq!(plan.local.fen(), 66_500_000);
        assert_eq!(plan.months[0].fen(), 5_541_666);
        assert_eq!(plan.residue.fen(), 8);
        let again = budget.resettle(&plan, Money::from_fen(33_250_001)).unwrap();
        assert_eq!(again.local.fen(), 66_499_999);
        assert_eq!(again.total, plan.total);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(amount in -1_000_000_000i64..1_000_000_000, parts in prop::collection::vec(0i64..1_000_000, 1..20)) {
            let parts: Vec<Money> = parts.into_iter().map(Money::from_fen).collect();
            match split(Money::from_fen(amount), &parts) {
                Err(error) => prop_assert_eq!(error, BookError::BadShare),
                Ok((shares, residue)) => {
                    let sum: i64 = shares.iter().map(|share| share.fen()).sum();
                    prop_assert_eq!(sum + residue.fen(), amount);
                    prop_assert!(residue.fen().unsigned_abs() < u64::try_from(parts.len()).unwrap());
                }
            }
        }
    }
}
