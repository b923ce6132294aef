//! What must hold for any case and any rule.

#![allow(clippy::expect_used, reason = "a test may stop at the first fault")]

use chs_grouper::rule::{
    CodeVariable, Comparison, Count, Membership, NumberVariable, Relation, Target,
};
use chs_grouper::{Case, Columns, Reason, Rule, Scheme, Sex, Status};
use proptest::prelude::*;
use proptest::sample::select;

/// Any of the built-in schemes.
fn scheme() -> impl Strategy<Value = &'static Scheme> {
    let all = Scheme::builtin_ids().map(|id| Scheme::builtin(id).expect(id));
    select(Vec::from_iter(all))
}

fn set_name() -> impl Strategy<Value = String> {
    "(DI|OP)[0-9]?_[A-Z][A-Z0-9]{1,3}(_[0-9])?"
}

fn codes() -> impl Strategy<Value = Vec<CodeVariable>> {
    prop::collection::vec(select(CodeVariable::ALL.to_vec()), 1..4)
}

fn relation() -> impl Strategy<Value = Relation> {
    select(Relation::ALL.to_vec())
}

fn leaf() -> impl Strategy<Value = Rule> {
    let target = prop_oneof![
        4 => set_name().prop_map(Target::Set),
        1 => Just(Target::Mcc),
        1 => Just(Target::Cc),
    ];
    let membership = (codes(), prop::collection::vec(target, 1..4), any::<bool>());
    let membership = membership.prop_map(|(codes, sets, negated)| {
        Rule::Membership(Membership {
            codes,
            sets,
            negated,
        })
    });
    let count = (set_name(), codes(), relation(), any::<u32>());
    let count = count.prop_map(|(set, codes, relation, number)| {
        Rule::Count(Count {
            set,
            codes,
            relation,
            number,
        })
    });
    let variable = select(NumberVariable::ALL.to_vec());
    let comparison = (variable, relation(), any::<u32>());
    let comparison = comparison.prop_map(|(variable, relation, number)| {
        Rule::Comparison(Comparison {
            variable,
            relation,
            number,
        })
    });
    prop_oneof![1 => Just(Rule::True), 4 => membership, 1 => count, 2 => comparison]
}

fn rule() -> impl Strategy<Value = Rule> {
    leaf().prop_recursive(5, 40, 4, |inner| {
        let parts = prop::collection::vec(inner, 2..5);
        (parts, any::<bool>()).prop_map(|(parts, all)| {
            if all {
                Rule::All(parts)
            } else {
                Rule::Any(parts)
            }
        })
    })
}

/// Codes that mean something, and codes that mean nothing.
fn diagnosis() -> impl Strategy<Value = String> {
    let known: Vec<&str> = chs_model::icd::diagnoses()
        .iter()
        .map(|code| code.code)
        .collect();
    prop_oneof![8 => select(known).prop_map(str::to_owned), 1 => ".{0,12}"]
}

fn procedure() -> impl Strategy<Value = String> {
    let known: Vec<&str> = chs_model::icd::procedures()
        .iter()
        .map(|code| code.code)
        .collect();
    prop_oneof![8 => select(known).prop_map(str::to_owned), 1 => ".{0,12}"]
}

#[derive(Debug, Clone)]
struct Stay {
    sex: Option<Sex>,
    numbers: (Option<u16>, Option<u16>, Option<u32>, Option<u16>),
    dx: Vec<String>,
    px: Vec<String>,
}

impl Stay {
    fn case(&self) -> Case<'_> {
        let (age_years, age_days, birth_weight, los) = self.numbers;
        Case {
            sex: self.sex,
            age_years,
            age_days,
            birth_weight,
            los,
            dx: self.dx.iter().map(String::as_str).collect(),
            px: self.px.iter().map(String::as_str).collect(),
            ..Case::default()
        }
    }
}

fn stay() -> impl Strategy<Value = Stay> {
    let numbers = (
        prop::option::of(0_u16..120),
        prop::option::of(0_u16..800),
        prop::option::of(0_u32..6000),
        prop::option::of(0_u16..100),
    );
    let sex = select(vec![None, Some(Sex::Male), Some(Sex::Female)]);
    let dx = prop::collection::vec(diagnosis(), 0..8);
    let px = prop::collection::vec(procedure(), 0..6);
    (sex, numbers, dx, px).prop_map(|(sex, numbers, dx, px)| Stay {
        sex,
        numbers,
        dx,
        px,
    })
}

proptest! {
    #[test]
    fn printing_and_parsing_gives_the_same_rule(rule in rule()) {
        prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
    }

    #[test]
    fn parsing_never_panics_and_errors_lie_in_the_text(text in ".{0,60}") {
        if let Err(error) = Rule::parse(&text) {
            prop_assert!((1..=text.chars().count() + 1).contains(&error.column));
        }
    }

    #[test]
    fn near_rules_never_panic(
        parts in prop::collection::vec(
            select(vec!["ZYZD", "QTZD", "in", "not", "{", "}", "(", ")", ",", "DI_A", "MCC",
                        "length", "∩", ">=", "2", "1", "and", "or", "NL", "="]), 0..20)
    ) {
        let text = parts.join(" ");
        if let Ok(rule) = Rule::parse(&text) {
            prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
        }
    }

    #[test]
    fn any_case_has_a_status_and_its_reason(scheme in scheme(), stay in stay()) {
        let case = stay.case();
        let outcome = scheme.group(&case);
        prop_assert_eq!(outcome.reason.is_none(), outcome.status == Status::Grouped);
        let (traced, trace) = scheme.group_traced(&case);
        prop_assert_eq!(traced, outcome);
        prop_assert!(serde_json::to_string(&trace).is_ok());
        match outcome.status {
            Status::Grouped => {
                let drg = scheme.drg(outcome.drg);
                prop_assert_eq!(drg.map(|drg| drg.adrg()), Some(outcome.adrg));
            }
            Status::Ambiguous => prop_assert_eq!(outcome.adrg, "QY"),
            Status::Ungrouped => prop_assert_eq!(outcome.drg, "0000"),
            Status::Invalid => prop_assert_eq!(outcome.drg, ""),
        }
    }

    #[test]
    fn the_order_of_other_codes_does_not_matter(scheme in scheme(), stay in stay(), turn in 0_usize..8) {
        let case = stay.case();
        let mut turned = case.clone();
        for codes in [&mut turned.dx, &mut turned.px] {
            if let Some((_, others)) = codes.split_first_mut()
                && !others.is_empty()
            {
                others.rotate_left(turn % others.len());
                others.reverse();
            }
        }
        prop_assert_eq!(scheme.group(&turned), scheme.group(&case));
    }

    #[test]
    fn a_code_that_nobody_knows_does_not_matter(
        scheme in scheme(),
        stay in stay(),
        unknown in "[a-z#中]{1,8}|[A-Z][0-9]{2}|[0-9]{2}\\.[0-9]",
        place in 0_usize..8,
    ) {
        // Long enough forms of codes would hit real ones; these are the clinical short forms,
        // letters of the wrong case and other nonsense.
        prop_assume!(chs_model::icd::diagnosis(&unknown).is_none());
        let case = stay.case();
        let mut more = case.clone();
        for codes in [&mut more.dx, &mut more.px] {
            if !codes.is_empty() {
                codes.insert(1 + place % codes.len(), &unknown);
            }
        }
        let (before, after) = (scheme.group(&case), scheme.group(&more));
        prop_assert_eq!((after.status, after.reason), (before.status, before.reason));
        prop_assert_eq!((after.mdc, after.adrg, after.drg), (before.mdc, before.adrg, before.drg));
        if !case.dx.is_empty() && before.status != Status::Invalid {
            prop_assert!(after.notes.contains(Reason::OtherDiagnosisUnknown));
        }
    }

    #[test]
    fn a_near_miss_is_another_group_of_the_scheme(scheme in scheme(), stay in stay()) {
        let case = stay.case();
        let own = scheme.group(&case);
        for near in scheme.near_misses(&case) {
            prop_assert_ne!(&near.drg, own.drg);
            let drg = scheme.drg(&near.drg);
            prop_assert_eq!(drg.map(|drg| (drg.mdc(), drg.adrg())), Some((&*near.mdc, &*near.adrg)));
        }
    }

    #[test]
    fn a_repeated_other_diagnosis_does_not_matter(scheme in scheme(), stay in stay()) {
        let case = stay.case();
        let mut repeated = case.clone();
        repeated.dx.extend(case.dx.iter().skip(1));
        prop_assert_eq!(scheme.group(&repeated), scheme.group(&case));
    }

    #[test]
    fn any_text_in_the_columns_is_a_case_or_a_reason(scheme in scheme(), cells in prop::array::uniform9(".{0,8}")) {
        let [sex, age, age_days, birth_weight, dept, los, discharge, dx, px] = &cells;
        let columns = Columns { sex, age, age_days, birth_weight, dept, los, discharge, dx, px };
        if let Ok(case) = columns.case() {
            prop_assert!(scheme.group(&case).status != Status::Invalid);
        }
    }
}
