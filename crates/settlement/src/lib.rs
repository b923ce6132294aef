//! What a case is paid, what a month is billed and a year cleared: localities as data,
//! amounts exact.
//!
//! A [`Profile`] is one locality: which grouping scheme holds when, and under
//! which method and parameters its cases are paid. [`Profile::price`] answers an
//! [`Estimate`] with every term that led to it, so that the bill can be followed
//! by hand, or an [`Unpriced`] with the reason; it never guesses.
//!
//! Amounts are whole fen, everything else is an exact decimal or fraction. Rounding is
//! half away from zero, once, at the step that the profile names.
//!
//! Sources of the methods: CHS-DRG technical practice (weight × rate × coefficient),
//! the NHSA's DIP technical specification, rules of 按病组和病种分值付费 of 2024–2025.
//! No two localities agree on limits or on how an outlier is paid, so nothing of
//! that stands in the code.

#![deny(
    clippy::float_arithmetic,
    clippy::float_cmp,
    clippy::lossy_float_literal
)]

mod adjustment;
pub mod books;
mod case;
mod estimate;
pub mod formula;
mod fraction;
pub mod history;
mod ledger;
pub mod matching;
mod method;
mod profile;
pub mod simulation;
pub mod states;
mod unpriced;

pub use adjustment::{Adjustment, Decision};
pub use case::{Facts, Level, PricingCase};
pub use estimate::{CaseType, Estimate, Term, Unit};
pub use method::{
    Band, BandEdge, BandMeasure, Bands, Calculated, CoefficientPlace, Extreme, ExtremeSettle, High,
    HighSettle, Low, LowSettle, Method, MissingMean, PerDiemMethod, PointsCase, PointsHigh,
    PointsHighSettle, PointsKind, PointsLow, PointsLowSettle, PointsMethod, RateCase, RateMethod,
    Reference, RoundingStep, Tier, ZeroScore,
};
pub use profile::{
    Coefficients, Edition, LevelCoefficients, Parameters, Period, Profile, ProfileError, Rescaled,
    SchemePeriod, Special, UnitValue,
};
pub use unpriced::Unpriced;
