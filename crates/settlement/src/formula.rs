//! Small formulas that stand by themselves: back-checks, shares, deviations.

pub mod abroad;
mod fund;
mod tcm;

pub use fund::{FundError, FundRule, fund_payment};
pub use tcm::{TcmCosts, tcm_share};

use chs_model::Money;
use rust_decimal::Decimal;

use crate::fraction::Fraction;

/// Weight times a rate, yuan rounded to the fen; `None` when it cannot be held.
#[must_use]
pub fn weight_times_rate(weight: Decimal, rate: Decimal) -> Option<Money> {
    Fraction::from(weight).times(rate).to_money()
}

/// A weight with its severity factor, exact to twelve decimals.
#[must_use]
pub fn adjusted_weight(base: Decimal, severity: Decimal) -> Option<Decimal> {
    Fraction::from(base).times(severity).shown()
}

/// The institution coefficient behind a returned standard: standard ÷ (weight × rate),
/// to four decimals. `None` when either is zero.
#[must_use]
pub fn implied_coefficient(standard: Money, weight: Decimal, rate: Decimal) -> Option<Decimal> {
    Fraction::from(standard)
        .over(Fraction::from(weight).times(rate))?
        .round(4)
}

/// One limit from the other, when both are multiples of one mean cost:
/// `amount ÷ of × to`, in fen.
#[must_use]
pub fn limit_from_limit(amount: Money, of: Decimal, to: Decimal) -> Option<Money> {
    Fraction::from(amount).over(of)?.times(to).to_money()
}

/// Where a case's cost stands against its standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviation {
    /// Standard less cost; negative when the cost is not covered.
    pub difference: Money,
    /// The difference in percent of the standard, two decimals; `None` for a
    /// standard of zero.
    pub percent: Option<Decimal>,
}

/// The deviation of a cost from a standard; `None` when it cannot be held.
#[must_use]
pub fn deviation(standard: Money, cost: Money) -> Option<Deviation> {
    let difference = standard.checked_sub(cost).ok()?;
    let percent = percent(difference, standard, 2);
    Some(Deviation {
        difference,
        percent,
    })
}

/// A part in percent of a whole, with so many decimals; `None` for a whole of zero.
#[must_use]
pub fn percent(part: Money, whole: Money, decimals: u32) -> Option<Decimal> {
    Fraction::from(part).over(whole)?.times(100).round(decimals)
}

/// A quotient with so many decimals, half away from zero; `None` for a divisor of zero.
#[must_use]
pub fn quotient(part: Decimal, whole: Decimal, decimals: u32) -> Option<Decimal> {
    Fraction::from(part).over(whole)?.round(decimals)
}

/// A fund over points: the value of a point, with so many decimals. `None` without
/// points, and for a fund of nothing or less: a point is never worth that by division.
#[must_use]
pub fn point_value(fund: Money, points: Decimal, decimals: u32) -> Option<Decimal> {
    if points <= Decimal::ZERO || fund <= Money::ZERO {
        return None;
    }
    Fraction::from(fund).over(points)?.round(decimals)
}
