//! A made-up workbook that looks like the official 3.0 edition: its 26 + 537 rules
//! where their transcription stands beside the workspace, with code sets that are
//! made up; and its known faults.

use chs_grouper::workbook::{Amendments, FindingKind, ImportOptions, Imported, import};
use chs_grouper::{LintKind, Rule, Scheme};
use rust_xlsxwriter::{Workbook, Worksheet};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn rules() -> Option<PathBuf> {
    let folder = "../../../shared/schemes/chs-drg-3.0-rules";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    folder.is_dir().then_some(folder)
}

fn records(file: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(file).expect("the rules");
    let records = reader.records().map(|record| record.expect("a row"));
    records
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect()
}

/// Writes texts below each other; `blank` columns stand empty in front.
struct Rows<'b> {
    sheet: &'b mut Worksheet,
    row: u32,
    blank: u16,
}

impl<'b> Rows<'b> {
    fn new(book: &'b mut Workbook, name: &str, blank: u16) -> Self {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a sheet");
        Self {
            sheet,
            row: 0,
            blank,
        }
    }

    fn add(&mut self, cells: &[&str]) {
        for (column, text) in (self.blank..).zip(cells) {
            // Orders are numbers in the official edition.
            if let Ok(number) = text.parse::<u32>() {
                self.sheet
                    .write_number(self.row, column, number)
                    .expect("a cell");
            } else if !text.is_empty() {
                self.sheet
                    .write_string(self.row, column, *text)
                    .expect("a cell");
            }
        }
        self.row += 1;
    }
}

/// The made-up code of a set: unlike for unlike sets, as far as the code systems go.
fn made_up(place: usize, diagnosis: bool) -> &'static str {
    let codes = if diagnosis {
        chs_model::icd::diagnoses()
    } else {
        chs_model::icd::procedures()
    };
    codes[(place * 7 + 1_000) % codes.len()].code
}

/// The order of an ADRG row in the edition: O00 is misplaced, MDCT begins with 12.
fn order(mdc: &str, adrg: &str, seq: usize) -> usize {
    match (mdc, adrg) {
        ("MDCO", "O00") => 18,
        ("MDCT", _) => seq + 11,
        _ => seq,
    }
}

fn workbook(folder: &Path) -> Vec<u8> {
    let mdcs = records(&folder.join("mdc.csv"));
    let adrgs = records(&folder.join("adrg.csv"));
    let mut book = Workbook::new();
    let mut sheet = Rows::new(&mut book, "MDC", 0);
    sheet.add(&["按病组（DRG）付费3.0版分组方案（虚构的集合，仅供试验）"]);
    sheet.add(&["MDC编码", "MDC名称", "MDC规则", "排序"]);
    for row in &mdcs {
        sheet.add(&[&row[1], &format!("{}的名称", row[1]), &row[2], &row[0]]);
    }
    let mut sheet = Rows::new(&mut book, "ADRG", 1);
    sheet.add(&[
        "ADRG编码",
        "ADRG名称",
        "ADRG规则",
        "所属MDC编码",
        "MDC内\n排序",
    ]);
    for row in &adrgs {
        let order = order(&row[0], &row[2], row[1].parse().expect("a number"));
        let rule = row[4].replace(" and ", "_x000D_\nand ");
        sheet.add(&[
            &row[2],
            &format!("{}的名称", row[2]),
            &rule,
            &row[0],
            &order.to_string(),
        ]);
    }
    let mut sheet = Rows::new(&mut book, "DRG", 0);
    sheet.add(&[
        "DRG",
        "DRG名称",
        "DRG规则",
        "所属ADRG编码",
        "所属MDC编码",
        "排序",
    ]);
    let mut number = 0;
    for row in &adrgs {
        let adrg = row[2].as_str();
        let groups: &[(&str, &str)] = match adrg {
            _ if adrg.ends_with("QY") => &[("", "1")],
            _ if adrg.ends_with("00") => &[("0", "1")],
            _ => &[("1", "QTZD in {MCC}"), ("5", "1")],
        };
        for (suffix, rule) in groups {
            number += 1;
            let code = format!("{adrg}{suffix}");
            sheet.add(&[
                &code,
                &format!("{code}的名称"),
                rule,
                adrg,
                &row[0],
                &number.to_string(),
            ]);
        }
    }
    let rules = mdcs
        .iter()
        .map(|row| &row[2])
        .chain(adrgs.iter().map(|row| &row[4]));
    let rules: Vec<Rule> = rules
        .map(|text| Rule::parse(text).expect("a rule"))
        .collect();
    let sets: BTreeSet<&str> = rules.iter().flat_map(Rule::set_names).collect();
    let mut sheet = Rows::new(&mut book, "集合", 0);
    sheet.add(&["集合编号", "ICD编码", "ICD名称", "类型编号"]);
    for (place, set) in sets.iter().enumerate() {
        let code = made_up(place, set.starts_with("DI"));
        sheet.add(&[set, code, "", "A"]);
        if place < 113 {
            sheet.add(&[set, code, "", "A"]);
        }
    }
    let mut sheet = Rows::new(&mut book, "CC", 0);
    sheet.add(&["疾病编码", "疾病名称", "排除表", "类型"]);
    let exclusions = ["EX_103", "EX_104", "EX_105", "EX_107", "EX_128"];
    for (place, set) in exclusions.iter().enumerate() {
        let kind = if place % 2 == 0 { "MCC" } else { "CC" };
        sheet.add(&[made_up(place + 5_000, true), "", set, kind]);
    }
    let mut sheet = Rows::new(&mut book, "排除表", 0);
    sheet.add(&["集合编号", "ICD编码", "ICD名称"]);
    for (place, set) in exclusions.iter().enumerate() {
        sheet.add(&[set, made_up(place + 6_000, true), ""]);
    }
    book.save_to_buffer().expect("a workbook")
}

fn imported(bytes: &[u8], amended: bool) -> Imported {
    let amendments = Amendments::builtin("chs-drg-3.0").expect("the file");
    let amendments = Amendments::parse(amendments).expect("amendments");
    let options = ImportOptions {
        id: "chs-drg-3.0".to_owned(),
        amendments: if amended {
            amendments
        } else {
            Amendments::default()
        },
        ..ImportOptions::default()
    };
    import(bytes, &options).expect("it can be read")
}

#[test]
fn the_edition_imports_with_its_known_faults_reported() {
    let Some(folder) = rules() else {
        println!("skipped: the rules of 3.0 are not there");
        return;
    };
    let bytes = workbook(&folder);
    let plain = imported(&bytes, false);
    let report = &plain.report;
    assert!(report.made, "{:?}", report.findings);
    assert_eq!((report.tally.mdc, report.tally.adrg_rows), (26, 537));
    let tally = (
        report.tally.adrg,
        report.tally.adrg_fallback,
        report.tally.adrg_ambiguous,
    );
    assert_eq!(tally, (492, 24, 21));
    let count = |kind| report.findings.iter().filter(|f| f.kind == kind).count();
    assert_eq!(count(FindingKind::Duplicate), 113);
    assert_eq!(report.sheets[3].duplicates, 113);
    assert_eq!(report.sheets[0].header_row, 2);
    let rows = records(&folder.join("adrg.csv"));
    let broken = rows.iter().filter(|row| row[4].contains(" and ")).count();
    assert!(broken > 0 && report.sheets[1].unbroken_cells == broken);
    // O00 shares its place with OS2 here and stands before OT1 and OZ1.
    let start = report
        .findings
        .iter()
        .find(|f| f.kind == FindingKind::OrderStart);
    assert_eq!(start.map(|f| f.subject.as_str()), Some("MDCT"));
    let unreachable = |kind, found: &Imported| {
        let lints = found.report.lint.iter().filter(|lint| lint.kind == kind);
        lints
            .filter(|lint| lint.place == "MDCO")
            .map(|lint| lint.subject.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(unreachable(LintKind::Unreachable, &plain), ["OT1", "OZ1"]);
    assert_eq!(unreachable(LintKind::FallbackNotLast, &plain), ["O00"]);
    assert!(report.amendments.is_empty(), "nothing is mended unasked");

    let amended = imported(&bytes, true);
    let applied = amended.report.amendments.iter();
    let applied: Vec<_> = applied.map(|a| (a.id.as_str(), a.applied)).collect();
    let expected = [
        "o00-last",
        "mdct-order-start",
        "ex-103",
        "ex-104",
        "ex-105",
        "ex-107",
        "ex-128",
    ];
    assert_eq!(applied, expected.map(|id| (id, true)));
    assert!(unreachable(LintKind::Unreachable, &amended).is_empty());
    assert!(unreachable(LintKind::FallbackNotLast, &amended).is_empty());
    let scheme = Scheme::load(&[amended.source.expect("a scheme")]).expect("it loads");
    assert_eq!(
        (scheme.id(), scheme.in_force_from()),
        ("chs-drg-3.0", "2027-01-01")
    );
    assert_eq!(scheme.set_contains("EX_103", "P24.100"), Some(true));
    let mut rows = scheme.adrg_rows().iter().filter(|row| row.mdc() == "MDCO");
    assert_eq!(rows.next_back().map(|row| row.adrg()), Some("O00"));
    assert_eq!(scheme.adrg_rows()[0].name(), "AA1的名称");

    // On a workbook without the faults the amendments say that they no longer fit.
    let mended = chs_grouper::workbook::export(&scheme).expect("a workbook");
    let again = imported(&mended, true);
    assert!(again.report.amendments.iter().all(|a| !a.applied));
    assert!(
        again
            .report
            .amendments
            .iter()
            .all(|a| a.zh.contains("不再适用"))
    );
    assert_eq!(again.report.digest.as_deref(), Some(scheme.digest()));
}

#[test]
fn the_amendments_that_come_along_read() {
    let text = Amendments::builtin("chs-drg-3.0").expect("the file");
    let amendments = Amendments::parse(text).expect("amendments");
    assert_eq!(amendments.amendments.len(), 7);
    assert_eq!(
        amendments.scheme.in_force_from.as_deref(),
        Some("2027-01-01")
    );
    assert_eq!(Amendments::builtin("chs-drg-9"), None);
    for fault in [
        "scheme = 1",
        "[[amendment]]\nid = \"x\"\n",
        "[[amendment]]\nid = \"x\"\nwhy = \"\"\nchange = \"nothing\"\n",
    ] {
        assert!(Amendments::parse(fault).is_err(), "{fault}");
    }
}
