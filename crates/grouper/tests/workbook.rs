//! Workbooks in the official layout: written here, read back, and everything that
//! may be odd in one.

#![cfg(feature = "workbook")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first fault"
)]

#[path = "workbook/edition.rs"]
mod edition;
#[path = "workbook/faults.rs"]
mod faults;
#[path = "workbook/round_trip.rs"]
mod round_trip;
