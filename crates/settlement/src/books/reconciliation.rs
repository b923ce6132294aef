//! Reconciliation of monthly batches (对账), tolerance 0 fen.

use std::collections::BTreeSet;

use chs_model::Money;
use rust_decimal::Decimal;

use crate::formula::percent;

/// One batch as the hospital's and the insurer's ledgers state it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its key; unique in a reconciliation.
    pub key: String,
    /// What the hospital declared.
    pub declared: Money,
    /// Share of it that is settled at once.
    pub ratio: Decimal,
    /// What was settled.
    pub settled: Money,
    /// What patients paid.
    pub self_pay: Money,
    /// What was denied.
    pub denied: Money,
}

/// Column sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchTotals {
    /// Settled, self-paid and denied together.
    pub receivable: Money,
    /// Declared.
    pub declared: Money,
    /// Settled.
    pub settled: Money,
    /// Paid by patients.
    pub self_pay: Money,
    /// Denied.
    pub denied: Money,
}

/// Why a batch does not reconcile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReconciliationError {
    /// Two batches have one key.
    #[error("批次 {0} 重复 / the batch {0} stands twice")]
    Duplicate(String),
    /// A negative amount: reversals are batches of their own kind.
    #[error("批次 {0} 有负数金额 / the batch {0} has a negative amount")]
    Negative(String),
    /// declared × ratio is another amount.
    #[error(
        "批次 {key} 结算额应为 {expected} 而非 {stated} / the batch {key} settles {expected}, not {stated}"
    )]
    Settled {
        /// The batch.
        key: String,
        /// declared × ratio.
        expected: Money,
        /// What it states.
        stated: Money,
    },
    /// Beyond what an amount holds.
    #[error("金额超出范围 / an amount is out of range")]
    OutOfRange,
}

impl Batch {
    /// declared × ratio, in fen.
    ///
    /// # Errors
    /// Out of range.
    pub fn settlement(&self) -> Result<Money, ReconciliationError> {
        self.declared
            .checked_mul(self.ratio)
            .map_err(|_| ReconciliationError::OutOfRange)
    }

    /// Settled, self-paid and denied together.
    ///
    /// # Errors
    /// Out of range.
    pub fn receivable(&self) -> Result<Money, ReconciliationError> {
        add(add(self.settled, self.self_pay)?, self.denied)
    }

    /// Denied in percent of the receivable, two decimals; `None` when nothing is
    /// receivable.
    #[must_use]
    pub fn denial_rate(&self) -> Option<Decimal> {
        percent(self.denied, self.receivable().ok()?, 2)
    }
}

/// Checks every batch and sums them, column by column.
///
/// # Errors
/// The first batch that stands twice, has a negative amount or does not settle to what
/// it states.
pub fn totals(batches: &[Batch]) -> Result<BatchTotals, ReconciliationError> {
    let mut keys = BTreeSet::new();
    let mut sum = BatchTotals::default();
    for batch in batches {
        let key = || batch.key.clone();
        if !keys.insert(batch.key.as_str()) {
            return Err(ReconciliationError::Duplicate(key()));
        }
        let amounts = [batch.declared, batch.settled, batch.self_pay, batch.denied];
        if amounts.iter().any(|amount| *amount < Money::ZERO) {
            return Err(ReconciliationError::Negative(key()));
        }
        let expected = batch.settlement()?;
        if expected != batch.settled {
            return Err(ReconciliationError::Settled {
                key: key(),
                expected,
                stated: batch.settled,
            });
        }
        sum = BatchTotals {
            receivable: add(sum.receivable, batch.receivable()?)?,
            declared: add(sum.declared, batch.declared)?,
            settled: add(sum.settled, batch.settled)?,
            self_pay: add(sum.self_pay, batch.self_pay)?,
            denied: add(sum.denied, batch.denied)?,
        };
    }
    Ok(sum)
}

fn add(a: Money, b: Money) -> Result<Money, ReconciliationError> {
    a.checked_add(b)
        .map_err(|_| ReconciliationError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(key: &str, declared: i64) -> Batch {
        let ratio = Decimal::new(9, 1);
        Batch {
            key: key.to_owned(),
            declared: Money::from_fen(declared),
            ratio,
            settled: Money::from_fen(declared * 9 / 10),
            self_pay: Money::ZERO,
            denied: Money::ZERO,
        }
    }

    #[test]
    fn what_does_not_reconcile_is_named() {
        let twice = totals(&[batch("a", 10), batch("a", 10)]);
        assert_eq!(twice, Err(ReconciliationError::Duplicate("a".to_owned())));
        let mut off = batch("b", 1_000);
        off.settled = Money::from_fen(901);
        let error = totals(&[off.clone()]).unwrap_err();
        assert!(
            matches!(error, ReconciliationError::Settled { .. }),
            "{error}"
        );
        off.denied = Money::from_fen(-1);
        assert_eq!(
            totals(&[off]),
            Err(ReconciliationError::Negative("b".to_owned()))
        );
        assert_eq!(totals(&[]), Ok(BatchTotals::default()));
    }
}
