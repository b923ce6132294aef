//! The report as JUnit XML, which CI systems show.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{CaseReport, Outcome, RunReport};

/// A suite for each profile, a test case for each case.
///
/// # Errors
/// A text when the XML cannot be written.
pub(crate) fn to_xml(run: &RunReport) -> Result<String, String> {
    let mut report = Report::new("chs-gateway conformance");
    for profile in &run.profiles {
        let mut suite = TestSuite::new(profile.folder());
        for case in run.cases.iter().filter(|case| case.profile == *profile) {
            suite.add_test_case(test_case(case));
        }
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| error.to_string())
}

fn test_case(case: &CaseReport) -> TestCase {
    let status = match case.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::NotRun => TestCaseStatus::skipped(),
        Outcome::Failed => {
            let failures = case.failures();
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(failures.first().cloned().unwrap_or_default());
            status.set_description(failures.join("\n"));
            status
        }
    };
    let mut test = TestCase::new(format!("{} {}", case.id, case.slug), status);
    test.set_classname(format!("conformance.{}", case.profile));
    test.set_time(Duration::from_millis(case.milliseconds));
    test
}
