//! Arithmetic that either holds every digit or says that it cannot.
//!
//! `rust_decimal` keeps 28 digits and rounds what goes beyond, silently. Money
//! must not, so a result that lost digits is `None` here.

use rust_decimal::Decimal;

/// The product, or `None` when digits would be lost.
pub(crate) fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let result = a.checked_mul(b)?;
    let exact = a.is_zero() || b.is_zero() || result.scale() == a.scale() + b.scale();
    exact.then(|| result.normalize())
}

/// The sum, or `None` when digits would be lost.
pub(crate) fn sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let result = a.checked_add(b)?;
    (result.scale() == a.scale().max(b.scale())).then(|| result.normalize())
}

/// The difference, or `None` when digits would be lost.
pub(crate) fn difference(a: Decimal, b: Decimal) -> Option<Decimal> {
    sum(a, -b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::{product, sum};

    #[test]
    fn lost_digits_are_refused() {
        let long = Decimal::from_i128_with_scale(1_234_567_890_123_456_789_012_345, 24);
        assert_eq!(product(long, long), None);
        assert_eq!(sum(long, Decimal::from(10_i64.pow(18))), None);
        assert_eq!(product(long, Decimal::ZERO), Some(Decimal::ZERO));
        assert_eq!(product(Decimal::MAX, Decimal::MAX), None);
        assert_eq!(sum(Decimal::MAX, Decimal::MAX), None);
    }

    proptest! {
        #[test]
        fn what_is_answered_is_exact(
            a in any::<i64>(), b in any::<i64>(), sa in 0u32..14, sb in 0u32..14,
        ) {
            let (x, y) = (Decimal::new(a, sa), Decimal::new(b, sb));
            if let Some(p) = product(x, y) {
                let scaled = p.mantissa() * 10_i128.pow(sa + sb - p.scale());
                prop_assert_eq!(scaled, i128::from(a) * i128::from(b));
            }
            if let Some(s) = sum(x, y) {
                let at = sa.max(sb);
                let whole = i128::from(a) * 10_i128.pow(at - sa) + i128::from(b) * 10_i128.pow(at - sb);
                prop_assert_eq!(s.mantissa() * 10_i128.pow(at - s.scale()), whole);
            }
        }
    }
}
