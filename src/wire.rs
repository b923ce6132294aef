//! How numbers stand on the wire.
//!
//! The signed text of an answer holds each number's lexeme. Clients that parse numbers
//! into doubles write `12.50` back as `12.5` and then fail to verify, so decimals leave
//! without trailing zeros: `12.5`, `12`, which every JSON library writes back unchanged.

use chs_model::Money;
use rust_decimal::Decimal;
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

#[cfg(test)]
mod tests {
    use super::*;

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
