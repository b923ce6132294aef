//! Levels in the auxiliary catalogue.

use super::{V2, V3, case};
use chs_grouper::Case;
use chs_grouper::dip::{Dimension, Extras};
use chs_model::Money;

#[test]
fn auxiliary_levels() {
    let of = |case: &Case<'_>, extras: Extras| {
        let group = V3.group(case, &extras).group;
        let levels = V3.auxiliary(case, &extras, group);
        let named = levels.levels.iter().flatten();
        let named = named.map(|level| (level.dimension, level.level.to_owned()));
        (
            levels.cci_points,
            named.collect::<Vec<_>>(),
            levels.highest(),
        )
    };
    let stay = |dx: &[&'static str], los: u16| Case {
        los: Some(los),
        age_years: Some(82),
        ..case(dx, &[])
    };
    // I50.1 counts 2 rather than 1, and I50.9 of the same category not at all; E11 1.
    let elderly = stay(&["I25.103", "I50.900", "I50.100", "E11.900"], 9);
    let (points, levels, highest) = of(&elderly, Extras::default());
    assert_eq!(points, 3);
    assert_eq!(
        levels,
        [
            (Dimension::Cci, "3-4".to_owned()),
            (Dimension::Severity, "I".to_owned()),
            (Dimension::Age, "80-".to_owned()),
        ]
    );
    // 1.2 twice: the first dimension's.
    assert_eq!(highest.map(|level| level.dimension), Some(Dimension::Cci));
    let severity = |case: &Case<'_>| of(case, Extras::default()).1[1].1.clone();
    assert_eq!(severity(&stay(&["I25.103", "R57.000"], 3)), "III");
    assert_eq!(severity(&stay(&["I25.103", "R57.000"], 2)), "I");
    assert_eq!(severity(&stay(&["I25.103", "J18.900"], 3)), "II");
    let mut died = stay(&["I25.103"], 2);
    died.discharge = "5";
    assert_eq!(severity(&died), "IV-A");
    died.los = Some(3);
    assert_eq!(severity(&died), "IV-B");
    died.los = None;
    assert_eq!(severity(&died), "80-");
}

#[test]
fn auxiliary_levels_of_tumours_and_intensive_care() {
    let tumour = Case {
        los: Some(5),
        ..case(&["C34.900", "C78.000"], &[])
    };
    let level = |case: &Case<'_>, extras: Extras| {
        let levels = V3.auxiliary(case, &extras, None).levels;
        levels[2].map(|level| level.level)
    };
    let yuan = |yuan: i64| Some(Money::from_fen(yuan * 100));
    let extras = Extras {
        cost: yuan(30_000),
        standard: yuan(10_000),
        drug_cost: yuan(15_000),
        ..Extras::default()
    };
    assert_eq!(level(&tumour, extras), Some("drugs"));
    let treated = Extras {
        treatment_cost: yuan(15_000),
        ..extras
    };
    assert_eq!(level(&tumour, treated), Some("treatment"));
    let cheap = Extras {
        cost: yuan(29_999),
        ..extras
    };
    assert_eq!(level(&tumour, cheap), Some("metastasis"));
    let alone = Case {
        los: Some(5),
        ..case(&["C34.900", "C34.100", "R57.000"], &[])
    };
    assert_eq!(level(&alone, Extras::default()), Some("failure"));
    let days = |days| {
        let extras = Extras {
            icu_days: Some(days),
            ..Extras::default()
        };
        V3.auxiliary(&tumour, &extras, None).levels[4].map(|level| level.level)
    };
    assert_eq!(
        (days(1), days(2), days(40)),
        (None, Some("2-7"), Some("31-"))
    );
}

#[test]
fn severity_by_complication() {
    let level = |dx: &[&'static str], los, discharge| {
        let case = Case {
            los,
            discharge,
            ..case(dx, &[])
        };
        let levels = V2.auxiliary(&case, &Extras::default(), None).levels;
        levels[1].map(|level| level.level)
    };
    assert_eq!(level(&["K35.800"], Some(3), "1"), Some("I-A"));
    assert_eq!(level(&["K35.800"], Some(4), "1"), Some("I-B"));
    assert_eq!(level(&["K35.800", "E11.900"], Some(4), "1"), Some("II"));
    assert_eq!(
        level(&["K35.800", "E11.900", "J96.900"], Some(4), "1"),
        Some("III")
    );
    assert_eq!(level(&["K35.800"], None, "5"), Some("IV"));
    assert_eq!(level(&["K35.800"], None, "1"), None);
}
