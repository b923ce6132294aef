//! How numbers and times stand on the wire.
//!
//! The signed text of an answer holds each number's lexeme. Clients that parse numbers
//! into doubles write `12.50` back as `12.5` and then fail to verify, so decimals leave
//! without trailing zeros: `12.5`, `12`, which every JSON library writes back unchanged.

use chrono::{DateTime, TimeDelta, Utc};
use chs_model::Money;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Number, Value};

/// A decimal as a JSON number without trailing zeros.
pub fn decimal(value: Decimal) -> Value {
    serde_json::from_str::<Number>(&value.normalize().to_string())
        .map_or(Value::Null, Value::Number)
}

/// An amount in yuan as a JSON number without trailing zeros.
pub fn yuan(amount: Money) -> Value {
    decimal(amount.to_decimal())
}

/// An amount of `fen` in yuan as a JSON number without trailing zeros.
pub fn yuan_of_fen(fen: i64) -> Value {
    decimal(Decimal::new(fen, 2))
}

/// An amount in yuan, as a number or as text, with at most two decimals.
///
/// # Errors
/// What is no such amount.
pub fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    Money::from_yuan_str(&text).map_err(|_| D::Error::custom("not an amount in yuan"))
}

/// As [`amount`], where there may be none.
///
/// # Errors
/// What is no such amount.
pub fn some_amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    amount(deserializer).map(Some)
}

/// Points of `ten_thousandths` as a JSON number.
pub fn points(ten_thousandths: i64) -> Value {
    decimal(Decimal::new(ten_thousandths, 4))
}

/// A moment as `yyyy-MM-dd HH:mm:ss`, China time.
pub fn china_time(at: DateTime<Utc>) -> String {
    (at + TimeDelta::hours(8))
        .format("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// A moment out of `yyyy-MM-dd[ HH:mm[:ss]]`, China time.
pub fn from_china_time(text: &str) -> Option<DateTime<Utc>> {
    let local = chs_model::parse_datetime(text)?;
    Some(local.and_utc() - TimeDelta::hours(8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_china_time_both_ways() {
        let at = from_china_time("2026-10-01 00:30:05").unwrap();
        assert_eq!(at.to_rfc3339(), "2026-09-30T16:30:05+00:00");
        assert_eq!(china_time(at), "2026-10-01 00:30:05");
    }

    #[test]
    fn amounts_lose_trailing_zeros_only() {
        for (fen, text) in [
            (1250, "12.5"),
            (1200, "12"),
            (1, "0.01"),
            (0, "0"),
            (-105, "-1.05"),
        ] {
            assert_eq!(yuan_of_fen(fen).to_string(), text);
        }
    }
}
