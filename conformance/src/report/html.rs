//! The report as one HTML page that needs nothing else: no script, no network.

use std::collections::BTreeMap;

use minijinja::{
    AutoEscape, Environment, context,
    value::{Serde, Value},
};
use serde::Serialize;

use super::RunReport;
use crate::coverage::Requirement;

const PAGE: &str = include_str!("report.html");

/// What a page says of a requirement.
#[derive(Serialize)]
struct Clause<'a> {
    source: &'a str,
    zh: &'a str,
    en: &'a str,
}

/// The page; everything that came over the wire is escaped.
///
/// # Errors
/// A text when the page cannot be written.
pub(crate) fn to_page(run: &RunReport, requirements: &[Requirement]) -> Result<String, String> {
    let clauses: BTreeMap<&str, Clause<'_>> = requirements
        .iter()
        .map(|row| {
            let clause = Clause {
                source: &row.source,
                zh: &row.zh,
                en: &row.en,
            };
            (row.id.as_str(), clause)
        })
        .collect();
    let failures: BTreeMap<&str, Vec<String>> = run
        .cases
        .iter()
        .map(|case| (case.id.as_str(), case.failures()))
        .collect();
    let mut pages = Environment::new();
    pages.set_auto_escape_callback(|_| AutoEscape::Html);
    let values = context! {
        run => Value::from(Serde(run)),
        clauses => Value::from(Serde(&clauses)),
        failures => Value::from(Serde(&failures)),
    };
    pages
        .render_str(PAGE, values)
        .map_err(|error| format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use crate::{coverage::requirements, report::tests::sample};

    #[test]
    fn the_page_names_cases_and_requirements_and_escapes_what_came_back() {
        let mut run = sample();
        run.cases[0].clauses = vec!["SEAL-VERIFY".to_owned()];
        let page = super::to_page(&run, &requirements().unwrap()).unwrap();
        for wanted in [
            "SEC-900",
            "SEC-901",
            "SEC-902",
            "替身",
            "&lt;html&gt;",
            "验签不通过",
        ] {
            assert!(page.contains(wanted), "{wanted}");
        }
        assert!(!page.contains("s3cret") && !page.contains("<html>&"));
        assert_eq!(page.matches("<html").count(), 1);
    }
}
