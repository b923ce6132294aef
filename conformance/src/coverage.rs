//! Requirements against cases: what is covered, what is left out and why.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::case::Case;

/// All requirements, one a line.
const REQUIREMENTS: &str = include_str!("../requirements.csv");
/// Requirements without a case, and why.
const EXCLUSIONS: &str = include_str!("../exclusions.toml");

/// How much a requirement binds (RFC 2119).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Level {
    /// Needs a case or an exclusion.
    Must,
    /// May stand without a case.
    Should,
    /// May stand without a case.
    May,
}

/// One requirement.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Requirement {
    /// Stable id, by which cases name it.
    pub(crate) id: String,
    /// How much it binds.
    pub(crate) level: Level,
    /// Who has to do it.
    pub(crate) actor: String,
    /// Standard and clause, part of the contract, or requirement document.
    pub(crate) source: String,
    /// What is required, in Chinese.
    pub(crate) zh: String,
    /// What is required, in English.
    pub(crate) en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exclusions {
    #[serde(default)]
    exclusion: Vec<Exclusion>,
}

/// Requirements that no case looks at, with the reason.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exclusion {
    requirements: Vec<String>,
    reason: String,
}

/// A requirement and what became of it; a line of `coverage.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    id: String,
    level: Level,
    actor: String,
    /// `covered`, `excluded` or `open`.
    state: &'static str,
    cases: usize,
    /// Ids of the cases, the first eight of them.
    case_ids: String,
    reason: String,
}

/// What the coverage comes to.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    /// One row a requirement, in the order of `requirements.csv`.
    pub(crate) rows: Vec<Row>,
    /// What is wrong, a line each; empty when all is well.
    pub(crate) problems: Vec<String>,
}

impl Coverage {
    /// How many requirements are in a state.
    pub(crate) fn count(&self, state: &str) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }

    /// `coverage.csv`.
    ///
    /// # Errors
    /// A text when a row cannot be written.
    pub(crate) fn to_csv(&self) -> Result<String, String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in &self.rows {
            writer.serialize(row).map_err(|error| error.to_string())?;
        }
        let bytes = writer.into_inner().map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    }
}

/// The requirements of the suite.
///
/// # Errors
/// A text that names the line of `requirements.csv`.
pub(crate) fn requirements() -> Result<Vec<Requirement>, String> {
    csv::Reader::from_reader(REQUIREMENTS.as_bytes())
        .deserialize()
        .map(|row| row.map_err(|error| format!("requirements.csv: {error}")))
        .collect()
}

/// The coverage of the suite's requirements by these cases.
///
/// # Errors
/// A text when the requirements or exclusions cannot be read.
pub(crate) fn coverage(cases: &[Case]) -> Result<Coverage, String> {
    of(&requirements()?, EXCLUSIONS, cases)
}

fn of(requirements: &[Requirement], exclusions: &str, cases: &[Case]) -> Result<Coverage, String> {
    let exclusions: Exclusions =
        toml::from_str(exclusions).map_err(|error| format!("exclusions.toml: {error}"))?;
    let mut by_clause: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for case in cases {
        for clause in &case.clauses {
            by_clause.entry(clause).or_default().push(&case.id);
        }
    }
    let mut coverage = Coverage::default();
    let mut known = BTreeSet::new();
    for requirement in requirements {
        let id = requirement.id.as_str();
        if !known.insert(id) {
            coverage.problems.push(format!("{id}: stands twice"));
        }
        let cases = by_clause.get(id).map(Vec::as_slice).unwrap_or_default();
        let reason = exclusions
            .exclusion
            .iter()
            .find(|exclusion| exclusion.requirements.iter().any(|name| name == id))
            .map(|exclusion| exclusion.reason.trim().to_owned());
        let state = match (cases.is_empty(), &reason) {
            (false, None) => "covered",
            (false, Some(_)) => {
                let problem = format!("{id}: 排除已过时 / excluded, yet it has cases");
                coverage.problems.push(problem);
                "covered"
            }
            (true, Some(reason)) => {
                if reason.is_empty() {
                    let problem = format!("{id}: 排除未注明理由 / excluded without a reason");
                    coverage.problems.push(problem);
                }
                "excluded"
            }
            (true, None) => {
                if requirement.level == Level::Must {
                    let problem = format!("{id}: 无用例 / a MUST without case or exclusion");
                    coverage.problems.push(problem);
                }
                "open"
            }
        };
        coverage.rows.push(Row {
            id: id.to_owned(),
            level: requirement.level,
            actor: requirement.actor.clone(),
            state,
            cases: cases.len(),
            case_ids: cases
                .iter()
                .take(8)
                .copied()
                .collect::<Vec<&str>>()
                .join(" "),
            reason: reason.unwrap_or_default(),
        });
    }
    let named = exclusions.exclusion.iter().flat_map(|e| &e.requirements);
    for id in by_clause
        .keys()
        .copied()
        .chain(named.map(String::as_str))
        .filter(|id| !known.contains(id))
    {
        let problem = format!("{id}: 无此要求 / no such requirement");
        coverage.problems.push(problem);
    }
    Ok(coverage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Profile, load_all, parse};

    #[test]
    fn every_must_has_a_case_or_a_reason_and_no_exclusion_is_stale() {
        let coverage = coverage(&load_all().unwrap()).unwrap();
        assert!(coverage.problems.is_empty(), "{:#?}", coverage.problems);
    }

    #[test]
    fn the_committed_coverage_is_the_generated_one() {
        let csv = coverage(&load_all().unwrap()).unwrap().to_csv().unwrap();
        assert!(
            csv == include_str!("../coverage.csv"),
            "write it anew: conformance coverage --write ."
        );
    }

    #[test]
    fn requirements_say_in_two_languages_who_must_do_what_and_why() {
        for requirement in requirements().unwrap() {
            for text in [
                &requirement.id,
                &requirement.actor,
                &requirement.source,
                &requirement.zh,
                &requirement.en,
            ] {
                assert!(!text.trim().is_empty(), "{requirement:?}");
            }
        }
    }

    #[test]
    fn gaps_stale_exclusions_and_unknown_names_are_problems() {
        let requirement = |id: &str, level| Requirement {
            id: id.to_owned(),
            level,
            actor: "gateway".to_owned(),
            source: "s".to_owned(),
            zh: "z".to_owned(),
            en: "e".to_owned(),
        };
        let requirements = [
            requirement("A", Level::Must),
            requirement("B", Level::Must),
            requirement("C", Level::May),
            requirement("D", Level::Must),
            requirement("E", Level::Must),
        ];
        let text = "[[case]]\nid='SEC-900'\nslug='s'\ntitle='t'\ntitle_en='t'\nclauses=['A','D','X']\n\
                    [[case.step]]\nname='a'\nhttp={method='GET',path='/'}\nexpect.status=200\n";
        let cases = parse(text, Profile::Security).unwrap();
        let exclusions = "[[exclusion]]\nrequirements=['D','E','Y']\nreason='why'\n";
        let coverage = of(&requirements, exclusions, &cases).unwrap();
        let states: Vec<&str> = coverage.rows.iter().map(|row| row.state).collect();
        assert_eq!(states, ["covered", "open", "open", "covered", "excluded"]);
        let named: Vec<&str> = coverage
            .problems
            .iter()
            .filter_map(|problem| problem.split(':').next())
            .collect();
        assert_eq!(named, ["B", "D", "X", "Y"]);
        let bare = of(
            &requirements[..1],
            "[[exclusion]]\nrequirements=['A']\nreason=' '",
            &[],
        );
        assert_eq!(bare.unwrap().problems.len(), 1);
    }
}
