//! The sense of a profile file, checked by hand; every mistake with its line.

use std::ops::Range;

use rust_decimal::Decimal;
use toml::Spanned;

use super::file::{
    Day, Exact, HighFile, HighSettleName, HighWhen, LowFile, LowSettleName, LowWhen, MethodName,
    ParametersFile, ProfileFile,
};
use super::{
    Band, High, HighSettle, Low, LowSettle, Method, Parameters, Period, Profile, ProfileError,
    RateMethod, SchemePeriod, digest,
};

/// Reads and checks a whole file.
pub(super) fn read(text: &str) -> Result<Profile, ProfileError> {
    let file: ProfileFile = toml::from_str(text).map_err(|e| {
        let byte = e.span().map_or(0, |span| span.start);
        let zh = format!("格式或取值不正确（{}）", e.message());
        ProfileError::at(text, byte, &zh, e.message())
    })?;
    let check = Checker { text };
    check.that(
        !file.id.get_ref().is_empty(),
        &file.id.span(),
        "编号不能为空",
        "the id is empty",
    )?;
    let mut schemes: Vec<SchemePeriod> = Vec::new();
    for scheme in file.scheme {
        let span = scheme.id.span();
        let period = check.period(&scheme.from, scheme.to.as_ref(), &span)?;
        let overlaps = schemes.iter().any(|other| other.period.overlaps(&period));
        check.that(
            !overlaps,
            &span,
            "分组方案的有效期重叠",
            "the periods of two schemes overlap",
        )?;
        schemes.push(SchemePeriod {
            id: scheme.id.into_inner(),
            period,
        });
    }
    check.that(
        !schemes.is_empty(),
        &(0..0),
        "至少要有一个 [[scheme]]",
        "a [[scheme]] is needed",
    )?;
    let mut parameters: Vec<Parameters> = Vec::new();
    for version in file.parameters {
        let span = version.version.span();
        let read = check.parameters(version)?;
        let clash = parameters.iter().any(|other| same_cases(other, &read));
        check.that(
            !clash,
            &span,
            "与前面的参数版本在有效期、险种和机构等级上重叠，或版本号相同",
            "overlaps an earlier version in period, insurance type and level, or has its name",
        )?;
        parameters.push(read);
    }
    Ok(Profile {
        id: file.id.into_inner(),
        title: file.title,
        title_en: file.title_en,
        source: file.source,
        example: file.example,
        edition: file.edition,
        qc_blocks_grouping: file.switches.qc_blocks_grouping,
        withdrawal_allowed: file.switches.withdrawal_allowed,
        schemes,
        parameters,
        digest: digest(text),
    })
}

/// Whether two versions could both hold for one case.
fn same_cases(a: &Parameters, b: &Parameters) -> bool {
    let levels = a.levels.is_empty()
        || b.levels.is_empty()
        || a.levels.iter().any(|level| b.levels.contains(level));
    let types = a.insutypes.iter().any(|code| b.insutypes.contains(code));
    a.version == b.version || (levels && types && a.period.overlaps(&b.period))
}

/// Checks sense and says the line where it fails.
struct Checker<'a> {
    text: &'a str,
}

impl Checker<'_> {
    fn that(&self, holds: bool, at: &Range<usize>, zh: &str, en: &str) -> Result<(), ProfileError> {
        if holds {
            Ok(())
        } else {
            Err(ProfileError::at(self.text, at.start, zh, en))
        }
    }

    fn period(
        &self,
        from: &Day,
        to: Option<&Day>,
        at: &Range<usize>,
    ) -> Result<Period, ProfileError> {
        let period = Period {
            from: from.0,
            to: to.map(|day| day.0),
        };
        let ordered = period.to.is_none_or(|to| period.from <= to);
        self.that(
            ordered,
            at,
            "有效期的止日早于起日",
            "the period ends before it begins",
        )?;
        Ok(period)
    }

    fn positive(&self, value: &Spanned<Exact>) -> Result<Decimal, ProfileError> {
        let number = value.get_ref().0;
        self.that(
            number > Decimal::ZERO,
            &value.span(),
            "必须大于 0",
            "must be greater than 0",
        )?;
        Ok(number)
    }

    fn parameters(&self, file: ParametersFile) -> Result<Parameters, ProfileError> {
        let period = self.period(&file.from, file.to.as_ref(), &file.version.span())?;
        self.that(
            !file.insutype.get_ref().is_empty(),
            &file.insutype.span(),
            "至少要有一个险种",
            "at least one insurance type is needed",
        )?;
        let rate = self.positive(&file.rate)?;
        let low = file.low.map(|low| self.low(&low)).transpose()?;
        let high = file
            .high
            .map(|high| self.high(&high, low.as_ref()))
            .transpose()?;
        let method = match file.method {
            MethodName::DrgRate => Method::Rate(RateMethod {
                rate,
                rounding: file.rounding,
                low,
                high,
            }),
        };
        Ok(Parameters {
            version: file.version.into_inner(),
            period,
            insutypes: file.insutype.into_inner(),
            levels: file.level,
            method,
            coefficients: file.coefficient,
        })
    }

    fn low(&self, file: &LowFile) -> Result<Low, ProfileError> {
        Ok(Low {
            strict: file.when == LowWhen::Below,
            bound: self.positive(&file.bound)?,
            settle: match file.low_settle {
                LowSettleName::ActualCost => LowSettle::ActualCost,
                LowSettleName::Standard => LowSettle::Standard,
            },
        })
    }

    fn high(&self, file: &HighFile, low: Option<&Low>) -> Result<High, ProfileError> {
        let mut bands: Vec<Band> = Vec::new();
        for band in file.bands.get_ref() {
            let bound = self.positive(&band.bound)?;
            let span = band.bound.span();
            let above_low = low.is_none_or(|low| low.bound < bound);
            self.that(
                above_low,
                &span,
                "高倍率界限须大于低倍率界限",
                "the high bound must exceed the low one",
            )?;
            let weight_up_to = band.weight_up_to.map(|limit| limit.0);
            let ascending = match (bands.last(), weight_up_to) {
                (None, _) => true,
                (
                    Some(Band {
                        weight_up_to: Some(before),
                        ..
                    }),
                    Some(limit),
                ) => *before < limit,
                (Some(before), None) => before.weight_up_to.is_some(),
                (Some(_), Some(_)) => false,
            };
            self.that(
                ascending,
                &span,
                "权重分段须递增",
                "the bands must ascend by weight",
            )?;
            bands.push(Band {
                weight_up_to,
                bound,
            });
        }
        let open = bands.last().is_some_and(|band| band.weight_up_to.is_none());
        self.that(
            open,
            &file.bands.span(),
            "最后一段不设权重上限",
            "the last band must have no upper weight",
        )?;
        Ok(High {
            strict: file.when == HighWhen::Above,
            bands,
            settle: self.high_settle(file)?,
        })
    }

    fn high_settle(&self, file: &HighFile) -> Result<HighSettle, ProfileError> {
        let plain = match (file.high_settle.get_ref(), &file.share) {
            (HighSettleName::StandardPlusExcess, Some(share)) => {
                let number = self.positive(share)?;
                let at_most_one = number <= Decimal::ONE;
                self.that(
                    at_most_one,
                    &share.span(),
                    "比例不能大于 1",
                    "the share must not exceed 1",
                )?;
                return Ok(HighSettle::StandardPlusExcess { share: number });
            }
            (HighSettleName::StandardPlusExcess, None) => None,
            (HighSettleName::ActualCost, None) => Some(HighSettle::ActualCost),
            (HighSettleName::Standard, None) => Some(HighSettle::Standard),
            (HighSettleName::Cap, None) => Some(HighSettle::Cap),
            (_, Some(_)) => None,
        };
        plain.ok_or_else(|| {
            ProfileError::at(
                self.text,
                file.high_settle.span().start,
                "share 只用于 standard_plus_excess，且必须给出",
                "share belongs to standard_plus_excess, which needs it",
            )
        })
    }
}
