//! Points as the books carry them: whole ten-thousandths.

use std::fmt;

use chs_model::Money;
use rust_decimal::Decimal;

use crate::fraction::Fraction;

/// Points with four decimals, so that sums of millions of cases are exact in whatever
/// order they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Points(i64);

impl Points {
    /// No points.
    pub const ZERO: Points = Points(0);

    /// A number of ten-thousandths.
    #[must_use]
    pub const fn from_ten_thousandths(count: i64) -> Points {
        Points(count)
    }

    /// The number of ten-thousandths.
    #[must_use]
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// Rounded to four decimals, half away from zero; `None` out of range.
    #[must_use]
    pub fn round(points: Decimal) -> Option<Points> {
        let rounded = Fraction::from(points).round(4)?;
        i64::try_from(rounded.mantissa()).ok().map(Points)
    }

    /// The sum; `None` out of range.
    #[must_use]
    pub fn checked_add(self, other: Points) -> Option<Points> {
        self.0.checked_add(other.0).map(Points)
    }

    /// As a decimal with four places.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 4)
    }

    /// Points × value of a point, in fen, half away from zero; `None` out of range.
    #[must_use]
    pub fn paid_at(self, value: Decimal) -> Option<Money> {
        // Ten-thousandths of a point × a value with s decimals, in fen: ÷ 10^(s + 2).
        let product = i128::from(self.0).checked_mul(value.mantissa())?;
        let divisor = 10_i128.checked_pow(value.scale() + 2)?;
        let half = divisor / 2;
        let rounded = if product < 0 {
            product.checked_sub(half)? / divisor
        } else {
            product.checked_add(half)? / divisor
        };
        i64::try_from(rounded).ok().map(Money::from_fen)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_decimal().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use chs_model::Money;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::Points;
    use crate::fraction::Fraction;

    proptest! {
        #[test]
        fn payment_is_the_exact_product_rounded_once(points in any::<i32>(), value in 0i64..10_000_000, scale in 0u32..9) {
            let (points, value) = (Points::from_ten_thousandths(points.into()), Decimal::new(value, scale));
            let exact = Fraction::from(points.to_decimal()).times(value).to_money();
            prop_assert_eq!(points.paid_at(value), exact);
            prop_assert_eq!(Points::round(points.to_decimal()), Some(points));
        }
    }

    #[test]
    fn out_of_range_is_said() {
        let most = Points::from_ten_thousandths(i64::MAX);
        assert_eq!(most.checked_add(Points::from_ten_thousandths(1)), None);
        assert_eq!(most.paid_at(Decimal::from(1_000_000)), None);
        assert_eq!(Points::round(Decimal::MAX), None);
        assert_eq!(Points::ZERO.paid_at(Decimal::MAX), Some(Money::ZERO));
    }
}
