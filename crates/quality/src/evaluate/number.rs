//! Numbers: exact decimals throughout.

use chrono::NaiveDate;
use chs_model::{completed_years, id_card, parse_decimal};
use rust_decimal::{Decimal, RoundingStrategy};

use super::context::At;
use super::moment::Instant;
use super::{Context, Need};
use crate::regroup::Change;
use crate::typed::{Arithmetic, Moment, Number, Rows};

impl<'a> Context<'a> {
    pub(crate) fn number(&'a self, number: &'a Number, at: At<'a>) -> Option<Decimal> {
        match number {
            Number::Literal(literal) => Some(*literal),
            Number::Field(found) => parse_decimal(self.field(*found, at)?),
            Number::Parsed(text) => parse_decimal(self.text(text, at)?),
            Number::Count(rows) => {
                let count = self.rows(rows, at).count();
                self.are_known(rows).then(|| count.into())
            }
            Number::Distinct(rows, text) => {
                let count = self.distinct(rows, text, at);
                self.are_known(rows).then(|| count.into())
            }
            Number::CountPresent(texts) => {
                let present = texts.iter().filter(|text| self.text(text, at).is_some());
                Some(present.count().into())
            }
            Number::Sum(rows, value) => {
                let mut values = self.rows(rows, at).map(|at| self.number(value, at));
                let sum = values.try_fold(Decimal::ZERO, |sum, value| sum.checked_add(value?));
                sum.filter(|_| self.are_known(rows))
            }
            Number::Least(parts) => self.chosen(parts, at, Decimal::min),
            Number::Greatest(parts) => self.chosen(parts, at, Decimal::max),
            Number::Absolute(inner) => Some(self.number(inner, at)?.abs()),
            Number::Rounded(inner) => {
                let halves = RoundingStrategy::MidpointAwayFromZero;
                Some(self.number(inner, at)?.round_dp_with_strategy(2, halves))
            }
            Number::WeightWithout => self.weight_without(at),
            Number::IdleDays(rows, moments) => self.idle_days(rows, moments, at).map(Decimal::from),
            Number::Calculated(left, operator, right) => {
                calculated(self.number(left, at)?, *operator, self.number(right, at)?)
            }
            Number::Length(text) => Some(self.text(text, at)?.chars().count().into()),
            Number::Digits(text) => {
                let value = self.text(text, at)?;
                Some(value.bytes().filter(u8::is_ascii_digit).count().into())
            }
            Number::Decimals(text) => {
                let value = self.text(text, at)?.trim();
                let decimals = value
                    .split_once('.')
                    .map_or(0, |(_, decimals)| decimals.len());
                parse_decimal(value).map(|_| decimals.into())
            }
            Number::Days(from, to) => {
                let (from, to) = self.span(from, to, at)?;
                Some((to.date() - from.date()).num_days().into())
            }
            Number::Years(from, to) => {
                let (from, to) = self.span(from, to, at)?;
                years(from.date(), to.date()).map(Decimal::from)
            }
            Number::Hours(from, to) => {
                let minutes = self.minutes(from, to, at)?;
                minutes.checked_div(Decimal::from(60))
            }
            Number::Minutes(from, to) => self.minutes(from, to, at),
            Number::Duration(text) => duration(self.text(text, at)?),
            Number::AgeYears => self.age().1.map(Decimal::from),
            Number::AgeDays => self.age().0.map(Decimal::from),
            Number::IdSex(text) => id_card::sex(self.text(text, at)?).map(Decimal::from),
        }
    }

    /// The weight of the group that the list has without the diagnosis at hand.
    fn weight_without(&self, at: At<'a>) -> Option<Decimal> {
        let Some(regroup) = self.input.regroup else {
            self.note(Need::Grouper);
            return None;
        };
        let row = at.here.row()?;
        let change = Change::Remove {
            node: row.node(),
            row: row.index(),
        };
        regroup.regroup(&[change])?.weight
    }

    /// The longest run of days within two, both included, on which no row lies.
    fn idle_days(&'a self, rows: &'a Rows, moments: &'a [Moment; 3], at: At<'a>) -> Option<i64> {
        let [lies, from, to] = moments;
        let (from, to) = (self.moment(from, at)?.date(), self.moment(to, at)?.date());
        let mut days: Vec<NaiveDate> = self
            .rows(rows, at)
            .filter_map(|at| self.moment(lies, at).map(Instant::date))
            .filter(|day| (from..=to).contains(day))
            .collect();
        if !self.are_known(rows) {
            return None;
        }
        days.sort_unstable();
        let mut longest = 0;
        let mut next = from;
        for day in days {
            longest = longest.max((day - next).num_days());
            next = day.succ_opt()?;
        }
        Some(longest.max((to - next).num_days() + 1))
    }

    fn chosen(
        &'a self,
        parts: &'a [Number],
        at: At<'a>,
        choose: fn(Decimal, Decimal) -> Decimal,
    ) -> Option<Decimal> {
        let mut values = parts.iter().map(|part| self.number(part, at));
        let first = values.next()??;
        values.try_fold(first, |best, value| Some(choose(best, value?)))
    }

    fn span(&self, from: &'a Moment, to: &'a Moment, at: At<'a>) -> Option<(Instant, Instant)> {
        Some((self.moment(from, at)?, self.moment(to, at)?))
    }

    /// Minutes between two times; unknown where one was sent without a time of day.
    fn minutes(&self, from: &'a Moment, to: &'a Moment, at: At<'a>) -> Option<Decimal> {
        let (from, to) = self.span(from, to, at)?;
        if from.day_only || to.day_only {
            return None;
        }
        Some((to.at - from.at).num_minutes().into())
    }
}

/// Completed years, rounded down also where the first day comes second.
fn years(from: NaiveDate, to: NaiveDate) -> Option<i32> {
    if from <= to {
        return completed_years(from, to).map(i32::from);
    }
    let short = completed_years(to, from.pred_opt()?)?;
    Some(-1 - i32::from(short))
}

fn calculated(left: Decimal, operator: Arithmetic, right: Decimal) -> Option<Decimal> {
    match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Remainder => left.checked_rem(right),
    }
}

/// `days/hours/minutes` in hours; nothing for another form.
fn duration(text: &str) -> Option<Decimal> {
    let mut parts = text.trim().split('/').map(|part| part.parse::<u16>().ok());
    let (days, hours, minutes) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    let whole = u32::from(days) * 24 + u32::from(hours);
    Decimal::from(u64::from(whole) * 60 + u64::from(minutes)).checked_div(Decimal::from(60))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chrono::NaiveDate;
    use rust_decimal::Decimal;

    use super::{duration, years};

    #[test]
    fn years_are_rounded_down() {
        let day = |year, day| NaiveDate::from_ymd_opt(year, 3, day).unwrap();
        assert_eq!(years(day(2020, 5), day(2026, 4)), Some(5));
        assert_eq!(years(day(2026, 5), day(2026, 4)), Some(-1));
        assert_eq!(years(day(2026, 5), day(2025, 5)), Some(-1));
        assert_eq!(years(day(2026, 5), day(2025, 4)), Some(-2));
    }

    #[test]
    fn durations_in_hours() {
        assert_eq!(duration("1/13/30"), Some(Decimal::new(375, 1)));
        assert_eq!(duration("0/0/0"), Some(Decimal::ZERO));
        for text in ["", "1/2", "1/2/3/4", "a/b/c", "99999/0/0", "-1/0/0"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
