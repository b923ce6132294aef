//! Catalogues built from made-up histories.

#![allow(clippy::expect_used, reason = "a test may stop at the first fault")]

use chs_grouper::Case;
use chs_grouper::dip::build::{
    BuildError, BuildSettings, Built, History, PastCase, Refusal, Tables, build,
};
use chs_grouper::dip::{Catalogue, CatalogueSource, Extras, UnknownType};
use chs_grouper::efficacy::Moments;
use chs_model::Money;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

type Past = (u16, String, String, i64);

fn settings(core_min: u64) -> BuildSettings {
    BuildSettings {
        id: "made-up".to_owned(),
        title: "虚构".to_owned(),
        publisher: "无".to_owned(),
        in_force_from: "2027-01-01".to_owned(),
        core_min,
        comprehensive_min: 1,
        weights: vec![1, 2, 7],
        related_basis_points: 1000,
        score_scale: 1000,
        unknown_type: UnknownType::Therapeutic,
    }
}

fn history<'t>(tables: &'t Tables, cases: &[Past]) -> History<'t> {
    let mut history = History::new(tables, 5);
    for (year, dx, px, fen) in cases {
        history.add(&PastCase {
            year: &year.to_string(),
            dx,
            px,
            cost: &Money::from_fen(*fen).to_string(),
        });
    }
    history
}

fn built(cases: &[Past], settings: &BuildSettings) -> Built {
    let tables = Tables::default();
    build(&tables, &history(&tables, cases), settings).expect("a catalogue")
}

fn times(count: usize, year: u16, dx: &str, px: &str, yuan: i64) -> Vec<Past> {
    vec![(year, dx.to_owned(), px.to_owned(), yuan * 100); count]
}

#[test]
fn a_worked_example() {
    let mut cases = Vec::new();
    // 15 cases of appendectomy over three years: means 100, 200, 300 weighted 1:2:7 is 260.
    cases.extend(times(5, 2023, "K35.800", "47.0100", 100));
    cases.extend(times(5, 2024, "K35.800", "47.0100", 200));
    cases.extend(times(5, 2025, "K35.801", "47.0100", 300));
    // With adhesions freed it costs more than a tenth more: a group of its own.
    cases.extend(times(15, 2025, "K35.800", "47.0100|54.5100", 800));
    // An electrocardiogram adds nothing: the same group.
    cases.extend(times(15, 2025, "K35.800", "47.0100|89.5200", 300));
    // 14 conservative cases are too few.
    cases.extend(times(14, 2025, "K35.800", "", 50));
    let built = built(&cases, &settings(15));
    let codes: Vec<&str> = built.counted.keys().map(String::as_str).collect();
    assert_eq!(
        codes,
        ["K35.8:47.0100", "K35.8:47.0100+54.5100", "K35:conservative"]
    );
    assert_eq!(built.counted["K35.8:47.0100"].cases(), 30);
    let group = built.catalogue.find("K35.8:47.0100").expect("the group");
    // 2025: 20 cases of 300. The means 100, 200, 300 give 260.
    assert_eq!(group.mean_cost(), Some(Money::from_fen(26_000)));
    // Overall: 100, 200, and (20×300 + 15×800 + 14×50)/49 = 381.632… in 2025;
    // weighted 317.142857…; 260/317.142857 × 1000 = 819.8198.
    assert_eq!(group.score(), Some(Decimal::new(8_198_198, 4)));
    assert_eq!(built.report.grouping_rate, Some(1.0));
    assert_eq!(built.report.core_groups, 2);
    assert_eq!(built.report.comprehensive_cases, 14);
    assert_eq!(built.report.overall_mean.to_string(), "317.14");
    assert!(built.report.to_string().contains("核心病种"));
}

#[test]
fn fourteen_are_comprehensive_and_fifteen_are_core() {
    for (count, code) in [(14, "I10:conservative"), (15, "I10.x:-")] {
        let built = built(&times(count, 2025, "I10.x00", "", 100), &settings(15));
        assert!(built.counted.contains_key(code), "{count}");
        // One group alone: its mean is the overall one.
        let group = built.catalogue.find(code).expect("the group");
        assert_eq!(group.score(), Some(Decimal::new(10_000_000, 4)));
    }
}

#[test]
fn rare_related_operations_fall_to_the_principal_one_together() {
    let mut cases = times(8, 2025, "K35.800", "47.0100|54.5100", 900);
    cases.extend(times(7, 2025, "K35.800", "47.0100|51.2300", 900));
    let built = built(&cases, &settings(15));
    assert_eq!(built.counted["K35.8:47.0100"].cases(), 15);
}

#[test]
fn two_orders_of_the_same_operations_are_one_group() {
    let mut cases = times(20, 2025, "K35.800", "47.0100|54.5100", 900);
    cases.extend(times(20, 2025, "K35.800", "54.5100|47.0100", 900));
    cases.extend(times(20, 2025, "K35.800", "47.0100", 100));
    cases.extend(times(20, 2025, "K35.800", "54.5100", 100));
    let built = built(&cases, &settings(15));
    assert_eq!(built.counted["K35.8:47.0100+54.5100"].cases(), 40);
    assert_eq!(built.counted.len(), 3);
}

#[test]
fn the_areas_tables_count() {
    let tables = CatalogueSource::new([
        ("excluded_diagnoses.csv", "code\nR69.x00\n"),
        ("excluded_procedures.csv", "code\n89.5200\n"),
        ("procedure_types.csv", "px,type\n47.0100,surgical\n"),
    ]);
    let tables = Tables::load(&tables).expect("tables");
    let mut cases = times(3, 2025, "R69.x00", "", 100);
    cases.extend(times(3, 2025, "K35.800", "89.5200", 100));
    cases.extend(times(3, 2025, "K35.800", "89.5200|47.0100", 100));
    let built = build(&tables, &history(&tables, &cases), &settings(15)).expect("a catalogue");
    let codes: Vec<&str> = built.counted.keys().map(String::as_str).collect();
    assert_eq!(codes, ["K35:conservative", "K35:surgical"]);
    assert_eq!((built.report.excluded, built.report.cases), (3, 6));
}

#[test]
fn bad_cases_are_counted_by_cause() {
    let tables = Tables::default();
    let mut history = History::new(&tables, 5);
    let good = PastCase {
        year: "2025",
        dx: "K35.800",
        px: "",
        cost: "100.00",
    };
    for case in [
        good,
        PastCase { year: "25", ..good },
        PastCase { dx: "K35", ..good },
        PastCase {
            px: "手术", ..good
        },
        PastCase { cost: "-1", ..good },
        PastCase {
            cost: "1.001",
            ..good
        },
    ] {
        history.add(&case);
    }
    let built = build(&tables, &history, &settings(1)).expect("a catalogue");
    assert_eq!(built.report.cases, 1);
    let refused: Vec<_> = built.report.refused.into_iter().collect();
    assert_eq!(
        refused,
        [
            (Refusal::Year, 1),
            (Refusal::Diagnosis, 1),
            (Refusal::Procedure, 1),
            (Refusal::Cost, 2),
        ]
    );
}

#[test]
fn what_cannot_be_built_says_why() {
    let tables = Tables::default();
    let fails = |cases: &[Past], settings: &BuildSettings| {
        build(&tables, &history(&tables, cases), settings).expect_err("no catalogue")
    };
    assert_eq!(fails(&[], &settings(15)), BuildError::NoCases);
    let few = BuildSettings {
        comprehensive_min: 4,
        ..settings(15)
    };
    let three = times(3, 2025, "K35.800", "", 1);
    assert_eq!(fails(&three, &few), BuildError::NoGroups);
    let free = times(3, 2025, "K35.800", "", 0);
    assert_eq!(fails(&free, &settings(15)), BuildError::NoMean);
    let years: Vec<Past> = (2022..2026)
        .flat_map(|year| times(1, year, "K35.800", "", 1))
        .collect();
    let error = fails(&years, &settings(15));
    assert_eq!(
        error,
        BuildError::Years {
            years: 4,
            weights: 3
        }
    );
    let mut dated = settings(15);
    dated.in_force_from = "soon".to_owned();
    let one = times(1, 2025, "K35.800", "", 1);
    assert!(matches!(fails(&one, &dated), BuildError::Catalogue(_)));
}

fn past() -> impl Strategy<Value = Past> {
    let dx = select(vec![
        "K35.800", "K35.801", "K35.100", "K36.x00", "I10.x00", "I25.103", "I25.101",
    ]);
    let px = select(vec![
        "47.0100", "54.5100", "51.2300", "36.0601", "89.5200", "无",
    ]);
    let px = prop::collection::vec(px, 0..4);
    (2023_u16..2026, dx, px, 1_i64..500_000)
        .prop_map(|(year, dx, px, fen)| (year, dx.to_owned(), px.join("|"), fen))
}

proptest! {
    #[test]
    fn every_case_lands_in_the_group_it_was_counted_for(
        cases in prop::collection::vec(past(), 1..250),
        core_min in 1_u64..16,
        comprehensive_min in 1_u64..6,
        typed in any::<bool>(),
    ) {
        let types = if typed { "px,type\n47.0100,surgical\n36.0601,介入治疗\n" } else { "" };
        let tables = CatalogueSource::new([("procedure_types.csv", types)]);
        let tables = Tables::load(&tables).expect("tables");
        let settings = BuildSettings { comprehensive_min, ..settings(core_min) };
        let built = match build(&tables, &history(&tables, &cases), &settings) {
            Err(BuildError::NoGroups) => {
                prop_assert!(comprehensive_min > 1, "one case makes a comprehensive group");
                return Ok(());
            }
            built => built.expect("a catalogue"),
        };
        // The files alone, read again, group the raw cases.
        let catalogue = Catalogue::load(&built.source).expect("it loads");
        let mut counted: BTreeMap<String, Moments> = BTreeMap::new();
        for (_, dx, px, fen) in &cases {
            let case = Case { dx: vec![dx], px: px.split('|').collect(), ..Case::default() };
            let cost = Money::from_fen(*fen);
            // The cost must not matter.
            let extras = Extras { cost: Some(cost), ..Extras::default() };
            let outcome = catalogue.group(&case, &extras);
            if outcome.group.is_some() {
                counted.entry(outcome.code().to_owned()).or_default().add(cost).expect("a cost");
            }
        }
        prop_assert_eq!(&counted, &built.counted);
        for group in catalogue.groups() {
            let moments = counted.get(group.code()).expect("no group without cases");
            prop_assert_eq!(group.cases(), Some(moments.cases()));
            prop_assert!(group.score().is_some() && group.mean_cost().is_some());
            let least = if group.code().contains('.') { core_min } else { comprehensive_min };
            prop_assert!(moments.cases() >= least, "{} {}", group.code(), moments.cases());
        }
    }

    #[test]
    fn neither_order_nor_parting_of_the_cases_matters(
        cases in prop::collection::vec(past(), 1..120), cut in 0_usize..120, turn in 0_usize..120,
    ) {
        let tables = Tables::default();
        let once = built(&cases, &settings(3));
        let mut turned = cases.clone();
        turned.rotate_left(turn % cases.len());
        turned.reverse();
        let (first, second) = turned.split_at(cut.min(turned.len()));
        let mut merged = history(&tables, second);
        merged.merge(history(&tables, first));
        let again = build(&tables, &merged, &settings(3)).expect("a catalogue");
        prop_assert_eq!(again.source, once.source);
        prop_assert_eq!(again.report, once.report);
    }
}
