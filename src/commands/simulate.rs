//! `chs-gateway simulate`: last year's cases under the parameters in force and under
//! proposed ones, or against what was paid.

mod job;
mod neutral;
mod report;

use std::{
    fs,
    io::Write,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
};

use chrono::NaiveDate;
use chs_settlement::{
    Profile,
    simulation::{Against, Comparison, Dimension},
};

use super::{
    Outcome,
    group_values::{GroupValues, HospitalValues},
    not_one_file, output,
    ring::Fault,
    threads,
};
use crate::{profiles, scheme_source::Installed};
use job::{Job, Proposed};
use neutral::Neutral;
use report::Report;

/// 以上年病例模拟参数调整，或列出实付与按规则应付的差异 / simulate a change on last year's cases, or show what was paid against what the method pays
///
/// 每个病例按现行与拟议参数各算一次（流式，各核并行），按合计、险种、等级、机构、病组给出例数、权重或点数、
/// 费用、实付、现行、拟议、差额（元、分、百分比）、增减例数。一方无价的病例两边都不计，另列例数、费用与原因。
/// 各机构差额之和等于总差额，精确到分。结果与行的次序、线程数无关；标准错误给出结果文件的 SM3 摘要，
/// 协商轮次（negotiation.open）即以此摘要为据。
///
/// 例 examples:
///   chs-gateway simulate --profile xianyang --proposed 2027.toml --in 2026.csv --out report.xlsx
///   chs-gateway simulate --profile xianyang --weights weights.csv --neutral --in 2026.csv --out report.json
///   chs-gateway simulate --profile xianyang --against paid --paid fund_paid --in 2026.csv --by hospital,group
///
/// Every case is priced under the parameters in force and under the proposed ones, streaming,
/// on all cores. A case that has no price on one side counts on neither and is told with its
/// cost and reason. The differences of the hospitals add up to the total, to the fen. The
/// result depends on neither the order of rows nor the threads; its SM3 digest is printed on
/// standard error, and is what a negotiation round (negotiation.open) rests on.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// 现行付费档案：编号，或 .toml 文件 / the profile in force: an id, or a .toml file
    #[arg(long, value_name = "ID|F.toml")]
    profile: String,
    /// 拟议付费档案：编号，或 .toml 文件 / the proposed profile: an id, or a .toml file
    #[arg(long, value_name = "ID|F.toml")]
    proposed: Option<String>,
    /// 拟议权重、分值、均费、等级系数：drg_code 与 weight,score,mean_cost,primary,secondary,tertiary 中的若干列（adjust 的输出可直接使用）
    /// / proposed weights, scores, means, coefficients of levels by drg_code; what `adjust` prints fits
    #[arg(long, value_name = "F.csv")]
    weights: Option<PathBuf>,
    /// 拟议机构系数：fixmedins_code,coefficient；先于其他系数 / proposed coefficients of institutions; they go before any other
    #[arg(long, value_name = "F.csv")]
    coefficients: Option<PathBuf>,
    /// 拟议一方视同此日结算、出院（拟议参数自下年生效时） / the proposed side takes every case as settled and discharged on this day
    #[arg(long, value_name = "yyyy-MM-dd", value_parser = day)]
    proposed_on: Option<NaiveDate>,
    /// 与何者比较：present 现行参数，paid 实付 / against what: the parameters in force, or what was paid
    #[arg(long, value_enum, default_value_t = Baseline::Present)]
    against: Baseline,
    /// 预算中性：逐险种重算费率或点值，使总额不变（需 --in 文件；多次读取） / recompute rate or value of a point by fund so that its total stays
    #[arg(long, requires = "input")]
    neutral: bool,
    /// 输入 CSV，缺省为标准输入；列同 price，fixmedins_code 必需 / input CSV with the columns of `price`; fixmedins_code is needed
    #[arg(long = "in", value_name = "F.csv")]
    input: Option<PathBuf>,
    /// 实付额所在列（元，与支付标准同口径） / column with what was paid, in yuan, on the basis of the payment standard
    #[arg(long, value_name = "COLUMN", default_value = "paid")]
    paid: String,
    /// 汇总维度，合计与险种总在其中：level,hospital,group,hospital-group / what to add up over; total and funds are always there
    #[arg(long, value_name = "DIM,DIM", value_delimiter = ',', value_parser = dimension, default_value = "level,hospital,group")]
    by: Vec<Dimension>,
    /// 输出，以 .csv、.json 或 .xlsx 结尾；缺省为标准输出 CSV / output, ending in .csv, .json or .xlsx; CSV on standard output by default
    #[arg(long = "out", value_name = "F")]
    output: Option<PathBuf>,
    /// 配置文件，其 schemes.folders 中的方案一并可用 / configuration; schemes of its schemes.folders are there too
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 线程数，缺省为处理器核数 / threads, by default one a core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Baseline {
    /// 现行参数 / the parameters in force
    Present,
    /// 实付 / what was paid
    Paid,
}

impl Baseline {
    fn against(self) -> Against {
        match self {
            Baseline::Present => Against::Present,
            Baseline::Paid => Against::Paid,
        }
    }
}

fn day(text: &str) -> Result<NaiveDate, String> {
    chs_model::parse_date(text).ok_or_else(|| "yyyy-MM-dd".to_owned())
}

fn dimension(text: &str) -> Result<Dimension, String> {
    Dimension::from_name(text).ok_or_else(|| {
        let known = Dimension::ALL.map(Dimension::as_str).join(", ");
        format!("可用 known: {known}")
    })
}

/// What one reading of the file gave.
#[derive(Debug, Clone)]
struct Pass {
    comparison: Comparison,
    rows: u64,
    invalid: u64,
    /// The first invalid rows: line and reason.
    problems: Vec<(u64, String)>,
}

/// Runs the command; exit code 1 when a row is invalid.
///
/// # Errors
/// Profiles or tables that do not load, a missing column, a file that cannot be read or
/// written, a fund that no value makes neutral.
pub fn run(args: Args) -> Outcome {
    not_one_file(args.input.as_deref(), args.output.as_deref())?;
    let form = report::Form::of(args.output.as_deref())?;
    let present = profile(&args.profile)?;
    let mut proposed = proposal(&args, &present)?;
    if proposed.is_none() && args.against == Baseline::Present {
        return Err("没有拟议参数：请给出 --proposed、--weights 或 --coefficients，或 --against paid / nothing is proposed: give one of these".into());
    }
    let installed = Installed::of(args.config.as_deref())?;
    let job = |proposed: Option<&Proposed>| {
        Job {
            present: &present,
            proposed,
            installed: &installed,
            against: args.against.against(),
            dimensions: &args.by,
            paid: &args.paid,
        }
        .pass(args.input.as_deref(), threads(args.threads))
    };
    let (pass, neutral) = if args.neutral {
        let start = proposed.take().unwrap_or_else(|| Proposed::of(&present));
        let found = Neutral::find(start, |proposed| job(Some(proposed)))?;
        proposed = Some(found.proposed);
        (found.pass, Some(found.neutral))
    } else {
        (job(proposed.as_ref())?, None)
    };
    let report = Report {
        present: &present,
        proposed: proposed.as_ref(),
        neutral: neutral.as_ref(),
        installed: &installed,
        pass: &pass,
    };
    let bytes = report.bytes(form)?;
    output(args.output.as_deref())?.write_all(&bytes)?;
    told(&report, &bytes)?;
    Ok(ExitCode::from(u8::from(pass.invalid > 0)))
}

/// A profile by its id, or from a file.
fn profile(place: &str) -> Result<Profile, Fault> {
    let file = Path::new(place);
    if file.extension().is_none_or(|ending| ending != "toml") {
        return Ok(profiles::builtin(place)?);
    }
    let named = |error: &dyn std::fmt::Display| format!("{place}：{error}");
    let text = fs::read_to_string(file).map_err(|error| named(&error))?;
    Ok(Profile::from_toml(&text).map_err(|error| named(&error))?)
}

/// What is proposed, if anything is.
fn proposal(args: &Args, present: &Profile) -> Result<Option<Proposed>, Fault> {
    let profile = args.proposed.as_deref().map(profile).transpose()?;
    let weights = args.weights.as_deref().map(GroupValues::load).transpose()?;
    let coefficients = args.coefficients.as_deref();
    let coefficients = coefficients.map(HospitalValues::load).transpose()?;
    let nothing = profile.is_none() && weights.is_none() && coefficients.is_none();
    if nothing && args.proposed_on.is_none() {
        return Ok(None);
    }
    Ok(Some(Proposed {
        profile: profile.unwrap_or_else(|| present.clone()),
        weights,
        coefficients,
        on: args.proposed_on,
    }))
}

/// The result in a few lines on standard error.
fn told(report: &Report<'_>, bytes: &[u8]) -> Result<(), Fault> {
    let mut errors = std::io::stderr().lock();
    for (line, why) in &report.pass.problems {
        writeln!(errors, "第 {line} 行 line {line}：{why}")?;
    }
    for line in report.summary() {
        writeln!(errors, "{line}")?;
    }
    writeln!(
        errors,
        "摘要 digest (SM3): {}",
        chs_envelope::sm::sm3(&[bytes]).to_hex()
    )?;
    if report.present.example() || report.proposed_is_example() {
        writeln!(
            errors,
            "参数为示例，不作结算依据 / example parameters, no settlement notice"
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
