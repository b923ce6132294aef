//! The auxiliary catalogue (辅助目录) as computed attributes of a case: comorbidity (CCI),
//! severity, tumour severity, age, days of intensive care.
//!
//! Coefficients are not multiplied: the dimension with the highest one counts. Where a
//! level hangs on a value that the case lacks, the dimension has no level.

mod settings;

pub use settings::{
    AgeBand, AuxiliarySettings, DayBand, PointLevel, SeverityRule, SeveritySettings, TumourSettings,
};

use super::prefix_map::PrefixMap;
use crate::case::Case;
use chs_model::Money;
use rust_decimal::Decimal;
use serde::Serialize;
use settings::codes;

/// What else than a [`Case`] DIP looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extras {
    /// The case's total cost: decides ties by nearest mean cost, and tumour severity.
    pub cost: Option<Money>,
    /// What tumour severity measures the cost by; the group's mean cost if not given.
    pub standard: Option<Money>,
    /// Cost of treatment.
    pub treatment_cost: Option<Money>,
    /// Cost of drugs.
    pub drug_cost: Option<Money>,
    /// Days in intensive care.
    pub icu_days: Option<u16>,
}

/// A dimension of the auxiliary catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Comorbidity (CCI 指数).
    Cci,
    /// 疾病严重程度.
    Severity,
    /// 肿瘤严重程度.
    Tumour,
    /// 年龄特征.
    Age,
    /// 监护天数.
    IntensiveCare,
}

impl Dimension {
    /// The word in output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cci => "cci",
            Self::Severity => "severity",
            Self::Tumour => "tumour",
            Self::Age => "age",
            Self::IntensiveCare => "intensive_care",
        }
    }
}

/// The level that a case has in a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Level<'c> {
    /// The dimension.
    pub dimension: Dimension,
    /// The level's name.
    pub level: &'c str,
    /// Its coefficient; `None` where the catalogue gives none.
    pub coefficient: Option<Decimal>,
}

/// A case's levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Auxiliary<'c> {
    /// The sum of comorbidity weights.
    pub cci_points: u32,
    /// The levels, one a dimension.
    pub levels: [Option<Level<'c>>; 5],
}

impl<'c> Auxiliary<'c> {
    /// The level with the highest coefficient, which alone counts; of equal ones the
    /// first dimension's.
    #[must_use]
    pub fn highest(&self) -> Option<Level<'c>> {
        let levels = self.levels.iter().flatten();
        let with = levels.filter(|level| level.coefficient.is_some());
        with.copied().reduce(|best, level| {
            if level.coefficient > best.coefficient {
                level
            } else {
                best
            }
        })
    }
}

/// What `auxiliary.csv` says of a diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct DiagnosisFacts {
    pub(crate) cci: Option<u32>,
    pub(crate) failure: bool,
    pub(crate) damage: bool,
    pub(crate) cc: bool,
    pub(crate) mcc: bool,
}

/// The compiled tables.
#[derive(Debug, Default)]
pub(crate) struct AuxiliaryTables {
    pub(crate) diagnoses: PrefixMap<DiagnosisFacts>,
    tumours: PrefixMap<()>,
    metastases: PrefixMap<()>,
}

impl AuxiliaryTables {
    pub(crate) fn new(settings: &AuxiliarySettings, diagnoses: PrefixMap<DiagnosisFacts>) -> Self {
        let map = |cell: &str| {
            let mut map = PrefixMap::default();
            for code in codes(cell) {
                map.entry(&code);
            }
            map
        };
        let tumour = settings.tumour.as_ref();
        Self {
            diagnoses,
            tumours: tumour.map(|t| map(&t.diagnoses)).unwrap_or_default(),
            metastases: tumour.map(|t| map(&t.metastases)).unwrap_or_default(),
        }
    }

    /// The case's levels. `mean` is its group's mean cost.
    pub(crate) fn levels<'c>(
        &self,
        settings: &'c AuxiliarySettings,
        case: &Case<'_>,
        extras: &Extras,
        mean: Option<Money>,
    ) -> Auxiliary<'c> {
        let cci_points = self.cci_points(case);
        let principal = case.dx.first().copied().unwrap_or_default();
        let is_tumour = self.tumours.contains(principal);
        let level = |dimension, level, coefficient| Level {
            dimension,
            level,
            coefficient,
        };
        let cci = settings.cci.iter().rfind(|level| level.from <= cci_points);
        let severity = settings.severity.as_ref().filter(|_| !is_tumour);
        let severity = severity.and_then(|rule| {
            let name = self.severity(rule, &settings.death, case)?;
            Some(level(
                Dimension::Severity,
                name,
                rule.coefficients.get(name).copied(),
            ))
        });
        let tumour = settings.tumour.as_ref().filter(|_| is_tumour);
        let tumour = tumour.and_then(|rule| {
            let name = self.tumour(rule, &settings.death, case, extras, mean)?;
            Some(level(
                Dimension::Tumour,
                name,
                rule.coefficients.get(name).copied(),
            ))
        });
        let age = settings.age.iter().find(|band| in_band(band, case));
        let days = extras.icu_days.map(u32::from);
        let care = days.and_then(|days| {
            let mut bands = settings.intensive_care.iter();
            bands.find(|band| band.days.contains(days))
        });
        Auxiliary {
            cci_points,
            levels: [
                cci.map(|cci| level(Dimension::Cci, &cci.name, Some(cci.coefficient))),
                severity,
                tumour,
                age.map(|band| level(Dimension::Age, &band.name, Some(band.coefficient))),
                care.map(|band| {
                    level(Dimension::IntensiveCare, &band.name, Some(band.coefficient))
                }),
            ],
        }
    }

    /// The weights of the other diagnoses, of each three-character category the highest;
    /// a longer prefix's weight comes before a shorter one's.
    fn cci_points(&self, case: &Case<'_>) -> u32 {
        let weight = |code: &str| {
            let found = self.diagnoses.matches(code).filter_map(|facts| facts.cci);
            found.last().unwrap_or(0)
        };
        let others = case.dx.get(1..).unwrap_or_default();
        let mut points = 0_u32;
        for (place, code) in others.iter().enumerate() {
            let own = weight(code);
            let outdone = own > 0
                && others.iter().enumerate().any(|(at, other)| {
                    at != place && code.get(..3) == other.get(..3) && {
                        let theirs = weight(other);
                        theirs > own || (theirs == own && at < place)
                    }
                });
            if !outdone {
                points = points.saturating_add(own);
            }
        }
        points
    }

    fn severity(
        &self,
        rule: &SeveritySettings,
        death: &str,
        case: &Case<'_>,
    ) -> Option<&'static str> {
        let died = case.discharge == death;
        let stayed = case.los.map(|los| los >= rule.stay_from);
        match rule.rule {
            SeverityRule::Organ if died => Some(if stayed? { "IV-B" } else { "IV-A" }),
            SeverityRule::Complication if died => Some("IV"),
            SeverityRule::Organ if self.any_other(case, |facts| facts.failure) && stayed? => {
                Some("III")
            }
            SeverityRule::Organ if self.any_other(case, |facts| facts.damage) && stayed? => {
                Some("II")
            }
            SeverityRule::Organ => Some("I"),
            SeverityRule::Complication if self.any_other(case, |facts| facts.mcc) && stayed? => {
                Some("III")
            }
            SeverityRule::Complication if self.any_other(case, |facts| facts.cc) && stayed? => {
                Some("II")
            }
            SeverityRule::Complication => Some(if case.los? <= rule.short_stay {
                "I-A"
            } else {
                "I-B"
            }),
        }
    }

    fn tumour(
        &self,
        rule: &TumourSettings,
        death: &str,
        case: &Case<'_>,
        extras: &Extras,
        mean: Option<Money>,
    ) -> Option<&'static str> {
        if case.discharge == death {
            return Some("death");
        }
        let of_cost = |part: Option<Money>| {
            let (cost, part) = (extras.cost?.to_decimal(), part?.to_decimal());
            let standard = extras.standard.or(mean)?.to_decimal();
            Some(cost >= standard * rule.cost_multiple && part >= cost * rule.cost_share)
        };
        if of_cost(extras.treatment_cost) == Some(true) {
            return Some("treatment");
        }
        if of_cost(extras.drug_cost) == Some(true) {
            return Some("drugs");
        }
        if self.has_second_tumour(case) && case.los? >= rule.stay_from {
            Some("metastasis")
        } else if self.any_other(case, |facts| facts.failure) {
            Some("failure")
        } else if self.any_other(case, |facts| facts.damage) {
            Some("damage")
        } else {
            Some("other")
        }
    }

    /// A metastasis, or a tumour of another category than the principal one.
    fn has_second_tumour(&self, case: &Case<'_>) -> bool {
        let category = case.dx.first().and_then(|code| code.get(..3));
        case.dx.iter().skip(1).any(|code| {
            self.metastases.contains(code)
                || (self.tumours.contains(code) && code.get(..3) != category)
        })
    }

    fn any_other(&self, case: &Case<'_>, says: impl Fn(&DiagnosisFacts) -> bool) -> bool {
        let mut others = case.dx.iter().skip(1);
        others.any(|code| self.diagnoses.matches(code).any(&says))
    }
}

fn in_band(band: &AgeBand, case: &Case<'_>) -> bool {
    let days = case.age_days.map(u32::from);
    let years = case.age_years.map(u32::from);
    match (band.days, band.years) {
        (Some(span), _) => days.is_some_and(|days| span.contains(days)),
        (None, Some(span)) => years
            .or(days.map(|days| days * 4 / 1461))
            .is_some_and(|years| span.contains(years)),
        (None, None) => false,
    }
}
