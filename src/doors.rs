//! How a message comes in and goes out.

pub(crate) mod admission;
mod at_once;
mod call_log;
pub mod limits;
mod patience;
pub mod plain;
pub mod sealed;
pub mod signatures;
pub mod transaction;
