//! From a case to its group: exclusions, then the catalogue's stages in their order.

use super::Catalogue;
use super::auxiliary::Extras;
use super::choose::Chooser;
use super::outcome::DipOutcome;
use super::procedures::Performed;
use super::reason::{DipNotes, DipReason};
use super::row::{Asked, Fit, Row, Verdict};
use super::settings::{Criterion, Stage};
use super::treatment::Treatment;
use crate::case::{Case, MAX_CODES};
use crate::outcome::Status;
use crate::reason::Reason;

/// Who sees what the engine does; `()` sees nothing and costs nothing.
pub(crate) trait Watch {
    /// A row was tried.
    fn tried(&mut self, _row: &Row, _verdict: &Verdict) {}
    /// A row replaced the best one so far, or stayed behind it, by a criterion.
    fn compared(&mut self, _winner: &Row, _loser: &Row, _by: Option<Criterion>) {}
    /// A comprehensive group was looked for; its number if there is one.
    fn looked_up(&mut self, _treatment: Treatment, _found: Option<usize>) {}
}

impl Watch for () {}

pub(crate) fn decide<'c>(
    catalogue: &'c Catalogue,
    case: &Case<'_>,
    extras: &Extras,
    watch: &mut impl Watch,
) -> DipOutcome<'c> {
    let principal = match case.dx.first() {
        Some(code) if !code.is_empty() => *code,
        _ => return DipOutcome::invalid(DipReason::Case(Reason::PrincipalDiagnosisMissing)),
    };
    if case.dx.len().max(case.px.len()) > MAX_CODES {
        return DipOutcome::invalid(DipReason::Case(Reason::TooManyCodes));
    }
    let performed = Performed::new(&catalogue.procedures, &catalogue.settings, &case.px);
    let mut run = Run {
        catalogue,
        case,
        extras,
        notes: DipNotes {
            principal_excluded: performed.principal_excluded,
            other_excluded: performed.other_excluded,
            cost_missing: false,
        },
        performed,
    };
    if catalogue.excluded_diagnoses.contains(principal) {
        return run.ungrouped(DipReason::PrincipalDiagnosisExcluded);
    }
    for stage in &catalogue.settings.stages {
        let found = match stage {
            Stage::Comprehensive => run.comprehensive(principal, watch),
            stage => run.ruled(*stage, principal, watch),
        };
        match found {
            Ok(Some(group)) => return run.grouped(group),
            Ok(None) => {}
            Err(reason) => return run.ungrouped(reason),
        }
    }
    run.ungrouped(DipReason::NoGroup)
}

struct Run<'c, 'r> {
    catalogue: &'c Catalogue,
    case: &'r Case<'r>,
    extras: &'r Extras,
    performed: Performed,
    notes: DipNotes,
}

impl<'c> Run<'c, '_> {
    /// The group of the stage's best row. Conservative rows count only when no other fits.
    fn ruled(
        &mut self,
        stage: Stage,
        principal: &str,
        watch: &mut impl Watch,
    ) -> Result<Option<usize>, DipReason> {
        let hidden = self.performed.cleared
            && (stage != Stage::FirstStage || self.catalogue.settings.excluded_hides_first_stage);
        let performed = (!hidden).then_some(&self.performed);
        let mut chooser = Chooser::new(self.catalogue, stage, self.extras.cost);
        let mut undecided = None;
        for conservative in [false, true] {
            let mut best: Option<(usize, Fit)> = None;
            for place in self.catalogue.candidates(stage, principal) {
                let Some(row) = self.catalogue.rows.get(place) else {
                    continue;
                };
                if matches!(row.asked, Asked::Conservative) != conservative {
                    continue;
                }
                let verdict = row.verdict(self.case, performed);
                watch.tried(row, &verdict);
                match verdict {
                    Verdict::Fails(_) => {}
                    Verdict::Undecided(reason) => undecided = undecided.or(Some(reason)),
                    Verdict::Fits(fit) => {
                        best = Some(match best {
                            Some(before) => chooser.better(before, (place, fit), watch),
                            None => (place, fit),
                        });
                    }
                }
            }
            if let Some((place, _)) = best {
                self.notes.cost_missing |= chooser.cost_missing();
                return Ok(self.catalogue.rows.get(place).map(|row| row.group));
            }
        }
        // What hangs on a missing number is never guessed.
        undecided.map_or(Ok(None), |reason| Err(DipReason::Case(reason)))
    }

    /// The comprehensive group of the kind of treatment: by the longest prefix of the
    /// principal diagnosis, then by chapter.
    fn comprehensive(
        &self,
        principal: &str,
        watch: &mut impl Watch,
    ) -> Result<Option<usize>, DipReason> {
        let treatment = self.performed.treatment;
        let treatment = treatment.ok_or(DipReason::ProcedureTypeUnknown)?;
        let treatment = self.catalogue.settings.folded(treatment);
        let prefixes = self.catalogue.comprehensive.matches(principal);
        let prefix = prefixes.filter_map(|kinds| kinds.of(treatment)).last();
        let chapters = self.catalogue.chapters.matches(principal);
        let mut chapter = chapters.filter_map(|kinds| kinds.of(treatment));
        let found = prefix.or_else(|| chapter.next());
        watch.looked_up(treatment, found);
        Ok(found)
    }

    fn grouped(&self, group: usize) -> DipOutcome<'c> {
        DipOutcome {
            status: Status::Grouped,
            reason: None,
            notes: self.notes,
            treatment: self.performed.treatment,
            group: self.catalogue.groups.get(group),
        }
    }

    fn ungrouped(&self, reason: DipReason) -> DipOutcome<'c> {
        DipOutcome {
            status: Status::Ungrouped,
            reason: Some(reason),
            notes: self.notes,
            treatment: self.performed.treatment,
            group: None,
        }
    }
}
