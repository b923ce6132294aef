//! Count, sum and sum of squares of costs, in whole fen.

use chs_model::Money;
use rust_decimal::Decimal;

/// The greatest cost that is taken: ten billion yuan, in fen. Its square, summed over
/// more cases than a country has, stays within 128 bits.
pub const MAX_COST_FEN: i64 = 1_000_000_000_000;

/// A cost that cannot be counted: negative, or above [`MAX_COST_FEN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("费用 {0} 元超出可统计范围 / a cost of {0} yuan cannot be counted")]
pub struct CostError(pub Money);

/// Count, sum and sum of squares of costs. Whole numbers throughout: adding and merging
/// give the same in any order, and nothing cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moments {
    cases: u64,
    sum: u128,
    squares: u128,
}

impl Moments {
    /// Counts one case.
    ///
    /// # Errors
    /// The cost is negative or above [`MAX_COST_FEN`]; nothing is counted then.
    pub fn add(&mut self, cost: Money) -> Result<(), CostError> {
        let fen = u128::try_from(cost.fen()).map_err(|_| CostError(cost))?;
        if cost.fen() > MAX_COST_FEN {
            return Err(CostError(cost));
        }
        self.cases += 1;
        self.sum += fen;
        self.squares += fen * fen;
        Ok(())
    }

    /// Counts the other's cases too.
    pub fn merge(&mut self, other: &Self) {
        self.cases += other.cases;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// How many cases.
    #[must_use]
    pub const fn cases(&self) -> u64 {
        self.cases
    }

    /// The sum of their costs in fen.
    #[must_use]
    pub const fn sum_fen(&self) -> u128 {
        self.sum
    }

    /// The mean cost in yuan, with all the digits a decimal holds; `None` without cases.
    #[must_use]
    pub fn mean(&self) -> Option<Decimal> {
        let sum = Decimal::try_from_i128_with_scale(i128::try_from(self.sum).ok()?, 2).ok()?;
        sum.checked_div(Decimal::from(self.cases))
    }

    /// The sum of squared distances from the mean, in square fen.
    ///
    /// `Σx² − (Σx)²/n` is parted so that the subtraction is one of whole numbers and only
    /// the result is rounded.
    #[must_use]
    pub fn squares_within(&self) -> f64 {
        let n = u128::from(self.cases);
        let (Some(quotient), Some(remainder)) = (self.sum.checked_div(n), self.sum.checked_rem(n))
        else {
            return 0.0;
        };
        // (qn + r)²/n = q²n + 2qr + r²/n, and none of it exceeds Σx².
        let whole = self.squares - quotient * quotient * n - 2 * quotient * remainder;
        let (carried, rest) = (remainder * remainder / n, remainder * remainder % n);
        (float(whole - carried) - float(rest) / float(n)).max(0.0)
    }

    /// The coefficient of variation (变异系数): sample standard deviation by mean. `None`
    /// below two cases or where the mean is 0.
    #[must_use]
    pub fn cv(&self) -> Option<f64> {
        if self.cases < 2 || self.sum == 0 {
            return None;
        }
        let n = u128::from(self.cases);
        let deviation = (self.squares_within() / float(n - 1)).sqrt();
        Some(deviation * float(n) / float(self.sum))
    }
}

/// The nearest float: these are statistics, nothing is paid by them.
#[expect(clippy::as_conversions, reason = "there is no other way from u128")]
pub(super) fn float(number: u128) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(fen: &[i64]) -> Moments {
        let mut moments = Moments::default();
        for fen in fen {
            moments
                .add(Money::from_fen(*fen))
                .expect("a cost in the range");
        }
        moments
    }

    #[test]
    fn a_worked_example() {
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squared distances 32.
        let moments = of(&[200, 400, 400, 400, 500, 500, 700, 900]);
        assert_eq!(moments.mean(), Some(Decimal::from(5)));
        assert_eq!(moments.squares_within(), 320_000.0);
        let expected = (32.0_f64 / 7.0).sqrt() / 5.0;
        assert!((moments.cv().expect("a CV") - expected).abs() < 1e-15);
    }

    #[test]
    fn what_is_not_defined_is_none() {
        assert_eq!(Moments::default().mean(), None);
        assert_eq!(Moments::default().squares_within(), 0.0);
        assert_eq!(of(&[100]).cv(), None);
        assert_eq!(of(&[0, 0]).cv(), None);
    }

    #[test]
    fn costs_beyond_the_range_are_refused_and_not_counted() {
        let mut moments = of(&[100]);
        for fen in [-1, i64::MIN, MAX_COST_FEN + 1, i64::MAX] {
            assert_eq!(
                moments.add(Money::from_fen(fen)),
                Err(CostError(Money::from_fen(fen)))
            );
        }
        assert_eq!(moments, of(&[100]));
    }

    #[test]
    fn great_equal_costs_do_not_cancel() {
        // A naive float variance of these is far from 1/2.
        let moments = of(&[MAX_COST_FEN, MAX_COST_FEN - 1]);
        assert_eq!(moments.squares_within(), 0.5);
    }

    proptest! {
        #[test]
        fn squares_within_are_those_of_the_definition(fen in prop::collection::vec(0_i64..2_000_000, 1..60)) {
            // n·Σ(x − mean)² in whole numbers.
            let n = i128::try_from(fen.len()).expect("few");
            let sum: i128 = fen.iter().map(|fen| i128::from(*fen)).sum();
            let scaled: i128 = fen.iter().map(|x| (i128::from(*x) * n - sum).pow(2)).sum();
            let expected = float(scaled.unsigned_abs()) / float((n * n).unsigned_abs());
            let got = of(&fen).squares_within();
            prop_assert!((got - expected).abs() <= expected * 1e-12 + 1e-9, "{got} {expected}");
        }
    }
}
