//! Made-up settlement lists for trials: seeded, QC-clean, spread over the groups of a
//! scheme.
//!
//! Each list aims at one group. `goal` takes the scheme's own rules apart into what a
//! case must have, `draw` picks codes that fit them and each other, and the grouper has
//! the last word: a list is written only if it falls into the group it was made for.
//! Nobody is meant: names, numbers and addresses are of places that do not exist.

mod companion;
mod conflict;
mod demand;
mod document;
mod draw;
mod fees;
mod goal;
mod person;
mod pool;
mod stay;

use chs_grouper::Scheme;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::Value;

use draw::Clinical;
use goal::Target;
use pool::Pools;

/// What is to be made.
#[derive(Debug, Clone)]
pub struct SampleOptions {
    /// How many lists.
    pub lists: usize,
    /// The seed; equal seeds make equal lists.
    pub seed: u64,
    /// `fixmedins_code` of every list.
    pub institution: String,
}

/// How often codes are drawn for one group before it is given up.
const ATTEMPTS: usize = 400;

/// Makes full-layout 4101 input objects, discharged in October 2026, that aim at the
/// groups of `scheme` in turn.
///
/// The iterator ends early only if no group of the scheme can be reached.
pub fn generate<'a>(
    scheme: &'a Scheme,
    options: &'a SampleOptions,
) -> impl Iterator<Item = Value> + 'a {
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut targets = goal::targets(scheme);
    targets.shuffle(&mut rng);
    let mut samples = Samples {
        targets,
        next: 0,
        pools: Pools::new(scheme),
        rng,
    };
    (0..options.lists).map_while(move |number| {
        let clinical = samples.clinical()?;
        Some(document::write(
            &clinical,
            options,
            number,
            &mut samples.rng,
        ))
    })
}

struct Samples<'s> {
    targets: Vec<Target<'s>>,
    next: usize,
    pools: Pools<'s>,
    rng: StdRng,
}

impl<'s> Samples<'s> {
    /// A case of the next group that can be reached; groups that cannot are dropped.
    fn clinical(&mut self) -> Option<Clinical<'s>> {
        while !self.targets.is_empty() {
            let at = self.next % self.targets.len();
            let target = self.targets.get(at)?;
            let drawn = (0..ATTEMPTS)
                .find_map(|attempt| draw::draw(target, &mut self.pools, attempt, &mut self.rng));
            match drawn {
                Some(clinical) => {
                    self.next = at + 1;
                    return Some(clinical);
                }
                None => {
                    self.targets.remove(at);
                    self.next = at;
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
