//! Money in integer fen (分, a hundredth of a yuan).

use std::fmt;
use std::iter::Sum;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::exact_decimal::parse_decimal;

/// An exact amount of money, counted in fen; negative amounts are refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

/// Why an amount cannot be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is no decimal number.
    #[error("金额不是十进制数 / the amount is not a decimal number")]
    NotDecimal,
    /// The amount has a fraction of a fen.
    #[error("金额不足一分的部分 / the amount has a fraction of a fen")]
    NotExact,
    /// The amount is beyond 92 quadrillion yuan.
    #[error("金额超出范围 / the amount is out of range")]
    Overflow,
}

impl Money {
    /// No money.
    pub const ZERO: Money = Money(0);

    /// An amount in fen.
    #[must_use]
    pub const fn from_fen(fen: i64) -> Money {
        Money(fen)
    }

    /// The amount in fen.
    #[must_use]
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// Reads an amount in yuan, such as `1234.5`.
    ///
    /// # Errors
    /// Another text than a decimal number, a fraction of a fen, or out of range.
    pub fn from_yuan_str(text: &str) -> Result<Money, MoneyError> {
        Money::from_yuan(parse_decimal(text).ok_or(MoneyError::NotDecimal)?)
    }

    /// An amount in yuan without rounding.
    ///
    /// # Errors
    /// A fraction of a fen, or out of range.
    pub fn from_yuan(yuan: Decimal) -> Result<Money, MoneyError> {
        let fen = yuan
            .checked_mul(Decimal::ONE_HUNDRED)
            .ok_or(MoneyError::Overflow)?;
        if fen.fract().is_zero() {
            fen_of(fen)
        } else {
            Err(MoneyError::NotExact)
        }
    }

    /// An amount in yuan rounded to the fen, half away from zero.
    ///
    /// # Errors
    /// Out of range.
    pub fn round_yuan(yuan: Decimal) -> Result<Money, MoneyError> {
        let fen = yuan
            .checked_mul(Decimal::ONE_HUNDRED)
            .ok_or(MoneyError::Overflow)?;
        fen_of(fen.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero))
    }

    /// The amount in yuan, with two decimals.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// The sum.
    ///
    /// # Errors
    /// Out of range.
    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        self.0
            .checked_add(other.0)
            .map(Money)
            .ok_or(MoneyError::Overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// Out of range.
    pub fn checked_sub(self, other: Money) -> Result<Money, MoneyError> {
        self.0
            .checked_sub(other.0)
            .map(Money)
            .ok_or(MoneyError::Overflow)
    }

    /// The amount times a factor, rounded to the fen once, half away from zero.
    ///
    /// # Errors
    /// Out of range.
    pub fn checked_mul(self, factor: Decimal) -> Result<Money, MoneyError> {
        let product = Decimal::from(self.0)
            .checked_mul(factor)
            .ok_or(MoneyError::Overflow)?;
        fen_of(product.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero))
    }
}

fn fen_of(whole: Decimal) -> Result<Money, MoneyError> {
    i64::try_from(whole)
        .map(Money)
        .map_err(|_| MoneyError::Overflow)
}

/// Sums amounts; the first overflow stands.
impl Sum<Money> for Result<Money, MoneyError> {
    fn sum<I: Iterator<Item = Money>>(mut amounts: I) -> Self {
        amounts.try_fold(Money::ZERO, Money::checked_add)
    }
}

/// Yuan with two decimals and no grouping: `1234.50`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::{Money, MoneyError};

    #[test]
    fn reads_yuan_exactly_or_not_at_all() {
        assert_eq!(Money::from_yuan_str("1234.5"), Ok(Money::from_fen(123_450)));
        assert_eq!(Money::from_yuan_str("-0.01"), Ok(Money::from_fen(-1)));
        assert_eq!(Money::from_yuan_str("12.500"), Ok(Money::from_fen(1_250)));
        assert_eq!(Money::from_yuan_str("0.001"), Err(MoneyError::NotExact));
        assert_eq!(Money::from_yuan_str("一元"), Err(MoneyError::NotDecimal));
        assert_eq!(Money::from_yuan_str("1e20"), Err(MoneyError::Overflow));
        assert_eq!(
            Money::from_yuan_str("79228162514264337593543950335"),
            Err(MoneyError::Overflow)
        );
    }

    #[test]
    fn writes_two_decimals() {
        assert_eq!(Money::from_fen(123_450).to_string(), "1234.50");
        assert_eq!(Money::from_fen(-5).to_string(), "-0.05");
        assert_eq!(
            Money::from_fen(i64::MIN).to_string(),
            "-92233720368547758.08"
        );
    }

    #[test]
    fn rounds_half_away_from_zero_once() {
        let half = Decimal::new(5, 1);
        assert_eq!(Money::from_fen(1).checked_mul(half), Ok(Money::from_fen(1)));
        assert_eq!(
            Money::from_fen(-1).checked_mul(half),
            Ok(Money::from_fen(-1))
        );
        assert_eq!(
            Money::from_fen(3).checked_mul(Decimal::new(49, 2)),
            Ok(Money::from_fen(1))
        );
        assert_eq!(
            Money::round_yuan(Decimal::new(10_005, 3)),
            Ok(Money::from_fen(1_001))
        );
    }

    #[test]
    fn overflow_is_an_error() {
        let most = Money::from_fen(i64::MAX);
        assert_eq!(
            most.checked_add(Money::from_fen(1)),
            Err(MoneyError::Overflow)
        );
        assert_eq!(
            Money::from_fen(i64::MIN).checked_sub(Money::from_fen(1)),
            Err(MoneyError::Overflow)
        );
        assert_eq!(
            most.checked_mul(Decimal::from(2)),
            Err(MoneyError::Overflow)
        );
        let sum: Result<Money, MoneyError> = [most, most].into_iter().sum();
        assert_eq!(sum, Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn text_and_back(fen in any::<i64>()) {
            let amount = Money::from_fen(fen);
            prop_assert_eq!(Money::from_yuan_str(&amount.to_string()), Ok(amount));
            prop_assert_eq!(Money::from_yuan(amount.to_decimal()), Ok(amount));
        }

        #[test]
        fn sums_are_those_of_whole_numbers(a in any::<i64>(), b in any::<i64>()) {
            let sum = Money::from_fen(a).checked_add(Money::from_fen(b)).map(Money::fen).ok();
            prop_assert_eq!(sum, a.checked_add(b));
            let difference = Money::from_fen(a).checked_sub(Money::from_fen(b)).map(Money::fen).ok();
            prop_assert_eq!(difference, a.checked_sub(b));
        }

        #[test]
        fn products_are_within_half_a_fen(fen in -1_000_000_000_000i64..1_000_000_000_000, factor in -100_000i64..100_000) {
            let product = Money::from_fen(fen).checked_mul(Decimal::new(factor, 4)).unwrap();
            let exact = i128::from(fen) * i128::from(factor);
            let error = (i128::from(product.fen()) * 10_000 - exact).abs();
            prop_assert!(error <= 5_000);
            prop_assert!(error < 5_000 || i128::from(product.fen()).abs() * 10_000 > exact.abs());
        }
    }
}
