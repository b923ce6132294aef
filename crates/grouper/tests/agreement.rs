//! Every case of an independent public grouper gets the same MDC, ADRG and DRG.
//!
//! A sample of the cases stands in `tests/cases/`; the whole of them is read from
//! beside the workspace where it is present.

#![allow(clippy::expect_used, reason = "a test may stop at the first fault")]

use chs_grouper::{Columns, Scheme, Status};
use std::path::Path;

const SCHEMES: [&str; 2] = ["chs-drg-2.0", "xianyang-2025"];

/// Groups every row of a file, traced and untraced, and returns how many there are.
fn agree(scheme: &Scheme, file: &Path) -> usize {
    let mut reader = csv::Reader::from_path(file).expect("the file of cases");
    let header = reader.headers().expect("a header").clone();
    let mut rows = 0;
    for record in reader.records() {
        let record = record.expect("a row");
        let cell = |name: &str| {
            let place = header.iter().position(|column| column == name);
            place.and_then(|place| record.get(place)).expect(name)
        };
        let columns = Columns {
            sex: cell("sex"),
            age: cell("age"),
            age_days: cell("age_days"),
            birth_weight: cell("birth_weight"),
            dept: cell("dept"),
            los: cell("los"),
            discharge: cell("discharge"),
            dx: cell("dx"),
            px: cell("px"),
        };
        let case = columns.case().expect("a valid row");
        let outcome = scheme.group(&case);
        let found = (outcome.mdc, outcome.adrg, outcome.drg);
        let expected = (cell("mdc"), cell("adrg"), cell("drg"));
        let id = cell("id");
        assert_eq!(
            found,
            expected,
            "{} {id} {columns:?} {outcome:?}",
            scheme.id()
        );
        let status = match expected {
            ("0000", "00", "0000") => Status::Ungrouped,
            (_, "QY", _) => Status::Ambiguous,
            _ => Status::Grouped,
        };
        assert_eq!(outcome.status, status, "{id}");
        assert_eq!(outcome.reason.is_none(), status == Status::Grouped, "{id}");
        let (traced, trace) = scheme.group_traced(&case);
        assert_eq!(traced, outcome, "{id}: the traced outcome differs");
        assert_eq!(trace.result.drg, outcome.drg, "{id}");
        assert!(!trace.text.is_empty(), "{id}");
        rows += 1;
    }
    rows
}

#[test]
fn the_sample_agrees() {
    for (id, least) in SCHEMES.into_iter().zip([200, 100]) {
        let scheme = Scheme::builtin(id).expect(id);
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cases/{id}.csv"));
        assert!(agree(scheme, &file) >= least);
    }
}

#[test]
fn all_cases_agree_where_present() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/grouping");
    for id in SCHEMES {
        let file = folder.join(format!("{id}.csv"));
        if !file.is_file() {
            println!("skipped: {} is not there", file.display());
            continue;
        }
        let rows = agree(Scheme::builtin(id).expect(id), &file);
        println!("{id}: {rows} cases agree");
        assert!(rows > 1000);
    }
}
