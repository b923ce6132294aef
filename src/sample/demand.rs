//! What a code asks of the patient: sex, age, weight.
//!
//! Sources: sex-limited categories of ICD-10 volume 2, chapters of ICD-9-CM-3, the
//! definitions of the categories; names of the insurance edition where a code below a
//! category is limited to one sex.

use std::ops::RangeInclusive;

use chs_grouper::Sex;
use chs_model::icd::IcdCode;

/// Bounds on the patient; the widest ones by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Demand {
    pub(super) sex: Option<Sex>,
    /// Completed years at admission.
    pub(super) years: RangeInclusive<u16>,
    /// Completed days at admission, looked at below one year only.
    pub(super) days: RangeInclusive<u16>,
    /// Birth weight in grams, looked at to the 28th day only.
    pub(super) grams: RangeInclusive<u32>,
    /// Length of stay in days.
    pub(super) stay: RangeInclusive<u16>,
}

impl Default for Demand {
    fn default() -> Demand {
        Demand {
            sex: None,
            years: 0..=90,
            days: 0..=364,
            grams: 600..=5_500,
            stay: 2..=40,
        }
    }
}

impl Demand {
    /// Both demands at once; `None` if they contradict each other.
    pub(super) fn and(&self, other: &Demand) -> Option<Demand> {
        let sex = match (self.sex, other.sex) {
            (Some(mine), Some(theirs)) if mine != theirs => return None,
            (mine, theirs) => mine.or(theirs),
        };
        Some(Demand {
            sex,
            years: meet(&self.years, &other.years)?,
            days: meet(&self.days, &other.days)?,
            grams: meet(&self.grams, &other.grams)?,
            stay: meet(&self.stay, &other.stay)?,
        })
    }

    /// Whether only a newborn (to the 28th day) fits.
    pub(super) fn newborn_only(&self) -> bool {
        *self.years.end() == 0 && *self.days.end() <= 28
    }
}

fn meet<T: Copy + Ord>(a: &RangeInclusive<T>, b: &RangeInclusive<T>) -> Option<RangeInclusive<T>> {
    let range = *a.start().max(b.start())..=*a.end().min(b.end());
    (!range.is_empty()).then_some(range)
}

/// Categories of female patients; a bound compares as many characters as it has.
const FEMALE: &[&str] = &[
    "A34",
    "B37.3",
    "C51-C58",
    "C79.6",
    "D06",
    "D07.0-D07.3",
    "D25-D28",
    "D39",
    "E28",
    "E89.4",
    "F52.5",
    "F53",
    "I86.3",
    "L29.2",
    "L70.5",
    "M80.0-M80.1",
    "M81.0-M81.1",
    "M83.0",
    "N70-N98",
    "N99.2-N99.3",
    "O00-O99",
    "P54.6",
    "Q50-Q52",
    "R87",
    "S31.4",
    "S37.4-S37.6",
    "T19.2-T19.3",
    "T83.3",
    "Z01.4",
    "Z12.4",
    "Z30.1",
    "Z30.3",
    "Z30.5",
    "Z31.1-Z31.2",
    "Z32-Z37",
    "Z39",
    "Z43.7",
    "Z87.5",
    "Z97.5",
];
/// Categories of male patients.
const MALE: &[&str] = &[
    "B26.0",
    "C60-C63",
    "D07.4-D07.6",
    "D17.6",
    "D29",
    "D40",
    "E29",
    "E89.5",
    "F52.4",
    "I86.1",
    "L29.1",
    "N40-N51",
    "Q53-Q55",
    "R86",
    "S31.2-S31.3",
    "Z12.5",
];
const FEMALE_WORDS: &[&str] = &[
    "子宫",
    "卵巢",
    "阴道",
    "宫颈",
    "输卵管",
    "外阴",
    "阴唇",
    "阴蒂",
    "女性",
    "月经",
    "绝经",
    "妊娠",
    "孕",
    "产后",
    "产褥",
    "分娩",
    "羊水",
    "胎盘",
];
const MALE_WORDS: &[&str] = &[
    "前列腺",
    "阴茎",
    "睾丸",
    "阴囊",
    "附睾",
    "精索",
    "精囊",
    "输精管",
    "男性",
    "包皮",
    "射精",
];
/// Procedures on female and male patients; 64.5 is a change of sex.
const FEMALE_PROCEDURES: &[&str] = &[
    "65-75",
    "87.81-87.89",
    "88.46",
    "88.78",
    "89.26",
    "91.4",
    "92.17",
    "96.14-96.18",
    "97.24-97.26",
    "97.71-97.75",
    "98.16-98.17",
    "98.23",
    "99.98",
];
const MALE_PROCEDURES: &[&str] = &[
    "60-63",
    "64.0-64.4",
    "64.9",
    "87.91-87.95",
    "98.24",
    "99.94-99.96",
];

type Ages = (&'static [&'static str], RangeInclusive<u16>);

/// Years that a category asks for.
const YEARS: &[Ages] = &[
    (&["O00-O99", "Z32-Z37", "Z39"], 20..=40),
    (&["M08-M09", "E30.1", "F90-F98"], 6..=17),
    (&["A50.0-A50.2", "R95"], 0..=0),
    (&["J40", "C51-C58"], 18..=90),
    (&["C61", "N40", "H25", "F00-F03", "N95"], 45..=90),
    (&["R54"], 65..=90),
];
/// Categories of the first 28 days, and those of infants.
const NEWBORN: &[&str] = &["A33", "Z38", "P05", "P07", "P08"];
const PERINATAL: &[&str] = &["P00-P96"];
/// Birth weights in grams by code.
const GRAMS: &[(&str, RangeInclusive<u32>)] = &[
    ("P07.001", 600..=990),
    ("P07.002", 200..=490),
    ("P07.0", 200..=990),
    ("P07.101", 1_500..=2_490),
    ("P07.102", 1_000..=1_490),
    ("P07.1", 1_000..=2_490),
    ("P08.0", 4_500..=5_500),
];

/// Whether a code lies in one of the ranges (`A34`, `C51-C58`, `M80.0-M80.1`).
pub(super) fn in_ranges(code: &str, ranges: &[&str]) -> bool {
    ranges.iter().any(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let head = |bound: &str| code.get(..bound.len());
        head(first).is_some_and(|head| head >= first) && head(last).is_some_and(|head| head <= last)
    })
}

/// What a diagnosis asks for; `None` if it asks for both sexes.
pub(super) fn of_diagnosis(code: &IcdCode) -> Option<Demand> {
    let (dagger, asterisk) = code.code.split_once('+').unwrap_or((code.code, ""));
    let perinatal = in_ranges(dagger, &["P00-P96", "Z38"]);
    // Perinatal names speak of the mother.
    let named = |words: &[&str]| !perinatal && words.iter().any(|word| code.name.contains(word));
    let female =
        in_ranges(dagger, FEMALE) || in_ranges(asterisk, &["N74", "N77"]) || named(FEMALE_WORDS);
    let male = in_ranges(dagger, MALE) || in_ranges(asterisk, &["N51"]) || named(MALE_WORDS);
    let mut demand = Demand {
        sex: sex(female, male)?,
        ..Demand::default()
    };
    if in_ranges(dagger, PERINATAL) {
        demand.years = 0..=0;
    }
    if in_ranges(dagger, NEWBORN) || code.name.contains("新生儿") {
        (demand.years, demand.days) = (0..=0, 0..=28);
    }
    if let Some((_, years)) = YEARS.iter().find(|(ranges, _)| in_ranges(dagger, ranges)) {
        demand.years = years.clone();
    }
    if code.name.contains("老年") {
        demand.years = meet(&demand.years, &(65..=90))?;
    }
    if let Some((_, grams)) = GRAMS.iter().find(|(prefix, _)| dagger.starts_with(prefix)) {
        demand.grams = grams.clone();
    }
    Some(demand)
}

/// What a procedure asks for; `None` if it asks for both sexes.
pub(super) fn of_procedure(code: &IcdCode) -> Option<Demand> {
    let named = |words: &[&str]| words.iter().any(|word| code.name.contains(word));
    let female = in_ranges(code.code, FEMALE_PROCEDURES) || named(FEMALE_WORDS);
    let male = in_ranges(code.code, MALE_PROCEDURES) || named(MALE_WORDS);
    let mut demand = Demand {
        sex: sex(female, male)?,
        ..Demand::default()
    };
    if in_ranges(code.code, &["72-75"]) {
        demand.years = 20..=40;
    }
    if code.code.starts_with("96.7") {
        demand.stay = 8..=40;
    }
    Some(demand)
}

/// `None` for a code of both.
fn sex(female: bool, male: bool) -> Option<Option<Sex>> {
    match (female, male) {
        (true, true) => None,
        (true, false) => Some(Some(Sex::Female)),
        (false, true) => Some(Some(Sex::Male)),
        (false, false) => Some(None),
    }
}
