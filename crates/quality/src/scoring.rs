//! Scores and rates: of a front page, of a list, of many lists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::report::Report;
use crate::rule::{Category, Severity};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    front_page: FrontPage,
    grades: BTreeMap<String, Decimal>,
    list: ListWeights,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontPage {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    points: Decimal,
    cap: Option<Decimal>,
    items: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListWeights {
    cap: Decimal,
    warning_share: Decimal,
    weights: BTreeMap<Category, Decimal>,
}

static TABLES: LazyLock<Option<Tables>> =
    LazyLock::new(|| toml::from_str(include_str!("../tables/scoring.toml")).ok());

/// Best score.
const FULL: Decimal = Decimal::ONE_HUNDRED;

/// The 100-point score of a front page from its defects: the name of an item as often as
/// it is defective. `None` for an item that the scoring table does not know.
///
/// Source: 国卫办医发〔2016〕24号 附件2 (住院病案首页数据质量评分标准).
#[must_use]
pub fn front_page_score<'a>(defects: impl IntoIterator<Item = &'a str>) -> Option<Decimal> {
    let groups = &TABLES.as_ref()?.front_page.groups;
    let mut lost: BTreeMap<usize, (u32, BTreeSet<&str>)> = BTreeMap::new();
    for defect in defects {
        let group = groups
            .iter()
            .position(|group| group.items.iter().any(|item| item == defect))?;
        let (count, items) = lost.entry(group).or_default();
        *count += 1;
        items.insert(defect);
    }
    let lost = lost.into_iter().filter_map(|(at, (count, items))| {
        let group = groups.get(at)?;
        Some(match group.cap {
            Some(cap) => cap.min(group.points * Decimal::from(count)),
            // each item of the group counts once
            None => group.points * Decimal::from(items.len()),
        })
    });
    Some((FULL - lost.sum::<Decimal>()).max(Decimal::ZERO))
}

/// The grade of a score: 优, 良, 中 or 差.
#[must_use]
pub fn grade(score: Decimal) -> &'static str {
    let grades = TABLES.as_ref().map(|tables| &tables.grades);
    let mut best = ("差", Decimal::MIN);
    for name in ["优", "良", "中"] {
        let least = grades.and_then(|grades| grades.get(name)).copied();
        if let Some(least) = least.filter(|least| score >= *least && *least > best.1) {
            best = (name, least);
        }
    }
    best.0
}

/// The score of a list, with the findings it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListScore {
    /// From 100 down to 0.
    pub score: Decimal,
    /// Findings at error level.
    pub errors: usize,
    /// Findings at warning level.
    pub warnings: usize,
    /// Points lost by category.
    pub lost: BTreeMap<Category, Decimal>,
}

impl Engine {
    /// The score of a list from its report: a proposal of this project, no policy.
    #[must_use]
    pub fn score(&self, report: &Report) -> ListScore {
        let categories: BTreeMap<&str, Category> = self
            .rules()
            .iter()
            .map(|rule| (rule.id(), rule.category()))
            .collect();
        let count = |severity: Severity| {
            let findings = report.findings.iter();
            findings.filter(|one| one.severity == severity).count()
        };
        let mut lost: BTreeMap<Category, Decimal> = BTreeMap::new();
        if let Some(weights) = TABLES.as_ref().map(|tables| &tables.list) {
            for finding in &report.findings {
                let share = match finding.severity {
                    Severity::Error => Decimal::ONE,
                    Severity::Warning => weights.warning_share,
                    Severity::Info => continue,
                };
                let category = categories.get(&*finding.rule_id);
                let weight = category.and_then(|category| weights.weights.get(category));
                if let (Some(category), Some(weight)) = (category, weight) {
                    let sum = lost.entry(*category).or_default();
                    *sum = weights.cap.min(*sum + share * *weight);
                }
            }
        }
        ListScore {
            score: (FULL - lost.values().sum::<Decimal>()).max(Decimal::ZERO),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            lost,
        }
    }
}

/// What many checks add up to: of a hospital, a department, a coder, a month.
///
/// A rule that could not be decided for a list counts neither for nor against it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    lists: u64,
    passed: u64,
    mandatory: u64,
    blank: u64,
    hit: BTreeMap<Arc<str>, u64>,
    undecided: BTreeMap<Arc<str>, u64>,
}

impl Tally {
    /// Adds the report of one list.
    pub fn add(&mut self, engine: &Engine, report: &Report) {
        self.lists += 1;
        self.passed += u64::from(!report.has_errors());
        let hit: BTreeSet<&Arc<str>> = report.findings.iter().map(|one| &one.rule_id).collect();
        let undecided: BTreeSet<&Arc<str>> = report
            .not_evaluated
            .iter()
            .map(|one| &one.rule_id)
            .collect();
        let complete = engine.rules().iter().filter(|rule| {
            rule.category() == Category::Completeness && rule.severity() == Severity::Error
        });
        for rule in complete.filter(|rule| !undecided.iter().any(|id| ***id == *rule.id())) {
            self.mandatory += 1;
            self.blank += u64::from(hit.iter().any(|id| ***id == *rule.id()));
        }
        for id in hit {
            *self.hit.entry(Arc::clone(id)).or_default() += 1;
        }
        for id in undecided {
            *self.undecided.entry(Arc::clone(id)).or_default() += 1;
        }
    }

    /// Adds what another tally holds.
    pub fn merge(&mut self, other: &Tally) {
        self.lists += other.lists;
        self.passed += other.passed;
        self.mandatory += other.mandatory;
        self.blank += other.blank;
        for (mine, theirs) in [
            (&mut self.hit, &other.hit),
            (&mut self.undecided, &other.undecided),
        ] {
            for (id, count) in theirs {
                *mine.entry(Arc::clone(id)).or_default() += count;
            }
        }
    }

    /// Lists checked.
    #[must_use]
    pub fn lists(&self) -> u64 {
        self.lists
    }

    /// Lists without an error, over lists checked; `None` without lists.
    #[must_use]
    pub fn pass_rate(&self) -> Option<Decimal> {
        ratio(self.passed, self.lists)
    }

    /// Completeness rules kept, over completeness rules that could be decided.
    #[must_use]
    pub fn completeness(&self) -> Option<Decimal> {
        ratio(self.mandatory.checked_sub(self.blank)?, self.mandatory)
    }

    /// Lists that a rule found something in, over those it could be decided for.
    #[must_use]
    pub fn hit_rate(&self, rule: &str) -> Option<Decimal> {
        let of = |counts: &BTreeMap<Arc<str>, u64>| counts.get(rule).copied().unwrap_or(0);
        ratio(of(&self.hit), self.lists.checked_sub(of(&self.undecided))?)
    }

    /// Rules by the number of lists they found something in, most first.
    #[must_use]
    pub fn top(&self, most: usize) -> Vec<(&str, u64)> {
        let mut all: Vec<(&str, u64)> =
            self.hit.iter().map(|(id, count)| (&**id, *count)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        all.truncate(most);
        all
    }
}

/// One over another, `None` over nothing.
pub(crate) fn ratio(part: u64, whole: u64) -> Option<Decimal> {
    Decimal::from(part).checked_div(Decimal::from(whole))
}
