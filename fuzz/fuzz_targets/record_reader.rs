//! Any bytes as a CSV of cases: every row is grouped or has its reason.

#![no_main]

use chs_grouper::{Columns, Scheme, Status};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let scheme = Scheme::builtin("chs-drg-2.0").expect("the scheme");
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(bytes);
    for record in reader.records().flatten() {
        let cell = |place| record.get(place).unwrap_or_default();
        let columns = Columns {
            sex: cell(0),
            age: cell(1),
            age_days: cell(2),
            birth_weight: cell(3),
            dept: cell(4),
            los: cell(5),
            discharge: cell(6),
            dx: cell(7),
            px: cell(8),
        };
        if let Ok(case) = columns.case() {
            let outcome = scheme.group(&case);
            assert_eq!(outcome.reason.is_none(), outcome.status == Status::Grouped);
            assert_eq!(scheme.group_traced(&case).0, outcome);
        }
    }
});
