//! The sense of a `[[parameters]]` table: each method has its keys, and only those.

mod outliers;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use toml::Spanned;

use super::check::Checker;
use super::file::Exact;
use super::file_method::{MethodName, ParametersFile, SpecialFile, ValueFile};
use super::{LevelCoefficients, Parameters, ProfileError, Special, UnitValue};
use crate::{
    Method, MissingMean, PerDiemMethod, PointsKind, PointsMethod, RateMethod, Reference,
    RoundingStep, Tier, ZeroScore,
};

impl Checker<'_> {
    pub(super) fn parameters(&self, file: ParametersFile) -> Result<Parameters, ProfileError> {
        let period = self.period(&file.from, file.to.as_ref(), &file.version.span())?;
        self.that(
            !file.insutype.get_ref().is_empty(),
            &file.insutype.span(),
            "至少要有一个险种",
            "at least one insurance type is needed",
        )?;
        self.only_keys_of_the_method(&file)?;
        let rate = file.rate.as_ref().map(|v| self.positive(v)).transpose()?;
        let point_value = file
            .point_value
            .as_ref()
            .map(|v| self.positive(v))
            .transpose()?;
        let method = match *file.method.get_ref() {
            MethodName::DrgRate => Method::Rate(self.rate_method(&file, rate)?),
            MethodName::DrgPoints | MethodName::DipScores => {
                Method::Points(self.points_method(&file)?)
            }
            MethodName::PerDiem => Method::PerDiem(self.per_diem(&file, rate)?),
        };
        let coefficient = |value: &Option<Spanned<Exact>>| {
            value.as_ref().map(|value| self.positive(value)).transpose()
        };
        Ok(Parameters {
            level_coefficients: LevelCoefficients {
                primary: coefficient(&file.level_coefficient.primary)?,
                secondary: coefficient(&file.level_coefficient.secondary)?,
                tertiary: coefficient(&file.level_coefficient.tertiary)?,
            },
            values: file
                .value
                .iter()
                .map(|row| self.unit_value(row))
                .collect::<Result<_, _>>()?,
            special: self.special(&file.special)?,
            default_value: rate.or(point_value),
            version: file.version.into_inner(),
            period,
            insutypes: file.insutype.into_inner(),
            levels: file.level,
            method,
            coefficients: file.coefficient,
        })
    }

    /// A key that the method does not read would be a setting without effect.
    fn only_keys_of_the_method(&self, file: &ParametersFile) -> Result<(), ProfileError> {
        use MethodName::{DipScores, DrgPoints, DrgRate, PerDiem};
        let keys = [
            (
                "rate",
                file.rate.as_ref().map(Spanned::span),
                &[DrgRate, PerDiem][..],
            ),
            (
                "point_value",
                file.point_value.as_ref().map(Spanned::span),
                &[DrgPoints, DipScores],
            ),
            (
                "point_scale",
                file.point_scale.as_ref().map(Spanned::span),
                &[DrgPoints],
            ),
            (
                "points_decimals",
                file.points_decimals.as_ref().map(Spanned::span),
                &[DrgPoints, DipScores],
            ),
            (
                "city_mean",
                file.city_mean.as_ref().map(Spanned::span),
                &[DrgPoints],
            ),
            (
                "reference",
                file.reference.as_ref().map(Spanned::span),
                &[DrgPoints, DipScores],
            ),
            (
                "mean_factor",
                file.mean_factor.as_ref().map(Spanned::span),
                &[DrgPoints, DipScores],
            ),
            (
                "missing_mean",
                file.missing_mean.as_ref().map(Spanned::span),
                &[DrgPoints, DipScores],
            ),
            (
                "zero_score",
                file.zero_score.as_ref().map(Spanned::span),
                &[DipScores],
            ),
            (
                "primary_care",
                file.primary_care.as_ref().map(Spanned::span),
                &[DrgPoints, DipScores],
            ),
            (
                "blank_factor",
                file.blank_factor.as_ref().map(Spanned::span),
                &[DipScores],
            ),
            (
                "rounding",
                file.rounding.as_ref().map(Spanned::span),
                &[DrgRate, DrgPoints, DipScores],
            ),
            (
                "each_day",
                file.each_day.as_ref().map(Spanned::span),
                &[PerDiem],
            ),
            ("tier", file.tier.as_ref().map(Spanned::span), &[PerDiem]),
            (
                "low",
                file.low.as_ref().map(Spanned::span),
                &[DrgRate, DrgPoints, DipScores],
            ),
            (
                "high",
                file.high.as_ref().map(Spanned::span),
                &[DrgRate, DrgPoints, DipScores],
            ),
            (
                "extreme",
                file.extreme.as_ref().map(Spanned::span),
                &[DrgPoints, DipScores],
            ),
        ];
        for (key, at, methods) in keys {
            if let Some(at) = at {
                let belongs = methods.contains(file.method.get_ref());
                let zh = format!("{key} 不是该支付方法的参数");
                let en = format!("{key} is no parameter of this method");
                self.that(belongs, &at, &zh, &en)?;
            }
        }
        Ok(())
    }

    /// A key without which the method cannot work.
    fn needed<T>(
        &self,
        value: Option<T>,
        file: &ParametersFile,
        key: &str,
    ) -> Result<T, ProfileError> {
        value.ok_or_else(|| {
            let zh = format!("该支付方法需要 {key}");
            let en = format!("this method needs {key}");
            self.mistake(&file.method.span(), &zh, &en)
        })
    }

    fn rounding(&self, file: &ParametersFile) -> Result<RoundingStep, ProfileError> {
        let rounding = file.rounding.as_ref().map(|step| *step.get_ref());
        self.needed(rounding, file, "rounding")
    }

    fn rate_method(
        &self,
        file: &ParametersFile,
        rate: Option<Decimal>,
    ) -> Result<RateMethod, ProfileError> {
        let low = file
            .low
            .as_ref()
            .map(|low| self.rate_low(low))
            .transpose()?;
        let low_bound = low.as_ref().map(|low| low.bound);
        let high = file.high.as_ref();
        Ok(RateMethod {
            rate: self.needed(rate, file, "rate")?,
            rounding: self.rounding(file)?,
            low,
            high: high
                .map(|high| self.rate_high(high, low_bound))
                .transpose()?,
        })
    }

    fn points_method(&self, file: &ParametersFile) -> Result<PointsMethod, ProfileError> {
        let positive = |value: &Option<Spanned<Exact>>| {
            value.as_ref().map(|value| self.positive(value)).transpose()
        };
        let kind = match *file.method.get_ref() {
            MethodName::DrgPoints => {
                let scale = self.needed(file.point_scale.as_ref(), file, "point_scale")?;
                self.that(
                    *scale.get_ref() > 0,
                    &scale.span(),
                    "必须大于 0",
                    "must be greater than 0",
                )?;
                PointsKind::Drg {
                    scale: *scale.get_ref(),
                }
            }
            _ => PointsKind::Dip,
        };
        let rounding = self.rounding(file)?;
        if let Some(decimals) = &file.points_decimals {
            let sensible = *decimals.get_ref() <= 12 && rounding == RoundingStep::Payment;
            self.that(
                sensible,
                &decimals.span(),
                "小数位不超过 12，且只能与 rounding = \"payment\" 同用",
                "at most 12 decimals, and only with rounding = \"payment\"",
            )?;
        }
        let reference = file
            .reference
            .as_ref()
            .map(|reference| *reference.get_ref());
        let reference = self.needed(reference, file, "reference")?;
        let missing_mean = file.missing_mean.as_ref().map(|missing| *missing.get_ref());
        let missing_mean = match reference {
            Reference::Mean => self.needed(missing_mean, file, "missing_mean")?,
            // The multiple divides by the standard, which is always there.
            Reference::Standard => missing_mean.unwrap_or(MissingMean::Unpriced),
        };
        let city_mean = positive(&file.city_mean)?;
        let implied_by_city = missing_mean == MissingMean::Implied && kind != PointsKind::Dip;
        if implied_by_city {
            self.needed(city_mean, file, "city_mean")?;
        }
        let low = file
            .low
            .as_ref()
            .map(|low| self.points_low(low, city_mean))
            .transpose()?;
        let low_bound = low.as_ref().map(|low| low.bound);
        let high = file
            .high
            .as_ref()
            .map(|high| self.points_high(high, low_bound, city_mean))
            .transpose()?;
        Ok(PointsMethod {
            kind,
            city_mean,
            reference,
            mean_factor: positive(&file.mean_factor)?.unwrap_or(Decimal::ONE),
            missing_mean,
            zero_score: file
                .zero_score
                .as_ref()
                .map_or(ZeroScore::Unpriced, |zero| *zero.get_ref()),
            primary_care: file
                .primary_care
                .as_ref()
                .is_some_and(|care| *care.get_ref()),
            blank: positive(&file.blank_factor)?,
            points_decimals: file
                .points_decimals
                .as_ref()
                .map(|places| *places.get_ref()),
            rounding,
            extreme: file
                .extreme
                .as_ref()
                .map(|extreme| self.extreme(extreme, high.as_ref()))
                .transpose()?,
            low,
            high,
        })
    }

    fn per_diem(
        &self,
        file: &ParametersFile,
        rate: Option<Decimal>,
    ) -> Result<PerDiemMethod, ProfileError> {
        let mut tiers: Vec<Tier> = Vec::new();
        for tier in file.tier.as_ref().map_or(&[][..], |tiers| tiers.get_ref()) {
            let ascending = match (tiers.last().map(|last| last.days_up_to), tier.days_up_to) {
                (None, _) => true,
                (Some(Some(before)), Some(limit)) => before < limit,
                (Some(Some(_)), None) => true,
                (Some(None), _) => false,
            };
            self.that(
                ascending,
                &tier.factor.span(),
                "天数分段须递增",
                "the tiers must ascend by days",
            )?;
            tiers.push(Tier {
                days_up_to: tier.days_up_to,
                factor: self.positive(&tier.factor)?,
            });
        }
        if tiers.is_empty() {
            tiers.push(Tier {
                days_up_to: None,
                factor: Decimal::ONE,
            });
        }
        let open = tiers.last().is_some_and(|tier| tier.days_up_to.is_none());
        self.that(
            open,
            &file.tier.as_ref().map_or(0..0, Spanned::span),
            "最后一段不设天数上限",
            "the last tier must have no upper number of days",
        )?;
        Ok(PerDiemMethod {
            rate: self.needed(rate, file, "rate")?,
            each_day: file.each_day.as_ref().is_none_or(|each| *each.get_ref()),
            tiers,
        })
    }

    fn unit_value(&self, row: &ValueFile) -> Result<UnitValue, ProfileError> {
        let month = row.month.as_ref().map(|month| {
            NaiveDate::parse_from_str(&format!("{}-01", month.get_ref()), "%Y-%m-%d").map_err(
                |_| {
                    self.mistake(
                        &month.span(),
                        "月份应为 yyyy-MM",
                        "a month is written yyyy-MM",
                    )
                },
            )
        });
        Ok(UnitValue {
            month: month.transpose()?,
            insured_area: row.insured_area.clone(),
            fixmedins_code: row.fixmedins_code.clone(),
            value: self.positive(&row.value)?,
        })
    }

    fn special(&self, file: &SpecialFile) -> Result<Special, ProfileError> {
        let share = |value: &Option<Spanned<Exact>>| {
            value.as_ref().map(|value| self.share(value)).transpose()
        };
        Ok(Special {
            ambiguous_share: share(&file.ambiguous_share)?,
            ungrouped_share: share(&file.ungrouped_share)?,
            stay_up_to: file.stay_up_to,
            stay_from: file.stay_from,
        })
    }

    /// Between 0 (excluded) and 1.
    pub(super) fn share(&self, value: &Spanned<Exact>) -> Result<Decimal, ProfileError> {
        let share = self.positive(value)?;
        self.that(
            share <= Decimal::ONE,
            &value.span(),
            "比例不能大于 1",
            "the share must not exceed 1",
        )?;
        Ok(share)
    }
}
