//! Grouping a case without a trace allocates nothing, whatever the case.

use chs_grouper::{Case, Scheme, Sex};

#[test]
fn grouping_allocates_nothing() {
    let scheme = Scheme::builtin("chs-drg-2.0").expect("the scheme");
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
    let invalid = Case::default();
    for (case, drg) in [
        (grouped, "FP15"),
        (ambiguous, "GQY"),
        (ungrouped, "0000"),
        (invalid, ""),
    ] {
        // The first use of a thread may set up thread-locals of the runtime.
        assert_eq!(scheme.group(&case).drg, drg);
        let counted = allocation_counter::measure(|| {
            std::hint::black_box(scheme.group(&case));
        });
        assert_eq!(counted.count_total, 0, "{drg}: {counted:?}");
    }
}
