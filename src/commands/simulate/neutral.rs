//! Budget-neutral rates and values of a point, fund by fund.

use std::collections::BTreeMap;

use chs_model::Money;
use chs_settlement::{
    Profile, Rescaled,
    simulation::{Comparison, Dimension, Sums},
};

use super::{Pass, job::Proposed};
use crate::commands::ring::Fault;

/// Readings of the file at most. What is paid does not move in step with the value where
/// cases change their band, so the value is sought step by step.
const PASSES: usize = 8;

/// What became of the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Neutral {
    /// Every value that was moved, with what it was.
    pub(super) values: Vec<Rescaled>,
    /// Readings of the file.
    pub(super) passes: usize,
}

/// The values found, and the reading under them.
pub(super) struct Found {
    /// The proposal with its new values.
    pub(super) proposed: Proposed,
    /// The reading under them.
    pub(super) pass: Pass,
    /// The values.
    pub(super) neutral: Neutral,
}

impl Neutral {
    /// Seeks, for every fund, the values under which it pays what stands on the near side.
    /// What rounding the values leaves is the difference of the fund that the report shows.
    ///
    /// # Errors
    /// A fund that no value makes neutral; what a reading says.
    pub(super) fn find(
        start: Proposed,
        mut read: impl FnMut(&Proposed) -> Result<Pass, Fault>,
    ) -> Result<Found, Fault> {
        let pass = read(&start)?;
        let mut best = Found {
            proposed: start,
            pass,
            neutral: Neutral {
                values: Vec::new(),
                passes: 1,
            },
        };
        let mut moves = Moves::new();
        while best.neutral.passes < PASSES {
            let (profile, moved) = moved(&best, &mut moves)?;
            if profile == best.proposed.profile {
                break;
            }
            let old = std::mem::replace(&mut best.proposed.profile, profile);
            let pass = read(&best.proposed)?;
            best.neutral.passes += 1;
            if off(&pass.comparison) >= off(&best.pass.comparison) {
                best.proposed.profile = old;
                break;
            }
            best.pass = pass;
            best.neutral.take(moved);
        }
        Ok(best)
    }

    /// Takes values that were moved once more.
    fn take(&mut self, moved: Vec<Rescaled>) {
        for new in moved {
            let known = self.values.iter_mut().find(|old| {
                old.version == new.version
                    && old.insutype == new.insutype
                    && old.holds_for == new.holds_for
            });
            match known {
                Some(old) => old.after = new.after,
                None => self.values.push(new),
            }
        }
    }
}

/// How a fund's values were moved last, and what it paid before.
struct Move {
    from: Money,
    to: Money,
    after: Money,
}

/// The last move of each fund.
type Moves = BTreeMap<String, Move>;

/// The profile with the values of each fund moved by what it lacks or has too much.
fn moved(found: &Found, moves: &mut Moves) -> Result<(Profile, Vec<Rescaled>), Fault> {
    let mut profile = found.proposed.profile.clone();
    let mut all = Vec::new();
    for (key, sums) in found.pass.comparison.of(Dimension::Insutype) {
        if sums.difference() == Some(Money::ZERO) {
            continue;
        }
        let insutype = &key.code;
        let fixed = moves.get(insutype).and_then(|last| unmoved(last, sums));
        let (from, to, next, moved) = fixed
            .and_then(|fixed| rescaled(&profile, insutype, sums, fixed))
            .or_else(|| rescaled(&profile, insutype, sums, sums.after_fixed))
            .ok_or_else(|| {
                format!("险种 {insutype}：没有费率或点值能使总额不变 / no value keeps the total of fund {insutype}")
            })?;
        let after = sums.after;
        moves.insert(insutype.clone(), Move { from, to, after });
        profile = next;
        all.extend(moved);
    }
    Ok((profile, all))
}

/// The values of a fund moved as if all but `fixed` moved with them.
fn rescaled(
    profile: &Profile,
    insutype: &str,
    sums: &Sums,
    fixed: Money,
) -> Option<(Money, Money, Profile, Vec<Rescaled>)> {
    let from = sums.after.checked_sub(fixed).ok()?;
    let to = sums.before.checked_sub(fixed).ok()?;
    let (profile, moved) = profile.rescaled(insutype, (from, to))?;
    Some((from, to, profile, moved))
}

/// What of a fund does not move with its values, judged by what the last move did: cases
/// paid in part by their cost move less than they are paid. `None` where it tells nothing.
fn unmoved(last: &Move, sums: &Sums) -> Option<Money> {
    let [from, to, before, after] =
        [last.from, last.to, last.after, sums.after].map(|amount| i128::from(amount.fen()));
    let moving = to
        .checked_mul(after - before)?
        .checked_div(to - from)
        .filter(|moving| *moving > 0)?;
    i64::try_from(after - moving).ok().map(Money::from_fen)
}

/// How far the funds are off, together.
fn off(comparison: &Comparison) -> i64 {
    let funds = comparison.of(Dimension::Insutype);
    let differences = funds.filter_map(|(_, sums)| sums.difference());
    differences.fold(0, |sum, difference| {
        sum.saturating_add(difference.fen().saturating_abs())
    })
}
