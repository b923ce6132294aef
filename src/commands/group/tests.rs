//! The command's rows, columns and order, without a file.

use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chs_grouper::Scheme;
use proptest::collection::vec;
use proptest::prelude::*;

use super::blocks::{BLOCK, LONGEST};
use super::*;

const HEADER: &str = "id,sex,age,age_days,birth_weight,dept,los,discharge,dx,px";

/// What is asked for in most tests.
fn question() -> Question {
    let scheme = Scheme::builtin("chs-drg-2.0").expect("the scheme");
    Question {
        choice: Choice::Scheme(scheme),
        also: Vec::new(),
        trace: false,
        near_misses: false,
        keep_codes: false,
    }
}

/// Groups bytes with blocks of a size and a longest record; the output and how many rows
/// were invalid.
fn group_bytes(
    bytes: &[u8],
    question: Question,
    threads: usize,
    (block, longest): (usize, usize),
) -> Result<(Vec<u8>, u64), Fault> {
    let mut source = TextSource::new(Blocks::sized(bytes, block, longest));
    let layout = Layout::new(source.header()?.iter(), question.extras())?;
    let job = Job {
        question,
        layout,
        forms: Vec::new(),
        to_parquet: false,
    };
    let mut out = Vec::new();
    let mut target = TextTarget::new(&job.layout, &mut out)?;
    let quiet = Progress::new(true);
    let invalid = pipeline::run(&job, &mut source, &mut target, threads, quiet)?;
    Ok((out, invalid))
}

fn group_with(text: &str, trace: bool, threads: usize) -> Result<(String, u64), String> {
    let question = Question {
        trace,
        ..question()
    };
    let grouped = group_bytes(text.as_bytes(), question, threads, (BLOCK, LONGEST));
    let (out, invalid) = grouped.map_err(|error| error.to_string())?;
    Ok((String::from_utf8(out).expect("UTF-8"), invalid))
}

fn group(text: &str) -> (String, u64) {
    group_with(text, false, 2).expect("a good header")
}

#[test]
fn rows_get_status_groups_and_reason() {
    let (out, invalid) = group(&format!(
        "{HEADER}\n\
         a,1,69,25498,,05,14,2,R57.000|G00.900,39.9500x006|65.7904\n\
         b,2,69,25226,,03,2,3,D37.901|I15.800x003,04.2x06\n\
         c,2,45,16000,,03,2,3,N40.x00,\n\
         d,1,四十,,,03,2,3,I10.x00,\n"
    ));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines,
        [
            "id,sex,age,age_days,birth_weight,dept,los,discharge,status,mdc,adrg,drg,name,reason",
            "a,1,69,25498,,05,14,2,grouped,MDCF,FP1,FP15,心力衰竭、休克伴操作性治疗，不伴合并症或并发症,",
            "b,2,69,25226,,03,2,3,ambiguous,MDCG,QY,GQY,歧义病组,procedure_not_in_mdc \
             主要手术操作与主要诊断所属 MDC 无关（歧义病例） / the principal procedure belongs \
             to no group of the diagnosis's MDC (ambiguous)",
            "c,2,45,16000,,03,2,3,ungrouped,0000,00,0000,未入组,sex_conflict 性别与主要诊断不符 / \
             sex conflicts with the principal diagnosis",
            "d,1,四十,,,03,2,3,invalid,,,,,bad_age 年龄不是有效的数 / age is not a valid number",
        ]
    );
    assert_eq!(invalid, 1);
}

#[test]
fn further_columns_pass_through_in_front_of_ours() {
    let (out, _) = group(
        "\u{feff}dx,drg,px,id,sex,age,age_days,birth_weight,dept,los,discharge,备注\n\
         R57.000,旧,,a,1,69,25498,,05,14,2,\"一,二\"\n",
    );
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines.first().copied(),
        Some(
            "drg,id,sex,age,age_days,birth_weight,dept,los,discharge,备注,status,mdc,adrg,drg,name,reason"
        )
    );
    assert!(lines[1].starts_with("旧,a,1,69,25498,,05,14,2,\"一,二\",grouped,MDCF,"));
}

#[test]
fn broken_rows_stand_alone() {
    let (out, invalid) = group(&format!(
        "{HEADER}\na,1\nb,1,69,1,,,,,R57.000,,one,too,many\nc,1,69,1,,,,,R57.000,\r\n"
    ));
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[1].starts_with("a,1,,,,,,,invalid,,,,,bad_row "));
    assert!(lines[2].starts_with("b,1,69,1,,,,,invalid,,,,,bad_row "));
    assert!(lines[3].starts_with("c,1,69,1,,,,,grouped,MDCF,"));
    assert_eq!((lines.len(), invalid), (4, 2));
}

#[test]
fn a_row_that_is_not_utf8_is_invalid_and_passes_as_it_was() {
    let mut text = format!("{HEADER}\n").into_bytes();
    text.extend_from_slice(b"\xb1\xe0\xba\xc5,1,69,1,,,,,R57.000,\n");
    text.extend_from_slice(b"b,1,69,1,,,,,R57.000\xff,\n");
    let grouped = group_bytes(&text, question(), 1, (BLOCK, LONGEST));
    let (out, invalid) = grouped.expect("a good header");
    let mut lines = out.split(|byte| *byte == b'\n').skip(1);
    let first = lines.next().expect("a line");
    assert!(first.starts_with(b"\xb1\xe0\xba\xc5,1,69,1,,,,,grouped,"));
    let second = lines.next().expect("a line");
    assert!(second.starts_with(b"b,1,69,1,,,,,invalid,,,,,bad_row "));
    assert_eq!(invalid, 1);
}

#[test]
fn missing_and_double_columns_are_refused() {
    let missing = group_with("id,sex,dx\n", false, 1).expect_err("missing");
    assert!(missing.contains("age, age_days, birth_weight"), "{missing}");
    let double = group_with(&format!("{HEADER},dx\n"), false, 1).expect_err("double");
    assert!(double.contains("dx"), "{double}");
    assert!(group_with("", false, 1).is_err());
}

#[test]
fn the_trace_is_one_json_object_a_row() {
    let row = "a,1,69,25498,,05,14,2,R57.000|G00.900,39.9500x006";
    let (out, _) = group_with(&format!("{HEADER}\n{row}\n"), true, 1).expect("a good header");
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    assert_eq!(
        reader.headers().expect("a header").iter().next_back(),
        Some("trace")
    );
    let record = reader.records().next().expect("a row").expect("a row");
    let trace = record.iter().next_back().expect("a cell");
    let trace: serde_json::Value = serde_json::from_str(trace).expect("JSON");
    assert_eq!(trace["result"]["drg"], "FP15");
    assert_eq!(trace["scheme"], "chs-drg-2.0");
}

#[test]
fn near_misses_are_a_json_array_a_row() {
    let question = Question {
        near_misses: true,
        keep_codes: true,
        ..question()
    };
    let row = "a,1,69,25498,,05,14,2,R57.000|G00.900,39.9500x006";
    let text = format!("{HEADER}\n{row}\nb,x,69,1,,,,,R57.000,\n");
    let grouped = group_bytes(text.as_bytes(), question, 1, (BLOCK, LONGEST));
    let (out, _) = grouped.expect("a good header");
    assert!(out.starts_with(format!("{HEADER},status,").as_bytes()));
    let mut reader = csv::Reader::from_reader(out.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    assert!(rows[0].iter().take(10).eq(row.split(',')));
    let near = rows[0].get(16).expect("a cell");
    let near: Vec<serde_json::Value> = serde_json::from_str(near).expect("JSON");
    let scheme = Scheme::builtin("chs-drg-2.0").expect("the scheme");
    let columns = chs_grouper::Columns {
        sex: "1",
        age: "69",
        age_days: "25498",
        los: "14",
        dx: "R57.000|G00.900",
        px: "39.9500x006",
        ..Default::default()
    };
    let expected = scheme.near_misses(&columns.case().expect("a case"));
    assert_eq!(near.len(), expected.len());
    assert!(!near.is_empty() && near[0]["drg"] == expected[0].drg);
    assert_eq!(rows[1].get(16), Some(""));
}

#[test]
fn many_threads_keep_the_order() {
    let rows: String = (0..20_000)
        .map(|n| format!("{n},1,69,25498,,,{},,R57.000,\n", n % 60))
        .collect();
    let text = format!("{HEADER}\n{rows}");
    let one = group_with(&text, false, 1).expect("a good header");
    let many = group_with(&text, false, 7).expect("a good header");
    assert_eq!(one, many);
    assert_eq!(one.0.lines().count(), 20_001);
}

#[test]
fn blocks_of_any_size_give_the_same_rows() {
    let text = format!(
        "\u{feff}{HEADER},note\r\n\
         a,1,69,25498,,05,14,2,R57.000,,\"two\nlines, \"\"quoted\"\"\"\r\n\
         \n\
         b,1,69,25498,,05,14,2,R57.000,,plain \"quote\"\r\
         \"c\",1,69,25498,,05,14,2,\"R57.000\",,\"\r\n\"\n\
         \u{feff}d,1,69,25498,,05,14,2,R57.000,,\"last\nline\""
    );
    let expected = group_bytes(text.as_bytes(), question(), 1, (BLOCK, LONGEST));
    let expected = expected.expect("a good header");
    assert_eq!(expected.1, 0, "{}", String::from_utf8_lossy(&expected.0));
    for block in 1..100 {
        let sized = group_bytes(text.as_bytes(), question(), 2, (block, LONGEST));
        assert_eq!(sized.expect("a good header"), expected, "{block}");
    }
}

#[test]
fn a_quote_that_is_not_closed_costs_its_own_row() {
    let row = |id: &str, px: &str| format!("{id},1,69,25498,,05,14,2,R57.000,{px}\n");
    let good = row("x", "").repeat(50);
    let text = format!("{HEADER}\n{good}\"a,1,69\n{good}");
    // Open to the end of the input, and open for longer than any record is.
    for longest in [LONGEST, 400] {
        let (out, invalid) = group_bytes(text.as_bytes(), question(), 2, (64, longest))
            .map(|(out, invalid)| (String::from_utf8(out).expect("UTF-8"), invalid))
            .expect("a good header");
        assert_eq!((out.lines().count(), invalid), (102, 1), "{longest}");
        assert!(
            out.contains("\n\"a,1,69\",,,,,,,,invalid,,,,,bad_row "),
            "{out}"
        );
    }
}

#[test]
fn a_line_that_is_too_long_is_cut_and_invalid() {
    let long = "9".repeat(5000);
    let text = format!("{HEADER}\na,1,69,25498,,05,14,2,R57.000,{long}\nb,1,69,1,,,,,R57.000,\n");
    let (out, invalid) = group_bytes(text.as_bytes(), question(), 2, (64, 1000))
        .map(|(out, invalid)| (String::from_utf8(out).expect("UTF-8"), invalid))
        .expect("a good header");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((lines.len(), invalid), (3, 1), "{out}");
    assert!(lines[1].starts_with("a,1,69,25498,,05,14,2,invalid,,,,,row_too_long "));
    assert!(lines[2].starts_with("b,1,69,1,,,,,grouped,MDCF,"));
}

#[test]
fn a_second_scheme_stands_beside_the_first() {
    let scheme = Scheme::builtin("xianyang-2025").expect("the scheme");
    let question = Question {
        also: vec![scheme],
        ..question()
    };
    let text = format!("{HEADER}\na,1,69,25498,,05,14,2,R57.000,\nb,x,69,1,,,,,R57.000,\n");
    let (out, invalid) =
        group_bytes(text.as_bytes(), question, 1, (BLOCK, LONGEST)).expect("a good header");
    assert_eq!(invalid, 1);
    let mut reader = csv::Reader::from_reader(out.as_slice());
    let header = reader.headers().expect("a header").clone();
    let names: Vec<&str> = header.iter().skip(8).collect();
    assert_eq!(
        names,
        [
            "status", "mdc", "adrg", "drg", "name", "reason", "status_2", "mdc_2", "adrg_2",
            "drg_2", "name_2", "reason_2"
        ]
    );
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    let alone = |scheme: &str| {
        let case = chs_grouper::Case {
            sex: Some(chs_grouper::Sex::Male),
            age_years: Some(69),
            age_days: Some(25498),
            los: Some(14),
            dx: vec!["R57.000"],
            ..Default::default()
        };
        Scheme::builtin(scheme).expect("the scheme").group(&case)
    };
    assert_eq!(rows[0].get(11), Some(alone("chs-drg-2.0").drg));
    assert_eq!(rows[0].get(17), Some(alone("xianyang-2025").drg));
    assert_eq!(
        (rows[1].get(8), rows[1].get(14)),
        (Some("invalid"), Some("invalid"))
    );
    assert_eq!(rows[1].get(13), rows[1].get(19));
}

#[test]
fn a_profile_chooses_the_scheme_by_the_day_of_discharge() {
    let args = Args::try_parse(["--profile", "xianyang"]);
    let question = Question {
        choice: choice(&args).expect("the profile"),
        ..question()
    };
    let text = format!(
        "{HEADER},dscg_date\n\
         a,1,69,25498,,05,14,2,R57.000,,2025-01-01\n\
         b,1,69,25498,,05,14,2,R57.000,,2025-06-30 08:30:00\n\
         c,1,69,25498,,05,14,2,R57.000,,2024-12-31\n\
         d,1,69,25498,,05,14,2,R57.000,,today\n"
    );
    let (out, invalid) =
        group_bytes(text.as_bytes(), question, 1, (BLOCK, LONGEST)).expect("a good header");
    let mut reader = csv::Reader::from_reader(out.as_slice());
    assert_eq!(
        reader.headers().expect("a header").iter().next_back(),
        Some("scheme")
    );
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    let cell = |row: usize, place| rows[row].get(place).unwrap_or_default().to_owned();
    for row in [0, 1] {
        assert_eq!(
            (cell(row, 9), cell(row, 15)),
            ("grouped".into(), "xianyang-2025".into())
        );
    }
    assert!(cell(2, 14).starts_with("no_scheme_in_force "));
    assert!(cell(3, 14).starts_with("bad_discharge_date "));
    assert_eq!(invalid, 2);
}

#[test]
fn a_profile_needs_the_day_of_discharge() {
    let args = Args::try_parse(["--profile", "xianyang"]);
    let question = Question {
        choice: choice(&args).expect("the profile"),
        ..question()
    };
    let fault = group_bytes(
        format!("{HEADER}\n").as_bytes(),
        question,
        1,
        (BLOCK, LONGEST),
    );
    assert!(
        fault
            .expect_err("missing")
            .to_string()
            .contains("dscg_date")
    );
}

/// Gives out rows without end and counts the bytes.
struct Counted<'c> {
    row: &'c [u8],
    rows: usize,
    read: &'c AtomicUsize,
}

impl Read for Counted<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while self.rows > 0 && space.len() - done >= self.row.len() {
            space[done..done + self.row.len()].copy_from_slice(self.row);
            done += self.row.len();
            self.rows -= 1;
        }
        self.read.fetch_add(done, Ordering::SeqCst);
        Ok(done)
    }
}

/// Takes text slowly and notes how far reading was ahead at most.
struct Slow<'c> {
    row: usize,
    written: usize,
    read: &'c AtomicUsize,
    ahead: usize,
}

impl Write for Slow<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        thread::sleep(Duration::from_micros(300));
        let read = self.read.load(Ordering::SeqCst);
        self.ahead = self.ahead.max(read.saturating_sub(self.written));
        self.written += text.iter().filter(|byte| **byte == b'\n').count() * self.row;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_more_than_the_batches_going_round_is_in_memory() {
    const BATCH: usize = 4096;
    let row = b"a,1,69,25498,,05,14,2,R57.000,\n";
    let read = AtomicUsize::new(0);
    for threads in [1, 4] {
        let header = format!("{HEADER}\n");
        let rows = 4_000_000 / row.len();
        let input = header.as_bytes().chain(Counted {
            row,
            rows,
            read: &read,
        });
        read.store(0, Ordering::SeqCst);
        let mut out = Slow {
            row: row.len(),
            written: 0,
            read: &read,
            ahead: 0,
        };
        let mut source = TextSource::new(Blocks::sized(input, BATCH, LONGEST));
        let question = question();
        let layout = source.header().expect("a header");
        let layout = Layout::new(layout.iter(), question.extras()).expect("a good header");
        let job = Job {
            question,
            layout,
            forms: Vec::new(),
            to_parquet: false,
        };
        let mut target = TextTarget::new(&job.layout, &mut out).expect("no I/O fault");
        let quiet = Progress::new(true);
        pipeline::run(&job, &mut source, &mut target, threads, quiet).expect("no I/O fault");
        assert_eq!(
            out.written,
            (rows + 1) * row.len(),
            "all rows and the header"
        );
        // And the block that the reader holds in its own buffer.
        let most = (crate::commands::ring::batches(threads) + 2) * BATCH;
        assert!(
            out.ahead <= most,
            "{} bytes ahead with {threads} threads",
            out.ahead
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the text, the cut does not show.
    #[test]
    fn random_blocks_give_the_same_output(
        cells in vec("[a1,\"\r\n\u{feff} |R57.0]{0,12}", 0..40),
        block in 1_usize..70,
        threads in 1_usize..4,
    ) {
        let text = format!("{HEADER}\n{}", cells.join(",1,69,1,,,,,R57.000,\n"));
        let whole = group_bytes(text.as_bytes(), question(), 1, (BLOCK, LONGEST));
        let cut = group_bytes(text.as_bytes(), question(), threads, (block, LONGEST));
        prop_assert_eq!(whole.expect("a good header"), cut.expect("a good header"));
    }

    /// Any bytes at all end without a panic, and every input row has its output row.
    #[test]
    fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..600), block in 1_usize..70) {
        let mut text = format!("{HEADER}\n").into_bytes();
        text.extend(bytes);
        let grouped = group_bytes(&text, question(), 2, (block, 200));
        let (out, invalid) = grouped.expect("a good header");
        let mut rows = csv::ReaderBuilder::new().from_reader(out.as_slice());
        let rows = rows.byte_records().collect::<Result<Vec<_>, _>>();
        let rows = rows.expect("every row as long as the header");
        let marked = rows.iter().filter(|row| row.get(8) == Some(b"invalid"));
        prop_assert_eq!(marked.count(), usize::try_from(invalid).expect("few"));
    }
}
