#![doc = include_str!("../README.md")]

mod case;
pub mod dip;
pub mod efficacy;
mod engine;
mod near_miss;
mod outcome;
mod reason;
pub mod rule;
mod scheme;
mod source;
pub mod trace;
#[cfg(feature = "workbook")]
pub mod workbook;

pub use case::{Case, Columns, MAX_CODES, MissingField, Sex};
pub use near_miss::{Change, NearMiss};
pub use outcome::{Outcome, Status};
pub use reason::{Notes, Reason};
pub use rule::Rule;
pub use scheme::{
    AdrgRow, Complication, Drg, Lint, LintDisagreement, LintFault, LintKind, LintReport,
    LintSeverity, Mdc, Scheme, SchemeDiff, SchemeError, Severity, diff,
};
pub use source::{Counts, SchemeSource};
pub use trace::Trace;
