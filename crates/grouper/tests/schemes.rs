//! The built-in schemes: what they hold, and the faults that are known.

#![allow(clippy::expect_used, reason = "a test may stop at the first fault")]

use chs_grouper::{LintKind, Scheme, SchemeError, SchemeSource, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn scheme(id: &str) -> &'static Scheme {
    Scheme::builtin(id).expect(id)
}

#[test]
fn the_national_scheme_is_whole() {
    let scheme = scheme("chs-drg-2.0");
    let counts = scheme.counts();
    assert_eq!((counts.mdc, counts.adrg, counts.drg), (26, 409, 634));
    assert_eq!(scheme.mdcs().len(), 26);
    assert_eq!(scheme.drgs().len(), 634);
    let order: String = scheme.mdcs().iter().map(|mdc| mdc.letter()).collect();
    assert_eq!(order, "APYZMNOBCDEFGHIJKLQRSTUVWX");
    assert!(scheme.drgs().iter().all(|drg| drg.weight().is_none()));
    assert_eq!(scheme.base(), None);
    assert_eq!(scheme.set_names().len(), 515);
    assert_eq!(scheme.complications().count(), 12_486);
}

#[test]
fn the_local_scheme_extends_it() {
    let scheme = scheme("xianyang-2025");
    assert_eq!(scheme.base(), Some("chs-drg-2.0"));
    let drg = scheme.drg("OF25").expect("OF25");
    assert_eq!(
        drg.weight().map(|weight| weight.to_string()).as_deref(),
        Some("0.4027")
    );
    let local: Vec<_> = drg
        .local()
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert!(local.contains(&("系数-一级", "0.6374")));
    assert!(local.contains(&("系数-二级", "0.7844")));
    assert_eq!(
        scheme
            .drgs()
            .iter()
            .filter(|drg| drg.weight().is_none())
            .count(),
        18
    );
    // Moved behind IC4, and a row of the base taken away.
    let rows: Vec<_> = scheme
        .adrg_rows()
        .iter()
        .map(|row| (row.adrg(), row.row()))
        .collect();
    let place = |adrg| rows.iter().position(|row| *row == (adrg, 1)).expect(adrg);
    assert!(place("IC4") < place("ID1") && place("ID2") < place("IE1"));
    assert!(!rows.contains(&("WB3", 2)));
}

#[test]
fn digests_are_stable_and_differ() {
    let digests: BTreeSet<&str> = Scheme::builtin_ids()
        .map(|id| scheme(id).digest())
        .collect();
    assert_eq!(digests.len(), Scheme::builtin_ids().count());
    for digest in digests {
        assert_eq!(digest.len(), 64);
        assert!(digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}

#[test]
fn tables_answer_by_name() {
    let scheme = scheme("chs-drg-2.0");
    assert_eq!(scheme.in_table("mdc_principal", "I50.900"), Some(true));
    assert_eq!(scheme.in_table("mdc_principal", "V01.000"), Some(false));
    assert_eq!(scheme.in_table("mdcm_principal", "N40.x00"), Some(true));
    assert_eq!(scheme.in_table("mdcn_principal", "N40.x00"), Some(false));
    assert_eq!(scheme.in_table("ss_valid", "00.5501"), Some(true));
    assert_eq!(scheme.in_table("mcc", "A00.100x001"), Some(true));
    assert_eq!(scheme.in_table("cc", "A00.100x001"), Some(false));
    assert_eq!(scheme.in_table("DI_P07", "P07.000"), Some(true));
    assert_eq!(scheme.in_table("mdcä_principal", "P07.000"), None);
    assert_eq!(scheme.in_table("nothing", "P07.000"), None);
}

#[test]
fn complications_and_their_exclusions_read() {
    let scheme = scheme("chs-drg-2.0");
    let found = scheme.complication("A00.100x001").expect("a complication");
    assert_eq!(found.severity(), Severity::Mcc);
    assert_eq!(found.exclusion_set(), "EX_1");
    assert!(found.is_excluded_by("A00.900"));
    assert!(!found.is_excluded_by("I50.900"));
    assert!(scheme.complication("Z99.999").is_none());
}

#[test]
fn lint_finds_the_known_faults_and_no_others() {
    use LintKind::{GreyCode, MissingExclusionSet, UnknownCode, Unreachable, UnusedSet};
    // The published 2.0 tables name one procedure that the code system does not
    // have, and two grey ones; the local schemes inherit them.
    let known = [
        (UnknownCode, "OP_GK2", "43.4100x026"),
        (UnknownCode, "OP_RA2", "43.4100x026"),
        (UnknownCode, "OP_RA4", "43.4100x026"),
        (UnknownCode, "OP_RM1", "43.4100x026"),
        (GreyCode, "OP_ALL", "84.1100"),
        (GreyCode, "OP_ALL", "99.1000"),
        (GreyCode, "OP_BL1", "99.1000"),
    ];
    for id in ["chs-drg-2.0", "qingdao-2024", "xianyang-2025"] {
        let lints = scheme(id).lint();
        let lints = lints.iter();
        let found: Vec<_> = lints
            .map(|l| (l.kind, l.place.as_str(), l.subject.as_str()))
            .collect();
        assert_eq!(found, known, "{id}");
    }
    // Guangxi's exclusion sets list grey codes throughout, and 16 that its complications name are
    // not published: those are excluded by nothing. 1.1 is older than the list of grey
    // codes; its complications of EX_999 are excluded by nothing: no such set is published.
    let counts = |id| {
        let mut counts = BTreeMap::new();
        for lint in scheme(id).lint() {
            *counts.entry(lint.kind).or_insert(0) += 1;
        }
        Vec::from_iter(counts)
    };
    let found = counts("guangxi-2024");
    assert_eq!(
        found,
        [
            (UnknownCode, 4),
            (GreyCode, 2097),
            (MissingExclusionSet, 16),
            (Unreachable, 1)
        ]
    );
    let found = counts("chs-drg-1.1");
    let known = [
        (UnknownCode, 17),
        (GreyCode, 1847),
        (MissingExclusionSet, 1),
        (UnusedSet, 1),
    ];
    assert_eq!(found, known);
    let missing = scheme("chs-drg-1.1").lint();
    let missing = missing.iter().find(|lint| lint.kind == MissingExclusionSet);
    assert_eq!(missing.map(|lint| lint.subject.as_str()), Some("EX_999"));
}

#[test]
fn what_the_built_in_schemes_declare_as_known_is_what_lint_finds() {
    for id in Scheme::builtin_ids() {
        let found = scheme(id);
        let report = found.lint_report(found.base().map(scheme));
        assert_eq!(report.disagreements, [], "{id}");
        assert_eq!((report.errors, report.warnings), (0, 0), "{id}");
        assert_eq!(report.known, report.faults.len(), "{id}");
    }
}

#[test]
fn a_fault_beyond_the_known_ones_is_an_error() {
    let counts = "[counts]\nmdc = 1";
    let known = "[known_faults]\nunknown_code = 1\n[counts]\nmdc = 1";
    let with = |codes: &str| {
        let files = SMALL.map(|(name, text)| {
            let text = text.replace(counts, known);
            (
                name,
                text.replace("[DI_B00]\nG00.900", &format!("[DI_B00]\n{codes}")),
            )
        });
        let source = SchemeSource::new(files).expect("a source");
        Scheme::load(&[source]).expect("it loads").lint_report(None)
    };
    let report = with("G00.900 G99.999x999");
    assert_eq!((report.errors, report.known), (0, 1));
    let report = with("G00.900 G99.999x998 G99.999x999");
    assert_eq!((report.errors, report.known), (2, 0));
    assert_eq!(report.disagreements.len(), 1);
    let report = with("G00.900");
    assert_eq!((report.errors, report.disagreements.len()), (0, 1));
}

#[test]
fn a_local_scheme_is_held_against_its_base() {
    let national = scheme("chs-drg-2.0");
    let text = "id = \"local\"\ntitle = \"试\"\npublisher = \"本项目\"\nsource = \"试验\"\n\
                base = \"chs-drg-2.0\"\nin_force_from = \"2026-01-01\"\n[counts]\nmdc = 26\n\
                adrg = 408\ndrg = 633\nmcc = 4477\ncc = 8009\nsets = 515\n";
    let local = SchemeSource::new([
        ("scheme.toml", text.to_owned()),
        (
            "adrg.csv",
            "change,adrg,row,mdc,order,rule\n-,AA1,1,,,\n".to_owned(),
        ),
        (
            "drg.csv",
            "change,drg,adrg,rule,name\n-,AA19,,,\n".to_owned(),
        ),
        ("weights.csv", "drg,weight\nAA29,22.5\n".to_owned()),
    ]);
    let base = SchemeSource::builtin("chs-drg-2.0").expect("the base");
    let local = Scheme::load(&[base, local.expect("a source")]).expect("it loads");
    let report = local.lint_report(Some(national));
    let faults = report.faults.iter();
    let missing: Vec<_> = faults
        .filter(|f| f.lint.kind == LintKind::MissingAdrg)
        .collect();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].lint.subject, "AA1");
    let faults = report.faults.iter();
    let unweighed = faults
        .filter(|f| f.lint.kind == LintKind::MissingWeight)
        .count();
    assert_eq!(unweighed, 632);
}

#[test]
fn every_scheme_says_who_published_it_and_when() {
    for id in Scheme::builtin_ids() {
        let scheme = scheme(id);
        assert!(
            !scheme.publisher().is_empty() && !scheme.source().is_empty(),
            "{id}"
        );
        assert!(scheme.is_in_force_on(scheme.in_force_from()), "{id}");
        // A local scheme rests on no document that was seen, and says so.
        let inferred = scheme.inferred().iter().any(|key| key == "in_force_from");
        assert_eq!(inferred, id != "chs-drg-2.0", "{id}");
    }
    let national = scheme("chs-drg-2.0");
    assert_eq!(national.source(), "医保办发〔2024〕9号");
    assert_eq!(national.published(), Some("2024-07-18"));
    assert!(
        national
            .document()
            .is_some_and(|title| title.contains("2.0 版分组方案"))
    );
    let older = scheme("chs-drg-1.1");
    assert_eq!(older.published(), Some("2021"));
    assert!(older.is_in_force_on("2024-12-31") && !older.is_in_force_on("2025-01-01"));
    assert!(!national.is_in_force_on("2024-12-31") && national.is_in_force_on("2026-01-01"));
}

#[test]
fn the_schemes_hold_what_they_are_to_hold() {
    let expected = [
        ("chs-drg-1.1", 376, 628),
        ("chs-drg-2.0", 409, 634),
        ("guangxi-2024", 409, 633),
        ("qingdao-2024", 409, 701),
        ("xianyang-2025", 409, 747),
    ];
    assert!(Scheme::builtin_ids().eq(expected.map(|(id, ..)| id)));
    for (id, adrg, drg) in expected {
        let counts = scheme(id).counts();
        assert_eq!(
            (counts.mdc, counts.adrg, counts.drg),
            (26, adrg, drg),
            "{id}"
        );
    }
}

#[test]
fn the_schemes_stay_small() {
    let embedded = Scheme::builtin_bytes();
    assert!(embedded < 3_000_000, "{embedded} bytes in the binary");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemes");
    let mut local = 0;
    for id in Scheme::builtin_ids().filter(|id| scheme(id).base().is_some()) {
        for file in std::fs::read_dir(folder.join(id)).expect(id) {
            local += file.expect("a file").metadata().expect("its size").len();
        }
    }
    assert!(local < 500_000, "{local} bytes of local schemes");
}

#[test]
fn lint_finds_what_is_planted() {
    use LintKind::{
        EmptySet, FallbackNotLast, ForeignPrefix, GreyCode, MissingExclusionSet, RepeatedCode,
        UnknownCode, Unreachable, UnusedExclusionSet, UnusedSet,
    };
    let planted = [
        ("sets.txt", "G00.900", "G99.999x999", vec![UnknownCode]),
        ("sets.txt", "G00.900", "A00.000", vec![GreyCode]),
        ("sets.txt", "G00.900", "G00.900 G00.900", vec![RepeatedCode]),
        ("sets.txt", "G00.900", "", vec![EmptySet]),
        ("mdc.csv", "ZYZD in DI_B00", "1", vec![UnusedSet]),
        (
            "cc.txt",
            "EX_1",
            "EX_2",
            vec![MissingExclusionSet, UnusedExclusionSet],
        ),
        (
            "cc.txt",
            "[MCC EX_1]",
            "[CC EX_1]\nI50.900\n[MCC EX_1]",
            vec![RepeatedCode],
        ),
        ("drg.csv", "BB15", "CB15", vec![ForeignPrefix]),
        (
            "drg.csv",
            "QTZD in {MCC}",
            "1",
            vec![Unreachable, FallbackNotLast],
        ),
    ];
    for (file, from, to, expected) in planted {
        let lints = small(file, from, to).expect(to).lint();
        let found: Vec<LintKind> = lints.iter().map(|lint| lint.kind).collect();
        assert_eq!(found, expected, "{file} {to}: {lints:?}");
    }
}

#[test]
fn an_unknown_scheme_names_the_known_ones() {
    let error = Scheme::builtin("chs-drg-9").expect_err("unknown");
    assert!(matches!(error, SchemeError::Unknown { .. }));
    assert!(error.to_string().contains("chs-drg-2.0"));
}

const SMALL: [(&str, &str); 7] = [
    (
        "scheme.toml",
        "id = \"small\"\ntitle = \"小\"\npublisher = \"本项目\"\nsource = \"试验\"\nin_force_from = \"2026-01-01\"\n\
         [counts]\nmdc = 1\nadrg = 1\ndrg = 2\nmcc = 1\ncc = 0\nsets = 2\n",
    ),
    (
        "mdc.csv",
        "mdc,order,name,rule\nMDCB,1,神经,ZYZD in DI_B00\n",
    ),
    (
        "adrg.csv",
        "adrg,row,mdc,order,rule\nBB1,1,MDCB,1,ZYSS in OP_BB1\n",
    ),
    (
        "drg.csv",
        "drg,adrg,rule,name\nBB11,BB1,QTZD in {MCC},重\nBB15,BB1,1,轻\n",
    ),
    ("sets.txt", "[DI_B00]\nG00.900\n\n[OP_BB1]\n01.0100\n"),
    ("exclusions.txt", "[EX_1]\nG00.900\n"),
    ("cc.txt", "[MCC EX_1]\nI50.900\n"),
];

fn small(file: &str, from: &str, to: &str) -> Result<Scheme, SchemeError> {
    let files = SMALL.map(|(name, text)| {
        assert!(name != file || text.contains(from), "{file} lacks {from}");
        let text = if name == file {
            text.replace(from, to)
        } else {
            text.to_owned()
        };
        (name, text)
    });
    Scheme::load(&[SchemeSource::new(files)?])
}

#[test]
fn a_scheme_loads_from_text() {
    let scheme = small("drg.csv", "", "").expect("the small scheme");
    assert_eq!(scheme.set_codes("DI_B00"), Some(vec!["G00.900"]));
    assert_eq!(scheme.drgs().len(), 2);
}

#[test]
fn faults_in_the_source_are_refused_with_their_place() {
    let faults = [
        ("scheme.toml", "drg = 2", "drg = 3", "drg 应为 3，实为 2"),
        (
            "scheme.toml",
            "sets = 2",
            "sets = \"2\"",
            "scheme.toml line 12",
        ),
        ("scheme.toml", "2026-01-01", "soon", "in_force_from"),
        (
            "scheme.toml",
            "[counts]",
            "in_force_to = \"2025-12-31\"\n[counts]",
            "not before in_force_from",
        ),
        (
            "scheme.toml",
            "[counts]",
            "published = \"2025-1\"\n[counts]",
            "published must be",
        ),
        (
            "scheme.toml",
            "[counts]",
            "inferred = [\"title\"]\n[counts]",
            "inferred names title",
        ),
        (
            "mdc.csv",
            "ZYZD in DI_B00",
            "ZYZD im DI_B00",
            "MDCB: 第 6 列",
        ),
        (
            "mdc.csv",
            "ZYZD in DI_B00",
            "ZYZD in DI_B99",
            "no set DI_B99 of diagnoses",
        ),
        (
            "mdc.csv",
            "ZYZD in DI_B00",
            "ZYZD in OP_BB1",
            "no set OP_BB1 of diagnoses",
        ),
        ("mdc.csv", "MDCB,1,", "MDCB,x,", "mdc.csv line 2"),
        ("adrg.csv", "MDCB", "MDCC", "BB1"),
        ("drg.csv", "BB15,BB1", "BB15,BB2", "BB15"),
        ("drg.csv", "BB15,BB1", "BB11,BB1", "the row exists already"),
        (
            "drg.csv",
            "QTZD in {MCC}",
            "ZYZD in {MCC}",
            "MCC and CC are for QTZD only",
        ),
        ("sets.txt", "[DI_B00]\n", "", "codes before any heading"),
        (
            "sets.txt",
            "[OP_BB1]",
            "[XX_BB1]",
            "XX_BB1 must begin with DI or OP",
        ),
        ("sets.txt", "[OP_BB1]", "[DI_B00]", "exists already"),
        ("sets.txt", "[OP_BB1]", "[OP_BB1", "lacks its ]"),
        (
            "sets.txt",
            "[OP_BB1]",
            "[OP_BB1 +]",
            "the base has no OP_BB1",
        ),
        ("cc.txt", "[MCC EX_1]", "[MMC EX_1]", "cc.txt line 1"),
    ];
    for (file, from, to, expected) in faults {
        let error = small(file, from, to).expect_err(to).to_string();
        assert!(error.contains(expected), "{file} {to}: {error}");
    }
    let error = SchemeSource::new([("sets.csv", String::new())]).expect_err("unknown file");
    assert!(error.to_string().contains("sets.csv"));
}

#[test]
fn a_local_change_that_does_not_fit_its_base_is_refused() {
    let load = |file: &'static str, text: &str| {
        let base = SchemeSource::new(SMALL.map(|(name, text)| (name, text.to_owned())))?;
        let manifest = SMALL[0]
            .1
            .replace("id = \"small\"", "id = \"local\"\nbase = \"small\"");
        let files = [("scheme.toml", manifest), (file, text.to_owned())];
        Scheme::load(&[base, SchemeSource::new(files)?])
    };
    let scheme = load("sets.txt", "[DI_B00 +]\nG00.901\n").expect("a fitting change");
    assert_eq!(scheme.set_codes("DI_B00"), Some(vec!["G00.900", "G00.901"]));
    for (file, text) in [
        ("sets.txt", "[DI_B00 +]\nG00.900\n"),
        ("sets.txt", "[DI_B00 -]\nG00.901\n"),
        ("sets.txt", "[DI_X removed]\n"),
        ("drg.csv", "change,drg,adrg,rule,name\n~,BB99,BB1,1,无\n"),
        ("drg.csv", "change,drg,adrg,rule,name\n-,BB99,,,\n"),
        ("drg.csv", "change,drg,adrg,rule,name\n?,BB15,BB1,1,无\n"),
        ("cc.txt", "[removed]\nA00.000\n"),
        ("weights.csv", "drg,weight\nBB99,1\n"),
    ] {
        assert!(load(file, text).is_err(), "{file} {text}");
    }
}
