//! How a case came to its group of a catalogue: what was tried, what fitted, what decided.

use super::Catalogue;
use super::engine::Watch;
use super::outcome::DipOutcome;
use super::reason::{DipNotes, DipReason};
use super::row::{Miss, Row, Verdict};
use super::settings::{Criterion, Stage};
use super::treatment::Treatment;
use crate::case::Case;
use crate::outcome::Status;
use crate::reason::Reason;
use chs_model::names_procedure;
use rust_decimal::Decimal;
use serde::Serialize;

/// How a case came to its group of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DipTrace {
    /// The catalogue's id.
    pub catalogue: String,
    /// The principal diagnosis.
    pub principal_diagnosis: String,
    /// The procedures as the catalogue knows them.
    pub procedures: Vec<ProcedureFact>,
    /// The stages that tried something, in order.
    pub stages: Vec<StageFact>,
    /// How it ended.
    pub status: Status,
    /// Why, unless grouped.
    pub reason: Option<DipReason>,
    /// What else is odd.
    pub notes: DipNotes,
    /// The kind of treatment.
    pub treatment: Option<Treatment>,
    /// The group's code; empty when there is none.
    pub group: String,
    /// The group's name.
    pub name: String,
    /// The group's score.
    pub score: Option<Decimal>,
}

/// One procedure of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProcedureFact {
    /// The code as given.
    pub code: String,
    /// Whether it is on the list of those not grouped.
    pub excluded: bool,
    /// Whether some group asks for it.
    pub in_groups: bool,
    /// Its type.
    pub treatment: Option<Treatment>,
}

/// What one stage tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageFact {
    /// The stage.
    pub stage: Stage,
    /// The rows whose principal diagnosis fits, in the order tried.
    pub candidates: Vec<Candidate>,
    /// Which of two that fit was taken, and by what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Rivals>,
}

/// A row that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Its group; empty where no comprehensive group was found.
    pub group: String,
    /// Its line in the stage's file; 0 for comprehensive groups.
    pub line: u64,
    /// Whether it fits.
    pub fits: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub miss: Option<Miss>,
    /// What it hangs on and the case lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lacks: Option<Reason>,
    /// The case's procedures that are its own.
    #[serde(skip_serializing_if = "is_zero")]
    pub matched: usize,
}

/// Two groups that fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rivals {
    /// The one kept.
    pub kept: String,
    /// The one left.
    pub left: String,
    /// What decided; `None`: the earlier in the file.
    pub by: Option<Criterion>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

pub(crate) struct Tracer<'c> {
    catalogue: &'c Catalogue,
    trace: DipTrace,
}

impl<'c> Tracer<'c> {
    pub(crate) fn new(catalogue: &'c Catalogue, case: &Case<'_>) -> Self {
        let table = &catalogue.procedures;
        let procedures = case.px.iter().filter(|code| names_procedure(code));
        let procedures = procedures.map(|code| ProcedureFact {
            code: (*code).to_owned(),
            excluded: table.is_excluded(code),
            in_groups: table.matches(code).any(|entry| entry.pattern.is_some()),
            treatment: table.treatment(code),
        });
        Self {
            catalogue,
            trace: DipTrace {
                catalogue: catalogue.id().to_owned(),
                principal_diagnosis: case.dx.first().copied().unwrap_or_default().to_owned(),
                procedures: procedures.collect(),
                stages: Vec::new(),
                status: Status::Invalid,
                reason: None,
                notes: DipNotes::default(),
                treatment: None,
                group: String::new(),
                name: String::new(),
                score: None,
            },
        }
    }

    pub(crate) fn finish(mut self, outcome: &DipOutcome<'_>) -> DipTrace {
        self.trace.status = outcome.status;
        self.trace.reason = outcome.reason;
        self.trace.notes = outcome.notes;
        self.trace.treatment = outcome.treatment;
        if let Some(group) = outcome.group {
            self.trace.group.clone_from(&group.code);
            self.trace.name.clone_from(&group.name);
            self.trace.score = group.score;
        }
        self.trace
    }

    fn stage(&mut self, stage: Stage) -> Option<&mut StageFact> {
        let stages = &mut self.trace.stages;
        if stages.last().is_none_or(|last| last.stage != stage) {
            stages.push(StageFact {
                stage,
                candidates: Vec::new(),
                choices: Vec::new(),
            });
        }
        stages.last_mut()
    }

    fn code(&self, group: usize) -> String {
        let group = self.catalogue.groups.get(group);
        group.map_or_else(String::new, |group| group.code.clone())
    }
}

impl Watch for Tracer<'_> {
    fn tried(&mut self, row: &Row, verdict: &Verdict) {
        let candidate = Candidate {
            group: self.code(row.group),
            line: row.line,
            fits: matches!(verdict, Verdict::Fits(_)),
            miss: match verdict {
                Verdict::Fits(_) => None,
                Verdict::Fails(miss) => Some(*miss),
                Verdict::Undecided(_) => Some(Miss::Undecided),
            },
            lacks: match verdict {
                Verdict::Undecided(reason) => Some(*reason),
                _ => None,
            },
            matched: match verdict {
                Verdict::Fits(fit) => fit.matched,
                _ => 0,
            },
        };
        if let Some(stage) = self.stage(row.stage) {
            stage.candidates.push(candidate);
        }
    }

    fn compared(&mut self, winner: &Row, loser: &Row, by: Option<Criterion>) {
        let rivals = Rivals {
            kept: self.code(winner.group),
            left: self.code(loser.group),
            by,
        };
        if let Some(stage) = self.stage(winner.stage) {
            stage.choices.push(rivals);
        }
    }

    fn looked_up(&mut self, _treatment: Treatment, found: Option<usize>) {
        let candidate = Candidate {
            group: found.map_or_else(String::new, |group| self.code(group)),
            line: 0,
            fits: found.is_some(),
            miss: None,
            lacks: None,
            matched: 0,
        };
        if let Some(stage) = self.stage(Stage::Comprehensive) {
            stage.candidates.push(candidate);
        }
    }
}
