//! Incentive and penalty bands: who keeps a surplus, who bears an overspend.
//!
//! No band was found in a published text, so every band is a parameter. Bands are
//! measured on executed ÷ budget (or due ÷ cost; the caller names the two amounts).

use chs_model::Money;
use rust_decimal::Decimal;

use crate::fraction::Fraction;

/// One band of the ratio executed ÷ budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharingBand {
    /// Greatest ratio of the band, included; `None` for the last one.
    pub up_to: Option<Decimal>,
    /// The hospital's share of the surplus that it keeps (below 1), or of the overspend
    /// that it bears (above 1).
    pub hospital: Decimal,
}

/// Bands in ascending order, the last one open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharingRule {
    /// Whether each slice of the difference is shared by the band it lies in, or all of
    /// it by the band of the ratio.
    pub by_slice: bool,
    /// The bands.
    pub bands: Vec<SharingBand>,
}

/// How a difference is shared; the two shares add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shared {
    /// Budget less executed: positive for a surplus.
    pub difference: Money,
    /// The hospital's part: kept of a surplus, borne of an overspend (negative).
    pub hospital: Money,
    /// The fund's part.
    pub fund: Money,
    /// What the hospital is settled: executed and its part.
    pub settled: Money,
}

impl SharingRule {
    /// One share whatever the ratio, such as 85 / 15.
    #[must_use]
    pub fn flat(hospital: Decimal) -> SharingRule {
        SharingRule {
            by_slice: false,
            bands: vec![SharingBand {
                up_to: None,
                hospital,
            }],
        }
    }

    /// Shares the difference of a budget and what was executed, the hospital's part
    /// rounded to the fen and the fund's the rest.
    ///
    /// `None` without a positive budget, an open last band, or an amount that holds.
    #[must_use]
    pub fn share(&self, budget: Money, executed: Money) -> Option<Shared> {
        if budget <= Money::ZERO {
            return None;
        }
        let ratio = Fraction::from(executed).over(budget)?;
        let yuan = if self.by_slice {
            self.slices(budget, &ratio)?
        } else {
            let within = |band: &&SharingBand| {
                band.up_to
                    .is_none_or(|limit| ratio <= Fraction::from(limit))
            };
            let share = self.bands.iter().find(within)?.hospital;
            Fraction::from(budget).minus(executed).times(share)
        };
        let difference = budget.checked_sub(executed).ok()?;
        let hospital = yuan.to_money()?;
        Some(Shared {
            difference,
            hospital,
            fund: difference.checked_sub(hospital).ok()?,
            settled: executed.checked_add(hospital).ok()?,
        })
    }

    /// Each slice between the ratio and 1 by its own band; negative above 1.
    fn slices(&self, budget: Money, ratio: &Fraction) -> Option<Fraction> {
        let one = Fraction::one();
        let (from, to, overspent) = if *ratio <= one {
            (ratio.clone(), one, false)
        } else {
            (one, ratio.clone(), true)
        };
        let mut shared = Fraction::zero();
        let mut lower = from.clone();
        for band in &self.bands {
            let upper = match band.up_to {
                Some(limit) => Fraction::from(limit).min(to.clone()),
                None => to.clone(),
            };
            if upper > lower {
                shared = shared.plus(upper.minus(lower).times(band.hospital));
                lower = upper;
            }
        }
        if lower < to {
            return None;
        }
        let yuan = shared.times(budget);
        Some(if overspent {
            Fraction::zero().minus(yuan)
        } else {
            yuan
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    /// Full surplus between 90 and 100 %, half between 80 and 90 %, none below; the
    /// hospital bears 20 % up to 110 % and all above.
    fn rule(by_slice: bool) -> SharingRule {
        let band = |up_to, hospital| SharingBand {
            up_to: Some(Decimal::new(up_to, 2)),
            hospital: Decimal::new(hospital, 2),
        };
        let last = SharingBand {
            up_to: None,
            hospital: Decimal::ONE,
        };
        let bands = vec![
            band(80, 0),
            band(90, 50),
            band(100, 100),
            band(110, 20),
            last,
        ];
        SharingRule { by_slice, bands }
    }

    #[test]
    fn bands_share_the_whole_or_each_slice() {
        let share = |by_slice, executed| {
            let shared = rule(by_slice).share(Money::from_fen(10000), Money::from_fen(executed));
            shared.unwrap().hospital.fen()
        };
        for (executed, whole, sliced) in [
            (7000, 0, 1500),
            (8000, 0, 1500),
            (8001, 999 + 1, 1500),
            (9000, 500, 1000),
            (9001, 999, 999),
            (10000, 0, 0),
            (11000, -200, -200),
            (11001, -1001, -201),
        ] {
            // 80.01: half of 19.99 is 9.995, away from zero 10.00.
            assert_eq!(share(false, executed), whole, "{executed}");
            assert_eq!(share(true, executed), sliced, "{executed}");
        }
        assert_eq!(rule(true).share(Money::ZERO, Money::ZERO), None);
    }

    proptest! {
        #[test]
        fn the_parts_add_up(budget in 1i64..1_000_000_000, executed in 0i64..2_000_000_000, by_slice: bool) {
            let (budget, executed) = (Money::from_fen(budget), Money::from_fen(executed));
            let shared = rule(by_slice).share(budget, executed).unwrap();
            prop_assert_eq!(shared.hospital.fen() + shared.fund.fen(), shared.difference.fen());
            prop_assert_eq!(shared.settled.fen(), executed.fen() + shared.hospital.fen());
        }
    }
}
