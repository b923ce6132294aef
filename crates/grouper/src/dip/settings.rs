//! `catalogue.toml`: where a catalogue comes from, and everything about grouping that
//! areas do differently.

use super::auxiliary::AuxiliarySettings;
use super::error::Fault;
use super::treatment::Treatment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The part of a catalogue that a group belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 先期分组 (XQ).
    FirstStage,
    /// 合并病种 (BX).
    Merged,
    /// 辅助诊断细分: burns, tumours, tuberculosis.
    Assisted,
    /// 基础核心病种 (JC); the core groups (核心病种) of 1.0 and 2.0.
    Core,
    /// 综合病种 of the area.
    Comprehensive,
}

impl Stage {
    /// The stages with a file of rules each, in the order of 3.0.
    pub(crate) const RULED: [Self; 4] =
        [Self::FirstStage, Self::Merged, Self::Assisted, Self::Core];

    /// The word in files, which is also the stem of the stage's file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstStage => "first_stage",
            Self::Merged => "merged",
            Self::Assisted => "assisted",
            Self::Core => "core",
            Self::Comprehensive => "comprehensive",
        }
    }

    /// The file with its groups.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::FirstStage => "first_stage.csv",
            Self::Merged => "merged.csv",
            Self::Assisted => "assisted.csv",
            Self::Core => "core.csv",
            Self::Comprehensive => "comprehensive.csv",
        }
    }
}

/// What decides between several groups of a stage that fit, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// The group asks for the principal procedure.
    ContainsPrincipal,
    /// No procedure of the record is left over.
    Exact,
    /// More parts joined by `+`.
    Parts,
    /// More of the record's procedures are the group's.
    Matched,
    /// The mean cost is nearer to the case's cost.
    NearestCost,
    /// The higher score.
    HigherScore,
    /// Core before basic (`class`).
    Class,
    /// Surgical, interventional, therapeutic, diagnostic, mixed, conservative.
    Type,
    /// Earlier in the file.
    Listed,
    /// Later in the file.
    Later,
}

impl Criterion {
    /// The word in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContainsPrincipal => "contains_principal",
            Self::Exact => "exact",
            Self::Parts => "parts",
            Self::Matched => "matched",
            Self::NearestCost => "nearest_cost",
            Self::HigherScore => "higher_score",
            Self::Class => "class",
            Self::Type => "type",
            Self::Listed => "listed",
            Self::Later => "later",
        }
    }
}

/// What a procedure on the list of those not grouped does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExcludedProcedure {
    /// As the principal one it makes the whole case conservative treatment (3.0).
    Conservative,
    /// It is taken out and the others stay (1.0 and 2.0).
    Remove,
}

/// Which procedures say what kind of treatment a case had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TreatmentOf {
    /// All: the highest rank counts.
    All,
    /// The principal one alone.
    Principal,
}

/// What a procedure without a type counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownType {
    /// As nothing: a case that needs the type is not grouped, with that reason.
    Refuse,
    /// As conservative treatment.
    Conservative,
    /// As a diagnostic operation.
    Diagnostic,
    /// As a therapeutic operation.
    Therapeutic,
    /// As an intervention.
    Interventional,
    /// As surgery.
    Surgical,
}

impl UnknownType {
    pub(crate) const fn treatment(self) -> Option<Treatment> {
        match self {
            Self::Refuse => None,
            Self::Conservative => Some(Treatment::Conservative),
            Self::Diagnostic => Some(Treatment::Diagnostic),
            Self::Therapeutic => Some(Treatment::Therapeutic),
            Self::Interventional => Some(Treatment::Interventional),
            Self::Surgical => Some(Treatment::Surgical),
        }
    }
}

/// The criteria by stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Choice {
    /// In the first stage.
    pub first_stage: Vec<Criterion>,
    /// In every other stage.
    pub others: Vec<Criterion>,
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            first_stage: vec![Criterion::Listed],
            others: vec![
                Criterion::Parts,
                Criterion::Matched,
                Criterion::NearestCost,
                Criterion::Class,
                Criterion::Type,
                Criterion::Later,
            ],
        }
    }
}

/// The contents of `catalogue.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The catalogue's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// The document that published it.
    pub document: String,
    /// The first day of its force, `yyyy-MM-dd`.
    pub in_force_from: String,
    /// The last day of its force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_until: Option<String>,
    /// The score of a group whose mean cost is the overall mean: 1000 or 1 as seen.
    pub score_scale: u32,
    /// The stages in the order in which they are tried.
    pub stages: Vec<Stage>,
    /// What a procedure on the list of those not grouped does.
    pub excluded_procedure: ExcludedProcedure,
    /// Whether an excluded principal procedure hides the others from the first stage
    /// too. The order of 3.0 puts exclusions first; its text does not say more.
    #[serde(default = "yes")]
    pub excluded_hides_first_stage: bool,
    /// Whether the next procedure counts as principal when the first is taken out.
    #[serde(default)]
    pub promote_next_procedure: bool,
    /// Whether a core group must ask for the principal procedure.
    #[serde(default)]
    pub principal_must_match: bool,
    /// Which procedures say what kind of treatment a case had.
    #[serde(default = "all")]
    pub treatment_of: TreatmentOf,
    /// What a procedure counts as that `procedure_types.csv` does not have.
    #[serde(default = "refuse")]
    pub unknown_procedure_type: UnknownType,
    /// Kinds that comprehensive groups count as another, such as
    /// `interventional = "therapeutic"` where they know four kinds only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fold: BTreeMap<Treatment, Treatment>,
    /// What decides between several groups that fit.
    #[serde(default)]
    pub choice: Choice,
    /// The auxiliary catalogue (辅助目录).
    #[serde(default)]
    pub auxiliary: AuxiliarySettings,
}

fn yes() -> bool {
    true
}

fn all() -> TreatmentOf {
    TreatmentOf::All
}

fn refuse() -> UnknownType {
    UnknownType::Refuse
}

/// For tables that are read without a catalogue.
impl Default for Settings {
    fn default() -> Self {
        Self {
            id: String::new(),
            title: String::new(),
            publisher: String::new(),
            document: String::new(),
            in_force_from: String::new(),
            in_force_until: None,
            score_scale: 1000,
            stages: Vec::new(),
            excluded_procedure: ExcludedProcedure::Remove,
            excluded_hides_first_stage: yes(),
            promote_next_procedure: false,
            principal_must_match: false,
            treatment_of: all(),
            unknown_procedure_type: refuse(),
            fold: BTreeMap::new(),
            choice: Choice::default(),
            auxiliary: AuxiliarySettings::default(),
        }
    }
}

/// The file's name.
pub(crate) const FILE: &str = "catalogue.toml";

impl Settings {
    /// Reads `catalogue.toml`.
    pub(crate) fn read(text: &str) -> Result<Self, Vec<Fault>> {
        let settings: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(0, |before| before.matches('\n').count() + 1);
            vec![Fault::new(
                FILE,
                u64::try_from(line).unwrap_or(0),
                format!("设置有误：{}", error.message()),
                error.message(),
            )]
        })?;
        let faults = settings.faults();
        if faults.is_empty() {
            Ok(settings)
        } else {
            Err(faults)
        }
    }

    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |zh: &str, en: &str| faults.push(Fault::new(FILE, 0, zh, en));
        let dates = [Some(&self.in_force_from), self.in_force_until.as_ref()];
        if dates
            .into_iter()
            .flatten()
            .any(|date| chs_model::parse_date(date).is_none())
        {
            fault("日期应为 yyyy-MM-dd", "dates are yyyy-MM-dd");
        }
        if self.score_scale == 0 {
            fault("score_scale 须大于 0", "score_scale must be above 0");
        }
        let repeated = |(at, stage)| self.stages.iter().take(at).any(|before| before == stage);
        if self.stages.is_empty() || self.stages.iter().enumerate().any(repeated) {
            fault(
                "stages 不能为空或重复",
                "stages must not be empty or repeat one",
            );
        }
        if self
            .fold
            .iter()
            .any(|(from, to)| from == to || self.fold.contains_key(to))
        {
            fault(
                "fold 不能指向自身或再被合并的类型",
                "fold must not lead to itself or to a folded kind",
            );
        }
        self.auxiliary.faults(fault);
        faults
    }

    /// The kind under which comprehensive groups know the treatment.
    pub(crate) fn folded(&self, treatment: Treatment) -> Treatment {
        self.fold.get(&treatment).copied().unwrap_or(treatment)
    }
}
