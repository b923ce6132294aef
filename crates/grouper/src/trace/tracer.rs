//! Watches the engine and writes down what mattered.

use super::{
    CodeFact, ComplicationFact, ConditionFact, Finding, Level, Step, Trace, Verdict, text,
};
use crate::case::Case;
use crate::engine::{Answer, Facts, Test, Watch};
use crate::outcome::Outcome;
use crate::rule::{CodeVariable, Rule, Target};
use crate::scheme::{AdrgRow, CodeState, Drg, Mdc, Scheme};

pub(crate) struct Tracer<'t> {
    scheme: &'t Scheme,
    case: &'t Case<'t>,
    facts: Facts<'t>,
    steps: Vec<Step>,
}

impl<'t> Tracer<'t> {
    pub(crate) fn new(scheme: &'t Scheme, case: &'t Case<'_>) -> Self {
        Self {
            scheme,
            case,
            facts: Facts::new(scheme, case),
            steps: Vec::new(),
        }
    }

    pub(crate) fn finish(self, outcome: &Outcome<'_>) -> Trace {
        let mut trace = Trace {
            scheme: self.scheme.id().to_owned(),
            digest: self.scheme.digest().to_owned(),
            codes: self.codes(),
            complications: self.complications(),
            steps: self.steps,
            result: Finding {
                status: outcome.status,
                mdc: outcome.mdc.to_owned(),
                adrg: outcome.adrg.to_owned(),
                drg: outcome.drg.to_owned(),
                name: outcome.name.to_owned(),
                reason: outcome.reason,
                notes: outcome.notes,
            },
            text: Vec::new(),
        };
        trace.text = text::sentences(&trace);
        trace
    }

    fn codes(&self) -> Vec<CodeFact> {
        let codes = CodeVariable::ALL.into_iter().flat_map(|variable| {
            let codes = self.codes_of(variable).iter();
            codes.map(move |code| self.code(variable, code))
        });
        codes.collect()
    }

    fn code(&self, variable: CodeVariable, code: &str) -> CodeFact {
        let (space, known) = if variable.is_diagnosis() {
            (&self.scheme.diagnoses, chs_model::icd::diagnosis(code))
        } else {
            (&self.scheme.procedures, chs_model::icd::procedure(code))
        };
        CodeFact {
            variable: variable.name(),
            code: code.to_owned(),
            name: known.map_or("", |known| known.name).to_owned(),
            state: match space.entry(code).state {
                CodeState::Valid => "valid",
                CodeState::Grey => "grey",
                CodeState::SchemeOnly => "scheme_only",
                CodeState::Unknown => "unknown",
            },
        }
    }

    fn complications(&self) -> Vec<ComplicationFact> {
        let principal = self.case.dx.first().copied().unwrap_or_default();
        let others = self.codes_of(CodeVariable::Qtzd).iter();
        let found = others.filter_map(|code| {
            let complication = self.scheme.complication(code)?;
            let excluded = complication.is_excluded_by(principal);
            Some(ComplicationFact {
                code: (*code).to_owned(),
                severity: complication.severity(),
                exclusion_set: complication.exclusion_set().to_owned(),
                excluded_by: excluded.then(|| principal.to_owned()),
            })
        });
        found.collect()
    }

    fn codes_of(&self, variable: CodeVariable) -> &'t [&'t str] {
        let codes: &[&str] = if variable.is_diagnosis() {
            &self.case.dx
        } else {
            &self.case.px
        };
        match (codes.split_first(), variable.is_principal()) {
            (Some((principal, _)), true) => std::slice::from_ref(principal),
            (Some((_, others)), false) => others,
            (None, _) => &[],
        }
    }

    /// Writes a step down if its rule holds, is undecided, or fails although
    /// some code of the case hits: other failures say nothing about the case.
    fn step(&mut self, rule: &Rule, test: &Test, answer: Answer, step: impl FnOnce() -> Step) {
        let mut conditions = Vec::new();
        self.conditions(rule, test, &mut conditions);
        let hit = conditions
            .iter()
            .any(|condition| !condition.codes.is_empty());
        if answer != Answer::Fails || hit {
            let step = step();
            self.steps.push(Step { conditions, ..step });
        }
    }

    /// Collects the conditions of a rule that mattered. Of alternatives these are
    /// the ones that hold, or, when none does, those that some code hits.
    fn conditions(&self, rule: &Rule, test: &Test, found: &mut Vec<ConditionFact>) {
        match (rule, test) {
            (Rule::True, _) => {}
            (Rule::All(rules), Test::All(tests)) => {
                for (rule, test) in rules.iter().zip(tests) {
                    self.conditions(rule, test, found);
                }
            }
            (Rule::Any(rules), Test::Any(tests)) => {
                let holds = self.facts.answer(&Test::Any(tests.clone())) == Answer::Holds;
                for (rule, test) in rules.iter().zip(tests) {
                    let mut inner = Vec::new();
                    self.conditions(rule, test, &mut inner);
                    let answer = self.facts.answer(test);
                    let hit = inner.iter().any(|condition| !condition.codes.is_empty());
                    if answer == Answer::Holds || (!holds && (hit || answer == Answer::Undecided)) {
                        found.append(&mut inner);
                    }
                }
            }
            (leaf, test) => found.push(ConditionFact {
                condition: leaf.to_string(),
                holds: match self.facts.answer(test) {
                    Answer::Holds => Some(true),
                    Answer::Fails => Some(false),
                    Answer::Undecided => None,
                },
                codes: self.hits(leaf),
            }),
        }
    }

    /// The codes of the case that are in a condition's sets.
    fn hits(&self, leaf: &Rule) -> Vec<String> {
        let (variables, sets) = match leaf {
            Rule::Membership(membership) => (&membership.codes, membership.sets.clone()),
            Rule::Count(count) => (&count.codes, vec![Target::Set(count.set.clone())]),
            _ => return Vec::new(),
        };
        let codes = variables
            .iter()
            .flat_map(|variable| self.codes_of(*variable));
        let hits = codes.filter(|code| sets.iter().any(|set| self.is_in(set, code)));
        hits.map(|code| (*code).to_owned()).collect()
    }

    fn is_in(&self, set: &Target, code: &str) -> bool {
        let principal = self.case.dx.first().copied().unwrap_or_default();
        let major = match set {
            Target::Set(name) => return self.scheme.set_contains(name, code) == Some(true),
            Target::Mcc => true,
            Target::Cc => false,
        };
        self.scheme
            .complication(code)
            .is_some_and(|c| c.is_major() == major && !c.is_excluded_by(principal))
    }
}

impl Watch for Tracer<'_> {
    fn mdc(&mut self, mdc: &Mdc, answer: Answer) {
        let step = || Step {
            level: Level::Mdc,
            code: mdc.code().to_owned(),
            row: None,
            name: mdc.name().to_owned(),
            rule: mdc.rule.to_string(),
            verdict: answer.into(),
            conditions: Vec::new(),
        };
        self.step(&mdc.rule, &mdc.test, answer, step);
    }

    fn row(&mut self, row: &AdrgRow, answer: Answer) {
        let step = || Step {
            level: Level::Adrg,
            code: row.adrg().to_owned(),
            row: Some(row.row),
            name: String::new(),
            rule: row.rule.to_string(),
            verdict: answer.into(),
            conditions: Vec::new(),
        };
        self.step(&row.rule, &row.test, answer, step);
    }

    fn drg(&mut self, drg: &Drg, answer: Answer) {
        // Every group tried mattered: there are few, and they tell of MCC and CC.
        let mut conditions = Vec::new();
        self.conditions(&drg.rule, &drg.test, &mut conditions);
        self.steps.push(Step {
            level: Level::Drg,
            code: drg.code().to_owned(),
            row: None,
            name: drg.name().to_owned(),
            rule: drg.rule.to_string(),
            verdict: answer.into(),
            conditions,
        });
    }

    fn left(&mut self, mdc: &Mdc) {
        let entered = self.steps.iter().rposition(|step| step.level == Level::Mdc);
        let Some(place) = entered else { return };
        // An MDC that takes everybody in and hit nothing says nothing.
        if mdc.rule == Rule::True && place + 1 == self.steps.len() {
            self.steps.truncate(place);
        } else if let Some(step) = self.steps.get_mut(place) {
            step.verdict = Verdict::Left;
        }
    }
}

impl From<Answer> for Verdict {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Holds => Self::Holds,
            Answer::Fails => Self::Fails,
            Answer::Undecided => Self::Undecided,
        }
    }
}
