#![allow(clippy::unwrap_used)]

use super::*;
use crate::commands::to_a_reader;

fn priced_bytes(profile: &str, input: &[u8]) -> Result<(u64, Vec<u8>), String> {
    let profile = profiles::builtin(profile).unwrap();
    let mut reader = reader(input);
    let installed = Installed::of(None).unwrap();
    let rows = Rows::new(&profile, &installed, reader.byte_headers().unwrap())?;
    let mut output = Vec::new();
    let invalid = price(&rows, reader, &mut output).unwrap();
    Ok((invalid, output))
}

fn priced(profile: &str, input: &str) -> (u64, Vec<String>) {
    let (invalid, output) = priced_bytes(profile, input.as_bytes()).unwrap();
    let text = String::from_utf8(output).unwrap();
    (invalid, text.lines().map(str::to_owned).collect())
}

/// A column of the output by its name, row by row.
fn column(lines: &[String], name: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().from_reader(std::io::Cursor::new(lines.join("\n")));
    let place = reader
        .headers()
        .unwrap()
        .iter()
        .position(|known| known == name)
        .unwrap();
    reader
        .records()
        .map(|row| row.unwrap()[place].to_owned())
        .collect()
}

#[test]
fn rows_are_priced_each_by_itself() {
    let (invalid, lines) = priced(
        "xianyang",
        "\u{feff}id,drg_code,medfee_sumamt,hosp_lv,insutype,setl_date\n\
         1,OF25,2000,5,310,2025-06-30\n\
         2,OF25,500,5,390,2025-06-30\n\
         3,OF25,10000,8,310,2025-06-30\n\
         4,AA19,10000,2,310,2025-06-30\n",
    );
    assert_eq!(invalid, 0);
    assert_eq!(
        lines,
        [
            "id,drg_code,medfee_sumamt,hosp_lv,insutype,setl_date,status,case_type,group_standard,pay_std,difference,version,reason,settle,ratio,points,review,formula,scheme,example",
            "1,OF25,2000,5,310,2025-06-30,priced,normal,1901.03,1901.03,-98.97,2025-example,,standard,1.052061251006,,false,drg-rate-1,xianyang-2025,true",
            "2,OF25,500,5,390,2025-06-30,priced,low,1901.03,500.00,0.00,2025-example,,actual_cost,0.263015312752,,false,drg-rate-1,xianyang-2025,true",
            "3,OF25,10000,8,310,2025-06-30,priced,high,1544.77,6910.46,-3089.54,2025-example,,standard_plus_excess,6.473455595331,,false,drg-rate-1,xianyang-2025,true",
            "4,AA19,10000,2,310,2025-06-30,unpriced,,,,,,病组 AA19 未公布权重，不予测算 / no weight is published for group AA19,,,,,,,true",
        ]
    );
}

#[test]
fn the_day_of_discharge_chooses_the_scheme() {
    let (invalid, lines) = priced(
        "xianyang",
        "drg_code,medfee_sumamt,hosp_lv,insutype,setl_date,dscg_date\n\
         OF25,2000,5,310,2025-06-30,2025-06-29 10:00:00\n\
         OF25,2000,5,310,2025-06-30,\n\
         OF25,2000,5,310,2025-06-30,2019-01-01\n\
         OF25,2000,5,310,2025-06-30,yesterday\n",
    );
    assert_eq!(invalid, 2);
    assert_eq!(
        column(&lines, "status"),
        ["priced", "priced", "invalid", "invalid"]
    );
    let reasons = column(&lines, "reason");
    assert!(reasons[2].contains("2019-01-01"), "{reasons:?}");
    assert!(reasons[3].contains("dscg_date"), "{reasons:?}");
}

#[test]
fn a_bad_row_does_not_stop_the_file() {
    let (invalid, lines) = priced(
        "xianyang",
        "drg_code,medfee_sumamt,hosp_lv,insutype,setl_date\n\
         OF25,12.345,5,310,2025-06-30\n\
         OF25,12,99,310,2025-06-30\n\
         OF25,12,5,310,2025-13-30\n\
         OF25,12,5,310,2020-01-01\n\
         OF25,12\n\
         OF25,2000,5,310,2025-06-30\n",
    );
    assert_eq!(invalid, 5);
    let statuses = column(&lines, "status");
    assert_eq!(
        statuses,
        [
            "invalid", "invalid", "invalid", "invalid", "invalid", "priced"
        ]
    );
}

#[test]
fn a_row_that_is_not_utf8_has_its_own_error_and_passes_as_it_was() {
    let mut text = b"note,drg_code,medfee_sumamt,hosp_lv,insutype,setl_date\n".to_vec();
    text.extend_from_slice(b"\xb1\xe0,OF25,2000,5,310,2025-06-30\n");
    text.extend_from_slice(b"b,OF25\xff,2000,5,310,2025-06-30\n");
    text.extend_from_slice(b"c,OF25,2000,5,310,2025-06-30\n");
    let (invalid, output) = priced_bytes("xianyang", &text).unwrap();
    assert_eq!(invalid, 1);
    let lines: Vec<&[u8]> = output.split(|byte| *byte == b'\n').skip(1).collect();
    assert!(lines[0].starts_with(b"\xb1\xe0,OF25,2000,5,310,2025-06-30,priced,"));
    assert!(lines[1].starts_with(b"b,OF25\xff,2000,5,310,2025-06-30,invalid,"));
    assert!(lines[2].starts_with(b"c,OF25,2000,5,310,2025-06-30,priced,"));
}

#[test]
fn missing_and_double_columns_are_named() {
    let refused = |header: &str| priced_bytes("xianyang", header.as_bytes()).unwrap_err();
    assert!(refused("drg_code\nOF25\n").contains("medfee_sumamt"));
    let header = "drg_code,medfee_sumamt,hosp_lv,insutype,setl_date";
    assert!(refused(&format!("{header},score,score\n")).contains("score"));
}

/// Every built-in profile prices a case that brings what its method needs, and says
/// that it is an example.
#[test]
fn every_profile_prices_a_case() {
    for (profile, drg, day, pay_std) in [
        // score 850.5 × 0.92 × 1.1 = 860.706, a point at 1 yuan
        ("hubei", "A01.0:-", "2025-06-30", "860.71"),
        ("jining", "A01.0:-", "2025-06-30", "860.71"),
        ("lhasa", "A01.0:-", "2025-06-30", "860.71"),
        ("shigatse", "A01.0:-", "2025-06-30", "860.71"),
        ("tibet-region", "A01.0:-", "2025-06-30", "860.71"),
        // 1.3375 × 0.92 × 1.1 × 5383.81
        ("zhoukou", "OF29", "2026-06-30", "7287.26"),
        // 1.3375 × 0.92 × 1.1 × 10000
        ("dazhou", "OF29", "2025-06-30", "13535.50"),
    ] {
        let (invalid, lines) = priced(
            profile,
            &format!(
                "drg_code,medfee_sumamt,hosp_lv,insutype,setl_date,weight,score,mean_cost,coefficient,aux_coefficient\n\
                 {drg},9000,2,310,{day},1.3375,850.5,10000,0.92,1.1\n"
            ),
        );
        assert_eq!(invalid, 0, "{profile}: {lines:?}");
        assert_eq!(column(&lines, "pay_std"), [pay_std], "{profile}: {lines:?}");
        assert_eq!(column(&lines, "example"), ["true"]);
    }
}

#[test]
fn the_two_local_schemes_price_with_their_own_weights() {
    for profile in ["qingdao", "fangchenggang"] {
        let (invalid, lines) = priced(
            profile,
            "drg_code,medfee_sumamt,hosp_lv,insutype,setl_date\nAA29,200000,2,310,2025-06-30\n",
        );
        assert_eq!(invalid, 0, "{lines:?}");
        assert_eq!(column(&lines, "status"), ["priced"], "{lines:?}");
    }
}

/// A DIP case on both sides of each limit, from the file to the file.
#[test]
fn dip_cases_settle_by_their_multiple() {
    let header = "drg_code,medfee_sumamt,hosp_lv,insutype,setl_date,score,mean_cost,coefficient,aux_coefficient,blank_group";
    let rows: String = [
        "4999.99,",
        "5000.00,",
        "20000.00,",
        "26000.00,",
        "50000.01,",
        "9000.00,1",
    ]
    .iter()
    .map(|end| {
        let (cost, blank) = end.split_once(',').unwrap();
        format!("A01,{cost},2,310,2025-06-30,850.5,10000,0.92,1.1,{blank}\n")
    })
    .collect();
    let (_, lines) = priced("jining", &format!("{header}\n{rows}"));
    let types = column(&lines, "case_type");
    assert_eq!(types, ["low", "low", "normal", "high", "extreme", "normal"]);
    let points = column(&lines, "points");
    // 850.5 × 0.499999 × 1.1; × 0.5 × 1.1; × 0.92 × 1.1; × (0.6 + 0.92) × 1.1; × 0.9 × 0.7
    assert_eq!(
        points,
        [
            "467.7741",
            "467.7750",
            "860.7060",
            "1422.0360",
            "860.7060",
            "535.8150"
        ]
    );
    assert_eq!(column(&lines, "review").last().unwrap(), "false");
    assert_eq!(column(&lines, "review")[4], "true");
    let (_, national) = priced("lhasa", &format!("{header}\n{rows}"));
    assert_eq!(
        column(&national, "case_type")[..3],
        ["low", "normal", "normal"]
    );
}

struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_left_is_no_fault() {
    let profile = profiles::builtin("xianyang").unwrap();
    let text = "drg_code,medfee_sumamt,hosp_lv,insutype,setl_date\n";
    let mut reader = reader(text.as_bytes());
    let installed = Installed::of(None).unwrap();
    let rows = Rows::new(&profile, &installed, reader.byte_headers().unwrap()).unwrap();
    let error = price(&rows, reader, Closed).unwrap_err();
    assert!(matches!(to_a_reader(Err(error)), Ok(code) if code == ExitCode::SUCCESS));
}

#[test]
fn one_file_as_input_and_output_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.csv");
    std::fs::write(&file, "drg_code\n").unwrap();
    let args = Args {
        config: None,
        profile: "xianyang".to_owned(),
        input: Some(file.clone()),
        output: Some(folder.path().join(".").join("cases.csv")),
    };
    let error = run(args).unwrap_err().to_string();
    assert!(error.contains("one file"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "drg_code\n");
}
