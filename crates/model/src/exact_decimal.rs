//! Decimal numbers read without loss.

use rust_decimal::Decimal;

/// Reads a decimal in the grammar of JSON numbers (leading zeros allowed), with
/// blanks around it ignored; `None` where it is another text or has more digits
/// than can be held exactly.
#[must_use]
pub fn parse_decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (unsigned.get(..at)?, Some(unsigned.get(at + 1..)?)),
        None => (unsigned, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    if !digits(integer) || !fraction.is_none_or(digits) {
        return None;
    }
    match exponent {
        None => Decimal::from_str_exact(text).ok(),
        Some(exponent) => {
            let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if !digits(power) {
                return None;
            }
            // The mantissa is checked first: the scientific reader alone would round it.
            Decimal::from_str_exact(mantissa).ok()?;
            Decimal::from_scientific(text).ok()
        }
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::parse_decimal;

    #[test]
    fn reads_the_grammar_of_json_numbers() {
        assert_eq!(parse_decimal("12.50"), Some(Decimal::new(1250, 2)));
        assert_eq!(parse_decimal(" -0.01 "), Some(Decimal::new(-1, 2)));
        assert_eq!(parse_decimal("1.25e2"), Some(Decimal::from(125)));
        assert_eq!(parse_decimal("1E-2"), Some(Decimal::new(1, 2)));
        assert_eq!(parse_decimal("007"), Some(Decimal::from(7)));
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            " ",
            "-",
            "+1",
            ".5",
            "5.",
            "1_000",
            "1,000",
            "0x10",
            "1e",
            "1e+",
            "NaN",
            "１２",
            "1 2",
            "--1",
            "1.2.3",
            "1e999999",
            "1e-999999",
            "123456789012345678901234567890123456789",
            "0.12345678901234567890123456789012345",
        ] {
            assert_eq!(parse_decimal(text), None, "{text}");
        }
    }
}
