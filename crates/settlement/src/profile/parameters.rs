//! The parameters of a locality: what holds when, for whom, and how it pays.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::Level;

/// Days from `from` to `to`, both included; without `to` it is still in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: Option<NaiveDate>,
}

impl Period {
    /// Whether the day lies in it.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    pub(super) fn overlaps(&self, other: &Period) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }
}

/// A grouping scheme and when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemePeriod {
    /// Id of the scheme, such as `xianyang-2025`.
    pub id: String,
    /// When it holds, by the day of settlement.
    pub period: Period,
}

/// Where a group's coefficient for a level stands: columns of the scheme's group
/// table. A level without a column has the coefficient 1.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coefficients {
    /// Column for 一级.
    pub primary: Option<String>,
    /// Column for 二级.
    pub secondary: Option<String>,
    /// Column for 三级.
    pub tertiary: Option<String>,
}

/// One version of the parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// Its name, unique in the profile.
    pub version: String,
    /// When it holds, by the day of settlement.
    pub period: Period,
    /// The insurance types it holds for.
    pub insutypes: Vec<String>,
    /// The levels of institution it holds for; empty means all.
    pub levels: Vec<Level>,
    /// How a case is paid.
    pub method: Method,
    /// Where coefficients come from.
    pub coefficients: Coefficients,
}

impl Parameters {
    /// The column of the scheme's group table that holds the coefficient for
    /// this level, or `None` when the coefficient is 1.
    #[must_use]
    pub fn coefficient_column(&self, level: Level) -> Option<&str> {
        match level {
            Level::Primary => self.coefficients.primary.as_deref(),
            Level::Secondary => self.coefficients.secondary.as_deref(),
            Level::Tertiary => self.coefficients.tertiary.as_deref(),
        }
    }

    pub(super) fn holds_for_level(&self, level: Level) -> bool {
        self.levels.is_empty() || self.levels.contains(&level)
    }
}

/// A payment method with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// 费率法: weight × rate × coefficient.
    Rate(RateMethod),
}

/// Parameters of the rate method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateMethod {
    /// Yuan for one unit of weight.
    pub rate: Decimal,
    /// Where rounding happens.
    pub rounding: RoundingStep,
    /// Low cases; `None` when the locality has no such rule.
    pub low: Option<Low>,
    /// High cases; `None` when the locality has no such rule.
    pub high: Option<High>,
}

/// The step at which an amount becomes whole fen, half away from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingStep {
    /// Each amount by itself: the group's standard, then a share of the excess.
    /// For localities that publish their standards in fen.
    Amount,
    /// Only the payment; a residue stands on its own line.
    Payment,
}

/// Which cases are low, and what they are paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Low {
    /// `<` when true, `<=` when false.
    pub strict: bool,
    /// Multiple of the group's standard.
    pub bound: Decimal,
    /// What is paid.
    pub settle: LowSettle,
}

/// What a low case is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LowSettle {
    /// Its actual cost.
    ActualCost,
    /// The group's standard all the same.
    Standard,
}

/// Which cases are high, and what they are paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct High {
    /// `>` when true, `>=` when false.
    pub strict: bool,
    /// Bounds by weight, ascending; the last band is open.
    pub bands: Vec<Band>,
    /// What is paid.
    pub settle: HighSettle,
}

impl High {
    /// The bound that holds for a weight.
    pub(crate) fn bound(&self, weight: Decimal) -> Option<Decimal> {
        self.bands
            .iter()
            .find(|band| band.weight_up_to.is_none_or(|limit| weight <= limit))
            .map(|band| band.bound)
    }
}

/// The high bound of groups up to a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// Greatest weight of the band; `None` for the last one.
    pub weight_up_to: Option<Decimal>,
    /// Multiple of the group's standard.
    pub bound: Decimal,
}

/// What a high case is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HighSettle {
    /// The standard and a share of the cost over the bound.
    StandardPlusExcess {
        /// Share between 0 (excluded) and 1.
        share: Decimal,
    },
    /// Its actual cost, by item.
    ActualCost,
    /// The standard, until a review decides.
    Standard,
    /// The bound times the standard and nothing above.
    Cap,
}
