//! What conditions mean where values, inputs or whole nodes are missing, and what
//! findings look like.

use chs_model::Layout;
use chs_quality::{CheckInput, Config, Engine, NoTables, Phase, Report, Severity, markdown};
use serde_json::{Value, json};

use crate::support::{SchemeLike, check, clean, parsed};

/// Whether one condition is true of a list.
fn holds(condition: &str, list: &Value) -> bool {
    let file = format!(
        "category = \"format\"\n[[rule]]\nid = \"T\"\nphase = \"both\"\nseverity = \"info\"\n\
         fields = [\"setlinfo.gend\"]\ncondition = '''{condition}'''\nmessage = \"样例\"\n\
         message_en = \"sample\"\nsource = \"test\"\n"
    );
    let engine = Engine::from_toml(&[("t.toml", &file)]);
    let engine = engine.unwrap_or_else(|error| panic!("{condition}: {error}"));
    !check(&engine, list, Phase::Pre).findings.is_empty()
}

fn ids(report: &Report) -> Vec<&str> {
    report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| &*finding.rule_id)
        .collect()
}

#[test]
fn every_form_of_the_language() {
    let list = clean();
    for condition in [
        "S.gend = 1 and S.gend != 2 and 1 = S.gend",
        "not S.gend = 2",
        "not not S.gend = 1",
        "blank(S.emp_tel) xor blank(S.gend)",
        "S.age present and not blank(S.age)",
        "0 <= S.age <= 45 and S.age in 40..50 and S.age in {44, 45}",
        "S.age + 1 = 46 and S.age - 1 = 44 and S.age * 2 = 90 and S.age / 2 = 22.5 and S.age mod 10 = 5",
        "S.naty means \"汉族\"",
        "S.patn_cert_type = 1 and S.patn_cert_type = 01 and S.patn_cert_type in {1, 2}",
        "any(iteminfo, med_chrgitm = 6) and any(iteminfo, med_chrgitm in {06, 09})",
        "count(dx) = 3 and count(main) = 1 and count(oth) = 2 and count(tcm) = 0",
        "count(op) = 1 and count(opm) = 1 and count(op_rows) = 1 and count(diseinfo) = 3",
        "count(dx where in(diag_code, \"E10-E14\")) = 1",
        "all(dx, adm_cond_type = 1) and not any(dx, adm_cond_type = 4)",
        "sum(iteminfo.amt) = 8000 and sum(iteminfo.amt where med_chrgitm = 09) = 5000",
        "min(3, 1, 2) = 1 and max(3, 1, 2) = 3 and abs(1 - 3) = 2",
        "count_present(S.bld_cat, S.gend) = 1",
        "len(S.psn_name) = 3 and digits(S.coner_tel) = 11 and decimals(S.psn_selfpay) = 2",
        "days(S.adm_time, S.dscg_time) = 6 and minutes(S.adm_time, S.dscg_time) = 8745",
        "hours(S.adm_time, S.dscg_time) = 145.75 and years(S.brdy, S.adm_time) = 45",
        "ageyears = 45 and agedays > 10000",
        "S.adm_time < S.dscg_time and d(S.adm_time) = d(\"2026-03-10\")",
        "S.adm_time = S.setl_begn_date",
        "S.gend = id_sex(S.certno) and S.brdy = id_birth(S.certno)",
        "id_card_checksum(S.certno) and date(S.brdy) and datetime(S.adm_time)",
        "num(S.psn_selfpay) and int(S.age) and not int(S.psn_name)",
        "match(S.insuplc, \"\\d{6}\") and not match(S.insuplc, \"\\d{5}\")",
        "match(main.diag_code, TAB.icd10_yb_regex)",
        "main.diag_code in TAB.icd10_yb and opm.oprn_oprt_code in TAB.icd9_yb",
        "TAB.icd10_yb[main.diag_code].name = main.diag_name",
        "TAB.icd9_yb[opm.code].grey = false",
        "main.diag_code in TAB.mdc_principal and not in(main.diag_code, TAB.female_only_dx)",
        "S.naty in TAB.nationality56 and S.trt_type in cfg.trt_type_set",
        "startswith(main.code, \"K\", \"L\") and endswith(main.code, \"300\") and contains(main.code, \".\")",
        "contains_any(S.psn_name, \"甲\", \"乙\")",
        "first_letter(main.diag_code) in {K, L} and root(main.diag_code) = \"K35\"",
        "all_same_digit(S.act_ipt_days) and not is_morphology(main.diag_code)",
        "cfg.multi_op_interface and cfg.transfer_sep = \"→\" and cfg.long_los_days = 60",
        "not repeated(dx, diag_code) and repeated(dx, adm_cond_type)",
        "any(op, first_present(oprn_oprt_date, oprn_oprt_begntime) > S.adm_time)",
    ] {
        assert!(holds(condition, &list), "{condition}");
        assert!(
            !holds(&format!("not ({condition})"), &list),
            "not ({condition})"
        );
    }
}

#[test]
fn the_two_parts_of_a_combined_code() {
    let mut list = clean();
    list["diseinfo"][0]["diag_code"] = json!("A01.001+K77.0*");
    assert!(holds(
        "part_before_plus(main.diag_code) = \"A01.001\"",
        &list
    ));
    assert!(holds("part_after_plus(main.diag_code) = \"K77.0\"", &list));
    assert!(holds(
        "in(main.diag_code, \"A01\") and in(main.diag_code, \"K77\")",
        &list
    ));
}

#[test]
fn a_missing_value_makes_a_comparison_neither_true_nor_false() {
    let mut list = clean();
    for blank in [Value::Null, json!(""), json!("  ")] {
        list["setlinfo"]["gend"] = blank;
        for condition in [
            "S.gend = 1",
            "S.gend != 1",
            "S.gend in {1,2}",
            "S.gend not in {1,2}",
            "S.gend in TAB.country",
            "not match(S.gend, \"1\")",
            "S.gend = 1 xor S.age = 45",
            "len(S.gend) < 5",
            "S.gend != id_sex(S.certno)",
        ] {
            assert!(!holds(condition, &list), "{condition}");
            assert!(
                !holds(&format!("not ({condition})"), &list),
                "not ({condition})"
            );
        }
        assert!(holds("blank(S.gend) and not S.gend present", &list));
        assert!(
            holds("S.gend = 1 or S.age = 45", &list),
            "true whatever the sex"
        );
        assert!(
            holds("not (S.gend = 1 and S.age = 44)", &list),
            "false whatever the sex"
        );
    }
}

#[test]
fn a_field_of_a_row_that_is_not_there_is_unknown() {
    let mut list = clean();
    list["diseinfo"] = json!([]);
    for condition in [
        "blank(main.diag_code)",
        "not blank(main.diag_code)",
        "in(main.diag_code, \"K35\")",
    ] {
        assert!(!holds(condition, &list), "{condition}");
    }
    assert!(holds(
        "all(dx, adm_cond_type = 4) and not any(dx, adm_cond_type = 4)",
        &list
    ));
}

#[test]
fn days_and_times_compare_as_precisely_as_both_are() {
    let mut list = clean();
    list["setlinfo"]["dscg_time"] = json!("2026-03-10");
    assert!(
        !holds("S.adm_time > S.dscg_time", &list),
        "the same day is not earlier"
    );
    assert!(
        !holds("hours(S.adm_time, S.dscg_time) < 1", &list),
        "hours need a time of day"
    );
    list["setlinfo"]["dscg_time"] = json!("2026-03-10 08:29");
    assert!(holds("S.adm_time > S.dscg_time", &list));
}

#[test]
fn a_missing_table_is_not_a_pass() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    let report = engine.check(&CheckInput::new(&parsed(&clean()), Phase::Pre, &NoTables));
    let missing = |rule: &str| {
        let found = report
            .not_evaluated
            .iter()
            .find(|one| &*one.rule_id == rule);
        found.map(|one| &*one.needs)
    };
    assert_eq!(missing("QC-GRP-001"), Some("table mdc_principal"));
    // a man's list cannot break the male half; the female half stays open
    assert_eq!(missing("QC-GRP-002"), Some("table mdcn_principal"));
    assert_eq!(report.findings, []);
}

#[test]
fn a_count_over_a_missing_table_is_not_a_pass() {
    let file = "category = \"format\"\n[[rule]]\nid = \"T\"\nphase = \"both\"\nseverity = \"info\"\n\
                fields = [\"diseinfo\"]\ncondition = 'count(oth where diag_code in TAB.tcm_dise) > 0'\n\
                message = \"样例\"\nmessage_en = \"sample\"\nsource = \"test\"\n";
    let engine = Engine::from_toml(&[("t.toml", file)]).expect("a valid file");
    let report = check(&engine, &clean(), Phase::Pre);
    assert_eq!(report.not_evaluated[0].needs, "table tcm_dise");
}

#[test]
fn a_thin_list_lacks_inputs_and_has_no_blanks() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    let mut list = clean();
    let info = list["setlinfo"].as_object_mut().expect("an object");
    for field in [
        "gend",
        "brdy",
        "age",
        "certno",
        "patn_cert_type",
        "act_ipt_days",
    ] {
        info.shift_remove(field);
    }
    let list = parsed(&list);
    let tables = SchemeLike::default();
    let full = CheckInput::new(&list, Phase::Post, &tables);
    assert!(ids(&engine.check(&full)).contains(&"QC-INT-006"));
    let thin = engine.check(&full.in_layout(Layout::Provincial));
    assert_eq!(ids(&thin), Vec::<&str>::new());
    let needs = thin
        .not_evaluated
        .iter()
        .find(|one| &*one.rule_id == "QC-INT-006");
    assert_eq!(
        needs.map(|one| &*one.needs),
        Some("settlement record: setlinfo.gend")
    );
    let undecided = |rule: &str| thin.not_evaluated.iter().any(|one| &*one.rule_id == rule);
    assert!(undecided("QC-FMT-001"));
    assert!(
        !undecided("QC-CLI-001"),
        "no diagnosis of one sex, whatever the sex"
    );
}

#[test]
fn one_finding_for_each_offending_row_and_suppression_by_row() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    let mut list = clean();
    list["setlinfo"]["gend"] = json!("2");
    list["diseinfo"][1]["diag_code"] = json!("N40.x00");
    list["diseinfo"][2]["diag_code"] = json!("C61.x00");
    let report = check(&engine, &list, Phase::Pre);
    assert_eq!(ids(&report), ["QC-CLI-002", "QC-CLI-002"]);
    let last = report.findings.last().map(|finding| &*finding.pointer);
    assert_eq!(last, Some("/diseinfo/2/diag_code"));
    assert!(report.has_errors());
    // the principal diagnosis in MDC M is another row: not suppressed by the rows above
    list["setlinfo"]["gend"] = json!("9");
    list["diseinfo"][0]["diag_code"] = json!("C61.x00");
    let report = check(&engine, &list, Phase::Pre);
    assert_eq!(ids(&report), ["QC-LOG-003", "QC-GRP-002"]);
}

#[test]
fn flags_and_types_with_blanks_around_them_place_a_row_as_the_model_does() {
    let mut list = clean();
    list["diseinfo"][0]["maindiag_flag"] = json!(" 1");
    list["diseinfo"][0]["diag_type"] = json!("1 ");
    list["diseinfo"][1]["diag_type"] = json!(" 2 ");
    list["oprninfo"][0]["oprn_oprt_type"] = json!(" 1 ");
    for condition in [
        "count(dx) = 2 and count(main) = 1 and count(oth) = 1 and count(tcm) = 1",
        "count(op) = 1 and count(opm) = 1",
        "main.diag_code in TAB.icd10_yb and opm.oprn_oprt_code in TAB.icd9_yb",
    ] {
        assert!(holds(condition, &list), "{condition}");
    }
    let model = parsed(&list);
    let principal = model.principal_diagnosis().map(chs_model::Row::index);
    assert_eq!(principal, Some(0));
}

#[test]
fn repetitions_among_many_rows() {
    let mut list = clean();
    let rows = list["diseinfo"].as_array_mut().expect("an array");
    for number in 0..200 {
        let code = format!("S{:02}.{}00", number / 10, number % 10);
        rows.push(json!({"diag_type": "1", "maindiag_flag": "0", "diag_code": code}));
    }
    assert!(!holds("repeated(oth, diag_code)", &list));
    let again = list["diseinfo"][100].clone();
    list["diseinfo"]
        .as_array_mut()
        .expect("an array")
        .push(again);
    assert!(holds("repeated(oth, diag_code)", &list));
}

#[test]
fn a_finding_as_json() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    let mut list = clean();
    list["setlinfo"]["certno"] = json!("610402198102031015");
    list["setlinfo"]["gend"] = json!("");
    let report = check(&engine, &list, Phase::Pre);
    let shown = serde_json::to_string_pretty(&report.findings).expect("findings are JSON");
    insta::assert_snapshot!("report", shown);
}

#[test]
fn post_rules_do_not_run_before_and_settings_bind() {
    let file = "category = \"supervision\"\n[[rule]]\nid = \"T\"\nphase = \"post\"\nseverity = \"error\"\n\
                fields = [\"setlinfo.act_ipt_days\"]\ncondition = 'S.act_ipt_days >= cfg.long_los_days'\n\
                message = \"样例\"\nmessage_en = \"sample\"\nsource = \"test\"\n";
    let defaults = Config::builtin().expect("the shipped settings");
    let strict = defaults
        .clone()
        .with("long_los_days = 6")
        .expect("a known setting");
    let compiled =
        |config| Engine::compile("v1", &[("t.toml", file)], config).expect("a valid file");
    let (usual, strict) = (compiled(&defaults), compiled(&strict));
    assert_eq!(
        ids(&check(&usual, &clean(), Phase::Post)),
        Vec::<&str>::new()
    );
    assert_eq!(ids(&check(&strict, &clean(), Phase::Post)), ["T"]);
    assert_eq!(
        ids(&check(&strict, &clean(), Phase::Pre)),
        Vec::<&str>::new()
    );
    assert_eq!(usual.version(), "v1");
    assert_ne!(
        usual.digest(),
        strict.digest(),
        "settings are part of the digest"
    );
}

#[test]
fn the_digest_goes_by_meaning() {
    let file = "category = \"format\"\n[[rule]]\nid = \"T\"\nphase = \"both\"\nseverity = \"info\"\n\
                fields = [\"setlinfo.gend\"]\ncondition = 'S.gend = 9'\nmessage = \"样例\"\n\
                message_en = \"sample\"\nsource = \"test\"\n";
    let digest = |text: &str| {
        let engine = Engine::from_toml(&[("t.toml", text)]).expect("a valid file");
        engine.digest().to_owned()
    };
    assert_eq!(
        digest(file),
        digest(&format!(
            "# a comment\n{file}\nquiet = [{{ set = {{ \"/setlinfo/gend\" = \"1\" }} }}]"
        ))
    );
    assert_ne!(digest(file), digest(&file.replace("= 9", "= 0")));
    assert_ne!(digest(file), digest(&file.replace("\"info\"", "\"error\"")));
    assert_eq!(digest(file).len(), 64);
}

#[test]
fn the_catalogue_is_whole() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    let table = markdown(&engine);
    assert_eq!(table.lines().count(), engine.rules().len() + 2);
    for rule in engine.rules() {
        assert!(table.contains(rule.id()));
        assert!(
            rule.id().starts_with("QC-") && rule.id().len() == 10,
            "{}",
            rule.id()
        );
        assert!(!rule.message().is_ascii(), "{}", rule.id());
        assert!(
            rule.message_en().is_ascii()
                || rule.message_en().contains('–')
                || rule.message_en().contains('…'),
            "{}",
            rule.id()
        );
    }
    let errors = engine
        .rules()
        .iter()
        .filter(|rule| rule.severity() == Severity::Error)
        .count();
    assert_eq!((engine.rules().len(), errors), (408, 236));
}
