//! The time of a message.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta};

/// China time is UTC+8 all year round (GB/T 7408).
const CHINA_OFFSET_SECONDS: i32 = 8 * 3600;

/// The member `timestamp`: `yyyyMMddHHmmss` in China time, or the 13 digits
/// of the milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp {
    text: String,
    millis: i64,
}

impl Timestamp {
    /// Reads either form. `None` on anything else, days and hours that do not
    /// exist included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let millis = match text.len() {
            13 => text.parse().ok()?,
            14 => china_time(text)?,
            _ => return None,
        };
        Some(Self {
            text: text.to_owned(),
            millis,
        })
    }

    /// The fourteen-digit form of a moment, given in milliseconds since
    /// 1970-01-01T00:00:00Z. `None` outside the years 0 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        let zone = FixedOffset::east_opt(CHINA_OFFSET_SECONDS)?;
        let moment = DateTime::from_timestamp_millis(millis)?.with_timezone(&zone);
        Self::parse(&moment.format("%Y%m%d%H%M%S").to_string())
    }

    /// The text, as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(&self) -> i64 {
        self.millis
    }

    /// How far the message lies before (negative) or after `now_millis`, in
    /// milliseconds.
    #[must_use]
    pub const fn skew_millis(&self, now_millis: i64) -> i64 {
        self.millis.saturating_sub(now_millis)
    }

    /// Whether the message lies within `window_seconds` of `now_millis`, on
    /// either side, the edges included.
    #[must_use]
    pub fn is_fresh(&self, now_millis: i64, window_seconds: u32) -> bool {
        let window = i64::from(window_seconds).saturating_mul(1000);
        self.skew_millis(now_millis).saturating_abs() <= window
    }
}

fn china_time(text: &str) -> Option<i64> {
    let field = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let year = text.get(0..4)?.parse().ok()?;
    let date = NaiveDate::from_ymd_opt(year, field(4, 6)?, field(6, 8)?)?;
    let local: NaiveDateTime = date.and_hms_opt(field(8, 10)?, field(10, 12)?, field(12, 14)?)?;
    let offset = TimeDelta::seconds(CHINA_OFFSET_SECONDS.into());
    Some(
        local
            .checked_sub_signed(offset)?
            .and_utc()
            .timestamp_millis(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_forms() {
        let local = Timestamp::parse("20261122080000").unwrap();
        assert_eq!(local.millis(), 1_795_305_600_000);
        let epoch = Timestamp::parse("1795305600000").unwrap();
        assert_eq!(
            (epoch.millis(), epoch.as_str()),
            (local.millis(), "1795305600000")
        );
        assert_eq!(Timestamp::from_millis(local.millis()), Some(local));
        let sub_second = Timestamp::from_millis(1_795_305_600_999).unwrap();
        assert_eq!(sub_second.as_str(), "20261122080000");
        assert_eq!(
            Timestamp::parse("20240229235959").unwrap().millis() % 60_000,
            59_000
        );
    }

    #[test]
    fn other_texts() {
        for bad in [
            "",
            "1795305600",
            "202611220800",
            "20261322080000",
            "20260229080000",
            "20261122240000",
            "20261122085960",
            "2026112208000a",
            "+795305600000",
            "-795305600000",
            " 179530560000",
            "２０２６1122080000",
            "2026-11-22 08:00",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Timestamp::from_millis(i64::MAX), None);
        assert_eq!(Timestamp::from_millis(253_402_300_800_000), None);
    }

    #[test]
    fn the_window_has_two_edges() {
        let stamp = Timestamp::parse("1795305600000").unwrap();
        for (now, fresh) in [
            (1_795_305_600_000, true),
            (1_795_305_900_000, true),
            (1_795_305_300_000, true),
            (1_795_305_900_001, false),
            (1_795_305_299_999, false),
            (i64::MIN, false),
            (i64::MAX, false),
        ] {
            assert_eq!(stamp.is_fresh(now, 300), fresh, "{now}");
        }
        assert!(!stamp.is_fresh(1_795_305_600_001, 0));
        assert!(stamp.is_fresh(1_795_305_600_000 + 4_000_000_000_000, u32::MAX));
        assert_eq!(stamp.skew_millis(1_795_305_601_000), -1000);
    }
}
