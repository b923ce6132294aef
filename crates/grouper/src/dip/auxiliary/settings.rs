//! `[auxiliary]` of `catalogue.toml`. No coefficient is built in: an area calibrates its
//! own, and a dimension that is not set is not computed.

use crate::dip::cell::{Diagnosis, Lists, Span, diagnoses};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The auxiliary catalogue's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuxiliarySettings {
    /// The 离院方式 that means death.
    pub death: String,
    /// Levels by the sum of comorbidity weights (CCI), lowest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cci: Vec<PointLevel>,
    /// Severity of cases that are no tumours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<SeveritySettings>,
    /// Severity of tumours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tumour: Option<TumourSettings>,
    /// Age bands; the first that fits counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub age: Vec<AgeBand>,
    /// Bands of days in intensive care; the first that fits counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intensive_care: Vec<DayBand>,
}

impl Default for AuxiliarySettings {
    fn default() -> Self {
        Self {
            death: "5".to_owned(),
            cci: Vec::new(),
            severity: None,
            tumour: None,
            age: Vec::new(),
            intensive_care: Vec::new(),
        }
    }
}

/// A level of points from a number on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointLevel {
    /// What the level is called.
    pub name: String,
    /// The least sum of points.
    pub from: u32,
    /// Its coefficient.
    pub coefficient: Decimal,
}

/// How severity is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeverityRule {
    /// IV-A and IV-B death (stay below or from `stay_from`), III organ failure, shock or
    /// sepsis (`failure`), II organ damage or infection (`damage`), I mild.
    Organ,
    /// IV death, III `mcc`, II `cc`, I-A stay up to `short_stay`, I-B longer.
    Complication,
}

/// Severity of cases that are no tumours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeveritySettings {
    /// How it is told.
    pub rule: SeverityRule,
    /// Days of stay from which II and III count.
    pub stay_from: u16,
    /// Greatest stay of level I-A.
    #[serde(default = "three")]
    pub short_stay: u16,
    /// Coefficients by level: I, I-A, I-B, II, III, IV, IV-A, IV-B.
    pub coefficients: BTreeMap<String, Decimal>,
}

fn three() -> u16 {
    3
}

/// Severity of tumours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TumourSettings {
    /// Principal diagnoses that make a case one of tumours.
    pub diagnoses: String,
    /// Other diagnoses that are metastases.
    pub metastases: String,
    /// Multiple of the standard from which a cost is extreme.
    pub cost_multiple: Decimal,
    /// Share of treatment, or of drugs, in an extreme cost.
    pub cost_share: Decimal,
    /// Days of stay from which metastases count.
    pub stay_from: u16,
    /// Coefficients by level: death, treatment, drugs, metastasis, failure, damage, other.
    pub coefficients: BTreeMap<String, Decimal>,
}

/// An age band, in days or in years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeBand {
    /// What the band is called.
    pub name: String,
    /// Completed days, as `0-28`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Span>,
    /// Completed years, as `1-6` or `66-`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<Span>,
    /// Its coefficient.
    pub coefficient: Decimal,
}

/// A band of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayBand {
    /// What the band is called.
    pub name: String,
    /// Days, as `2-7` or `31-`.
    pub days: Span,
    /// Its coefficient.
    pub coefficient: Decimal,
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} 不是范围 / is no span as 1-6 or 66-"))
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        match (span.from, span.to) {
            (from, u32::MAX) => format!("{from}-"),
            (from, to) => format!("{from}-{to}"),
        }
    }
}

/// The levels that a severity rule can give.
pub(super) const SEVERITY: [&str; 8] = ["I", "I-A", "I-B", "II", "III", "IV", "IV-A", "IV-B"];
/// The levels of tumour severity, in the order in which they are asked for.
pub(super) const TUMOUR: [&str; 7] = [
    "death",
    "treatment",
    "drugs",
    "metastasis",
    "failure",
    "damage",
    "other",
];

impl AuxiliarySettings {
    /// Says what is wrong through `fault`, in Chinese and in English.
    pub(crate) fn faults(&self, mut fault: impl FnMut(&str, &str)) {
        if !self.cci.is_sorted_by(|a, b| a.from < b.from) {
            fault(
                "auxiliary.cci 须由低到高",
                "auxiliary.cci: lowest level first",
            );
        }
        let unknown = |coefficients: &BTreeMap<String, Decimal>, known: &[&str]| {
            coefficients
                .keys()
                .any(|level| !known.contains(&level.as_str()))
        };
        if let Some(severity) = &self.severity
            && unknown(&severity.coefficients, &SEVERITY)
        {
            fault(
                "auxiliary.severity 的级别有误",
                "auxiliary.severity: unknown level",
            );
        }
        if let Some(tumour) = &self.tumour {
            if unknown(&tumour.coefficients, &TUMOUR) {
                fault(
                    "auxiliary.tumour 的级别有误",
                    "auxiliary.tumour: unknown level",
                );
            }
            for cell in [&tumour.diagnoses, &tumour.metastases] {
                if let Err((zh, en)) = diagnoses(cell, &Lists::new()) {
                    fault(&zh, &en);
                }
            }
        }
        if self
            .age
            .iter()
            .any(|band| band.days.is_some() == band.years.is_some())
        {
            fault(
                "auxiliary.age 须给出 days 或 years 之一",
                "auxiliary.age: either days or years",
            );
        }
    }
}

/// The prefixes and whole codes of a checked cell.
pub(super) fn codes(cell: &str) -> Vec<String> {
    let items = diagnoses(cell, &Lists::new()).unwrap_or_default();
    let codes = items.into_iter().flat_map(|item| match item {
        Diagnosis::Prefix(code) | Diagnosis::Whole(code) => vec![code],
        Diagnosis::Range(codes) => codes,
    });
    codes.collect()
}
