//! The built-in profiles (付费档案), and the price of a grouped case under one.
//!
//! A profile is data in `profiles/<id>.toml`, carried inside the program, so that
//! an estimate can always be traced to a digest in `/version`.

use chrono::NaiveDate;
use chs_grouper::Scheme;
use chs_model::{Money, parse_decimal};
use chs_settlement::{Estimate, Facts, Level, PricingCase, Profile, Unpriced};

/// Ids and texts of the built-in profiles.
const BUILTIN: [(&str, &str); 1] = [("xianyang", include_str!("../profiles/xianyang.toml"))];
/// The ids alone, in the same order.
const IDS: [&str; 1] = ["xianyang"];

/// A profile that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuiltinProfileError {
    /// No such profile.
    #[error("没有付费档案 {id},可用：{known} / there is no profile {id}; known: {known}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// What there is.
        known: String,
    },
    /// The file has a mistake.
    #[error("{id}:{source}")]
    Faulty {
        /// The profile.
        id: String,
        /// The mistake with its line.
        source: chs_settlement::ProfileError,
    },
}

/// Ids of the built-in profiles.
#[must_use]
pub fn builtin_ids() -> &'static [&'static str] {
    &IDS
}

/// A built-in profile by its id.
///
/// # Errors
/// [`BuiltinProfileError::Unknown`] for another id.
pub fn builtin(id: &str) -> Result<Profile, BuiltinProfileError> {
    let (_, text) = BUILTIN
        .iter()
        .find(|(known, _)| *known == id)
        .ok_or_else(|| BuiltinProfileError::Unknown {
            id: id.to_owned(),
            known: IDS.join(", "),
        })?;
    Profile::from_toml(text).map_err(|source| BuiltinProfileError::Faulty {
        id: id.to_owned(),
        source,
    })
}

/// A grouped case as its settlement tells it.
#[derive(Debug, Clone, Copy)]
pub struct GroupedCase<'a> {
    /// Code of its DRG, `0000` and `xQY` included.
    pub drg_code: &'a str,
    /// Level of the institution.
    pub level: Level,
    /// Insurance type (险种类型).
    pub insutype: &'a str,
    /// Total cost (医疗费总额).
    pub medfee_sumamt: Money,
    /// Day of settlement.
    pub setl_date: NaiveDate,
}

/// The estimate of a grouped case: weight and coefficient are looked up in the
/// scheme that grouped it.
///
/// # Errors
/// Why it has no price.
pub fn estimate(
    profile: &Profile,
    scheme: &Scheme,
    case: &GroupedCase<'_>,
) -> Result<Estimate, Unpriced> {
    let group = scheme.drg(case.drg_code);
    if group.is_none() && case.drg_code != "0000" && !case.drg_code.ends_with("QY") {
        return Err(Unpriced::unknown_group(case.drg_code, scheme.id()));
    }
    let parameters = profile.parameters(case.insutype, case.level, case.setl_date)?;
    let column = parameters.coefficient_column(case.level);
    let level_coefficient = group.zip(column).and_then(|(group, column)| {
        let (_, text) = group.local().iter().find(|(name, _)| name == column)?;
        parse_decimal(text)
    });
    profile.price(&PricingCase {
        drg: case.drg_code.to_owned(),
        weight: group.and_then(|group| group.weight()),
        level: case.level,
        level_coefficient,
        insutype: case.insutype.to_owned(),
        cost: case.medfee_sumamt,
        setl_date: case.setl_date,
        facts: Facts::default(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_built_in_profile_loads_and_names_a_built_in_scheme() {
        for (id, (listed, _)) in builtin_ids().iter().zip(BUILTIN) {
            let profile = builtin(id).unwrap();
            assert_eq!((profile.id(), listed), (*id, *id));
            for scheme in profile.schemes() {
                let scheme = Scheme::builtin(&scheme.id).unwrap();
                for version in profile.parameter_versions() {
                    for level in [Level::Primary, Level::Secondary, Level::Tertiary] {
                        let Some(column) = version.coefficient_column(level) else {
                            continue;
                        };
                        for group in scheme.drgs().iter().filter(|g| g.weight().is_some()) {
                            let has = group.local().iter().any(|(name, _)| name == column);
                            assert!(has, "{} lacks {column}", group.code());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn an_unknown_profile_is_told_what_there_is() {
        let error = builtin("nowhere").unwrap_err().to_string();
        assert!(error.contains("xianyang"), "{error}");
    }

    #[test]
    fn a_group_is_priced_with_the_weight_and_coefficient_of_its_scheme() {
        let profile = builtin("xianyang").unwrap();
        let scheme = Scheme::builtin("xianyang-2025").unwrap();
        let mut case = GroupedCase {
            drg_code: "OF25",
            level: Level::Secondary,
            insutype: "310",
            medfee_sumamt: Money::from_fen(200_000),
            setl_date: NaiveDate::from_ymd_opt(2025, 6, 30).unwrap(),
        };
        let estimate_of = |case: &GroupedCase<'_>| estimate(&profile, scheme, case);
        assert_eq!(estimate_of(&case).unwrap().pay_std.fen(), 190_103);
        for (drg, code) in [
            ("0000", "ungrouped"),
            ("FQY", "ambiguous"),
            ("XX99", "unknown_group"),
            ("AA19", "no_weight"),
        ] {
            case.drg_code = drg;
            assert_eq!(estimate_of(&case).unwrap_err().code, code, "{drg}");
        }
    }
}
