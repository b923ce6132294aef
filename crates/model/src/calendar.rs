//! Dates and times in the forms of the interface, and completed years and days.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// Reads `yyyy-MM-dd`, blanks around it ignored; nothing shorter or looser.
#[must_use]
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return None;
    }
    let year = text.get(0..4)?.parse().ok()?;
    let month = text.get(5..7)?.parse().ok()?;
    let day = text.get(8..10)?.parse().ok()?;
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Reads `yyyy-MM-dd`, `yyyy-MM-dd HH:mm` or `yyyy-MM-dd HH:mm:ss`, blanks around
/// it ignored; a date alone is its midnight.
#[must_use]
pub fn parse_datetime(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    match text.split_once(' ') {
        None => Some(parse_date(text)?.and_time(NaiveTime::MIN)),
        Some((date, time)) => Some(parse_date(date)?.and_time(parse_time(time)?)),
    }
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    let bytes = text.as_bytes();
    let shape = matches!(bytes.len(), 5 | 8)
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            2 | 5 => *byte == b':',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return None;
    }
    let hour = text.get(0..2)?.parse().ok()?;
    let minute = text.get(3..5)?.parse().ok()?;
    let second = match text.get(6..8) {
        Some(second) => second.parse().ok()?,
        None => 0,
    };
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// Completed years from `birth` to `day`; `None` where `day` comes first.
///
/// Somebody born on 29 February completes a year on 1 March of a common year.
#[must_use]
pub fn completed_years(birth: NaiveDate, day: NaiveDate) -> Option<u16> {
    day.years_since(birth)
        .and_then(|years| u16::try_from(years).ok())
}

/// Completed days from `birth` to `day`, the day of birth being day 0; `None` where
/// `day` comes first.
#[must_use]
pub fn completed_days(birth: NaiveDate, day: NaiveDate) -> Option<u16> {
    u16::try_from(day.signed_duration_since(birth).num_days()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::{Datelike, NaiveDate, Timelike};
    use proptest::prelude::*;

    use super::{completed_days, completed_years, parse_date, parse_datetime};

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn dates_have_one_form() {
        assert_eq!(day("2026-02-28").ordinal(), 59);
        for text in [
            "2026-02-29",
            "2026-2-28",
            "20260228",
            "2026/02/28",
            "2026-13-01",
            "",
            "-026-01-01",
            "2026-02-28 ",
        ] {
            assert_eq!(parse_date(text).is_some(), text == "2026-02-28 ", "{text}");
        }
        assert_eq!(parse_date("2026-02-28 08:00"), None);
    }

    #[test]
    fn times_may_stop_at_the_minute_or_the_day() {
        assert_eq!(parse_datetime("2026-10-01 08:30").unwrap().minute(), 30);
        assert_eq!(parse_datetime("2026-10-01 08:30:59").unwrap().second(), 59);
        assert_eq!(parse_datetime("2026-10-01").unwrap().hour(), 0);
        for text in [
            "2026-10-01T08:30",
            "2026-10-01 8:30",
            "2026-10-01 24:00",
            "2026-10-01 08:60",
            "2026-10-01  08:30",
            "2026-10-01 08:30:5",
        ] {
            assert_eq!(parse_datetime(text), None, "{text}");
        }
    }

    #[test]
    fn years_complete_on_the_birthday() {
        assert_eq!(
            completed_years(day("2000-02-29"), day("2001-02-28")),
            Some(0)
        );
        assert_eq!(
            completed_years(day("2000-02-29"), day("2001-03-01")),
            Some(1)
        );
        assert_eq!(
            completed_years(day("1960-10-01"), day("2026-09-30")),
            Some(65)
        );
        assert_eq!(
            completed_years(day("1960-10-01"), day("2026-10-01")),
            Some(66)
        );
        assert_eq!(completed_years(day("2026-10-02"), day("2026-10-01")), None);
        assert_eq!(
            completed_days(day("2026-10-01"), day("2026-10-01")),
            Some(0)
        );
        assert_eq!(completed_days(day("2026-10-02"), day("2026-10-01")), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}") {
            if let Some(date) = parse_date(&text) {
                prop_assert_eq!(date.format("%Y-%m-%d").to_string(), text.trim());
            }
            let _ = parse_datetime(&text);
        }

        #[test]
        fn days_and_years_agree(birth in 0i64..40_000, age in 0i64..40_000) {
            let origin = day("1900-01-01");
            let birth = origin + chrono::Duration::days(birth);
            let at = birth + chrono::Duration::days(age);
            prop_assert_eq!(completed_days(birth, at).map(i64::from), Some(age));
            let years = i64::from(completed_years(birth, at).unwrap());
            prop_assert!(years * 365 <= age && age < (years + 1) * 366);
        }
    }
}
