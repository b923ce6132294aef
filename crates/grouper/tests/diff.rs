//! Differences between schemes, and of cases under two of them.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first fault"
)]

use chs_grouper::diff::{CaseMoves, RowChangeKind, SetChangeKind};
use chs_grouper::{Case, Scheme, SchemeDiff, SchemeSource, Sex};

const FILES: [(&str, &str); 8] = [
    (
        "scheme.toml",
        "id = \"a\"\ntitle = \"小\"\npublisher = \"本项目\"\nsource = \"试验\"\nin_force_from = \"2026-01-01\"\n\
         [counts]\nmdc = 1\nadrg = 3\ndrg = 4\nmcc = 1\ncc = 1\nsets = 4\n",
    ),
    (
        "mdc.csv",
        "mdc,order,name,rule\nMDCB,1,神经,ZYZD in DI_B00\n",
    ),
    (
        "adrg.csv",
        "adrg,row,mdc,order,rule,name\nBB1,1,MDCB,1,ZYSS in OP_BB1,甲\n\
         BB2,1,MDCB,2,ZYSS in OP_BB2,乙\nBR1,1,MDCB,3,ZYZD in DI_BR1,丙\n",
    ),
    (
        "drg.csv",
        "drg,adrg,rule,name\nBB11,BB1,QTZD in {MCC},甲重\nBB15,BB1,1,甲轻\nBB29,BB2,1,乙组\nBR19,BR1,1,丙组\n",
    ),
    (
        "weights.csv",
        "drg,weight,系数\nBB11,2.0,1\nBB15,1.5,\nBR19,0.5,\n",
    ),
    (
        "sets.txt",
        "[DI_B00]\nG00.900 G00.901\n\n[DI_BR1]\nG00.900 G00.901\n\n[OP_BB1]\n01.0100\n\n[OP_BB2]\n01.0900x001\n",
    ),
    ("exclusions.txt", "[EX_1]\nG00.900\n\n[EX_2]\nG00.901\n"),
    ("cc.txt", "[MCC EX_1]\nI50.900\n\n[CC EX_2]\nI10.x00\n"),
];

/// The small scheme as `b`, with texts replaced.
fn changed(changes: &[(&str, &str, &str)]) -> Scheme {
    let files = FILES.map(|(name, text)| {
        let mut text = text.to_owned();
        for (file, from, to) in changes {
            if *file == name {
                assert!(text.contains(from), "{file} lacks {from}");
                text = text.replace(from, to);
            }
        }
        (name, text)
    });
    Scheme::load(&[SchemeSource::new(files).expect("a source")]).expect("it loads")
}

fn drg_kinds(to: &Scheme) -> Vec<(String, RowChangeKind, Option<String>, Option<String>)> {
    let diff = SchemeDiff::between(&changed(&[]), to);
    let changes = diff.drgs.into_iter();
    changes.map(|c| (c.code, c.kind, c.from, c.to)).collect()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_scheme_does_not_differ_from_itself() {
    let diff = SchemeDiff::between(&changed(&[]), &changed(&[]));
    assert!(diff.is_empty() && diff.rows().is_empty());
    assert!(diff.to_string().contains("没有差异"));
}

/// Replacements in a scheme (file, from, to), and the row change they make.
type RowCase<'a> = (
    &'a [(&'a str, &'a str, &'a str)],
    (&'a str, RowChangeKind, Option<String>, Option<String>),
);

#[test]
fn every_kind_of_change_of_a_group_is_told() {
    use RowChangeKind::{Added, Local, Order, Recoded, Removed, Renamed, Rule, Weight};
    let drg = "drg.csv";
    let cases: [RowCase<'_>; 6] = [
        (
            &[(drg, "甲轻", "甲一般")],
            ("BB15", Renamed, text("甲轻"), text("甲一般")),
        ),
        (
            &[(drg, "QTZD in {MCC}", "\"QTZD in {MCC, CC}\"")],
            (
                "BB11",
                Rule,
                text("QTZD in {MCC}"),
                text("QTZD in {MCC, CC}"),
            ),
        ),
        (
            &[(drg, "BB29,BB2,1,乙组", "BB20,BB2,1,乙组")],
            ("BB29", Recoded, text("BB29"), text("BB20")),
        ),
        (
            &[("weights.csv", "1.5", "1.25")],
            ("BB15", Weight, text("1.5"), text("1.25")),
        ),
        (
            &[("weights.csv", "2.0,1", "2.0,0.9")],
            ("BB11", Local, text("系数=1"), text("系数=0.9")),
        ),
        (
            &[("weights.csv", "BR19,0.5,", "BR19,0.5,0.8")],
            ("BR19", Local, None, text("系数=0.8")),
        ),
    ];
    for (changes, (code, kind, from, to)) in cases {
        assert_eq!(
            drg_kinds(&changed(changes)),
            [(code.to_owned(), kind, from, to)],
            "{changes:?}"
        );
    }
    let found = drg_kinds(&changed(&[(drg, "BB29,BB2,1,乙组", "BB20,BB2,1,新组")]));
    let kinds: Vec<_> = found
        .iter()
        .map(|(code, kind, ..)| (code.as_str(), *kind))
        .collect();
    assert_eq!(kinds, [("BB20", Added), ("BB29", Removed)]);

    // The first of three goes last: one row moved, not three.
    let reordered = changed(&[("adrg.csv", "MDCB,1,ZYSS", "MDCB,9,ZYSS")]);
    let diff = SchemeDiff::between(&changed(&[]), &reordered);
    let found: Vec<_> = diff
        .adrgs
        .iter()
        .map(|c| (c.code.as_str(), c.kind))
        .collect();
    assert_eq!(found, [("BB1", Order)]);
    assert_eq!(
        (diff.adrgs[0].from.clone(), diff.adrgs[0].to.clone()),
        (None, text("> BR1"))
    );
}

#[test]
fn sets_exclusions_and_complications_are_compared_by_what_they_hold() {
    let to = changed(&[
        (
            "sets.txt",
            "[DI_B00]\nG00.900 G00.901",
            "[DI_B00]\nG00.901 G00.902",
        ),
        ("sets.txt", "[OP_BB2]", "[OP1_BB2]"),
        ("adrg.csv", "OP_BB2", "OP1_BB2"),
        ("exclusions.txt", "[EX_1]", "[EX_7]"),
        (
            "cc.txt",
            "[MCC EX_1]\nI50.900\n\n[CC EX_2]\nI10.x00",
            "[MCC EX_7]\nI50.900 I10.x00",
        ),
        ("scheme.toml", "mcc = 1\ncc = 1", "mcc = 2\ncc = 0"),
    ]);
    let diff = SchemeDiff::between(&changed(&[]), &to);
    let sets: Vec<_> = diff.sets.iter().map(|s| (s.set.as_str(), s.kind)).collect();
    assert_eq!(
        sets,
        [
            ("OP_BB2", SetChangeKind::Renamed),
            ("DI_B00", SetChangeKind::Changed)
        ]
    );
    assert_eq!(diff.sets[0].renamed_to.as_deref(), Some("OP1_BB2"));
    assert_eq!(
        (&diff.sets[1].added, &diff.sets[1].removed),
        (&vec!["G00.902".to_owned()], &vec!["G00.900".to_owned()])
    );
    // I50.900's exclusion set only has another name: no change of it.
    let complications: Vec<_> = diff
        .complications
        .iter()
        .map(|c| (c.diagnosis.as_str(), c.code()))
        .collect();
    assert_eq!(complications, [("I10.x00", "cc_to_mcc")]);
    let exclusions: Vec<_> = diff
        .exclusions
        .iter()
        .map(|s| (s.set.as_str(), s.kind))
        .collect();
    assert_eq!(exclusions, [("EX_1", SetChangeKind::Renamed)]);
    let rows = diff.rows();
    let gone = rows
        .iter()
        .find(|row| row[0] == "set" && row[2] == "G00.900")
        .expect("it");
    assert_eq!(
        (gone[1].as_str(), gone[4].as_str(), gone[5].as_str()),
        ("changed", "DI_B00", "")
    );
}

#[test]
fn cases_are_counted_with_their_weights() {
    let from = changed(&[]);
    let to = changed(&[
        ("weights.csv", "BB15,1.5,", "BB15,1.25,"),
        ("drg.csv", "QTZD in {MCC}", "\"QTZD in {MCC, CC}\""),
    ]);
    let case = |dx: &[&'static str], px: &[&'static str]| Case {
        sex: Some(Sex::Male),
        age_years: Some(40),
        dx: dx.to_vec(),
        px: px.to_vec(),
        ..Case::default()
    };
    let cases = [
        (case(&["G00.900", "I10.x00"], &["01.0100"]), "H1"), // BB15 → BB11: 1.5 → 2
        (case(&["G00.900"], &["01.0100"]), "H1"),            // BB15 stays: 1.5 → 1.25
        (case(&["G00.900"], &["01.0900x001"]), "H2"),        // BB29 has no weight
        (case(&["I10.x00"], &[]), "H2"),                     // ungrouped
    ];
    let mut halves = [CaseMoves::new(&from, &to), CaseMoves::new(&from, &to)];
    for (index, (case, hospital)) in cases.iter().enumerate() {
        halves[index % 2].add(&from.group(case), &to.group(case), Some(hospital));
    }
    let [mut all, other] = halves;
    all.merge(other);
    let moves = all.finish();
    assert_eq!((moves.cases, moves.moved, moves.flows.len()), (4, 1, 1));
    assert_eq!(
        (moves.flows[0].from.as_str(), moves.flows[0].to.as_str()),
        ("BB15", "BB11")
    );
    assert_eq!(moves.weight_before.weight.to_string(), "3");
    assert_eq!(moves.weight_after.weight.to_string(), "3.25");
    assert_eq!(
        moves.weight_after.cmi.map(|cmi| cmi.to_string()).as_deref(),
        Some("1.625")
    );
    assert_eq!(
        (
            moves.weight_before.weighed_cases,
            moves.weight_before.unweighed_cases
        ),
        (2, 2)
    );
    assert_eq!(moves.hospitals.len(), 2);
    assert_eq!((moves.hospitals[0].moved, moves.hospitals[1].moved), (1, 0));
    assert_eq!(moves.hospitals[1].weight_before.cmi, None);
}
