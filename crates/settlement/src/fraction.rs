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

/// An exact number. Nearly all fit machine integers; the few that do not are carried
/// at whatever length they need.
#[derive(Debug, Clone)]
pub(crate) struct Fraction(Parts);

/// Numerator, and a denominator greater than zero.
#[derive(Debug, Clone)]
enum Parts {
    Small(i128, i128),
    Large(BigInt, BigInt),
}

impl From<Decimal> for Fraction {
    fn from(value: Decimal) -> Fraction {
        let value = value.normalize();
        // A decimal has 28 places at most, and 10^28 fits.
        let denominator = 10_i128.saturating_pow(value.scale());
        Fraction(Parts::Small(value.mantissa(), denominator))
    }
}

/// Yuan.
impl From<Money> for Fraction {
    fn from(amount: Money) -> Fraction {
        Fraction(Parts::Small(amount.fen().into(), 100))
    }
}

impl From<u32> for Fraction {
    fn from(value: u32) -> Fraction {
        Fraction(Parts::Small(value.into(), 1))
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
        match &self.0 {
            Parts::Small(numerator, _) => *numerator == 0,
            Parts::Large(numerator, _) => numerator.sign() == Sign::NoSign,
        }
    }

    pub(crate) fn times(&self, other: impl Into<Fraction>) -> Fraction {
        let other = other.into();
        if let (Parts::Small(a, b), Parts::Small(c, d)) = (&self.0, &other.0)
            && let (Some(numerator), Some(denominator)) = (a.checked_mul(*c), b.checked_mul(*d))
        {
            return Fraction(Parts::Small(numerator, denominator));
        }
        let ((a, b), (c, d)) = (self.large(), other.large());
        Fraction(Parts::Large(a * c, b * d))
    }

    /// The quotient; `None` for a divisor of zero.
    pub(crate) fn over(&self, other: impl Into<Fraction>) -> Option<Fraction> {
        let turned = match other.into().0 {
            Parts::Small(0, _) => return None,
            Parts::Small(numerator, denominator) if numerator > i128::MIN => {
                Parts::Small(denominator * numerator.signum(), numerator.abs())
            }
            other => {
                let (numerator, denominator) = Fraction(other).large();
                match numerator.sign() {
                    Sign::NoSign => return None,
                    Sign::Plus => Parts::Large(denominator, numerator),
                    Sign::Minus => Parts::Large(-denominator, -numerator),
                }
            }
        };
        Some(self.times(Fraction(turned)))
    }

    pub(crate) fn plus(&self, other: impl Into<Fraction>) -> Fraction {
        let other = other.into();
        if let (Parts::Small(a, b), Parts::Small(c, d)) = (&self.0, &other.0)
            && let Some((numerator, denominator)) = small_sum((*a, *b), (*c, *d))
        {
            return Fraction(Parts::Small(numerator, denominator));
        }
        let ((a, b), (c, d)) = (self.large(), other.large());
        Fraction(Parts::Large(a * &d + c * &b, b * d))
    }

    pub(crate) fn minus(&self, other: impl Into<Fraction>) -> Fraction {
        self.plus(match other.into().0 {
            Parts::Small(numerator, denominator) if numerator > i128::MIN => {
                Fraction(Parts::Small(-numerator, denominator))
            }
            other => {
                let (numerator, denominator) = Fraction(other).large();
                Fraction(Parts::Large(-numerator, denominator))
            }
        })
    }

    /// In lowest terms, for sums over many groups.
    pub(crate) fn reduced(self) -> Fraction {
        let (numerator, denominator) = self.large();
        let mut pair = (
            numerator.magnitude().clone(),
            denominator.magnitude().clone(),
        );
        while pair.1.bits() > 0 {
            let rest = &pair.0 % &pair.1;
            pair = (pair.1, rest);
        }
        let divisor = BigInt::from(pair.0);
        let (numerator, denominator) = (numerator / &divisor, denominator / divisor);
        match (i128::try_from(&numerator), i128::try_from(&denominator)) {
            (Ok(numerator), Ok(denominator)) => Fraction(Parts::Small(numerator, denominator)),
            _ => Fraction(Parts::Large(numerator, denominator)),
        }
    }

    /// Rounded to so many decimals, half away from zero; `None` beyond what a
    /// decimal holds.
    pub(crate) fn round(&self, decimals: u32) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.scaled(decimals)?, decimals).ok()
    }

    /// The value with up to [`SHOWN`] decimals and no trailing zeros.
    pub(crate) fn shown(&self) -> Option<Decimal> {
        Some(self.round(SHOWN)?.normalize())
    }

    /// Yuan rounded to the fen.
    pub(crate) fn to_money(&self) -> Option<Money> {
        i64::try_from(self.scaled(2)?).ok().map(Money::from_fen)
    }

    /// The whole number nearest to `self × 10^decimals`, half away from zero.
    fn scaled(&self, decimals: u32) -> Option<i128> {
        let power = 10_i128.checked_pow(decimals)?;
        if let Parts::Small(numerator, denominator) = self.0
            && let Some(whole) = small_scaled(numerator, denominator, power)
        {
            return Some(whole);
        }
        let (numerator, denominator) = self.large();
        let denominator = denominator.magnitude();
        let twice: BigUint = numerator.magnitude() * BigInt::from(power).magnitude() * 2u32;
        let whole = (twice + denominator) / (denominator * 2u32);
        i128::try_from(BigInt::from_biguint(numerator.sign(), whole)).ok()
    }

    fn large(&self) -> (BigInt, BigInt) {
        match &self.0 {
            Parts::Small(numerator, denominator) => {
                (BigInt::from(*numerator), BigInt::from(*denominator))
            }
            Parts::Large(numerator, denominator) => (numerator.clone(), denominator.clone()),
        }
    }
}

/// The sum, over the greater denominator where one divides the other, as powers of ten do.
fn small_sum((a, b): (i128, i128), (c, d): (i128, i128)) -> Option<(i128, i128)> {
    let numerator = if b == d {
        return Some((a.checked_add(c)?, b));
    } else if b % d == 0 {
        return Some((a.checked_add(c.checked_mul(b / d)?)?, b));
    } else if d % b == 0 {
        return Some((a.checked_mul(d / b)?.checked_add(c)?, d));
    } else {
        a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?
    };
    Some((numerator, b.checked_mul(d)?))
}

fn small_scaled(numerator: i128, denominator: i128, power: i128) -> Option<i128> {
    let product = numerator.checked_mul(power)?;
    let (whole, rest) = (product / denominator, product % denominator);
    // Half or more of the denominator goes away from zero.
    let away = rest.checked_abs()? >= denominator - rest.checked_abs()?;
    Some(if away {
        whole + product.signum()
    } else {
        whole
    })
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
        if let (Parts::Small(a, b), Parts::Small(c, d)) = (&self.0, &other.0)
            && let (Some(left), Some(right)) = (a.checked_mul(*d), c.checked_mul(*b))
        {
            return left.cmp(&right);
        }
        let ((a, b), (c, d)) = (self.large(), other.large());
        (a * d).cmp(&(c * b))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::{Decimal, RoundingStrategy};

    use super::{Fraction, Parts};

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
        /// Whether numbers are small or large decides nothing but speed.
        #[test]
        fn long_numbers_follow_the_same_rules(a in any::<i64>(), b in any::<i64>(), c in 1i64..i64::MAX, decimals in 0u32..6) {
            let [a, b, c] = [a, b, c].map(|n| Fraction::from(Decimal::new(n, 9)));
            let long = |f: &Fraction| {
                let (numerator, denominator) = f.large();
                Fraction(Parts::Large(numerator, denominator))
            };
            let (x, y, z) = (long(&a), long(&b), long(&c));
            prop_assert_eq!(a.times(b.clone()), x.times(y.clone()));
            prop_assert_eq!(a.plus(b.clone()), x.plus(y.clone()));
            prop_assert_eq!(a.minus(b.clone()), x.minus(y.clone()));
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
            prop_assert_eq!(a.over(c.clone()), x.over(z.clone()));
            prop_assert_eq!(a.round(decimals), x.round(decimals));
            prop_assert_eq!(x.times(y).reduced(), a.times(b));
            let quotient = a.over(c).and_then(|q| q.round(decimals));
            prop_assert_eq!(quotient, x.over(z).and_then(|q| q.round(decimals)));
        }

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
