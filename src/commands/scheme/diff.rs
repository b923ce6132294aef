//! `chs-gateway scheme diff`: what differs between two schemes, for its rules or for cases.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use chs_grouper::{Scheme, SchemeDiff};

use super::cases;
use crate::{commands::Outcome, scheme_source::resolve};

/// 比较两个分组方案 / compare two grouping schemes
///
/// 缺省比较方案本身：MDC、ADRG、DRG 的增删改、规则、集合、MCC/CC、排除表、权重。给出 --cases 时
/// 比较病例：哪些病例从哪个病组到哪个病组，权重与 CMI 如何变化；文件有 fixmedins_code 列时逐机构列出。
///
/// Compares the schemes themselves; with `--cases` the cases of a file: which move from which group
/// to which, and what it does to weight and CMI, for each institution where the file has a column
/// `fixmedins_code`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 旧方案：编号或目录 / the old scheme: id or folder
    #[arg(value_name = "A")]
    from: String,
    /// 新方案：编号或目录 / the new scheme: id or folder
    #[arg(value_name = "B")]
    to: String,
    /// 输出格式 / format of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// 病例 CSV，列与 group 相同 / CSV of cases with the columns of `group`
    #[arg(long, value_name = "F.csv")]
    cases: Option<PathBuf>,
    /// 逐例写出变动的病例 / write each case that moves
    #[arg(long, value_name = "F.csv", requires = "cases")]
    moves: Option<PathBuf>,
}

/// How the differences are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// 供人阅读 / for people
    Text,
    /// JSON
    Json,
    /// CSV
    Csv,
}

/// Runs the command; exit code 1 when a row of cases is invalid.
pub(super) fn run(args: &Args) -> Outcome {
    let (from, to) = (resolve(&args.from)?, resolve(&args.to)?);
    match &args.cases {
        None => schemes(from, to, args.format),
        Some(cases) => cases::run(from, to, cases, args.moves.as_deref(), args.format),
    }
}

fn schemes(from: &Scheme, to: &Scheme, format: Format) -> Outcome {
    let diff = SchemeDiff::between(from, to);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        Format::Text => write!(out, "{diff}")?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &diff)?;
            writeln!(out)?;
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(&mut out);
            csv.write_record(SchemeDiff::columns())?;
            for row in diff.rows() {
                csv.write_record(&row)?;
            }
            csv.flush()?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
