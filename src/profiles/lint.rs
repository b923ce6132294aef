//! What is odd about a profile beyond its own file: schemes that are not there, columns that a scheme lacks, gaps between periods.

use chrono::Days;
use chs_grouper::{Scheme, dip::Catalogue};
use chs_settlement::{Level, Method, PointsKind, Profile, Reference};

use crate::grouped_by::GroupedBy;

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

/// Looks a profile over against the schemes and DIP catalogues that are there; `find` has
/// them by their ids.
#[must_use]
pub fn lint<'s>(profile: &Profile, find: impl Fn(&str) -> Option<GroupedBy<'s>>) -> Vec<Remark> {
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
            (Some(by), _) => {
                match by {
                    GroupedBy::Drg(scheme) => weights(profile, scheme, &mut say),
                    GroupedBy::Dip(catalogue) => scores(profile, catalogue, &mut say),
                }
                columns(profile, by, &mut say);
            }
            (None, true) => say(
                false,
                format!(
                    "目录 {} 未配置（schemes.dip_catalogues）：网关不分组，批量测算的权重或分值随病例给出",
                    period.id
                ),
                format!(
                    "the catalogue {} is not configured (schemes.dip_catalogues): the gateway groups nothing, and files bring weights or scores with their cases",
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

/// Weights that the scheme should have.
fn weights(profile: &Profile, scheme: &Scheme, say: &mut impl FnMut(bool, String, String)) {
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
}

/// Scores and mean costs that a DIP catalogue should have, and a method that pays by them.
fn scores(profile: &Profile, catalogue: &Catalogue, say: &mut impl FnMut(bool, String, String)) {
    let (mut by_scores, mut by_mean) = (false, false);
    for version in profile.parameter_versions() {
        if let Method::Points(method) = &version.method
            && method.kind == PointsKind::Dip
        {
            by_scores = true;
            by_mean |= method.reference == Reference::Mean;
        }
    }
    if !by_scores {
        say(
            true,
            format!("{} 是 DIP 目录，而参数没有 dip_scores 方法", catalogue.id()),
            format!(
                "{} is a DIP catalogue, and no parameters pay by dip_scores",
                catalogue.id()
            ),
        );
        return;
    }
    let groups = catalogue.groups();
    let scoreless = groups
        .iter()
        .filter(|group| group.score().is_none())
        .count();
    let meanless = groups
        .iter()
        .filter(|group| group.mean_cost().is_none())
        .count();
    for (count, of, zh, en) in [
        (scoreless, true, "分值", "score"),
        (meanless, by_mean, "均费", "mean cost"),
    ] {
        if of && count > 0 {
            say(
                false,
                format!(
                    "目录 {} 有 {count} 个病种没有{zh}，其病例不予测算",
                    catalogue.id()
                ),
                format!(
                    "{count} groups of the catalogue {} have no {en}; their cases have no price",
                    catalogue.id()
                ),
            );
        }
    }
}

/// Coefficient columns that the groups should have.
fn columns(profile: &Profile, by: GroupedBy<'_>, say: &mut impl FnMut(bool, String, String)) {
    // Only groups that can be paid need a coefficient.
    let codes: Vec<&str> = match by {
        GroupedBy::Drg(scheme) => scheme
            .drgs()
            .iter()
            .filter(|group| group.weight().is_some())
            .map(|group| group.code())
            .collect(),
        GroupedBy::Dip(catalogue) => catalogue
            .groups()
            .iter()
            .filter(|group| group.score().is_some())
            .map(|group| group.code())
            .collect(),
    };
    for version in profile.parameter_versions() {
        for level in LEVELS {
            let Some(column) = version.coefficient_column(level) else {
                continue;
            };
            let lacking = codes.iter().filter(|code| by.local(code, column).is_none());
            let lacks = lacking.count();
            if lacks > 0 {
                say(
                    true,
                    format!("分组方案 {} 有 {lacks} 个病组没有列“{column}”", by.id()),
                    format!(
                        "{lacks} groups of the scheme {} lack the column {column}",
                        by.id()
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

    fn carried(id: &str) -> Option<GroupedBy<'static>> {
        Scheme::builtin(id).ok().map(GroupedBy::Drg)
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
        let by_rate = include_str!("../../profiles/xianyang.toml");
        let catalogue = Catalogue::load(&chs_grouper::dip::CatalogueSource::new([
            (
                "catalogue.toml",
                "id = \"xianyang-2025\"\ntitle = \"虚构\"\npublisher = \"无\"\ndocument = \"无\"\n\
                 in_force_from = \"2026-01-01\"\nscore_scale = 1000\nstages = [\"core\"]\n\
                 excluded_procedure = \"remove\"\n",
            ),
            ("core.csv", "code,name,dx,px,score\nA,甲,K35.8,47.0100,\n"),
        ]))
        .unwrap();
        let remarks = |profile: &str| {
            let profile = Profile::from_toml(profile).unwrap();
            lint(&profile, |_| Some(GroupedBy::Dip(&catalogue)))
        };
        let drg = remarks(by_rate);
        assert!(
            drg.iter()
                .any(|remark| remark.fault && remark.en.contains("dip_scores"))
        );
        let dip = remarks(include_str!("../../profiles/lhasa.toml"));
        assert!(dip.iter().all(|remark| !remark.fault), "{dip:?}");
        for lacking in ["have no score", "have no mean cost"] {
            assert!(
                dip.iter().any(|remark| remark.en.contains(lacking)),
                "{dip:?}"
            );
        }
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
