//! Dates and times.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use chs_model::{id_card, parse_datetime};

use super::context::At;
use super::{Context, Need};
use crate::typed::{Moment, Place};

/// A point in time as precise as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instant {
    pub(super) at: NaiveDateTime,
    /// Sent without a time of day.
    pub(super) day_only: bool,
}

impl Instant {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(Self {
            at: parse_datetime(text)?,
            day_only: text.trim().len() <= "yyyy-MM-dd".len(),
        })
    }

    fn day(date: NaiveDate) -> Self {
        Self {
            at: date.into(),
            day_only: true,
        }
    }

    pub(super) fn date(self) -> NaiveDate {
        self.at.date()
    }

    /// Compares as precisely as both sides are: a day with a time of the same day
    /// is neither earlier nor later.
    pub(super) fn compare(self, other: Self) -> std::cmp::Ordering {
        if self.day_only || other.day_only {
            self.date().cmp(&other.date())
        } else {
            self.at.cmp(&other.at)
        }
    }
}

impl<'a> Context<'a> {
    pub(super) fn moment(&self, moment: &'a Moment, at: At<'a>) -> Option<Instant> {
        match moment {
            Moment::Field(found) => {
                let text = self.field(*found, at)?;
                match found.place {
                    Place::Setlinfo => self.time(found.field, text),
                    _ => Instant::parse(text),
                }
            }
            Moment::Parsed(text) => Instant::parse(self.text(text, at)?),
            Moment::Day(inner) => Some(Instant::day(self.moment(inner, at)?.date())),
            Moment::Minute(inner) => {
                let instant = self.moment(inner, at)?;
                Some(Instant {
                    at: instant.at.with_second(0)?,
                    ..instant
                })
            }
            Moment::Shifted(inner, days) => {
                let day = self.moment(inner, at)?.date();
                day.checked_add_signed(TimeDelta::try_days(*days)?)
                    .map(Instant::day)
            }
            Moment::Now => {
                if self.input.now.is_none() {
                    self.note(Need::Clock);
                }
                self.input.now.map(|at| Instant {
                    at,
                    day_only: false,
                })
            }
            Moment::FirstPresent(moments) => {
                moments.iter().find_map(|moment| self.moment(moment, at))
            }
            Moment::IdBirth(text) => id_card::birth_date(self.text(text, at)?).map(Instant::day),
        }
    }
}
