//! Groups to aim at: a scheme's rules taken apart into what a case must have.

use chs_grouper::rule::{Comparison, Count, Membership, NumberVariable, Relation};
use chs_grouper::{Drg, Rule, Scheme, Sex};

use super::demand::Demand;

/// The most alternatives that are kept of one group.
const MAX_GOALS: usize = 200;

/// A group with the ways that lead into it.
#[derive(Debug)]
pub(super) struct Target<'s> {
    pub(super) drg: &'s Drg,
    /// Never empty.
    pub(super) goals: Vec<Goal<'s>>,
}

/// One way into a group: conditions that must all hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Goal<'s> {
    pub(super) memberships: Vec<&'s Membership>,
    pub(super) counts: Vec<&'s Count>,
    pub(super) demand: Demand,
}

/// All groups of a scheme that some way leads into.
pub(super) fn targets(scheme: &Scheme) -> Vec<Target<'_>> {
    let mut targets: Vec<Target<'_>> = Vec::new();
    for mdc in scheme.mdcs() {
        for row in scheme.rows_of(mdc).iter().filter(|row| !row.is_ambiguous()) {
            for drg in scheme.drgs_of_row(row) {
                let goals = [mdc.rule(), row.rule(), drg.rule()]
                    .into_iter()
                    .fold(vec![Goal::default()], |goals, rule| ways(&goals, rule));
                match targets
                    .iter_mut()
                    .find(|target| target.drg.code() == drg.code())
                {
                    Some(target) => target.goals.extend(goals),
                    None => targets.push(Target { drg, goals }),
                }
            }
        }
    }
    targets.retain(|target| !target.goals.is_empty());
    targets
}

/// Every goal joined with every way to meet the rule.
fn ways<'s>(goals: &[Goal<'s>], rule: &'s Rule) -> Vec<Goal<'s>> {
    let mut joined = match rule {
        Rule::True => goals.to_vec(),
        Rule::All(parts) => parts
            .iter()
            .fold(goals.to_vec(), |goals, part| ways(&goals, part)),
        Rule::Any(parts) => parts.iter().flat_map(|part| ways(goals, part)).collect(),
        Rule::Membership(membership) => with(goals, |mut goal| {
            goal.memberships.push(membership);
            Some(goal)
        }),
        Rule::Count(count) => with(goals, |mut goal| {
            goal.counts.push(count);
            Some(goal)
        }),
        Rule::Comparison(comparison) => with(goals, |mut goal| {
            goal.demand = goal.demand.and(&bounds(comparison)?)?;
            Some(goal)
        }),
    };
    joined.truncate(MAX_GOALS);
    joined
}

fn with<'s>(goals: &[Goal<'s>], change: impl Fn(Goal<'s>) -> Option<Goal<'s>>) -> Vec<Goal<'s>> {
    goals.iter().cloned().filter_map(change).collect()
}

/// A comparison as a demand; `None` if no patient of ours can meet it.
fn bounds(comparison: &Comparison) -> Option<Demand> {
    let number = comparison.number;
    let (least, most) = match comparison.relation {
        Relation::Equal => (number, number),
        Relation::Less => (0, number.checked_sub(1)?),
        Relation::LessOrEqual => (0, number),
        Relation::Greater => (number.checked_add(1)?, u32::MAX),
        Relation::GreaterOrEqual => (number, u32::MAX),
    };
    let short = |value: u32| u16::try_from(value).unwrap_or(u16::MAX);
    let mut demand = Demand::default();
    match comparison.variable {
        NumberVariable::Nl => demand.years = short(least)..=short(most),
        NumberVariable::Xsrtl => demand.days = short(least)..=short(most),
        NumberVariable::Xsrtz => demand.grams = least..=most,
        NumberVariable::Zyts => demand.stay = short(least)..=short(most),
        NumberVariable::Xb => {
            demand.sex = match (least <= 1 && 1 <= most, least <= 2 && 2 <= most) {
                (true, true) => None,
                (true, false) => Some(Sex::Male),
                (false, true) => Some(Sex::Female),
                (false, false) => return None,
            }
        }
    }
    Some(demand)
}
