//! What a hospital's own screens ask before discharge, fees, categories and mappings
//! change: pure decisions, each with the reason of a refusal.
//!
//! Source: requirements of hospital-side insurance systems, items 1 to 18; the list
//! rules among them stand in the catalogue (QC-TIM-028 and on).

mod catalogue;
mod guards;

use std::collections::BTreeSet;

use chrono::{NaiveDateTime, Timelike};
use rust_decimal::Decimal;

pub use catalogue::{CatalogueChange, CatalogueItem, CatalogueQuery, ChangeKind, catalogue_diff};
pub use guards::{
    CategoryChange, DecoctionMark, DischargeState, GuardRefusal, category_change, decoction_mark,
    discharge, fee_change, mapping_edit, mapping_gaps,
};

/// The time in the wards, from entry to exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WardStay {
    /// Whole minutes.
    pub minutes: i64,
    /// Calendar days, those of entry and exit counting once, at least one (卫医政发
    /// 〔2011〕84号): what `act_ipt_days` is compared with.
    pub days: i64,
}

impl WardStay {
    /// The stay between entry and exit; `None` where the exit lies before the entry.
    #[must_use]
    pub fn between(entry: NaiveDateTime, exit: NaiveDateTime) -> Option<Self> {
        let (entry, exit) = (to_minute(entry)?, to_minute(exit)?);
        let minutes = (exit - entry).num_minutes();
        (minutes >= 0).then(|| Self {
            minutes,
            days: (exit.date() - entry.date()).num_days().max(1),
        })
    }

    /// `days/hours/minutes`.
    #[must_use]
    pub fn written(self) -> String {
        let (days, rest) = (self.minutes / 1440, self.minutes % 1440);
        format!("{days}/{}/{}", rest / 60, rest % 60)
    }
}

pub(crate) fn to_minute(time: NaiveDateTime) -> Option<NaiveDateTime> {
    time.with_second(0)?.with_nanosecond(0)
}

/// How far the codes of the hospital record stand in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Codes of the record that the list has.
    pub uploaded: usize,
    /// Codes of the record.
    pub required: usize,
    /// Codes of the record that the list lacks.
    pub missing: Vec<String>,
}

impl Coverage {
    /// Compares the codes of the record with those of the list; each counts once.
    pub fn of<'a>(
        record: impl IntoIterator<Item = &'a str>,
        list: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let record: BTreeSet<&str> = record.into_iter().collect();
        let list: BTreeSet<&str> = list.into_iter().collect();
        let missing: Vec<String> = record
            .difference(&list)
            .map(|code| (*code).into())
            .collect();
        Self {
            uploaded: record.len() - missing.len(),
            required: record.len(),
            missing,
        }
    }

    /// Uploaded over required; 1 where nothing is required.
    #[must_use]
    pub fn rate(&self) -> Decimal {
        Decimal::from(self.uploaded)
            .checked_div(Decimal::from(self.required))
            .unwrap_or(Decimal::ONE)
    }
}

/// The fee lines, by their place, that belong to the emergency stay: those before ward
/// entry. A line at the very minute of entry belongs to the ward, which the requirements
/// leave open and this project decides.
#[must_use]
pub fn emergency_lines(times: &[NaiveDateTime], ward_entry: NaiveDateTime) -> Vec<usize> {
    let lines = times.iter().enumerate();
    let before = lines.filter(|(_, time)| **time < ward_entry);
    before.map(|(place, _)| place).collect()
}
