//! How much the suite holds, as `docs/CONFORMANCE.md` tells it.

use std::fmt::Write;

use clap::ValueEnum;
use serde::Deserialize;

use crate::{
    case::{Case, Profile},
    coverage::Coverage,
    self_check,
};

const MUTANTS: &str = include_str!("../mutants.toml");
/// Marks of the page, between which the counts stand.
const BEGIN: &str = "<!-- conformance coverage --write . -->\n";
const END: &str = "<!-- -->\n";

#[derive(Deserialize)]
struct Mutants {
    mutant: Vec<toml::Table>,
}

/// A page with the counts of today between its marks.
///
/// # Errors
/// A text when the page lacks its marks, or the mutants cannot be read.
pub(crate) fn into_page(page: &str, cases: &[Case], coverage: &Coverage) -> Result<String, String> {
    let marks = page.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = marks.ok_or("页面缺少标记 / the page lacks its marks")?;
    let table = table(cases, coverage)?;
    Ok([before, BEGIN, &table, END, after].concat())
}

fn table(cases: &[Case], coverage: &Coverage) -> Result<String, String> {
    let mutants: Mutants =
        toml::from_str(MUTANTS).map_err(|error| format!("mutants.toml: {error}"))?;
    let mut profiles = String::new();
    for profile in Profile::value_variants() {
        let count = cases.iter().filter(|case| case.profile == *profile);
        let comma = if profiles.is_empty() { "" } else { "，" };
        // Writing into a String cannot fail.
        let _ = write!(profiles, "{comma}{profile} {}", count.count());
    }
    Ok(format!(
        "| 数量 | count |\n|---|---|\n\
         | 用例 cases | {}（{profiles}） |\n\
         | 要求 requirements | {}（有用例 covered {}，注明理由的排除 excluded with a reason {}，SHOULD 未覆盖 open {}） |\n\
         | 自检测试数据 vectors of the self-check | {} |\n\
         | 变异体 mutants | {} |\n",
        cases.len(),
        coverage.rows.len(),
        coverage.count("covered"),
        coverage.count("excluded"),
        coverage.count("open"),
        self_check::run().len(),
        mutants.mutant.len(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{case::load_all, coverage::coverage};

    #[test]
    fn the_page_tells_the_counts_of_today() {
        let (page, cases) = (
            include_str!("../../docs/CONFORMANCE.md"),
            load_all().unwrap(),
        );
        let now = into_page(page, &cases, &coverage(&cases).unwrap()).unwrap();
        assert!(page == now, "write it anew: conformance coverage --write .");
    }

    #[test]
    fn a_page_without_marks_is_refused_and_what_stands_around_them_stays() {
        let (none, nothing) = (Coverage::default(), "a\nb\n");
        assert!(into_page(nothing, &[], &none).is_err());
        let page = format!("a\n{BEGIN}old\n{END}b\n");
        let page = into_page(&page, &[], &none).unwrap();
        assert!(page.starts_with("a\n") && page.ends_with("b\n") && !page.contains("old"));
    }
}
