//! Drawing codes for one way into a group, and asking the grouper about them.

use std::rc::Rc;

use chs_grouper::rule::{CodeVariable, Membership};
use chs_grouper::{Case, Drg, Sex, Status};
use chs_model::icd::IcdCode;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::companion;
use super::conflict::{agree, may_be_principal, may_be_principal_procedure, usual_principal};
use super::demand::{Demand, in_ranges};
use super::goal::{Goal, Target};
use super::pool::{Choice, Pools};

/// Attempts that keep to usual principal diagnoses before others are tried.
const USUAL_ATTEMPTS: usize = 150;

/// What is drawn of a stay: its codes, and what grouping asks of the patient.
#[derive(Debug, Clone)]
pub(super) struct Clinical<'s> {
    pub(super) drg: &'s Drg,
    /// The principal diagnosis first.
    pub(super) diagnoses: Vec<&'static IcdCode>,
    /// The principal procedure first.
    pub(super) procedures: Vec<&'static IcdCode>,
    pub(super) sex: Sex,
    pub(super) years: u16,
    /// Age in days; of a patient below one year.
    pub(super) days: Option<u16>,
    /// Birth weight in grams; of a newborn.
    pub(super) grams: Option<u32>,
    /// Days of stay that the codes allow.
    pub(super) stay: std::ops::RangeInclusive<u16>,
}

/// The codes chosen so far and what they together ask of the patient.
pub(super) struct Draft<'s> {
    pub(super) diagnoses: Vec<&'static IcdCode>,
    pub(super) procedures: Vec<&'static IcdCode>,
    demand: Demand,
    drg: &'s Drg,
}

/// One attempt at a case of the group.
pub(super) fn draw<'s>(
    target: &Target<'s>,
    pools: &mut Pools<'s>,
    attempt: usize,
    rng: &mut StdRng,
) -> Option<Clinical<'s>> {
    let goal = target.goals.choose(rng)?;
    let mut draft = Draft {
        diagnoses: Vec::new(),
        procedures: Vec::new(),
        demand: goal.demand.clone(),
        drg: target.drg,
    };
    draft.principal_diagnosis(goal, pools, attempt < USUAL_ATTEMPTS, rng)?;
    draft.procedures(goal, pools, rng)?;
    draft.other_diagnoses(goal, pools, rng)?;
    companion::required(&mut draft, pools, rng)?;
    if !agree(&draft.diagnoses, &draft.procedures) {
        return None;
    }
    let mut clinical = draft.patient(rng);
    if !clinical.hits(pools) {
        return None;
    }
    companion::usual(&mut clinical, pools, rng);
    Some(clinical)
}

impl Draft<'_> {
    /// Whether a diagnosis lies in one of the ranges.
    pub(super) fn has_diagnosis(&self, ranges: &[&str]) -> bool {
        self.diagnoses
            .iter()
            .any(|code| in_ranges(code.code, ranges))
    }

    pub(super) fn add_diagnosis(&mut self, choice: &Choice) -> Option<()> {
        self.demand = self.demand.and(&choice.demand)?;
        self.diagnoses.push(choice.code);
        Some(())
    }

    fn add_procedure(&mut self, choice: &Choice) -> Option<()> {
        self.demand = self.demand.and(&choice.demand)?;
        self.procedures.push(choice.code);
        Some(())
    }

    fn principal_diagnosis(
        &mut self,
        goal: &Goal<'_>,
        pools: &mut Pools<'_>,
        usual: bool,
        rng: &mut StdRng,
    ) -> Option<()> {
        let asked = |membership: &&&Membership| {
            !membership.negated && membership.codes.contains(&CodeVariable::Zyzd)
        };
        // The narrowest wish for the principal diagnosis comes last in MDC, ADRG, DRG.
        let alone = |membership: &&&Membership| membership.codes.len() == 1;
        let wishes = || goal.memberships.iter().filter(asked);
        let pool = match wishes().rfind(alone).or_else(|| wishes().next_back()) {
            Some(membership) => one_of(membership, pools, rng)?,
            None => pools.principals(),
        };
        let code = if usual {
            usual_principal
        } else {
            may_be_principal
        };
        let choice =
            (0..20).find_map(|_| pool.choose(rng).filter(|choice| code(choice.code.code)))?;
        self.demand = self.demand.and(&pools.as_principal(choice)?)?;
        self.diagnoses.push(choice.code);
        Some(())
    }

    fn other_diagnoses(
        &mut self,
        goal: &Goal<'_>,
        pools: &mut Pools<'_>,
        rng: &mut StdRng,
    ) -> Option<()> {
        let wishes = goal.memberships.iter().filter(|membership| {
            !membership.negated && membership.codes.contains(&CodeVariable::Qtzd)
        });
        for membership in wishes {
            let pool = one_of(membership, pools, rng)?;
            let met = membership.codes.contains(&CodeVariable::Zyzd)
                && self.diagnoses.iter().any(|code| holds(&pool, code));
            if !met {
                let fits = |choice: &&Choice| self.demand.and(&choice.demand).is_some();
                let choice = (0..20).find_map(|_| pool.choose(rng).filter(fits))?.clone();
                self.add_diagnosis(&choice)?;
            }
        }
        Some(())
    }

    fn procedures(
        &mut self,
        goal: &Goal<'_>,
        pools: &mut Pools<'_>,
        rng: &mut StdRng,
    ) -> Option<()> {
        let principal_only = |membership: &Membership| membership.codes == [CodeVariable::Zyss];
        let wishes = || {
            goal.memberships.iter().filter(|membership| {
                !membership.negated && membership.codes.iter().any(|codes| !codes.is_diagnosis())
            })
        };
        for membership in wishes().filter(|membership| principal_only(membership)) {
            let pool = one_of(membership, pools, rng)?;
            if let Some(principal) = self.procedures.first() {
                holds(&pool, principal).then_some(())?;
                continue;
            }
            let fits = |choice: &&Choice| may_be_principal_procedure(choice.code.code);
            let choice = (0..20).find_map(|_| pool.choose(rng).filter(fits))?;
            self.add_procedure(choice)?;
        }
        for membership in wishes().filter(|membership| !principal_only(membership)) {
            let pool = one_of(membership, pools, rng)?;
            if !self.procedures.iter().any(|code| holds(&pool, code)) {
                self.add_procedure(pool.choose(rng)?)?;
            }
        }
        for count in &goal.counts {
            let pool = pools.of(&chs_grouper::rule::Target::Set(count.set.clone()));
            let number = usize::try_from(count.number).ok()?.min(5);
            for choice in pool.sample(rng, number) {
                self.add_procedure(choice)?;
            }
        }
        // An adjunct among them goes behind.
        self.procedures
            .sort_by_key(|code| !may_be_principal_procedure(code.code));
        Some(())
    }
}

/// The codes of one of the sets that the membership names.
fn one_of(
    membership: &Membership,
    pools: &mut Pools<'_>,
    rng: &mut StdRng,
) -> Option<Rc<[Choice]>> {
    let pool = pools.of(membership.sets.choose(rng)?);
    (!pool.is_empty()).then_some(pool)
}

/// Pools keep the scheme's order of codes, which is sorted.
fn holds(pool: &[Choice], code: &IcdCode) -> bool {
    pool.binary_search_by(|choice| choice.code.code.cmp(code.code))
        .is_ok()
}

impl<'s> Draft<'s> {
    /// A patient that fits.
    fn patient(self, rng: &mut StdRng) -> Clinical<'s> {
        let demand = &self.demand;
        let sex = demand
            .sex
            .unwrap_or(if rng.random() { Sex::Male } else { Sex::Female });
        let adult = (*demand.years.start()).max(18).min(*demand.years.end());
        let most = (*demand.years.end()).min(88).max(adult);
        let years = if demand.newborn_only() {
            0
        } else {
            rng.random_range(adult..=most)
        };
        let days = (years == 0).then(|| rng.random_range(demand.days.clone()));
        let newborn = days.is_some_and(|days| days <= 28);
        // Weights are precise to 10 g; usual ones where the codes allow them.
        let usual = demand.grams.contains(&2_500) && demand.grams.contains(&4_000);
        let grams = if usual {
            2_500..=4_000
        } else {
            demand.grams.clone()
        };
        let grams =
            newborn.then(|| rng.random_range(grams.start().div_ceil(10)..=grams.end() / 10) * 10);
        Clinical {
            drg: self.drg,
            sex,
            years,
            days,
            grams,
            stay: demand.stay.clone(),
            diagnoses: self.diagnoses,
            procedures: self.procedures,
        }
    }
}

impl Clinical<'_> {
    /// Whether the grouper puts the case into the group it was made for.
    pub(super) fn hits(&self, pools: &Pools<'_>) -> bool {
        let case = Case {
            sex: Some(self.sex),
            age_years: Some(self.years),
            age_days: self.days,
            birth_weight: self.grams,
            los: Some(*self.stay.start()),
            dx: self.diagnoses.iter().map(|code| code.code).collect(),
            px: self.procedures.iter().map(|code| code.code).collect(),
            ..Case::default()
        };
        let outcome = pools.scheme.group(&case);
        outcome.status == Status::Grouped && outcome.drg == self.drg.code()
    }
}
