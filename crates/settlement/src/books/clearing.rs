//! The year: pre-clearing and clearing of one fund.
//!
//! For every hospital: due = Σ points × value of the year + fixed amounts − what others
//! paid; then incentive or penalty, assessment, violations, special cases, TCM and new
//! technology; transfer = final − advances − monthly payments. Over the fund, to the fen:
//! budget = reserve + Σ due + residue, and the pool of adjustments stands beside it:
//! budget − reserve = Σ final + kept by the fund.
//!
//! Hospitals are read one by one and a cleared hospital is handed on at once, so that
//! memory holds sums only.

use chs_model::Money;
use rust_decimal::Decimal;

use super::{BookError, Line, Shared, SharingRule, held};
use crate::formula::point_value;
use crate::fraction::Fraction;

/// Whether the budget is still provisional.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClearingStage {
    /// 预清算: a forecast on the provisional budget; no money moves.
    PreClearing,
    /// 清算: the final budget.
    Clearing,
}

impl ClearingStage {
    /// Its name in messages and records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ClearingStage::PreClearing => "PRE_CLEARING",
            ClearingStage::Clearing => "CLEARING",
        }
    }

    /// From its name; `None` for another text.
    #[must_use]
    pub fn from_name(name: &str) -> Option<ClearingStage> {
        [ClearingStage::PreClearing, ClearingStage::Clearing]
            .into_iter()
            .find(|stage| stage.as_str() == name)
    }
}

/// What the assessment does with the deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assessment {
    /// Score from which all of the deposit is released, greater than 0.
    pub threshold: Decimal,
}

impl Assessment {
    /// What is released of a deposit: all from the threshold on, below it in proportion
    /// to score ÷ threshold.
    ///
    /// # Errors
    /// A threshold or score below zero, or out of range.
    pub fn released(&self, deposit: Money, score: Decimal) -> Result<Money, BookError> {
        if self.threshold <= Decimal::ZERO || score < Decimal::ZERO {
            return Err(BookError::BadShare);
        }
        if score >= self.threshold {
            return Ok(deposit);
        }
        let part = Fraction::from(deposit).times(score).over(self.threshold);
        held(part.and_then(|part| part.to_money()))
    }
}

/// Rules of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClearingRules {
    /// Pre-clearing or clearing.
    pub stage: ClearingStage,
    /// The fund's budget of the year for local cases.
    pub budget: Money,
    /// Kept in reserve.
    pub reserve: Money,
    /// Decimals of the value of a point.
    pub value_decimals: u32,
    /// Incentive and penalty bands on due ÷ what the services cost the fund by item.
    pub sharing: Option<SharingRule>,
    /// Assessment; without one the whole deposit is released.
    pub assessment: Option<Assessment>,
}

/// Adjustments of one hospital, each but violations positive in favour of the hospital.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Adjustments {
    /// Special cases bound to the year.
    pub special: Money,
    /// TCM incentive.
    pub tcm: Money,
    /// New technology.
    pub new_technology: Money,
    /// Corrections of its frozen months.
    pub differences: Money,
    /// Violations; positive here and deducted.
    pub violations: Money,
}

/// One hospital's year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HospitalYear {
    /// The caller's number of the hospital.
    pub hospital: u32,
    /// Sums of its cases; `payable` is what they are worth at the value of the year.
    pub line: Line,
    /// What the fund would have paid by item.
    pub by_item: Money,
    /// Advances paid.
    pub advances: Money,
    /// Monthly payments made.
    pub paid: Money,
    /// Deposit kept; booked, never paid.
    pub deposit: Money,
    /// Assessment score.
    pub score: Decimal,
    /// Its adjustments.
    pub adjustments: Adjustments,
}

/// A cleared hospital: final = due + incentive − withheld + adjustments, transfer =
/// final − advances − paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClearedHospital {
    /// The hospital.
    pub hospital: u32,
    /// Points at the value of the year and fixed amounts, less what others paid.
    pub due: Money,
    /// Its part of a surplus (negative: given back) or overspend (positive: made up).
    pub incentive: Money,
    /// Not released of the deposit.
    pub withheld: Money,
    /// Sum of the adjustments.
    pub adjusted: Money,
    /// What the year comes to.
    pub final_amount: Money,
    /// To be transferred; negative is recovered.
    pub transfer: Money,
}

/// The cleared fund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleared {
    /// Value of a point; `None` without points.
    pub value: Option<Decimal>,
    /// Σ due.
    pub due: Money,
    /// Σ final.
    pub final_amount: Money,
    /// Σ transfer.
    pub transfer: Money,
    /// budget − reserve − Σ due: what rounding left over.
    pub residue: Money,
    /// budget − reserve − Σ final: residue, incentives and adjustments together.
    pub kept: Money,
}

impl ClearingRules {
    /// Value of a point of the year, from the sums of all hospitals: (budget − reserve +
    /// others' share − fixed amounts) ÷ points. `None` where no case has points.
    ///
    /// # Errors
    /// Points without a value (a fund of zero or less), or out of range.
    pub fn value(&self, sum: &Line) -> Result<Option<Decimal>, BookError> {
        let fund = self
            .budget
            .checked_sub(self.reserve)
            .and_then(|fund| fund.checked_add(sum.others))
            .and_then(|fund| fund.checked_sub(sum.fixed));
        let points = sum.points.to_decimal();
        let value = point_value(held(fund.ok())?, points, self.value_decimals);
        match value {
            None if sum.points.ten_thousandths() != 0 => Err(BookError::NoValue(0)),
            value => Ok(value),
        }
    }
}

/// Clears a fund whose hospitals are paid points × value of the year, rounded once each
/// (`payable` of their lines is not read). `hospitals` is read twice and has to give the
/// same hospitals both times; each cleared hospital is handed to `hand_on`.
///
/// # Errors
/// Points without a value (a fund of zero or less), a bad rule, or out of range.
pub fn clear<I: IntoIterator<Item = HospitalYear>>(
    rules: &ClearingRules,
    hospitals: impl Fn() -> I,
    mut hand_on: impl FnMut(ClearedHospital),
) -> Result<Cleared, BookError> {
    let mut sum = Line::default();
    for year in hospitals() {
        sum.add(&year.line)?;
    }
    let value = rules.value(&sum)?;
    let worth = |line: &Line| {
        let paid = value.map_or(Some(Money::ZERO), |value| line.points.paid_at(value));
        held(held(paid)?.checked_add(line.fixed).ok())
    };
    let (mut due, mut final_amount, mut transfer) = (Money::ZERO, Money::ZERO, Money::ZERO);
    for mut year in hospitals() {
        year.line.payable = worth(&year.line)?;
        let cleared = rules.clear(&year)?;
        due = held(due.checked_add(cleared.due).ok())?;
        final_amount = held(final_amount.checked_add(cleared.final_amount).ok())?;
        transfer = held(transfer.checked_add(cleared.transfer).ok())?;
        hand_on(cleared);
    }
    let fund = held(rules.budget.checked_sub(rules.reserve).ok())?;
    Ok(Cleared {
        value,
        due,
        final_amount,
        transfer,
        residue: held(fund.checked_sub(due).ok())?,
        kept: held(fund.checked_sub(final_amount).ok())?,
    })
}

impl ClearingRules {
    /// Clears one hospital, its cases worth `line.payable`.
    ///
    /// # Errors
    /// A bad rule, or out of range.
    pub fn clear(&self, year: &HospitalYear) -> Result<ClearedHospital, BookError> {
        let add = |a: Money, b: Money| held(a.checked_add(b).ok());
        let less = |a: Money, b: Money| held(a.checked_sub(b).ok());
        let due = year.line.fund()?;
        let incentive = match &self.sharing {
            // due is the hospital's budget, the services by item what it executed.
            Some(sharing) if due > Money::ZERO => {
                let Shared { settled, .. } = held(sharing.share(due, year.by_item))?;
                less(settled, due)?
            }
            _ => Money::ZERO,
        };
        let withheld = match &self.assessment {
            Some(assessment) => less(year.deposit, assessment.released(year.deposit, year.score)?)?,
            None => Money::ZERO,
        };
        let adjusted = year.adjustments.sum()?;
        let final_amount = add(less(add(due, incentive)?, withheld)?, adjusted)?;
        let transfer = less(less(final_amount, year.advances)?, year.paid)?;
        Ok(ClearedHospital {
            hospital: year.hospital,
            due,
            incentive,
            withheld,
            adjusted,
            final_amount,
            transfer,
        })
    }
}

impl Adjustments {
    fn sum(&self) -> Result<Money, BookError> {
        let sum = self
            .special
            .checked_add(self.tcm)
            .and_then(|sum| sum.checked_add(self.new_technology))
            .and_then(|sum| sum.checked_add(self.differences))
            .and_then(|sum| sum.checked_sub(self.violations));
        held(sum.ok())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::books::Points;

    fn year(hospital: u32, points: i64) -> HospitalYear {
        HospitalYear {
            hospital,
            line: Line {
                points: Points::from_ten_thousandths(points),
                ..Line::default()
            },
            by_item: Money::ZERO,
            advances: Money::ZERO,
            paid: Money::ZERO,
            deposit: Money::ZERO,
            score: Decimal::ONE_HUNDRED,
            adjustments: Adjustments::default(),
        }
    }

    fn rules(budget: i64) -> ClearingRules {
        ClearingRules {
            stage: ClearingStage::Clearing,
            budget: Money::from_fen(budget),
            reserve: Money::from_fen(budget / 20),
            value_decimals: 4,
            sharing: None,
            assessment: Some(Assessment {
                threshold: Decimal::from(80),
            }),
        }
    }

    #[test]
    fn every_adjustment_has_its_place() {
        let mut one = year(1, 30_000);
        one.advances = Money::from_fen(100);
        one.paid = Money::from_fen(200);
        one.deposit = Money::from_fen(100);
        one.score = Decimal::from(60);
        one.adjustments = Adjustments {
            special: Money::from_fen(7),
            tcm: Money::from_fen(5),
            new_technology: Money::from_fen(3),
            differences: Money::from_fen(-2),
            violations: Money::from_fen(40),
        };
        let years = [one, year(2, 10_000)];
        let mut cleared = Vec::new();
        let fund = clear(&rules(1_000), || years, |hospital| cleared.push(hospital)).unwrap();
        // 9.50 yuan over 4 points = 2.375; 3 points 7.125 → 7.13, 1 point 2.375 → 2.38.
        assert_eq!(fund.value, Some(Decimal::new(23_750, 4)));
        assert_eq!(cleared[0].due.fen(), 713);
        assert_eq!(cleared[0].withheld.fen(), 25);
        assert_eq!(cleared[0].final_amount.fen(), 713 - 25 + 13 - 40);
        assert_eq!(cleared[0].transfer.fen(), 661 - 300);
        assert_eq!(cleared[1].transfer.fen(), 238);
        assert_eq!((fund.due.fen(), fund.residue.fen()), (951, -1));
        assert_eq!(fund.kept.fen(), 950 - fund.final_amount.fen());
    }

    #[test]
    fn a_surplus_is_shared_and_an_overspend_borne() {
        let mut rules = rules(100_000);
        rules.sharing = Some(SharingRule::flat(Decimal::new(85, 2)));
        let incentive = |by_item| {
            let mut one = year(1, 10_000);
            one.by_item = Money::from_fen(by_item);
            let mut cleared = Vec::new();
            clear(&rules, || [one], |hospital| cleared.push(hospital)).unwrap();
            cleared[0].incentive.fen()
        };
        // due 950.00: of 150.00 saved 85 % is kept, so 22.50 goes back; of 100.00 overspent
        // 85 % is borne, so 15.00 is made up.
        assert_eq!(incentive(80_000), -2_250);
        assert_eq!(incentive(105_000), 1_500);
        assert_eq!(incentive(95_000), 0);
    }

    #[test]
    fn points_without_a_fund_are_refused() {
        let refused = clear(&rules(0), || [year(1, 1)], |_| ());
        assert_eq!(refused, Err(BookError::NoValue(0)));
    }
}
