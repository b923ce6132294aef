//! When things happen during a stay.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use rand::RngExt;
use rand::rngs::StdRng;

use super::draw::Clinical;

/// The times of a stay.
#[derive(Debug)]
pub(super) struct Stay {
    pub(super) admission: NaiveDateTime,
    pub(super) discharge: NaiveDateTime,
    /// Days of stay.
    pub(super) days: u16,
    /// Hours on a ventilator.
    pub(super) ventilated: Option<u16>,
    /// Into intensive care and out of it.
    pub(super) intensive: Option<(NaiveDateTime, NaiveDateTime)>,
}

/// Discharges are in October 2026.
const FIRST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 10, 1);
const DAYS: i64 = 31;

/// A stay long enough for its codes.
pub(super) fn stay(clinical: &Clinical<'_>, rng: &mut StdRng) -> Stay {
    let has = |prefix: &str| {
        clinical
            .procedures
            .iter()
            .any(|code| code.code.starts_with(prefix))
    };
    let ventilated = if has("96.72") {
        Some(rng.random_range(97..=130))
    } else if has("96.7") {
        Some(rng.random_range(8..=90))
    } else {
        None
    };
    let least = (*clinical.stay.start()).max(if ventilated.is_some() { 8 } else { 2 });
    let usual = if clinical.procedures.is_empty() {
        9
    } else {
        14
    };
    let days = rng.random_range(least..=(*clinical.stay.end()).min(least + usual).max(least));
    let out = FIRST_DAY.unwrap_or_default() + TimeDelta::days(rng.random_range(0..DAYS));
    let admitted = out - TimeDelta::days(i64::from(days));
    let admission = at(admitted, rng.random_range(8..=16), rng.random_range(0..=59));
    let discharge = at(out, rng.random_range(9..=15), rng.random_range(0..=59));
    let watched = ventilated
        .map(|hours| hours + 6)
        .or_else(|| (days >= 6 && rng.random_bool(0.1)).then(|| rng.random_range(12..=72)));
    // After the operation, which is on the second day's morning.
    let entry = at(admitted + TimeDelta::days(1), 20, 0);
    let intensive = watched.map(|hours| (entry, entry + TimeDelta::hours(i64::from(hours))));
    Stay {
        admission,
        discharge,
        days,
        ventilated,
        intensive,
    }
}

/// A time of day.
pub(super) fn at(day: NaiveDate, hour: u32, minute: u32) -> NaiveDateTime {
    day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default())
}

/// `days/hours/minutes`, the form of durations in lists.
pub(super) fn duration(hours: u16) -> String {
    format!("{}/{}/0", hours / 24, hours % 24)
}
