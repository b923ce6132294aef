//! Which of several groups of a stage that fit.

use super::Catalogue;
use super::engine::Watch;
use super::group::DipGroup;
use super::row::Fit;
use super::settings::{Criterion, Stage};
use chs_model::Money;
use std::cmp::{Ordering, Reverse};

pub(crate) struct Chooser<'c> {
    catalogue: &'c Catalogue,
    criteria: &'c [Criterion],
    cost: Option<Money>,
    cost_missing: bool,
}

impl<'c> Chooser<'c> {
    pub(crate) fn new(catalogue: &'c Catalogue, stage: Stage, cost: Option<Money>) -> Self {
        let choice = &catalogue.settings.choice;
        let criteria = match stage {
            Stage::FirstStage => &choice.first_stage,
            _ => &choice.others,
        };
        Self {
            catalogue,
            criteria,
            cost,
            cost_missing: false,
        }
    }

    /// Whether a cost was asked for and missing.
    pub(crate) fn cost_missing(&self) -> bool {
        self.cost_missing
    }

    /// The better of two rows; the earlier one in the file where no criterion tells.
    pub(crate) fn better(
        &mut self,
        before: (usize, Fit),
        next: (usize, Fit),
        watch: &mut impl Watch,
    ) -> (usize, Fit) {
        let mut by = None;
        let mut order = Ordering::Equal;
        for criterion in self.criteria {
            order = self.compare(*criterion, before, next);
            if order.is_ne() {
                by = Some(*criterion);
                break;
            }
        }
        let order = order.then(next.0.cmp(&before.0));
        let (winner, loser) = if order.is_lt() {
            (next, before)
        } else {
            (before, next)
        };
        let rows = &self.catalogue.rows;
        if let (Some(winning), Some(losing)) = (rows.get(winner.0), rows.get(loser.0))
            && winner.0 != loser.0
        {
            watch.compared(winning, losing, by);
        }
        winner
    }

    /// Greater is better.
    fn compare(&mut self, criterion: Criterion, a: (usize, Fit), b: (usize, Fit)) -> Ordering {
        let (row_a, fit_a) = a;
        let (row_b, fit_b) = b;
        let group = |row: usize| {
            let row = self.catalogue.rows.get(row)?;
            self.catalogue.groups.get(row.group)
        };
        let (group_a, group_b) = (group(row_a), group(row_b));
        match criterion {
            Criterion::ContainsPrincipal => fit_a.principal.cmp(&fit_b.principal),
            Criterion::Exact => fit_a.exact.cmp(&fit_b.exact),
            Criterion::Parts => fit_a.parts.cmp(&fit_b.parts),
            Criterion::Matched => fit_a.matched.cmp(&fit_b.matched),
            Criterion::NearestCost => {
                let means = [group_a, group_b].map(|group| group.and_then(DipGroup::mean_cost));
                let Some(cost) = self.cost else {
                    self.cost_missing |= means[0] != means[1];
                    return Ordering::Equal;
                };
                // A group without a mean cost is farther than any with one.
                let far =
                    |mean: Option<Money>| mean.map(|mean| Reverse(mean.fen().abs_diff(cost.fen())));
                far(means[0]).cmp(&far(means[1]))
            }
            Criterion::HigherScore => group_a
                .and_then(DipGroup::score)
                .cmp(&group_b.and_then(DipGroup::score)),
            Criterion::Class => group_b
                .map(DipGroup::is_basic)
                .cmp(&group_a.map(DipGroup::is_basic)),
            Criterion::Type => group_a
                .and_then(DipGroup::treatment)
                .cmp(&group_b.and_then(DipGroup::treatment)),
            Criterion::Listed => row_b.cmp(&row_a),
            Criterion::Later => row_a.cmp(&row_b),
        }
    }
}
