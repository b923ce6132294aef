//! What the loader refuses and the lint reports.

use super::{V3, with};
use chs_grouper::dip::{Catalogue, DipLintKind};

#[test]
fn loader_faults_name_file_line_and_reason() {
    let faults = |file, text: &str| {
        let error = Catalogue::load(&with("made-up-2.0", file, text)).expect_err("faulty");
        error.to_string()
    };
    let text = faults(
        "core.csv",
        "code,name,dx,px,score\nA,a,K35,,1\nB,b,k35,,1\n,c,K36,,1\nD,d,K37,手术,1\nE,e,K38,,-1\nA,a,K39,,2\n",
    );
    for part in [
        "core.csv 第 3 行",
        "line 4:",
        "line 5: not a procedure",
        "line 6: bad value in score",
        "line 7: A exists already",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(faults("core.csv", "name,dx\nx,K35\n").contains("code"));
    assert!(faults("core.csv", "code,name\nx\n").contains("line 2"));
    assert!(faults("catalogue.toml", "id = 1\n").contains("catalogue.toml"));
    assert!(faults("procedure_types.csv", "px,type\n47.0100,mixed\n").contains("line 2"));
    let twice = "code,name,dx,type\nZ1,a,K35,surgical\nZ2,b,K35,surgical\n";
    assert!(faults("comprehensive.csv", twice).contains("line 3"));
    assert!(faults("assisted.csv", "code,name,dx\nS,s,@没有\n").contains("lists.csv"));
}

#[test]
fn lint_finds_what_looks_wrong() {
    assert_eq!(
        V3.lint()
            .iter()
            .filter(|lint| lint.kind == DipLintKind::UntypedProcedure)
            .count(),
        0
    );
    let core = "code,name,dx,px,birth_weight,score\n\
        A,a,K35.8,47.0100,,1\n\
        B,b,K35.8,47.0100,,1\n\
        C,c,K35|K35.1,47.9999,,\n\
        D,d,Q99.9|Y99,89.5400,,1\n\
        E,e,P07,*,0-999,1\n\
        F,f,P07,*,999-1500,1\n";
    let source = with("made-up-2.0", "core.csv", core);
    let lints = Catalogue::load(&source).expect("it loads").lint();
    let has = |kind, line| {
        assert!(
            lints
                .iter()
                .any(|lint| lint.kind == kind && lint.line == line),
            "{kind:?} {line} in {lints:#?}"
        );
    };
    has(DipLintKind::DuplicateCondition, 3);
    has(DipLintKind::OverlappingDiagnoses, 4);
    has(DipLintKind::MissingScore, 4);
    has(DipLintKind::MissingMeanCost, 2);
    has(DipLintKind::Unreachable, 5);
    has(DipLintKind::OverlappingSpans, 7);
    has(DipLintKind::UnknownPrefix, 5);
    has(DipLintKind::UnknownCode, 0);
    has(DipLintKind::ExcludedProcedure, 0);
    has(DipLintKind::UntypedProcedure, 0);
}
