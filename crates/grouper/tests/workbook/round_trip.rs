//! Export, import, group again: nothing changes.

use chs_grouper::workbook::{FindingKind, ImportOptions, Imported, export, import};
use chs_grouper::{Columns, Scheme};
use std::path::Path;

fn again(scheme: &Scheme) -> (Scheme, Imported) {
    let bytes = export(scheme).expect("a workbook");
    let options = ImportOptions {
        id: scheme.id().to_owned(),
        ..ImportOptions::default()
    };
    let imported = import(&bytes, &options).expect("it can be read");
    let source = imported.source.clone();
    let source = source.unwrap_or_else(|| panic!("{:?}", imported.report.findings));
    let scheme = Scheme::load(&[source]).expect("it loads");
    (scheme, imported)
}

#[test]
fn export_and_import_give_the_same_scheme() {
    for id in Scheme::builtin_ids() {
        let scheme = Scheme::builtin(id).expect(id);
        let (again, imported) = again(scheme);
        assert_eq!(again.digest(), scheme.digest(), "{id}");
        assert_eq!(imported.report.digest.as_deref(), Some(scheme.digest()));
        assert_eq!(again.counts(), scheme.counts(), "{id}");
        assert!(imported.report.made && imported.report.further_findings == 0);
        let grave = imported.report.findings.iter();
        let grave = grave.filter(|finding| {
            !matches!(
                finding.kind,
                FindingKind::NotStated | FindingKind::AmbiguousGroup | FindingKind::FurtherColumn
            )
        });
        assert_eq!(grave.count(), 0, "{id}: {:?}", imported.report.findings);
        assert_eq!(again.base(), None, "a workbook holds a scheme whole");
        let bytes = export(scheme).expect("a workbook");
        assert!(
            bytes == export(scheme).expect("a workbook"),
            "the same bytes"
        );
    }
}

#[test]
fn cases_group_alike_after_a_round_trip() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/grouping");
    let mut compared = 0;
    for id in Scheme::builtin_ids() {
        let scheme = Scheme::builtin(id).expect(id);
        let (again, _) = again(scheme);
        for folder in [&sample, &all] {
            let file = folder.join(format!("{id}.csv"));
            if file.is_file() {
                compared += compare(scheme, &again, &file);
            }
        }
    }
    println!("{compared} cases");
    assert!(compared >= 300);
}

fn compare(scheme: &Scheme, again: &Scheme, file: &Path) -> usize {
    let mut reader = csv::Reader::from_path(file).expect("the cases");
    let mut rows = 0;
    for record in reader.records() {
        let record = record.expect("a row");
        let cell = |place| record.get(place).unwrap_or_default();
        let columns = Columns {
            sex: cell(1),
            age: cell(2),
            age_days: cell(3),
            birth_weight: cell(4),
            dept: cell(5),
            los: cell(6),
            discharge: cell(7),
            dx: cell(8),
            px: cell(9),
        };
        let case = columns.case().expect("a valid row");
        assert_eq!(again.group(&case), scheme.group(&case), "{columns:?}");
        rows += 1;
    }
    rows
}
