//! The shape of a profile file. Scalars that may be wrong in sense keep their
//! place in the text, for the line of the mistake.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use toml::Spanned;

use super::Edition;
use super::file_method::ParametersFile;

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
    #[serde(default)]
    pub(super) area_catalogue: bool,
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
