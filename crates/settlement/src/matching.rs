//! Two sides' settlements compared: in total (对总账) and record by record (对明细账),
//! tolerance 0 fen.
//!
//! Neither side is right by itself. Here the centre's records are `ours` and the
//! institution's `theirs`; swapping them mirrors every kind of difference.

use std::{cmp::Ordering, collections::VecDeque, iter::Peekable, vec::IntoIter};

use chs_model::Money;

#[cfg(test)]
mod tests;

/// Sums went beyond what an amount holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("合计超出金额范围 / a sum is out of range")]
pub struct OutOfRange;

/// The amounts that both sides state of a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amounts {
    /// medfee_sumamt.
    pub total: Money,
    /// fund_pay_sumamt.
    pub fund: Money,
    /// acct_pay.
    pub account: Money,
}

impl Amounts {
    fn each(
        self,
        other: Amounts,
        work: impl Fn(Money, Money) -> Option<Money>,
    ) -> Result<Amounts, OutOfRange> {
        let both = |one, two| work(one, two).ok_or(OutOfRange);
        Ok(Amounts {
            total: both(self.total, other.total)?,
            fund: both(self.fund, other.fund)?,
            account: both(self.account, other.account)?,
        })
    }

    /// Sum, amount by amount.
    ///
    /// # Errors
    /// [`OutOfRange`].
    pub fn plus(self, other: Amounts) -> Result<Amounts, OutOfRange> {
        self.each(other, |one, two| one.checked_add(two).ok())
    }

    /// Difference, amount by amount.
    ///
    /// # Errors
    /// [`OutOfRange`].
    pub fn minus(self, other: Amounts) -> Result<Amounts, OutOfRange> {
        self.each(other, |one, two| one.checked_sub(two).ok())
    }
}

/// How many settlements, and their amounts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Number of settlements; the difference of two sums may be negative.
    pub count: i64,
    /// Their amounts.
    pub amounts: Amounts,
}

/// What the comparison of two totals says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Equal to the fen.
    Equal,
    /// Nothing of ours is less, and something is more.
    OursMore,
    /// Nothing of theirs is less, and something is more.
    TheirsMore,
    /// Ours is more in one respect and theirs in another.
    Mixed,
}

impl Sums {
    /// With one settlement more.
    ///
    /// # Errors
    /// [`OutOfRange`].
    pub fn with(self, amounts: Amounts) -> Result<Sums, OutOfRange> {
        self.plus(Sums { count: 1, amounts })
    }

    /// Sum of two sums.
    ///
    /// # Errors
    /// [`OutOfRange`].
    pub fn plus(self, other: Sums) -> Result<Sums, OutOfRange> {
        Ok(Sums {
            count: self.count.checked_add(other.count).ok_or(OutOfRange)?,
            amounts: self.amounts.plus(other.amounts)?,
        })
    }

    /// Difference of two sums.
    ///
    /// # Errors
    /// [`OutOfRange`].
    pub fn minus(self, other: Sums) -> Result<Sums, OutOfRange> {
        Ok(Sums {
            count: self.count.checked_sub(other.count).ok_or(OutOfRange)?,
            amounts: self.amounts.minus(other.amounts)?,
        })
    }

    /// Compares our sums with theirs.
    #[must_use]
    pub fn against(&self, theirs: &Sums) -> Verdict {
        let respects = [
            self.count.cmp(&theirs.count),
            self.amounts.total.cmp(&theirs.amounts.total),
            self.amounts.fund.cmp(&theirs.amounts.fund),
            self.amounts.account.cmp(&theirs.amounts.account),
        ];
        let ours = respects.contains(&Ordering::Greater);
        let theirs = respects.contains(&Ordering::Less);
        match (ours, theirs) {
            (false, false) => Verdict::Equal,
            (true, false) => Verdict::OursMore,
            (false, true) => Verdict::TheirsMore,
            (true, true) => Verdict::Mixed,
        }
    }
}

/// One settlement of a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<K, T> {
    /// What both sides know it by.
    pub key: K,
    /// Its amounts.
    pub amounts: Amounts,
    /// What else the side knows of it; not compared.
    pub of: T,
}

/// A difference between the sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference<K, A, B> {
    /// Ours knows it, theirs does not.
    OnlyOurs(Record<K, A>),
    /// Theirs knows it, ours does not.
    OnlyTheirs(Record<K, B>),
    /// Both know it, with other amounts.
    Amounts {
        /// As we have it.
        ours: Record<K, A>,
        /// As they have it.
        theirs: Record<K, B>,
    },
}

/// Differences by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Records that only our side has.
    pub only_ours: Sums,
    /// Records that only their side has.
    pub only_theirs: Sums,
    /// Records of both sides with other amounts: how many, and ours less theirs.
    pub unequal: Sums,
}

impl Tally {
    /// With one difference more.
    ///
    /// # Errors
    /// [`OutOfRange`].
    pub fn with<K, A, B>(self, difference: &Difference<K, A, B>) -> Result<Tally, OutOfRange> {
        let mut tally = self;
        match difference {
            Difference::OnlyOurs(record) => {
                tally.only_ours = tally.only_ours.with(record.amounts)?;
            }
            Difference::OnlyTheirs(record) => {
                tally.only_theirs = tally.only_theirs.with(record.amounts)?;
            }
            Difference::Amounts { ours, theirs } => {
                tally.unequal = tally.unequal.with(ours.amounts.minus(theirs.amounts)?)?;
            }
        }
        Ok(tally)
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.only_ours.count == 0 && self.only_theirs.count == 0 && self.unequal.count == 0
    }

    /// Our sums less theirs, as the differences make them.
    ///
    /// # Errors
    /// [`OutOfRange`].
    pub fn net(&self) -> Result<Sums, OutOfRange> {
        let unequal = Sums {
            count: 0,
            ..self.unequal
        };
        self.only_ours.minus(self.only_theirs)?.plus(unequal)
    }
}

/// The differences of two sides, in the order of their keys. Each side is sorted once and
/// walked once; beside the two sides only the records of one key are held.
///
/// A key may stand several times on a side (a refund, a settlement sent twice). Of its
/// records those with the same amounts are matched first, the others in the order of their
/// amounts, and what is left then has no counterpart.
#[must_use]
pub fn differences<K: Ord, A, B>(
    mut ours: Vec<Record<K, A>>,
    mut theirs: Vec<Record<K, B>>,
) -> Differences<K, A, B> {
    sort(&mut ours);
    sort(&mut theirs);
    Differences {
        ours: ours.into_iter().peekable(),
        theirs: theirs.into_iter().peekable(),
        found: VecDeque::new(),
    }
}

fn sort<K: Ord, T>(records: &mut [Record<K, T>]) {
    records.sort_by(|one, two| (&one.key, one.amounts).cmp(&(&two.key, two.amounts)));
}

/// Iterator of [`differences`].
#[derive(Debug)]
pub struct Differences<K, A, B> {
    ours: Peekable<IntoIter<Record<K, A>>>,
    theirs: Peekable<IntoIter<Record<K, B>>>,
    /// Differences of the key at hand.
    found: VecDeque<Difference<K, A, B>>,
}

impl<K: Ord, A, B> Iterator for Differences<K, A, B> {
    type Item = Difference<K, A, B>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(difference) = self.found.pop_front() {
                return Some(difference);
            }
            let order = match (self.ours.peek(), self.theirs.peek()) {
                (Some(ours), Some(theirs)) => ours.key.cmp(&theirs.key),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return None,
            };
            match order {
                Ordering::Less => return self.ours.next().map(Difference::OnlyOurs),
                Ordering::Greater => return self.theirs.next().map(Difference::OnlyTheirs),
                Ordering::Equal => {
                    let (ours, theirs) = (run(&mut self.ours), run(&mut self.theirs));
                    pair(ours, theirs, &mut self.found);
                }
            }
        }
    }
}

/// The records of the next key.
fn run<K: Ord, T>(side: &mut Peekable<IntoIter<Record<K, T>>>) -> Vec<Record<K, T>> {
    let mut run: Vec<Record<K, T>> = side.next().into_iter().collect();
    while let Some(next) =
        side.next_if(|next| run.first().is_some_and(|first| first.key == next.key))
    {
        run.push(next);
    }
    run
}

/// Pairs the records of one key, both in the order of their amounts.
fn pair<K, A, B>(
    ours: Vec<Record<K, A>>,
    theirs: Vec<Record<K, B>>,
    found: &mut VecDeque<Difference<K, A, B>>,
) {
    let (mut ours, mut theirs) = (ours.into_iter().peekable(), theirs.into_iter().peekable());
    let (mut left, mut right) = (Vec::new(), Vec::new());
    while let (Some(one), Some(two)) = (ours.peek(), theirs.peek()) {
        match one.amounts.cmp(&two.amounts) {
            Ordering::Less => left.extend(ours.next()),
            Ordering::Greater => right.extend(theirs.next()),
            Ordering::Equal => {
                ours.next();
                theirs.next();
            }
        }
    }
    left.extend(ours);
    right.extend(theirs);
    let mut right = right.into_iter();
    for ours in left {
        found.push_back(match right.next() {
            Some(theirs) => Difference::Amounts { ours, theirs },
            None => Difference::OnlyOurs(ours),
        });
    }
    found.extend(right.map(Difference::OnlyTheirs));
}
