//! Grouping a case without a trace allocates nothing, whatever the case.

use chs_grouper::{Case, Scheme, Sex, Status};

#[test]
fn grouping_allocates_nothing() {
    let grouped = Case {
        sex: Some(Sex::Male),
        age_years: Some(69),
        age_days: Some(25_498),
        dx: vec!["R57.000", "G00.900"],
        px: vec!["39.9500x006", "65.7904", "83.8500x037"],
        ..Case::default()
    };
    let ambiguous = Case {
        dx: vec!["D37.901", "I15.800x003", "K63.000", "C79.300x006"],
        px: vec!["04.2x06", "36.9900x013"],
        ..grouped.clone()
    };
    let ungrouped = Case {
        dx: vec!["P28.800x903"; 500],
        px: vec!["no such code"; 500],
        ..grouped.clone()
    };
    let cases = [
        (grouped, Status::Grouped),
        (ambiguous, Status::Ambiguous),
        (ungrouped, Status::Ungrouped),
        (Case::default(), Status::Invalid),
    ];
    for id in Scheme::builtin_ids() {
        let scheme = Scheme::builtin(id).expect(id);
        for (case, status) in &cases {
            // The first use of a thread may set up thread-locals of the runtime.
            assert_eq!(scheme.group(case).status, *status, "{id}");
            let counted = allocation_counter::measure(|| {
                std::hint::black_box(scheme.group(case));
            });
            assert_eq!(counted.count_total, 0, "{id} {status}: {counted:?}");
        }
    }
}
