//! The built-in profiles (付费档案), and the price of a grouped case under one.
//!
//! A profile is data in `profiles/<id>.toml`, carried inside the program, so that
//! an estimate can always be traced to a digest in `/version`.

pub mod lint;
pub mod proofread;

use chrono::NaiveDate;
use chs_grouper::Scheme;
use chs_model::{Money, parse_decimal};
use chs_settlement::{Estimate, Facts, Level, PricingCase, Profile, Unpriced};
use rust_decimal::Decimal;

/// Ids and texts of the built-in profiles.
const BUILTIN: [(&str, &str); 10] = [
    ("dazhou", include_str!("../profiles/dazhou.toml")),
    (
        "fangchenggang",
        include_str!("../profiles/fangchenggang.toml"),
    ),
    ("hubei", include_str!("../profiles/hubei.toml")),
    ("jining", include_str!("../profiles/jining.toml")),
    ("lhasa", include_str!("../profiles/lhasa.toml")),
    ("qingdao", include_str!("../profiles/qingdao.toml")),
    ("shigatse", include_str!("../profiles/shigatse.toml")),
    (
        "tibet-region",
        include_str!("../profiles/tibet-region.toml"),
    ),
    ("xianyang", include_str!("../profiles/xianyang.toml")),
    ("zhoukou", include_str!("../profiles/zhoukou.toml")),
];
/// The ids alone, in the same order.
const IDS: [&str; 10] = [
    "dazhou",
    "fangchenggang",
    "hubei",
    "jining",
    "lhasa",
    "qingdao",
    "shigatse",
    "tibet-region",
    "xianyang",
    "zhoukou",
];

/// A profile that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuiltinProfileError {
    /// No such profile.
    #[error("没有付费档案 {id}，可用：{known} / there is no profile {id}; known: {known}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// What there is.
        known: String,
    },
    /// The file has a mistake.
    #[error("{id}：{source}")]
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
    /// Code of its DRG, `0000` and `xQY` included, or of its DIP combination.
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

/// What comes with the case instead of from a scheme.
#[derive(Debug, Clone, Default)]
pub struct Brought {
    /// Weight of its group; before the scheme's.
    pub weight: Option<Decimal>,
    /// Score, means, coefficients, days.
    pub facts: Facts,
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
    estimate_with(profile, Some(scheme), case, Brought::default())
}

/// As [`estimate`], with values that the case brings along. Without a scheme, the area
/// loads a catalogue of its own and everything has to come with the case.
///
/// # Errors
/// Why it has no price.
pub fn estimate_with(
    profile: &Profile,
    scheme: Option<&Scheme>,
    case: &GroupedCase<'_>,
    brought: Brought,
) -> Result<Estimate, Unpriced> {
    let group = scheme.and_then(|scheme| scheme.drg(case.drg_code));
    let outside = case.drg_code == "0000" || case.drg_code.ends_with("QY");
    if let (Some(scheme), None, false) = (scheme, group, outside) {
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
        weight: brought
            .weight
            .or_else(|| group.and_then(|group| group.weight())),
        level: case.level,
        level_coefficient,
        insutype: case.insutype.to_owned(),
        cost: case.medfee_sumamt,
        setl_date: case.setl_date,
        facts: brought.facts,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_built_in_profile_loads_and_calls_its_values_examples() {
        for (id, (listed, _)) in builtin_ids().iter().zip(BUILTIN) {
            let profile = builtin(id).unwrap();
            assert_eq!((profile.id(), listed), (*id, *id));
            // Nothing here was copied from a settlement notice.
            assert!(profile.example(), "{id}");
            assert!(profile.title().contains("示例"), "{id}");
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

    #[test]
    fn what_a_case_brings_stands_before_the_scheme() {
        let profile = builtin("zhoukou").unwrap();
        let scheme = Scheme::builtin("chs-drg-2.0").unwrap();
        let case = GroupedCase {
            drg_code: "OF29",
            level: Level::Tertiary,
            insutype: "310",
            medfee_sumamt: Money::from_fen(700_000),
            setl_date: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap(),
        };
        let brought = Brought {
            weight: Some(Decimal::new(13_375, 4)),
            facts: Facts::default(),
        };
        let code = estimate(&profile, scheme, &case).unwrap_err().code;
        assert_eq!(code, "no_weight");
        let estimate = estimate_with(&profile, Some(scheme), &case, brought).unwrap();
        // 1.3375 × 100 × 53.8381
        assert_eq!(estimate.pay_std.fen(), 720_085);
        assert!(estimate.example);
    }
}
