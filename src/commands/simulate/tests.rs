#![allow(clippy::unwrap_used)]

use std::fmt::Write;

use chs_grouper::Scheme;
use clap::Parser;
use serde_json::Value;

use super::*;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

/// Runs with these arguments in a folder; the exit code as it is shown.
fn simulate(folder: &Path, arguments: &str) -> Result<String, String> {
    let words = arguments.split_whitespace().map(|word| {
        let path = word.strip_prefix('@').map(|name| folder.join(name));
        path.map_or_else(
            || word.to_owned(),
            |path| path.to_string_lossy().into_owned(),
        )
    });
    let cli = Cli::try_parse_from(std::iter::once("simulate".to_owned()).chain(words));
    let args = cli.map_err(|error| error.to_string())?.args;
    run(args)
        .map(|code| format!("{code:?}"))
        .map_err(|error| error.to_string())
}

/// Groups with a weight, and made-up cases of four hospitals: what was paid is the cost,
/// and not known of every thirteenth.
fn cases(folder: &Path, count: u32) -> Vec<String> {
    let scheme = Scheme::builtin("xianyang-2025").unwrap();
    let weighted = scheme.drgs().iter().filter(|drg| drg.weight().is_some());
    let groups: Vec<String> = weighted.take(12).map(|drg| drg.code().to_owned()).collect();
    let mut text =
        String::from("fixmedins_code,drg_code,medfee_sumamt,hosp_lv,insutype,setl_date,paid\n");
    let mut seed = 7_u32;
    for number in 0..count {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let group = &groups[usize::try_from(seed >> 8).unwrap() % groups.len()];
        let cost = 2_000 + (seed >> 4) % 20_000;
        let insutype = if seed.is_multiple_of(3) { "390" } else { "310" };
        let paid = if number % 13 == 0 {
            String::new()
        } else {
            format!("{cost}.5")
        };
        let (hospital, level) =
            [("H1", 2), ("H2", 2), ("H3", 5), ("H4", 8)][usize::try_from(number % 4).unwrap()];
        writeln!(
            text,
            "{hospital},{group},{cost}.25,{level},{insutype},2025-06-30,{paid}"
        )
        .unwrap();
    }
    fs::write(folder.join("cases.csv"), text).unwrap();
    groups
}

fn weights(folder: &Path, groups: &[String]) {
    let mut text = String::from("drg_code,weight\n");
    for (number, group) in groups.iter().enumerate().skip(1) {
        writeln!(text, "{group},{}.{number}", 1 + number % 2).unwrap();
    }
    fs::write(folder.join("weights.csv"), text).unwrap();
}

fn report(folder: &Path, arguments: &str) -> Value {
    let code = simulate(
        folder,
        &format!("{arguments} --in @cases.csv --out @report.json"),
    );
    assert!(code.unwrap().contains('0'));
    serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap()
}

fn lines<'r>(report: &'r Value, by: &str) -> Vec<&'r Value> {
    let lines = report["lines"].as_array().unwrap().iter();
    lines.filter(|line| line["by"] == by).collect()
}

fn sum(lines: &[&Value], name: &str) -> i64 {
    lines.iter().map(|line| line[name].as_i64().unwrap()).sum()
}

const CHANGE: &str =
    "--profile xianyang --weights @weights.csv --by level,hospital,group,hospital-group";

#[test]
fn differences_of_every_dimension_add_up_whatever_the_threads() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let groups = cases(folder, 5_000);
    weights(folder, &groups);
    let one = report(folder, &format!("{CHANGE} --threads 1"));
    let many = report(folder, &format!("{CHANGE} --threads 3"));
    assert_eq!(one, many);
    let total = lines(&one, "total")[0];
    assert_eq!(
        (total["cases"].as_u64(), one["rows"].as_u64()),
        (Some(5_000), Some(5_000))
    );
    assert_ne!(total["difference_fen"], 0);
    for by in ["insutype", "level", "hospital", "group", "hospital-group"] {
        let lines = lines(&one, by);
        assert!(lines.len() > 1, "{by}");
        assert_eq!(
            sum(&lines, "difference_fen"),
            total["difference_fen"].as_i64().unwrap(),
            "{by}"
        );
        assert_eq!(sum(&lines, "cases"), 5_000, "{by}");
    }
    // A group whose weight is not proposed anew stays as it is.
    let same = lines(&one, "group")
        .into_iter()
        .find(|line| line["code"] == *groups[0]);
    let same = same.unwrap();
    assert_eq!(
        (&same["change"], &same["gained"]),
        (&"none".into(), &0.into())
    );
    assert_eq!(same["present_units"], same["proposed_units"]);
    assert!(same["name"].as_str().is_some_and(|name| !name.is_empty()));
    assert_eq!(one["present"]["digest"].as_str().unwrap().len(), 64);
    assert_eq!(
        (&one["example"], &one["against"]),
        (&true.into(), &"present".into())
    );
    // What was paid is not known of all, so no sum of it is told.
    assert!(total.get("paid").is_none());
}

#[test]
fn a_neutral_proposal_pays_each_fund_what_it_paid() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let groups = cases(folder, 3_000);
    weights(folder, &groups);
    let free = report(folder, CHANGE);
    let neutral = report(folder, &format!("{CHANGE} --neutral"));
    for (fund, was) in lines(&neutral, "insutype")
        .into_iter()
        .zip(lines(&free, "insutype"))
    {
        let left = fund["difference_fen"].as_i64().unwrap().abs();
        let before = was["difference_fen"].as_i64().unwrap().abs();
        // Beside what rounding leaves: a case at a limit is paid by its cost or by the
        // standard, and nothing between.
        assert!(left * 200 < before, "{left} of {before}");
        assert_eq!(fund["present"], was["present"]);
    }
    let values = neutral["neutral"]["values"].as_array().unwrap();
    assert_eq!(values.len(), 2, "{values:?}");
    for value in values {
        assert_ne!(value["before"], value["after"]);
    }
    let stdin = simulate(
        folder,
        "--profile xianyang --weights @weights.csv --neutral",
    );
    assert!(stdin.unwrap_err().contains("--in"));
}

#[test]
fn what_was_paid_against_what_the_method_pays() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    cases(folder, 1_300);
    let told = report(folder, "--profile xianyang --against paid");
    assert_eq!(told["proposed"], Value::Null);
    assert_eq!(told["left_out"][0]["reason"], "not_paid");
    assert_eq!(told["left_out"][0]["cases"], 100);
    let total = lines(&told, "total")[0];
    assert_eq!(
        (total["cases"].as_u64(), total["left_out"].as_u64()),
        (Some(1_200), Some(100))
    );
    let fen = |name: &str| {
        let yuan = chs_model::Money::from_yuan_str(&total[name].to_string()).unwrap();
        yuan.fen()
    };
    assert_eq!(
        total["difference_fen"].as_i64(),
        Some(fen("present") - fen("paid"))
    );
    let hospitals = lines(&told, "hospital");
    assert_eq!(
        sum(&hospitals, "difference_fen"),
        total["difference_fen"].as_i64().unwrap()
    );
    let none = simulate(
        folder,
        "--profile xianyang --against paid --paid fund --in @cases.csv",
    );
    assert!(none.unwrap_err().contains("fund"));
}

#[test]
fn parameters_of_next_year_take_last_years_cases_as_settled_then() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let groups = cases(folder, 400);
    let mut text = include_str!("../../../profiles/xianyang.toml").to_owned();
    text = text.replace("from = 2025-01-01", "from = 2027-01-01");
    fs::write(folder.join("next.toml"), text).unwrap();
    let command = "--profile xianyang --proposed @next.toml --proposed-on 2027-01-01";
    let same = report(folder, command);
    let total = lines(&same, "total")[0];
    assert_eq!(
        (&total["difference_fen"], &total["cases"]),
        (&0.into(), &400.into())
    );
    // Coefficients of institutions go before those of levels.
    fs::write(folder.join("h.csv"), "fixmedins_code,coefficient\nH1,2\n").unwrap();
    let moved = report(folder, &format!("{command} --coefficients @h.csv"));
    for hospital in lines(&moved, "hospital") {
        let changed = hospital["change"] != "none";
        assert_eq!(changed, hospital["code"] == "H1", "{hospital}");
    }
    assert!(groups.len() > 3);
    let mut forms = Vec::new();
    for name in ["a.csv", "a.xlsx"] {
        let arguments = format!("{command} --in @cases.csv --out @{name}");
        simulate(folder, &arguments).unwrap();
        forms.push(fs::read(folder.join(name)).unwrap());
        simulate(folder, &arguments).unwrap();
        assert_eq!(forms.last(), fs::read(folder.join(name)).ok().as_ref());
    }
    assert!(forms[0].starts_with(b"by,code,drg_code,name,cases,"));
    assert_eq!(&forms[1][..2], b"PK");
}

#[test]
fn slips_are_told_and_a_bad_row_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let groups = cases(folder, 40);
    weights(folder, &groups);
    let path = folder.join("cases.csv");
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str(
        "H1,0000,100,2,310,2025-06-30,\nH1,XX,1,2,310,no date,\n,OF25,1,2,310,2025-06-30,\n",
    );
    fs::write(&path, text).unwrap();
    let command = "--profile xianyang --weights @weights.csv --in @cases.csv --out @report.json";
    assert!(simulate(folder, command).unwrap().contains('1'));
    let told: Value =
        serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap();
    assert_eq!((&told["rows"], &told["invalid"]), (&43.into(), &2.into()));
    assert_eq!(told["left_out"][0]["reason"], "ungrouped");
    for (arguments, why) in [
        ("--profile xianyang --in @cases.csv", "--proposed"),
        (
            "--profile nowhere --against paid --in @cases.csv",
            "nowhere",
        ),
        (
            "--profile xianyang --proposed @no.toml --in @cases.csv",
            "no.toml",
        ),
        (
            "--profile xianyang --weights @cases.csv --in @cases.csv",
            "weight",
        ),
        (
            "--profile xianyang --weights @weights.csv --in @cases.csv --out @x.pdf",
            ".xlsx",
        ),
        (
            "--profile xianyang --weights @weights.csv --in @weights.csv",
            "medfee_sumamt",
        ),
        (
            "--profile xianyang --weights @weights.csv --by doctor --in @cases.csv",
            "hospital-group",
        ),
    ] {
        let error = simulate(folder, arguments).unwrap_err();
        assert!(error.contains(why), "{arguments}: {error}");
    }
}
