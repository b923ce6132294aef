//! The shape of a `[[parameters]]` table: what holds for whom, and the keys of each
//! method. Which key belongs to which method is checked in `method`.

use toml::Spanned;

use super::Coefficients;
use super::file::{Day, Exact};
use crate::{
    CoefficientPlace, ExtremeSettle, Level, MissingMean, Reference, RoundingStep, ZeroScore,
};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParametersFile {
    pub(super) version: Spanned<String>,
    pub(super) from: Day,
    pub(super) to: Option<Day>,
    pub(super) insutype: Spanned<Vec<String>>,
    #[serde(default)]
    pub(super) level: Vec<Level>,
    pub(super) method: Spanned<MethodName>,
    pub(super) rounding: Option<Spanned<RoundingStep>>,
    /// Yuan for a unit of weight, or for a day.
    pub(super) rate: Option<Spanned<Exact>>,
    pub(super) point_value: Option<Spanned<Exact>>,
    pub(super) point_scale: Option<Spanned<u32>>,
    pub(super) points_decimals: Option<Spanned<u32>>,
    pub(super) city_mean: Option<Spanned<Exact>>,
    pub(super) reference: Option<Spanned<Reference>>,
    pub(super) mean_factor: Option<Spanned<Exact>>,
    pub(super) missing_mean: Option<Spanned<MissingMean>>,
    pub(super) zero_score: Option<Spanned<ZeroScore>>,
    pub(super) primary_care: Option<Spanned<bool>>,
    pub(super) blank_factor: Option<Spanned<Exact>>,
    pub(super) each_day: Option<Spanned<bool>>,
    #[serde(default)]
    pub(super) coefficient: Coefficients,
    #[serde(default)]
    pub(super) level_coefficient: LevelCoefficientsFile,
    #[serde(default)]
    pub(super) value: Vec<ValueFile>,
    pub(super) tier: Option<Spanned<Vec<TierFile>>>,
    pub(super) low: Option<Spanned<LowFile>>,
    pub(super) high: Option<Spanned<HighFile>>,
    pub(super) extreme: Option<Spanned<ExtremeFile>>,
    #[serde(default)]
    pub(super) special: SpecialFile,
}

/// The methods a file can name; each has a formula in this crate.
#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MethodName {
    DrgRate,
    DrgPoints,
    DipScores,
    PerDiem,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelCoefficientsFile {
    pub(super) primary: Option<Spanned<Exact>>,
    pub(super) secondary: Option<Spanned<Exact>>,
    pub(super) tertiary: Option<Spanned<Exact>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValueFile {
    /// yyyy-MM.
    pub(super) month: Option<Spanned<String>>,
    pub(super) insured_area: Option<String>,
    pub(super) fixmedins_code: Option<String>,
    pub(super) value: Spanned<Exact>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TierFile {
    pub(super) days_up_to: Option<u32>,
    pub(super) factor: Spanned<Exact>,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpecialFile {
    pub(super) ambiguous_share: Option<Spanned<Exact>>,
    pub(super) ungrouped_share: Option<Spanned<Exact>>,
    pub(super) stay_up_to: Option<u32>,
    pub(super) stay_from: Option<u32>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LowFile {
    pub(super) when: LowWhen,
    pub(super) bound: Spanned<Exact>,
    pub(super) low_settle: Spanned<LowSettleName>,
    pub(super) coefficient: Option<CoefficientPlace>,
    pub(super) lower_of: Option<bool>,
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
    PointsNoFactor,
    Ratio,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HighFile {
    pub(super) when: HighWhen,
    pub(super) bands: Spanned<Vec<BandFile>>,
    pub(super) high_settle: Spanned<HighSettleName>,
    pub(super) coefficient: Option<CoefficientPlace>,
    pub(super) share: Option<Spanned<Exact>>,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
pub(super) enum HighWhen {
    #[serde(rename = ">")]
    Above,
    #[serde(rename = ">=")]
    From,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HighSettleName {
    StandardPlusExcess,
    ActualCost,
    Standard,
    Cap,
    LinearAdd,
    Deduct,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BandFile {
    pub(super) weight_up_to: Option<Exact>,
    pub(super) weight_below: Option<Exact>,
    pub(super) points_up_to: Option<Exact>,
    pub(super) points_below: Option<Exact>,
    pub(super) bound: Spanned<Exact>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExtremeFile {
    pub(super) when: HighWhen,
    pub(super) bound: Spanned<Exact>,
    pub(super) extreme_settle: ExtremeSettle,
}
