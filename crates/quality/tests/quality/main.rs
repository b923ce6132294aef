//! Tests of the crate as a whole, one binary.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod cost;
mod hospital;
mod hostile;
mod proofs;
mod properties;
mod refusals;
mod scores;
mod semantics;
mod support;
mod tuning;
