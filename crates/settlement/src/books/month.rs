//! The month: what a point is worth, and every line of the bills.
//!
//! Two passes over the cases, neither of which keeps them: [`Survey`] sums the points of
//! each pool, [`MonthBills`] pays every case at the pool's value. A pool is the fund of
//! one insurance type; employees' and residents' money never mix.
//!
//! In each pool, to the fen:
//! budget + others' share = Σ payable + residue, and a hospital's, a department's and a
//! group's payable are sums of the payable of their cases.

use std::collections::BTreeMap;

use chs_model::Money;
use rust_decimal::Decimal;

use super::{BookError, Points, held};
use crate::formula::point_value;

/// What pricing left of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// Points, worth what the month makes of them.
    Points(Points),
    /// An amount that is fixed whatever a point is worth.
    Amount(Money),
}

/// Whose line a case belongs to. The numbers are the caller's; it keeps the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    /// Insurance type, such as 310: the pool.
    pub insutype: u16,
    /// District or county.
    pub district: u32,
    /// Institution.
    pub hospital: u32,
    /// Department in the institution.
    pub department: u32,
    /// Group.
    pub group: u32,
}

/// One frozen case of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookedCase {
    /// Its line.
    pub key: LineKey,
    /// What pricing left of it.
    pub settlement: Settlement,
    /// Total cost.
    pub cost: Money,
    /// What the patient and other payers paid of it.
    pub others: Money,
}

/// Sums of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    /// Cases.
    pub cases: u64,
    /// Points.
    pub points: Points,
    /// Amounts that are fixed whatever a point is worth; part of `payable`.
    pub fixed: Money,
    /// Total cost.
    pub cost: Money,
    /// Paid by patients and other payers; part of `payable`.
    pub others: Money,
    /// What the cases are worth.
    pub payable: Money,
}

impl Line {
    /// The fund's part: payable less others.
    ///
    /// # Errors
    /// Out of range.
    pub fn fund(&self) -> Result<Money, BookError> {
        held(self.payable.checked_sub(self.others).ok())
    }

    /// Counts a case in; what it is worth stays open.
    ///
    /// # Errors
    /// Out of range.
    pub fn count(&mut self, case: &BookedCase) -> Result<(), BookError> {
        self.add(&line_of(case, Money::ZERO))
    }

    pub(super) fn add(&mut self, other: &Line) -> Result<(), BookError> {
        let sum = |a: Money, b: Money| held(a.checked_add(b).ok());
        self.cases += other.cases;
        self.points = held(self.points.checked_add(other.points))?;
        self.fixed = sum(self.fixed, other.fixed)?;
        self.cost = sum(self.cost, other.cost)?;
        self.others = sum(self.others, other.others)?;
        self.payable = sum(self.payable, other.payable)?;
        Ok(())
    }
}

fn line_of(case: &BookedCase, payable: Money) -> Line {
    let (points, fixed) = match case.settlement {
        Settlement::Points(points) => (points, Money::ZERO),
        Settlement::Amount(amount) => (Points::ZERO, amount),
    };
    Line {
        cases: 1,
        points,
        fixed,
        cost: case.cost,
        others: case.others,
        payable,
    }
}

/// First pass: points of each pool. `payable` stays zero.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    pools: BTreeMap<u16, Line>,
}

impl Survey {
    /// Counts a case in.
    ///
    /// # Errors
    /// Out of range.
    pub fn add(&mut self, case: &BookedCase) -> Result<(), BookError> {
        self.pools.entry(case.key.insutype).or_default().count(case)
    }

    /// Pools with their sums.
    pub fn pools(&self) -> impl Iterator<Item = (u16, &Line)> {
        self.pools.iter().map(|(pool, line)| (*pool, line))
    }

    /// What a point of each pool is worth, with so many decimals: (budget + others'
    /// share − fixed amounts) ÷ points. A pool without points has no value.
    ///
    /// # Errors
    /// Out of range.
    pub fn values(
        &self,
        budgets: &BTreeMap<u16, Money>,
        decimals: u32,
    ) -> Result<BTreeMap<u16, Decimal>, BookError> {
        let mut values = BTreeMap::new();
        for (pool, line) in &self.pools {
            let budget = budgets.get(pool).copied().unwrap_or(Money::ZERO);
            let fund = budget.checked_add(line.others);
            let fund = held(fund.and_then(|fund| fund.checked_sub(line.fixed)).ok())?;
            if let Some(value) = point_value(fund, line.points.to_decimal(), decimals) {
                values.insert(*pool, value);
            }
        }
        Ok(values)
    }
}

/// Second pass: pays every case.
#[derive(Debug, Clone)]
pub struct MonthBills {
    values: BTreeMap<u16, Decimal>,
    lines: BTreeMap<LineKey, Line>,
}

impl MonthBills {
    /// Bills at these values of a point.
    #[must_use]
    pub fn new(values: BTreeMap<u16, Decimal>) -> MonthBills {
        MonthBills {
            values,
            lines: BTreeMap::new(),
        }
    }

    /// Pays a case and counts it in; what it is worth, in fen.
    ///
    /// # Errors
    /// No value for the pool, or out of range.
    pub fn add(&mut self, case: &BookedCase) -> Result<Money, BookError> {
        let payable = match case.settlement {
            Settlement::Amount(amount) => amount,
            Settlement::Points(points) => {
                let pool = case.key.insutype;
                let value = self.values.get(&pool).ok_or(BookError::NoValue(pool))?;
                held(points.paid_at(*value))?
            }
        };
        let line = self.lines.entry(case.key).or_default();
        line.add(&line_of(case, payable))?;
        Ok(payable)
    }

    /// Closes the bills against the budgets.
    ///
    /// # Errors
    /// Out of range.
    pub fn close(self, budgets: &BTreeMap<u16, Money>) -> Result<BillBook, BookError> {
        let mut pools: BTreeMap<u16, Line> = BTreeMap::new();
        for (key, line) in &self.lines {
            pools.entry(key.insutype).or_default().add(line)?;
        }
        for pool in budgets.keys() {
            pools.entry(*pool).or_default();
        }
        let pools = pools.into_iter().map(|(insutype, line)| {
            let budget = budgets.get(&insutype).copied().unwrap_or(Money::ZERO);
            let residue = held(budget.checked_sub(line.fund()?).ok())?;
            Ok(PoolLine {
                insutype,
                value: self.values.get(&insutype).copied(),
                budget,
                line,
                residue,
            })
        });
        Ok(BillBook {
            pools: pools.collect::<Result<_, BookError>>()?,
            lines: self.lines,
        })
    }
}

/// The pool of an insurance type: budget = fund's part of its line + residue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolLine {
    /// Insurance type.
    pub insutype: u16,
    /// Value of a point.
    pub value: Option<Decimal>,
    /// Budget of the month.
    pub budget: Money,
    /// Sums of its cases.
    pub line: Line,
    /// What rounding left over; negative when it took more. Never spread.
    pub residue: Money,
}

/// The closed month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillBook {
    /// Pools by insurance type.
    pub pools: Vec<PoolLine>,
    lines: BTreeMap<LineKey, Line>,
}

impl BillBook {
    /// The finest lines, in the order of their keys.
    pub fn lines(&self) -> impl Iterator<Item = (&LineKey, &Line)> {
        self.lines.iter()
    }

    /// Lines summed by whatever of the key, such as `|key| (key.insutype, key.hospital)`.
    ///
    /// # Errors
    /// Out of range.
    pub fn by<K: Ord>(&self, part: impl Fn(&LineKey) -> K) -> Result<BTreeMap<K, Line>, BookError> {
        let mut sums: BTreeMap<K, Line> = BTreeMap::new();
        for (key, line) in &self.lines {
            sums.entry(part(key)).or_default().add(line)?;
        }
        Ok(sums)
    }
}
