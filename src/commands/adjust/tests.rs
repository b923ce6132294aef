#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use clap::Parser;

use super::*;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

fn adjust(folder: &Path, arguments: &str) -> Result<String, String> {
    let words = arguments.split_whitespace().map(|word| {
        let path = word.strip_prefix('@').map(|name| folder.join(name));
        path.map_or_else(
            || word.to_owned(),
            |path| path.to_string_lossy().into_owned(),
        )
    });
    let cli = Cli::try_parse_from(std::iter::once("adjust".to_owned()).chain(words));
    let args = cli.map_err(|error| error.to_string())?.args;
    run(args)
        .map(|code| format!("{code:?}"))
        .map_err(|error| error.to_string())
}

/// Means of 1000, 2000, 3000 for one group and of 1300 for the other, three cases each in
/// the last year; at the level 三级 the first costs twice what it costs at 二级.
const THREE: &str = "drg_code,medfee_sumamt,year,hosp_lv\n\
    OF25,1000,2024,2\nOF25,2000,2025,2\nOF25,2000,2025,5\n\
    OF25,4000,2026,2\nOF25,2000,2026,5\nOF25,3000,2026,\n\
    OF29,1300,2024,2\nOF29,1300,2025,2\nOF29,1300,2026,2\nOF29,1300,2026,2\nOF29,1300,2026,5\n\
    FQY,99999,2026,2\n0000,99999,2026,2\nOF25,5,2019,2\n";

fn written(rows: &str, arguments: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("cases.csv"), rows).unwrap();
    fs::write(
        folder.join("old.csv"),
        "drg_code,weight,tertiary\nOF25,1.3,1.02\nOF77,2,\n",
    )
    .unwrap();
    let arguments = format!("--in @cases.csv --old @old.csv {arguments} --out @a.md --out @a.csv");
    adjust(folder, &arguments).unwrap();
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let written = (read("a.md"), read("a.csv"));
    adjust(folder, &arguments).unwrap();
    assert_eq!(
        written,
        (read("a.md"), read("a.csv")),
        "equal input makes equal bytes"
    );
    written
}

#[test]
fn a_publication_shows_old_and_new_and_what_led_there() {
    let (markdown, csv) = written(THREE, "--coefficients 0.5:0.82:1.07");
    // (1000 + 2 × 2000 + 7 × 3000) ÷ 10 = 2600 : 1300, three cases each: 4/3 and 2/3.
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        [
            "drg_code,drg_name,weight,old,change,percent,cases,last_year_cases,dropped,weighted_mean,quotient,primary,secondary,tertiary",
            // 4000 ÷ 3000 blended with 1 is 1.1667, limited; 2000 ÷ 3000 gives 0.8333.
            "OF25,,1.3333,1.3,0.0333,2.56,6,3,0,2600.00,1.3176,,0.8333,1.07",
            "OF29,,0.6667,,,,5,3,0,1300.00,0.6588,,1.0000,1.0000",
        ]
    );
    for line in [
        "| 年度 | years | 2024、2025、2026 |",
        "| QY、0000 例数 | cases outside | 2 |",
        "| 其他年度例数 | cases of other years | 1 |",
        "| Σ 例数 × 值 | Σ cases × value | 6 |",
        "| 取整所余 | left by rounding | 0 |",
        "| 增 / 减 / 平 / 新 | up / down / same / new | 1 / 0 / 0 / 1 |",
        "| OF25 | 三级 | 1 | 4000.00 | 3000.00 | 1.02 | 1.07 |",
        "OF77",
    ] {
        assert!(markdown.contains(line), "{line}\n{markdown}");
    }
    // Weight = quotient × normalisation, as it is told.
    let figure = |name: &str| {
        let rows = markdown.lines().filter(|line| line.starts_with("| "));
        let mut rows = rows.filter(|line| line.contains(name));
        let line = rows.next().unwrap();
        let cells: Vec<&str> = line.split('|').collect();
        chs_model::parse_decimal(cells[3].trim()).unwrap()
    };
    let weight = Decimal::from(2600) / figure("weighted mean of all") * figure("normalisation");
    assert_eq!(weight.round_dp(3), Decimal::new(1_333, 3));
}

#[test]
fn trimming_and_scores_are_what_was_asked_for() {
    let rows: String = (1..=100)
        .map(|cost| format!("A{},{cost},2026-03-01\n", cost % 2))
        .collect();
    let rows = format!("drg_code,medfee_sumamt,setl_date\n{rows}");
    let (markdown, csv) = written(
        &rows,
        "--year-weights 1 --scale 1000 --trim percentiles:10:90 --decimals 2",
    );
    assert!(
        markdown.contains("| 剔除例数 | cases dropped | "),
        "{markdown}"
    );
    assert!(markdown.contains("第 10 至第 90 百分位"), "{markdown}");
    assert!(csv.starts_with("drg_code,drg_name,score,"), "{csv}");
    // Fifty cases each: ranks 5 to 45 are kept, 41 of them.
    let kept: Vec<&str> = csv.lines().skip(1).collect();
    for line in &kept {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!((cells[6], cells[8]), ("41", "9"), "{line}");
    }
    assert_eq!(kept.len(), 2);
}

#[test]
fn names_and_weights_in_force_come_from_the_scheme() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("c.csv"), THREE).unwrap();
    adjust(folder, "--in @c.csv --scheme xianyang-2025 --out @a.csv").unwrap();
    let text = fs::read_to_string(folder.join("a.csv")).unwrap();
    let line = text.lines().find(|line| line.starts_with("OF25,")).unwrap();
    let cells: Vec<&str> = line.split(',').collect();
    assert!(!cells[1].is_empty() && !cells[3].is_empty(), "{line}");
}

#[test]
fn slips_are_refused_and_bad_rows_counted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(
        folder.join("c.csv"),
        format!("{THREE}OF25,x,2026,2\nOF25,1,2026,99\nOF25\n"),
    )
    .unwrap();
    fs::write(folder.join("none.csv"), "drg_code,medfee_sumamt,year\n").unwrap();
    fs::write(folder.join("year.csv"), "drg_code,medfee_sumamt\nA,1\n").unwrap();
    assert!(
        adjust(folder, "--in @c.csv --out @a.md")
            .unwrap()
            .contains('1')
    );
    let text = fs::read_to_string(folder.join("a.md")).unwrap();
    assert!(text.contains("| 无效行 | invalid rows | 3 |"), "{text}");
    for (arguments, why) in [
        ("--in @none.csv", "past cases"),
        ("--in @year.csv", "setl_date"),
        ("--in @nothing.csv", "nothing.csv"),
        ("--in @c.csv --out @a.txt", ".csv"),
        ("--in @c.csv --trim percentiles:90:10", "multiples"),
        ("--in @c.csv --coefficients 2:1:1", "0.5:0.82:1.07"),
        ("--in @c.csv --scheme nowhere", "nowhere"),
    ] {
        let error = adjust(folder, arguments).unwrap_err();
        assert!(error.contains(why), "{arguments}: {error}");
    }
}
