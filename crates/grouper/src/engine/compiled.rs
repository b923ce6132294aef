//! Rules compiled to bit tests.

use crate::rule::{
    CodeVariable, Comparison, Count, Membership, NumberVariable, Relation, Rule, Target,
};
use crate::scheme::{Bit, CodeSpace, SchemeError};

/// A rule, compiled against one scheme's sets.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Always,
    All(Box<[Test]>),
    Any(Box<[Test]>),
    /// Some code of `who` on that side is in some of the sets, or is not.
    In {
        diagnoses: bool,
        who: Who,
        sets: Sets,
        wanted: bool,
    },
    /// A valid complication is among the other diagnoses, or is not.
    Complication {
        major: bool,
        ordinary: bool,
        wanted: bool,
    },
    /// A number of the case against a constant.
    Number(Comparison),
    /// How many different codes of `who` are in the set.
    Count {
        diagnoses: bool,
        who: Who,
        set: Bit,
        relation: Relation,
        number: u32,
    },
}

/// Almost every rule names one set: that case is kept without an indirection.
#[derive(Debug, Clone)]
pub(crate) enum Sets {
    One(Bit),
    Several(Box<[Bit]>),
}

/// Whose codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) principal: bool,
    pub(crate) others: bool,
}

impl Who {
    fn of(codes: &[CodeVariable], diagnoses: bool) -> Option<Self> {
        let mut side = codes
            .iter()
            .filter(|v| v.is_diagnosis() == diagnoses)
            .peekable();
        side.peek()?;
        let mut who = Self {
            principal: false,
            others: false,
        };
        for variable in side {
            if variable.is_principal() {
                who.principal = true;
            } else {
                who.others = true;
            }
        }
        Some(who)
    }
}

/// The numbers of a case that are missing, or are taken as fitting any comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Numbers(u8);

impl Numbers {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn of(variable: NumberVariable) -> Self {
        Self(1 << slot(variable))
    }

    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, variable: NumberVariable) -> bool {
        self.0 & Self::of(variable).0 != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Place of a number in a case's facts.
pub(crate) const fn slot(variable: NumberVariable) -> usize {
    match variable {
        NumberVariable::Nl => 0,
        NumberVariable::Xsrtl => 1,
        NumberVariable::Xsrtz => 2,
        NumberVariable::Xb => 3,
        NumberVariable::Zyts => 4,
    }
}

/// Compiles the rule of `place` against a scheme's sets.
pub(crate) fn compile(
    rule: &Rule,
    place: &str,
    diagnoses: &CodeSpace,
    procedures: &CodeSpace,
) -> Result<Test, SchemeError> {
    Compiler {
        place,
        diagnoses,
        procedures,
    }
    .rule(rule)
}

struct Compiler<'a> {
    place: &'a str,
    diagnoses: &'a CodeSpace,
    procedures: &'a CodeSpace,
}

impl Compiler<'_> {
    fn rule(&self, rule: &Rule) -> Result<Test, SchemeError> {
        Ok(match rule {
            Rule::True => Test::Always,
            Rule::All(parts) => Test::All(self.parts(parts)?),
            Rule::Any(parts) => Test::Any(self.parts(parts)?),
            Rule::Membership(membership) => self.membership(membership)?,
            Rule::Count(count) => self.count(count)?,
            Rule::Comparison(comparison) => Test::Number(*comparison),
        })
    }

    fn parts(&self, parts: &[Rule]) -> Result<Box<[Test]>, SchemeError> {
        parts.iter().map(|part| self.rule(part)).collect()
    }

    fn membership(&self, membership: &Membership) -> Result<Test, SchemeError> {
        let wanted = !membership.negated;
        let mut names = Vec::new();
        let (mut major, mut ordinary) = (false, false);
        for target in &membership.sets {
            match target {
                Target::Set(name) => names.push(name.as_str()),
                Target::Mcc => major = true,
                Target::Cc => ordinary = true,
            }
        }
        let mut tests = Vec::new();
        if major || ordinary {
            if membership.codes != [CodeVariable::Qtzd] {
                return Err(self.error(
                    "MCC、CC 只能用于 QTZD".to_owned(),
                    "MCC and CC are for QTZD only".to_owned(),
                ));
            }
            tests.push(Test::Complication {
                major,
                ordinary,
                wanted,
            });
        }
        for diagnoses in [true, false] {
            let Some(who) = Who::of(&membership.codes, diagnoses) else {
                continue;
            };
            if names.is_empty() {
                continue;
            }
            let bits = names.iter().map(|name| self.set(name, diagnoses));
            let bits = bits.collect::<Result<Vec<_>, _>>()?;
            let sets = match bits.as_slice() {
                [one] => Sets::One(*one),
                several => Sets::Several(several.into()),
            };
            tests.push(Test::In {
                diagnoses,
                who,
                sets,
                wanted,
            });
        }
        Ok(match (tests.len(), wanted) {
            (1, _) => tests.pop().unwrap_or(Test::Always),
            (_, true) => Test::Any(tests.into()),
            (_, false) => Test::All(tests.into()),
        })
    }

    fn count(&self, count: &Count) -> Result<Test, SchemeError> {
        let sides = [true, false].map(|side| Who::of(&count.codes, side));
        let (diagnoses, who) = match sides {
            [Some(who), None] => (true, who),
            [None, Some(who)] => (false, who),
            _ => {
                return Err(self.error(
                    "length 不能混用诊断与手术操作".to_owned(),
                    "length cannot mix diagnoses and procedures".to_owned(),
                ));
            }
        };
        Ok(Test::Count {
            diagnoses,
            who,
            set: self.set(&count.set, diagnoses)?,
            relation: count.relation,
            number: count.number,
        })
    }

    fn set(&self, name: &str, diagnoses: bool) -> Result<Bit, SchemeError> {
        let (side, zh, en) = if diagnoses {
            (self.diagnoses, "诊断", "diagnoses")
        } else {
            (self.procedures, "手术操作", "procedures")
        };
        side.bit(name).ok_or_else(|| {
            self.error(
                format!("没有{zh}集合 {name}"),
                format!("no set {name} of {en}"),
            )
        })
    }

    fn error(&self, zh: String, en: String) -> SchemeError {
        SchemeError::meaning(self.place, zh, en)
    }
}
