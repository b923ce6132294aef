//! What may be wrong in a workbook, cell by cell, and what must not be read at all.

use chs_grouper::workbook::{
    Amendments, Bounds, FindingKind, FindingLevel, ImportOptions, ImportReport, Imported,
    WorkbookError, import,
};
use rust_xlsxwriter::Workbook;

#[derive(Clone)]
enum Cell {
    Text(&'static str),
    Number(f64),
}

use Cell::{Number, Text};

type Sheets = Vec<(&'static str, Vec<Vec<Cell>>)>;

fn texts(cells: &[&'static str]) -> Vec<Cell> {
    cells.iter().map(|text| Text(text)).collect()
}

/// A scheme of one core group with two groups.
fn small() -> Sheets {
    vec![
        (
            "MDC",
            vec![
                texts(&["标题"]),
                texts(&["MDC编码", "MDC名称", "MDC规则", "排序"]),
                texts(&["MDCB", "神经", "ZYZD in DI_B00", "1"]),
            ],
        ),
        (
            "ADRG",
            vec![
                texts(&[
                    "",
                    "ADRG编码",
                    "ADRG名称",
                    "ADRG规则",
                    "所属MDC编码",
                    "MDC内排序",
                ]),
                texts(&["", "BB1", "手术", "ZYSS in OP_BB1", "MDCB", "1"]),
            ],
        ),
        (
            "DRG",
            vec![
                texts(&[
                    "DRG",
                    "DRG名称",
                    "DRG规则",
                    "所属ADRG编码",
                    "所属MDC编码",
                    "排序",
                ]),
                texts(&["BB11", "重", "QTZD in {MCC}", "BB1", "MDCB", "1"]),
                texts(&["BB15", "轻", "1", "BB1", "MDCB", "2"]),
            ],
        ),
        (
            "集合",
            vec![
                texts(&["集合编号", "ICD编码", "ICD名称", "类型编号"]),
                texts(&["DI_B00", "G00.900", "名", "1"]),
                texts(&["OP_BB1", "01.0100", "名", "2"]),
            ],
        ),
        (
            "CC",
            vec![
                texts(&["疾病编码", "疾病名称", "排除表", "类型"]),
                texts(&["I50.900", "名", "EX_1", "MCC"]),
            ],
        ),
        (
            "排除表",
            vec![
                texts(&["集合编号", "ICD编码", "ICD名称"]),
                texts(&["EX_1", "G00.900", "名"]),
            ],
        ),
    ]
}

fn written(sheets: &Sheets) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).expect("a sheet");
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Text("") => {}
                    Text(text) => {
                        sheet.write_string(row, column, *text).expect("a cell");
                    }
                    Number(number) => {
                        sheet.write_number(row, column, *number).expect("a cell");
                    }
                }
            }
        }
    }
    book.save_to_buffer().expect("a workbook")
}

fn options(amendments: &str) -> ImportOptions {
    ImportOptions {
        id: "small".to_owned(),
        amendments: Amendments::parse(amendments).expect("amendments"),
        ..ImportOptions::default()
    }
}

fn read(sheets: &Sheets, amendments: &str) -> Imported {
    import(&written(sheets), &options(amendments)).expect("it can be read")
}

fn with(sheet: &str, row: usize, column: usize, cell: Cell) -> Sheets {
    let mut sheets = small();
    let found = sheets
        .iter_mut()
        .find(|(name, _)| *name == sheet)
        .expect("the sheet");
    found.1[row][column] = cell;
    sheets
}

fn and(sheet: &str, row: Vec<Cell>) -> Sheets {
    let mut sheets = small();
    let found = sheets
        .iter_mut()
        .find(|(name, _)| *name == sheet)
        .expect("the sheet");
    found.1.push(row);
    sheets
}

/// Findings but for what is not stated: kind, sheet, row.
fn kinds(report: &ImportReport) -> Vec<(FindingKind, &'static str, u32)> {
    let findings = report.findings.iter();
    let findings = findings.filter(|finding| finding.kind != FindingKind::NotStated);
    findings.map(|f| (f.kind, f.sheet, f.row)).collect()
}

#[test]
fn the_small_workbook_is_clean() {
    let found = read(&small(), "");
    assert!(found.report.made);
    assert_eq!(kinds(&found.report), []);
    assert_eq!(found.report.lint, []);
    assert_eq!(
        found.report.findings.len(),
        4,
        "nothing is stated of the scheme"
    );
    let source = found.source.expect("a scheme");
    let files: Vec<_> = source.files().map(|(name, _)| name).collect();
    let expected = [
        "scheme.toml",
        "mdc.csv",
        "adrg.csv",
        "drg.csv",
        "sets.txt",
        "exclusions.txt",
        "cc.txt",
    ];
    assert_eq!(files, expected);
}

#[test]
fn every_fault_is_reported_with_sheet_and_row() {
    use FindingKind::{
        BadNumber, BadRule, BadValue, Conflict, Duplicate, EmptyCell, FurtherColumn, NumberForCode,
        Orphan, OtherMdc, RepeatedOrder, UnknownSet,
    };
    let faults = [
        (with("集合", 2, 1, Number(39.95)), NumberForCode, "集合", 3),
        (with("集合", 1, 1, Text("")), EmptyCell, "集合", 2),
        (with("集合", 1, 1, Text("霍乱")), BadValue, "集合", 2),
        (with("集合", 1, 0, Text("X_B00")), BadValue, "集合", 2),
        (
            and("集合", texts(&["DI_B00", "G00.900", "名", "1"])),
            Duplicate,
            "集合",
            4,
        ),
        (with("CC", 1, 3, Text("MMC")), BadValue, "CC", 2),
        (
            and("CC", texts(&["I50.900", "名", "EX_1", "CC"])),
            Conflict,
            "CC",
            3,
        ),
        (
            and("CC", texts(&["I50.900", "名", "EX_1", "MCC"])),
            Duplicate,
            "CC",
            3,
        ),
        (
            and("排除表", texts(&["EX_1", "G00.900", "名"])),
            Duplicate,
            "排除表",
            3,
        ),
        (with("MDC", 2, 2, Text("ZYZD im DI_B00")), BadRule, "MDC", 3),
        (with("MDC", 2, 3, Text("一")), BadNumber, "MDC", 3),
        (
            with("ADRG", 1, 3, Text("ZYSS in OP_BB2")),
            UnknownSet,
            "ADRG",
            2,
        ),
        (with("ADRG", 1, 4, Text("MDCC")), Orphan, "ADRG", 2),
        (with("DRG", 1, 3, Text("BB2")), Orphan, "DRG", 2),
        (with("DRG", 1, 4, Text("MDCC")), OtherMdc, "DRG", 2),
        (with("DRG", 2, 5, Text("1")), RepeatedOrder, "DRG", 3),
        (with("DRG", 2, 0, Text("BB11")), Conflict, "DRG", 3),
        (
            and("MDC", texts(&["MDCB", "神经", "ZYZD in DI_B00", "1"])),
            Duplicate,
            "MDC",
            4,
        ),
        (
            and(
                "ADRG",
                texts(&["", "BB1", "手术", "ZYSS in OP_BB1", "MDCB", "2"]),
            ),
            Duplicate,
            "ADRG",
            3,
        ),
    ];
    for (sheets, kind, sheet, row) in faults {
        let found = read(&sheets, "");
        assert!(
            kinds(&found.report).contains(&(kind, sheet, row)),
            "{kind:?} {sheet} {row}: {:?}",
            found.report.findings
        );
        assert_eq!(
            found.report.made,
            kind.level() != FindingLevel::Error,
            "{kind:?}"
        );
        assert_eq!(found.source.is_some(), found.report.made);
    }
    let mut sheets = small();
    sheets[2].1[0].push(Text("系数"));
    sheets[2].1[1].push(Text("0.9"));
    let found = read(&sheets, "");
    assert_eq!(kinds(&found.report), [(FurtherColumn, "DRG", 1)]);
}

#[test]
fn a_code_that_became_a_number_is_never_guessed() {
    let sheets = with("集合", 2, 1, Number(39.95));
    let found = read(&sheets, "");
    let finding = found
        .report
        .findings
        .iter()
        .find(|f| f.row == 3)
        .expect("it");
    assert_eq!(finding.subject, "39.95");
    assert!(finding.zh.contains("39.9500"), "{}", finding.zh);
    let named = "[[amendment]]\nid = \"n\"\nwhy = \"\"\nchange = \"numeric_code\"\n\
                 sheet = \"集合\"\nnumber = \"39.95\"\ncode = \"39.9500\"\n";
    let found = read(&sheets, named);
    assert!(found.report.made && found.report.amendments[0].applied);
    let found = read(&small(), named);
    assert!(!found.report.amendments[0].applied);
}

#[test]
fn untidy_cells_read_and_are_counted() {
    let mut sheets = small();
    sheets[0].1[2][2] = Text("（ZYZD　ｉｎ _x000D_\nDI_B00）");
    sheets[2].1[1][1] = Text("重_x000D_\n症");
    sheets[3].1[1][1] = Text(" G00.\n900 ");
    sheets[3].1.insert(2, vec![]);
    sheets[3].1.insert(2, texts(&[" ", "\n"]));
    let found = read(&sheets, "");
    assert!(found.report.made, "{:?}", found.report.findings);
    let files: Vec<_> = found.source.as_ref().expect("a scheme").files().collect();
    let file = |name| {
        files
            .iter()
            .find(|(known, _)| *known == name)
            .expect(name)
            .1
    };
    assert!(file("mdc.csv").contains("MDCB,1,神经,ZYZD in DI_B00"));
    assert!(file("drg.csv").contains("重症"));
    assert!(file("sets.txt").contains("G00.900"));
    let sheet = |name| {
        found
            .report
            .sheets
            .iter()
            .find(|s| s.sheet == name)
            .expect(name)
    };
    assert_eq!(
        (sheet("MDC").narrowed_cells, sheet("MDC").unbroken_cells),
        (1, 1)
    );
    assert_eq!(
        (sheet("集合").unbroken_cells, sheet("集合").blank_rows),
        (1, 2)
    );
}

#[test]
fn amendments_apply_or_say_why_not() {
    let amendment = |text: &str| format!("[[amendment]]\nid = \"a\"\nwhy = \"试\"\n{text}");
    let fits = [
        "change = \"codes\"\nset = \"EX_1\"\nadd = [\"G00.901\"]\nremove = [\"G00.900\"]",
        "change = \"rule\"\ncode = \"BB11\"\nfrom = \"QTZD in {MCC}\"\nto = \"QTZD in {MCC, CC}\"",
        "change = \"adrg_order\"\nadrg = \"BB1\"\nfrom = \"1\"\nto = \"7\"",
        "change = \"order_start\"\nmdc = \"MDCB\"\nfirst = \"1\"",
    ];
    for text in fits {
        let found = read(&small(), &amendment(text));
        assert!(found.report.amendments[0].applied, "{text}");
        assert!(found.report.made);
    }
    let fits_not = [
        "change = \"codes\"\nset = \"EX_1\"\nadd = [\"G00.900\"]",
        "change = \"codes\"\nset = \"EX_1\"\nadd = [\"G00.901\"]\nremove = [\"G00.902\"]",
        "change = \"codes\"\nset = \"EX_2\"\nadd = [\"G00.901\"]",
        "change = \"rule\"\ncode = \"BB11\"\nfrom = \"1\"\nto = \"NL=0\"",
        "change = \"rule\"\ncode = \"BB11\"\nfrom = \"(\"\nto = \"NL=0\"",
        "change = \"adrg_order\"\nadrg = \"BB1\"\nfrom = \"2\"\nto = \"7\"",
        "change = \"adrg_order\"\nadrg = \"BB9\"\nfrom = \"1\"\nto = \"7\"",
        "change = \"order_start\"\nmdc = \"MDCB\"\nfirst = \"12\"",
    ];
    let plain = read(&small(), "").report.digest;
    for text in fits_not {
        let found = read(&small(), &amendment(text));
        assert!(!found.report.amendments[0].applied, "{text}");
        assert_eq!(found.report.digest, plain, "{text}");
    }
}

#[test]
fn what_is_no_such_workbook_is_refused() {
    let refused = |bytes: &[u8], options: &ImportOptions| {
        import(bytes, options).expect_err("it must be refused")
    };
    let unreadable = |error| matches!(error, WorkbookError::Unreadable(_));
    assert!(unreadable(refused(b"", &options(""))));
    assert!(unreadable(refused(b"PK\x03\x04 no archive", &options(""))));
    let bytes = written(&small());
    for cut in [bytes.len() / 2, bytes.len() - 30] {
        assert!(unreadable(refused(&bytes[..cut], &options(""))));
    }
    for missing in 0..6 {
        let mut sheets = small();
        sheets.remove(missing);
        let error = refused(&written(&sheets), &options(""));
        assert!(matches!(error, WorkbookError::NoSheet { .. }), "{error}");
        let mut sheets = small();
        let header = usize::from(missing == 0);
        sheets[missing].1[header].pop();
        let error = refused(&written(&sheets), &options(""));
        assert!(matches!(error, WorkbookError::NoHeader { .. }), "{error}");
    }
    for id in ["", "Upper", "../up", "a b", "-x", &"x".repeat(65)] {
        let options = ImportOptions {
            id: id.to_owned(),
            ..ImportOptions::default()
        };
        assert!(matches!(refused(&bytes, &options), WorkbookError::BadId(_)));
    }
}

#[test]
fn bounds_hold_before_anything_is_kept() {
    // 40 MB of one letter pack into some 40 kB.
    let mut sheets = small();
    let long: &'static str = Box::leak("x".repeat(32_000).into_boxed_str());
    for _ in 0..10 {
        sheets[0].1.push(texts(&[long]));
    }
    let bytes = written(&sheets);
    assert!(bytes.len() < 60_000);
    let bounds = Bounds::default();
    let tight = [
        Bounds {
            packed_bytes: 1_000,
            ..bounds
        },
        Bounds {
            unpacked_bytes: 20_000,
            ..bounds
        },
        Bounds { parts: 3, ..bounds },
        Bounds { rows: 2, ..bounds },
        Bounds {
            text_bytes: 100_000,
            ..bounds
        },
    ];
    for bounds in tight {
        let options = ImportOptions {
            bounds,
            ..options("")
        };
        let error = import(&bytes, &options).expect_err("beyond its bounds");
        assert!(
            matches!(error, WorkbookError::TooLarge { .. }),
            "{bounds:?}: {error}"
        );
    }
}
