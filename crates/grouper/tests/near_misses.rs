//! What would have given another group.

#![allow(clippy::expect_used, reason = "a test may stop at the first fault")]

use chs_grouper::{Case, Change, NearMiss, Scheme, Sex};

fn scheme() -> &'static Scheme {
    Scheme::builtin("xianyang-2025").expect("the scheme")
}

fn adult<'a>(dx: &[&'a str], px: &[&'a str]) -> Case<'a> {
    Case {
        sex: Some(Sex::Male),
        age_years: Some(69),
        dx: dx.to_vec(),
        px: px.to_vec(),
        ..Case::default()
    }
}

/// The case with the change made, a fitting complication looked up.
fn changed<'a>(case: &Case<'a>, change: &'a Change) -> Case<'a> {
    let mut changed = case.clone();
    let place = |codes: &[&str], code: &str| codes.iter().position(|c| *c == code);
    match change {
        Change::PrincipalProcedure { code } => {
            changed
                .px
                .swap(0, place(&case.px, code).expect("its place"));
        }
        Change::PrincipalDiagnosis { code } => {
            changed
                .dx
                .swap(0, place(&case.dx, code).expect("its place"));
        }
        Change::Complication { severity } => {
            let principal = case.dx.first().expect("a principal diagnosis");
            let mut all = scheme().complications();
            let more = all.find(|(code, found)| {
                found.severity() == *severity
                    && !found.is_excluded_by(principal)
                    && !case.dx.contains(code)
            });
            changed.dx.push(more.expect("a complication").0);
        }
    }
    changed
}

#[test]
fn every_near_miss_is_reached_by_the_change_it_names() {
    let scheme = scheme();
    let procedures = adult(&["I50.900"], &["39.9500x006", "36.0600x004", "37.7800"]);
    let diagnoses = adult(&["I50.900", "J44.100", "I50.900", "J44.100"], &[]);
    for (case, kinds) in [(procedures, [2, 0, 0]), (diagnoses, [0, 1, 1])] {
        let own = scheme.group(&case);
        let found = scheme.near_misses(&case);
        let count =
            |wanted: fn(&Change) -> bool| found.iter().filter(|near| wanted(&near.change)).count();
        let counts = [
            count(|change| matches!(change, Change::PrincipalProcedure { .. })),
            count(|change| matches!(change, Change::PrincipalDiagnosis { .. })),
            count(|change| matches!(change, Change::Complication { .. })),
        ];
        assert_eq!(counts, kinds, "{found:#?}");
        for near in &found {
            assert_ne!(near.drg, own.drg);
            let reached = scheme.group(&changed(&case, &near.change));
            assert_eq!(reached.drg, near.drg, "{}", near.text.en);
            let weight = |drg: &str| scheme.drg(drg).and_then(|drg| drg.weight());
            let expected = weight(&near.drg).zip(weight(own.drg)).map(|(a, b)| a - b);
            assert_eq!(near.weight_difference, expected);
            assert!(near.text.zh.contains(&near.drg) && near.text.en.contains(&near.drg));
        }
        assert_eq!(scheme.near_misses(&case), found);
    }
}

#[test]
fn what_would_not_change_the_group_is_no_near_miss() {
    // With an MCC already, one more complication of either kind changes nothing.
    let scheme = scheme();
    let mut mcc = scheme.complications();
    let mcc = mcc.find(|(_, found)| found.is_major() && !found.is_excluded_by("I50.900"));
    let case = adult(&["I50.900", mcc.expect("an MCC").0], &[]);
    let near = scheme.near_misses(&case);
    let complication = |near: &NearMiss| matches!(near.change, Change::Complication { .. });
    assert!(!near.iter().any(complication), "{near:?}");
    assert!(scheme.near_misses(&Case::default()).is_empty());
}

#[test]
fn the_work_is_bounded() {
    let codes: Vec<String> = (0..1000).map(|n| format!("X{n}")).collect();
    let mut dx = vec!["I50.900"];
    dx.extend(codes.iter().take(998).map(String::as_str));
    dx.push("J44.100");
    let case = adult(&dx, &[]);
    // J44.100 stands behind the 64 that are tried.
    let near = scheme().near_misses(&case);
    let swapped = |near: &NearMiss| matches!(near.change, Change::PrincipalDiagnosis { .. });
    assert!(!near.iter().any(swapped), "{near:?}");
}

#[test]
fn it_reads_in_json() {
    let near = scheme().near_misses(&adult(&["I50.900"], &[]));
    let near = serde_json::to_value(&near).expect("JSON");
    let first = near.get(0).expect("a near miss");
    assert_eq!(first["change"]["kind"], "complication");
    assert_eq!(first["change"]["severity"], "MCC");
    assert!(first["weight_difference"].is_string(), "{first}");
}
