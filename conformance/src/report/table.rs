//! The report as CSV: a line a case, to be filed or sorted in a spreadsheet.

use serde::Serialize;

use super::{Outcome, RunReport};

#[derive(Serialize)]
struct Line<'a> {
    profile: &'a str,
    id: &'a str,
    slug: &'a str,
    outcome: Outcome,
    milliseconds: u64,
    clauses: String,
    title: &'a str,
    title_en: &'a str,
    failures: String,
}

/// A header and a line for each case, in the order they ran.
///
/// # Errors
/// A text when a line cannot be written.
pub(crate) fn to_csv(run: &RunReport) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for case in &run.cases {
        writer
            .serialize(Line {
                profile: case.profile.folder(),
                id: &case.id,
                slug: &case.slug,
                outcome: case.outcome,
                milliseconds: case.milliseconds,
                clauses: case.clauses.join(" "),
                title: &case.title,
                title_en: &case.title_en,
                failures: case.failures().join("\n"),
            })
            .map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
