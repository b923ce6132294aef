//! A case out of the text columns that the command line reads.

use super::{Case, Sex};
use crate::reason::Reason;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// The columns `sex,age,age_days,birth_weight,dept,los,discharge,dx,px` of one
/// row as text; blanks around a value do not count, an empty one is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Columns<'a> {
    /// 1 male, 2 female, 0 unknown, 9 unspecified (GB/T 2261.1).
    pub sex: &'a str,
    /// Age in years.
    pub age: &'a str,
    /// Age in days.
    pub age_days: &'a str,
    /// Weight in grams.
    pub birth_weight: &'a str,
    /// Department.
    pub dept: &'a str,
    /// Length of stay in days.
    pub los: &'a str,
    /// 离院方式.
    pub discharge: &'a str,
    /// Diagnoses joined by `|`, the principal one first.
    pub dx: &'a str,
    /// Procedures joined by `|`, the principal one first.
    pub px: &'a str,
}

impl<'a> Columns<'a> {
    /// Reads the row as a case.
    ///
    /// # Errors
    /// The reason why the row is invalid.
    pub fn case(&self) -> Result<Case<'a>, Reason> {
        let mut dx = Vec::new();
        let mut codes = self.dx.split('|').map(str::trim);
        // The first place is the principal one's: empty, it is missing, and the
        // next code does not move up.
        let principal = codes.next().filter(|code| !code.is_empty());
        dx.push(principal.ok_or(Reason::PrincipalDiagnosisMissing)?);
        dx.extend(codes.filter(|code| !code.is_empty()));
        let px = self.px.split('|').map(str::trim);
        let case = Case {
            sex: sex(self.sex.trim())?,
            age_years: small(self.age, Reason::BadAge)?,
            age_days: small(self.age_days, Reason::BadAgeDays)?,
            birth_weight: whole(self.birth_weight, Reason::BadBirthWeight)?,
            los: small(self.los, Reason::BadLos)?,
            dept: self.dept.trim(),
            discharge: self.discharge.trim(),
            dx,
            px: px.filter(|code| !code.is_empty()).collect(),
        };
        case.invalid().map_or(Ok(case), Err)
    }
}

fn sex(text: &str) -> Result<Option<Sex>, Reason> {
    match text {
        "1" => Ok(Some(Sex::Male)),
        "2" => Ok(Some(Sex::Female)),
        "" | "0" | "9" => Ok(None),
        _ => Err(Reason::BadSex),
    }
}

fn small(text: &str, reason: Reason) -> Result<Option<u16>, Reason> {
    let number = whole(text, reason)?;
    let number = number.map(u16::try_from).transpose();
    number.map_err(|_| reason)
}

/// A number of no more than its whole part: the rules' limits are whole, so a
/// fraction decides nothing.
fn whole(text: &str, reason: Reason) -> Result<Option<u32>, Reason> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return Err(reason);
    }
    let number = match text.parse::<u32>() {
        Ok(number) => Some(number),
        Err(_) => text
            .parse::<Decimal>()
            .ok()
            .and_then(|d| d.trunc().to_u32()),
    };
    number.map(Some).ok_or(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: Columns<'_> = Columns {
        sex: "1",
        age: "0",
        age_days: "3",
        birth_weight: "2500",
        dept: "",
        los: "",
        discharge: "",
        dx: "P07.300x001 | |P36.900",
        px: "",
    };

    #[test]
    fn a_row_reads() {
        let case = ROW.case().expect("a case");
        assert_eq!(case.sex, Some(Sex::Male));
        assert_eq!(case.birth_weight, Some(2500));
        assert_eq!(case.dx, ["P07.300x001", "P36.900"]);
        assert!(case.px.is_empty());
        let fraction = Columns {
            birth_weight: "1499.50",
            ..ROW
        };
        assert_eq!(fraction.case().expect("a case").birth_weight, Some(1499));
    }

    #[test]
    fn bad_values_have_their_reasons() {
        let reason = |row: Columns<'_>| row.case().expect_err("invalid");
        assert_eq!(reason(Columns { sex: "男", ..ROW }), Reason::BadSex);
        assert_eq!(reason(Columns { age: "-1", ..ROW }), Reason::BadAge);
        assert_eq!(reason(Columns { age: "1e3", ..ROW }), Reason::BadAge);
        assert_eq!(
            reason(Columns {
                age: "1.2.3",
                ..ROW
            }),
            Reason::BadAge
        );
        assert_eq!(
            reason(Columns {
                age: "99999",
                ..ROW
            }),
            Reason::BadAge
        );
        let days = Columns {
            age_days: "三",
            ..ROW
        };
        assert_eq!(reason(days), Reason::BadAgeDays);
        let weight = Columns {
            birth_weight: "2.5kg",
            ..ROW
        };
        assert_eq!(reason(weight), Reason::BadBirthWeight);
        assert_eq!(reason(Columns { los: "x", ..ROW }), Reason::BadLos);
        for dx in ["", " ", "|P36.900"] {
            let row = Columns { dx, ..ROW };
            assert_eq!(reason(row), Reason::PrincipalDiagnosisMissing, "{dx:?}");
        }
        let ageless = Columns {
            age: "",
            age_days: "",
            ..ROW
        };
        assert_eq!(reason(ageless), Reason::AgeMissing);
        let many = "A01.000|".repeat(super::super::MAX_CODES + 1);
        let many = Columns { dx: &many, ..ROW };
        assert_eq!(reason(many), Reason::TooManyCodes);
    }

    #[test]
    fn unknown_sex_is_no_error() {
        for sex in ["", "0", "9", " "] {
            assert_eq!(Columns { sex, ..ROW }.case().expect("a case").sex, None);
        }
    }
}
