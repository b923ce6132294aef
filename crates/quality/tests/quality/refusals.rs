//! A bad rule file is refused whole, with file, line, column and reason.

use std::fmt::Write as _;

use chs_quality::Engine;

/// A file of two rules, the second with this condition.
fn file(condition: &str) -> String {
    format!(
        r#"category = "format"

[[rule]]
id = "AREA-001"
phase = "both"
severity = "warning"
fields = ["setlinfo.gend"]
condition = 'S.gend = 9'
message = "性别未说明"
message_en = "sex not stated"
source = "area"

[[rule]]
id = "AREA-002"
phase = "both"
severity = "error"
fields = ["diseinfo.diag_code"]
condition = '{condition}'
message = "样例"
message_en = "sample"
source = "area"
"#
    )
}

fn refusal(text: &str) -> String {
    let refused = Engine::from_toml(&[("area.toml", text)]);
    refused
        .map(|_| ())
        .expect_err("the file is bad")
        .to_string()
}

#[test]
fn a_good_file_is_taken() {
    let engine = Engine::from_toml(&[("area.toml", &file("any(dx, blank(diag_code))"))]);
    assert_eq!(engine.map(|engine| engine.rules().len()), Ok(2));
}

#[test]
fn conditions_with_a_fault() {
    let mut shown = String::new();
    for condition in [
        "S.sex = 1",
        "gend = 1",
        "any(dx, diag_cod = 1)",
        "any(dxx, blank(diag_code))",
        "any(dx, blank(diag_code)",
        "any(dx blank(diag_code))",
        "blank(S.gend) and",
        "blank(S.gend) S.brdy",
        "S.gend not blank",
        "S.gend in 1",
        "S.gend in TAB.sexes",
        "S.gend in cfg.sexes",
        "S.gend in cfg.long_los_days",
        "frob(S.gend)",
        "len(S.gend)",
        "S.gend",
        "S.gend > S.brdy",
        "days(S.gend, S.adm_time) > 1",
        "blank(S.gend, S.brdy)",
        "max() > 1",
        r#"match(S.gend, "[")"#,
        r#"in(main.diag_code, "C99-C51")"#,
        r#"startswith(main.diag_code, "")"#,
        r#"S.gend = "1"#,
        "S.gend = 1 ? 2",
        "S.gend means \"中性\"",
        "TAB.mcc[main.diag_code].grey = true",
        "S.icd[main.diag_code].grey = true",
        "count(dx) = 99999999999999999999999999999999999999",
        "repeated(dx, S.gend)",
        "sum(dx) > 1",
        "cfg.multi_op_interface = 1",
        "and",
    ] {
        let _ = writeln!(shown, "{condition}\n    {}", refusal(&file(condition)));
    }
    insta::assert_snapshot!("conditions", shown);
}

#[test]
fn files_with_a_fault() {
    let good = file("blank(S.gend)");
    let mut shown = String::new();
    for (what, text) in [
        ("no TOML", good.replace("category =", "category")),
        (
            "unknown member",
            good.replacen("source = \"area\"", "sauce = \"area\"", 1),
        ),
        ("unknown severity", good.replace("\"warning\"", "\"fatal\"")),
        ("unknown category", good.replace("\"format\"", "\"style\"")),
        ("twice the same id", good.replace("AREA-002", "AREA-001")),
        ("no id", good.replace("AREA-002", "")),
        (
            "unknown field",
            good.replace("diseinfo.diag_code", "diseinfo.code"),
        ),
        ("no field", good.replace("\"diseinfo.diag_code\"", "")),
        ("no message", good.replace("\"样例\"", "\" \"")),
        (
            "unknown place",
            good.replace(
                "[\"setlinfo.gend\"]",
                "[\"setlinfo.gend\"]\nat = \"dx.code\"",
            ),
        ),
        (
            "unknown suppressor",
            format!("{good}suppressed_by = [\"AREA-001\", \"AREA-003\"]\n"),
        ),
        (
            "too long",
            good.replace("'blank(S.gend)'", &format!("'{}'", "not ".repeat(2000))),
        ),
        (
            "too deep",
            good.replace(
                "blank(S.gend)",
                &format!("{}blank(S.gend){}", "(".repeat(100), ")".repeat(100)),
            ),
        ),
        (
            "an escape before the fault",
            good.replace(
                "'blank(S.gend)'",
                r#""S.psn_name = \"甲\" and blank(S.sex)""#,
            ),
        ),
        (
            "a condition of several lines",
            good.replace("'blank(S.gend)'", "'''\nblank(S.gend)\nor blank(S.sex)'''"),
        ),
    ] {
        let _ = writeln!(shown, "{what}\n    {}", refusal(&text));
    }
    insta::assert_snapshot!("files", shown);
}
