//! Exit codes, from arguments to verdict.

use std::path::PathBuf;

use super::*;
use crate::{caller::tests::file_text, run::tests::StandIn};

fn args(base_url: &str, callers: PathBuf, filter: &str) -> RunArgs {
    RunArgs {
        base_url: base_url.to_owned(),
        callers,
        selection: Selection {
            profile: Vec::new(),
            filter: Some(filter.to_owned()),
        },
        json: None,
        junit: None,
        html: None,
        csv: None,
        refusals: None,
        ca: None,
        timeout: 5,
    }
}

/// A folder with the caller files that every case may ask for.
fn callers(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("conformance-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for caller in ["hospital-a", "hospital-b", "county", "city", "province"] {
        fs::write(folder.join(format!("{caller}.toml")), file_text()).unwrap();
    }
    folder
}

#[test]
fn pass_fail_and_reports() {
    let target = StandIn::start(false);
    let folder = callers("verdict");
    assert_eq!(
        run_suite(&args(&target.url, folder.clone(), "HOS-030")),
        Ok(Verdict::Pass)
    );
    let mut failing = args(&target.url, folder.clone(), "HOS-03[01]");
    failing.json = Some(folder.join("report.json"));
    failing.junit = Some(folder.join("report.xml"));
    failing.html = Some(folder.join("report.html"));
    failing.csv = Some(folder.join("report.csv"));
    assert_eq!(run_suite(&failing), Ok(Verdict::Fail));
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("report.json")).unwrap()).unwrap();
    assert_eq!(
        json["summary"],
        serde_json::json!({"passed": 1, "failed": 1, "not_run": 0})
    );
    assert!(
        fs::read_to_string(folder.join("report.xml"))
            .unwrap()
            .contains("failures=\"1\"")
    );
    let page = fs::read_to_string(folder.join("report.html")).unwrap();
    assert!(page.contains("HOS-031") && page.contains("readyz"));
    let table = fs::read_to_string(folder.join("report.csv")).unwrap();
    assert_eq!(table.lines().next().unwrap().split(',').count(), 9);
    assert!(
        table.contains("hospital,HOS-030,healthz,passed,"),
        "{table}"
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn usage_errors_name_what_is_wrong() {
    let folder = callers("usage");
    for (base, dir, filter, wanted) in [
        ("ftp://x", folder.clone(), "HOS-030", "base-url"),
        (
            "http://127.0.0.1:1",
            folder.join("none"),
            "HOS-001",
            "hospital-a",
        ),
        ("http://127.0.0.1:1", folder.clone(), "NOTHING", "no case"),
        ("http://127.0.0.1:1", folder.clone(), "(", "filter"),
    ] {
        let error = run_suite(&args(base, dir, filter)).unwrap_err();
        assert!(error.contains(wanted), "{error}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_target_that_is_not_there_is_unreachable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let folder = callers("unreachable");
    let verdict = run_suite(&args(
        &format!("http://127.0.0.1:{port}"),
        folder.clone(),
        "HOS-030",
    ));
    assert_eq!(verdict, Ok(Verdict::Unreachable));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn every_case_names_a_caller_that_serve_writes() {
    let written = [
        "hospital-a",
        "hospital-b",
        "county",
        "city",
        "province",
        "nation",
        "core",
    ];
    for name in callers_of(&case::load_all().unwrap()) {
        assert!(written.contains(&name.as_str()), "{name}");
    }
}
