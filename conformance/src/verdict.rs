//! From arguments to a verdict: selects cases, runs them, writes the reports.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
    process::ExitCode,
    time::Duration,
};

use clap::ValueEnum;
use regex::Regex;

use crate::{
    caller::Caller,
    case::{self, Case, Profile},
    cli::{CoverageArgs, RunArgs, Selection},
    counts, coverage, refusals,
    report::{CaseReport, Masker, Outcome, RunReport, Summary, html, junit, table},
    run::{self, Session},
    self_check,
    transport::{SendError, Transport},
};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Every case passed.
    Pass,
    /// A case failed, or the suite's own cryptography did.
    Fail,
    /// The command cannot be carried out as given.
    Usage,
    /// The target is not there.
    Unreachable,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> ExitCode {
        ExitCode::from(match verdict {
            Verdict::Pass => 0,
            Verdict::Fail => 1,
            Verdict::Usage => 2,
            Verdict::Unreachable => 3,
        })
    }
}

/// Prints the selected cases.
///
/// # Errors
/// A text for the user: a bad filter, or nothing selected.
pub(crate) fn list(selection: &Selection) -> Result<Verdict, String> {
    for case in select(selection)? {
        println!(
            "{:<11} {:<18}  {:<32} {} / {}",
            case.profile.folder(),
            case.id,
            case.slug,
            case.title,
            case.title_en
        );
    }
    Ok(Verdict::Pass)
}

/// Prints how requirements and cases come together, and writes the table if asked.
///
/// # Errors
/// A text for the user: data that cannot be read, a file that cannot be written.
pub(crate) fn show_coverage(args: &CoverageArgs) -> Result<Verdict, String> {
    let cases = case::load_all().map_err(|error| error.to_string())?;
    let coverage = coverage::coverage(&cases)?;
    let (covered, excluded, open) = (
        coverage.count("covered"),
        coverage.count("excluded"),
        coverage.count("open"),
    );
    println!(
        "要求 {}：有用例 {covered}，排除 {excluded}，未覆盖 {open}；用例 {} / {} requirements: {covered} covered, {excluded} excluded, {open} open; {} cases",
        coverage.rows.len(),
        cases.len(),
        coverage.rows.len(),
        cases.len(),
    );
    for problem in &coverage.problems {
        eprintln!("{problem}");
    }
    if let Some(repository) = &args.write {
        write(
            &repository.join("conformance/coverage.csv"),
            &coverage.to_csv()?,
        )?;
        let path = repository.join("docs/CONFORMANCE.md");
        let page = fs::read_to_string(&path)
            .map_err(|error| format!("无法读取 / cannot read {}: {error}", path.display()))?;
        write(&path, &counts::into_page(&page, &cases, &coverage)?)?;
    }
    Ok(if coverage.problems.is_empty() {
        Verdict::Pass
    } else {
        Verdict::Fail
    })
}

/// Runs the selected cases and writes the reports.
///
/// # Errors
/// A text for the user: arguments or files that cannot be used.
pub(crate) fn run_suite(args: &RunArgs) -> Result<Verdict, String> {
    let cases = select(&args.selection)?;
    let session = session(args, &cases)?;
    let started = run::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let self_check = self_check::run();
    if let Some(broken) = self_check.iter().find(|finding| !finding.ok) {
        eprintln!(
            "套件自检未通过 / the suite's own cryptography is broken: {}: {}",
            broken.what, broken.detail
        );
        return Ok(Verdict::Fail);
    }
    println!("自检通过 / self-check passed: {} vectors", self_check.len());
    if let Err(SendError::Unreachable(reason)) =
        session.transport.send("GET", "/healthz", &[], None)
    {
        eprintln!("无法连接目标 / the target cannot be reached: {reason}");
        return Ok(Verdict::Unreachable);
    }
    let (reports, lost) = run_cases(&session, &cases);
    let report = RunReport {
        suite: concat!("conformance ", env!("CARGO_PKG_VERSION")).to_owned(),
        base_url: args.base_url.clone(),
        run: session.run.clone(),
        started,
        profiles: profiles(&args.selection),
        filter: args.selection.filter.clone(),
        self_check,
        summary: Summary::of(&reports),
        cases: reports,
    };
    write_reports(args, &report)?;
    let Summary {
        passed,
        failed,
        not_run,
    } = report.summary;
    println!(
        "通过 {passed}，未通过 {failed}，未运行 {not_run} / {passed} passed, {failed} failed, {not_run} not run"
    );
    Ok(match (lost, failed) {
        (true, _) => Verdict::Unreachable,
        (false, 0) => Verdict::Pass,
        (false, _) => Verdict::Fail,
    })
}

fn profiles(selection: &Selection) -> Vec<Profile> {
    if selection.profile.is_empty() {
        Profile::value_variants().to_vec()
    } else {
        selection.profile.clone()
    }
}

/// The cases of a selection; an empty one is an error, because nothing run is nothing proven.
fn select(selection: &Selection) -> Result<Vec<Case>, String> {
    let filter = selection
        .filter
        .as_deref()
        .map(Regex::new)
        .transpose()
        .map_err(|error| format!("--filter: {error}"))?;
    let profiles = profiles(selection);
    let mut cases = case::load_all().map_err(|error| error.to_string())?;
    cases.retain(|case| {
        profiles.contains(&case.profile)
            && filter
                .as_ref()
                .is_none_or(|filter| filter.is_match(&case.label()))
    });
    if cases.is_empty() {
        return Err("没有选中任何用例 / no case is selected".to_owned());
    }
    Ok(cases)
}

fn session(args: &RunArgs, cases: &[Case]) -> Result<Session, String> {
    let transport = Transport::new(
        &args.base_url,
        Duration::from_secs(args.timeout),
        args.ca.as_deref(),
    )?;
    let mut callers = HashMap::new();
    for name in callers_of(cases) {
        let caller = Caller::load(&args.callers, &name).map_err(|error| error.to_string())?;
        callers.insert(name, caller);
    }
    let secrets = callers
        .values()
        .flat_map(|caller| caller.secrets().to_vec())
        .collect();
    let table = args.refusals.as_deref().map(fs::read_to_string).transpose();
    let table = table.map_err(|error| format!("--refusals: {error}"))?;
    let refusals =
        refusals::load(table.as_deref()).map_err(|error| format!("--refusals: {error}"))?;
    Ok(Session {
        transport,
        callers,
        refusals,
        run: run::run_token()?,
        masker: Masker::new(secrets),
    })
}

/// Names of the callers whose files the cases need.
fn callers_of(cases: &[Case]) -> BTreeSet<String> {
    cases
        .iter()
        .flat_map(|case| &case.steps)
        .flat_map(|step| {
            let sealed = step.sealed.as_ref();
            let transaction = step.transaction.as_ref().map(|call| call.caller.clone());
            sealed
                .map(|call| call.caller.clone())
                .into_iter()
                .chain(sealed.and_then(|call| call.sign_as.clone()))
                .chain(transaction)
        })
        .collect()
}

/// Runs the cases in order; after a refused connection the rest is not run.
fn run_cases(session: &Session, cases: &[Case]) -> (Vec<CaseReport>, bool) {
    let mut reports = Vec::with_capacity(cases.len());
    let mut lost = false;
    for case in cases {
        if lost {
            reports.push(CaseReport {
                outcome: Outcome::NotRun,
                ..CaseReport::new(case)
            });
            continue;
        }
        let report = session.run_case(case);
        lost = report.unreachable;
        let word = if report.outcome == Outcome::Passed {
            "通过 PASS"
        } else {
            "未通过 FAIL"
        };
        println!(
            "{word}  {}  {}  {} / {} ({} ms)",
            case.id, case.slug, case.title, case.title_en, report.milliseconds
        );
        for failure in report.failures() {
            println!("      {failure}");
        }
        reports.push(report);
    }
    (reports, lost)
}

fn write_reports(args: &RunArgs, report: &RunReport) -> Result<(), String> {
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(report).map_err(|error| error.to_string())?;
        write(path, &text)?;
    }
    if let Some(path) = &args.junit {
        write(path, &junit::to_xml(report)?)?;
    }
    if let Some(path) = &args.html {
        write(path, &html::to_page(report, &coverage::requirements()?)?)?;
    }
    if let Some(path) = &args.csv {
        write(path, &table::to_csv(report)?)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text)
        .map_err(|error| format!("无法写入 / cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
