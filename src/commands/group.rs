//! `chs-gateway group`: groups cases from a CSV or Parquet file.
//!
//! Input columns, in any order: `id,sex,age,age_days,birth_weight,dept,los,discharge,dx,px`,
//! with `--profile` `dscg_date` too; further ones pass through. `dx` and `px` are joined by
//! `|`, the principal one first. Output: the input columns without dx and px, then
//! `status,mdc,adrg,drg,name,reason`; with `--profile` a column `scheme`; with `--also`
//! `status_2 … reason_2` for a second scheme (`_3` for a third); with `--trace` a column
//! `trace`: the way to the group as one JSON object; with `--near-misses` a column
//! `near_misses`: a JSON array; both are empty for an invalid row. A passing column that has one of these names stays where it was; ours come after it.
//!
//! `reason` holds, separated by `; `, the reason of a status other than grouped and what
//! else is odd about the case, each as its code, Chinese and English.

mod answer;
mod blocks;
mod columns;
mod layout;
mod parquet_source;
mod parquet_target;
#[cfg(test)]
mod parquet_tests;
mod pipeline;
mod progress;
#[cfg(test)]
mod tests;
mod text;

use std::fs::File;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use parquet::schema::types::TypePtr;

use super::{Outcome, input, not_one_file, output};
use crate::{
    profiles,
    scheme_source::{Installed, resolve},
};
use answer::{Choice, Question};
use blocks::Blocks;
use layout::Layout;
use parquet_source::ParquetSource;
use parquet_target::ParquetTarget;
use pipeline::{Fault, Job, Source, Target};
use progress::Progress;
use text::{TextSource, TextTarget};

/// More threads than any machine of today would use for this.
const MOST_THREADS: usize = 256;

/// 对 CSV 或 Parquet 病例文件分组 / group the cases of a CSV or Parquet file
///
/// 每行得到 status（grouped、ambiguous、ungrouped、invalid）、mdc、adrg、drg、name、reason；
/// 有问题的行只影响自身，顺序不变，内存与文件大小无关。有 invalid 行时退出码为 1。
///
/// Every row gets its status, groups and reason, in the order of the file; a bad row never
/// stops it, and memory does not grow with it. Exit code 1 when a row is invalid.
///
/// 例 / examples:
///   chs-gateway group --scheme chs-drg-2.0 --in cases.csv --out groups.csv
///   chs-gateway group --scheme chs-drg-2.0 --also chs-drg-1.1 --in cases.parquet --out both.parquet
///   chs-gateway group --profile xianyang --in cases.csv      （按 dscg_date 取方案 scheme by discharge date）
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[command(group(clap::ArgGroup::new("choice").required(true).args(["scheme", "profile"])))]
pub struct Args {
    /// 分组方案编号（见 schemes）或方案目录 / id of the grouping scheme, see `schemes`, or its folder
    #[arg(long, value_name = "ID|DIR")]
    scheme: Option<String>,
    /// 付费档案编号：每例按其出院日期当日生效的方案分组；须有列 dscg_date（yyyy-MM-dd，可带时间），并增加 scheme 列
    /// / id of a profile: each case goes under the scheme in force on its discharge date; needs
    /// the column dscg_date (yyyy-MM-dd, a time may follow) and adds a column scheme
    #[arg(long, value_name = "ID")]
    profile: Option<String>,
    /// 配置文件，其 schemes.folders 中的方案一并可用 / configuration; schemes of its schemes.folders
    /// are there too
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 另一方案，并列给出 status_2 至 reason_2 等列，可重复（_3…） / a second scheme side by side, as
    /// columns status_2 to reason_2; may be given again (_3, …)
    #[arg(long, value_name = "ID|DIR")]
    also: Vec<String>,
    /// 输入 CSV 或 Parquet，缺省为标准输入（CSV）；列 id,sex,age,age_days,birth_weight,dept,los,discharge,dx,px，
    /// 顺序不限，其余列原样带出 / input CSV or Parquet, CSV from standard input by default; columns in any
    /// order, further ones pass through
    #[arg(long = "in", value_name = "F")]
    input: Option<PathBuf>,
    /// 输出 CSV 或 Parquet，缺省为标准输出 / output CSV or Parquet, standard output by default
    #[arg(long = "out", value_name = "F")]
    output: Option<PathBuf>,
    /// 输入格式，缺省按扩展名 / format of the input, by default after its extension
    #[arg(long, value_enum, value_name = "FORMAT")]
    in_format: Option<Format>,
    /// 输出格式，缺省按扩展名 / format of the output, by default after its extension
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// 增加 trace 列：分组过程（JSON） / a further column: how each case came to its group, as JSON
    #[arg(long)]
    trace: bool,
    /// 增加 near_misses 列：差一步即入他组的改动（JSON 数组） / a further column: the single changes that
    /// would lead to another group, as a JSON array
    #[arg(long)]
    near_misses: bool,
    /// dx、px 列也带出 / dx and px pass through as well
    #[arg(long)]
    keep_codes: bool,
    /// 线程数，缺省为处理器核数 / threads, by default one a core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// 不显示进度（仅在终端上显示） / no progress line, which only a terminal gets anyway
    #[arg(long)]
    quiet: bool,
}

/// Format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// CSV，UTF-8
    Csv,
    /// Apache Parquet
    Parquet,
}

impl Format {
    /// By the extension: `.parquet`, `.pq`, all else CSV.
    fn of(path: Option<&Path>) -> Self {
        let extension = path.and_then(Path::extension).unwrap_or_default();
        match extension.eq_ignore_ascii_case("parquet") || extension.eq_ignore_ascii_case("pq") {
            true => Self::Parquet,
            false => Self::Csv,
        }
    }
}

/// Runs the command; exit code 1 when a row is invalid.
///
/// # Errors
/// An unknown scheme or profile, a file that cannot be read or written, a missing column.
pub fn run(args: Args) -> Outcome {
    let question = Question {
        choice: choice(&args)?,
        also: args
            .also
            .iter()
            .map(|id| resolve(id))
            .collect::<Result<_, _>>()?,
        trace: args.trace,
        near_misses: args.near_misses,
        keep_codes: args.keep_codes,
    };
    let (from, to) = (args.input.as_deref(), args.output.as_deref());
    not_one_file(from, to)?;
    let threads = args
        .threads
        .or_else(|| thread::available_parallelism().ok())
        .map_or(1, NonZeroUsize::get)
        .min(MOST_THREADS);
    let format = args.format.unwrap_or_else(|| Format::of(to));
    let extras = question.extras();
    let mut forms = Vec::new();
    let mut types = None;
    let (mut source, layout): (Box<dyn Source>, Layout) =
        match args.in_format.unwrap_or_else(|| Format::of(from)) {
            Format::Csv => {
                let mut source = TextSource::new(Blocks::new(input(from)?));
                let layout = Layout::new(source.header()?.iter(), extras)?;
                (Box::new(source), layout)
            }
            Format::Parquet => {
                let source = ParquetSource::new(parquet(from)?)?;
                forms = source.forms();
                types = Some(source.types());
                let layout = Layout::new(source.header(), extras)?;
                (Box::new(source), layout)
            }
        };
    let job = Job {
        question,
        layout,
        forms,
        to_parquet: format == Format::Parquet,
    };
    // The output is made only when the header is good: a slip in the command does not
    // empty an earlier result.
    let out = output(to)?;
    let progress = Progress::new(args.quiet);
    let invalid = target(&job, types.as_deref(), out).and_then(|mut target| {
        pipeline::run(&job, source.as_mut(), target.as_mut(), threads, progress)
    });
    Ok(ExitCode::from(u8::from(invalid? > 0)))
}

fn target(
    job: &Job,
    types: Option<&[TypePtr]>,
    out: impl Write + Send + 'static,
) -> Result<Box<dyn Target>, Fault> {
    Ok(match job.to_parquet {
        true => Box::new(ParquetTarget::new(&job.layout, types, out)?),
        false => Box::new(TextTarget::new(&job.layout, out)?),
    })
}

/// The scheme for all rows, or the profile with all its schemes.
fn choice(args: &Args) -> Result<Choice, Fault> {
    if let Some(id) = &args.profile {
        let profile = profiles::builtin(id)?;
        let installed = Installed::of(args.config.as_deref())?;
        let schemes = profile
            .schemes()
            .iter()
            .map(|period| installed.get(&period.id));
        let schemes = schemes.collect::<Result<_, _>>()?;
        return Ok(Choice::Profile(profile, schemes));
    }
    let id = args.scheme.as_deref().unwrap_or_default();
    Ok(Choice::Scheme(resolve(id)?))
}

/// A Parquet file is read from its end, so it must be a file.
fn parquet(path: Option<&Path>) -> Result<File, Fault> {
    let path = path
        .ok_or("Parquet 输入须用 --in 指定文件 / Parquet input must be a file given with --in")?;
    File::open(path)
        .map_err(|error| format!("{} 无法读取 / cannot be read: {error}", path.display()).into())
}

#[cfg(test)]
impl Args {
    fn try_parse<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        use clap::{Args as _, FromArgMatches as _};
        let command = Self::augment_args(clap::Command::new("group").no_binary_name(true));
        let matches = command.try_get_matches_from(arguments);
        Self::from_arg_matches(&matches.expect("arguments")).expect("arguments")
    }
}
