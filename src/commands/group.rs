//! `chs-gateway group`: groups cases from a CSV file.
//!
//! Input columns, in any order: `id,sex,age,age_days,birth_weight,dept,los,discharge,dx,px`;
//! further ones pass through. `dx` and `px` are joined by `|`, the principal one first.
//! Output: the input columns without dx and px, then `status,mdc,adrg,drg,name,reason`,
//! and with `--trace` a column `trace`: the way to the group as one JSON object, empty
//! for an invalid row. A passing column that has one of these names stays where it was;
//! ours come after it.
//!
//! `reason` holds, separated by `; `, the reason of a status other than grouped and what
//! else is odd about the case, each as its code, Chinese and English.

mod pipeline;
mod rows;

use std::error::Error;
use std::fs;
use std::io::{ErrorKind, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use chs_grouper::Scheme;

use super::{Outcome, input, output};
use rows::Rows;

/// More threads than any machine of today would use for this.
const MOST_THREADS: usize = 256;

/// 按分组方案对 CSV 病例分组 / group the cases of a CSV file
///
/// 每行得到 status（grouped、ambiguous、ungrouped、invalid）、mdc、adrg、drg、name、reason；
/// 有问题的行只影响自身。有 invalid 行时退出码为 1。
///
/// Every row gets its status, groups and reason; a bad row never stops the file. Exit code 1
/// when a row is invalid.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 分组方案编号，见 schemes / id of the grouping scheme, see `schemes`
    #[arg(long, value_name = "ID")]
    scheme: String,
    /// 输入 CSV，缺省为标准输入；列 id,sex,age,age_days,birth_weight,dept,los,discharge,dx,px，其余列原样带出
    /// / input CSV, standard input by default; further columns pass through
    #[arg(long = "in", value_name = "F.csv")]
    input: Option<PathBuf>,
    /// 输出 CSV，缺省为标准输出 / output CSV, standard output by default
    #[arg(long = "out", value_name = "F.csv")]
    output: Option<PathBuf>,
    /// 增加 trace 列：分组过程（JSON） / a further column: how each case came to its group, as JSON
    #[arg(long)]
    trace: bool,
    /// 线程数，缺省为处理器核数 / threads, by default one a core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

/// Runs the command; exit code 1 when a row is invalid.
///
/// # Errors
/// An unknown scheme, a file that cannot be read or written, a missing column.
pub fn run(args: Args) -> Outcome {
    let scheme = Scheme::builtin(&args.scheme)?;
    if same_file(args.input.as_deref(), args.output.as_deref()) {
        return Err("输入与输出是同一文件 / input and output are one file".into());
    }
    let threads = args
        .threads
        .or_else(|| thread::available_parallelism().ok())
        .map_or(1, NonZeroUsize::get)
        .min(MOST_THREADS);
    let mut reader = reader(input(args.input.as_deref())?);
    // The output is made only when the header is good: a slip in the command does not
    // empty an earlier result.
    let rows = Rows::new(scheme, reader.byte_headers()?, args.trace)?;
    let out = output(args.output.as_deref())?;
    match pipeline::run(&rows, reader, out, threads) {
        Ok(0) => Ok(ExitCode::SUCCESS),
        Ok(_) => Ok(ExitCode::from(1)),
        Err(error) if is_broken_pipe(error.as_ref()) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
    }
}

fn reader<R: Read>(input: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .buffer_capacity(1 << 18)
        .from_reader(input)
}

fn same_file(input: Option<&Path>, output: Option<&Path>) -> bool {
    let real = |path: Option<&Path>| fs::canonicalize(path?).ok();
    real(input).is_some_and(|input| real(output) == Some(input))
}

/// Whether whoever read the output (`head`) has left.
fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "id,sex,age,age_days,birth_weight,dept,los,discharge,dx,px";

    fn group_with(text: &str, trace: bool, threads: usize) -> Result<(String, u64), String> {
        let scheme = Scheme::builtin("chs-drg-2.0").expect("the scheme");
        let mut reader = reader(text.as_bytes());
        let headers = reader.byte_headers().expect("a header");
        let rows = Rows::new(scheme, headers, trace)?;
        let mut out = Vec::new();
        let invalid = pipeline::run(&rows, reader, &mut out, threads).expect("no I/O fault");
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
        let scheme = Scheme::builtin("chs-drg-2.0").expect("the scheme");
        let mut reader = reader(text.as_slice());
        let headers = reader.byte_headers().expect("a header");
        let rows = Rows::new(scheme, headers, false).expect("a good header");
        let mut out = Vec::new();
        let invalid = pipeline::run(&rows, reader, &mut out, 1).expect("no I/O fault");
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
}
