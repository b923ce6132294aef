//! DIP grouping by the made-up catalogues under `tests/dip`.

#![allow(clippy::expect_used, reason = "a test may stop at the first fault")]

mod auxiliary;
mod files;

use chs_grouper::dip::{Catalogue, CatalogueSource, DipReason, Extras, Stage, Treatment};
use chs_grouper::{Case, Reason, Status};
use chs_model::Money;
use proptest::prelude::*;
use proptest::sample::select;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

static V3: LazyLock<Catalogue> = LazyLock::new(|| load("made-up-3.0"));
static V2: LazyLock<Catalogue> = LazyLock::new(|| load("made-up-2.0"));

fn texts(name: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/dip")
        .join(name);
    let files = CatalogueSource::FILES.iter().filter_map(|file| {
        let text = fs::read_to_string(folder.join(file)).ok()?;
        Some(((*file).to_owned(), text))
    });
    files.collect()
}

fn load(name: &str) -> Catalogue {
    Catalogue::load(&CatalogueSource::new(texts(name))).expect("the catalogue loads")
}

/// The catalogue with one file replaced.
fn with(name: &str, file: &str, text: &str) -> CatalogueSource {
    let mut all = texts(name);
    all.retain(|(known, _)| known != file);
    all.push((file.to_owned(), text.to_owned()));
    CatalogueSource::new(all)
}

fn case<'a>(dx: &[&'a str], px: &[&'a str]) -> Case<'a> {
    Case {
        dx: dx.to_vec(),
        px: px.to_vec(),
        ..Case::default()
    }
}

fn code<'c>(catalogue: &'c Catalogue, dx: &[&str], px: &[&str]) -> &'c str {
    catalogue.group(&case(dx, px), &Extras::default()).code()
}

fn newborn<'a>(dx: &[&'a str], grams: Option<u32>) -> Case<'a> {
    Case {
        age_years: Some(0),
        age_days: Some(3),
        birth_weight: grams,
        ..case(dx, &[])
    }
}

#[test]
fn the_first_stage_comes_first_and_in_its_order() {
    // ECMO as any procedure, whatever the diagnosis.
    assert_eq!(code(&V3, &["K35.800"], &["47.0100", "39.6500"]), "XQ-11");
    // Both parts, before the one with one part.
    assert_eq!(
        code(&V3, &["J18.900"], &["96.7201", "39.9500x007"]),
        "XQ-13"
    );
    assert_eq!(code(&V3, &["J18.900"], &["96.7201"]), "XQ-14");
    // The others look at the principal procedure.
    assert_eq!(code(&V3, &["K35.800"], &["37.5100", "47.0100"]), "XQ-15");
    assert_eq!(code(&V3, &["K35.800"], &["47.0100", "37.5100"]), "BX-1");
}

#[test]
fn newborns_enter_by_weight_and_a_missing_weight_is_never_guessed() {
    let group = |case: &Case<'_>| V3.group(case, &Extras::default());
    for (grams, code) in [
        (999, "XQ-16"),
        (1000, "XQ-17"),
        (1999, "XQ-18"),
        (2000, "XQ-19"),
    ] {
        let case = newborn(&["P36.900", "P07.300"], Some(grams));
        assert_eq!(group(&case).code(), code, "{grams}");
    }
    let heavy = group(&newborn(&["P07.300"], Some(2500)));
    assert_eq!(heavy.reason, Some(DipReason::NoGroup));
    let unknown = group(&newborn(&["P07.300"], None));
    assert_eq!(unknown.status, Status::Ungrouped);
    assert_eq!(
        unknown.reason,
        Some(DipReason::Case(Reason::BirthWeightMissing))
    );
    let mut ageless = newborn(&["P07.300"], Some(999));
    ageless.age_days = None;
    assert_eq!(
        group(&ageless).reason,
        Some(DipReason::Case(Reason::AgeDaysMissing))
    );
    ageless.age_years = Some(1);
    assert_eq!(group(&ageless).reason, Some(DipReason::NoGroup));
    let mut month = newborn(&["P07.300"], Some(999));
    month.age_days = Some(29);
    assert_eq!(group(&month).code(), "");
}

#[test]
fn merged_then_assisted_then_core_then_comprehensive() {
    assert_eq!(code(&V3, &["K36.x00"], &["47.0901"]), "BX-1");
    assert_eq!(code(&V3, &["J03.900"], &[]), "BX-2");
    assert_eq!(code(&V3, &["T20.300", "T31.300"], &[]), "SS-1");
    assert_eq!(code(&V3, &["Z51.102", "C78.000"], &["99.2500"]), "ZL-1");
    assert_eq!(code(&V3, &["A15.000", "Z16.100"], &[]), "JH-1");
    // A whole code of a list is matched whole.
    assert_eq!(code(&V3, &["A15.000", "Z16.100x001"], &[]), "JC-4");
    assert_eq!(code(&V3, &["I25.103"], &["36.0601"]), "JC-1");
    assert_eq!(code(&V3, &["I25.103"], &["00.6600", "36.0700"]), "JC-2");
    assert_eq!(code(&V3, &["I25.103"], &[]), "JC-3");
    // An intervention that no core group has: comprehensive, folded to therapeutic.
    assert_eq!(code(&V3, &["I25.103"], &["36.0900"]), "ZH-I25-3");
    assert_eq!(code(&V3, &["I25.200"], &[]), "ZH-I25-1");
    // By three characters, two, one, then the chapter.
    assert_eq!(code(&V3, &["I25.103"], &["36.1000"]), "ZH-I2-4");
    assert_eq!(code(&V3, &["I35.000"], &["36.1000"]), "ZH-I-4");
    assert_eq!(code(&V3, &["I35.000"], &[]), "ZH-IX");
    assert_eq!(code(&V3, &["L03.000"], &[]), "");
}

#[test]
fn exclusions_come_before_everything() {
    let out = V3.group(&case(&["R69.x00"], &["39.6500"]), &Extras::default());
    assert_eq!(out.reason, Some(DipReason::PrincipalDiagnosisExcluded));
    // The list holds whole codes.
    let other = V3.group(&case(&["R69.x01"], &["39.6500"]), &Extras::default());
    assert_eq!(other.code(), "XQ-11");
    // A principal procedure that is not grouped makes the case conservative.
    let out = V3.group(
        &case(&["I25.103"], &["89.5400", "36.0601"]),
        &Extras::default(),
    );
    assert_eq!(out.code(), "JC-3");
    assert_eq!(out.treatment, Some(Treatment::Conservative));
    assert!(out.reasons().eq([DipReason::PrincipalProcedureExcluded]));
    // As another procedure it counts for nothing.
    let out = V3.group(
        &case(&["I25.103"], &["36.0601", "89.5400"]),
        &Extras::default(),
    );
    assert_eq!(out.code(), "JC-1");
    assert!(out.reasons().eq([DipReason::OtherProcedureExcluded]));
    // In 1.0 and 2.0 it is taken out and the others stay.
    assert_eq!(code(&V2, &["K35.800"], &["89.5400", "51.2300"]), "Z1");
    assert_eq!(code(&V2, &["K35.800"], &["89.5400"]), "A4");
}

#[test]
fn whether_an_excluded_principal_procedure_hides_the_first_stage_is_a_setting() {
    let px = ["89.5400", "39.6500"];
    assert_eq!(code(&V3, &["I25.103"], &px), "JC-3");
    let settings = texts("made-up-3.0").swap_remove(0).1;
    let settings = format!("excluded_hides_first_stage = false\n{settings}");
    let source = with("made-up-3.0", "catalogue.toml", &settings);
    let catalogue = Catalogue::load(&source).expect("it loads");
    assert_eq!(code(&catalogue, &["I25.103"], &px), "XQ-11");
}

#[test]
fn an_unknown_type_is_refused_or_counts_as_set() {
    let out = V3.group(&case(&["I25.103"], &["99.9999"]), &Extras::default());
    assert_eq!(out.reason, Some(DipReason::ProcedureTypeUnknown));
    // Beside surgery it changes nothing.
    assert_eq!(code(&V3, &["I25.103"], &["99.9999", "36.1000"]), "ZH-I2-4");
    assert_eq!(code(&V2, &["K35.800"], &["99.9999"]), "Z2");
    // "No operation" is no procedure.
    assert_eq!(code(&V2, &["K35.800"], &["无", "-"]), "A4");
}

#[test]
fn ties_go_to_the_nearest_mean_cost_and_then_on() {
    let of = |cost: Option<i64>| {
        let extras = Extras {
            cost: cost.map(|yuan| Money::from_fen(yuan * 100)),
            ..Extras::default()
        };
        V2.group(&case(&["K35.800"], &["47.0100"]), &extras)
    };
    assert_eq!(of(Some(8_999)).code(), "A1");
    assert_eq!(of(Some(9_001)).code(), "A3");
    // Equally near: the later one.
    assert_eq!(of(Some(9_000)).code(), "A3");
    let without = of(None);
    assert_eq!(without.code(), "A3");
    assert!(without.reasons().eq([DipReason::CostMissing]));
    // More parts come before any cost.
    let extras = Extras {
        cost: Some(Money::from_fen(800_000)),
        ..Extras::default()
    };
    let both = case(&["K35.800"], &["54.5100", "47.0100"]);
    assert_eq!(V2.group(&both, &extras).code(), "A2");
    // Core before basic.
    assert_eq!(code(&V2, &["K80.100"], &["51.2300"]), "B1");
}

#[test]
fn criteria_are_settings() {
    let settings = texts("made-up-2.0").swap_remove(0).1;
    let choose = |criteria: &str| {
        let settings = format!("{settings}\n[choice]\nothers = [{criteria}]\n");
        let source = with("made-up-2.0", "catalogue.toml", &settings);
        Catalogue::load(&source).expect("it loads")
    };
    let both = ["54.5100", "47.0100"];
    assert_eq!(code(&choose("\"parts\""), &["K35.800"], &both), "A2");
    assert_eq!(code(&choose("\"listed\""), &["K35.800"], &both), "A1");
    assert_eq!(code(&choose("\"later\""), &["K35.800"], &both), "A3");
    assert_eq!(code(&choose("\"higher_score\""), &["K35.800"], &both), "A2");
    let exact = choose("\"exact\", \"higher_score\"");
    assert_eq!(code(&exact, &["K35.800"], &["47.0100"]), "A3");
    let principal = choose("\"contains_principal\", \"listed\"");
    assert_eq!(code(&principal, &["K35.800"], &both), "A2");
}

#[test]
fn invalid_cases_say_why() {
    for dx in [vec![], vec![""]] {
        let out = V3.group(
            &Case {
                dx,
                ..Case::default()
            },
            &Extras::default(),
        );
        assert_eq!(out.status, Status::Invalid);
        assert_eq!(
            out.reason,
            Some(DipReason::Case(Reason::PrincipalDiagnosisMissing))
        );
    }
    let many = vec!["47.0100"; 1001];
    let out = V3.group(&case(&["K35.800"], &many), &Extras::default());
    assert_eq!(out.reason, Some(DipReason::Case(Reason::TooManyCodes)));
}

#[test]
fn the_trace_names_what_was_tried_and_what_decided() {
    let case = case(&["K35.800"], &["54.5100", "47.0100"]);
    let (outcome, trace) = V2.group_traced(&case, &Extras::default());
    assert_eq!(outcome, V2.group(&case, &Extras::default()));
    assert_eq!(trace.group, "A2");
    let core = &trace.stages[0];
    assert_eq!(core.stage, Stage::Core);
    let tried: Vec<_> = core
        .candidates
        .iter()
        .map(|c| (c.group.as_str(), c.fits))
        .collect();
    assert_eq!(tried, [("A1", true), ("A2", true), ("A3", true)]);
    assert_eq!(core.choices[0].kept, "A2");
    assert_eq!(core.choices[0].by.map(|by| by.as_str()), Some("parts"));
    let json = serde_json::to_value(&trace).expect("JSON");
    assert_eq!(json["score"], "1200");
    assert_eq!(json["procedures"][1]["treatment"], "surgical");
}

fn diagnosis() -> impl Strategy<Value = &'static str> {
    select(vec![
        "K35.800", "K36.x00", "I25.103", "I25.200", "P07.300", "A15.000", "Z16.100", "T20.300",
        "T31.300", "R69.x00", "C34.900", "C78.000", "霍乱", "K", "I2", "",
    ])
}

fn procedure() -> impl Strategy<Value = &'static str> {
    select(vec![
        "47.0100",
        "47.0901",
        "39.6500",
        "96.7201",
        "39.9500x007",
        "36.0601",
        "36.0700",
        "00.6600",
        "88.5500",
        "89.5400",
        "99.9999",
        "无",
        "手术",
        "",
    ])
}

proptest! {
    #[test]
    fn any_case_has_a_group_or_a_reason(
        dx in prop::collection::vec(diagnosis(), 0..5),
        px in prop::collection::vec(procedure(), 0..6),
        grams in prop::option::of(0_u32..4000),
        days in prop::option::of(0_u16..40),
        turn in 0_usize..6,
    ) {
        for catalogue in [&*V3, &*V2] {
            let case = Case {
                age_years: Some(0), age_days: days, birth_weight: grams,
                dx: dx.clone(), px: px.clone(), ..Case::default()
            };
            let outcome = catalogue.group(&case, &Extras::default());
            prop_assert_eq!(outcome.group.is_some(), outcome.status == Status::Grouped);
            prop_assert_eq!(outcome.reason.is_none(), outcome.status == Status::Grouped);
            let (traced, trace) = catalogue.group_traced(&case, &Extras::default());
            prop_assert_eq!(traced, outcome);
            prop_assert!(serde_json::to_string(&trace).is_ok());
            // The order of other codes never changes the group.
            let mut turned = case.clone();
            for codes in [&mut turned.dx, &mut turned.px] {
                if let Some((_, others)) = codes.split_first_mut() && !others.is_empty() {
                    others.rotate_left(turn % others.len());
                    others.reverse();
                }
            }
            prop_assert_eq!(catalogue.group(&turned, &Extras::default()), outcome);
            // Nor does a repeated one.
            let mut repeated = case.clone();
            repeated.px.extend(case.px.iter().skip(1));
            prop_assert_eq!(catalogue.group(&repeated, &Extras::default()), outcome);
        }
    }

    #[test]
    fn any_text_loads_or_is_refused(cells in prop::collection::vec("[A-Z0-9.x+/*@-]{0,8}", 4)) {
        let core = format!("code,name,dx,px,score\n{}\n", cells.join(",") + ",1");
        let _ = Catalogue::load(&with("made-up-2.0", "core.csv", &core));
    }
}

#[test]
fn grouping_allocates_nothing() {
    for (case, code) in [
        (
            case(&["I25.103"], &["00.6600", "36.0700", "89.5400"]),
            "JC-2",
        ),
        (newborn(&["P36.900", "P07.300"], Some(999)), "XQ-16"),
        (case(&["I35.000"], &["36.1000"]), "ZH-I-4"),
        (case(&["R69.x00"], &[]), ""),
        (Case::default(), ""),
    ] {
        let extras = Extras::default();
        // The first use loads the catalogue.
        assert_eq!(V3.group(&case, &extras).code(), code);
        let counted = allocation_counter::measure(|| {
            std::hint::black_box(V3.group(&case, &extras));
        });
        assert_eq!(counted.count_total, 0, "{code}: {counted:?}");
    }
}
