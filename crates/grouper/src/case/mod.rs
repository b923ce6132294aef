//! What grouping needs to know of a stay.

mod columns;
mod list;

pub use columns::Columns;
pub use list::MissingField;

use crate::reason::Reason;

/// Diagnoses, and procedures, that a case may have: far above any real record,
/// low enough that a hostile one costs little.
pub const MAX_CODES: usize = 1000;

/// Days of life that make a newborn (新生儿): 0 to 28.
const NEWBORN_DAYS: u16 = 28;

/// Sex as the rule language knows it (`XB`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 1, 男.
    Male,
    /// 2, 女.
    Female,
}

/// One stay, as far as grouping looks at it.
///
/// Codes are those of the insurance edition 2.0, exactly: letter case counts, a
/// dagger-asterisk pair such as `A01.002+G01*` is one code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Case<'a> {
    /// `None`: missing, unknown (0) or unspecified (9).
    pub sex: Option<Sex>,
    /// Age in completed years.
    pub age_years: Option<u16>,
    /// Age in completed days; asked for below one year only.
    pub age_days: Option<u16>,
    /// Birth or admission weight in grams.
    pub birth_weight: Option<u32>,
    /// Length of stay in days.
    pub los: Option<u16>,
    /// Department code of discharge; no rule of today asks for it.
    pub dept: &'a str,
    /// 离院方式, way of discharge; no rule of today asks for it.
    pub discharge: &'a str,
    /// Diagnoses, the principal one first.
    pub dx: Vec<&'a str>,
    /// Procedures, the principal one first.
    pub px: Vec<&'a str>,
}

impl Case<'_> {
    /// Why the case cannot be grouped at all, if so.
    pub(crate) fn invalid(&self) -> Option<Reason> {
        if self.dx.first().is_none_or(|code| code.is_empty()) {
            Some(Reason::PrincipalDiagnosisMissing)
        } else if self.age_years.is_none() && self.age_days.is_none() {
            Some(Reason::AgeMissing)
        } else if self.dx.len().max(self.px.len()) > MAX_CODES {
            Some(Reason::TooManyCodes)
        } else {
            None
        }
    }

    pub(crate) fn lacks_newborn_weight(&self) -> bool {
        self.age_years.unwrap_or(0) == 0
            && self.age_days.is_some_and(|days| days <= NEWBORN_DAYS)
            && self.birth_weight.unwrap_or(0) == 0
    }
}
