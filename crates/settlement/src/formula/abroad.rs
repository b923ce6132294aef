//! Rules of other countries' DRG systems (Germany), kept so that printed examples from
//! there can check the arithmetic. No locality here is paid by them.

use rust_decimal::Decimal;

use crate::fraction::Fraction;

/// Days deducted for a short stay: first day with a deduction − stay + 1, at least 0.
#[must_use]
pub fn deduction_days(first_deduction_day: u32, stay: u32) -> u32 {
    (first_deduction_day + 1).saturating_sub(stay)
}

/// Days added for a long stay: stay − first day with a surcharge + 1, at least 0.
#[must_use]
pub fn surcharge_days(first_surcharge_day: u32, stay: u32) -> u32 {
    (stay + 1).saturating_sub(first_surcharge_day)
}

/// A relative weight changed by days at a weight a day; `days` is negative for a
/// deduction.
#[must_use]
pub fn effective_weight(weight: Decimal, days: i32, weight_a_day: Decimal) -> Option<Decimal> {
    Fraction::from(Decimal::from(days))
        .times(weight_a_day)
        .plus(weight)
        .shown()
}

/// A federal base rate's corridor: lower and upper limit, two decimals.
#[must_use]
pub fn corridor(
    rate: Decimal,
    lower_percent: Decimal,
    upper_percent: Decimal,
) -> Option<(Decimal, Decimal)> {
    let part = |percent: Decimal| Fraction::from(rate).times(percent).over(100);
    let rate_itself = Fraction::from(rate);
    Some((
        rate_itself.minus(part(lower_percent)?).round(2)?,
        rate_itself.plus(part(upper_percent)?).round(2)?,
    ))
}
