//! The lines of one calculation; its summands add up to the payment.

use chs_model::Money;

use crate::fraction::Fraction;
use crate::{Term, Unit};

/// A line's name in Chinese and English.
pub(crate) type Name = (&'static str, &'static str);

pub(crate) const STANDARD: Name = ("病组支付标准", "standard of the group");
pub(crate) const ACTUAL_COST: Name = ("据实支付", "paid at actual cost");
pub(crate) const TOTAL_COST: Name = ("医疗费总额", "total cost");
pub(crate) const LOW_LIMIT: Name = ("低倍率界限", "low limit");
pub(crate) const HIGH_LIMIT: Name = ("高倍率界限", "high limit");
pub(crate) const EXTREME_LIMIT: Name = ("极高倍率界限", "limit of extreme cases");
pub(crate) const COEFFICIENT: Name = ("机构系数", "institution coefficient");
pub(crate) const CAPPED: Name = ("封顶支付", "paid up to the cap");
pub(crate) const EXCESS: Name = ("超出界限部分", "excess over the limit");
pub(crate) const SHARE: Name = ("超出部分支付比例", "share of the excess");

/// Notes and summands in the order they came up. `None` from a method means that a
/// value is beyond what a decimal holds.
pub(crate) struct Ledger {
    terms: Vec<Term>,
    total: Fraction,
}

impl Ledger {
    pub(crate) fn new() -> Ledger {
        // Twelve lines of the longest calculation and the rounding line.
        Ledger {
            terms: Vec::with_capacity(14),
            total: Fraction::zero(),
        }
    }

    /// A line that explains and does not count.
    pub(crate) fn note(
        &mut self,
        name: Name,
        value: impl Into<Fraction>,
        unit: Unit,
    ) -> Option<()> {
        self.push(name, &value.into(), unit, false)
    }

    /// A line that counts, in yuan.
    pub(crate) fn add(&mut self, name: Name, yuan: impl Into<Fraction>) -> Option<()> {
        let yuan = yuan.into();
        self.total = self.total.plus(yuan.clone());
        self.push(name, &yuan, Unit::Yuan, true)
    }

    fn push(&mut self, name: Name, value: &Fraction, unit: Unit, summand: bool) -> Option<()> {
        let (name, name_en) = name;
        self.terms.push(Term {
            name,
            name_en,
            value: value.shown()?,
            unit,
            summand,
        });
        Some(())
    }

    /// The sum of the summands in fen.
    pub(crate) fn close(self) -> Option<(Money, Vec<Term>)> {
        let payment = self.total.to_money()?;
        self.close_at(payment)
    }

    /// Closes at an amount that was rounded elsewhere; what rounding changed stands
    /// on a line of its own.
    pub(crate) fn close_at(mut self, payment: Money) -> Option<(Money, Vec<Term>)> {
        let shown = self
            .terms
            .iter()
            .filter(|term| term.summand)
            .fold(Fraction::zero(), |sum, term| sum.plus(term.value));
        let residue = Fraction::from(payment).minus(shown);
        if !residue.is_zero() {
            self.push(("取整", "rounding"), &residue, Unit::Yuan, true)?;
        }
        Some((payment, self.terms))
    }
}
