//! A case without a group says why, and what is odd about one with a group is noted.

#![allow(clippy::expect_used, reason = "a test may stop at the first fault")]

use chs_grouper::{Case, MAX_CODES, Outcome, Reason, Scheme, SchemeSource, Sex, Status};

fn adult<'a>(dx: &[&'a str], px: &[&'a str]) -> Case<'a> {
    Case {
        sex: Some(Sex::Female),
        age_years: Some(45),
        age_days: Some(16_500),
        los: Some(5),
        dx: dx.to_vec(),
        px: px.to_vec(),
        ..Case::default()
    }
}

fn newborn<'a>(dx: &[&'a str]) -> Case<'a> {
    Case {
        age_years: Some(0),
        age_days: Some(3),
        birth_weight: Some(3200),
        ..adult(dx, &[])
    }
}

fn schemes() -> impl Iterator<Item = &'static Scheme> {
    Scheme::builtin_ids().map(|id| Scheme::builtin(id).expect(id))
}

/// Groups a case, and checks that the trace tells every reason in both languages.
fn group<'s>(scheme: &'s Scheme, case: &Case<'_>) -> Outcome<'s> {
    let (outcome, trace) = scheme.group_traced(case);
    for reason in outcome.reasons() {
        let told = trace.text.iter().any(|line| {
            // Odd codes are told one by one, with the code.
            let code = trace.codes.iter().find(|code| code.state != "valid");
            let by_code = code.is_some_and(|code| line.zh.contains(&code.code));
            line.zh.contains(reason.zh()) && line.en.contains(reason.en()) || by_code
        });
        assert!(told, "{} {reason:?}: {:?}", scheme.id(), trace.text);
    }
    outcome
}

#[test]
fn every_scheme_gives_the_reason() {
    for scheme in schemes() {
        let id = scheme.id();
        let ungrouped = [
            (adult(&["N40.x00"], &[]), Reason::SexConflict),
            (
                Case {
                    sex: None,
                    ..adult(&["N40.x00"], &[])
                },
                Reason::SexMissing,
            ),
            (adult(&["no such"], &[]), Reason::PrincipalDiagnosisUnknown),
            (
                Case {
                    age_days: None,
                    ..newborn(&["P07.200x011"])
                },
                Reason::AgeDaysMissing,
            ),
        ];
        for (case, reason) in ungrouped {
            let outcome = group(scheme, &case);
            assert_eq!(
                (outcome.status, outcome.reason),
                (Status::Ungrouped, Some(reason)),
                "{id}"
            );
        }
        let outcome = group(scheme, &adult(&["I50.900"], &["12.3400x001"]));
        assert!(
            outcome.notes.contains(Reason::PrincipalProcedureUnknown),
            "{id}"
        );
        let weightless = Case {
            birth_weight: None,
            ..newborn(&["P07.200x011"])
        };
        let outcome = group(scheme, &weightless);
        assert!(
            outcome.notes.contains(Reason::BirthWeightMissing),
            "{id} {outcome:?}"
        );
        // Surgery of another organ than the diagnosis: ambiguous where the scheme knows that.
        let outcome = group(scheme, &adult(&["I50.900"], &["04.2x06"]));
        let expected = (Status::Ambiguous, Some(Reason::ProcedureNotInMdc));
        assert_eq!((outcome.status, outcome.reason), expected, "{id}");

        let none = Case {
            dx: vec![""],
            ..adult(&[], &[])
        };
        let ageless = Case {
            age_years: None,
            age_days: None,
            ..adult(&["I50.900"], &[])
        };
        let many = adult(&vec!["I50.900"; MAX_CODES + 1], &[]);
        for (case, reason) in [
            (none, Reason::PrincipalDiagnosisMissing),
            (ageless, Reason::AgeMissing),
            (many, Reason::TooManyCodes),
        ] {
            let outcome = group(scheme, &case);
            assert_eq!(
                (outcome.status, outcome.reason),
                (Status::Invalid, Some(reason)),
                "{id}"
            );
        }
    }
}

#[test]
fn a_principal_procedure_that_the_scheme_does_not_know_is_noted() {
    for scheme in schemes() {
        let sets = scheme.set_names();
        let idle = chs_model::icd::procedures().iter().find(|known| {
            let is_in = |set: &String| scheme.set_contains(set, known.code) == Some(true);
            !known.grey && !sets.iter().any(is_in)
        });
        let idle = idle
            .expect("a procedure that takes no part in grouping")
            .code;
        let with = group(scheme, &adult(&["I50.900"], &[idle]));
        let without = scheme.group(&adult(&["I50.900"], &[]));
        assert_eq!((with.status, with.drg), (Status::Grouped, without.drg));
        assert!(with.notes.contains(Reason::PrincipalProcedureNotInScheme));
    }
    let scheme = Scheme::builtin("chs-drg-2.0").expect("2.0");
    let grey = chs_model::icd::procedures().iter().find(|known| known.grey);
    let grey = grey.expect("a grey procedure").code;
    let outcome = group(scheme, &adult(&["I50.900"], &[grey, grey]));
    assert!(outcome.notes.contains(Reason::PrincipalProcedureGrey));
    assert!(outcome.notes.contains(Reason::OtherProcedureGrey));
}

#[test]
fn a_newborn_with_a_diagnosis_of_another_age_is_ambiguous() {
    let scheme = Scheme::builtin("chs-drg-2.0").expect("2.0");
    let outcome = group(scheme, &newborn(&["I50.900"]));
    let found = (outcome.status, outcome.reason, outcome.drg);
    assert_eq!(
        found,
        (Status::Ambiguous, Some(Reason::DiagnosisNotInMdc), "PQY")
    );
}

/// A scheme written for this test, with the conditions that no built-in one has.
fn small() -> Scheme {
    let files = [
        (
            "scheme.toml",
            "id = \"small\"\ntitle = \"小\"\npublisher = \"本项目\"\nsource = \"试验\"\n\
             in_force_from = \"2026-01-01\"\n\
             [counts]\nmdc = 3\nadrg = 3\ndrg = 3\nmcc = 0\ncc = 0\nsets = 4\n",
        ),
        (
            "mdc.csv",
            "mdc,order,name,rule\nMDCF,1,循环,ZYZD in DI_F00\nMDCE,2,呼吸,ZYZD in DI_E00\n\
             MDCP,3,新生儿,ZYZD in DI_P00\n",
        ),
        (
            "adrg.csv",
            "adrg,row,mdc,order,rule\nFR1,1,MDCF,1,1\nER1,1,MDCE,1,ZYSS in OP_ER1\n\
             PS1,1,MDCP,1,XSRTZ>0 and XSRTZ<1500\n",
        ),
        (
            "drg.csv",
            "drg,adrg,rule,name\nFR19,FR1,ZYTS>7,长\nER19,ER1,NL=0,幼\nPS19,PS1,QTZD in DI_E00,轻\n",
        ),
        (
            "sets.txt",
            "[DI_F00]\nI50.900\n\n[DI_E00]\nJ44.100\n\n[DI_P00]\nP07.200x011\n\n[OP_ER1]\n33.2200x001\n",
        ),
    ];
    let source = SchemeSource::new(files.map(|(name, text)| (name, text.to_owned())));
    Scheme::load(&[source.expect("a source")]).expect("the small scheme")
}

#[test]
fn what_no_group_fits_has_its_reason() {
    let scheme = small();
    let longer = Case {
        los: Some(8),
        ..adult(&["I50.900"], &[])
    };
    assert_eq!(group(&scheme, &longer).drg, "FR19");
    let unstated = Case {
        los: None,
        ..longer.clone()
    };
    let heavy = newborn(&["P07.200x011"]);
    let light = Case {
        birth_weight: Some(1400),
        ..heavy.clone()
    };
    let unweighed = Case {
        birth_weight: None,
        ..heavy.clone()
    };
    for (case, reason) in [
        (adult(&["I50.900"], &[]), Reason::LosConflict),
        (unstated, Reason::LosMissing),
        (adult(&["J44.100"], &[]), Reason::NoAdrg),
        (adult(&["J44.100"], &["33.2200x001"]), Reason::AgeConflict),
        (heavy, Reason::WeightConflict),
        (unweighed, Reason::BirthWeightMissing),
        (light, Reason::NoDrg),
        (
            adult(&["E11.900"], &[]),
            Reason::PrincipalDiagnosisNotInScheme,
        ),
    ] {
        let outcome = group(&scheme, &case);
        let found = (outcome.status, outcome.reason);
        assert_eq!(found, (Status::Ungrouped, Some(reason)), "{case:?}");
    }
}
