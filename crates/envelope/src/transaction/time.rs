//! The two ways in which the envelope writes a moment, both in China time.

use crate::sealed::Timestamp;

/// `inf_time`: `yyyy-MM-dd HH:mm:ss`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfTime {
    text: String,
    millis: i64,
}

impl InfTime {
    /// Reads the text; `None` on another form or a moment that does not exist.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let marks = |(at, byte): (usize, u8)| match at {
            4 | 7 => byte == b'-',
            10 => byte == b' ',
            13 | 16 => byte == b':',
            _ => byte.is_ascii_digit(),
        };
        if text.len() != 19 || !text.bytes().enumerate().all(marks) {
            return None;
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let millis = Timestamp::parse(&digits)?.millis();
        Some(Self {
            text: text.to_owned(),
            millis,
        })
    }

    /// The text of a moment, given in milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        let digits = Timestamp::from_millis(millis)?;
        let part = |from, to| digits.as_str().get(from..to);
        let text = format!(
            "{}-{}-{} {}:{}:{}",
            part(0, 4)?,
            part(4, 6)?,
            part(6, 8)?,
            part(8, 10)?,
            part(10, 12)?,
            part(12, 14)?
        );
        Some(Self {
            text,
            millis: digits.millis(),
        })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(&self) -> i64 {
        self.millis
    }

    /// How far the moment lies before (negative) or after `now_millis`.
    #[must_use]
    pub const fn skew_millis(&self, now_millis: i64) -> i64 {
        self.millis.saturating_sub(now_millis)
    }
}

/// `yyyyMMddHHmmssSSS`, as `refmsg_time` and `respond_time` are written.
pub(super) fn seventeen_digits(millis: i64) -> Option<String> {
    let seconds = Timestamp::from_millis(millis)?;
    Some(format!(
        "{}{:03}",
        seconds.as_str(),
        millis.rem_euclid(1_000)
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_ways() {
        let time = InfTime::parse("2026-11-22 08:00:00").unwrap();
        assert_eq!(time.millis(), 1_795_305_600_000);
        assert_eq!(InfTime::from_millis(1_795_305_600_999), Some(time.clone()));
        assert_eq!(time.skew_millis(1_795_305_601_000), -1_000);
        assert_eq!(
            seventeen_digits(1_795_305_600_042).unwrap(),
            "20261122080000042"
        );
        assert_eq!(seventeen_digits(i64::MAX), None);
    }

    #[test]
    fn other_texts() {
        for bad in [
            "",
            "2026-11-22",
            "2026-11-22T08:00:00",
            "2026/11/22 08:00:00",
            "2026-02-29 08:00:00",
            "2026-11-22 24:00:00",
            "20261122080000",
            "2026-11-22 8:00:000",
            "２026-11-22 08:00",
        ] {
            assert_eq!(InfTime::parse(bad), None, "{bad}");
        }
    }
}
