//! Exact quotients.
//!
//! A cost multiple is a quotient (cost ÷ mean), and a payment that follows from it
//! has no finite decimal form. It is carried as a fraction of whole numbers and
//! rounded once, half away from zero, where it becomes fen or points. Fractions are
//! not reduced: a few products deep, the greatest common divisor costs more than it
//! saves.

use std::cmp::Ordering;

use chs_model::Money;
use num_bigint::{BigInt, BigUint, Sign};
use rust_decimal::Decimal;

/// Decimals with which a value without a finite decimal form is shown.
pub(crate) const SHOWN: u32 = 12;

/// An exact number.
#[derive(Debug, Clone)]
pub(crate) struct Fraction {
    numerator: BigInt,
    /// Greater than zero.
    denominator: BigInt,
}

impl From<Decimal> for Fraction {
    fn from(value: Decimal) -> Fraction {
        let value = value.normalize();
        Fraction {
            numerator: BigInt::from(value.mantissa()),
            denominator: ten_to(value.scale()),
        }
    }
}

/// Yuan.
impl From<Money> for Fraction {
    fn from(amount: Money) -> Fraction {
        Fraction {
            numerator: BigInt::from(amount.fen()),
            denominator: BigInt::from(100),
        }
    }
}

impl From<u32> for Fraction {
    fn from(value: u32) -> Fraction {
        Fraction {
            numerator: BigInt::from(value),
            denominator: BigInt::from(1),
        }
    }
}

impl Fraction {
    pub(crate) fn zero() -> Fraction {
        Fraction::from(0)
    }

    pub(crate) fn one() -> Fraction {
        Fraction::from(1)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.numerator.sign() == Sign::NoSign
    }

    pub(crate) fn times(&self, other: impl Into<Fraction>) -> Fraction {
        let other = other.into();
        Fraction {
            numerator: &self.numerator * other.numerator,
            denominator: &self.denominator * other.denominator,
        }
    }

    /// The quotient; `None` for a divisor of zero.
    pub(crate) fn over(&self, other: impl Into<Fraction>) -> Option<Fraction> {
        let other = other.into();
        let sign = match other.numerator.sign() {
            Sign::NoSign => return None,
            Sign::Plus => 1,
            Sign::Minus => -1,
        };
        Some(Fraction {
            numerator: &self.numerator * other.denominator * sign,
            denominator: &self.denominator * other.numerator * sign,
        })
    }

    pub(crate) fn plus(&self, other: impl Into<Fraction>) -> Fraction {
        let other = other.into();
        if self.denominator == other.denominator {
            return Fraction {
                numerator: &self.numerator + other.numerator,
                denominator: other.denominator,
            };
        }
        Fraction {
            numerator: &self.numerator * &other.denominator + other.numerator * &self.denominator,
            denominator: &self.denominator * other.denominator,
        }
    }

    pub(crate) fn minus(&self, other: impl Into<Fraction>) -> Fraction {
        let mut other = other.into();
        other.numerator = -other.numerator;
        self.plus(other)
    }

    /// In lowest terms, for sums over many groups.
    pub(crate) fn reduced(self) -> Fraction {
        let mut divisor = (
            self.numerator.magnitude().clone(),
            self.denominator.magnitude().clone(),
        );
        while divisor.1.bits() > 0 {
            let rest = &divisor.0 % &divisor.1;
            divisor = (divisor.1, rest);
        }
        let divisor = BigInt::from(divisor.0);
        Fraction {
            numerator: self.numerator / &divisor,
            denominator: self.denominator / divisor,
        }
    }

    /// Rounded to so many decimals, half away from zero; `None` beyond what a
    /// decimal holds.
    pub(crate) fn round(&self, decimals: u32) -> Option<Decimal> {
        let whole = i128::try_from(self.scaled(decimals)).ok()?;
        Decimal::try_from_i128_with_scale(whole, decimals).ok()
    }

    /// The value with up to [`SHOWN`] decimals and no trailing zeros.
    pub(crate) fn shown(&self) -> Option<Decimal> {
        Some(self.round(SHOWN)?.normalize())
    }

    /// Yuan rounded to the fen.
    pub(crate) fn to_money(&self) -> Option<Money> {
        i64::try_from(self.scaled(2)).ok().map(Money::from_fen)
    }

    /// The whole number nearest to `self × 10^decimals`, half away from zero.
    fn scaled(&self, decimals: u32) -> BigInt {
        let numerator = self.numerator.magnitude() * ten_to(decimals).magnitude();
        let denominator = self.denominator.magnitude();
        let twice: BigUint = numerator * 2u32 + denominator;
        BigInt::from_biguint(self.numerator.sign(), twice / (denominator * 2u32))
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Fraction) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Fraction) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Fraction) -> Ordering {
        (&self.numerator * &other.denominator).cmp(&(&other.numerator * &self.denominator))
    }
}

fn ten_to(power: u32) -> BigInt {
    match 10_i128.checked_pow(power) {
        Some(small) => BigInt::from(small),
        None => BigInt::from(10).pow(power),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::{Decimal, RoundingStrategy};

    use super::Fraction;

    #[test]
    fn a_half_goes_away_from_zero_and_a_hair_less_does_not() {
        let third = Fraction::one().over(3).and_then(|f| f.round(4));
        assert_eq!(third, Some(Decimal::new(3_333, 4)));
        for (fen, expected) in [(5, 1), (-5, -1), (4, 0), (-4, 0), (15, 2)] {
            let value = Fraction::from(Decimal::new(fen, 3)).to_money();
            assert_eq!(value.map(chs_model::Money::fen), Some(expected), "{fen}");
        }
        // 0.00499…9 with more digits than a decimal holds stays below the half.
        let hair = Fraction::one()
            .over(Decimal::MAX)
            .map(|f| f.times(Decimal::new(1, 20)));
        let below = hair.map(|hair| Fraction::from(Decimal::new(5, 3)).minus(hair));
        assert_eq!(below.and_then(|f| f.to_money()).map(|m| m.fen()), Some(0));
        assert!(Fraction::one().over(0).is_none());
        assert_eq!(
            Fraction::from(Decimal::MAX).times(Decimal::MAX).round(2),
            None
        );
    }

    proptest! {
        #[test]
        fn arithmetic_is_that_of_whole_numbers(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000, sa in 0u32..6, sb in 0u32..6) {
            let (x, y) = (Decimal::new(a, sa), Decimal::new(b, sb));
            let (f, g) = (Fraction::from(x), Fraction::from(y));
            prop_assert_eq!(f.times(g.clone()).shown(), Some((x * y).normalize()));
            prop_assert_eq!(f.plus(g.clone()).shown(), Some((x + y).normalize()));
            prop_assert_eq!(f.minus(g.clone()).shown(), Some((x - y).normalize()));
            prop_assert_eq!(f.cmp(&g), x.cmp(&y));
            let rounded = x.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            prop_assert_eq!(f.round(2), Some(rounded));
            if let Some(q) = f.over(g) {
                prop_assert_eq!(q.times(y), f);
            }
        }
    }
}
