//! The order of evaluation: MDCs in order; in the MDC its ADRG rows in order, the
//! first that holds; in the ADRG its groups in order. An MDC whose rows all fail
//! falls through to the next.

use super::compiled::{Numbers, Test};
use super::explain::{no_group, undecided};
use super::facts::Facts;
use crate::outcome::Outcome;
use crate::reason::Reason;
use crate::scheme::{AdrgRow, Drg, Mdc, Scheme};

/// What a rule says of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Holds,
    Fails,
    /// It depends on a number that the case lacks.
    Undecided,
}

/// Sees every decision as it falls. The untraced path watches with `()`, which
/// compiles to nothing: trace and outcome cannot come from different walks.
pub(crate) trait Watch {
    fn mdc(&mut self, mdc: &Mdc, answer: Answer);
    fn row(&mut self, row: &AdrgRow, answer: Answer);
    fn drg(&mut self, drg: &Drg, answer: Answer);
    /// An entered MDC none of whose rows led to a group.
    fn left(&mut self, mdc: &Mdc);
}

impl Watch for () {
    fn mdc(&mut self, _: &Mdc, _: Answer) {}
    fn row(&mut self, _: &AdrgRow, _: Answer) {}
    fn drg(&mut self, _: &Drg, _: Answer) {}
    fn left(&mut self, _: &Mdc) {}
}

impl Facts<'_> {
    /// Whether a rule holds, fails or cannot be decided. Numbers stand in rules
    /// without negation, so a rule that fails with the missing ones against it
    /// and holds with them in its favour depends on them.
    pub(crate) fn answer(&self, test: &Test) -> Answer {
        if self.holds(test, Numbers::NONE) {
            Answer::Holds
        } else if !self.missing().is_empty() && self.holds(test, self.missing()) {
            Answer::Undecided
        } else {
            Answer::Fails
        }
    }
}

/// Groups a case.
pub(crate) fn decide<'s>(
    scheme: &'s Scheme,
    facts: &Facts<'_>,
    watch: &mut impl Watch,
) -> Outcome<'s> {
    for mdc in &scheme.mdcs {
        let answer = facts.answer(&mdc.test);
        watch.mdc(mdc, answer);
        match answer {
            Answer::Fails => continue,
            Answer::Undecided => return unfinished(facts, &mdc.test),
            Answer::Holds => {}
        }
        for row in scheme.rows_of(mdc) {
            let answer = facts.answer(&row.test);
            watch.row(row, answer);
            match answer {
                Answer::Fails => continue,
                Answer::Undecided => return unfinished(facts, &row.test),
                Answer::Holds => {}
            }
            if row.ambiguous {
                return ambiguous(mdc, row, facts);
            }
            for drg in scheme.drgs_of_row(row) {
                let answer = facts.answer(&drg.test);
                watch.drg(drg, answer);
                match answer {
                    Answer::Fails => {}
                    Answer::Undecided => return unfinished(facts, &drg.test),
                    Answer::Holds => return Outcome::grouped(drg, facts.notes()),
                }
            }
        }
        watch.left(mdc);
    }
    Outcome::ungrouped(no_group(scheme, facts), facts.notes())
}

fn ambiguous<'s>(mdc: &'s Mdc, row: &AdrgRow, facts: &Facts<'_>) -> Outcome<'s> {
    let reason = if row.asks_for_procedure {
        Reason::ProcedureNotInMdc
    } else {
        Reason::DiagnosisNotInMdc
    };
    Outcome::ambiguous(mdc, reason, facts.notes())
}

fn unfinished<'s>(facts: &Facts<'_>, test: &Test) -> Outcome<'s> {
    Outcome::ungrouped(undecided(facts, test), facts.notes())
}

#[cfg(test)]
mod tests {
    use crate::{Case, Outcome, Reason, Scheme, Sex, Status};

    fn infant<'a>(dx: &[&'a str]) -> Case<'a> {
        Case {
            sex: Some(Sex::Female),
            age_years: Some(0),
            age_days: Some(3),
            birth_weight: Some(1400),
            dx: dx.to_vec(),
            ..Case::default()
        }
    }

    fn adult<'a>(dx: &[&'a str]) -> Case<'a> {
        Case {
            sex: Some(Sex::Male),
            age_years: Some(45),
            dx: dx.to_vec(),
            ..Case::default()
        }
    }

    fn group(case: &Case<'_>) -> Outcome<'static> {
        let scheme = Scheme::builtin("chs-drg-2.0").expect("the scheme");
        scheme.group(case)
    }

    fn reason(case: &Case<'_>) -> (Status, Option<Reason>) {
        let outcome = group(case);
        (outcome.status, outcome.reason)
    }

    const UNGROUPED: Status = Status::Ungrouped;

    #[test]
    fn sex_bound_diagnoses_ask_for_the_sex() {
        let prostate = adult(&["N40.x00"]);
        assert_eq!(group(&prostate).mdc, "MDCM");
        let woman = Case {
            sex: Some(Sex::Female),
            ..prostate.clone()
        };
        assert_eq!(reason(&woman), (UNGROUPED, Some(Reason::SexConflict)));
        let unknown = Case {
            sex: None,
            ..prostate
        };
        assert_eq!(reason(&unknown), (UNGROUPED, Some(Reason::SexMissing)));
        // Elsewhere the sex does not matter.
        let heart = Case {
            sex: None,
            ..adult(&["I50.900"])
        };
        assert_eq!(group(&heart).mdc, "MDCF");
    }

    #[test]
    fn an_infant_needs_the_age_in_days() {
        let premature = infant(&["P07.200x011"]);
        assert_eq!(group(&premature).adrg, "PS1");
        let dayless = Case {
            age_days: None,
            ..premature.clone()
        };
        assert_eq!(reason(&dayless), (UNGROUPED, Some(Reason::AgeDaysMissing)));
        let weightless = Case {
            birth_weight: None,
            ..dayless
        };
        let expected = Some(Reason::AgeDaysMissing);
        assert_eq!(reason(&weightless), (UNGROUPED, expected));
        // Days alone are enough.
        let yearless = Case {
            age_years: None,
            ..premature.clone()
        };
        assert_eq!(group(&yearless), group(&premature));
        // From one year on nobody asks for days.
        assert_eq!(group(&adult(&["I50.900"])).status, Status::Grouped);
        let grown = Case {
            age_years: Some(5),
            age_days: None,
            ..premature
        };
        assert_eq!(reason(&grown), (UNGROUPED, Some(Reason::AgeConflict)));
    }

    #[test]
    fn a_newborn_without_weight_is_noted() {
        let weightless = Case {
            birth_weight: None,
            ..infant(&["P07.200x011"])
        };
        let outcome = group(&weightless);
        assert!(outcome.notes.contains(Reason::BirthWeightMissing));
        assert!(!outcome.adrg.starts_with("PS"));
    }

    #[test]
    fn principal_diagnoses_outside_the_tables_have_their_reason() {
        let unknown = adult(&["i50.900"]);
        let expected = Reason::PrincipalDiagnosisUnknown;
        assert_eq!(reason(&unknown), (UNGROUPED, Some(expected)));
        let grey = adult(&["A00.000"]);
        let expected = Reason::PrincipalDiagnosisGrey;
        assert_eq!(reason(&grey), (UNGROUPED, Some(expected)));
        let cause = adult(&["V01.000"]);
        let expected = match chs_model::icd::diagnosis("V01.000") {
            Some(_) => Reason::PrincipalDiagnosisNotInScheme,
            None => Reason::PrincipalDiagnosisUnknown,
        };
        assert_eq!(reason(&cause), (UNGROUPED, Some(expected)));
        assert_eq!(
            reason(&Case::default()),
            (Status::Invalid, Some(Reason::PrincipalDiagnosisMissing))
        );
    }

    #[test]
    fn unknown_other_codes_are_noted_and_change_nothing() {
        let plain = adult(&["I50.900", "E11.900"]);
        let mut odd = plain.clone();
        odd.dx.extend(["K43.9", "A00.000", ""]);
        odd.px.extend(["#", "99.99"]);
        let (plain, odd) = (group(&plain), group(&odd));
        assert_eq!((odd.status, odd.drg), (plain.status, plain.drg));
        assert!(plain.notes.is_empty());
        let notes: Vec<Reason> = odd.notes.iter().collect();
        assert_eq!(
            notes,
            [
                Reason::OtherDiagnosisUnknown,
                Reason::OtherDiagnosisGrey,
                Reason::PrincipalProcedureUnknown,
                Reason::OtherProcedureUnknown
            ]
        );
    }

    #[test]
    fn an_excluded_complication_does_not_count() {
        let scheme = Scheme::builtin("chs-drg-2.0").expect("the scheme");
        // A grave complication of a case whose core group is divided by it.
        let mcc = scheme
            .complications()
            .find(|(_, found)| found.is_major() && !found.is_excluded_by("I50.900"))
            .map(|(code, _)| code)
            .expect("an MCC");
        let with = adult(&["I50.900", mcc]);
        let without = adult(&["I50.900"]);
        assert_ne!(group(&with).drg, group(&without).drg);
        let excluded = scheme
            .complications()
            .find(|(_, found)| found.is_major() && found.is_excluded_by("I50.900"))
            .map(|(code, _)| code)
            .expect("an excluded MCC");
        let excluded = adult(&["I50.900", excluded]);
        assert_eq!(group(&excluded).drg, group(&without).drg);
        let (_, trace) = scheme.group_traced(&excluded);
        let found = trace.complications.first().expect("the complication");
        assert_eq!(found.excluded_by.as_deref(), Some("I50.900"));
        let set = &found.exclusion_set;
        assert!(trace.text.iter().any(|line| line.en.contains(set.as_str())));
    }
}
