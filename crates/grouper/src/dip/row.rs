//! One condition of a group: what a case must be to enter by it.

use super::cell::Span;
use super::prefix_map::PrefixMap;
use super::procedures::Performed;
use super::settings::Stage;
use super::treatment::Treatment;
use crate::case::Case;
use crate::reason::Reason;
use serde::Serialize;

/// What a row asks of the procedures.
#[derive(Debug)]
pub(crate) enum Asked {
    Any,
    Conservative,
    /// Parts, each met by one of its patterns (sorted).
    Parts(Vec<Box<[u32]>>),
}

/// One condition of a group; that its principal diagnosis fits, the index has told.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) group: usize,
    pub(crate) stage: Stage,
    pub(crate) line: u64,
    /// Prefixes and whole codes of the principal diagnosis; empty: any.
    pub(crate) keys: Vec<String>,
    pub(crate) other_dx: Option<PrefixMap<()>>,
    pub(crate) any_dx: Option<PrefixMap<()>>,
    pub(crate) asked: Asked,
    /// Whether one part must be met by the principal procedure.
    pub(crate) principal: bool,
    pub(crate) age_days: Option<Span>,
    pub(crate) age_years: Option<Span>,
    pub(crate) birth_weight: Option<Span>,
    /// Its further conditions in one text, to tell rows that ask the same.
    pub(crate) also: String,
}

/// How a row that fits fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Fit {
    pub(crate) parts: usize,
    /// Different procedures of the case that are the row's.
    pub(crate) matched: usize,
    pub(crate) principal: bool,
    pub(crate) exact: bool,
}

/// Why a row does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Miss {
    /// No other diagnosis is one it asks for.
    OtherDiagnosis,
    /// No diagnosis is one it asks for.
    AnyDiagnosis,
    /// A part of its procedures is not performed.
    Procedures,
    /// The principal procedure is none of its own.
    PrincipalProcedure,
    /// It is for conservative treatment, which this is not, or not known to be.
    Treatment,
    /// The age is another.
    Age,
    /// The birth weight is another.
    BirthWeight,
    /// It hangs on a number that the case lacks.
    Undecided,
}

/// What came of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fits(Fit),
    Fails(Miss),
    Undecided(Reason),
}

impl Row {
    /// Whether the case fits. `performed` is `None` where its procedures do not count.
    pub(crate) fn verdict(&self, case: &Case<'_>, performed: Option<&Performed>) -> Verdict {
        let others = case.dx.get(1..).unwrap_or_default();
        let has = |codes: &PrefixMap<()>, dx: &[&str]| dx.iter().any(|code| codes.contains(code));
        if self
            .other_dx
            .as_ref()
            .is_some_and(|codes| !has(codes, others))
        {
            return Verdict::Fails(Miss::OtherDiagnosis);
        }
        if self
            .any_dx
            .as_ref()
            .is_some_and(|codes| !has(codes, &case.dx))
        {
            return Verdict::Fails(Miss::AnyDiagnosis);
        }
        let fit = match self.fit(performed) {
            Ok(fit) => fit,
            Err(miss) => return Verdict::Fails(miss),
        };
        let mut undecided = None;
        for (number, miss, lacking) in [
            (self.days(case), Miss::Age, Reason::AgeDaysMissing),
            (self.years(case), Miss::Age, Reason::AgeMissing),
            (
                self.weight(case),
                Miss::BirthWeight,
                Reason::BirthWeightMissing,
            ),
        ] {
            match number {
                Some(false) => return Verdict::Fails(miss),
                Some(true) => {}
                None => undecided = undecided.or(Some(lacking)),
            }
        }
        undecided.map_or(Verdict::Fits(fit), Verdict::Undecided)
    }

    fn fit(&self, performed: Option<&Performed>) -> Result<Fit, Miss> {
        let parts = match &self.asked {
            Asked::Any => return Ok(Fit::default()),
            Asked::Conservative => {
                let treatment = performed.map_or(Some(Treatment::Conservative), |p| p.treatment);
                return match treatment {
                    Some(Treatment::Conservative) => Ok(Fit::default()),
                    _ => Err(Miss::Treatment),
                };
            }
            Asked::Parts(parts) => parts,
        };
        let performed = performed.ok_or(Miss::Procedures)?;
        let is_in = |part: &[u32], pattern: u32| part.binary_search(&pattern).is_ok();
        let mut hits = performed.hits.iter();
        if !parts.iter().all(|part| {
            let mut hits = performed.hits.iter();
            hits.any(|hit| is_in(part, hit.pattern))
        }) {
            return Err(Miss::Procedures);
        }
        let asks = |pattern: u32| parts.iter().any(|part| is_in(part, pattern));
        let principal = hits.any(|hit| Some(hit.place) == performed.principal && asks(hit.pattern));
        if self.principal && !principal {
            return Err(Miss::PrincipalProcedure);
        }
        // The hits of one procedure stand together.
        let mut matched = 0;
        let mut last = None;
        for hit in &performed.hits {
            if last != Some(hit.place) && asks(hit.pattern) {
                matched += 1;
                last = Some(hit.place);
            }
        }
        Ok(Fit {
            parts: parts.len(),
            matched,
            principal,
            exact: !performed.strays && matched == performed.distinct,
        })
    }

    /// `None`: it hangs on the age in days, which is missing.
    fn days(&self, case: &Case<'_>) -> Option<bool> {
        let Some(span) = self.age_days else {
            return Some(true);
        };
        match (case.age_days, case.age_years) {
            (Some(days), _) => Some(span.contains(days.into())),
            (None, Some(years)) => {
                // A year has at least 365 days: a span that ends before or begins at the
                // bounds of the age is decided without the days.
                let least = u32::from(years).saturating_mul(365);
                let most = (u32::from(years) + 1).saturating_mul(366);
                if span.to < least || span.from > most {
                    Some(false)
                } else if span.from <= least && most <= span.to {
                    Some(true)
                } else {
                    None
                }
            }
            (None, None) => None,
        }
    }

    fn years(&self, case: &Case<'_>) -> Option<bool> {
        let Some(span) = self.age_years else {
            return Some(true);
        };
        let years = case.age_years.map(u32::from);
        let years = years.or_else(|| case.age_days.map(|days| u32::from(days) * 4 / 1461));
        years.map(|years| span.contains(years))
    }

    /// A missing weight is never taken for 0: the lightest newborns score highest.
    fn weight(&self, case: &Case<'_>) -> Option<bool> {
        let Some(span) = self.birth_weight else {
            return Some(true);
        };
        let grams = case.birth_weight.filter(|grams| *grams > 0);
        grams.map(|grams| span.contains(grams))
    }
}
