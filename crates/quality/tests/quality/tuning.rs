//! Tuning by an area, with its days, and an area's own rules.

use chrono::NaiveDate;
use chs_quality::{Engine, Phase, Severity, Tuning};
use serde_json::json;

use crate::support::{check, clean};

fn day(text: &str) -> NaiveDate {
    chs_model::parse_date(text).expect("a day")
}

const TUNING: &str = r#"
[[change]]
from = "2026-01-01"
to = "2026-06-30"
basis = "样例文件〔2026〕1号"
off = ["QC-INT-046"]
severity = { "QC-FMT-026" = "error" }
settings = { local_hi_type = ["310"], many_other_dx = 20 }
"#;

#[test]
fn changes_hold_on_their_days_and_the_digest_says_so() {
    let tuning = Tuning::read("area.toml", TUNING).expect("a valid file");
    let engine = |on: &str| Engine::tuned("area-1", &[], &tuning, day(on)).expect("compiles");
    let (within, after) = (engine("2026-06-30"), engine("2026-07-01"));
    let mut list = clean();
    list["setlinfo"]["resp_nurs_code"] = json!("");
    list["setlinfo"]["dscg_way"] = json!("9");
    list["setlinfo"]["hi_type"] = json!("310");
    let errors = |engine: &Engine| {
        let report = check(engine, &list, Phase::Pre);
        let errors = report
            .findings
            .iter()
            .filter(|one| one.severity == Severity::Error);
        errors
            .map(|one| one.rule_id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(errors(&within), ["QC-FMT-026"]);
    assert_eq!(errors(&after), ["QC-INT-046", "QC-FMT-030"]);
    assert_ne!(within.digest(), after.digest());
    assert_eq!(
        after.digest(),
        Engine::builtin().expect("compiles").digest()
    );
    assert_eq!(within.version(), "area-1");
}

#[test]
fn an_area_adds_rules_of_its_own() {
    let own = "category = \"supervision\"\n[[rule]]\nid = \"AREA-001\"\nphase = \"both\"\nseverity = \"error\"\n\
               fields = [\"setlinfo.act_ipt_days\"]\ncondition = 'S.act_ipt_days > 5'\nmessage = \"样例\"\n\
               message_en = \"sample\"\nsource = \"area\"\n";
    let tuning = Tuning::default();
    let engine = Engine::tuned("area-2", &[("own.toml", own)], &tuning, day("2026-01-01"));
    let report = check(&engine.expect("compiles"), &clean(), Phase::Pre);
    assert!(
        report
            .findings
            .iter()
            .any(|one| &*one.rule_id == "AREA-001")
    );
    let twice = own.replace("AREA-001", "QC-INT-001");
    let refused = Engine::tuned(
        "area-2",
        &[("own.toml", &twice)],
        &tuning,
        day("2026-01-01"),
    );
    assert_eq!(
        refused.map_err(|error| (error.file, error.line)).err(),
        Some(("own.toml".into(), 3))
    );
}

#[test]
fn a_bad_tuning_file_is_refused_with_its_line() {
    let line = |text: &str| {
        Tuning::read("area.toml", text)
            .map_err(|error| error.line)
            .err()
    };
    assert_eq!(line(&TUNING.replace("2026-06-30", "2026-06-31")), Some(4));
    assert_eq!(line(&TUNING.replace("样例文件〔2026〕1号", " ")), Some(5));
    assert_eq!(
        line(&TUNING.replace("many_other_dx", "many_other")),
        Some(8)
    );
    assert_eq!(line(&TUNING.replace("off =", "of =")), Some(6));
    let unknown = Tuning::read("area.toml", &TUNING.replace("QC-INT-046", "QC-INT-999"));
    let refused = Engine::tuned("x", &[], &unknown.expect("well formed"), day("2026-03-01"));
    assert_eq!(refused.map_err(|error| error.line).err(), Some(6));
}
