//! What is odd about a profile beyond its own file: schemes that are not there, columns that a scheme lacks, gaps between periods.

use chrono::Days;
use chs_grouper::Scheme;
use chs_settlement::{Level, Method, PointsKind, Profile};

/// One remark, in Chinese and English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Whether cases will go without a price for it.
    pub fault: bool,
    /// The remark in Chinese.
    pub zh: String,
    /// The remark in English.
    pub en: String,
}

const LEVELS: [Level; 3] = [Level::Primary, Level::Secondary, Level::Tertiary];

/// Looks a profile over against the schemes that are there; `find` has them by their ids.
#[must_use]
pub fn lint<'s>(profile: &Profile, find: impl Fn(&str) -> Option<&'s Scheme>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut say = |fault: bool, zh: String, en: String| remarks.push(Remark { fault, zh, en });
    if profile.example() {
        say(
            false,
            "参数为示例值，并非结算依据".to_owned(),
            "the values are examples, not policy".to_owned(),
        );
    }
    for period in profile.schemes() {
        match (find(&period.id), period.area_catalogue) {
            (Some(scheme), _) => columns(profile, scheme, &mut say),
            (None, true) => say(
                false,
                format!("目录 {} 由统筹区自行装载，权重或分值随病例给出", period.id),
                format!(
                    "the area loads the catalogue {} itself; weights or scores come with the cases",
                    period.id
                ),
            ),
            (None, false) => say(
                true,
                format!("没有分组方案 {}", period.id),
                format!("there is no scheme {}", period.id),
            ),
        }
    }
    for version in profile.parameter_versions() {
        if profile.scheme_on(version.period.from).is_none() {
            say(
                true,
                format!("参数 {} 起用时没有生效的分组方案", version.version),
                format!(
                    "no scheme is in force when the parameters {} begin",
                    version.version
                ),
            );
        }
        if let Some(next) = version
            .period
            .to
            .and_then(|to| to.checked_add_days(Days::new(1)))
        {
            for insutype in &version.insutypes {
                let uncovered = LEVELS.iter().any(|level| {
                    let covers = version.levels.is_empty() || version.levels.contains(level);
                    covers && profile.parameters(insutype, *level, next).is_err()
                });
                if uncovered {
                    say(
                        false,
                        format!(
                            "参数 {} 止期后，险种 {insutype} 从 {next} 起没有参数",
                            version.version
                        ),
                        format!(
                            "after {}, insurance type {insutype} has no parameters from {next} on",
                            version.version
                        ),
                    );
                }
            }
        }
        if version.default_value.is_none() {
            say(
                version.values.is_empty(),
                format!("参数 {} 没有缺省点值，只有所列月份可测算", version.version),
                format!(
                    "the parameters {} have no default value of a point; only the months listed have a price",
                    version.version
                ),
            );
        }
    }
    remarks
}

/// Weights and coefficient columns that the scheme should have.
fn columns(profile: &Profile, scheme: &Scheme, say: &mut impl FnMut(bool, String, String)) {
    let by_weight = profile
        .parameter_versions()
        .iter()
        .any(|version| match &version.method {
            Method::Rate(_) => true,
            Method::Points(method) => method.kind != PointsKind::Dip,
            _ => false,
        });
    let weighted = scheme
        .drgs()
        .iter()
        .filter(|group| group.weight().is_some())
        .count();
    if by_weight && weighted == 0 {
        say(
            false,
            format!("分组方案 {} 未公布权重，须随病例给出", scheme.id()),
            format!(
                "the scheme {} publishes no weights; they come with the cases",
                scheme.id()
            ),
        );
    }
    for version in profile.parameter_versions() {
        for level in LEVELS {
            let Some(column) = version.coefficient_column(level) else {
                continue;
            };
            let lacks = scheme
                .drgs()
                .iter()
                .filter(|group| group.weight().is_some())
                .filter(|group| !group.local().iter().any(|(name, _)| name == column))
                .count();
            if lacks > 0 {
                say(
                    true,
                    format!("分组方案 {} 有 {lacks} 个病组没有列“{column}”", scheme.id()),
                    format!(
                        "{lacks} groups of the scheme {} lack the column {column}",
                        scheme.id()
                    ),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::profiles::{builtin, builtin_ids};

    const XIANYANG: &str = include_str!("../../profiles/xianyang.toml");

    fn carried(id: &str) -> Option<&'static Scheme> {
        Scheme::builtin(id).ok()
    }

    fn faults(from: &str, to: &str) -> Vec<String> {
        assert!(XIANYANG.contains(from), "{from}");
        let profile = Profile::from_toml(&XIANYANG.replacen(from, to, 1)).unwrap();
        let faults = lint(&profile, carried)
            .into_iter()
            .filter(|remark| remark.fault);
        faults.map(|remark| remark.en).collect()
    }

    #[test]
    fn every_built_in_profile_says_that_it_is_an_example() {
        for id in builtin_ids() {
            let remarks = lint(&builtin(id).unwrap(), carried);
            assert!(
                remarks.iter().any(|remark| remark.en.contains("examples")),
                "{id}"
            );
        }
        assert!(
            lint(&builtin("xianyang").unwrap(), carried)
                .iter()
                .all(|remark| !remark.fault)
        );
    }

    #[test]
    fn what_leaves_cases_without_a_price_is_a_fault() {
        let lacks = faults("primary = \"系数-一级\"", "primary = \"系数-零级\"");
        assert!(
            lacks
                .iter()
                .any(|fault| fault.contains("lack the column 系数-零级")),
            "{lacks:?}"
        );
        let scheme = faults("id = \"xianyang-2025\"", "id = \"nowhere\"");
        assert_eq!(scheme, ["there is no scheme nowhere"]);
        let early = faults(
            "from = 2025-01-01\n\n[[param",
            "from = 2025-02-01\n\n[[param",
        );
        assert_eq!(
            early,
            ["no scheme is in force when the parameters 2025-example begin"]
        );
    }
}
