//! The rule language of the NHSA's scheme workbooks, as a typed tree.
//!
//! Source: 按病组（DRG）付费 3.0 版分组方案配置信息 (医保发〔2026〕22号), whose MDC,
//! ADRG and DRG sheets hold one rule a row. Older and local schemes are written
//! in the same language.

mod error;
mod lexer;
mod parser;
mod print;

pub use error::{Expected, RuleError};

/// A condition on one case.
///
/// `Display` prints the canonical text; parsing that text gives an equal tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Rule {
    /// Always true: an empty cell or `1`.
    #[default]
    True,
    /// Every part holds (`and`); two parts or more.
    All(Vec<Rule>),
    /// One part or more holds (`or`); two parts or more.
    Any(Vec<Rule>),
    /// `ZYZD in DI_B00`, `{ZYSS, QTSS} not in OP_ALL`, `QTZD in {MCC, CC}`.
    Membership(Membership),
    /// `length(OP_X ∩ {ZYSS, QTSS})>=2`.
    Count(Count),
    /// `XSRTL<=28`.
    Comparison(Comparison),
}

/// One code or more of the case against one set or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Whose codes are looked at; any of them may hit. Never empty.
    pub codes: Vec<CodeVariable>,
    /// The sets, any of which may be hit. Never empty.
    pub sets: Vec<Target>,
    /// `not in`: holds when no code is in any of the sets.
    pub negated: bool,
}

/// How many different codes of the case lie in a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The set's name.
    pub set: String,
    /// Whose codes are counted; equal codes count once. Never empty.
    pub codes: Vec<CodeVariable>,
    /// How the count is compared.
    pub relation: Relation,
    /// What it is compared with.
    pub number: u32,
}

/// A number of the case against a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// Which number.
    pub variable: NumberVariable,
    /// How it is compared.
    pub relation: Relation,
    /// What it is compared with, in the variable's unit.
    pub number: u32,
}

/// What a code may be a member of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A named set of the scheme, such as `DI_B00` or `OP_ALL`.
    Set(String),
    /// Major complications that the principal diagnosis does not exclude.
    Mcc,
    /// Ordinary complications that the principal diagnosis does not exclude.
    Cc,
}

/// The variables that stand for codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeVariable {
    /// 主要诊断, the principal diagnosis.
    Zyzd,
    /// 其他诊断, the other diagnoses.
    Qtzd,
    /// 主要手术操作, the principal procedure.
    Zyss,
    /// 其他手术操作, the other procedures.
    Qtss,
}

impl CodeVariable {
    /// All of them, in the language's order.
    pub const ALL: [Self; 4] = [Self::Zyzd, Self::Qtzd, Self::Zyss, Self::Qtss];

    /// The name in rule texts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zyzd => "ZYZD",
            Self::Qtzd => "QTZD",
            Self::Zyss => "ZYSS",
            Self::Qtss => "QTSS",
        }
    }

    /// True for diagnoses, false for procedures.
    #[must_use]
    pub const fn is_diagnosis(self) -> bool {
        matches!(self, Self::Zyzd | Self::Qtzd)
    }

    /// True for the principal diagnosis and the principal procedure.
    #[must_use]
    pub const fn is_principal(self) -> bool {
        matches!(self, Self::Zyzd | Self::Zyss)
    }
}

/// The variables that stand for numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumberVariable {
    /// 年龄, age in completed years.
    Nl,
    /// 新生儿天龄, age in days.
    Xsrtl,
    /// 新生儿体重, birth or admission weight in grams; 0 when there is none.
    Xsrtz,
    /// 性别, sex by GB/T 2261.1: 1 male, 2 female.
    Xb,
    /// 住院天数, length of stay in days; this project's addition for local schemes.
    Zyts,
}

impl NumberVariable {
    /// All of them, in the language's order.
    pub const ALL: [Self; 5] = [Self::Nl, Self::Xsrtl, Self::Xsrtz, Self::Xb, Self::Zyts];

    /// The name in rule texts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nl => "NL",
            Self::Xsrtl => "XSRTL",
            Self::Xsrtz => "XSRTZ",
            Self::Xb => "XB",
            Self::Zyts => "ZYTS",
        }
    }
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Relation {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Equal,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
    ];

    /// The sign in rule texts.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether `left` stands in this relation to `right`.
    #[must_use]
    pub const fn holds(self, left: u32, right: u32) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

impl Rule {
    /// Reads a rule text; an empty one is [`Rule::True`].
    ///
    /// # Errors
    /// [`RuleError`] names the column and what was expected there.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        parser::parse(text)
    }

    /// Calls `visit` for this rule and every rule inside it, outermost first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Rule)) {
        visit(self);
        if let Self::All(parts) | Self::Any(parts) = self {
            for part in parts {
                part.walk(visit);
            }
        }
    }

    /// The names of all sets that the rule looks at, in text order, repeats kept.
    #[must_use]
    pub fn set_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.walk(&mut |rule| match rule {
            Self::Membership(membership) => {
                names.extend(membership.sets.iter().filter_map(|target| match target {
                    Target::Set(name) => Some(name.as_str()),
                    Target::Mcc | Target::Cc => None,
                }));
            }
            Self::Count(count) => names.push(&count.set),
            Self::True | Self::All(_) | Self::Any(_) | Self::Comparison(_) => {}
        });
        names
    }

    /// Whether the rule looks at a procedure.
    #[must_use]
    pub fn asks_for_procedure(&self) -> bool {
        let mut found = false;
        self.walk(&mut |rule| {
            let codes = match rule {
                Self::Membership(membership) if !membership.negated => &membership.codes,
                Self::Count(count) => &count.codes,
                _ => return,
            };
            found |= codes.iter().any(|variable| !variable.is_diagnosis());
        });
        found
    }
}

impl std::str::FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}
