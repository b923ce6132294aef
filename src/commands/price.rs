//! `chs-gateway price`: prices grouped cases from a CSV file.
//!
//! Needed columns, in any order: `drg_code` (or a DIP combination's code);
//! `medfee_sumamt` in yuan; `hosp_lv`, a code of the NHSA dictionary of that name
//! (1 三级特等 … 5 二级甲等 … 8 一级甲等 …); `insutype`, such as 310 or 390;
//! `setl_date`, yyyy-MM-dd. Read when there: `weight`, `score`, `mean_cost` (yuan),
//! `coefficient`, `aux_coefficient`, `primary_factor`, `blank_group` (1 or 0),
//! `act_ipt_days`, `insuplc_admdvs`, `fixmedins_code`, `dscg_date` (yyyy-MM-dd, a time may
//! follow; chooses the scheme, else `setl_date` does). All columns pass through.
//!
//! Appended: `status` (priced, unpriced, invalid), `case_type` (low, normal, high,
//! extreme), `group_standard`, `pay_std`, `difference` (pay_std less medfee_sumamt),
//! `version`, `reason`, `settle`, `ratio`, `points`, `review`, `formula`, `scheme`,
//! `example`.
//!
//! A bad row gets its own status and reason and never stops the file.

mod rows;

use std::error::Error;
use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use csv::{ByteRecord, Reader};

use super::{Outcome, input, not_one_file, output};
use crate::{profiles, scheme_source::Installed};
use rows::Rows;

/// 按付费档案测算已分组病例 / price grouped cases under a profile
///
/// 例 example: chs-gateway price --profile xianyang --in cases.csv --out priced.csv
///
/// 每行得到 status（priced、unpriced、invalid）、金额和原因；有问题的行只影响自身。有 invalid 行时退出码为 1。
/// 示例档案的每一行都在 example 列注明 true。
///
/// Every row gets its status, amounts and reason; a bad row never stops the file. Exit code
/// 1 when a row is invalid. Under an example profile, every row says so in its column example.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 付费档案编号，如 xianyang / id of the profile, such as xianyang
    #[arg(long, value_name = "ID")]
    profile: String,
    /// 输入 CSV，缺省为标准输入；列 drg_code,medfee_sumamt,hosp_lv,insutype,setl_date，可有
    /// weight,score,mean_cost,coefficient,aux_coefficient,primary_factor,blank_group,act_ipt_days,insuplc_admdvs,fixmedins_code,dscg_date（出院日期，决定分组方案）
    /// / input CSV, standard input by default; the second line of columns may be there
    #[arg(long = "in", value_name = "F.csv")]
    input: Option<PathBuf>,
    /// 配置文件，其 schemes.folders 中的方案一并可用 / configuration; schemes of its schemes.folders are there too
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 输出 CSV，缺省为标准输出 / output CSV, standard output by default
    #[arg(long = "out", value_name = "F.csv")]
    output: Option<PathBuf>,
}

/// How often the progress line changes.
const PROGRESS: Duration = Duration::from_millis(500);

/// Runs the command; exit code 1 when a row is invalid.
///
/// # Errors
/// An unknown profile, a file that cannot be read or written, a missing column.
pub fn run(args: Args) -> Outcome {
    let profile = profiles::builtin(&args.profile)?;
    let installed = Installed::of(args.config.as_deref())?;
    not_one_file(args.input.as_deref(), args.output.as_deref())?;
    let mut reader = reader(input(args.input.as_deref())?);
    // The output is made only when the header is good: a slip in the command does not
    // empty an earlier result.
    let rows = Rows::new(&profile, &installed, reader.byte_headers()?)?;
    let output = output(args.output.as_deref())?;
    let invalid = price(&rows, reader, output)?;
    Ok(ExitCode::from(u8::from(invalid > 0)))
}

fn reader<R: Read>(input: R) -> Reader<R> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .buffer_capacity(1 << 18)
        .from_reader(input)
}

/// Prices a whole file; how many rows were invalid.
fn price(
    rows: &Rows<'_>,
    mut reader: Reader<impl Read>,
    output: impl Write,
) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let mut writer = csv::WriterBuilder::new().from_writer(output);
    rows.write_header(&mut writer)?;
    let (mut done, mut invalid) = (0_u64, 0_u64);
    let shown = std::io::stderr().is_terminal();
    let mut last = Instant::now();
    let mut row = ByteRecord::new();
    while reader.read_byte_record(&mut row)? {
        done += 1;
        if !rows.write(&row, &mut writer)? {
            invalid += 1;
        }
        if shown && last.elapsed() >= PROGRESS {
            last = Instant::now();
            eprint!("\r已测算 priced {done} 行 rows，无效 invalid {invalid}");
        }
    }
    writer.flush()?;
    if shown {
        eprintln!("\r已测算 priced {done} 行 rows，无效 invalid {invalid}");
    }
    Ok(invalid)
}

#[cfg(test)]
mod tests;
