//! The parameters of a locality: what holds when, for whom, and how it pays.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::{Facts, Level, Method};

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
    /// Whether the area loads its own catalogue: the program carries none, and
    /// weights or scores come with the cases.
    pub area_catalogue: bool,
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
    /// Coefficients by level.
    pub level_coefficients: LevelCoefficients,
    /// The method's own value of a point, rate or day rate.
    pub default_value: Option<Decimal>,
    /// Values that hold instead, by month, insured area and institution.
    pub values: Vec<UnitValue>,
    /// Cases outside the method's reach.
    pub special: Special,
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

    /// The value of a point, the rate or the day rate for a case: what its settled month
    /// came to, else the most specific one that holds, or the method's own.
    #[must_use]
    pub fn value(&self, day: NaiveDate, facts: &Facts) -> Option<Decimal> {
        if facts.value.is_some() {
            return facts.value;
        }
        self.values
            .iter()
            .filter_map(|row| Some((row.fit(day, facts)?, row.value)))
            .max_by_key(|(fit, _)| *fit)
            .map(|(_, value)| value)
            .or(self.default_value)
    }

    pub(super) fn holds_for_level(&self, level: Level) -> bool {
        self.levels.is_empty() || self.levels.contains(&level)
    }
}

/// A value of a point, a rate or a day rate that holds instead of the method's own.
/// What is not given holds for all; the most specific row wins: institution before
/// insured area before month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitValue {
    /// First day of the month of settlement.
    pub month: Option<NaiveDate>,
    /// Pooling area where the patient is insured.
    pub insured_area: Option<String>,
    /// Code of the institution.
    pub fixmedins_code: Option<String>,
    /// The value, in yuan.
    pub value: Decimal,
}

impl UnitValue {
    /// How specific it is for the case; `None` when it does not hold for it.
    fn fit(&self, day: NaiveDate, facts: &Facts) -> Option<u8> {
        let month = match self.month {
            None => 0,
            Some(month) if (month.year(), month.month()) == (day.year(), day.month()) => 1,
            Some(_) => return None,
        };
        let area = same(self.insured_area.as_ref(), facts.insured_area.as_ref(), 2)?;
        let hospital = same(
            self.fixmedins_code.as_ref(),
            facts.fixmedins_code.as_ref(),
            4,
        )?;
        Some(month + area + hospital)
    }
}

fn same(wanted: Option<&String>, had: Option<&String>, fit: u8) -> Option<u8> {
    match wanted {
        None => Some(0),
        Some(_) if wanted == had => Some(fit),
        Some(_) => None,
    }
}

/// Coefficients that hold for a level where the case and the scheme give none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LevelCoefficients {
    /// 一级.
    pub primary: Option<Decimal>,
    /// 二级.
    pub secondary: Option<Decimal>,
    /// 三级.
    pub tertiary: Option<Decimal>,
}

impl LevelCoefficients {
    /// The coefficient of a level.
    #[must_use]
    pub fn of(&self, level: Level) -> Option<Decimal> {
        match level {
            Level::Primary => self.primary,
            Level::Secondary => self.secondary,
            Level::Tertiary => self.tertiary,
        }
    }
}

/// What cases outside the method's reach are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Special {
    /// Share of the cost of an ambiguous case (QY); `None` leaves it unpriced.
    pub ambiguous_share: Option<Decimal>,
    /// Share of the cost of an ungrouped case (0000); `None` leaves it unpriced.
    pub ungrouped_share: Option<Decimal>,
    /// Stays of up to so many days are outside the method.
    pub stay_up_to: Option<u32>,
    /// Stays from so many days on are outside the method.
    pub stay_from: Option<u32>,
}

impl Special {
    pub(crate) fn excludes(&self, days: u32) -> bool {
        self.stay_up_to.is_some_and(|limit| days <= limit)
            || self.stay_from.is_some_and(|limit| days >= limit)
    }
}
