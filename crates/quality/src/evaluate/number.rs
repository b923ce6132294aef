//! Numbers: exact decimals throughout.

use chs_model::{Row, completed_years, id_card, parse_decimal};
use rust_decimal::Decimal;

use super::Context;
use super::moment::Instant;
use crate::typed::{Arithmetic, Moment, Number};

impl<'a> Context<'a> {
    pub(super) fn number(&'a self, number: &'a Number, row: Option<&'a Row>) -> Option<Decimal> {
        match number {
            Number::Literal(literal) => Some(*literal),
            Number::Field(found) => parse_decimal(self.field(*found, row)?),
            Number::Parsed(text) => parse_decimal(self.text(text, row)?),
            Number::Count(rows) => Some(self.rows(rows).count().into()),
            Number::CountPresent(texts) => {
                let present = texts.iter().filter(|text| self.text(text, row).is_some());
                Some(present.count().into())
            }
            Number::Sum(rows, value) => {
                let mut values = self.rows(rows).map(|row| self.number(value, Some(row)));
                values.try_fold(Decimal::ZERO, |sum, value| sum.checked_add(value?))
            }
            Number::Least(parts) => self.chosen(parts, row, Decimal::min),
            Number::Greatest(parts) => self.chosen(parts, row, Decimal::max),
            Number::Absolute(inner) => Some(self.number(inner, row)?.abs()),
            Number::Calculated(left, operator, right) => {
                calculated(self.number(left, row)?, *operator, self.number(right, row)?)
            }
            Number::Length(text) => Some(self.text(text, row)?.chars().count().into()),
            Number::Digits(text) => {
                let value = self.text(text, row)?;
                Some(value.bytes().filter(u8::is_ascii_digit).count().into())
            }
            Number::Decimals(text) => {
                let value = self.text(text, row)?.trim();
                let decimals = value
                    .split_once('.')
                    .map_or(0, |(_, decimals)| decimals.len());
                parse_decimal(value).map(|_| decimals.into())
            }
            Number::Days(from, to) => {
                let (from, to) = self.span(from, to, row)?;
                Some((to.date() - from.date()).num_days().into())
            }
            Number::Years(from, to) => {
                let (from, to) = self.span(from, to, row)?;
                completed_years(from.date(), to.date()).map(Decimal::from)
            }
            Number::Hours(from, to) => {
                let minutes = self.minutes(from, to, row)?;
                minutes.checked_div(Decimal::from(60))
            }
            Number::Minutes(from, to) => self.minutes(from, to, row),
            Number::Duration(text) => duration(self.text(text, row)?),
            Number::AgeYears => self.list().age_years().map(Decimal::from),
            Number::AgeDays => self.list().age_days().map(Decimal::from),
            Number::IdSex(text) => id_card::sex(self.text(text, row)?).map(Decimal::from),
        }
    }

    fn chosen(
        &'a self,
        parts: &'a [Number],
        row: Option<&'a Row>,
        choose: fn(Decimal, Decimal) -> Decimal,
    ) -> Option<Decimal> {
        let mut values = parts.iter().map(|part| self.number(part, row));
        let first = values.next()??;
        values.try_fold(first, |best, value| Some(choose(best, value?)))
    }

    fn span(
        &self,
        from: &'a Moment,
        to: &'a Moment,
        row: Option<&'a Row>,
    ) -> Option<(Instant, Instant)> {
        Some((self.moment(from, row)?, self.moment(to, row)?))
    }

    /// Minutes between two times; unknown where one was sent without a time of day.
    fn minutes(&self, from: &'a Moment, to: &'a Moment, row: Option<&'a Row>) -> Option<Decimal> {
        let (from, to) = self.span(from, to, row)?;
        if from.day_only || to.day_only {
            return None;
        }
        Some((to.at - from.at).num_minutes().into())
    }
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
    use rust_decimal::Decimal;

    use super::duration;

    #[test]
    fn durations_in_hours() {
        assert_eq!(duration("1/13/30"), Some(Decimal::new(375, 1)));
        assert_eq!(duration("0/0/0"), Some(Decimal::ZERO));
        for text in ["", "1/2", "1/2/3/4", "a/b/c", "99999/0/0", "-1/0/0"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
