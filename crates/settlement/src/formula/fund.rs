//! From a payment standard to what the fund pays of it. Three rules are in use; the
//! locality names its own.

use chs_model::Money;
use rust_decimal::Decimal;

use crate::fraction::Fraction;

/// How the fund's part of a case follows from its standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FundRule {
    /// (standard − fully self-paid − prior self-paid − deductible) × policy ratio.
    PolicyRatio {
        /// 全自费 and 先行自付 together.
        self_paid: Money,
        /// 起付线.
        deductible: Money,
        /// 政策范围内支付比例.
        ratio: Decimal,
    },
    /// standard − what the patient and other payers really paid. One case may be
    /// negative; a hospital's sum decides.
    LessOthers {
        /// Paid by the patient and other payers.
        others: Money,
    },
    /// standard × (fund's part by item ÷ total cost).
    ItemShare {
        /// Fund payment by item.
        fund_by_item: Money,
        /// Total cost, not zero.
        cost: Money,
    },
}

/// Why the fund's part cannot be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FundError {
    /// The total cost is zero.
    #[error("医疗费总额为 0，无法按比例折算 / the total cost is zero, so there is no share")]
    NoCost,
    /// Beyond what an amount holds.
    #[error("金额超出范围 / the amount is out of range")]
    OutOfRange,
}

/// What the fund pays of a standard, in fen, half away from zero.
///
/// # Errors
/// A total cost of zero, or an amount out of range.
pub fn fund_payment(standard: Money, rule: &FundRule) -> Result<Money, FundError> {
    let standard = Fraction::from(standard);
    let yuan = match *rule {
        FundRule::PolicyRatio {
            self_paid,
            deductible,
            ratio,
        } => standard.minus(self_paid).minus(deductible).times(ratio),
        FundRule::LessOthers { others } => standard.minus(others),
        FundRule::ItemShare { fund_by_item, cost } => standard
            .times(fund_by_item)
            .over(cost)
            .ok_or(FundError::NoCost)?,
    };
    yuan.to_money().ok_or(FundError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use chs_model::Money;
    use rust_decimal::Decimal;

    use super::{FundError, FundRule, fund_payment};

    #[test]
    fn each_rule_pays_its_own_part() {
        let yuan = |fen| Money::from_fen(fen);
        let standard = yuan(1_000_000);
        let pay = |rule| fund_payment(standard, &rule).map(Money::fen);
        let ratio = FundRule::PolicyRatio {
            self_paid: yuan(50_000),
            deductible: yuan(60_000),
            ratio: Decimal::new(85, 2),
        };
        assert_eq!(pay(ratio), Ok(756_500));
        assert_eq!(
            pay(FundRule::LessOthers {
                others: yuan(1_100_000)
            }),
            Ok(-100_000)
        );
        let share = |cost| FundRule::ItemShare {
            fund_by_item: yuan(700_001),
            cost: yuan(cost),
        };
        assert_eq!(pay(share(900_000)), Ok(777_779));
        assert_eq!(pay(share(0)), Err(FundError::NoCost));
    }
}
