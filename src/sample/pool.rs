//! Codes to draw from, set by set, with what each asks of the patient.

use std::collections::HashMap;
use std::rc::Rc;

use chs_grouper::rule::Target;
use chs_grouper::{Scheme, Sex};
use chs_model::icd::{self, IcdCode};

use super::conflict::may_be_principal;
use super::demand::{Demand, of_diagnosis, of_procedure};

/// A code that lists may carry.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) code: &'static IcdCode,
    pub(super) demand: Demand,
}

/// The scheme's sets without grey codes, local codes and codes of no edition.
pub(super) struct Pools<'s> {
    pub(super) scheme: &'s Scheme,
    sets: HashMap<String, Rc<[Choice]>>,
}

/// Names of pools that are no sets of the scheme.
const MCC: &str = "mcc";
const CC: &str = "cc";
const PRINCIPALS: &str = "mdc_principal";

impl<'s> Pools<'s> {
    pub(super) fn new(scheme: &'s Scheme) -> Pools<'s> {
        Pools {
            scheme,
            sets: HashMap::new(),
        }
    }

    /// The codes of a set, or of the complications, that lists may carry.
    pub(super) fn of(&mut self, target: &Target) -> Rc<[Choice]> {
        match target {
            Target::Set(name) => self.cached(name, |pools| {
                let codes = pools.scheme.set_codes(name).unwrap_or_default();
                codes.into_iter().filter_map(choice).collect()
            }),
            Target::Mcc => self.complications(MCC, true),
            Target::Cc => self.complications(CC, false),
        }
    }

    /// All diagnoses that lead into some MDC.
    pub(super) fn principals(&mut self) -> Rc<[Choice]> {
        self.cached(PRINCIPALS, |pools| {
            let leads = |code: &&IcdCode| {
                may_be_principal(code.code)
                    && pools.scheme.in_table(PRINCIPALS, code.code) == Some(true)
            };
            let codes = icd::diagnoses().iter().filter(leads);
            codes.filter_map(|code| choice(code.code)).collect()
        })
    }

    /// All diagnoses whose code begins so.
    pub(super) fn beginning(&mut self, prefix: &str) -> Rc<[Choice]> {
        self.cached(prefix, |_| {
            let codes = icd::diagnoses()
                .iter()
                .filter(|code| code.code.starts_with(prefix));
            codes.filter_map(|code| choice(code.code)).collect()
        })
    }

    fn complications(&mut self, name: &str, major: bool) -> Rc<[Choice]> {
        self.cached(name, |pools| {
            let complications = pools.scheme.complications();
            let of_kind =
                complications.filter(|(_, complication)| complication.is_major() == major);
            of_kind.filter_map(|(code, _)| choice(code)).collect()
        })
    }

    fn cached(&mut self, name: &str, make: impl FnOnce(&Self) -> Rc<[Choice]>) -> Rc<[Choice]> {
        if let Some(pool) = self.sets.get(name) {
            return Rc::clone(pool);
        }
        let pool = make(self);
        self.sets.insert(name.to_owned(), Rc::clone(&pool));
        pool
    }

    /// What a diagnosis asks for as the principal one: the sex of its MDC, too.
    pub(super) fn as_principal(&self, choice: &Choice) -> Option<Demand> {
        let of_mdc = |table: &str| self.scheme.in_table(table, choice.code.code) == Some(true);
        let sex = match (of_mdc("mdcm_principal"), of_mdc("mdcn_principal")) {
            (true, true) => return None,
            (true, false) => Some(Sex::Male),
            (false, true) => Some(Sex::Female),
            (false, false) => None,
        };
        choice.demand.and(&Demand {
            sex,
            ..Demand::default()
        })
    }
}

fn choice(code: &str) -> Option<Choice> {
    if let Some(code) = icd::diagnosis(code).filter(|code| !code.grey) {
        // External causes (V to Y) have no place in a list.
        let allowed = !code.code.starts_with(['V', 'W', 'X', 'Y']);
        return of_diagnosis(code)
            .filter(|_| allowed)
            .map(|demand| Choice { code, demand });
    }
    let code = icd::procedure(code).filter(|code| !code.grey)?;
    // Local codes: 17.9…, not of the edition's form.
    let national = !code.code.starts_with("17.9");
    of_procedure(code)
        .filter(|_| national)
        .map(|demand| Choice { code, demand })
}
