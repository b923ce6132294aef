//! What a change of the method would have done to past cases, and what the method would
//! pay against what was paid: sums by hospital, group, level and fund.
//!
//! Sums are whole fen. A case counts on both sides or on none: where one side has no
//! price it is left out, with its cost and the reason, so that the difference of every
//! line is that of the same cases, and lines of one dimension add up to the total.
//!
//! Basis: the rules of payment by DRG and DIP of 2024–2025 ask for negotiation with the
//! hospitals over a change, on the data of past years. How it is computed is our own.

mod comparison;

use std::collections::BTreeMap;

use chs_model::Money;
use rust_decimal::Decimal;

use crate::{Estimate, formula};

pub use comparison::{Comparison, Dimension, Key, Keys};

/// What stands on the near side of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The parameters in force: proposed less present.
    Present,
    /// What was paid: the method (the proposed one where there is one) less paid.
    Paid,
}

impl Against {
    /// `present`, `paid`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Against::Present => "present",
            Against::Paid => "paid",
        }
    }
}

/// A case under one set of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priced {
    /// What it is paid.
    pub pay: Money,
    /// Its points, or its weight where the method has no points.
    pub units: Decimal,
    /// Whether it is paid the same whatever the rate or a point is worth.
    pub fixed: bool,
}

impl Priced {
    /// From an estimate; `weight` is that of the case's group, for methods without points.
    #[must_use]
    pub fn of(estimate: &Estimate, weight: Option<Decimal>) -> Priced {
        let by_weight = estimate.method == "drg_rate";
        let fixed = match estimate.points {
            Some(_) => false,
            None => {
                !matches!(estimate.method, "drg_rate" | "per_diem")
                    || matches!(estimate.settle, "actual_cost" | "share_of_cost")
            }
        };
        let units = match estimate.points {
            None if by_weight => weight,
            points => points,
        };
        Priced {
            pay: estimate.pay_std,
            units: units.unwrap_or_default(),
            fixed,
        }
    }
}

/// A case with what it cost, was paid, and is paid under the parameters compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// Its cost.
    pub cost: Money,
    /// What was paid, where that is known.
    pub paid: Option<Money>,
    /// Under the parameters in force.
    pub present: Priced,
    /// Under the proposed ones, where there are any.
    pub proposed: Option<Priced>,
}

impl Compared {
    /// Both sides of the difference; `None` for a payment that is not known.
    fn sides(&self, against: Against) -> Option<(Money, Money)> {
        let after = self.proposed.unwrap_or(self.present).pay;
        let before = match against {
            Against::Present => self.present.pay,
            Against::Paid => self.paid?,
        };
        Some((before, after))
    }
}

/// Sums over cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Cases compared.
    pub cases: u64,
    /// Cases left out, as one side has no price.
    pub left_out: u64,
    /// Cost of the cases left out.
    pub left_out_cost: Money,
    /// Cost of the cases compared.
    pub cost: Money,
    /// What was paid, as far as it is known.
    pub paid: Money,
    /// Cases of which it is known.
    pub paid_cases: u64,
    /// Under the parameters in force.
    pub present: Money,
    /// Under the proposed ones; nothing where there are none.
    pub proposed: Money,
    /// Points or weights under the parameters in force.
    pub present_units: Decimal,
    /// Points or weights under the proposed ones.
    pub proposed_units: Decimal,
    /// The near side of the difference.
    pub before: Money,
    /// The far side.
    pub after: Money,
    /// Part of the far side that does not move with the rate or the value of a point.
    pub after_fixed: Money,
    /// Cases with more after than before.
    pub gained: u64,
    /// Cases with less.
    pub lost: u64,
}

/// A sum beyond what is held exactly, or a case without a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ComparisonError {
    /// Beyond what is held.
    #[error("合计超出可精确表示的范围 / a sum cannot be held exactly")]
    OutOfRange,
    /// What was paid is asked for and not known.
    #[error("病例没有实际支付额 / a case without what was paid")]
    NotPaid,
}

impl Sums {
    /// Adds a case.
    ///
    /// # Errors
    /// A sum that cannot be held; what was paid is not known.
    pub fn add(&mut self, case: &Compared, against: Against) -> Result<(), ComparisonError> {
        let (before, after) = case.sides(against).ok_or(ComparisonError::NotPaid)?;
        let far = case.proposed.unwrap_or(case.present);
        let proposed = case.proposed.as_ref();
        let one = Sums {
            cases: 1,
            cost: case.cost,
            paid: case.paid.unwrap_or_default(),
            paid_cases: u64::from(case.paid.is_some()),
            present: case.present.pay,
            proposed: proposed.map_or(Money::ZERO, |priced| priced.pay),
            present_units: case.present.units,
            proposed_units: proposed.map_or(Decimal::ZERO, |priced| priced.units),
            before,
            after,
            after_fixed: if far.fixed { far.pay } else { Money::ZERO },
            gained: u64::from(after > before),
            lost: u64::from(after < before),
            ..Sums::default()
        };
        self.plus(&one)
    }

    /// Counts a case that has no price on one side.
    ///
    /// # Errors
    /// A sum that cannot be held.
    pub fn leave_out(&mut self, cost: Money) -> Result<(), ComparisonError> {
        self.plus(&Sums {
            left_out: 1,
            left_out_cost: cost,
            ..Sums::default()
        })
    }

    /// Adds other sums.
    ///
    /// # Errors
    /// A sum that cannot be held.
    pub fn plus(&mut self, other: &Sums) -> Result<(), ComparisonError> {
        let sum = self.sum(other).ok_or(ComparisonError::OutOfRange)?;
        *self = sum;
        Ok(())
    }

    fn sum(&self, other: &Sums) -> Option<Sums> {
        let money = |of: fn(&Sums) -> Money| of(self).checked_add(of(other)).ok();
        let count = |of: fn(&Sums) -> u64| of(self).checked_add(of(other));
        let units = |of: fn(&Sums) -> Decimal| of(self).checked_add(of(other));
        Some(Sums {
            cases: count(|sums| sums.cases)?,
            left_out: count(|sums| sums.left_out)?,
            left_out_cost: money(|sums| sums.left_out_cost)?,
            cost: money(|sums| sums.cost)?,
            paid: money(|sums| sums.paid)?,
            paid_cases: count(|sums| sums.paid_cases)?,
            present: money(|sums| sums.present)?,
            proposed: money(|sums| sums.proposed)?,
            present_units: units(|sums| sums.present_units)?,
            proposed_units: units(|sums| sums.proposed_units)?,
            before: money(|sums| sums.before)?,
            after: money(|sums| sums.after)?,
            after_fixed: money(|sums| sums.after_fixed)?,
            gained: count(|sums| sums.gained)?,
            lost: count(|sums| sums.lost)?,
        })
    }

    /// After less before; `None` when it cannot be held.
    #[must_use]
    pub fn difference(&self) -> Option<Money> {
        self.after.checked_sub(self.before).ok()
    }

    /// The difference in percent of what stood before, two decimals; `None` where that is
    /// nothing.
    #[must_use]
    pub fn percent(&self) -> Option<Decimal> {
        formula::percent(self.difference()?, self.before, 2)
    }
}

/// Cases left out, by the reason's code: how many and their cost.
pub type LeftOut = BTreeMap<String, Sums>;
