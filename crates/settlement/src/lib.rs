//! What a case is paid: localities as data, amounts exact.
//!
//! A [`Profile`] is one locality: which grouping scheme holds when, and under
//! which method and parameters its cases are paid. [`Profile::price`] answers an
//! [`Estimate`] with every term that led to it, so that the bill can be followed
//! by hand, or an [`Unpriced`] with the reason; it never guesses.
//!
//! Amounts are whole fen, everything else is an exact decimal: a product that
//! cannot be held exactly is refused. Rounding is half away from zero, once, at
//! the step that the profile names.
//!
//! Sources of the method: CHS-DRG technical practice (weight × rate ×
//! coefficient); NHSA, 按病组（DRG）付费 rules of 2024–2025 for high and low cases.
//! No two localities agree on limits or on how an outlier is paid, so nothing of
//! that stands in the code.

#![deny(
    clippy::float_arithmetic,
    clippy::float_cmp,
    clippy::lossy_float_literal
)]

mod case;
mod estimate;
mod exact;
mod profile;
mod rate;
mod unpriced;

pub use case::{Level, PricingCase};
pub use estimate::{CaseType, Estimate, Term, Unit};
pub use profile::{
    Band, Coefficients, Edition, High, HighSettle, Low, LowSettle, Method, Parameters, Period,
    Profile, ProfileError, RateMethod, RoundingStep, SchemePeriod,
};
pub use unpriced::Unpriced;
