//! The canonical text of a rule.

use super::{CodeVariable, Comparison, Count, Membership, Rule, Target};
use std::fmt::{self, Display};

impl Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::True => f.write_str("1"),
            Self::All(parts) => joined(f, parts, " and "),
            Self::Any(parts) => joined(f, parts, " or "),
            Self::Membership(membership) => membership.fmt(f),
            Self::Count(count) => count.fmt(f),
            Self::Comparison(comparison) => comparison.fmt(f),
        }
    }
}

/// Compound parts stand in brackets, so that the text shows the tree.
fn joined(f: &mut fmt::Formatter<'_>, parts: &[Rule], word: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        if matches!(part, Rule::All(_) | Rule::Any(_)) {
            write!(f, "({part})")?;
        } else {
            part.fmt(f)?;
        }
    }
    Ok(())
}

impl Display for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        variables(f, &self.codes)?;
        f.write_str(if self.negated { " not in " } else { " in " })?;
        match self.sets.as_slice() {
            [Target::Set(name)] => f.write_str(name),
            sets => list(f, sets),
        }
    }
}

impl Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "length({} ∩ ", self.set)?;
        variables(f, &self.codes)?;
        write!(f, "){}{}", self.relation.sign(), self.number)
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, sign) = (self.variable.name(), self.relation.sign());
        write!(f, "{name}{sign}{}", self.number)
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set(name) => name,
            Self::Mcc => "MCC",
            Self::Cc => "CC",
        })
    }
}

impl Display for CodeVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn variables(f: &mut fmt::Formatter<'_>, codes: &[CodeVariable]) -> fmt::Result {
    match codes {
        [one] => one.fmt(f),
        many => list(f, many),
    }
}

fn list<T: Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    f.write_str("{")?;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    f.write_str("}")
}
