//! Diagnoses that go with others: those that a rule demands, and everyday ones.

use chs_model::icd;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::conflict::agree;
use super::demand::in_ranges;
use super::draw::{Clinical, Draft};
use super::pool::Pools;

/// If a code of the first ranges stands in a list and none of the second, one of the
/// third has to be added.
type Demand = (
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
);

/// Sources: 卫医政发〔2011〕84号 附件2 (outcome of delivery); category notes of Z51.
const REQUIRED: &[Demand] = &[
    (&["O84"], &["Z37", "O00-O08"], "Z37.2"),
    (&["O80-O83"], &["Z37", "O00-O08"], "Z37.0"),
];
/// A caesarean section (procedures of the first ranges) is a mode of delivery.
const CAESAREAN: Demand = (&["74.0-74.2", "74.4", "74.99"], &["O82", "O84"], "O82.1");
/// A stay for radiotherapy or chemotherapy names its tumour.
const TUMOUR: Demand = (&["Z51.0", "Z51.1"], &["C00-C97", "D00-D48"], "C20");
/// Burns name their extent.
const EXPECTED: &[Demand] = &[(&["T20-T25", "T29"], &["T31-T32"], "T31.1")];

/// Everyday diagnoses of adults that make no group heavier.
const EVERYDAY: &[&str] = &[
    "B35.300",
    "D50.900",
    "E78.500",
    "E79.001",
    "H04.103",
    "H52.100",
    "H61.200",
    "I70.000x003",
    "J31.000",
    "K05.300",
    "K29.500",
    "K64.000",
    "K76.000",
    "M17.900",
    "M54.500",
    "N28.100",
];

/// Adds what a rule demands; `None` if nothing fits.
pub(super) fn required(
    draft: &mut Draft<'_>,
    pools: &mut Pools<'_>,
    rng: &mut StdRng,
) -> Option<()> {
    let (cause, met, prefix) = CAESAREAN;
    let caesarean = draft
        .procedures
        .iter()
        .any(|code| in_ranges(code.code, cause));
    if caesarean && !draft.has_diagnosis(met) {
        draft.add_diagnosis(pools.beginning(prefix).choose(rng)?)?;
    }
    let tumour = draft
        .diagnoses
        .first()
        .filter(|code| in_ranges(code.code, TUMOUR.0))
        .map(|_| &TUMOUR);
    for (cause, met, prefix) in REQUIRED.iter().chain(tumour) {
        if draft.has_diagnosis(cause) && !draft.has_diagnosis(met) {
            draft.add_diagnosis(pools.beginning(prefix).choose(rng)?)?;
        }
    }
    Some(())
}

/// Adds what is expected and, for adults, up to three everyday diagnoses, each only if
/// the case stays in its group.
pub(super) fn usual(clinical: &mut Clinical<'_>, pools: &mut Pools<'_>, rng: &mut StdRng) {
    for (cause, met, prefix) in EXPECTED {
        let stands = |ranges: &[&str]| {
            clinical
                .diagnoses
                .iter()
                .any(|code| in_ranges(code.code, ranges))
        };
        if stands(cause)
            && !stands(met)
            && let Some(choice) = pools.beginning(prefix).choose(rng)
        {
            add_if_it_stays(clinical, pools, choice.code.code);
        }
    }
    if clinical.years >= 30 {
        let number = rng.random_range(0..=3);
        for code in EVERYDAY.sample(rng, number) {
            if pools.scheme.complication(code).is_none() {
                add_if_it_stays(clinical, pools, code);
            }
        }
    }
}

fn add_if_it_stays(clinical: &mut Clinical<'_>, pools: &Pools<'_>, code: &str) {
    let category = code.get(..3);
    let known = clinical
        .diagnoses
        .iter()
        .any(|other| other.code.get(..3) == category);
    let Some(code) = icd::diagnosis(code).filter(|code| !known && !code.grey) else {
        return;
    };
    clinical.diagnoses.push(code);
    if !agree(&clinical.diagnoses, &clinical.procedures) || !clinical.hits(pools) {
        clinical.diagnoses.pop();
    }
}
