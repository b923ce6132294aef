//! Why a case got no group. Only cases without a group pay for these questions.

use super::compiled::{Numbers, Test};
use super::facts::Facts;
use crate::reason::Reason;
use crate::rule::NumberVariable;
use crate::scheme::Scheme;

const AGE: Numbers = Numbers::of(NumberVariable::Nl).with(Numbers::of(NumberVariable::Xsrtl));
const SEX: Numbers = Numbers::of(NumberVariable::Xb);
const WEIGHT: Numbers = Numbers::of(NumberVariable::Xsrtz);
const STAY: Numbers = Numbers::of(NumberVariable::Zyts);

/// Which missing number a rule hangs on: the first that alone would let it hold,
/// else the first missing.
pub(super) fn undecided(facts: &Facts<'_>, test: &Test) -> Reason {
    let lacking = [
        (NumberVariable::Xb, Reason::SexMissing),
        (NumberVariable::Xsrtl, Reason::AgeDaysMissing),
        (NumberVariable::Nl, Reason::AgeMissing),
        (NumberVariable::Zyts, Reason::LosMissing),
    ];
    let mut missing = lacking
        .into_iter()
        .filter(|(variable, _)| facts.missing().has(*variable));
    let alone = missing
        .clone()
        .find(|(variable, _)| facts.holds(test, Numbers::of(*variable)));
    let first = alone.or_else(|| missing.next());
    first.map_or(Reason::NoAdrg, |(_, reason)| reason)
}

/// Why no MDC gave a group.
pub(super) fn no_group(scheme: &Scheme, facts: &Facts<'_>) -> Reason {
    let kept_out = scheme
        .mdcs
        .iter()
        .filter(|mdc| facts.principal_in(&mdc.principal))
        .find_map(|mdc| kept_out_by(facts, &mdc.test));
    if let Some(reason) = kept_out {
        return reason;
    }
    // An MDC without a condition of its own (A) says nothing of the case.
    let entered = scheme
        .mdcs
        .iter()
        .filter(|mdc| !matches!(mdc.test, Test::Always) && facts.holds(&mdc.test, Numbers::NONE));
    let mut left = None;
    for mdc in entered {
        for row in scheme.rows_of(mdc) {
            if facts.holds(&row.test, Numbers::NONE) {
                let mut drgs = scheme.drgs_of_row(row).iter();
                let kept_out = drgs.find_map(|drg| kept_out_by(facts, &drg.test));
                return kept_out.unwrap_or(Reason::NoDrg);
            }
            left = left.or_else(|| kept_out_by(facts, &row.test));
        }
        left = left.or(Some(Reason::NoAdrg));
    }
    left.unwrap_or_else(|| {
        let notes = facts.notes();
        if notes.contains(Reason::PrincipalDiagnosisUnknown) {
            Reason::PrincipalDiagnosisUnknown
        } else if notes.contains(Reason::PrincipalDiagnosisGrey) {
            Reason::PrincipalDiagnosisGrey
        } else {
            Reason::PrincipalDiagnosisNotInScheme
        }
    })
}

/// The one thing about the case that keeps a rule from holding, if it is one.
fn kept_out_by(facts: &Facts<'_>, test: &Test) -> Option<Reason> {
    if facts.holds(test, Numbers::NONE) {
        return None;
    }
    let causes = [
        (SEX, Reason::SexConflict),
        (WEIGHT, Reason::WeightConflict),
        (AGE, Reason::AgeConflict),
        (AGE.with(WEIGHT), Reason::AgeConflict),
        (STAY, Reason::LosConflict),
    ];
    let cause = causes
        .into_iter()
        .find(|(relaxed, _)| facts.holds(test, *relaxed))?;
    // What is missing is no conflict.
    let lacks = |variable| facts.missing().has(variable);
    Some(match cause.1 {
        Reason::SexConflict if lacks(NumberVariable::Xb) => Reason::SexMissing,
        Reason::AgeConflict if lacks(NumberVariable::Xsrtl) => Reason::AgeDaysMissing,
        Reason::LosConflict if lacks(NumberVariable::Zyts) => Reason::LosMissing,
        Reason::WeightConflict if facts.notes().contains(Reason::BirthWeightMissing) => {
            Reason::BirthWeightMissing
        }
        reason => reason,
    })
}
