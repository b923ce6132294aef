//! The rule sets of an area over time: its tuning changes them on certain days, and a
//! list is checked by the set of its day.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::catalogue;
use crate::engine::Engine;
use crate::rule_file::RuleFileError;
use crate::tuning::Tuning;

/// One engine for each period between two changes, compiled at once: what a change
/// breaks is found when the rules are loaded, not on its day.
#[derive(Debug)]
pub struct RuleSets {
    /// First day and engine, in ascending order; the first period has no beginning.
    periods: Vec<(NaiveDate, Engine)>,
}

impl RuleSets {
    /// The rules of this crate alone.
    ///
    /// # Errors
    /// A fault of a shipped file; a test keeps them free of any.
    pub fn builtin() -> Result<Self, RuleFileError> {
        Ok(Self {
            periods: vec![(NaiveDate::MIN, Engine::builtin()?)],
        })
    }

    /// The rules of this crate, those of an area's own files (name, text) and its tuning.
    /// The version of each set is that of this crate, `+` and the area's name, and the
    /// first day of its period where it has one.
    ///
    /// # Errors
    /// The first fault of a file, with line and reason; nothing is loaded then.
    pub fn of_area(
        area: &str,
        own: &[(&str, &str)],
        tuning: &Tuning,
    ) -> Result<Self, RuleFileError> {
        let mut days: BTreeSet<NaiveDate> = tuning.turning_days().collect();
        days.insert(NaiveDate::MIN);
        let periods = days.into_iter().map(|day| {
            let since = match day {
                NaiveDate::MIN => String::new(),
                day => format!("@{day}"),
            };
            let version = format!("{}+{area}{since}", catalogue::VERSION);
            Ok((day, Engine::tuned(&version, own, tuning, day)?))
        });
        Ok(Self {
            periods: periods.collect::<Result<_, RuleFileError>>()?,
        })
    }

    /// The set in force on a day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&Engine> {
        let later = self.periods.partition_point(|(from, _)| *from <= day);
        let (_, engine) = self.periods.get(later.checked_sub(1)?)?;
        Some(engine)
    }

    /// All sets with the first day of each; that of the first is the earliest there is.
    pub fn periods(&self) -> impl Iterator<Item = (NaiveDate, &Engine)> {
        self.periods.iter().map(|(from, engine)| (*from, engine))
    }
}
