//! The payment methods as pure functions of typed parameters.

mod bands;
mod per_diem;
mod points;
mod points_outliers;
mod rate;

pub use bands::{Band, BandEdge, BandMeasure, Bands};
pub use per_diem::{PerDiemMethod, Tier};
pub use points::{MissingMean, PointsCase, PointsKind, PointsMethod, Reference, ZeroScore};
pub use points_outliers::{
    CoefficientPlace, Extreme, ExtremeSettle, PointsHigh, PointsHighSettle, PointsLow,
    PointsLowSettle,
};
pub use rate::{High, HighSettle, Low, LowSettle, RateCase, RateMethod};

use chs_model::Money;
use rust_decimal::Decimal;

use crate::{CaseType, Term, Unpriced};

/// A payment method with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// 费率法: weight × rate × coefficient.
    Rate(RateMethod),
    /// 点数法 and DIP 分值法: points × value of a point.
    Points(PointsMethod),
    /// 床日: days × rate of a day.
    PerDiem(PerDiemMethod),
}

impl Method {
    /// `drg_rate`, `drg_points`, `dip_scores`, `per_diem`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Method::Rate(_) => "drg_rate",
            Method::Points(method) => method.kind.name(),
            Method::PerDiem(_) => "per_diem",
        }
    }

    /// Id of the formula; a changed formula gets another id.
    #[must_use]
    pub fn formula(&self) -> &'static str {
        match self {
            Method::Rate(_) => rate::FORMULA,
            Method::Points(method) => method.kind.formula(),
            Method::PerDiem(_) => per_diem::FORMULA,
        }
    }
}

/// The step at which an amount becomes whole fen, half away from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingStep {
    /// Each amount by itself: the group's standard, then what is added to it. For
    /// localities that publish their standards in fen.
    Amount,
    /// Only the payment; a residue stands on its own line.
    Payment,
}

/// What a method makes of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calculated {
    /// Low, normal, high or extreme multiple.
    pub case_type: CaseType,
    /// How it was settled, in the word of the parameters: `standard`,
    /// `actual_cost`, `linear_add` …
    pub settle: &'static str,
    /// Whether a review still has to decide (extreme cases).
    pub review: bool,
    /// Cost multiple, up to twelve decimals; `None` without a reference cost.
    pub ratio: Option<Decimal>,
    /// Points settled; `None` for methods without points and for a payment that is
    /// fixed whatever a point is worth.
    pub points: Option<Decimal>,
    /// The group's payment standard, before the rule for low and high cases.
    pub group_standard: Money,
    /// What the case is paid.
    pub pay_std: Money,
    /// Every line of the calculation, in order.
    pub terms: Vec<Term>,
}

/// A value that cannot be held becomes the reason.
fn held<T>(value: Option<T>) -> Result<T, Unpriced> {
    value.ok_or_else(Unpriced::out_of_range)
}

/// A cost that is no cost.
fn cost_of(cost: Money) -> Result<Money, Unpriced> {
    if cost < Money::ZERO {
        return Err(Unpriced::out_of_range());
    }
    Ok(cost)
}
