//! Which combinations are frequent enough to be core groups.

use super::BuildSettings;
use super::history::Combination;
use crate::efficacy::Moments;
use std::collections::{BTreeMap, BTreeSet};

/// A core group to be: subcategory and procedures, none for conservative treatment.
pub(super) type Core<'k> = (&'k str, BTreeSet<&'k str>);

/// The combinations with enough cases once the related operations that add too little
/// cost are left out; where they are too few with them, the principal procedure alone.
///
/// Whether a group keeps its cases beside the others only grouping tells, so this is a
/// first choice that the builder thins out.
pub(super) fn candidates<'k>(
    combinations: &[(Combination<'k>, Moments)],
    settings: &BuildSettings,
) -> BTreeSet<Core<'k>> {
    let mut by_principal: BTreeMap<(&str, Option<&str>), Vec<usize>> = BTreeMap::new();
    for (place, (combination, _)) in combinations.iter().enumerate() {
        let key = (combination.diagnosis, combination.principal);
        by_principal.entry(key).or_default().push(place);
    }
    let mut cores = BTreeSet::new();
    for ((diagnosis, principal), places) in by_principal {
        let members: Vec<_> = places
            .iter()
            .filter_map(|place| combinations.get(*place))
            .collect();
        let Some(principal) = principal else {
            let cases: u64 = members.iter().map(|(_, moments)| moments.cases()).sum();
            if cases >= settings.core_min {
                cores.insert((diagnosis, BTreeSet::new()));
            }
            continue;
        };
        let related = related(&members, settings);
        let mut counts: BTreeMap<BTreeSet<&str>, u64> = BTreeMap::new();
        for (combination, moments) in &members {
            let kept = combination.others().filter(|code| related.contains(code));
            let kept: BTreeSet<&str> = kept.chain([principal]).collect();
            *counts.entry(kept).or_default() += moments.cases();
        }
        let enough: Vec<BTreeSet<&str>> = counts
            .iter()
            .filter(|(set, cases)| set.len() > 1 && **cases >= settings.core_min)
            .map(|(set, _)| set.clone())
            .collect();
        // What fits none of those falls to the principal procedure alone.
        let rest = counts
            .iter()
            .filter(|(set, _)| !enough.iter().any(|core| core.is_subset(set)));
        let rest: u64 = rest.map(|(_, cases)| cases).sum();
        if rest >= settings.core_min {
            cores.insert((diagnosis, BTreeSet::from([principal])));
        }
        cores.extend(enough.into_iter().map(|core| (diagnosis, core)));
    }
    cores
}

/// The other procedures with which cases cost more by at least the settings' share than
/// without, counted over enough cases.
fn related<'k>(
    members: &[&(Combination<'k>, Moments)],
    settings: &BuildSettings,
) -> BTreeSet<&'k str> {
    let mut all = Moments::default();
    let mut with: BTreeMap<&str, Moments> = BTreeMap::new();
    for (combination, moments) in members {
        all.merge(moments);
        for code in combination.others() {
            with.entry(code).or_default().merge(moments);
        }
    }
    let adds = |with: &Moments| {
        let (cases, sum) = (u128::from(with.cases()), with.sum_fen());
        let rest = u128::from(all.cases()) - cases;
        let rest_sum = all.sum_fen() - sum;
        let factor = 10_000 + u128::from(settings.related_basis_points);
        // sum/cases ≥ rest_sum/rest × factor, multiplied out; no real sum overflows.
        let left = sum.checked_mul(rest).and_then(|n| n.checked_mul(10_000));
        let right = rest_sum.checked_mul(cases);
        let right = right.and_then(|n| n.checked_mul(factor));
        rest > 0 && left.zip(right).is_some_and(|(left, right)| left >= right)
    };
    with.into_iter()
        .filter(|(_, moments)| moments.cases() >= settings.core_min && adds(moments))
        .map(|(code, _)| code)
        .collect()
}
