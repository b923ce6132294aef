//! A message made wrongly in one way is explained as exactly that. What the
//! sender signs is written out here by hand, not with the code under test.
//! Keys, secrets and data are made up.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[path = "inspect/maker.rs"]
mod maker;
#[path = "inspect/report.rs"]
mod report;
#[path = "inspect/sealing.rs"]
mod sealing;
#[path = "inspect/signing.rs"]
mod signing;
