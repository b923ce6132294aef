//! A case against a compiled scheme.

mod compiled;
mod decide;
mod explain;
mod facts;

pub(crate) use compiled::{Test, compile};
pub(crate) use decide::{Answer, Watch, decide};
pub(crate) use facts::Facts;
