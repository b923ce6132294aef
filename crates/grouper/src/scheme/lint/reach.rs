//! Rules that no case reaches: what fulfils them fulfils a rule before them.

use super::{Lint, LintKind, lint};
use crate::rule::{CodeVariable, Comparison, Count, Membership, Relation, Rule, Target};
use crate::scheme::Scheme;
use std::collections::BTreeMap;

/// The codes of every set, sorted: a smaller set within a larger one asks for more.
pub(super) struct Reach<'s> {
    sets: BTreeMap<&'s str, Vec<&'s str>>,
}

impl<'s> Reach<'s> {
    pub(super) fn new(scheme: &'s Scheme) -> Self {
        let sets = scheme.set_names.iter().map(|name| {
            let mut codes = scheme.set_codes(name).unwrap_or_default();
            codes.sort_unstable();
            (name.as_str(), codes)
        });
        Self {
            sets: sets.collect(),
        }
    }

    /// Looks at rules that are tried in order, the first that holds being taken.
    pub(super) fn look<'r>(
        &self,
        place: &str,
        rules: impl Iterator<Item = (&'r str, &'r Rule)>,
        lints: &mut Vec<Lint>,
    ) {
        let rules: Vec<_> = rules.collect();
        for (index, (code, rule)) in rules.iter().enumerate() {
            let mut before = rules.iter().take(index);
            if before.any(|(_, earlier)| self.implies(rule, earlier)) {
                lints.push(lint(LintKind::Unreachable, place, code));
            }
            if **rule == Rule::True && index + 1 < rules.len() {
                lints.push(lint(LintKind::FallbackNotLast, place, code));
            }
        }
    }

    /// Whether every case that fulfils `rule` fulfils `other`, as far as the form of
    /// the two and the contents of the sets tell. `false` may be wrong, `true` not.
    fn implies(&self, rule: &Rule, other: &Rule) -> bool {
        if rule == other {
            return true;
        }
        match (rule, other) {
            (_, Rule::True) => true,
            (Rule::Any(parts), _) => parts.iter().all(|part| self.implies(part, other)),
            (_, Rule::All(parts)) => parts.iter().all(|part| self.implies(rule, part)),
            (_, Rule::Any(parts)) if parts.iter().any(|part| self.implies(rule, part)) => true,
            (Rule::All(parts), _) => parts.iter().any(|part| self.implies(part, other)),
            (Rule::Membership(narrow), Rule::Membership(wide)) => self.membership(narrow, wide),
            (Rule::Comparison(narrow), Rule::Comparison(wide)) => comparison(*narrow, *wide),
            (Rule::Count(narrow), Rule::Count(wide)) => self.count(narrow, wide),
            _ => false,
        }
    }

    fn membership(&self, narrow: &Membership, wide: &Membership) -> bool {
        let (less, more) = match (narrow.negated, wide.negated) {
            (false, false) => (narrow, wide),
            // Not in more follows from not in less the other way round.
            (true, true) => (wide, narrow),
            _ => return false,
        };
        within(&less.codes, &more.codes)
            && less.sets.iter().all(|set| {
                more.sets.iter().any(|other| match (set, other) {
                    (Target::Set(set), Target::Set(other)) => self.contains(other, set),
                    _ => set == other,
                })
            })
    }

    fn count(&self, narrow: &Count, wide: &Count) -> bool {
        within(&narrow.codes, &wide.codes)
            && self.contains(&wide.set, &narrow.set)
            && matches!(
                (narrow.relation, wide.relation),
                (Relation::GreaterOrEqual, Relation::GreaterOrEqual)
            )
            && narrow.number >= wide.number
    }

    /// Whether `wide` has every code of `narrow`.
    fn contains(&self, wide: &str, narrow: &str) -> bool {
        if wide == narrow {
            return true;
        }
        let (Some(wide), Some(narrow)) = (self.sets.get(wide), self.sets.get(narrow)) else {
            return false;
        };
        narrow.iter().all(|code| wide.binary_search(code).is_ok())
    }
}

fn within(narrow: &[CodeVariable], wide: &[CodeVariable]) -> bool {
    narrow.iter().all(|variable| wide.contains(variable))
}

/// Whether one comparison with a whole number brings the other along.
fn comparison(narrow: Comparison, wide: Comparison) -> bool {
    let range = |comparison: Comparison| {
        let number = u64::from(comparison.number);
        // Half-open: the numbers from the first up to, not including, the second.
        match comparison.relation {
            Relation::Equal => (number, number + 1),
            Relation::Less => (0, number),
            Relation::LessOrEqual => (0, number + 1),
            Relation::Greater => (number + 1, u64::MAX),
            Relation::GreaterOrEqual => (number, u64::MAX),
        }
    };
    let ((from, to), (wide_from, wide_to)) = (range(narrow), range(wide));
    narrow.variable == wide.variable && wide_from <= from && to <= wide_to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn implies(rule: &str, other: &str) -> bool {
        let reach = Reach {
            sets: BTreeMap::from([
                ("DI_A", vec!["A", "B"]),
                ("DI_B", vec!["A", "B", "C"]),
                ("OP_A", vec!["1"]),
            ]),
        };
        let parse = |text: &str| Rule::parse(text).expect(text);
        reach.implies(&parse(rule), &parse(other))
    }

    #[test]
    fn a_narrower_rule_implies_a_wider_one() {
        for (narrow, wide) in [
            ("ZYZD in DI_A", "1"),
            ("ZYZD in DI_A", "ZYZD in DI_B"),
            ("ZYZD in DI_A", "{ZYZD, QTZD} in DI_A"),
            ("ZYZD in DI_A and ZYSS in OP_A", "ZYSS in OP_A"),
            (
                "ZYZD in DI_A and ZYSS in OP_A",
                "ZYZD in DI_B and {ZYSS, QTSS} in OP_A",
            ),
            ("ZYZD in DI_A or ZYZD in DI_A and NL=0", "ZYZD in DI_B"),
            ("ZYZD in DI_A", "ZYSS in OP_A or ZYZD in DI_B"),
            ("ZYZD not in DI_B", "ZYZD not in DI_A"),
            ("QTZD in {MCC}", "QTZD in {MCC, CC}"),
            ("NL=0", "NL<=6"),
            ("NL>=70", "NL>=17"),
            (
                "length(OP_A ∩ {ZYSS, QTSS})>=3",
                "length(OP_A ∩ {ZYSS, QTSS})>=2",
            ),
        ] {
            assert!(implies(narrow, wide), "{narrow} | {wide}");
            assert!(!implies(wide, narrow), "{wide} | {narrow}");
        }
        assert!(!implies("ZYZD in DI_A", "QTZD in DI_A"));
        assert!(!implies("ZYZD in DI_A", "ZYZD not in DI_A"));
        assert!(!implies("NL<=6", "XSRTL<=6"));
    }
}
