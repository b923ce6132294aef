//! Resident identity numbers (公民身份号码, GB 11643-1999) of 18 characters, and the
//! 15-digit numbers they replaced.

use chrono::NaiveDate;

use crate::calendar::parse_date;

/// Weights of the first seventeen digits: 2^(18 − i) mod 11 (GB 11643, clause 4.2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by the weighted sum modulo 11.
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// Whether a number is sound: it holds a possible date of birth and, of 18 characters,
/// the check character that fits (`x` taken for `X`); a 15-digit number has none.
#[must_use]
pub fn checksum_ok(number: &str) -> bool {
    let checked = match number.len() {
        18 => {
            let last = number.chars().last().map(|last| last.to_ascii_uppercase());
            number
                .get(..17)
                .and_then(check_character)
                .is_some_and(|check| Some(check) == last)
        }
        15 => true,
        _ => false,
    };
    checked && birth_date(number).is_some()
}

/// The check character for the first seventeen digits; `None` if they are not
/// seventeen digits.
#[must_use]
pub fn check_character(first17: &str) -> Option<char> {
    if first17.chars().count() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (digit, weight) in first17.chars().zip(WEIGHTS) {
        sum += digit.to_digit(10)? * weight;
    }
    CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

/// The date of birth in the number, whether or not its check character fits.
#[must_use]
pub fn birth_date(number: &str) -> Option<NaiveDate> {
    let digits = digits(number)?;
    let (year, rest) = match digits.len() {
        17 => (digits.get(6..10)?.to_owned(), digits.get(10..14)?),
        _ => (format!("19{}", digits.get(6..8)?), digits.get(8..12)?),
    };
    parse_date(&format!("{year}-{}-{}", rest.get(..2)?, rest.get(2..)?))
}

/// The sex in the number: 1 male, 2 female (the codes of dictionary `gend`).
#[must_use]
pub fn sex(number: &str) -> Option<u8> {
    let last = digits(number)?.chars().last()?.to_digit(10)?;
    Some(if last % 2 == 1 { 1 } else { 2 })
}

/// The number without its check character, if its form is right.
fn digits(number: &str) -> Option<&str> {
    let digits = match number.len() {
        18 => {
            let (digits, check) = number.split_at_checked(17)?;
            let check = check.chars().next()?;
            (check.is_ascii_digit() || matches!(check, 'X' | 'x')).then_some(digits)?
        }
        15 => number,
        _ => return None,
    };
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(digits)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::{birth_date, check_character, checksum_ok, sex};
    use crate::parse_date;

    // The example number of the standard's own text.
    const EXAMPLE: &str = "11010519491231002X";

    #[test]
    fn the_example_of_the_standard_fits() {
        assert!(checksum_ok(EXAMPLE));
        assert!(checksum_ok("11010519491231002x"));
        assert!(!checksum_ok("110105194912310021"));
        assert_eq!(birth_date(EXAMPLE), parse_date("1949-12-31"));
        assert_eq!(sex(EXAMPLE), Some(2));
    }

    #[test]
    fn a_fitting_check_character_does_not_make_an_impossible_day() {
        let impossible = "61040219811303101X";
        assert_eq!(check_character("61040219811303101"), Some('X'));
        assert!(!checksum_ok(impossible));
    }

    #[test]
    fn the_fifteen_digit_form_has_no_check_character() {
        assert!(checksum_ok("110105491231002"));
        assert!(!checksum_ok("110105491331002"));
        assert_eq!(birth_date("110105491231002"), parse_date("1949-12-31"));
        assert_eq!(sex("110105491231003"), Some(1));
    }

    #[test]
    fn other_forms_are_refused() {
        for number in [
            "",
            "1101051949123100",
            "1101051949123１02",
            "11010519491231002Y",
            "X1010519491231002X",
        ] {
            assert!(!checksum_ok(number), "{number}");
            assert_eq!(sex(number), None, "{number}");
            assert_eq!(birth_date(number), None, "{number}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_seen(digits in "[0-9]{6}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", at in 0usize..17, by in 1u32..10) {
            let check = check_character(&digits).unwrap();
            let intact = format!("{digits}{check}");
            prop_assert!(checksum_ok(&intact));
            let spoilt: String = digits
                .chars()
                .enumerate()
                .map(|(i, c)| if i == at { char::from_digit((c.to_digit(10).unwrap() + by) % 10, 10).unwrap() } else { c })
                .collect();
            let spoilt = format!("{spoilt}{check}");
            prop_assert!(!checksum_ok(&spoilt));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,20}") {
            prop_assert_eq!(checksum_ok(&text) && birth_date(&text).is_none(), false);
            let _ = sex(&text);
        }
    }
}
