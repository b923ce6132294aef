//! People who do not exist.

use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use chs_grouper::Sex;
use chs_model::{completed_years, id_card};
use rand::RngExt;
use rand::rngs::StdRng;

/// The region of all identity numbers: no division of GB/T 2260 has this code.
const NOWHERE: &str = "990101";
const STEMS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
const BRANCHES: [char; 12] = [
    '子', '丑', '寅', '卯', '辰', '巳', '午', '未', '申', '酉', '戌', '亥',
];

/// A person's data for the list.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) birth: NaiveDate,
    pub(super) identity: String,
    pub(super) contact: String,
    /// `patn_rlts`.
    pub(super) relation: &'static str,
    /// `prfs`.
    pub(super) occupation: &'static str,
    /// Employees' insurance (`hi_type` 1), else residents' (2).
    pub(super) employee: bool,
}

/// Somebody of that age at admission.
pub(super) fn person(
    sex: Sex,
    years: u16,
    days: Option<u16>,
    admission: NaiveDate,
    rng: &mut StdRng,
) -> Person {
    let birth = birth(years, days, admission, rng);
    let (occupation, employee) = match years {
        0..=5 => ("90", false),
        6..=17 => ("31", false),
        18..=59 if rng.random_bool(0.5) => ("24", true),
        60.. if rng.random_bool(0.5) => ("80", true),
        _ => ("27", false),
    };
    Person {
        name: name(rng),
        birth,
        identity: identity(sex, birth, rng),
        contact: name(rng),
        relation: if years < 20 { "52" } else { "10" },
        occupation,
        employee,
    }
}

fn birth(years: u16, days: Option<u16>, admission: NaiveDate, rng: &mut StdRng) -> NaiveDate {
    if let Some(days) = days {
        return admission - TimeDelta::days(i64::from(days));
    }
    let birthday = admission - Months::new(u32::from(years) * 12);
    let birth = birthday - TimeDelta::days(rng.random_range(0..=364));
    // 29 February makes the year before the birthday a day short.
    if completed_years(birth, admission) == Some(years) {
        birth
    } else {
        birthday
    }
}

/// Two signs of the calendar cycle behind 样例 (sample).
fn name(rng: &mut StdRng) -> String {
    let mut sign = |signs: &[char]| {
        use rand::seq::IndexedRandom;
        signs.choose(rng).copied().unwrap_or('甲')
    };
    [
        "样例".to_owned(),
        sign(&STEMS).to_string(),
        sign(&BRANCHES).to_string(),
    ]
    .concat()
}

/// A number of the form of GB 11643: region, birth, sequence (odd for men), check.
fn identity(sex: Sex, birth: NaiveDate, rng: &mut StdRng) -> String {
    let half = rng.random_range(0..500);
    let sequence = match sex {
        Sex::Male => half * 2 + 1,
        Sex::Female => half * 2,
    };
    let first = format!(
        "{NOWHERE}{:04}{:02}{:02}{sequence:03}",
        birth.year(),
        birth.month(),
        birth.day()
    );
    let check = id_card::check_character(&first).unwrap_or('X');
    format!("{first}{check}")
}
