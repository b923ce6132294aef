//! The books: budget, month, year. Pure functions over amounts in fen and points; what
//! cannot be shared out to the fen stands on a residue line and is never spread.

mod budget;
mod clearing;
mod month;
mod points;
mod quota;
mod reconciliation;
mod sharing;
mod statement;

pub use budget::{AnnualBudget, BudgetPlan, split};
pub use clearing::{
    Adjustments, Assessment, Cleared, ClearedHospital, ClearingRules, ClearingStage, HospitalYear,
    clear,
};
pub use month::{BillBook, BookedCase, Line, LineKey, MonthBills, PoolLine, Settlement, Survey};
pub use points::Points;
pub use quota::{ExcessCase, quota, within_quota};
pub use reconciliation::{Batch, BatchTotals, ReconciliationError, totals};
pub use sharing::{Shared, SharingBand, SharingRule};
pub use statement::{Statement, StatementRules};

/// Why a book cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// Beyond what an amount or a number of points holds.
    #[error("金额或点数超出范围 / an amount or a number of points is out of range")]
    OutOfRange,
    /// Points to be paid and nothing that says what one is worth.
    #[error("险种 {0} 有点数而没有点值 / insurance type {0} has points and no value of a point")]
    NoValue(u16),
    /// A share that lies outside 0 to 1, or parts of a whole that are all zero.
    #[error(
        "比例应在 0 与 1 之间，分摊基数不能全为 0 / a share lies between 0 and 1, and parts must not all be zero"
    )]
    BadShare,
}

fn held<T>(value: Option<T>) -> Result<T, BookError> {
    value.ok_or(BookError::OutOfRange)
}
