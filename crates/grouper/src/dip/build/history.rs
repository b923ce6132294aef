//! Past cases, counted by combination and year: memory is that of the combinations, not
//! of the cases.

use crate::case::MAX_CODES;
use crate::dip::CatalogueError;
use crate::dip::cell::{self, Procedure};
use crate::dip::load::{self, Exclusions};
use crate::dip::procedures::ProcedureTable;
use crate::dip::source::CatalogueSource;
use crate::efficacy::Moments;
use chs_model::{Money, names_procedure};
use foldhash::fast::FixedState;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// One past case as text columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PastCase<'a> {
    /// The year of discharge or settlement.
    pub year: &'a str,
    /// Diagnoses joined by `|`, the principal one first.
    pub dx: &'a str,
    /// Procedures joined by `|`, the principal one first.
    pub px: &'a str,
    /// The total cost in yuan.
    pub cost: &'a str,
}

/// Why a past case is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The year is no number of four digits.
    Year,
    /// The principal diagnosis is missing or too short to give a subcategory.
    Diagnosis,
    /// A procedure is no code.
    Procedure,
    /// More procedures than a case may have.
    TooManyCodes,
    /// The cost is no amount in yuan that can be counted.
    Cost,
}

impl Refusal {
    /// What it means, in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Year => "年份有误",
            Self::Diagnosis => "主要诊断缺失或有误",
            Self::Procedure => "手术操作编码有误",
            Self::TooManyCodes => "手术操作过多",
            Self::Cost => "费用有误",
        }
    }

    /// What it means, in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Year => "bad year",
            Self::Diagnosis => "principal diagnosis missing or bad",
            Self::Procedure => "bad procedure code",
            Self::TooManyCodes => "too many procedures",
            Self::Cost => "bad cost",
        }
    }
}

/// The area's tables that counting and the built catalogue go by:
/// `excluded_diagnoses.csv`, `excluded_procedures.csv` and `procedure_types.csv`.
#[derive(Debug, Default)]
pub struct Tables {
    pub(super) source: CatalogueSource,
    pub(super) diagnoses: Exclusions,
    pub(super) procedures: ProcedureTable,
}

impl Tables {
    /// The files that count; others are left aside.
    pub const FILES: [&str; 3] = [
        "excluded_diagnoses.csv",
        "excluded_procedures.csv",
        "procedure_types.csv",
    ];

    /// Reads the tables.
    ///
    /// # Errors
    /// The faults of the files, each with its line.
    pub fn load(source: &CatalogueSource) -> Result<Self, CatalogueError> {
        let (diagnoses, procedures) = load::tables(source)?;
        let files = source
            .files()
            .filter(|(name, _)| Self::FILES.contains(name));
        Ok(Self {
            source: CatalogueSource::new(files),
            diagnoses,
            procedures,
        })
    }
}

/// Past cases by combination and year.
#[derive(Debug, Clone)]
pub struct History<'t> {
    tables: &'t Tables,
    characters: usize,
    /// By `diagnosis|principal procedure|other/other…`, the others sorted.
    pub(super) combinations: HashMap<Box<str>, Vec<(u16, Moments)>, FixedState>,
    pub(super) refused: BTreeMap<Refusal, u64>,
    pub(super) excluded: u64,
    key: String,
}

impl<'t> History<'t> {
    /// No cases yet. `characters` of the principal diagnosis count: 3 (X00) or 5 (X00.0).
    #[must_use]
    pub fn new(tables: &'t Tables, characters: usize) -> Self {
        Self {
            tables,
            characters,
            combinations: HashMap::default(),
            refused: BTreeMap::new(),
            excluded: 0,
            key: String::new(),
        }
    }

    /// Counts a case, or why it is not counted.
    pub fn add(&mut self, case: &PastCase<'_>) {
        match self.count(case) {
            Ok(()) => {}
            Err(refusal) => *self.refused.entry(refusal).or_default() += 1,
        }
    }

    /// Counts the other's cases too.
    pub fn merge(&mut self, other: Self) {
        for (key, years) in other.combinations {
            let known = self.combinations.entry(key).or_default();
            for (year, moments) in years {
                of_year(known, year).merge(&moments);
            }
        }
        for (refusal, cases) in other.refused {
            *self.refused.entry(refusal).or_default() += cases;
        }
        self.excluded += other.excluded;
    }

    /// How many combinations there are.
    #[must_use]
    pub fn combination_count(&self) -> usize {
        self.combinations.len()
    }

    fn count(&mut self, case: &PastCase<'_>) -> Result<(), Refusal> {
        let year = case.year.trim();
        let year: u16 = year.parse().map_err(|_| Refusal::Year)?;
        if !(1000..=9999).contains(&year) {
            return Err(Refusal::Year);
        }
        let principal = case.dx.split('|').next().unwrap_or_default().trim();
        let prefix = principal.get(..self.characters).and_then(cell::prefix);
        let prefix = prefix.ok_or(Refusal::Diagnosis)?;
        let cost = Money::from_yuan_str(case.cost).map_err(|_| Refusal::Cost)?;
        let mut one = Moments::default();
        one.add(cost).map_err(|_| Refusal::Cost)?;
        let procedures = self.procedures(case.px)?;
        if self.tables.diagnoses.contains(principal) {
            self.excluded += 1;
            return Ok(());
        }
        self.key.clear();
        self.key.push_str(&prefix);
        self.key.push('|');
        if let Some((first, others)) = procedures.split_first() {
            self.key.push_str(first);
            self.key.push('|');
            for (place, other) in others.iter().enumerate() {
                if place > 0 {
                    self.key.push('/');
                }
                self.key.push_str(other);
            }
        } else {
            self.key.push('|');
        }
        match self.combinations.get_mut(self.key.as_str()) {
            Some(years) => of_year(years, year).merge(&one),
            None => {
                let key = self.key.as_str().into();
                self.combinations.insert(key, vec![(year, one)]);
            }
        }
        Ok(())
    }

    /// The procedures that are not excluded: the first, then the others sorted, each once.
    fn procedures<'a>(&self, px: &'a str) -> Result<Vec<&'a str>, Refusal> {
        let mut kept = Vec::new();
        for code in px
            .split('|')
            .map(str::trim)
            .filter(|code| names_procedure(code))
        {
            match cell::procedure(code) {
                Ok(Procedure::Whole(_)) => {}
                _ => return Err(Refusal::Procedure),
            }
            if !self.tables.procedures.is_excluded(code) {
                kept.push(code);
            }
        }
        if kept.len() > MAX_CODES {
            return Err(Refusal::TooManyCodes);
        }
        if let Some((first, others)) = kept.split_first_mut() {
            others.sort_unstable();
            let first = *first;
            let mut last = None;
            kept.retain(|code| {
                let is_first = last.is_none();
                let again = last == Some(*code) || (!is_first && *code == first);
                if !again {
                    last = Some(*code);
                }
                !again
            });
        }
        Ok(kept)
    }
}

fn of_year(years: &mut Vec<(u16, Moments)>, year: u16) -> &mut Moments {
    let place = match years.binary_search_by_key(&year, |known| known.0) {
        Ok(place) => place,
        Err(place) => {
            years.insert(place, (year, Moments::default()));
            place
        }
    };
    #[expect(clippy::indexing_slicing, reason = "found or inserted there")]
    let known = &mut years[place];
    &mut known.1
}

/// A combination as [`History`] writes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Combination<'k> {
    pub(super) diagnosis: &'k str,
    /// `None`: no procedure.
    pub(super) principal: Option<&'k str>,
    others: &'k str,
}

impl<'k> Combination<'k> {
    pub(super) fn of(key: &'k str) -> Self {
        let mut parts = key.splitn(3, '|');
        let mut part = || parts.next().unwrap_or_default();
        let (diagnosis, principal, others) = (part(), part(), part());
        Self {
            diagnosis,
            principal: (!principal.is_empty()).then_some(principal),
            others,
        }
    }

    /// The others as one text, to sort by.
    pub(super) fn others_text(self) -> &'k str {
        self.others
    }

    pub(super) fn others(self) -> impl Iterator<Item = &'k str> {
        self.others.split('/').filter(|code| !code.is_empty())
    }

    pub(super) fn procedures(self) -> impl Iterator<Item = &'k str> {
        self.principal.into_iter().chain(self.others())
    }
}
