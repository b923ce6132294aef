//! What a case says, in the form that compiled rules ask for.

use super::compiled::{Numbers, Sets, Test, Who, slot};
use crate::case::{Case, Sex};
use crate::reason::{Notes, Reason};
use crate::rule::{NumberVariable, Relation};
use crate::scheme::{Bit, CodeSpace, CodeState, Entry, MAX_WORDS, Scheme, Severity};

/// A case's codes on one side as bitsets.
#[derive(Clone)]
struct Side<'f> {
    space: &'f CodeSpace,
    codes: &'f [&'f str],
    principal: Option<Entry<'f>>,
    others: [u64; MAX_WORDS],
}

/// A case in the form that compiled rules ask for. It lives on the stack: making
/// it and asking it allocate nothing.
#[derive(Clone)]
pub(crate) struct Facts<'f> {
    diagnoses: Side<'f>,
    procedures: Side<'f>,
    major: bool,
    ordinary: bool,
    numbers: [u32; NumberVariable::ALL.len()],
    missing: Numbers,
    notes: Notes,
}

impl<'f> Side<'f> {
    /// Looks every code up once; `each` sees the other codes as they pass.
    #[inline]
    fn new(
        space: &'f CodeSpace,
        codes: &'f [&'f str],
        mut each: impl FnMut(Option<&Entry<'f>>, &Entry<'f>),
    ) -> Self {
        let mut rest = codes.iter().map(|code| space.entry(code));
        let principal = rest.next();
        let mut others = [0; MAX_WORDS];
        for entry in rest {
            for (word, more) in others.iter_mut().zip(entry.sets) {
                *word |= more;
            }
            each(principal.as_ref(), &entry);
        }
        Self {
            space,
            codes,
            principal,
            others,
        }
    }

    #[inline]
    fn has(&self, who: Who, bit: Bit) -> bool {
        let principal = self.principal.as_ref();
        (who.principal && principal.is_some_and(|entry| bit.is_in(entry.sets)))
            || (who.others && bit.is_in(&self.others))
    }

    /// How many different codes are in the set. Schemes count rarely (robotic and
    /// twofold procedures), so the codes are looked up again here.
    fn count(&self, who: Who, set: Bit) -> u32 {
        let asked = |index: usize| {
            if index == 0 {
                who.principal
            } else {
                who.others
            }
        };
        let codes = self.codes.iter().enumerate();
        let different = codes.filter(|(index, code)| {
            asked(*index)
                && set.is_in(self.space.entry(code).sets)
                && !self
                    .codes
                    .iter()
                    .enumerate()
                    .take(*index)
                    .any(|(earlier, other)| asked(earlier) && other == *code)
        });
        u32::try_from(different.count()).unwrap_or(u32::MAX)
    }
}

impl<'f> Facts<'f> {
    /// Looks the case up in the scheme.
    pub(crate) fn new(scheme: &'f Scheme, case: &'f Case<'_>) -> Self {
        let mut notes = Notes::default();
        let (mut major, mut ordinary) = (false, false);
        let diagnoses = Side::new(&scheme.diagnoses, &case.dx, |principal, entry| {
            note(
                &mut notes,
                entry,
                Reason::OtherDiagnosisUnknown,
                Reason::OtherDiagnosisGrey,
            );
            if let Some(kind) = scheme.complication_kind(entry) {
                let excluded = principal
                    .zip(kind.excluding)
                    .is_some_and(|(principal, set)| set.is_in(principal.sets));
                major |= kind.major && !excluded;
                ordinary |= !kind.major && !excluded;
            }
        });
        let procedures = Side::new(&scheme.procedures, &case.px, |_, entry| {
            note(
                &mut notes,
                entry,
                Reason::OtherProcedureUnknown,
                Reason::OtherProcedureGrey,
            );
        });
        if let Some(entry) = &diagnoses.principal {
            note(
                &mut notes,
                entry,
                Reason::PrincipalDiagnosisUnknown,
                Reason::PrincipalDiagnosisGrey,
            );
        }
        if let Some(entry) = &procedures.principal {
            note(
                &mut notes,
                entry,
                Reason::PrincipalProcedureUnknown,
                Reason::PrincipalProcedureGrey,
            );
            if entry.state == CodeState::Valid && entry.sets.iter().all(|word| *word == 0) {
                notes.insert(Reason::PrincipalProcedureNotInScheme);
            }
        }
        let (numbers, missing) = numbers(case);
        if case.lacks_newborn_weight() {
            notes.insert(Reason::BirthWeightMissing);
        }
        Self {
            diagnoses,
            procedures,
            major,
            ordinary,
            numbers,
            missing,
            notes,
        }
    }

    /// The same case with one more other diagnosis that counts as a complication and
    /// is in no set.
    pub(crate) fn with_complication(&self, severity: Severity) -> Self {
        Self {
            major: self.major || severity == Severity::Mcc,
            ordinary: self.ordinary || severity == Severity::Cc,
            ..self.clone()
        }
    }

    /// What is odd about the case whatever its group.
    pub(crate) fn notes(&self) -> Notes {
        self.notes
    }

    /// The numbers the case lacks.
    pub(crate) fn missing(&self) -> Numbers {
        self.missing
    }

    /// Whether the principal diagnosis is in one of the sets.
    pub(crate) fn principal_in(&self, sets: &[Bit]) -> bool {
        let principal = self.diagnoses.principal.as_ref();
        principal.is_some_and(|entry| sets.iter().any(|set| set.is_in(entry.sets)))
    }

    /// Whether the test holds. A comparison with a missing number does not;
    /// one with a number of `relaxed` does, whatever it says.
    pub(crate) fn holds(&self, test: &Test, relaxed: Numbers) -> bool {
        match test {
            Test::Always => true,
            Test::All(parts) => parts.iter().all(|part| self.holds(part, relaxed)),
            Test::Any(parts) => parts.iter().any(|part| self.holds(part, relaxed)),
            Test::In {
                diagnoses,
                who,
                sets,
                wanted,
            } => {
                let side = self.side(*diagnoses);
                let hit = match sets {
                    Sets::One(bit) => side.has(*who, *bit),
                    Sets::Several(bits) => bits.iter().any(|bit| side.has(*who, *bit)),
                };
                hit == *wanted
            }
            Test::Complication {
                major,
                ordinary,
                wanted,
            } => ((*major && self.major) || (*ordinary && self.ordinary)) == *wanted,
            Test::Number(comparison) => self.compare(
                comparison.variable,
                comparison.relation,
                comparison.number,
                relaxed,
            ),
            Test::Count {
                diagnoses,
                who,
                set,
                relation,
                number,
            } => relation.holds(self.side(*diagnoses).count(*who, *set), *number),
        }
    }

    fn side(&self, diagnoses: bool) -> &Side<'f> {
        if diagnoses {
            &self.diagnoses
        } else {
            &self.procedures
        }
    }

    fn compare(
        &self,
        variable: NumberVariable,
        relation: Relation,
        number: u32,
        relaxed: Numbers,
    ) -> bool {
        if relaxed.has(variable) {
            return true;
        }
        let value = self.numbers.get(slot(variable));
        !self.missing.has(variable) && value.is_some_and(|value| relation.holds(*value, number))
    }
}

fn note(notes: &mut Notes, entry: &Entry<'_>, unknown: Reason, grey: Reason) {
    match entry.state {
        CodeState::Valid | CodeState::SchemeOnly => {}
        CodeState::Grey => notes.insert(grey),
        CodeState::Unknown => notes.insert(unknown),
    }
}

/// The case's numbers by slot, and which of them it lacks.
fn numbers(case: &Case<'_>) -> ([u32; NumberVariable::ALL.len()], Numbers) {
    // Where one age is missing the other bounds it: rules ask for days only to
    // part the first year, so the least age in days of a whole year will do.
    let years = case.age_years.map(u32::from);
    let days = case.age_days.map(u32::from);
    let nl = years.or_else(|| days.map(|days| days.saturating_mul(4) / 1461));
    let xsrtl = days.or_else(|| years.filter(|years| *years > 0).map(|years| years * 365));
    let xb = case.sex.map(|sex| match sex {
        Sex::Male => 1,
        Sex::Female => 2,
    });
    let values = [
        (NumberVariable::Nl, nl),
        (NumberVariable::Xsrtl, xsrtl),
        // The language counts a missing weight as 0.
        (NumberVariable::Xsrtz, Some(case.birth_weight.unwrap_or(0))),
        (NumberVariable::Xb, xb),
        (NumberVariable::Zyts, case.los.map(u32::from)),
    ];
    let mut missing = Numbers::NONE;
    for (variable, value) in values {
        if value.is_none() {
            missing = missing.with(Numbers::of(variable));
        }
    }
    (values.map(|(_, value)| value.unwrap_or(0)), missing)
}
