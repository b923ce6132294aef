//! The shape of a profile file. Scalars that may be wrong in sense keep their
//! place in the text, for the line of the mistake.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use toml::Spanned;

use super::{Coefficients, Edition, RoundingStep};
use crate::Level;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileFile {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) title_en: String,
    pub(super) source: String,
    pub(super) example: bool,
    pub(super) edition: Edition,
    #[serde(default)]
    pub(super) switches: Switches,
    pub(super) scheme: Vec<SchemeFile>,
    pub(super) parameters: Vec<ParametersFile>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Switches {
    pub(super) qc_blocks_grouping: bool,
    pub(super) withdrawal_allowed: bool,
}

impl Default for Switches {
    fn default() -> Switches {
        Switches {
            qc_blocks_grouping: true,
            withdrawal_allowed: false,
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SchemeFile {
    pub(super) id: Spanned<String>,
    pub(super) from: Day,
    pub(super) to: Option<Day>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParametersFile {
    pub(super) version: Spanned<String>,
    pub(super) from: Day,
    pub(super) to: Option<Day>,
    pub(super) insutype: Spanned<Vec<String>>,
    #[serde(default)]
    pub(super) level: Vec<Level>,
    pub(super) method: MethodName,
    pub(super) rate: Spanned<Exact>,
    pub(super) rounding: RoundingStep,
    #[serde(default)]
    pub(super) coefficient: Coefficients,
    pub(super) low: Option<LowFile>,
    pub(super) high: Option<HighFile>,
}

/// The methods a file can name; each has a formula in this crate.
#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MethodName {
    DrgRate,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LowFile {
    pub(super) when: LowWhen,
    pub(super) bound: Spanned<Exact>,
    pub(super) low_settle: LowSettleName,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
pub(super) enum LowWhen {
    #[serde(rename = "<")]
    Below,
    #[serde(rename = "<=")]
    UpTo,
}

#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LowSettleName {
    ActualCost,
    Standard,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HighFile {
    pub(super) when: HighWhen,
    pub(super) bands: Spanned<Vec<BandFile>>,
    pub(super) high_settle: Spanned<HighSettleName>,
    pub(super) share: Option<Spanned<Exact>>,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
pub(super) enum HighWhen {
    #[serde(rename = ">")]
    Above,
    #[serde(rename = ">=")]
    From,
}

#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HighSettleName {
    StandardPlusExcess,
    ActualCost,
    Standard,
    Cap,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BandFile {
    pub(super) weight_up_to: Option<Exact>,
    pub(super) bound: Spanned<Exact>,
}

/// A decimal in quotes: a TOML number would pass through binary floating point.
#[derive(Clone, Copy)]
pub(super) struct Exact(pub(super) Decimal);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Exact, D::Error> {
        struct Quoted;
        impl Visitor<'_> for Quoted {
            type Value = Exact;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number in quotes")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Exact, E> {
                chs_model::parse_decimal(text)
                    .map(Exact)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Quoted)
    }
}

/// A TOML local date.
pub(super) struct Day(pub(super) NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let value = toml::value::Datetime::deserialize(deserializer)?;
        match (value.date, value.time) {
            (Some(date), None) => NaiveDate::from_ymd_opt(
                i32::from(date.year),
                u32::from(date.month),
                u32::from(date.day),
            )
            .map(Day),
            _ => None,
        }
        .ok_or_else(|| de::Error::custom("expected a date such as 2025-01-01"))
    }
}
