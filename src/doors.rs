//! How a message comes in and goes out.

pub mod limits;
pub mod plain;
pub mod sealed;
