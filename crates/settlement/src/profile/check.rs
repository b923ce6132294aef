//! The sense of a profile file, checked by hand; every mistake with its line.

use std::ops::Range;

use rust_decimal::Decimal;
use toml::Spanned;

use super::file::{Day, Exact, ProfileFile};
use super::{Parameters, Period, Profile, ProfileError, SchemePeriod, digest};

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
            area_catalogue: scheme.area_catalogue,
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
pub(super) struct Checker<'a> {
    text: &'a str,
}

impl Checker<'_> {
    /// The mistake, at a place of the text.
    pub(super) fn mistake(&self, at: &Range<usize>, zh: &str, en: &str) -> ProfileError {
        ProfileError::at(self.text, at.start, zh, en)
    }

    pub(super) fn that(
        &self,
        holds: bool,
        at: &Range<usize>,
        zh: &str,
        en: &str,
    ) -> Result<(), ProfileError> {
        if holds {
            Ok(())
        } else {
            Err(self.mistake(at, zh, en))
        }
    }

    pub(super) fn period(
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

    pub(super) fn positive(&self, value: &Spanned<Exact>) -> Result<Decimal, ProfileError> {
        let number = value.get_ref().0;
        self.that(
            number > Decimal::ZERO,
            &value.span(),
            "必须大于 0",
            "must be greater than 0",
        )?;
        Ok(number)
    }
}
