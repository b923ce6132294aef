//! A hospital's statement of the month: from the bill to what is transferred. What is
//! booked and what is paid stand apart.

use chs_model::Money;
use rust_decimal::Decimal;

use super::{BookError, Line, held};

/// How much of a month is paid at once; parameters of the area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementRules {
    /// Share kept as a deposit for the assessment, 0 to 1.
    pub deposit: Decimal,
    /// Whether money moves each month, or the month is a book entry only.
    pub pays_monthly: bool,
}

/// booked − deductions − deposit − advance offset = payable now; what a negative amount
/// leaves is carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// The fund's part of the bill.
    pub booked: Money,
    /// Violations and other deductions.
    pub deductions: Money,
    /// Kept until the assessment.
    pub deposit: Money,
    /// Set off against the advance.
    pub offset: Money,
    /// To be transferred; not negative.
    pub payable: Money,
    /// What the hospital owes into the next month; not positive.
    pub carried: Money,
}

impl Statement {
    /// The statement of a bill line. `advance` is what is left of the advance and at
    /// most set off.
    ///
    /// # Errors
    /// A deposit outside 0 to 1, or out of range.
    pub fn of(
        line: &Line,
        deductions: Money,
        advance: Money,
        rules: &StatementRules,
    ) -> Result<Statement, BookError> {
        if rules.deposit < Decimal::ZERO || rules.deposit > Decimal::ONE {
            return Err(BookError::BadShare);
        }
        let booked = line.fund()?;
        let due = held(booked.checked_sub(deductions).ok())?;
        let deposit = if due > Money::ZERO {
            held(due.checked_mul(rules.deposit).ok())?
        } else {
            Money::ZERO
        };
        let left = held(due.checked_sub(deposit).ok())?;
        let offset = left.min(advance).max(Money::ZERO);
        let left = held(left.checked_sub(offset).ok())?;
        let moves = rules.pays_monthly && left > Money::ZERO;
        let payable = if moves { left } else { Money::ZERO };
        Ok(Statement {
            booked,
            deductions,
            deposit,
            offset,
            payable,
            carried: left.min(Money::ZERO),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_bill_becomes_a_transfer_line_by_line() {
        let statement = |payable, deductions, advance, pays_monthly| {
            let line = Line {
                payable: Money::from_fen(payable),
                others: Money::from_fen(200),
                ..Line::default()
            };
            let rules = StatementRules {
                deposit: Decimal::new(5, 2),
                pays_monthly,
            };
            let [deductions, advance] = [deductions, advance].map(Money::from_fen);
            let s = Statement::of(&line, deductions, advance, &rules).unwrap();
            [s.booked, s.deposit, s.offset, s.payable, s.carried].map(Money::fen)
        };
        assert_eq!(statement(1_210, 0, 300, true), [1_010, 51, 300, 659, 0]);
        assert_eq!(statement(1_210, 10, 5_000, true), [1_010, 50, 950, 0, 0]);
        assert_eq!(statement(1_210, 0, 0, false), [1_010, 51, 0, 0, 0]);
        assert_eq!(statement(150, 0, 300, true), [-50, 0, 0, 0, -50]);
        let rules = StatementRules {
            deposit: Decimal::TWO,
            pays_monthly: true,
        };
        let wrong = Statement::of(&Line::default(), Money::ZERO, Money::ZERO, &rules);
        assert_eq!(wrong, Err(BookError::BadShare));
    }
}
