//! What looks wrong in a catalogue that loads.

use super::Catalogue;
use super::row::{Asked, Row};
use super::settings::{Criterion, Stage};
use chs_model::icd;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// Something that looks wrong in a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DipLint {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 when it concerns the whole file.
    pub line: u64,
    /// What kind of fault.
    pub kind: DipLintKind,
    /// The code or group at fault.
    pub subject: String,
}

macro_rules! kinds {
    ($( $(#[$doc:meta])* $kind:ident: $zh:literal, $en:literal; )*) => {
        /// The kinds of faults.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum DipLintKind { $( $(#[$doc])* $kind, )* }

        impl DipLintKind {
            /// What the kind means, in Chinese.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$kind => $zh,)* }
            }

            /// What the kind means, in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$kind => $en,)* }
            }
        }
    };
}

kinds! {
    /// A code that stands twice in one list.
    RepeatedCode: "编码重复", "the code stands twice";
    /// A code that the insurance edition 2.0 does not have.
    UnknownCode: "医保 2.0 版编码库中没有此编码", "no code of the insurance edition 2.0";
    /// A prefix with which no diagnosis of the edition begins.
    UnknownPrefix: "编码库中没有以此开头的诊断", "no diagnosis of the edition begins so";
    /// A grey code, which no settlement list may carry.
    GreyCode: "灰码", "a grey code";
    /// Two rows of a stage with the same condition and different groups.
    DuplicateCondition: "条件与同阶段另一病种相同", "another group of the stage has the same condition";
    /// A row that no case reaches.
    Unreachable: "没有病例能进入此行", "no case reaches the row";
    /// A prefix beside a longer one that it contains, in one row.
    OverlappingDiagnoses: "同一行内诊断范围重叠", "diagnoses of one row overlap";
    /// Spans of age or weight that overlap between rows alike in all else.
    OverlappingSpans: "年龄或体重范围与另一行重叠", "the span of age or weight overlaps another row's";
    /// A group without a score.
    MissingScore: "缺少分值", "the score is missing";
    /// A group without a mean cost, where the nearest cost decides.
    MissingMeanCost: "缺少均费，而择近规则需要", "the mean cost is missing and the nearest one decides";
    /// A procedure of groups without a type, where comprehensive groups need one.
    UntypedProcedure: "手术操作未列明类型", "the procedure has no type";
    /// A procedure of groups that stands on the list of those not grouped.
    ExcludedProcedure: "病种所用操作在不入组操作表中", "a group asks for a procedure that is not grouped";
}

impl fmt::Display for DipLint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line, kind, subject) = (&self.file, self.line, self.kind, &self.subject);
        write!(f, "{file}:{line} {subject}：{} / {}", kind.zh(), kind.en())
    }
}

impl Catalogue {
    /// Looks for faults in the catalogue, sorted by file and line.
    #[must_use]
    pub fn lint(&self) -> Vec<DipLint> {
        let mut lints = self.noted.clone();
        self.lint_codes(&mut lints);
        self.lint_groups(&mut lints);
        self.lint_rows(&mut lints);
        lints.sort();
        lints.dedup();
        lints
    }

    fn lint_codes(&self, lints: &mut Vec<DipLint>) {
        let known: BTreeSet<&str> = icd::diagnoses()
            .iter()
            .flat_map(|known| [1, 2, 3, 5].map(|length| known.code.get(..length)))
            .flatten()
            .collect();
        for row in &self.rows {
            for key in &row.keys {
                let kind = match icd::diagnosis(key) {
                    _ if key.len() <= 5 && known.contains(key.as_str()) => None,
                    _ if key.len() <= 5 => Some(DipLintKind::UnknownPrefix),
                    Some(code) if code.grey => Some(DipLintKind::GreyCode),
                    Some(_) => None,
                    None => Some(DipLintKind::UnknownCode),
                };
                lints.extend(kind.map(|kind| of_row(kind, row, key)));
            }
        }
        for code in &self.excluded_diagnoses {
            if icd::diagnosis(code).is_none() {
                lints.push(lint(
                    DipLintKind::UnknownCode,
                    "excluded_diagnoses.csv",
                    code,
                ));
            }
        }
        let comprehensive = self.settings.stages.contains(&Stage::Comprehensive);
        for (code, entry) in self.procedures.grouped_codes() {
            let mut found = |kind, file| lints.push(lint(kind, file, code));
            match icd::procedure(code) {
                None => found(DipLintKind::UnknownCode, "core.csv"),
                Some(known) if known.grey => found(DipLintKind::GreyCode, "core.csv"),
                Some(_) => {}
            }
            if entry.excluded {
                found(DipLintKind::ExcludedProcedure, "excluded_procedures.csv");
            }
            let untyped = self.procedures.treatment(code).is_none();
            if comprehensive && untyped {
                found(DipLintKind::UntypedProcedure, "procedure_types.csv");
            }
        }
    }

    fn lint_groups(&self, lints: &mut Vec<DipLint>) {
        let choice = &self.settings.choice;
        for group in &self.groups {
            let criteria = match group.stage {
                Stage::FirstStage => &choice.first_stage,
                _ => &choice.others,
            };
            let needs_mean =
                group.stage != Stage::Comprehensive && criteria.contains(&Criterion::NearestCost);
            let missing = [
                (DipLintKind::MissingScore, group.score.is_none()),
                (
                    DipLintKind::MissingMeanCost,
                    needs_mean && group.mean_cost.is_none(),
                ),
            ];
            for (kind, _) in missing.into_iter().filter(|(_, missing)| *missing) {
                lints.push(DipLint {
                    kind,
                    file: group.stage.file().to_owned(),
                    line: group.line,
                    subject: group.code.clone(),
                });
            }
        }
    }

    fn lint_rows(&self, lints: &mut Vec<DipLint>) {
        let name = |row: &Row| self.groups.get(row.group).map_or("", |group| &group.code);
        let order = |stage| {
            self.settings
                .stages
                .iter()
                .position(|known| *known == stage)
        };
        // Rows by all they ask: of equal ones the earliest stage's takes every case.
        let mut alike: HashMap<String, Vec<&Row>> = HashMap::new();
        let mut spans: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            let contains = |key: &String| {
                let shorter = row.keys.iter().filter(|other| other.len() < key.len());
                shorter
                    .into_iter()
                    .any(|other| key.starts_with(other.as_str()))
            };
            for key in row.keys.iter().filter(|key| contains(key)) {
                lints.push(of_row(DipLintKind::OverlappingDiagnoses, row, key));
            }
            let excluded = !row.keys.is_empty()
                && row
                    .keys
                    .iter()
                    .all(|key| self.excluded_diagnoses.contains(key.as_str()));
            if excluded || order(row.stage).is_none() || self.never_performed(row) {
                lints.push(of_row(DipLintKind::Unreachable, row, name(row)));
            }
            let asks = format!("{:?}{:?}{}", row.keys, row.asked, row.also);
            if row
                .age_days
                .or(row.age_years)
                .or(row.birth_weight)
                .is_some()
            {
                spans
                    .entry(format!("{:?}{asks}", row.stage))
                    .or_default()
                    .push(row);
            }
            let (days, years, weight) = (row.age_days, row.age_years, row.birth_weight);
            let all = format!("{asks}{days:?}{years:?}{weight:?}");
            alike.entry(all).or_default().push(row);
        }
        for rows in alike.into_values() {
            let Some(first) = rows.iter().min_by_key(|row| (order(row.stage), row.line)) else {
                continue;
            };
            for row in rows.iter().filter(|row| row.group != first.group) {
                let kind = if row.stage == first.stage {
                    DipLintKind::DuplicateCondition
                } else {
                    DipLintKind::Unreachable
                };
                lints.push(of_row(kind, row, name(row)));
            }
        }
        for rows in spans.into_values() {
            for (place, row) in rows.iter().enumerate() {
                let before = rows.iter().take(place);
                let mut others = before.filter(|other| other.group != row.group);
                if others.any(|other| overlap(row, other)) {
                    lints.push(of_row(DipLintKind::OverlappingSpans, row, name(row)));
                }
            }
        }
    }

    /// Whether a part of the row's procedures is on the list of those not grouped.
    fn never_performed(&self, row: &Row) -> bool {
        let Asked::Parts(parts) = &row.asked else {
            return false;
        };
        let codes = self.procedures.grouped_codes();
        let excluded = codes.filter(|(_, entry)| entry.excluded);
        let excluded: BTreeSet<u32> = excluded.filter_map(|(_, entry)| entry.pattern).collect();
        !excluded.is_empty()
            && parts
                .iter()
                .any(|part| part.iter().all(|pattern| excluded.contains(pattern)))
    }
}

/// Whether some case fits the spans of both rows.
fn overlap(a: &Row, b: &Row) -> bool {
    [
        (a.age_days, b.age_days),
        (a.age_years, b.age_years),
        (a.birth_weight, b.birth_weight),
    ]
    .into_iter()
    .all(|spans| match spans {
        (Some(a), Some(b)) => a.from <= b.to && b.from <= a.to,
        _ => true,
    })
}

fn of_row(kind: DipLintKind, row: &Row, subject: &str) -> DipLint {
    DipLint {
        kind,
        file: row.stage.file().to_owned(),
        line: row.line,
        subject: subject.to_owned(),
    }
}

fn lint(kind: DipLintKind, file: &str, subject: &str) -> DipLint {
    DipLint {
        kind,
        file: file.to_owned(),
        line: 0,
        subject: subject.to_owned(),
    }
}
