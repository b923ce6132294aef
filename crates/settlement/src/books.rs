//! The books: budget, month, year. Pure functions over amounts in fen and points; what
//! cannot be shared out to the fen stands on a residue line and is never spread.

mod reconciliation;
mod sharing;

pub use reconciliation::{Batch, BatchTotals, ReconciliationError, totals};
pub use sharing::{Shared, SharingBand, SharingRule};
